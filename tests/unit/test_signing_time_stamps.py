"""A time stamp says that these bytes, and no others, existed when the authority says."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from service_reports.signing import TimeStampError, time_stamp

MOMENT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HEAD = b'{"day":"2026-03-01","position":7,"sha256":"00"}'


@pytest.fixture(scope="module")
def certificate() -> tuple[pyca.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)  # the only kind that pyHanko's stand-in signs with
    name = pyca.Name([pyca.NameAttribute(NameOID.COMMON_NAME, "Autoridad de sellado de prueba")])
    built = (
        pyca.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(pyca.random_serial_number())
        .not_valid_before(MOMENT - timedelta(days=1))
        .not_valid_after(MOMENT + timedelta(days=3650))
        .add_extension(pyca.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    return built.sign(key, hashes.SHA256()), key


@pytest.fixture
def authority(certificate: tuple[pyca.Certificate, rsa.RSAPrivateKey]) -> DummyTimeStamper:
    held, key = certificate
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        x509.Certificate.load(held.public_bytes(Encoding.DER)), keys.PrivateKeyInfo.load(private), fixed_dt=MOMENT
    )


def test_the_token_names_the_hash_and_the_moment(authority: DummyTimeStamper) -> None:
    token = cms.ContentInfo.load(time_stamp(HEAD, authority))
    told = token["content"]["encap_content_info"]["content"].parsed
    assert told["message_imprint"]["hashed_message"].native == hashlib.sha256(HEAD).digest()
    assert told["gen_time"].native == MOMENT


def test_a_token_for_other_bytes_is_refused(authority: DummyTimeStamper) -> None:
    other = time_stamp(b"other bytes", authority)

    class Careless(DummyTimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
            return cms.ContentInfo.load(other)

    with pytest.raises(TimeStampError, match="other bytes"):
        time_stamp(HEAD, Careless(authority.tsa_cert, authority.tsa_key))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_token(
    authority: DummyTimeStamper, certificate: tuple[pyca.Certificate, rsa.RSAPrivateKey], tmp_path: Path
) -> None:
    (tmp_path / "head.json").write_bytes(HEAD)
    (tmp_path / "head.tst").write_bytes(time_stamp(HEAD, authority))
    (tmp_path / "tsa.pem").write_bytes(certificate[0].public_bytes(Encoding.PEM))
    command = ["openssl", "ts", "-verify", "-data", "head.json", "-in", "head.tst", "-token_in", "-CAfile", "tsa.pem",
               "-untrusted", "tsa.pem", "-attime", str(int(MOMENT.timestamp()))]  # fmt: skip
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in ended.stdout + ended.stderr, ended.stdout + ended.stderr
    (tmp_path / "head.json").write_bytes(HEAD + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
