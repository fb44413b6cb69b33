"""Composes the e-mail that carries the documents of one report.

The same inputs give the same bytes, so that what the outbox holds can be made again and
compared, and a message sent twice carries one ``Message-ID``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from service_reports.contracts import BOGOTA, Contract, ReportPeriod
from service_reports.documents.annexes import annex_label
from service_reports.documents.first_page import TITLE
from service_reports.documents.format import counted, long_date, read_instant, table_date
from service_reports.documents.highlights import Highlights

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
MOST_FINDINGS = 8
"""A message stays short; the first page of the documents has all."""
SIGNED = {"electronic": "firmados electrónicamente", "digital": "firmados digitalmente"}


@dataclass(frozen=True)
class Attachment:
    """One document of the message; ``file_name`` is ASCII, ``title`` is Spanish."""

    file_name: str
    media_type: str
    content: bytes = field(repr=False)
    title: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the content, lower-case hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def compose_report_message(
    contract: Contract,
    report: ReportPeriod,
    version: int,
    correction_reason: str | None,
    attachments: Sequence[Attachment],
    highlights: Highlights,
    deliveries: int,
    sent_at: datetime,
) -> EmailMessage:
    """The message to the contract's supervisor, in Spanish, as text and HTML with its attachments.

    The attachments come in the order of the annexes, by which the message numbers them.
    ``highlights`` say what the first page of the documents says; ``deliveries`` is how many the period had;
    ``sent_at`` is aware and becomes the ``Date`` header in Bogotá's time.

    Raises:
        ValueError: a version after the first without its reason.
    """
    reason = _one_line(correction_reason or "")
    if version > 1 and not reason:
        raise ValueError(f"{contract.id} {report.number} version {version}: a correction needs its reason")
    sender, domain = contract.mail.sender.rsplit("@", 1)
    subject = _subject(contract, report, version)
    message_id = f"<{contract.id}.{report.number}.v{version}@{domain}>"
    more = max(0, len(highlights.findings) - MOST_FINDINGS)
    values = {
        "contract": contract,
        "report": report,
        "version": version,
        "corrects": version > 1,
        "correction_reason": reason,
        "attachments": [(annex_label(place), attachment) for place, attachment in enumerate(attachments, start=1)],
        "deliveries": deliveries,
        "highlights": highlights,
        "most_findings": MOST_FINDINGS,
        "more_findings": counted(more, "hallazgo más está", "hallazgos más están") if more else "",
        "first_page": TITLE,
        "signed": SIGNED[contract.signing.kind],
        "subject": subject,
    }

    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_one_line(contract.contractor.short_name), sender, domain)
    message["To"] = contract.supervisor.email
    if contract.mail.cc:
        message["Cc"] = ", ".join(contract.mail.cc)
    message["Subject"] = subject
    message["Date"] = sent_at.astimezone(BOGOTA)
    message["Message-ID"] = message_id
    message["X-Service-Report"] = f"{contract.id}/{report.number}/v{version}"
    message.set_content(rendered("report.txt.jinja", values), cte="quoted-printable")
    message.add_alternative(rendered("report.html.jinja", values), subtype="html", cte="quoted-printable")
    for attachment in attachments:
        main_type, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content,
            maintype=main_type,
            subtype=subtype,
            filename=_one_line(attachment.file_name),
            headers=[f"Content-Description: {_one_line(attachment.title)}"],
        )
    message["Content-Language"] = "es-CO"  # last: Content-* headers set earlier move into the first part
    _fix_boundaries(message, message_id)
    return message


def message_bytes(message: EmailMessage) -> bytes:
    """The message as it goes over SMTP: ASCII, lines ended by CRLF."""
    return message.as_bytes(policy=SMTP)


def _subject(contract: Contract, report: ReportPeriod, version: int) -> str:
    period = f"del {table_date(report.period_from)} al {table_date(report.period_to)}"
    corrected = f", versión {version}" if version > 1 else ""
    return _one_line(f"Informes del servicio {report.number}{corrected} ({period}), Contrato No. {contract.number}")


def _one_line(text: str) -> str:
    """Text for a header or a sentence: line ends and runs of blanks become one blank."""
    return " ".join(text.split())


def _fix_boundaries(message: EmailMessage, message_id: str) -> None:
    """Boundaries that depend on the message's id alone; ``=_`` occurs in no encoded part."""
    digest = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest}_{number}")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.jinja",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(long_date=long_date, read_instant=read_instant)
    return environment


def rendered(template: str, values: dict[str, object]) -> str:
    """A template of ``include/templates/mail`` with its values; one that is not given is an error."""
    return _environment().get_template(template).render(values).strip() + "\n"
