"""What a signature carries to be checked without its authorities, and whether that holds: the levels of PAdES.

Asked of the file alone, as of any moment. A time stamp proves that what it covers existed before it: so the signature
is looked at as of the first one, each of these as of the next, and only the last as of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError, ValidationInfoReadingError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

SIGNING = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
"""Either use is one for signing (RFC 5280, 4.2.1.3)."""
COVERING = (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)
Carried = Literal["B-B", "B-T", "B-LT", "B-LTA"]
Roots = Sequence[asn1_x509.Certificate]


@dataclass(frozen=True)
class Level:
    """What a signature carries and whether it holds at a moment; ``None``: that cannot be told.

    ``proven_at`` is the earliest time that a time stamp proves for the signature; ``until`` is when the certificate
    of the last time stamp of the whole ends, before which the file is to be stamped again. Both are aware.
    """

    carried: Carried
    holds: bool | None
    proven_at: datetime | None = None
    until: datetime | None = None


def level_of(signature: EmbeddedPdfSignature, roots: Roots, now: datetime) -> Level:
    """The level of a signature as of an aware moment; without roots no time stamp is known to be an authority's."""
    stamps = [
        each
        for each in signature.reader.embedded_timestamp_signatures
        if each.signed_revision > signature.signed_revision
    ]
    carried = _carried(signature, stamps)
    until = stamps[-1].signer_cert.not_valid_after if stamps and carried == "B-LTA" else None
    if carried == "B-B" or not roots:
        return Level(carried, True if carried == "B-B" else None, until=until)
    try:
        match carried:
            case "B-LTA":
                holds, proven_at = _archived(signature, stamps, roots, now)
            case "B-LT":
                holds, proven_at = _with_what_was_told(signature, roots)
            case _:
                holds, proven_at = _stamped(signature, stamps, roots)
    except (SignatureValidationError, ValidationInfoReadingError):
        return Level(carried, False, until=until)
    return Level(carried, holds, proven_at if holds else None, until)


def _carried(signature: EmbeddedPdfSignature, stamps: Sequence[EmbeddedPdfSignature]) -> Carried:
    if not (stamps or _has_own(signature)):
        return "B-B"
    if "/DSS" not in signature.reader.root:
        return "B-T"
    return "B-LTA" if stamps else "B-LT"


def _has_own(signature: EmbeddedPdfSignature) -> bool:
    return any(True for _ in extract_tst_data_iter(signature.signer_info, signed=False))


Verdict = tuple[bool | None, datetime | None]
"""Whether a level holds, and the earliest time that is proven for the signature."""


def _stamped(signature: EmbeddedPdfSignature, stamps: Sequence[EmbeddedPdfSignature], roots: Roots) -> Verdict:
    """By the time stamp in the signature, or failing that the first of the whole file."""
    if not _has_own(signature):
        return _of_whole(stamps[0], _context(roots, _moment(stamps[0]))), _moment(stamps[0])
    status = validate_pdf_signature(
        signature, _context(roots, signature.self_reported_timestamp), key_usage_settings=SIGNING, skip_diff=True
    )
    stamp = status.timestamp_validity
    return (_holds(stamp), stamp.timestamp) if stamp is not None else (False, None)


def _with_what_was_told(signature: EmbeddedPdfSignature, roots: Roots) -> Verdict:
    """By what certificates and revocation lists said after it was signed; when they did, the file does not prove."""
    holds, proven_at = _stamped(signature, (), roots)
    if not holds:
        return holds, None
    told = _context(roots, proven_at, signature.reader, retroactive_revinfo=True)
    return _of_signature(signature, told), proven_at


def _archived(
    signature: EmbeddedPdfSignature, stamps: Sequence[EmbeddedPdfSignature], roots: Roots, now: datetime
) -> Verdict:
    """By what the last time stamp covers. Whether its own certificate was revoked since cannot be told of the file."""
    covered = signature.reader.get_historical_resolver(stamps[-1].signed_revision)
    moments = [_moment(each) for each in stamps]
    found = [_of_signature(signature, _context(roots, moments[0], covered))]
    found += [
        _of_whole(stamp, _context(roots, following, covered))
        for stamp, following in zip(stamps[:-1], moments[1:], strict=True)
    ]
    found.append(_of_whole(stamps[-1], _context(roots, max(now, moments[-1]))))
    if False in found:
        return False, None
    if None in found:
        return None, None
    own = _stamped(signature, stamps, roots)[1]
    return True, min(moments[0], own or moments[0])


def _of_signature(signature: EmbeddedPdfSignature, told: ValidationContext) -> bool | None:
    status = validate_pdf_signature(signature, told, key_usage_settings=SIGNING, skip_diff=True)
    if not (status.intact and status.valid and status.coverage in COVERING) or status.revocation_details is not None:
        return False
    own = status.timestamp_validity
    return None if not status.trusted else True if own is None else _holds(own)


def _of_whole(stamp: EmbeddedPdfSignature, told: ValidationContext) -> bool | None:
    status = validate_pdf_timestamp(stamp, told, skip_diff=True)
    return _holds(status) if status.coverage in COVERING else False


def _holds(status: TimestampSignatureStatus) -> bool | None:
    if not (status.intact and status.valid) or status.revocation_details is not None:
        return False
    return True if status.trusted else None


def _moment(stamp: EmbeddedPdfSignature) -> datetime:
    """When the authority says that the file existed (aware)."""
    moment: datetime = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def _context(
    roots: Roots, moment: datetime | None, told_in: PdfHandler | None = None, **more: bool
) -> ValidationContext:
    """Certificates as of a moment, by what a file tells of them; where nothing is to be told, by themselves."""
    how: dict[str, Any] = {
        "trust_roots": list(roots),
        "allow_fetching": False,
        "moment": moment,
        "best_signature_time": moment,
        **more,
    }
    if told_in is None:
        return ValidationContext(**how)
    store = DocumentSecurityStore.read_dss(told_in)
    return store.as_validation_context({**how, "revocation_mode": "require"})
