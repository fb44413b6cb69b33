"""Tokens of SoftHSM, which hold keys as an HSM does."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from pkcs11 import Attribute, CertificateType, ObjectClass
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

from service_reports.signing.pkcs11_token import Token
from tests.throwaway_keys import PASSPHRASE

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
PIN = "246810"


def softhsm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The library of SoftHSM, which keeps its tokens in a folder; absent, it skips the test, or fails it in CI."""
    module = next((each for each in MODULES if Path(each).exists()), None)
    if module is None:
        if os.environ.get("CI"):
            pytest.fail("softhsm2 is not installed")
        pytest.skip("softhsm2 is not installed")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    pkcs11.unload(module)  # it reads its settings once
    return module


def made_token(module: str, label: str) -> Token:
    """An empty token."""
    subprocess.run(
        ("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "13579"),
        check=True,
        capture_output=True,
    )
    pkcs11.unload(module)
    return Token(module, label, pin=PIN)


def put(
    token: Token,
    pkcs12_file: bytes,
    label: str,
    *,
    certificate: bool = True,
    above: bool = True,
    key: bool = True,
    passphrase: str = PASSPHRASE,
    **attributes: bool,
) -> Token:
    """The token with what a PKCS#12 file holds, and as it names that key."""
    private, own, others = pkcs12.load_key_and_certificates(pkcs12_file, passphrase.encode())
    assert private is not None
    assert own is not None
    der = private.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    decode = decode_rsa_private_key if isinstance(private, RSAPrivateKey) else decode_ec_private_key
    named = {Attribute.TOKEN: True, Attribute.LABEL: label, Attribute.ID: label.encode()}
    with pkcs11.lib(token.module).get_token(token_label=token.label).open(rw=True, user_pin=PIN) as session:
        if key:
            wanted = {getattr(Attribute, name): value for name, value in attributes.items()}
            session.create_object({**decode(der), **named, Attribute.SIGN: True, **wanted})
        for each in [own] * certificate + others * above:
            session.create_object(
                {
                    **decode_x509_certificate(each.public_bytes(Encoding.DER)),
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: "de la entidad",
                }
            )
    return replace(token, key_label=label)
