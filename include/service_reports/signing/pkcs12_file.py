"""A signing key out of a PKCS#12 file, as certification bodies hand it out."""

from __future__ import annotations

from datetime import UTC, datetime

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from service_reports.signing.key import TRIED, Sign, SigningKey, SigningKeyError, certificates_of, is_signed_by, tried


def load_signing_key(pkcs12_file: bytes, passphrase: str, *, at: datetime | None = None, above: str = "") -> SigningKey:
    """Read a PKCS#12 file and try whether it can sign at an aware instant (by default, now).

    ``above`` are certificates in PEM that the file lacks: those between its own and the root, and
    the root. The chain of the result is complete and in order, the root last.

    Raises:
        SigningKeyError: the file is unreadable, the passphrase is wrong, the key or the
            certificate is absent, they do not belong together, or as :func:`tried`.
    """
    key, certificate, others = _open(pkcs12_file, passphrase)
    if key is None:
        raise SigningKeyError("el PKCS#12 no trae la clave privada: exporte el certificado junto con su clave")
    if certificate is None:
        raise SigningKeyError("el PKCS#12 no trae el certificado de su clave: exporte los dos juntos")
    sign = _sign(key)
    found = tried(certificate, [*others, *certificates_of(above)], sign, at or datetime.now(UTC))
    if not is_signed_by(certificate, sign(TRIED), TRIED):
        raise SigningKeyError(
            f"la clave del PKCS#12 no es la del certificado de {found.signer_name}: exporte los dos juntos, de nuevo"
        )
    return found


def _sign(key: object) -> Sign:
    """What signs with a key that is read once."""
    if isinstance(key, EllipticCurvePrivateKey):
        return lambda content: key.sign(content, ECDSA(hashes.SHA256()))
    if isinstance(key, RSAPrivateKey):
        return lambda content: key.sign(content, PKCS1v15(), hashes.SHA256())
    raise SigningKeyError(f"no se acepta una clave {type(key).__name__}: use una RSA o de curva elíptica")


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
