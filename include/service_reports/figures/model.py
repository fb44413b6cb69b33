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

from service_reports.quality.observation import Observation
from service_reports.sources.records import DatabaseDump, HourBankEntry, OciBackup, Ticket


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

    def matching(self, prefix: str) -> Iterable[Figure]:
        """Figures whose id starts with ``prefix``, in order."""
        return (figure for figure in self.figures if figure.id.startswith(prefix))
