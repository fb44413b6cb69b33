"""A throw-away certification authority and the signing certificate it issued to the contractor."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from service_reports.contracts.model import Contractor

VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)  # before the days of any scenario
KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class SigningIdentity:
    """Where the authority's certificate and the signer's PKCS#12 lie, and what opens the latter."""

    ca: Path
    pkcs12: Path
    passphrase: str


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CO"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*granted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in granted for usage in KEY_USAGES})


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(datetime.now(UTC) + timedelta(days=3650))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def make_signing_identity(folder: Path, contractor: Contractor) -> SigningIdentity:
    """Make the authority, the certificate and their files; a folder that has them already keeps them."""
    ca_path, p12_path, passphrase_path = folder / "ca.pem", folder / "signing.p12", folder / "passphrase"
    if p12_path.exists():
        return SigningIdentity(ca_path, p12_path, passphrase_path.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    ca_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("Sandbox", "Autoridad de prueba")
    ca_identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca_certificate = (
        _builder(ca_name, ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    signer_name = _name(contractor.legal_name, f"Firma de prueba — {contractor.short_name}")
    certificate = (
        _builder(signer_name, ca_name, signer_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_identifier), critical=False)
        .sign(ca_key, hashes.SHA256())
    )

    passphrase = secrets.token_urlsafe(24)
    passphrase_path.write_text(passphrase, encoding="utf-8")
    ca_path.write_bytes(ca_certificate.public_bytes(Encoding.PEM))
    p12_path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            contractor.short_name.encode(),
            signer_key,
            certificate,
            [ca_certificate],
            BestAvailableEncryption(passphrase.encode()),
        )
    )
    return SigningIdentity(ca_path, p12_path, passphrase)
