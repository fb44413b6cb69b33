"""The vendor's key and certificate, read from a PKCS#12 file and checked before they are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey

SMALLEST_RSA_BITS = 2048


class SigningKeyError(ValueError):
    """A key or certificate that cannot sign a report; the message says why and what to do."""


@dataclass(frozen=True)
class SigningKey:
    """A private key, its certificate and the certificates above it, parsed once.

    The private key stays out of ``repr``. A value is safe to share between signatures.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private_key: PrivateKey = field(repr=False)

    @property
    def signer_name(self) -> str:
        """The certificate's common name; failing that its organisation, or its whole subject."""
        subject = self.certificate.subject
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
            for attribute in subject.get_attributes_for_oid(oid):
                return str(attribute.value)
        return subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, lower-case hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def valid_from(self) -> datetime:
        """First instant of the certificate's validity, aware UTC."""
        return self.certificate.not_valid_before_utc

    @property
    def valid_to(self) -> datetime:
        """Last instant of the certificate's validity, aware UTC."""
        return self.certificate.not_valid_after_utc

    def check_valid_at(self, instant: datetime) -> None:
        """Refuse to sign at an aware instant outside the certificate's validity.

        Raises:
            SigningKeyError: the certificate has expired, or is not valid yet; both dates are given.
        """
        span = f"sirve del {self.valid_from:%Y-%m-%d %H:%M} al {self.valid_to:%Y-%m-%d %H:%M} UTC"
        if instant > self.valid_to:
            raise SigningKeyError(f"el certificado de {self.signer_name} venció: {span}. Renuévelo")
        if instant < self.valid_from:
            raise SigningKeyError(
                f"el certificado de {self.signer_name} todavía no sirve el {instant:%Y-%m-%d %H:%M %Z}: {span}. "
                "Revise el reloj del servidor, o ponga el certificado que sirve ese día"
            )


def load_signing_key(pkcs12_file: bytes, passphrase: str, *, at: datetime | None = None) -> SigningKey:
    """Read a PKCS#12 file and check that it can sign at an aware instant (by default, now).

    Raises:
        SigningKeyError: the file is unreadable, the passphrase is wrong, the key or the
            certificate is absent, they do not belong together, the key is of a kind or size
            that is not accepted, the certificate has expired or is not valid yet, or it does
            not state the use digitalSignature or nonRepudiation.
    """
    key, certificate, others = _open(pkcs12_file, passphrase)
    if key is None:
        raise SigningKeyError("el PKCS#12 no trae la clave privada: exporte el certificado junto con su clave")
    if certificate is None:
        raise SigningKeyError("el PKCS#12 no trae el certificado de su clave: exporte los dos juntos")
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise SigningKeyError(f"no se acepta una clave {type(key).__name__}: use una RSA o de curva elíptica")
    if isinstance(key, RSAPrivateKey) and key.key_size < SMALLEST_RSA_BITS:
        raise SigningKeyError(
            f"la clave RSA tiene {key.key_size} bits: use un certificado con una de {SMALLEST_RSA_BITS} o más"
        )
    _check_usage(certificate)
    signing_key = SigningKey(certificate, tuple(others), key)
    signing_key.check_valid_at(at or datetime.now(UTC))
    return signing_key


def _open(pkcs12_file: bytes, passphrase: str) -> tuple[object | None, x509.Certificate | None, list[x509.Certificate]]:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(pkcs12_file, passphrase.encode() or None)
    except (ValueError, TypeError) as error:
        if _is_pkcs12(pkcs12_file):
            raise SigningKeyError("la contraseña de la conexión no abre el PKCS#12: corríjala") from error
        raise SigningKeyError(
            f"lo que hay no es un PKCS#12 legible ({len(pkcs12_file)} bytes): ponga el archivo .p12 completo"
        ) from error
    return key, certificate, others


def _is_pkcs12(content: bytes) -> bool:
    try:
        file = asn1_pkcs12.Pfx.load(content, strict=True)
        return file["version"].native == "v3" and file["auth_safe"]["content"].native is not None
    except (ValueError, TypeError, KeyError):
        return False


def _check_usage(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise SigningKeyError(
            "el certificado no declara el uso `digitalSignature` ni `nonRepudiation`: use uno expedido para firmar"
        )
