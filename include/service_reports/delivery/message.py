"""Composes the e-mail that carries the documents of one report, or links to them where it would be too large.

The same inputs give the same bytes, so that what the outbox holds can be made again and
compared, and a message sent twice carries one ``Message-ID``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from service_reports.contracts import BOGOTA, Contract, ReportPeriod
from service_reports.delivery.attachment_names import naming, plain_names
from service_reports.delivery.one_line import one_line
from service_reports.delivery.written_header import WrittenHeader
from service_reports.wording.es_co.formats import counted, in_megabytes, long_date, significant, table_date

if TYPE_CHECKING:
    from service_reports.documents.sections.highlights import Highlights

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
MOST_FACTS, MOST_ALERTS = 4, 3
"""A message stays short: what to do, by when, whom to ask. The first page of the documents has all."""
LINKS_UNTIL = "X-Service-Report-Links-Until"
"""Header of a message with links: until when they serve, ISO 8601."""
BY_A_MACHINE = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}
"""Keeps away answers of absent people (RFC 3834; the second is Microsoft's). Delivery reports come all the same."""
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


@dataclass(frozen=True)
class Links:
    """Addresses at which the documents of a message are read instead, in their order, until a moment (aware)."""

    addresses: tuple[str, ...] = field(repr=False)
    until: datetime


def compose_report_message(
    contract: Contract,
    report: ReportPeriod,
    version: int,
    correction_reason: str | None,
    attachments: Sequence[Attachment],
    highlights: Highlights,
    deliveries: int | None,
    sent_at: datetime,
    links: Links | None = None,
    message_id: str | None = None,
) -> EmailMessage:
    """The message to the contract's supervisor, in Spanish, as text and HTML with its attachments, or with ``links``.

    The attachments come in the order of the annexes, by which the message numbers them.
    ``highlights`` say what the first page of the documents says; ``deliveries`` is how many the period had
    (``None``: that is not known); ``sent_at`` is aware and becomes the ``Date`` header in Bogotá's time.
    ``message_id`` is that of a message which is composed anew: the sender's domain, which it names, may be another one
    by now.

    Raises:
        ValueError: a version after the first without its reason.
    """
    from service_reports.documents.sections.annexes import annex_label  # draws pages, which who only sends does not
    from service_reports.documents.sections.first_page import TITLE

    reason = one_line(correction_reason or "")
    if version > 1 and not reason:
        raise ValueError(f"{contract.id} {report.number} version {version}: a correction needs its reason")
    sender, domain = contract.mail.sender.rsplit("@", 1)
    days = contract.mail.answer_days
    answer_by = sent_at.astimezone(BOGOTA).date() + timedelta(days=days) if days else None
    subject = _subject(contract, report, version, answer_by)
    message_id = message_id or f"<{contract.id}.{report.number}.v{version}@{domain}>"
    asking = [each for each in highlights.findings if each.severity != "notice"]  # as the report counts them
    alerts = [each.title for each in asking if each.severity == "alert"]
    values = {
        "contract": contract,
        "report": report,
        "version": version,
        "corrects": version > 1,
        "correction_reason": reason,
        "attachments": [
            (annex_label(place), attachment, address)
            for place, (attachment, address) in enumerate(
                zip(attachments, links.addresses if links else [None] * len(attachments), strict=True), start=1
            )
        ],
        "links_until": links and links.until,
        "deliveries": deliveries,
        "highlights": highlights,
        "alerts": alerts[:MOST_ALERTS],
        "all_alerts": len(alerts),
        "facts": highlights.facts[:MOST_FACTS],
        "findings": counted(len(asking), "hallazgo", "hallazgos"),
        "asks": counted(len(highlights.asks), "punto", "puntos"),
        "answer_by": answer_by,
        "ask": contract.mail.reply_to or contract.mail.sender,
        "first_page": TITLE,
        "signed": SIGNED[contract.signing.kind],
        "subject": subject,
    }

    addresses = [contract.supervisor.email, *contract.mail.cc, contract.mail.sender, contract.mail.reply_to or ""]
    # An encoded word is no address: a letter beyond ASCII goes as it is (RFC 6532), to servers that take it.
    message = EmailMessage(policy=SMTP if "".join(addresses).isascii() else SMTPUTF8)
    message["From"] = Address(one_line(contract.contractor.short_name), sender, domain)
    message["To"] = contract.supervisor.email
    if contract.mail.cc:
        message["Cc"] = ", ".join(contract.mail.cc)
    if contract.mail.reply_to is not None:
        message["Reply-To"] = contract.mail.reply_to
    message["Subject"] = subject
    message["Date"] = sent_at.astimezone(BOGOTA)
    message["Message-ID"] = message_id
    for name, value in BY_A_MACHINE.items():
        message[name] = value
    about = WrittenHeader("X-Service-Report", f"{contract.id}/{report.number}/v{version}")  # what comes back names it
    message[about.name] = about
    if links is not None:
        message[LINKS_UNTIL] = links.until.astimezone(BOGOTA).isoformat(timespec="seconds")
    message.set_content(rendered("report.txt.jinja", values), cte="quoted-printable")
    message.add_alternative(rendered("report.html.jinja", values), subtype="html", cte="quoted-printable")
    attached = attachments if links is None else ()
    for attachment, plain in zip(attached, plain_names(each.file_name for each in attached), strict=True):
        main_type, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content,
            maintype=main_type,
            subtype=subtype,
            headers=[f"Content-Description: {one_line(attachment.title)}"],
        )
        part = list(message.iter_parts())[-1]
        for header in naming(attachment.media_type, attachment.file_name, plain):
            del part[header.name]
            part[header.name] = header
    message["Content-Language"] = "es-CO"  # last: Content-* headers set earlier move into the first part
    _fix_boundaries(message, message_id)
    return message


def message_bytes(message: EmailMessage) -> bytes:
    """The message as it goes over SMTP: lines ended by CRLF; ASCII, unless an address has letters beyond it."""
    beyond_ascii = isinstance(message.policy, EmailPolicy) and message.policy.utf8
    return message.as_bytes(policy=SMTPUTF8 if beyond_ascii else SMTP)


def too_large(contract: Contract, message: bytes) -> bool:
    """Whether a message is larger than its contract allows: it carries links instead of the documents."""
    return in_megabytes(len(message)) > contract.mail.largest_message_mb


def links_until(message: bytes) -> datetime | None:
    """Until when the links of a message serve; ``None``: it carries its documents."""
    header = message_from_bytes(message.partition(b"\r\n\r\n")[0])[LINKS_UNTIL]
    return None if header is None else datetime.fromisoformat(header)


def _subject(contract: Contract, report: ReportPeriod, version: int, answer_by: date | None) -> str:
    """What is asked, by when, of which report, for whom: a telephone shows the beginning."""
    until = f" hasta el {table_date(answer_by)}" if answer_by else ""
    corrected = f", versión {version}" if version > 1 else ""
    about = f"informes {report.number}{corrected} de {contract.entity.name}, Contrato No. {contract.number}"
    return one_line(f"Para firmar{until}: {about}")


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
    environment.filters["long_date"] = long_date
    environment.filters["megabytes"] = lambda size_bytes: f"{significant(in_megabytes(size_bytes))} MB"
    environment.filters["bogota_moment"] = _bogota_moment
    return environment


def _bogota_moment(instant: datetime) -> str:
    """An instant in prose: ``2 de marzo de 2026 a las 06:05 (hora de Bogotá)``."""
    local = instant.astimezone(BOGOTA)
    return f"{long_date(local.date())} a las {local:%H:%M} (hora de Bogotá)"


def rendered(template: str, values: dict[str, object]) -> str:
    """A template of ``include/templates/mail`` with its values; one that is not given is an error."""
    return _environment().get_template(template).render(values).strip() + "\n"
