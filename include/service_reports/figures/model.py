"""What a report prints: figures with an id and an exact value, and the tables around them.

Everything here is frozen and survives a round trip through JSON unchanged: quantities are
``Decimal`` (written as text), instants are aware UTC, dates are calendar days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from service_reports.contracts import FactKind
from service_reports.quality.observation import Observation
from service_reports.sources.export_cells import plain
from service_reports.sources.records import (
    Attestation,
    Consultation,
    DatabaseDump,
    ForceMajeure,
    HourBankEntry,
    Incident,
    OciBackup,
    SocialSecurityProof,
    Ticket,
)

ChangeLink = Literal["approval", "specification", "ticket", "act"]


class Frozen(BaseModel):
    """Base of the figures: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Frozen):
    """One number that a report prints.

    ``id`` follows the grammar of ``docs/figures.md``; ``source`` names the table and the
    selection it was computed from.
    """

    id: str
    value: Decimal
    unit: str
    source: str


class UsageColumn(Frozen):
    """One metered product; ``label`` is ``service / description (unit)``."""

    label: str
    service: str
    product_description: str
    unit: str


class UsageDayRow(Frozen):
    """One UTC day of the period: hours seen and one quantity per column (``None``: no data)."""

    day: date
    hours: int
    state: Literal["complete", "partial", "missing"]
    quantities: tuple[Decimal | None, ...]


class UsageTable(Frozen):
    """Daily use, days ascending, columns by service then description; totals by column."""

    columns: tuple[UsageColumn, ...]
    rows: tuple[UsageDayRow, ...]
    totals: tuple[Decimal, ...]


class CountRow(Frozen):
    """One category of a ticket table; ``percent`` is whole and the rows of a table add to 100."""

    value: str
    count: int
    percent: int


class CountTable(Frozen):
    """Tickets counted along one dimension, largest count first, then by name."""

    dimension: Literal["status", "product", "module", "process", "subprocess"]
    rows: tuple[CountRow, ...]
    total: int


class TicketFigures(Frozen):
    """The tickets of one kind and their five count tables (empty tables when there are none)."""

    tickets: tuple[Ticket, ...]
    tables: tuple[CountTable, ...]

    @property
    def total(self) -> int:
        """How many tickets."""
        return len(self.tickets)


class HourBankFigures(Frozen):
    """Hours of the bank at the cut-off; percentages are whole and add to 100."""

    contracted: Decimal
    consumed: Decimal
    in_execution: Decimal
    committed: Decimal
    available: Decimal
    percent_consumed: int
    percent_in_execution: int
    percent_committed: int
    percent_available: int
    entries: tuple[HourBankEntry, ...]


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

    @property
    def missing(self) -> tuple[ChangeLink, ...]:
        """The links of the chain that are not recorded, in their order."""
        links: tuple[tuple[ChangeLink, object], ...] = (
            ("approval", self.approved_on),
            ("specification", self.specified_on),
            ("ticket", self.ticket_id),
            ("act", self.act_code and self.delivered_on),
        )
        return tuple(name for name, link in links if not link)


FactState = Literal["recorded", "none", "not_due", "pending"]
"""There are facts; the source was consulted and is empty; nothing is owed yet; what would show it is missing."""
ObligationState = Literal["supported", "partial", "pending", "not_due"]
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


class ObligationFact(Frozen):
    """One thing an obligation rests on, and what of it is this obligation's own."""

    kind: FactKind
    state: FactState
    attestation: Attestation | None = None
    deliverables: tuple[DeliverableFigures, ...] = ()


class ObligationFigures(Frozen):
    """A clause of the contract with its facts, in the contract's order, and what they amount to."""

    number: int
    text: str
    statement: str | None
    facts: tuple[ObligationFact, ...]
    state: ObligationState


class RecordFigures(Frozen):
    """What the contract's registers say of the period, by the report date.

    ``kept`` names the registers that the last workbook has, ``current`` whether it was left there
    on or after the period's last day: only then does an empty register deny anything. ``months_missing``
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


class MetricDay(Frozen):
    """Mean of a metric on one UTC day; ``None`` where no sample was received."""

    day: date
    mean: Decimal | None
    samples: int


class MetricSeries(Frozen):
    """One chart: daily means of the period, and statistics of them and of the hours."""

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
    samples: int
    expected_samples: int


class Availability(Frozen):
    """Share of received five-minute samples in which a resource answered, and samples not received."""

    resource_name: str
    metric_name: str
    percent: Decimal | None
    samples_up: int
    samples: int
    expected_samples: int


class BackupFigures(Frozen):
    """The provider's backups of the period, by UTC day of their start."""

    backups: tuple[OciBackup, ...]
    days_missing: tuple[date, ...]
    failed: int


class DumpFigures(Frozen):
    """Dump files of the period by the day in their name; ``listed_at`` is the newest listing."""

    dumps: tuple[DatabaseDump, ...]
    days_missing: tuple[date, ...]
    total_bytes: int
    stale_days: int
    listed_at: AwareDatetime | None


class Sources(Frozen):
    """When each source was last read before these figures were computed (UTC)."""

    usage_read_at: AwareDatetime | None
    metrics_read_at: AwareDatetime | None
    backups_read_at: AwareDatetime | None
    dumps_read_at: AwareDatetime | None
    tickets_read_at: AwareDatetime | None
    hour_bank_read_at: AwareDatetime | None


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
    hour_bank: HourBankFigures
    metrics: tuple[MetricSeries, ...]
    availability: tuple[Availability, ...]
    backups: BackupFigures
    dumps: DumpFigures
    sources: Sources
    observations: tuple[Observation, ...] = ()
    change_controls: tuple[ChangeControl, ...] = ()
    without_change_control: tuple[str, ...] = ()
    """Requests of the hour bank that no change control is recorded for."""
    records: RecordFigures = RecordFigures()
    obligations: tuple[ObligationFigures, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> PeriodFigures:
        seen: set[str] = set()
        for figure in self.figures:
            if figure.id in seen:
                raise ValueError(f"figure {figure.id!r} appears twice")
            seen.add(figure.id)
        return self

    def value(self, figure_id: str) -> Decimal:
        """The exact value of one figure.

        Raises:
            KeyError: there is no figure with this id.
        """
        for figure in self.figures:
            if figure.id == figure_id:
                return figure.value
        raise KeyError(figure_id)

    def act_of(self, entry: HourBankEntry) -> ChangeControl | None:
        """The change control whose act accepts what this entry of the hour bank delivered."""
        return next(
            (
                control
                for control in self.change_controls
                if plain(control.request) == plain(entry.request) and "act" not in control.missing
            ),
            None,
        )

    def matching(self, prefix: str) -> Iterable[Figure]:
        """Figures whose id starts with ``prefix``, in order."""
        return (figure for figure in self.figures if figure.id.startswith(prefix))
