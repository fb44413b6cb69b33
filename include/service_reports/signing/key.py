"""The vendor's key and certificate, read from a PKCS#12 file and tried before they are used.

What is tried is what a recipient's program will ask of the signature: that its certificate leads to a
root, is meant for signing, and that key, curve and hashes are ones that programs accept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey

SMALLEST_RSA_BITS = 2048
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
"""Those that ETSI TS 119 312 names and PDF programs know."""
WEAK_HASHES = frozenset({"md5", "sha1"})
SIGNING_PURPOSES = frozenset(
    {
        ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string,
        ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string,
        "1.3.6.1.5.5.7.3.36",  # document signing (RFC 9336)
        "1.3.6.1.4.1.311.10.3.12",  # Microsoft's document signing
        "1.2.840.113583.1.1.5",  # Adobe's authentic documents
    }
)
"""Extended key usages of people's and organisations' certificates; one of servers or of code signs no report."""
TRIED = b"AIRE Service Reports"
LONGEST_CHAIN = 10


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

    @property
    def usable_until(self) -> datetime:
        """Last instant at which the certificate and all above it are valid, aware UTC."""
        return min(each.not_valid_after_utc for each in (self.certificate, *self.chain))

    def check_valid_at(self, instant: datetime) -> None:
        """Refuse to sign at an aware instant outside the validity of the certificate or of one above it.

        Raises:
            SigningKeyError: one has expired, or is not valid yet; both its dates are given.
        """
        names = [self.signer_name, *(each.subject.rfc4514_string() for each in self.chain)]
        for name, certificate in zip(names, (self.certificate, *self.chain), strict=True):
            first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            span = f"sirve del {first:%Y-%m-%d %H:%M} al {last:%Y-%m-%d %H:%M} UTC"
            if instant > last:
                raise SigningKeyError(f"el certificado de {name} venció: {span}. Renuévelo")
            if instant < first:
                raise SigningKeyError(
                    f"el certificado de {name} todavía no sirve el {instant:%Y-%m-%d %H:%M %Z}: {span}. "
                    "Revise el reloj del servidor, o ponga el certificado que sirve ese día"
                )


def load_signing_key(pkcs12_file: bytes, passphrase: str, *, at: datetime | None = None, above: str = "") -> SigningKey:
    """Read a PKCS#12 file and try whether it can sign at an aware instant (by default, now).

    ``above`` are certificates in PEM that the file lacks: those between its own and the root, and
    the root. The chain of the result is complete and in order, the root last.

    Raises:
        SigningKeyError: the file is unreadable, the passphrase is wrong, the key or the
            certificate is absent, they do not belong together, the key is of a kind, size or
            curve that is not accepted, the certificate or one above it has expired, is not valid
            yet, is signed with a weak hash or lacks the uses it needs, or no path leads to a root.
    """
    instant = at or datetime.now(UTC)
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
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name not in CURVES:
        raise SigningKeyError(
            f"no se acepta la curva {key.curve.name}: use un certificado de curva P-256, P-384 o P-521"
        )
    _check_usage(certificate)
    chain = _chain(certificate, [*others, *_certificates(above)])
    signing_key = SigningKey(certificate, chain, key)
    signing_key.check_valid_at(instant)
    _check_path(signing_key, instant)
    _try(signing_key)
    return signing_key


def _certificates(pem: str) -> list[x509.Certificate]:
    if not pem.strip():
        return []
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise SigningKeyError(
            f"`chain` no es una lista de certificados en PEM ({error}): copie los archivos .pem de la entidad de "
            "certificación, uno tras otro"
        ) from error


def _chain(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """The certificates above one, up to its root.

    Raises:
        SigningKeyError: one of them is not there; the message names it.
    """
    if certificate.issuer == certificate.subject:
        raise SigningKeyError(
            "el certificado se firmó a sí mismo, y nadie lo reconoce: use uno que haya expedido una entidad de "
            "certificación"
        )
    chain: list[x509.Certificate] = []
    last = certificate
    while last.issuer != last.subject and len(chain) < LONGEST_CHAIN:
        _check_hash(last)
        issuers = [each for each in others if each.subject == last.issuer and _issued(each, last)]
        if not issuers:
            raise SigningKeyError(
                f"falta el certificado de «{last.issuer.rfc4514_string()}», que expidió el de "
                f"«{last.subject.rfc4514_string()}»: sin él nadie puede comprobar la firma. Exporte el PKCS#12 con "
                "toda la cadena hasta la raíz, o ponga los que faltan, en PEM, en el extra `chain` de la conexión"
            )
        last = max(issuers, key=lambda each: each.not_valid_after_utc)
        chain.append(last)
    return tuple(chain)


def _check_hash(certificate: x509.Certificate) -> None:
    algorithm = certificate.signature_hash_algorithm
    if algorithm is not None and algorithm.name in WEAK_HASHES:
        raise SigningKeyError(
            f"el certificado de «{certificate.subject.rfc4514_string()}» está firmado con {algorithm.name.upper()}, "
            "que ya no se acepta: pida a la entidad de certificación uno con SHA-256"
        )


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_path(key: SigningKey, instant: datetime) -> None:
    """What RFC 5280 asks of a path."""
    *between, root = map(_asn1, key.chain)
    context = ValidationContext(trust_roots=[root], other_certs=between, moment=instant, allow_fetching=False)
    validator = CertificateValidator(_asn1(key.certificate), between, validation_context=context)
    try:
        asyncio.run(validator.async_validate_usage(set()))  # type: ignore[no-untyped-call]
    except (PathBuildingError, PathValidationError, ValidationError) as error:
        raise SigningKeyError(
            f"el certificado de {key.signer_name} no lleva a su raíz «{key.chain[-1].subject.rfc4514_string()}»: pida "
            f"a la entidad de certificación la cadena vigente ({error})"
        ) from error


def _try(key: SigningKey) -> None:
    """Sign as the report will be signed, and verify with the certificate.

    Raises:
        SigningKeyError: the private key is not that of the certificate.
    """
    try:
        public = key.certificate.public_key()
        if isinstance(key.private_key, EllipticCurvePrivateKey) and isinstance(public, EllipticCurvePublicKey):
            public.verify(key.private_key.sign(TRIED, ECDSA(hashes.SHA256())), TRIED, ECDSA(hashes.SHA256()))
            return
        if isinstance(key.private_key, RSAPrivateKey) and isinstance(public, RSAPublicKey):
            public.verify(key.private_key.sign(TRIED, PKCS1v15(), hashes.SHA256()), TRIED, PKCS1v15(), hashes.SHA256())
            return
    except InvalidSignature:
        pass
    raise SigningKeyError(
        f"la clave del PKCS#12 no es la del certificado de {key.signer_name}: exporte los dos juntos, de nuevo"
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


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
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    named = [purpose.dotted_string for purpose in purposes]
    if not SIGNING_PURPOSES.intersection(named):
        raise SigningKeyError(
            f"el certificado es para otros fines ({', '.join(named)}), no para firmar documentos: use uno de firma de "
            "persona natural o jurídica"
        )
