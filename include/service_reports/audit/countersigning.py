"""Whether a document of ours that came back carries the supervisor's signature, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509 as asn1_x509

from service_reports.audit.hidden import misplaced
from service_reports.audit.packed import TooMuch, check_size
from service_reports.audit.signatures import NotSigned, signatures_of, supervisors, vendors
from service_reports.foreign_text import foreign_line

LONGEST_NAME = 200


class NotCountersigned(ValueError):
    """Why a file that came back does not count; the message is Spanish."""


@dataclass(frozen=True)
class Countersignature:
    """Who signed in the supervisor's place, as the certificate names them and who issued it, and when (aware).

    ``role`` is the post that it names, ``None`` where it names none.
    ``stamped``: an authority's time stamp says when, and not the signer's clock. ``trusted``: whether the certificate
    leads to one of the given roots; ``None`` where none was given, and that was not judged.
    """

    signer: str
    role: str | None
    issuer: str
    certificate_sha256: str
    at: datetime | None
    stamped: bool
    trusted: bool | None


def countersignature(content: bytes, roots: Sequence[asn1_x509.Certificate] = ()) -> Countersignature:
    """The supervisor's signature on a file that begins with a document of ours.

    Whose the key is does not decide whether it counts: it is told, and judged where there are roots to trust.

    Raises:
        NotCountersigned: nobody signed in the supervisor's place, or more was changed than that.
    """
    try:
        check_size(content)
        found = signatures_of(content, roots, datetime.now(UTC))
    except (TooMuch, NotSigned) as error:
        raise NotCountersigned(str(error)) from error
    for fault in misplaced(content):
        raise NotCountersigned(fault)
    vendor, supervisor = vendors(found), supervisors(found)
    if vendor is None or not vendor.intact:
        raise NotCountersigned("la firma del contratista ya no es de lo que cubre")
    if vendor.changed_since:
        raise NotCountersigned(f"cambia más que la firma: {vendor.changed_since}")
    if supervisor is None:
        raise NotCountersigned("nadie firmó en el recuadro del supervisor")
    if not supervisor.intact:
        raise NotCountersigned("la firma del supervisor no es de lo que cubre")
    if supervisor.certificate_sha256 == vendor.certificate_sha256:
        raise NotCountersigned("el recuadro del supervisor lo firmó el contratista, con su mismo certificado")
    if supervisor.changed_since:
        raise NotCountersigned(f"después de la firma del supervisor: {supervisor.changed_since}")
    return Countersignature(
        signer=foreign_line(supervisor.signer)[:LONGEST_NAME],
        role=foreign_line(supervisor.role)[:LONGEST_NAME] if supervisor.role else None,
        issuer=foreign_line(supervisor.issuer)[:LONGEST_NAME],
        certificate_sha256=supervisor.certificate_sha256,
        at=supervisor.at,
        stamped=supervisor.stamped,
        trusted=supervisor.trusted,
    )
