"""Who signed a PDF, when, with what right to go on, and what was changed since: by pyHanko, without a network."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from service_reports.audit.levels import COVERING, SIGNING, Level, level_of
from service_reports.audit.revisions import ODD, OnlySigned
from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD


class NoRoots(ValueError):
    """A file of root certificates that holds none; the message is Spanish."""


@dataclass(frozen=True)
class Signature:
    """One signature of a file.

    ``intact``: what it covers is what was signed, by the key of its certificate. ``trusted``: its certificate leads to
    one of the given roots; ``None`` where none was given. ``at`` is what the signer's clock said, or a time stamp
    of an authority that leads to a root. ``reached`` is what it carries to be checked without its authorities.
    """

    field: str
    signer: str
    role: str | None
    """The post that the certificate names of its holder, where it does."""
    issuer: str
    certificate_sha256: str
    at: datetime | None
    stamped: bool
    intact: bool
    trusted: bool | None
    level: MDPPerm | None
    changed_since: str | None
    """What was changed since beyond what a certification lets, signing empty fields and stamping: Spanish."""
    reached: Level
    covers: int
    """So many of the first bytes of the file were there when it was signed."""


class NotSigned(ValueError):
    """A file whose signatures cannot be read; the message is Spanish."""


def roots_of(content: bytes) -> list[asn1_x509.Certificate]:
    """The certificates of a file in PEM or DER.

    Raises:
        NoRoots: there is none.
    """
    try:
        if not pem.detect(content):
            found = [asn1_x509.Certificate.load(content, strict=True)]
        else:
            found = [asn1_x509.Certificate.load(der) for _, _, der in pem.unarmor(content, multiple=True)]
        for each in found:
            _ = each.subject.native
    except (ValueError, TypeError) as error:
        raise NoRoots("el archivo de raíces no tiene certificados en PEM") from error
    return found


def signatures_of(content: bytes, roots: Sequence[asn1_x509.Certificate], now: datetime) -> list[Signature]:
    """Every signature of a PDF in its order, as of an aware moment; without roots none is said to be trusted or not.

    Time stamps of the whole file are told of the signatures that they are for.

    Raises:
        NotSigned: they cannot be read.
    """
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    try:
        reader = PdfFileReader(BytesIO(content))
        return [_read(each, roots, now) for each in reader.embedded_regular_signatures]
    except (SigningError, IndexError, *ODD) as error:
        raise NotSigned("no se pueden leer sus firmas") from error


def _read(signature: EmbeddedPdfSignature, roots: Sequence[asn1_x509.Certificate], now: datetime) -> Signature:
    certificate = signature.signer_cert
    claimed = signature.self_reported_timestamp
    status = _status(signature, roots, claimed)
    stamp = status.timestamp_validity if status else None
    stamped = stamp is not None and stamp.valid and stamp.intact and stamp.trusted
    return Signature(
        field=signature.field_name,
        signer=_name(certificate.subject),
        role=_role(certificate.subject),
        issuer=_name(certificate.issuer),
        certificate_sha256=certificate.sha256.hex(),
        at=stamp.timestamp if stamped and stamp is not None else claimed,
        stamped=stamped,
        intact=status is not None and status.intact and status.valid and status.coverage in COVERING,
        trusted=(status is not None and status.trusted) if roots else None,
        level=signature.docmdp_level,
        changed_since=_changed(status),
        reached=level_of(signature, roots, now),
        covers=int(signature.byte_range[-2]) + int(signature.byte_range[-1]),
    )


def _changed(status: PdfSignatureStatus | None) -> str | None:
    """What came later that a certification does not let."""
    found = status.diff_result if status else None
    if isinstance(found, SuspiciousModification):  # by pyHanko, in English, where the signature covers no revision
        return str(found) if status is not None and status.coverage in COVERING else "no se sabe qué"
    return None if found is not None and status is not None and status.docmdp_ok is not False else "no se sabe qué"


def _status(
    signature: EmbeddedPdfSignature, roots: Sequence[asn1_x509.Certificate], at: datetime | None
) -> PdfSignatureStatus | None:
    """What pyHanko says; ``None`` where it refuses even to look. The path is looked at as of the signing."""
    context = ValidationContext(
        trust_roots=list(roots),
        other_certs=list(signature.other_embedded_certs),
        allow_fetching=False,
        moment=at,
        best_signature_time=at,
    )
    try:
        return validate_pdf_signature(signature, context, key_usage_settings=SIGNING, diff_policy=OnlySigned())
    except SignatureValidationError:
        return None


def _name(name: asn1_x509.Name) -> str:
    told = name.native
    return str(told.get("common_name") or told.get("organization_name") or name.human_friendly)


def _role(name: asn1_x509.Name) -> str | None:
    told = name.native.get("title")
    return None if not told else told if isinstance(told, str) else ", ".join(map(str, told))


def vendors(found: Sequence[Signature]) -> Signature | None:
    """The vendor's."""
    return next((each for each in found if each.field == VENDOR_FIELD), None)


def supervisors(found: Sequence[Signature]) -> Signature | None:
    """The supervisor's."""
    return next((each for each in found if each.field == SUPERVISOR_FIELD), None)
