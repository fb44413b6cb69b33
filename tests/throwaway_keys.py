"""Throw-away certification bodies and keys, and what is signed with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import NamedTuple

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import PdfSignatureStatus, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sandbox.certificates import KEY_USAGES
from service_reports.signing import SUPERVISOR_FIELD, SigningKey, sign_report
from service_reports.signing.stamp import stamp_lines, stamp_page, stamp_style

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
PASSPHRASE = "clave de prueba ñ"
ROLE = "Profesional Universitario"
"""The post that the supervisor's certificate names."""


class Authority(NamedTuple):
    """A throw-away certification body."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def issue(
        self,
        common_name: str,
        *,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | None = None,
        valid_from: datetime = NOW - DAY,
        valid_to: datetime = NOW + 365 * DAY,
        digital_signature: bool = True,
        content_commitment: bool = True,
        state_usage: bool = True,
        passphrase: str = PASSPHRASE,
        role: str = "",
    ) -> bytes:
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = certificate_builder(
            common_name, self.certificate.subject, key.public_key(), valid_from, valid_to, role
        )
        if state_usage:
            builder = builder.add_extension(
                usage(digital_signature=digital_signature, content_commitment=content_commitment), critical=True
            )
        certificate = builder.sign(self.key, hashes.SHA256())
        encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return pkcs12.serialize_key_and_certificates(b"firma", key, certificate, [self.certificate], encryption)


def usage(**granted: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: granted.get(use, False) for use in KEY_USAGES})


def name_of(common_name: str, role: str = "") -> x509.Name:
    named = x509.NameAttribute(NameOID.COMMON_NAME, common_name)
    return x509.Name([named, *([x509.NameAttribute(NameOID.TITLE, role)] if role else [])])


def certificate_builder(
    subject: str, issuer: x509.Name, public_key: object, valid_from: datetime, valid_to: datetime, role: str = ""
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name_of(subject, role))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
    )


def made_authority() -> Authority:
    """A certification body made for one run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = "Entidad de prueba"
    certificate = (
        certificate_builder(name, name_of(name), key.public_key(), NOW - 3650 * DAY, NOW + 3650 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def sign(report: bytes, key: SigningKey, signed_at: datetime = NOW) -> bytes:
    """A report as it is issued."""
    return sign_report(
        report,
        key,
        reason="Emisión del informe 2026-01",
        location="Bogotá, Colombia",
        signed_at=signed_at,
    )


def statuses(pdf: bytes, authority: Authority) -> list[PdfSignatureStatus]:
    """What a validator says of every signature."""
    root = asn1_x509.Certificate.load(authority.certificate.public_bytes(Encoding.DER))
    reader = PdfFileReader(BytesIO(pdf))
    return [
        validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
        for signature in reader.embedded_signatures
    ]


def countersign(
    pdf: bytes, authority: Authority, by: bytes | None = None, new_field: SigFieldSpec | None = None
) -> bytes:
    """What the supervisor's own program does: sign the field that was left empty, or a new one.

    ``by`` is the PKCS#12 of whoever signs, by default the supervisor's.
    """
    key, certificate, _ = pkcs12.load_key_and_certificates(
        by or authority.issue("Supervisión", role=ROLE), PASSPHRASE.encode()
    )
    assert key is not None
    assert certificate is not None
    archive = pkcs12.serialize_key_and_certificates(b"s", key, certificate, None, NoEncryption())
    signer = signers.SimpleSigner.load_pkcs12_data(archive, other_certs=[])
    assert isinstance(signer.cert_registry, SimpleCertificateStore)
    name = new_field.sig_field_name if new_field else SUPERVISOR_FIELD
    metadata = signers.PdfSignatureMetadata(field_name=name, subfilter=SigSeedSubFilter.PADES)
    # Its own stamp would bring a font that is not embedded.
    stamp = stamp_style(stamp_page(stamp_lines("Supervisión", NOW, "electronic"), 200, 60))
    output: BytesIO = signers.PdfSigner(metadata, signer, stamp_style=stamp, new_field_spec=new_field).sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), existing_fields_only=new_field is None
    )
    return output.getvalue()
