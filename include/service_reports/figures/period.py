"""All figures of one report: the tables, and every number in them under its id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Protocol

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.backups import backup_figures, dump_figures
from service_reports.figures.categories import with_one_spelling
from service_reports.figures.comparison import compare_usage
from service_reports.figures.deliveries import delivered, delivered_hours
from service_reports.figures.free_texts import named_now, own_words
from service_reports.figures.gaps import gaps, may_be_said, series_name, supported, unread
from service_reports.figures.hour_bank import hour_bank_figures, printable_entries
from service_reports.figures.hour_ledger import bank_figures, credited, credits_of, hour_bank_ledger, issued_banks
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.metrics import availability, metric_series
from service_reports.figures.model import (
    ChangeControl,
    Figure,
    HourBankFigures,
    LevelChange,
    ObligationFigures,
    PeriodFigures,
    Sources,
    TicketFigures,
)
from service_reports.figures.obligations import obligation_figures
from service_reports.figures.records import change_codes, change_controls, printable_registers, record_figures
from service_reports.figures.summary import with_summary
from service_reports.figures.tickets import (
    in_last_state,
    known_at,
    known_categories,
    left_open,
    printable,
    ticket_figures,
    ticket_numbers,
    timed,
    under_warranty,
    with_days,
)
from service_reports.figures.usage import usage_table
from service_reports.quality.observation import Observation
from service_reports.sources.records import (
    ContractRegisters,
    DatabaseDump,
    DayRead,
    EarlierTicket,
    HourBankEntry,
    IssuedFigure,
    MetricPoint,
    OciBackup,
    RefusedBatch,
    Ticket,
    TicketState,
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
    def ticket_states(self) -> Sequence[TicketState]: ...  # noqa: D102
    @property
    def hour_bank(self) -> Sequence[HourBankEntry]: ...  # noqa: D102
    @property
    def read_at(self) -> Mapping[str, datetime]: ...  # noqa: D102
    @property
    def registers(self) -> ContractRegisters: ...  # noqa: D102
    @property
    def previous_usage(self) -> Sequence[UsageDay]: ...  # noqa: D102
    @property
    def earlier_tickets(self) -> Sequence[EarlierTicket]: ...  # noqa: D102
    @property
    def issued_hours(self) -> Sequence[IssuedFigure]: ...  # noqa: D102
    @property
    def earlier_days_read(self) -> Collection[date]: ...  # noqa: D102
    @property
    def days_read(self) -> Sequence[DayRead]: ...  # noqa: D102
    @property
    def refused(self) -> Sequence[RefusedBatch]: ...  # noqa: D102


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
    registers = printable_registers(rows.registers, contract.ticket_detail, own_words(contract))
    with localcontext(prec=EXACT_PRECISION):
        figures = _compute(contract, report, version, correction_reason, rows, registers)
        obligations = obligation_figures(contract, report, figures, registers)
        numbers = (*figures.figures, *_record_figures(figures, obligations))
        figures = figures.model_copy(
            update={
                "observations": tuple(each for each in observations if may_be_said(each, figures.gaps)),
                "obligations": obligations,
                "figures": numbers,
            }
        )
        previous = contract.report_before(report)
        comparison = compare_usage(figures.usage, previous, rows.previous_usage) if previous else None
        figures = with_summary(figures, comparison)
        return figures.model_copy(
            update={"figures": tuple(each for each in figures.figures if supported(each, figures.gaps))}
        )


def hour_bank_of(
    contract: Contract, report: ReportPeriod, rows: Rows
) -> tuple[HourBankFigures, tuple[ChangeControl, ...], tuple[str, ...]]:
    """The hour bank of a report with its ledger, the change controls, and the requests that have none.

    Raises:
        UnknownStatus: an hour-bank entry has a status that belongs to no group.
    """
    with localcontext(prec=EXACT_PRECISION):
        entries = printable_entries(rows.hour_bank, contract.ticket_detail, own_words(contract))
        registers = printable_registers(rows.registers, contract.ticket_detail, own_words(contract))
        controls, without_control = change_controls(registers, entries, report)
        issued_hours = named_now(rows.issued_hours, rows.hour_bank, contract.ticket_detail, own_words(contract))
        hours = hour_bank_figures(entries, credited(credits_of(contract), report.period_to), report.period_to)
        ledger = hour_bank_ledger(
            entries,
            credits_of(contract),
            report,
            issued_banks(contract, report, issued_hours),
            change_codes(controls),
        )
    return hours.model_copy(update={"ledger": ledger}), controls, without_control


def _compute(
    contract: Contract,
    report: ReportPeriod,
    version: int,
    correction_reason: str | None,
    rows: Rows,
    registers: ContractRegisters,
) -> PeriodFigures:
    days = report.days
    read_at = rows.read_at
    found = gaps(contract, days, rows)
    usage = usage_table(rows.usage, days, unread(found, "oci_cost_reports"))
    states = known_at(rows.ticket_states, contract.cut_off(report))
    known = known_categories(contract)
    shown = printable(in_last_state(rows.tickets, states), contract.ticket_detail, own_words(contract))
    # What is counted apart is spelled apart: an issued category of one keeps its name whatever the other has.
    tickets, of_warranty = (
        with_one_spelling([ticket for ticket in shown if ticket.service == service], known, others)
        for service, others in (("support", rows.earlier_tickets), ("warranty", ()))
    )
    listed, left_out = under_warranty(of_warranty, contract.warranty_listed_in(report))
    support, warranty = (timed(ticket_figures(kind), states, report.period_to) for kind in (tickets, listed))
    earlier = None
    if contract.report_before(report):
        before = (report.period_from - contract.valid_from).days
        unknown = {contract.valid_from + timedelta(days=offset) for offset in range(before)}
        open_before = printable(rows.earlier_tickets, contract.ticket_detail, own_words(contract))
        earlier = left_open(
            with_one_spelling(open_before, known, tickets),
            report.period_to,
            unknown.difference(rows.earlier_days_read),
        )
    support = with_days(support, days, unread(found, "tickets"))
    warranty = warranty.model_copy(update={"left_out": left_out})
    hours: HourBankFigures | None
    without_control: tuple[str, ...]
    if unread(found, "hour_bank"):
        hours, (controls, _), without_control = None, change_controls(registers, (), report), ()
    else:
        hours, controls, without_control = hour_bank_of(contract, report, rows)
    if "change_controls" not in registers.rows:
        without_control = ()
    charted = [
        (
            resource,
            metric,
            [
                point
                for point in rows.metrics
                if (point.resource_name, point.namespace, point.metric_name)
                == (resource.name, metric.namespace, metric.name)
            ],
        )
        for resource in contract.resources
        for metric in resource.metrics
    ]
    lost = {
        (resource.name, metric.name): unread(
            found, "oci_metrics", series_name(resource.name, metric.namespace, metric.name)
        )
        for resource, metric, _ in charted
    }
    series = tuple(
        metric_series(resource, metric, points, days, lost[resource.name, metric.name])
        for resource, metric, points in charted
    )
    available = tuple(
        availability(resource, metric, points, days, lost[resource.name, metric.name])
        for resource, metric, points in charted
        if metric.availability
    )
    backups = backup_figures(rows.backups, days, unread(found, "oci_backups"))
    dumps = dump_figures(rows.dumps, days, read_at.get("database_dumps"), unread(found, "database_dumps"))

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
            if row.state != "unread":
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
        source = "core.ticket and the moment of the newest export of each day"
        yield _count("tickets.support.days_without", len(support.days_without), "days", source)
        yield _count("tickets.support.days_not_exported", len(support.days_not_exported), "days", source)
        if earlier:
            source = "core.ticket, service support, registered before the period and not finished at the cut-off"
            yield _count("tickets.earlier.open", len(earlier.tickets), "tickets", source)
            for ticket, age in zip(earlier.tickets, earlier.age_days, strict=True):
                yield _count(f"tickets.earlier.age/{ticket.ticket_id}", age, "days", source)
        source = "core.ticket, service warranty, registered in the warranty or undated"
        yield from _ticket_figures("tickets.warranty", warranty, source)

        if hours is not None:
            yield from bank_figures(hours, contract.valid_from, report.period_to)
            made = delivered(hours.entries, report.period_from, report.period_to)
            source = f"core.hour_bank_entry, finished, in production {report.period_from} to {report.period_to}"
            yield _count("hour_bank.deliveries", len(made), "deliveries", source)
            yield Figure(id="hour_bank.delivered", value=delivered_hours(made), unit="hours", source=source)

        for chart in series:
            source = f"core.metric_point, {chart.namespace}, hours, {days[0]} to {days[-1]} UTC"
            prefix = f"metric/{chart.resource_name}/{chart.metric_name}"
            statistics = {
                "min": chart.minimum,
                "mean": chart.mean,
                "max": chart.maximum,
                "p95": chart.p95,
                "peak": chart.peak,
            }
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
        gaps=found,
        change_controls=controls,
        without_change_control=without_control,
        records=record_figures(contract, report, version, registers),
        earlier=earlier,
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


def _record_figures(figures: PeriodFigures, obligations: Sequence[ObligationFigures]) -> Iterable[Figure]:
    source = "contract's obligations, by the facts of the period"
    yield _count("obligations.total", len(obligations), "obligations", source)
    for state in ("supported", "partial", "pending", "not_due"):
        count = sum(obligation.state == state for obligation in obligations)
        yield _count(f"obligations.{state}", count, "obligations", source)
    records, source = figures.records, "core.contract_record at the report date"
    for register, rows in (
        ("consultations", records.consultations),
        ("force_majeure", records.force_majeure),
        ("incidents", (*records.security_incidents, *records.claims)),
        ("social_security", records.social_security),
        ("change_controls", figures.change_controls),
    ):
        if register in records.kept and (rows or records.current):
            yield _count(f"records.{register}", len(rows), "rows", source)


def _ticket_figures(prefix: str, tickets: TicketFigures, source: str) -> Iterable[Figure]:
    for name, count, unit in ticket_numbers(tickets):
        yield _count(f"{prefix}.{name}", count, unit, source)


def _count(figure_id: str, count: int, unit: str, source: str) -> Figure:
    return Figure(id=figure_id, value=Decimal(count), unit=unit, source=source)
