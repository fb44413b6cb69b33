"""Takes personal data out of help-desk texts before they are printed or stored in a workbook.

The execution documents of a public contract get published, so the rule errs on the side of
hiding: any run of six digits or more counts as an identity, except a date or another ticket's number.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from service_reports.contracts.model import Contract
from service_reports.figures.model import PeriodFigures
from service_reports.sources.records import Ticket

E_MAIL = re.compile(r"[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]+\.[^\s@<>()\[\],;:]+")
PLATE_NAMED = re.compile(
    r"\b(placas?)((?:\s+(?:con|de|del|el|n[úu]mero|nro|no))*\.?\s*[:#°º]?\s*)(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9.-]*\b",
    re.IGNORECASE,
)
VEHICLE_PLATE = re.compile(r"\b(?!(?:NIT|ICA|IVA|RIT|UVT|SIF|PSE|URL)\b)[A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])\b(?![.,]?\d)")
PHONE = re.compile(
    r"(?<![\d.])(?:\(?\+?57\)?[ .-]?)?"
    r"(?:\(?(?:60\d|3\d{2})\)?[ .-]?\d{3}[ .-]?\d{2}[ .-]?\d{2}|\d{3}[ -]\d{2}[ -]\d{2})(?!\d)"
)
IDENTITY = re.compile(r"(?<![\w/])\d(?:[. ,-]?\d){5,}(?:\s?-\s?\d)?(?![\w/])")
DAY = re.compile(r"(?:19|20)\d{2}-[01]\d-[0-3]\d|[0-3]?\d-[01]?\d-(?:19|20)\d{2}")
CLOSING = re.compile(
    r"\s*\b(?:atentamente|cordialmente|quedo atent[oa]|quedamos atent[oa]s|saludos cordiales)\b.*",
    re.IGNORECASE | re.DOTALL,
)

E_MAIL_MARK = "[correo]"
PHONE_MARK = "[teléfono]"
IDENTITY_MARK = "[identificación]"
PLATE_MARK = "[placa]"


def masked(text: str, ticket_ids: Collection[str] = ()) -> str:
    """``text`` without e-mails, phones, NIT and identity numbers, plates and closing signatures.

    ``ticket_ids`` are the numbers that may stay: a text may refer to another request.
    """

    def identity(match: re.Match[str]) -> str:
        text = match.group()
        return text if text in ticket_ids or DAY.fullmatch(text) else IDENTITY_MARK

    text = CLOSING.sub("", text)
    text = E_MAIL.sub(E_MAIL_MARK, text)
    text = PLATE_NAMED.sub(lambda match: f"{match.group(1)} {PLATE_MARK}", text)
    text = VEHICLE_PLATE.sub(PLATE_MARK, text)
    text = PHONE.sub(PHONE_MARK, text)
    return IDENTITY.sub(identity, text).strip()


def printable_summaries(contract: Contract, figures: PeriodFigures) -> dict[str, str]:
    """The summary text to print for each ticket id, as ``contract.ticket_detail`` allows.

    Empty where the contract says ``none`` or no ticket carries a summary: then there is no
    summary column at all.
    """
    detail: Literal["none", "masked", "full"] = contract.ticket_detail
    tickets: tuple[Ticket, ...] = figures.support.tickets + figures.warranty.tickets
    if detail == "none":
        return {}
    ids = {ticket.ticket_id for ticket in tickets}
    return {
        ticket.ticket_id: ticket.summary if detail == "full" else masked(ticket.summary, ids)
        for ticket in tickets
        if ticket.summary
    }
