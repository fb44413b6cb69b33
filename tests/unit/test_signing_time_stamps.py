"""A time stamp says that these bytes, and no others, existed when the authority says."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import cms, keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

from service_reports.signing import (
    CheckedTimeStamper,
    TimeStampError,
    check_time_stamp,
    time_stamp,
    trusted_certificates,
)

MOMENT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HEAD = b'{"day":"2026-03-01","position":7,"sha256":"00"}'
REJECTED, GRANTED_WITHOUT_TOKEN = (bytes((0x30, 5, 0x30, 3, 2, 1, status)) for status in (2, 0))
"""Answers of an authority in DER: the status alone."""


def make_certificate(
    purpose: pyca.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING,
) -> tuple[pyca.Certificate, rsa.RSAPrivateKey]:
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
        .add_extension(pyca.ExtendedKeyUsage([purpose]), critical=True)
    )
    return built.sign(key, hashes.SHA256()), key


def make_authority(held: pyca.Certificate, key: rsa.RSAPrivateKey) -> DummyTimeStamper:
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        x509.Certificate.load(held.public_bytes(Encoding.DER)), keys.PrivateKeyInfo.load(private), fixed_dt=MOMENT
    )


def stamped(content: bytes, authority: TimeStamper, now: datetime = MOMENT) -> bytes:
    """A token of an authority that is trusted, asked for at a moment."""
    return time_stamp(content, CheckedTimeStamper(authority, [authority.tsa_cert], now))  # type: ignore[attr-defined]


def at_port(port: int) -> CheckedTimeStamper:
    """What answers at a port of this machine, of which nothing is trusted."""
    return CheckedTimeStamper(RequestsHTTPTimeStamper(f"http://127.0.0.1:{port}/", timeout=10), [])


@pytest.fixture(scope="module")
def certificate() -> tuple[pyca.Certificate, rsa.RSAPrivateKey]:
    return make_certificate()


@pytest.fixture
def authority(certificate: tuple[pyca.Certificate, rsa.RSAPrivateKey]) -> DummyTimeStamper:
    return make_authority(*certificate)


def test_the_token_names_the_hash_and_the_moment(authority: DummyTimeStamper) -> None:
    token = cms.ContentInfo.load(stamped(HEAD, authority))
    told = token["content"]["encap_content_info"]["content"].parsed
    assert told["message_imprint"]["hashed_message"].native == hashlib.sha256(HEAD).digest()
    assert told["gen_time"].native == MOMENT


def test_a_token_for_other_bytes_is_refused(authority: DummyTimeStamper) -> None:
    other = stamped(b"other bytes", authority)

    class Careless(DummyTimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
            return cms.ContentInfo.load(other)

    with pytest.raises(TimeStampError, match="de otros bytes"):
        stamped(HEAD, Careless(authority.tsa_cert, authority.tsa_key))


def test_a_token_says_when_its_bytes_existed_and_of_no_others(authority: DummyTimeStamper) -> None:
    token = stamped(HEAD, authority)
    assert check_time_stamp(token, HEAD) == MOMENT
    with pytest.raises(TimeStampError, match="de otros bytes"):
        check_time_stamp(token, HEAD + b" ")


def test_a_token_whose_moment_was_changed_is_refused(authority: DummyTimeStamper) -> None:
    token = stamped(HEAD, authority)
    assert token.count(b"20260301123000Z") == 1
    with pytest.raises(TimeStampError):
        check_time_stamp(token.replace(b"20260301123000Z", b"20250301123000Z"), HEAD)


@pytest.mark.parametrize("token", [b"", b"token", b"<html></html>", b"0\x80", bytes(3)])
def test_what_is_no_token_is_refused(token: bytes) -> None:
    with pytest.raises(TimeStampError):
        check_time_stamp(token, HEAD)


def test_a_token_that_was_cut_off_is_refused(authority: DummyTimeStamper) -> None:
    token = stamped(HEAD, authority)
    for length in range(0, len(token), 97):
        with pytest.raises(TimeStampError):
            check_time_stamp(token[:length], HEAD)


def test_an_authority_that_signs_falsely_is_refused(authority: DummyTimeStamper) -> None:
    """What it says would stay in the archive for ever, and nobody could verify it."""
    true = stamped(HEAD, authority)

    class Broken(DummyTimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
            return cms.ContentInfo.load(true.replace(b"20260301123000Z", b"20250301123000Z"))

    with pytest.raises(TimeStampError):
        stamped(HEAD, Broken(authority.tsa_cert, authority.tsa_key))


@pytest.mark.parametrize(
    ("status", "media_type", "content"),
    [
        (200, "text/html", b"<html>sin saldo</html>"),
        (200, "application/timestamp-reply", b"<html></html>"),
        (200, "application/timestamp-reply", b""),
        (200, "application/timestamp-reply", REJECTED),
        (200, "application/timestamp-reply", GRANTED_WITHOUT_TOKEN),
        (503, "text/plain", b"busy"),
    ],
)
def test_an_authority_that_answers_rubbish_is_refused(status: int, media_type: str, content: bytes) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(TimeStampError, match=r"."):
            time_stamp(HEAD, at_port(server.server_port))


def test_an_authority_that_cannot_be_reached_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(TimeStampError):
        time_stamp(HEAD, at_port(port))


def test_a_certificate_that_is_not_for_time_stamps_stamps_nothing() -> None:
    with pytest.raises(TimeStampError, match="no es de una autoridad de sellado de tiempo"):
        stamped(HEAD, make_authority(*make_certificate(ExtendedKeyUsageOID.EMAIL_PROTECTION)))


def test_an_authority_that_nobody_trusts_is_refused(authority: DummyTimeStamper) -> None:
    other = make_authority(*make_certificate())
    with pytest.raises(TimeStampError, match="no se confía en la autoridad «Common Name: Autoridad de sellado"):
        time_stamp(HEAD, CheckedTimeStamper(authority, [other.tsa_cert], MOMENT))


def test_an_authority_that_leads_to_a_trusted_root_is_trusted() -> None:
    root, root_key = make_certificate()
    root = issue(root.subject, root_key, root.subject, root_key.public_key(), authority=True)
    key = rsa.generate_private_key(65537, 2048)
    name = pyca.Name([pyca.NameAttribute(NameOID.COMMON_NAME, "Sellos de prueba")])
    leaf = issue(root.subject, root_key, name, key.public_key(), authority=False)
    trusted = trusted_certificates(root.public_bytes(Encoding.PEM).decode())
    token = time_stamp(HEAD, CheckedTimeStamper(make_authority(leaf, key), trusted, MOMENT))
    assert check_time_stamp(token, HEAD, trusted=trusted) == MOMENT


def issue(
    issuer: pyca.Name, key: rsa.RSAPrivateKey, subject: pyca.Name, public_key: rsa.RSAPublicKey, *, authority: bool
) -> pyca.Certificate:
    uses = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        pyca.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(pyca.random_serial_number())
        .not_valid_before(MOMENT - timedelta(days=1))
        .not_valid_after(MOMENT + timedelta(days=3650))
        .add_extension(pyca.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            pyca.KeyUsage(digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, **uses),
            critical=True,
        )
    )
    if not authority:
        builder = builder.add_extension(pyca.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize("wrong", [timedelta(minutes=-6), timedelta(hours=5)])
def test_a_time_that_is_not_near_ours_is_refused(authority: DummyTimeStamper, wrong: timedelta) -> None:
    stamped(HEAD, authority, MOMENT + timedelta(minutes=4))
    with pytest.raises(TimeStampError, match=r"difieren en más de cinco minutos: revise el reloj"):
        stamped(HEAD, authority, MOMENT + wrong)


@pytest.mark.parametrize("text", ["", "no es PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_trusted_must_be_certificates(text: str) -> None:
    with pytest.raises(TimeStampError, match="no es una lista de certificados en PEM"):
        trusted_certificates(text)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_token(
    authority: DummyTimeStamper, certificate: tuple[pyca.Certificate, rsa.RSAPrivateKey], tmp_path: Path
) -> None:
    (tmp_path / "head.json").write_bytes(HEAD)
    (tmp_path / "head.tst").write_bytes(stamped(HEAD, authority))
    (tmp_path / "tsa.pem").write_bytes(certificate[0].public_bytes(Encoding.PEM))
    command = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        "head.json",
        "-in",
        "head.tst",
        "-token_in",
        "-CAfile",
        "tsa.pem",
        "-untrusted",
        "tsa.pem",
        "-attime",
        str(int(MOMENT.timestamp())),
    ]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in ended.stdout + ended.stderr, ended.stdout + ended.stderr
    (tmp_path / "head.json").write_bytes(HEAD + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
