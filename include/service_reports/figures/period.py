"""All figures of one report: the tables, and every number in them under its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Protocol

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.backups import backup_figures, dump_figures
from service_reports.figures.comparison import compare_usage
from service_reports.figures.hour_bank import hour_bank_figures
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.metrics import availability, metric_series
from service_reports.figures.model import Figure, LevelChange, PeriodFigures, Sources, TicketFigures
from service_reports.figures.summary import with_summary
from service_reports.figures.tickets import ticket_figures
from service_reports.figures.usage import usage_table
from service_reports.quality.observation import Observation
from service_reports.sources.records import (
    DatabaseDump,
    HourBankEntry,
    MetricPoint,
    OciBackup,
    Ticket,
    UsageDay,
)

EXACT_PRECISION = 100
"""Digits kept while adding: sums are exact, and only means are rounded."""


class Rows(Protocol):
    """What a report is computed from; the warehouse's ``PeriodRows`` is one."""

    @property
    def usage(self) -> Sequence[UsageDay]: ...  # noqa: D102
    @property
    def metrics(self) -> Sequence[MetricPoint]: ...  # noqa: D102
    @property
    def backups(self) -> Sequence[OciBackup]: ...  # noqa: D102
    @property
    def dumps(self) -> Sequence[DatabaseDump]: ...  # noqa: D102
    @property
    def tickets(self) -> Sequence[Ticket]: ...  # noqa: D102
    @property
    def hour_bank(self) -> Sequence[HourBankEntry]: ...  # noqa: D102
    @property
    def read_at(self) -> Mapping[str, datetime]: ...  # noqa: D102
    @property
    def previous_usage(self) -> Sequence[UsageDay]: ...  # noqa: D102


def compute_figures(
    contract: Contract,
    report: ReportPeriod,
    version: int,
    correction_reason: str | None,
    rows: Rows,
    observations: Sequence[Observation] = (),
) -> PeriodFigures:
    """Compute everything that one version of a report prints; ``observations`` are the open findings of its days.

    Raises:
        UnknownStatus: an hour-bank entry has a status that belongs to no group.
    """
    with localcontext(prec=EXACT_PRECISION):
        figures = _compute(contract, report, version, correction_reason, rows)
        figures = figures.model_copy(update={"observations": tuple(observations)})
        previous = contract.report_before(report)
        comparison = compare_usage(figures.usage, previous, rows.previous_usage) if previous else None
        return with_summary(figures, comparison)


def _compute(
    contract: Contract, report: ReportPeriod, version: int, correction_reason: str | None, rows: Rows
) -> PeriodFigures:
    days = report.days
    read_at = rows.read_at
    usage = usage_table(rows.usage, days)
    support = ticket_figures([ticket for ticket in rows.tickets if ticket.service == "support"])
    warranty = ticket_figures([ticket for ticket in rows.tickets if ticket.service == "warranty"])
    hours = hour_bank_figures(rows.hour_bank, contract.hour_bank.contracted_hours, report.period_to)
    charted = [
        (resource, metric, [point for point in rows.metrics
                            if (point.resource_name, point.namespace, point.metric_name)
                            == (resource.name, metric.namespace, metric.name)])
        for resource in contract.resources
        for metric in resource.metrics
    ]  # fmt: skip
    series = tuple(metric_series(resource, metric, points, days) for resource, metric, points in charted)
    available = tuple(
        availability(resource, metric, points, days) for resource, metric, points in charted if metric.availability
    )
    backups = backup_figures(rows.backups, days)
    dumps = dump_figures(rows.dumps, days, read_at.get("database_dumps"))

    def figures() -> Iterator[Figure]:
        source = (
            f"core.oci_usage_daily, {len(contract.oci.compartment_ocids)} compartment(s), {days[0]} to {days[-1]} UTC"
        )
        for column, total in zip(usage.columns, usage.totals, strict=True):
            yield Figure(id=f"usage.total/{column.label}", value=total, unit=column.unit, source=source)
        for row in usage.rows:
            for column, quantity in zip(usage.columns, row.quantities, strict=True):
                if quantity is not None:
                    yield Figure(
                        id=f"usage.day/{row.day}/{column.label}", value=quantity, unit=column.unit, source=source
                    )
        for state in ("complete", "partial", "missing"):
            count = sum(row.state == state for row in usage.rows)
            yield _count(f"usage.days.{state}", count, "days", source)
        for row in usage.rows:
            yield _count(f"usage.hours/{row.day}", row.hours, "hours", source)
        units = {column.label: column.unit for column in usage.columns}
        for summary in usage.summaries:
            unit = units[summary.column]
            for name, value in (("mean", summary.mean), ("min", summary.minimum), ("max", summary.maximum)):
                if value is not None:
                    yield Figure(id=f"usage.{name}/{summary.column}", value=value, unit=unit, source=source)
        for change in usage.level_changes:
            prefix = f"usage.level_change/{change.to_day}/{change.column}"
            yield from _level_figures(prefix, "before", "after", change, units[change.column], source)
        for change in overall_changes(usage.level_changes):
            prefix = f"usage.level/{change.column}"
            yield from _level_figures(prefix, "first", "last", change, units[change.column], source)

        yield from _ticket_figures("tickets.support", support, "core.ticket, service support, registered in the period")
        yield from _ticket_figures("tickets.warranty", warranty, "core.ticket, service warranty")

        source = f"core.hour_bank_entry at {report.period_to}; contracted hours from the contract"
        for name in ("contracted", "consumed", "in_execution", "committed", "available"):
            yield Figure(id=f"hour_bank.{name}", value=getattr(hours, name), unit="hours", source=source)

        for chart in series:
            source = f"core.metric_point, {chart.namespace}, hours, {days[0]} to {days[-1]} UTC"
            prefix = f"metric/{chart.resource_name}/{chart.metric_name}"
            statistics = {
                "min": chart.minimum, "mean": chart.mean, "max": chart.maximum, "p95": chart.p95, "peak": chart.peak,
            }  # fmt: skip
            for name, value in statistics.items():
                if value is not None:
                    yield Figure(id=f"{prefix}/{name}", value=value, unit=chart.unit, source=source)
            yield _count(f"{prefix}/samples", chart.samples, "samples", source)
            yield _count(f"{prefix}/expected", chart.expected_samples, "samples", source)

        for part in available:
            source = f"core.metric_point, {part.metric_name}, five-minute minima"
            prefix = f"availability/{part.resource_name}"
            if part.percent is not None:
                yield Figure(id=f"{prefix}/percent", value=part.percent, unit="percent", source=source)
            yield _count(f"{prefix}/samples_up", part.samples_up, "samples", source)
            yield _count(f"{prefix}/samples", part.samples, "samples", source)
            yield _count(f"{prefix}/expected", part.expected_samples, "samples", source)
            yield _count(f"{prefix}/minutes_down", part.minutes_down, "minutes", source)
            yield _count(f"{prefix}/minutes_unknown", part.minutes_unknown, "minutes", source)

        source = "core.oci_backup, by UTC day of start"
        yield _count("backups.oci.count", len(backups.backups), "backups", source)
        yield _count("backups.oci.failed", backups.failed, "backups", source)
        yield _count("backups.oci.days_missing", len(backups.days_missing), "days", source)
        source = "core.database_dump, by the day in the file name"
        yield _count("backups.dumps.count", len(dumps.dumps), "files", source)
        yield _count("backups.dumps.days_missing", len(dumps.days_missing), "days", source)
        yield _count("backups.dumps.bytes", dumps.total_bytes, "bytes", source)
        yield _count("backups.dumps.stale_days", dumps.stale_days, "days", source)

    return PeriodFigures(
        contract_id=contract.id,
        report_number=report.number,
        version=version,
        correction_reason=correction_reason,
        period_from=report.period_from,
        period_to=report.period_to,
        report_date=report.report_date,
        figures=tuple(figures()),
        usage=usage,
        support=support,
        warranty=warranty,
        hour_bank=hours,
        metrics=series,
        availability=available,
        backups=backups,
        dumps=dumps,
        sources=Sources(
            usage_read_at=read_at.get("oci_cost_reports"),
            metrics_read_at=read_at.get("oci_metrics"),
            backups_read_at=read_at.get("oci_backups"),
            dumps_read_at=read_at.get("database_dumps"),
            tickets_read_at=read_at.get("tickets"),
            hour_bank_read_at=read_at.get("hour_bank"),
        ),
    )


def _level_figures(prefix: str, old: str, new: str, change: LevelChange, unit: str, source: str) -> Iterable[Figure]:
    yield Figure(id=f"{prefix}/{old}", value=change.before, unit=unit, source=source)
    yield Figure(id=f"{prefix}/{new}", value=change.after, unit=unit, source=source)
    if change.percent is not None:
        yield Figure(id=f"{prefix}/percent", value=change.percent, unit="percent", source=source)


def _ticket_figures(prefix: str, tickets: TicketFigures, source: str) -> Iterable[Figure]:
    yield _count(f"{prefix}.total", tickets.total, "tickets", source)
    for table in tickets.tables:
        for row in table.rows:
            yield _count(f"{prefix}.{table.dimension}/{row.value}", row.count, "tickets", source)


def _count(figure_id: str, count: int, unit: str, source: str) -> Figure:
    return Figure(id=figure_id, value=Decimal(count), unit=unit, source=source)
