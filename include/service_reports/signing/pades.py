"""Certifies a report as PAdES B-B or, with a time stamp, B-T, so that the supervisor can still countersign it."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError as PyHankoSigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD
from service_reports.signing.key import SigningKey
from service_reports.signing.stamp import SignatureKind, stamp_lines, stamp_page, stamp_style

DIGEST = "sha256"
ROOM = 4_096
"""Bytes of a signature beside its certificates: what it says of itself, and :data:`LONGEST`."""
LONGEST = 1_024
"""Bytes that an RSA key of 8192 bits gives; of the others' fewer."""


class SigningError(RuntimeError):
    """The PDF could not be signed: it is damaged, encrypted, already certified, or lacks a field."""


def sign_report(
    pdf: bytes,
    key: SigningKey,
    *,
    reason: str,
    location: str,
    signed_at: datetime,
    kind: SignatureKind = "electronic",
    time_stamper: TimeStamper | None = None,
) -> bytes:
    """The PDF with the vendor's certification signature; the supervisor's field stays empty.

    Both fields are in the file already, as parts of its structure. The certification allows filling and signing
    (DocMDP level 2), so the countersignature leaves the vendor's valid. ``reason`` and
    ``location`` are Spanish and shown by PDF readers; ``signed_at`` is the claimed time, aware. The token of a
    ``time_stamper`` goes into the signature.

    Raises:
        AuthorityUnreachable, TimeStampError: the authority gave no token, or one that is not to be used.
        SigningKeyError: the certificate is not valid at ``signed_at``.
        SigningKeyAway: what holds the key does not answer.
        SigningError: the PDF is damaged, encrypted, already certified, or lacks one of the two fields.
    """
    key.check_valid_at(signed_at)
    metadata = PdfSignatureMetadata(
        field_name=VENDOR_FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        reason=reason,
        location=location,
        name=key.signer_name,
    )
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        fields = _empty_fields(writer)
        if lacking := [name for name in (VENDOR_FIELD, SUPERVISOR_FIELD) if name not in fields]:
            raise SigningError(
                f"el PDF no se puede firmar: le falta vacío el campo de firma {', '.join(lacking)}\n"
                "  → limpie «Elaborar documentos» (`documents`), que lo vuelve a imprimir"
            )
        page = stamp_page(stamp_lines(key.signer_name, signed_at, kind), *fields[VENDOR_FIELD])
        signer = _DatedSigner(metadata, _KeySigner(key), timestamper=time_stamper, stamp_style=stamp_style(page))
        signer.signed_at = signed_at
        # Without a time stamp its size is known. To guess it, pyHanko would sign twice.
        room = None if time_stamper else 2 * (ROOM + sum(len(each) for each in _certificates(key)))
        signed: BytesIO = signer.sign_pdf(writer, existing_fields_only=True, bytes_reserved=room)
    except (PdfError, PyHankoSigningError, ValueError) as error:
        raise SigningError(f"el PDF no se puede firmar: {error}") from error
    return signed.getvalue()


def _empty_fields(writer: IncrementalPdfFileWriter) -> dict[str, tuple[float, float]]:
    """Width and height in points of every signature field that is still empty, by its name."""
    found = {}
    for name, _, reference in enumerate_sig_fields(writer, filled_status=False):
        x1, y1, x2, y2 = (float(side) for side in reference.get_object()["/Rect"])
        found[name] = (abs(x2 - x1), abs(y2 - y1))
    return found


class _DatedSigner(PdfSigner):
    """pyHanko's signer with a claimed time given to it, where its own is the machine's clock."""

    signed_at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.signed_at
        return session


class _KeySigner(Signer):
    """Signs by what holds the key, once a signature: pyHanko's own would also sign to learn how long that is."""

    def __init__(self, key: SigningKey) -> None:
        self._sign = key.sign
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([_asn1(certificate) for certificate in key.chain])
        super().__init__(signing_cert=_asn1(key.certificate), cert_registry=store)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(LONGEST) if dry_run else self._sign(data)


def _certificates(key: SigningKey) -> list[bytes]:
    """DER of all that a signature carries."""
    return [each.public_bytes(Encoding.DER) for each in (key.certificate, *key.chain)]


def _asn1(certificate: Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
