"""What a report prints: figures with an id and an exact value, and the tables around them.

Everything here is frozen and survives a round trip through JSON unchanged: quantities are
``Decimal`` (written as text), instants are aware UTC, dates are calendar days.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, SerializeAsAny, field_validator, model_validator

from service_reports.checks.observation import Observation
from service_reports.contracts import FactKind, LevelKind
from service_reports.contracts.model import Guarantee, Modification
from service_reports.figures import catalogue
from service_reports.figures.chapter import Report
from service_reports.figures.figure import Figure, Maker
from service_reports.records import (
    ActionPlan,
    Attestation,
    Consultation,
    DatabaseDump,
    Decision,
    EarlierTicket,
    ForceMajeure,
    HourBankEntry,
    Incident,
    OciBackup,
    Payment,
    Reply,
    SocialSecurityProof,
    Ticket,
)
from service_reports.records.quotation import QuotedLine
from service_reports.sources import SOURCES

ChangeLink = Literal["approval", "specification", "ticket", "act"]


class Frozen(BaseModel):
    """Base of the figures: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


ONCE_IN_EVERY_CONTRACT = (
    *("oci_cost_reports", "oci_metrics", "oci_backups", "database_dumps", "tickets", "hour_bank", "contract_records"),
)
"""What figures rest on that were kept while every contract named the same sources."""


class Gap(Frozen):
    """Days of a source that were not read after they had ended, or about which something came and was refused.

    ``subject`` is the series of a metric, empty for other sources. ``days`` are UTC for OCI, else Bogotá's.
    ``read_at`` is when they were read too early, or when what was refused came: the batch, the check that refused it
    and its words say what. With ``replaced`` a reading of these days stands: another one, or of what was
    ``released``, or loaded ``in_part``, that one. ``settled_by`` left it refused or released it (``settled_as``), for
    the reason ``settled_why``: the report is made without it, or with it, and says so.
    """

    source: str
    subject: str = ""
    kind: Literal["never_read", "read_early", "refused", "unreadable", "not_loaded", "released", "in_part"]
    days: tuple[date, ...]
    read_at: AwareDatetime | None = None
    batch_id: int | None = None
    check: str | None = None
    reason: str | None = None
    replaced: bool = False
    settled_by: QuotedLine | None = None
    settled_why: QuotedLine | None = None
    settled_as: Decision | None = None


class UsageColumn(Frozen):
    """One metered product; ``label`` is ``service / description (unit)``."""

    label: str
    service: str
    product_description: str
    unit: str


class UsageDayRow(Frozen):
    """One UTC day of the period: hours seen and one quantity per column (``None``: no data).

    A day is ``missing`` that was read and has no line, ``unread`` one without a line of which that is not known.
    """

    day: date
    hours: int
    state: Literal["complete", "partial", "missing", "unread"]
    quantities: tuple[Decimal | None, ...]


class LevelChange(Frozen):
    """A step in the daily use of one product: the levels on both sides are medians of complete UTC days.

    ``column`` is the label of a ``UsageColumn``; ``percent`` is the change in hundredths of the
    old level, ``None`` where that was zero.
    """

    column: str
    from_day: date
    """The last day of the old level."""
    to_day: date
    """The first day of the new one."""
    before: Decimal
    after: Decimal
    percent: Decimal | None


class Growth(Frozen):
    """The mean of the first and of the last seven days with a value, and the change; ``None`` of it from nothing."""

    first: Decimal
    last: Decimal
    percent: Decimal | None


class UsageSummary(Frozen):
    """A day of one product as it usually was: mean, least and most of the complete UTC days (``None``: there are none).

    ``column`` is the label of a ``UsageColumn``.
    """

    column: str
    mean: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    growth: Growth | None = None
    """Of its complete days."""


class UsageTable(Frozen):
    """Daily use, days ascending, columns by service then description; totals and summaries by column."""

    columns: tuple[UsageColumn, ...]
    rows: tuple[UsageDayRow, ...]
    totals: tuple[Decimal, ...]
    summaries: tuple[UsageSummary, ...] = ()
    level_changes: tuple[LevelChange, ...] = ()


class CountRow(Frozen):
    """One category of a ticket table."""

    model_config = ConfigDict(extra="ignore")  # figures that were kept before hold a whole percentage

    value: str
    count: int


class CountTable(Frozen):
    """Tickets counted along one dimension, largest count first, then by name."""

    dimension: Literal["status", "product", "module", "process", "subprocess"]
    rows: tuple[CountRow, ...]
    total: int


class CrossRow(Frozen):
    """One category of a cross tabulation: its tickets by the categories of the other dimension, and together."""

    value: str
    counts: tuple[int, ...]
    total: int


class CrossTable(Frozen):
    """Tickets counted along two dimensions at once; both sums of it are the total, or there is no such table."""

    dimension: Literal["status", "product", "module", "process", "subprocess"]
    across: Literal["status", "product", "module", "process", "subprocess"]
    columns: tuple[str, ...]
    rows: tuple[CrossRow, ...]
    totals: tuple[int, ...]
    total: int

    @model_validator(mode="after")
    def _adds_up(self) -> CrossTable:
        by_column = tuple(sum(counts) for counts in zip(*(row.counts for row in self.rows), strict=True))
        if any(sum(row.counts) != row.total for row in self.rows) or by_column != self.totals:
            raise ValueError(f"{self.dimension} by {self.across}: rows or columns do not add up")
        if sum(self.totals) != self.total or sum(row.total for row in self.rows) != self.total:
            raise ValueError(f"{self.dimension} by {self.across}: the sums are not {self.total}")
        return self


class TicketTiming(Frozen):
    """The days of one ticket, in Bogotá: its age at the period's end while it is open, else how long it took.

    ``closed_on`` is the day of the reading that first found it finished; ``None`` where no
    earlier reading had found it open.
    """

    ticket_id: str
    age_days: int | None = None
    closed_on: date | None = None
    days_to_close: int | None = None


class TicketFigures(Frozen):
    """The tickets of one kind, their count tables (empty when there are none), and their days.

    ``days_without`` are days of the period on which none was registered, ``days_not_exported``
    those that had not ended when the help desk was last asked for them: of them nothing is known. ``left_out``
    are the numbers of warranty tickets that were registered outside the warranty's days.
    """

    tickets: tuple[Ticket, ...]
    tables: tuple[CountTable, ...]
    cross: CrossTable | None = None
    timings: tuple[TicketTiming, ...] = ()
    days_without: tuple[date, ...] = ()
    days_not_exported: tuple[date, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many tickets."""
        return len(self.tickets)

    @property
    def known(self) -> bool:
        """Whether something can be said of the period: there are tickets, or every day was read."""
        return bool(self.tickets) or not self.days_not_exported

    @property
    def open_tickets(self) -> tuple[Ticket, ...]:
        """Those that are not finished, oldest first; undated ones last."""
        waiting = [ticket for ticket in self.tickets if not ticket.finished]
        return tuple(sorted(waiting, key=lambda ticket: (ticket.registered_on or date.max, ticket.ticket_id)))

    @property
    def timing(self) -> dict[str, TicketTiming]:
        """The days of every ticket by its number; empty ones where none are known."""
        unknown = {ticket.ticket_id: TicketTiming(ticket_id=ticket.ticket_id) for ticket in self.tickets}
        return unknown | {timing.ticket_id: timing for timing in self.timings}


class EarlierTickets(Frozen):
    """The requests from before the period that were not finished at the cut-off, oldest first.

    ``age_days`` go with them, one by one: from registration to the period's last day, in Bogotá.
    ``days_unread`` are days of the contract before the period that were not read after their end.
    """

    tickets: tuple[EarlierTicket, ...] = ()
    age_days: tuple[int, ...] = ()
    days_unread: tuple[date, ...] = ()


ChargedState = Literal["consumed", "in_execution", "committed"]
BankState = Literal["contracted", "available", "committed", "in_execution", "consumed"]
"""``contracted`` is what the contract gave; the other four are where these hours are, and add up to it."""


class HourBankLine(Frozen):
    """One state of the bank in the period: ``opening + credits − debits = closing``, exactly.

    The opening is at the end of the day before the period, the closing at its last day's.
    """

    state: BankState
    opening: Decimal
    credits: Decimal
    debits: Decimal
    closing: Decimal


class HourMovement(Frozen):
    """Hours that moved in the period: a debit of ``source``, a credit of ``target``.

    ``on`` is a Bogotá day, ``None`` where nobody recorded one. ``source`` is ``None`` where the
    contract gives hours; ``subject`` is the request, or the act that gives them (empty: the
    contract itself). ``balance`` is what is available afterwards.
    """

    on: date | None
    subject: str
    change_code: str | None = None
    hours: Decimal
    source: BankState | None
    target: BankState
    balance: Decimal = Decimal(0)


class OpeningDifference(Frozen):
    """A state of the bank that an earlier report closed with, and that the same day computed anew does not have."""

    state: BankState
    report: str
    version: int
    issued: Decimal
    computed: Decimal

    @property
    def difference(self) -> Decimal:
        """What is there now and was not issued."""
        return self.computed - self.issued


class ChargeInIssuedPeriod(Frozen):
    """Hours of a request dated in the period of an issued report, which no issued closing had."""

    request: str
    on: date
    hours: Decimal
    report: str
    version: int


class HourBankLedger(Frozen):
    """The hour bank of the period as a ledger, and how it differs from what was issued before.

    Movements stand by date, undated ones last.
    """

    lines: tuple[HourBankLine, ...]
    movements: tuple[HourMovement, ...]
    opening_differences: tuple[OpeningDifference, ...] = ()
    in_issued_periods: tuple[ChargeInIssuedPeriod, ...] = ()


class HourBankFigures(Frozen):
    """Hours of the bank at the cut-off."""

    model_config = ConfigDict(extra="ignore")  # figures that were kept before hold whole percentages

    contracted: Decimal
    consumed: Decimal
    in_execution: Decimal
    committed: Decimal
    available: Decimal
    entries: tuple[HourBankEntry, ...]
    ledger: HourBankLedger | None = None
    """``None`` only in figures that were kept before there was a ledger."""


class ChangeControl(Frozen):
    """One request outside the support, from its estimate to the act that accepts it; dates are Bogotá days.

    Nothing is dated after the report: a link that is not there yet, or came later, is ``None``.
    ``request`` is the request of the hour bank that it is charged to, ``hours`` its estimate.
    """

    code: str
    request: str
    requested_on: date
    approved_on: date | None
    specified_on: date | None
    ticket_id: str | None
    delivered_on: date | None
    act_code: str | None
    hours: Decimal
    charged_hours: Decimal | None = None
    """Hours of the request in the bank; ``None`` when the bank has no such request."""
    title: str | None = None
    """How the request is called in print: a title that a person wrote for it."""
    act_with_report: bool = False
    """Whether its act is among the annexes of this report, which delivers it."""

    @property
    def missing(self) -> tuple[ChangeLink, ...]:
        """The links of the chain that are not recorded, in their order."""
        links: tuple[tuple[ChangeLink, object], ...] = (
            ("approval", self.approved_on),
            ("specification", self.specified_on),
            ("ticket", self.ticket_id),
            ("act", self.act_with_report or (self.act_code and self.delivered_on)),
        )
        return tuple(name for name, link in links if not link)


FactState = Literal["recorded", "none", "not_due", "pending"]
"""There are facts; the source was consulted and is empty; nothing is owed yet; what would show it is missing."""
ObligationState = Literal["supported", "partial", "pending", "not_due", "unmet"]
Evidence = Literal["measured", "recorded", "declared"]
"""How an obligation is shown: against a target, by what sources or registers hold, or by the contractor's word."""
ObligationStanding = Literal["measured", "recorded", "declared", "partial", "pending", "not_due", "unmet"]
Verdict = Literal["met", "missed", "open"]
"""Of a service level: whatever was not read changes nothing of the first two; ``open`` is what cannot be told."""
Standing = Literal["with_report", "on_time", "late", "sent", "overdue", "to_send"]
"""How a deliverable stands at the report date; only ``on_time`` has both dates to prove it."""


class DeliverableFigures(Frozen):
    """Something handed over or owed; ``sent_on`` is never after the report date. Dates are Bogotá days."""

    code: str
    kind: str
    due_on: date | None
    sent_on: date | None
    addressee: str
    standing: Standing


class ServiceLevelFigures(Frozen):
    """A service level of the contract against its target, in ``unit`` (``percent`` or ``days``).

    ``measured`` is what the readings say, ``least`` and ``most`` what it may be whatever was not read: the verdict
    holds for both. All are ``None`` where nothing was measured, ``target`` too where nothing can be.
    """

    id: str
    name: str
    kind: LevelKind
    unit: Literal["percent", "days"]
    verdict: Verdict
    target: Decimal | None = None
    subject: str | None = None
    within_days: int | None = None
    measured: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    obligation: int | None = None
    exclusions: str | None = None
    consequence: str | None = None
    needed: str | None = None


CONTRACTORS_REGISTERS = frozenset({"consultations", "force_majeure", "security_incidents", "claims"})
"""Facts that are read from registers that the contractor keeps."""


class ObligationFact(Frozen):
    """One thing an obligation rests on, and what of it is this obligation's own."""

    kind: FactKind | Literal["service_levels"]
    state: FactState
    attestation: Attestation | None = None
    deliverables: tuple[DeliverableFigures, ...] = ()
    levels: tuple[ServiceLevelFigures, ...] = ()


class ObligationFigures(Frozen):
    """A clause of the contract with its facts, in the contract's order, and what they amount to.

    ``touched_by`` are the parts of the reports with a finding about what it rests on, ``findings`` the codes of these.
    """

    number: int
    text: str
    statement: str | None
    facts: tuple[ObligationFact, ...]
    state: ObligationState
    touched_by: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """The best of what shows it: a target that is met, then what was read, then the contractor's word.

        That a register of the contractor's has no row is its word, too.
        """
        shown = {fact.kind: fact.state for fact in self.facts if fact.state in ("recorded", "none")}
        if "service_levels" in shown:
            return "measured"
        words = {kind for kind, state in shown.items() if state == "none" and kind in CONTRACTORS_REGISTERS}
        return "recorded" if shown.keys() - words - {"attestation"} else "declared"

    @property
    def standing(self) -> ObligationStanding:
        """How it is shown, or why it is not."""
        return self.evidence if self.state == "supported" else self.state


class RecordFigures(Frozen):
    """What the contract's registers say of the period, by the report date.

    ``kept`` names the registers that the last workbook has, ``current`` whether it was left there
    after the period's end: only then does an empty register deny anything. ``months_missing``
    are first days of months of the period that had ended and have no proof of social security.
    ``deliverables`` are those of the period, first the ones that go with this report.
    """

    read_at: AwareDatetime | None = None
    left_at: AwareDatetime | None = None
    kept: tuple[str, ...] = ()
    current: bool = False
    consultations: tuple[Consultation, ...] = ()
    force_majeure: tuple[ForceMajeure, ...] = ()
    security_incidents: tuple[Incident, ...] = ()
    claims: tuple[Incident, ...] = ()
    social_security: tuple[SocialSecurityProof, ...] = ()
    months_missing: tuple[date, ...] = ()
    deliverables: tuple[DeliverableFigures, ...] = ()
    plans: tuple[ActionPlan, ...] = ()
    replies: tuple[Reply, ...] = ()


class ExecutionFigures(Frozen):
    """The contract in numbers: days of its validity, those until the period's end, its value, and what was paid.

    Amounts are Colombian pesos; ``value`` and ``instalments`` are ``None`` where the contract names none.
    ``payments`` are those billed by ``known_to``, the day (Bogotá's) until which the register of payments tells;
    ``None``: there is none, and nobody knows what was billed or paid.
    """

    days: int
    days_elapsed: int
    value: Decimal | None = None
    instalments: int | None = None
    guarantees: tuple[Guarantee, ...] = ()
    modifications: tuple[Modification, ...] = ()
    payments: tuple[Payment, ...] = ()
    known_to: date | None = None

    @property
    def unpaid(self) -> tuple[Payment, ...]:
        """Invoices without a payment, in the order in which they are due, those without a day last."""
        unpaid = (each for each in self.payments if each.paid_on is None)
        return tuple(sorted(unpaid, key=lambda each: (each.due_on or date.max, each.billed_on, each.invoice)))

    @property
    def overdue(self) -> tuple[Payment, ...]:
        """Those of them whose day was over when the register was left."""
        known_to = self.known_to or date.min
        return tuple(each for each in self.unpaid if each.due_on is not None and each.due_on < known_to)


class MetricDay(Frozen):
    """One metric on one UTC day: mean and percentiles of the hours, least and most measured in any; ``None``
    without a sample."""

    day: date
    mean: Decimal | None
    samples: int
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    p95: Decimal | None = None
    p05: Decimal | None = None


class MetricSeries(Frozen):
    """One chart: daily means of the period, and statistics of them and of the hours.

    ``minimum`` and ``maximum`` are of the daily means, ``p95`` and ``p05`` of the hourly ones, ``least`` and ``peak``
    of everything measured. ``worst`` is the end of the values that is the bad one.
    """

    resource_name: str
    resource_kind: Literal["database", "server"]
    namespace: str
    metric_name: str
    unit: Literal["percent", "state"]
    title: str
    meaning: str
    days: tuple[MetricDay, ...]
    minimum: Decimal | None
    mean: Decimal | None
    maximum: Decimal | None
    p95: Decimal | None
    peak: Decimal | None
    least: Decimal | None = None
    p05: Decimal | None = None
    worst: Literal["high", "low"] = "high"
    samples: int
    expected_samples: int
    days_unread: tuple[date, ...] = ()
    growth: Growth | None = None
    """Of what tells which part of a capacity is used; ``None`` of all else, and of fewer than two weeks."""
    full_on: date | None = None
    """When the capacity is used up if it goes on so (UTC day)."""

    @property
    def constant(self) -> bool:
        """Whether every sample of the period was there and they were all the same."""
        return self.least is not None and self.least == self.peak and self.samples == self.expected_samples

    @property
    def percentile(self) -> Decimal | None:
        """The hourly mean that few hours were worse than; a state has none."""
        if self.unit == "state":
            return None
        return self.p05 if self.worst == "low" else self.p95

    @property
    def unread(self) -> bool:
        """Whether nothing of it was read: that there are no samples says nothing."""
        return not self.samples and len(self.days_unread) == len(self.days)

    @property
    def days_missing(self) -> tuple[date, ...]:
        """The days that were read and brought no sample."""
        return tuple(day.day for day in self.days if day.mean is None and day.day not in self.days_unread)


class Availability(Frozen):
    """Share of received five-minute samples in which a resource answered, and samples not received."""

    resource_name: str
    metric_name: str
    percent: Decimal | None
    samples_up: int
    samples: int
    expected_samples: int
    sample_minutes: int = 5
    days_unread: tuple[date, ...] = ()
    unread: bool = False
    """Whether no day of the period was read: then its zeros say nothing."""

    @property
    def samples_down(self) -> int:
        """Received samples in which it did not answer all the time."""
        return self.samples - self.samples_up

    @property
    def minutes_down(self) -> int:
        """Minutes of the received samples in which it did not answer all the time: at most so long it was down."""
        return self.samples_down * self.sample_minutes

    @property
    def samples_missing(self) -> int:
        """Samples that were expected and not received."""
        return max(0, self.expected_samples - self.samples)

    @property
    def minutes_unknown(self) -> int:
        """Minutes of which nothing was received."""
        return self.samples_missing * self.sample_minutes


class BackupFigures(Frozen):
    """The provider's backups of the period, by UTC day of their start.

    ``days_missing`` were listed after their end and have none; of ``days_unread`` that is not known.
    """

    backups: tuple[OciBackup, ...]
    days_missing: tuple[date, ...]
    failed: int
    days_unread: tuple[date, ...] = ()


class DumpFigures(Frozen):
    """Dump files of the period by the day in their name; ``listed_at`` is the newest listing.

    ``days_missing`` were listed after their end and have none; of ``days_unread`` that is not known.
    """

    dumps: tuple[DatabaseDump, ...]
    days_missing: tuple[date, ...]
    total_bytes: int
    stale_days: int
    listed_at: AwareDatetime | None
    days_unread: tuple[date, ...] = ()


class ColumnComparison(Frozen):
    """Daily means of one product in two periods; ``percent`` is the change, ``None`` where there was no use before."""

    label: str
    before: Decimal
    now: Decimal
    percent: Decimal | None


class UsageComparison(Frozen):
    """Use of the period against the report before it: means of the complete UTC days, largest change first.

    There are no columns when one of the two periods has no complete day.
    """

    period_from: date
    """First day of the earlier period."""
    period_to: date
    days_before: int
    days_now: int
    columns: tuple[ColumnComparison, ...]


class OpenTicket(Frozen):
    """A request of the period that was not finished; ``days`` is its age at the cut-off, in Bogotá's days."""

    ticket_id: str
    registered_on: date
    days: int


class AgeBand(Frozen):
    """How many open requests are ``least`` to ``most`` days old, both included (``None``: or more)."""

    least: int
    most: int | None
    count: int

    @property
    def name(self) -> str:
        """How the id of its figure tells it apart: ``8-15``, ``31-``."""
        return f"{self.least}-{'' if self.most is None else self.most}"


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
    values: dict[str, Decimal] = {}

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
    values: dict[str, Decimal] = {}


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


class FigureChange(Frozen):
    """One figure that another version of a report prints otherwise, or that only one of both prints (``None``).

    ``label`` says in Spanish what the figure is, ``cause`` which rows changed it, or that none is known.
    """

    figure_id: str
    label: str
    unit: str
    before: Decimal | None
    now: Decimal | None
    cause: str


class SupersededDocument(Frozen):
    """One document of the version that is replaced; ``sha256`` is that of its issued bytes."""

    title: str
    sha256: str


class TextChange(Frozen):
    """Texts of one document that are printed otherwise, though no figure explains it.

    ``gone`` and ``new`` count them; ``before`` and ``now`` are the texts themselves where they are few.
    """

    document: str
    gone: int
    new: int
    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


class VersionChanges(Frozen):
    """What a corrected version replaces, and all that is another in it.

    ``version`` is the number of the replaced version, ``issued_at`` when it was registered, and
    ``figures_sha256`` the hash of the listing of its figures.
    """

    version: int
    issued_at: AwareDatetime
    figures_sha256: str | None
    documents: tuple[SupersededDocument, ...]
    figures: tuple[FigureChange, ...]
    texts: tuple[TextChange, ...] = ()
    text_cause: str = ""
    """What changed the texts; empty where none did."""

    @property
    def nothing(self) -> bool:
        """Whether the new version would say what the replaced one says."""
        return not self.figures and not self.texts

    @cached_property
    def by_id(self) -> Mapping[str, Figure]:
        """What a corrected version says of the change itself: what its figures were before, and how many changed."""
        make = Maker()
        before = (
            make("replaced", change.before, change.unit, figure=change.figure_id)
            for change in self.figures
            if change.before is not None
        )
        told = Counter(
            catalogue.report_of(found.subject if found else "summary")
            for found in (catalogue.known(change.figure_id) for change in self.figures)
        )
        counts = [
            make("changes.total", len(self.figures)),
            *(make("changes.printed", told[report], printed_in=report) for report in get_args(Report)),
            *(make("changes.texts.gone", text.gone, document=text.document) for text in self.texts),
            *(make("changes.texts.new", text.new, document=text.document) for text in self.texts),
        ]
        return {figure.id: figure for figure in (*before, *counts)}


class Sources(Frozen):
    """When each source was last read before these figures were computed (UTC)."""

    usage_read_at: AwareDatetime | None
    metrics_read_at: AwareDatetime | None
    backups_read_at: AwareDatetime | None
    dumps_read_at: AwareDatetime | None
    tickets_read_at: AwareDatetime | None
    hour_bank_read_at: AwareDatetime | None


class KeptRows(Frozen):
    """A file of the rows behind the figures, as it lies in the archive; ``reports`` are those that carry it."""

    name: str
    sha256: str
    size_bytes: int
    rows: int
    reports: tuple[Report, ...]
    archive_key: str


class Table(Frozen):
    """Base of what one chapter alone computes and keeps of a period."""


TableType = TypeVar("TableType", bound=Table)


class PeriodFigures(Frozen):
    """All that the documents of one report print, and nothing they have to compute."""

    contract_id: str
    report_number: str
    version: int
    correction_reason: str | None
    period_from: date
    period_to: date
    report_date: date
    figures: tuple[Figure, ...]
    usage: UsageTable
    support: TicketFigures
    warranty: TicketFigures
    hour_bank: HourBankFigures | None
    """``None``: it was not read after the period's end, and nobody knows how it stood; or the contract has none."""
    metrics: tuple[MetricSeries, ...]
    availability: tuple[Availability, ...]
    backups: BackupFigures
    dumps: DumpFigures
    sources: Sources
    gaps: tuple[Gap, ...] = ()
    observations: tuple[Observation, ...] = ()
    change_controls: tuple[ChangeControl, ...] = ()
    without_change_control: tuple[str, ...] = ()
    """Requests of the hour bank that no change control is recorded for."""
    records: RecordFigures = RecordFigures()
    obligations: tuple[ObligationFigures, ...] = ()
    service_levels: tuple[ServiceLevelFigures, ...] = ()
    execution: ExecutionFigures | None = None
    """``None``: the contract names neither value, guarantees nor modifications, and keeps no register of payments."""
    follow_ups: tuple[FollowUp, ...] = ()
    requests: tuple[FollowedRequest, ...] = ()
    trends: tuple[Trend, ...] = ()
    """Of each headline figure that two periods or more have."""
    summary: Summary | None = None
    """``None`` only in figures that were kept before there was a summary."""
    changes: VersionChanges | None = None
    """``None`` in a first version."""
    earlier: EarlierTickets | None = None
    """``None`` in the first report of a contract, and in figures that were kept before these were listed."""
    tables: Mapping[str, SerializeAsAny[Table]] = {}
    """What chapters keep for themselves, by their names; nothing of one whose sources the contract does not name."""
    named: tuple[str, ...] = ONCE_IN_EVERY_CONTRACT
    """The sources that the contract named: of any other these figures hold nothing, and nothing is printed."""
    evidence: tuple[KeptRows, ...] = ()
    """Empty in figures that were kept before reports carried their rows."""

    @model_validator(mode="before")
    @classmethod
    def _as_kept_before(cls, kept: Any) -> Any:  # noqa: ANN401 (whatever is validated)
        """Figures that were kept before chapters had tables have the one of published addresses in fields."""
        if not isinstance(kept, Mapping) or "published" not in kept:
            return kept
        others = {name: value for name, value in kept.items() if name not in ("published", "published_read_at")}
        table = {"services": kept["published"], "read_at": kept.get("published_read_at")}
        return {**others, "tables": {**kept.get("tables", {}), **({"published": table} if kept["published"] else {})}}

    @field_validator("tables", mode="before")
    @classmethod
    def _as_chapters_keep_them(cls, tables: Mapping[str, Any]) -> Mapping[str, Any]:
        kinds = {each.name: each.keeps for each in catalogue.chapters() if each.keeps is not None}
        return {name: kinds[name].model_validate(table) for name, table in tables.items()}

    @model_validator(mode="after")
    def _ids_are_unique(self) -> PeriodFigures:
        seen: set[str] = set()
        for figure in self.figures:
            if figure.id in seen:
                raise ValueError(f"figure {figure.id!r} appears twice")
            seen.add(figure.id)
        return self

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the period, in order."""
        return tuple(row.day for row in self.usage.rows)

    @property
    def least_available(self) -> Availability | None:
        """The measured resource that answered least; ``None`` where nothing was measured."""
        measured = [part for part in self.availability if part.percent is not None]
        return min(measured, key=lambda part: (part.percent, part.resource_name), default=None)

    def table(self, kind: type[TableType]) -> TableType | None:
        """What a chapter keeps, by its type; ``None`` where it keeps nothing."""
        return next((table for table in self.tables.values() if isinstance(table, kind)), None)

    def tell_of(self, source: str) -> bool:
        """Whether the contract named a source: of any other nothing is printed, not even that there was none.

        Raises:
            KeyError: there is no such source.
        """
        return SOURCES[source].name in self.named

    def unread_days(self, source: str) -> tuple[date, ...]:
        """The days of a source, or of some part of it, of which nothing may be denied, in order."""
        lost = {day for gap in self.gaps if gap.source == source and not gap.replaced for day in gap.days}
        return tuple(sorted(lost))

    def usage_days(self, state: Literal["complete", "partial", "missing", "unread"]) -> tuple[UsageDayRow, ...]:
        """The days of use in a state; one that was not read, or not all that came, is unread whatever it has."""
        unread = set(self.unread_days("oci_cost_reports"))
        return tuple(row for row in self.usage.rows if ("unread" if row.day in unread else row.state) == state)

    @property
    def comparison(self) -> UsageComparison | None:
        """Use against the period before; ``None`` where there is nothing to compare with."""
        compared = self.summary.comparison if self.summary else None
        return compared if compared and compared.columns else None

    @cached_property
    def _listing(self) -> tuple[tuple[Figure, ...], Mapping[str, Figure]]:
        return self.figures, {figure.id: figure for figure in self.figures}

    @property
    def by_id(self) -> Mapping[str, Figure]:
        """Every figure by its id."""
        if self._listing[0] is not self.figures:  # a copy with other figures took the listing along
            del self._listing
        return self._listing[1]

    @property
    def with_changes(self) -> Mapping[str, Figure]:
        """Every figure that the documents may print: the period's, and those of what a corrected version replaces."""
        return {**self.by_id, **self.changes.by_id} if self.changes else self.by_id

    def figure(self, family: str, **parameters: object) -> Figure | None:
        """The figure of a family with these parameters; ``None`` where the period has none.

        What a corrected version replaces is found here, too. Where a source was read in part, a zero is of what was
        read, and its id says so.

        Raises:
            UnknownFigure: the catalogue has no such family.
        """
        wanted = catalogue.figure_id(family, **parameters)
        return (
            self.by_id.get(wanted)
            or self.by_id.get(catalogue.figure_id("read", figure=wanted))
            or (self.changes.by_id.get(wanted) if self.changes else None)
        )

    def needed(self, family: str, **parameters: object) -> Figure:
        """The same where a sentence cannot do without it.

        Raises:
            MissingFigure: the period has none.
            UnknownFigure: the catalogue has no such family.
        """
        found = self.figure(family, **parameters)
        if found is None:
            raise catalogue.MissingFigure(catalogue.figure_id(family, **parameters))
        return found

    def value(self, figure_id: str) -> Decimal:
        """The exact value of one figure.

        Raises:
            KeyError: there is no figure with this id.
        """
        return self.by_id[figure_id].value

    def matching(self, prefix: str) -> Iterable[Figure]:
        """Figures whose id starts with ``prefix``, in order."""
        return (figure for figure in self.figures if figure.id.startswith(prefix))
