"""The vendor's key and certificate, tried before they are used.

What is tried is what a recipient's program will ask of the signature: that its certificate leads to a
root, is meant for signing, and that key, curve and hashes are ones that programs accept. Of the private key nothing is
known but that it signs: it may be in a file or in a token that never gives it away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

Sign = Callable[[bytes], bytes]
"""Signs bytes by their SHA-256: RSA by PKCS #1 v1.5, an elliptic curve by ECDSA in DER."""

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


class SigningKeyAway(RuntimeError):
    """What holds a key does not answer, and may the next time; the message says what to do."""


@dataclass(frozen=True)
class SigningKey:
    """A certificate, the certificates above it, the root last, and what signs with the private key of the first.

    The last stays out of ``repr``. A value is safe to share between signatures.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    sign: Sign = field(repr=False)

    @property
    def signer_name(self) -> str:
        """The certificate's common name; failing that its organisation, or its whole subject."""
        subject = self.certificate.subject
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
            for attribute in subject.get_attributes_for_oid(oid):
                return str(attribute.value)
        return subject.rfc4514_string()

    @property
    def algorithm(self) -> str:
        """The kind and size of the key, as ``RSA 3072`` or ``EC secp256r1``."""
        public = self.certificate.public_key()
        return f"RSA {public.key_size}" if isinstance(public, RSAPublicKey) else f"EC {_curve(public)}"

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


def tried(certificate: x509.Certificate, above: Sequence[x509.Certificate], sign: Sign, at: datetime) -> SigningKey:
    """A key that can sign a report at an aware instant, with what leads from its certificate to a root.

    ``above`` are certificates in any order; those that do not lead there are left out. That the certificate is that of
    the key is for the caller to have found (:func:`is_signed_by`).

    Raises:
        SigningKeyError: the key is of a kind, size or curve that is not accepted, the certificate or one above it
            has expired, is not valid yet, is signed with a weak hash or lacks the uses it needs, or no path leads
            to a root.
    """
    _check_kind(certificate)
    _check_usage(certificate)
    key = SigningKey(certificate, _chain(certificate, above), sign)
    key.check_valid_at(at)
    _check_path(key, at)
    return key


def is_signed_by(certificate: x509.Certificate, signature: bytes, content: bytes) -> bool:
    """Whether what :data:`Sign` made of a content was made by the key of a certificate."""
    try:
        public = certificate.public_key()
        if isinstance(public, EllipticCurvePublicKey):
            public.verify(signature, content, ECDSA(hashes.SHA256()))
        elif isinstance(public, RSAPublicKey):
            public.verify(signature, content, PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def certificates_of(pem: str) -> list[x509.Certificate]:
    """The certificates of a text in PEM, as a connection's extra ``chain`` holds them; none where it is empty.

    Raises:
        SigningKeyError: it is no such text.
    """
    if not pem.strip():
        return []
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise SigningKeyError(
            f"`chain` no es una lista de certificados en PEM ({error}): copie los archivos .pem de la entidad de "
            "certificación, uno tras otro"
        ) from error


def _curve(public: object) -> str:
    return public.curve.name if isinstance(public, EllipticCurvePublicKey) else type(public).__name__


def _check_kind(certificate: x509.Certificate) -> None:
    public = certificate.public_key()
    if isinstance(public, RSAPublicKey):
        if public.key_size < SMALLEST_RSA_BITS:
            raise SigningKeyError(
                f"la clave RSA tiene {public.key_size} bits: use un certificado con una de {SMALLEST_RSA_BITS} o más"
            )
    elif _curve(public) not in CURVES:
        raise SigningKeyError(
            f"no se acepta la curva {_curve(public)}: use un certificado de curva P-256, P-384 o P-521"
        )


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
                f"«{last.subject.rfc4514_string()}»: sin él nadie puede comprobar la firma. Ponga los que faltan hasta "
                "la raíz, en PEM, en el extra `chain` de la conexión, o exporte el PKCS#12 con toda la cadena"
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


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


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
