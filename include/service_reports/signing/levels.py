"""What a signature carries to be checked for years without its authorities: the levels of PAdES (ETSI EN 319 142-1).

A signature is raised by adding to the file, never by changing it: what certificates and revocation said of it, and a
time stamp of the whole. The same addition makes up for an authority that was away, and renews a time stamp.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings
from pyhanko.sign.general import SigningError as PyHankoSigningError
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend
from pyhanko_certvalidator.path import ValidationPath

from service_reports.contracts import SIGNATURE_LEVELS, SignatureLevel
from service_reports.signing.key import SigningKey
from service_reports.signing.pades import DIGEST, SigningError, sign_report
from service_reports.signing.stamp import SignatureKind
from service_reports.signing.time_stamps import AuthorityUnreachable, CheckedTimeStamper

OUT_OF_SIGHT = InvisSigSettings(box_out_of_bounds=True)
"""A field that no reader shows is no part of the structure of a tagged document (ISO 14289-1, 7.18.1)."""


@dataclass(frozen=True)
class Authorities:
    """Whom signatures above B-B ask: a time-stamping authority, and those that tell of revocations.

    ``trusted`` is the first's certificate or the root that it leads to. The addresses of the others stand in the
    certificates. What was answered is kept for all documents of a version: make one for each.
    """

    authority: TimeStamper
    trusted: tuple[asn1_x509.Certificate, ...]
    timeout_seconds: float
    """For one answer about revocation."""
    time_stamps: CheckedTimeStamper = field(init=False)
    _asked: dict[frozenset[bytes], ValidationContext] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "time_stamps", CheckedTimeStamper(self.authority, self.trusted))

    def told(self, roots: Sequence[asn1_x509.Certificate]) -> ValidationContext:
        """What was and will be told of certificates that lead to these roots, or to the trusted ones."""
        all_roots = {each.sha256: each for each in (*roots, *self.trusted)}
        if (known := frozenset(all_roots)) not in self._asked:
            self._asked[known] = ValidationContext(
                trust_roots=list(all_roots.values()),
                allow_fetching=True,
                fetcher_backend=RequestsFetcherBackend(per_request_timeout=self.timeout_seconds),
                revocation_mode="require",
            )
        return self._asked[known]


@dataclass(frozen=True)
class Signed:
    """A signed PDF, the level that its signature reached, and why no higher one where that was asked for (Spanish)."""

    content: bytes
    level: SignatureLevel
    lacking: str | None = None

    @property
    def until(self) -> datetime | None:
        """When the certificate of the last time stamp of the whole ends (aware); before, the file is to be renewed."""
        return stamped_until(self.content) if self.level == "B-LTA" else None


def stamped_until(content: bytes) -> datetime | None:
    """When the certificate of a PDF's last time stamp of the whole ends (aware); ``None`` where it has none."""
    stamps = PdfFileReader(BytesIO(content)).embedded_timestamp_signatures
    ends: datetime | None = stamps[-1].signer_cert.not_valid_after if stamps else None
    return ends


def sign_at_level(
    pdf: bytes,
    key: SigningKey,
    level: SignatureLevel,
    authorities: Authorities | None,
    *,
    degrade: bool,
    reason: str,
    location: str,
    signed_at: datetime,
    kind: SignatureKind = "electronic",
) -> Signed:
    """A report with the vendor's signature (:func:`sign_report`) at a level.

    Where an authority does not answer, with ``degrade`` at the highest level that can be reached without it.

    Raises:
        AuthorityUnreachable: an authority does not answer, and the level must not be a lower one.
        TimeStampError: the time stamp is not to be used.
        SigningError: a certificate was revoked or leads to no root, or the PDF cannot be signed.
        SigningKeyError: the certificate is not valid at ``signed_at``.
    """
    how: dict[str, Any] = {"reason": reason, "location": location, "signed_at": signed_at, "kind": kind}
    if level == "B-B":
        return Signed(sign_report(pdf, key, **how), level)
    if authorities is None:
        raise SigningError(f"el nivel {level} pide una autoridad de sellado de tiempo, y no hay ninguna")
    try:
        content = sign_report(pdf, key, **how, time_stamper=authorities.time_stamps)
    except AuthorityUnreachable as error:
        if not degrade:
            raise
        return Signed(sign_report(pdf, key, **how), "B-B", str(error))
    lacking: str | None = None
    for reached in reversed(SIGNATURE_LEVELS[2 : SIGNATURE_LEVELS.index(level) + 1]):
        try:
            return Signed(extend(content, reached, authorities), reached, lacking)
        except AuthorityUnreachable as error:
            if not degrade:
                raise
            lacking = lacking or str(error)
    return Signed(content, "B-T", lacking)


def extend(signed: bytes, level: SignatureLevel, authorities: Authorities) -> bytes:
    """A signed PDF with what it lacks for a level added at its end.

    B-T: a time stamp of the whole, which is one of its signature too; B-LT: what is told of its certificates;
    B-LTA: both. Where there is a time stamp of the whole already, what is told is of that one's certificates: so
    it is renewed. The PDF is one that this product signed: its own root is taken as one.

    Raises:
        AuthorityUnreachable: an authority does not answer.
        TimeStampError: the time stamp is not to be used.
        SigningError: a certificate was revoked or leads to no root, or the PDF is not one that was signed.
    """
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(_extended(signed, level, authorities))
    except RevokedError as error:
        raise SigningError(
            f"un certificado de la firma fue revocado el {error.revocation_dt:%Y-%m-%d %H:%M} UTC: no firme más "
            f"con él, y pida otro a la entidad de certificación ({error})"
        ) from error
    except InsufficientRevinfoError as error:
        raise AuthorityUnreachable(
            f"la entidad de certificación no dijo si un certificado fue revocado (OCSP o CRL): {error}"
        ) from error
    except (PathBuildingError, PathValidationError, ValidationError) as error:
        raise SigningError(f"un certificado de la firma no lleva a su raíz: {error}") from error
    except (PdfError, PyHankoSigningError, ValueError) as error:
        raise SigningError(f"la firma no se puede completar: {error}") from error


async def _extended(signed: bytes, level: SignatureLevel, authorities: Authorities) -> bytes:
    output = BytesIO(signed)
    writer = IncrementalPdfFileWriter(output)
    reader = writer.prev
    if level != "B-T":
        of_file = list(_certificates(reader))
        told = authorities.told([each for _, others, _ in of_file for each in others if each.self_issued])
        paths = [await _path(*each, told) for each in of_file]
        if level == "B-LTA":
            paths += [each async for each in authorities.time_stamps.validation_paths(told)]  # type: ignore[no-untyped-call]
        DocumentSecurityStore.supply_dss_in_writer(writer, None, paths=paths, validation_context=told)
        if level == "B-LT":
            writer.write_in_place()  # type: ignore[no-untyped-call]
            return output.getvalue()
    stamper = PdfTimeStamper(
        authorities.time_stamps,
        field_name=f"SelloDeTiempo{len(reader.embedded_timestamp_signatures) + 1}",
        invis_settings=OUT_OF_SIGHT,
        readable_field_name="Sello de tiempo de todo el documento",
    )
    await stamper.async_timestamp_pdf(writer, DIGEST, in_place=True)
    return output.getvalue()


Certificates = tuple[asn1_x509.Certificate, Sequence[asn1_x509.Certificate], frozenset[str]]
"""A signer's certificate, those that come with it, and the purposes that it must have."""


def _certificates(reader: PdfFileReader) -> Iterator[Certificates]:
    """Those of which something must be told: of the last time stamp of the whole, or of the signature and its own."""
    if stamps := reader.embedded_timestamp_signatures:
        yield _of(stamps[-1].signed_data, "time_stamping")
        return
    if not reader.embedded_regular_signatures:
        raise SigningError("el PDF no está firmado")
    for signature in reader.embedded_regular_signatures:
        yield _of(signature.signed_data)
        for token in extract_tst_data_iter(signature.signer_info, signed=False):
            yield _of(token, "time_stamping")


def _of(signed_data: cms.SignedData, *purposes: str) -> Certificates:
    found = extract_certificate_info(signed_data)
    return found.signer_cert, found.other_certs, frozenset(purposes)


async def _path(
    certificate: asn1_x509.Certificate,
    others: Sequence[asn1_x509.Certificate],
    purposes: frozenset[str],
    told: ValidationContext,
) -> ValidationPath:
    validator = CertificateValidator(certificate, others, validation_context=told)
    path: ValidationPath = await validator.async_validate_usage(set(), set(purposes) or None)  # type: ignore[no-untyped-call]
    return path
