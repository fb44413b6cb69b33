"""All that one report prints of its period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, SerializeAsAny, field_validator, model_validator

from service_reports.checks.observation import Observation
from service_reports.figures import catalogue
from service_reports.figures.chapter import Report
from service_reports.figures.figure import Figure
from service_reports.figures.model.changes import VersionChanges
from service_reports.figures.model.execution import (
    ChangeControl,
    ExecutionFigures,
    ObligationFigures,
    RecordFigures,
    ServiceLevelFigures,
)
from service_reports.figures.model.findings import FollowedRequest, FollowUp, Summary, Trend
from service_reports.figures.model.frozen import Frozen
from service_reports.figures.model.gaps import Gap
from service_reports.figures.model.hour_bank import HourBankFigures
from service_reports.figures.model.measurements import Availability, BackupFigures, DumpFigures, MetricSeries
from service_reports.figures.model.tickets import EarlierTickets, TicketFigures
from service_reports.figures.model.usage import UsageComparison, UsageDayRow, UsageTable
from service_reports.sources import SOURCES

ONCE_IN_EVERY_CONTRACT = (
    *("oci_cost_reports", "oci_metrics", "oci_backups", "database_dumps", "tickets", "hour_bank", "contract_records"),
)
"""What figures rest on that were kept while every contract named the same sources."""


class Sources(Frozen):
    """When each source was last read before these figures were computed (UTC)."""

    usage_read_at: AwareDatetime | None
    metrics_read_at: AwareDatetime | None
    backups_read_at: AwareDatetime | None
    dumps_read_at: AwareDatetime | None
    tickets_read_at: AwareDatetime | None
    hour_bank_read_at: AwareDatetime | None


class KeptRows(Frozen):
    """A file of the rows behind the figures, as it lies in the archive; ``reports`` are those that carry it.

    ``archive_key`` is that of the ZIP in which it lies under its name; of files that were kept alone, their own.
    """

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
