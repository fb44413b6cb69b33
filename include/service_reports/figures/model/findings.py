"""What a reader must know: findings, what became of them, what is asked, trends and the summary."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from service_reports.figures.model.frozen import Frozen
from service_reports.figures.model.tickets import AgeBand, OpenTicket
from service_reports.figures.model.usage import UsageComparison
from service_reports.records import Reply

Severity = Literal["alert", "warning", "notice"]
OF_NOTHING_ELSE = frozenset({"tickets.ageing", "obligations.pending"})
"""Kinds of findings of which there is one: what they name as their subject is another one each time."""
CODES = 100_000
"""So many codes of a letter there are: digits alone, which are typed in a workbook."""


def code_of(letter: str, about: str) -> str:
    """How people name a thing that a report tells of: a letter for its kind, and digits for what it is about."""
    digest = int.from_bytes(hashlib.sha256(about.encode()).digest()[:8])
    return f"{letter}-{digest % CODES:05}"


class Finding(Frozen):
    """One thing that the figures of the period show and its reader should know.

    ``subject`` is a service, resource, request or kind of observation; ``days`` are the days it
    is about, UTC for OCI and Bogotá's for tickets; ``values`` are its numbers by name, in ``unit``
    where they are use. ``section`` is the part of the reports that tells the whole.
    """

    kind: str
    severity: Severity
    section: str
    subject: str = ""
    unit: str = ""
    days: tuple[date, ...] = ()
    values: dict[str, Decimal] = Field(default_factory=dict)

    @property
    def code(self) -> str:
        """How people name it: the same in every report that has a finding of this kind about the same thing."""
        about = "" if self.kind in OF_NOTHING_ELSE else self.subject
        return code_of("H", f"{self.kind}/{about}")


def request_code(kind: str, report_number: str) -> str:
    """How people name a request that a report made first: the same in every later one that waits for its answer."""
    return code_of("P", f"{kind}/{report_number}")


Followed = Literal["open", "gone", "done", "unknown"]
"""Of a finding of the report before: it is found again; it is not; it is not, and its plan was carried out; nobody can
tell, since days of its source were not read."""


class FollowUp(Frozen):
    """What became of a finding of the report before: ``since`` is the first of the reports in a row that have it.

    ``reports`` counts these, with this one where it has it too.
    """

    code: str
    kind: str
    subject: str
    since: str
    reports: int
    state: Followed
    done_on: date | None = None


Became = Literal["open", "signed", "answered", "corrected", "resolved"]
"""Of a request to the supervisor: nobody answered; all that was to be signed is; there is an answer to it; a corrected
version does not ask any more; the period's data show that what was asked for happened."""


class SignedDocument(Frozen):
    """A document that a request wants signed: ``on`` (Bogotá's day) it was, by the holder of a certificate (``role``).

    Of a ``scanned`` copy of a page, ``on`` is when ``by`` registered it. All ``None`` where it did not come back.
    """

    kind: str
    title: str
    how: Literal["countersigned", "scanned"] | None = None
    on: date | None = None
    role: str | None = None
    by: str | None = None


class FollowedRequest(Frozen):
    """What became of a request to the supervisor that an earlier report made: ``since`` is the first that did.

    ``days`` lie between the dates of that report and this one. ``replies`` stand by their day, the last one counts;
    ``version`` is the one that does not ask any more.
    """

    code: str
    kind: str
    since: str
    days: int
    became: Became
    documents: tuple[SignedDocument, ...] = ()
    replies: tuple[Reply, ...] = ()
    version: int | None = None


Headline = Literal["tickets", "hour_bank", "availability", "backups", "dumps", "usage"]
"""What the first page answers with one figure."""


class PeriodValue(Frozen):
    """A headline figure as the report of an earlier period was issued last; ``None`` where it has none.

    ``whole`` is what it is a part of, the days of that period. ``issued``: whether a report of the period was.
    """

    report: str
    period_to: date
    issued: bool
    value: Decimal | None = None
    whole: Decimal | None = None


class Trend(Frozen):
    """A headline figure over the periods before this one, oldest first; ``figure`` is its id in every report.

    ``whole`` is the id of what it is a part of, empty where it is none.
    """

    headline: Headline
    figure: str
    whole: str
    before: tuple[PeriodValue, ...]


class Ask(Frozen):
    """One thing the supervisor is asked for; it follows by rule from findings or from what is recorded.

    ``since`` is the report that asked for it first, where each report from that on found the same. ``code`` is how
    people name it; empty of a line that names others.
    """

    kind: str
    code: str = ""
    since: str | None = None
    subjects: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    values: dict[str, Decimal] = Field(default_factory=dict)


class Summary(Frozen):
    """What the first page answers beyond the figures of the other parts: findings by severity, and what is asked."""

    tickets_closed: int
    open_tickets: tuple[OpenTicket, ...]
    """Oldest first."""
    ages: tuple[AgeBand, ...]
    comparison: UsageComparison | None
    """``None``: the calendar has no earlier period."""
    findings: tuple[Finding, ...]
    asks: tuple[Ask, ...]
