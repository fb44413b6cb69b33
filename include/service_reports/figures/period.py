"""All figures of one report: the tables, and every number in them under its id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import localcontext
from typing import TypeVar

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures import catalogue
from service_reports.figures.attention import attended, told_until
from service_reports.figures.categories import with_one_spelling
from service_reports.figures.chapters import CHAPTERS
from service_reports.figures.chapters.availability import availability
from service_reports.figures.chapters.backups import backup_figures, dump_figures
from service_reports.figures.chapters.execution import execution
from service_reports.figures.chapters.follow_up import follow_ups
from service_reports.figures.chapters.hour_bank import hour_bank_figures, printable_entries
from service_reports.figures.chapters.metrics import metric_series
from service_reports.figures.chapters.obligations import obligation_figures, touched
from service_reports.figures.chapters.requests import carried_on, followed_requests
from service_reports.figures.chapters.service_levels import service_levels
from service_reports.figures.chapters.summary import summarise
from service_reports.figures.chapters.tickets import (
    in_last_state,
    known_at,
    known_categories,
    left_open,
    printable,
    ticket_figures,
    timed,
    under_warranty,
    with_days,
)
from service_reports.figures.chapters.trend import trends
from service_reports.figures.chapters.usage import usage_table
from service_reports.figures.comparison import compare_usage
from service_reports.figures.figure import Maker
from service_reports.figures.free_texts import named_now, own_words
from service_reports.figures.gaps import as_far_as_read, gaps, may_be_said, named, unread
from service_reports.figures.hour_ledger import credited, credits_of, hour_bank_ledger, issued_banks
from service_reports.figures.model import (
    ChangeControl,
    HourBankFigures,
    PeriodFigures,
    Sources,
    UsageComparison,
)
from service_reports.figures.records import change_codes, change_controls, printable_registers, record_figures
from service_reports.records import (
    ContractRegisters,
    DatabaseDump,
    HourBankEntry,
    MetricPoint,
    OciBackup,
    Ticket,
    TicketState,
    UsageDay,
)
from service_reports.records.period_rows import PeriodRows
from service_reports.sources.oci_metrics import series_name

Each = TypeVar("Each")
EXACT_PRECISION = 100
"""Digits kept while adding: sums are exact, and only means are rounded."""


def compute_figures(
    contract: Contract,
    report: ReportPeriod,
    version: int,
    correction_reason: str | None,
    rows: PeriodRows,
    observations: Sequence[Observation] = (),
) -> PeriodFigures:
    """Compute everything that one version of a report prints; ``observations`` are the open findings of its days.

    Raises:
        UnknownStatus: an hour-bank entry has a status that belongs to no group.
    """
    registers = printable_registers(rows.registers, contract.ticket_detail, own_words(contract))
    with localcontext(prec=EXACT_PRECISION):
        figures = _compute(contract, report, version, correction_reason, rows, registers)
        figures = figures.model_copy(update={"service_levels": service_levels(contract, figures)})
        figures = figures.model_copy(
            update={
                "observations": tuple(each for each in observations if may_be_said(each, figures.gaps)),
                "obligations": obligation_figures(contract, report, figures, registers),
            }
        )
        previous = contract.report_before(report)
        comparison = compare_usage(figures.usage, previous, rows.previous_usage) if previous else None
        figures = summarised(figures, comparison)
        followed = follow_ups(contract, report, figures, rows.earlier_findings)
        requests = followed_requests(contract, report, figures, rows.earlier_requests, rows.signed_back)
        figures = carried_on(contract, report, figures.model_copy(update={"follow_ups": followed}), followed, requests)
        figures = with_numbers(contract, figures)
        told = trends(contract, report, figures, rows.earlier_headlines)
        return with_numbers(contract, figures.model_copy(update={"trends": told})) if told else figures


def summarised(figures: PeriodFigures, comparison: UsageComparison | None) -> PeriodFigures:
    """The figures with their summary, and each obligation with what its findings touch."""
    summary = summarise(figures, comparison)
    return figures.model_copy(
        update={"summary": summary, "obligations": touched(figures.obligations, summary.findings)}
    )


def hour_bank_of(
    contract: Contract, report: ReportPeriod, rows: PeriodRows
) -> tuple[HourBankFigures, tuple[ChangeControl, ...], tuple[str, ...]]:
    """The hour bank of a report with its ledger, the change controls, and the requests that have none.

    Raises:
        UnknownStatus: an hour-bank entry has a status that belongs to no group.
    """
    with localcontext(prec=EXACT_PRECISION):
        entries = printable_entries(rows.of(HourBankEntry), contract.ticket_detail, own_words(contract))
        registers = printable_registers(rows.registers, contract.ticket_detail, own_words(contract))
        controls, without_control = change_controls(registers, entries, report)
        issued_hours = named_now(rows.issued_hours, rows.of(HourBankEntry), contract.ticket_detail, own_words(contract))
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
    rows: PeriodRows,
    registers: ContractRegisters,
) -> PeriodFigures:
    days = report.days
    read_at = rows.read_at
    found = gaps(contract, days, rows)
    told_of = named(contract)

    def of(source: str, each: Sequence[Each]) -> Sequence[Each]:
        return each if source in told_of else ()

    usage = usage_table(rows.of(UsageDay), days, unread(found, "oci_cost_reports"))
    states = known_at(rows.of(TicketState), contract.cut_off(report))
    known = known_categories(contract)
    shown = printable(
        in_last_state(of("tickets", rows.of(Ticket)), states), contract.ticket_detail, own_words(contract)
    )
    # What is counted apart is spelled apart: an issued category of one keeps its name whatever the other has.
    tickets, of_warranty = (
        with_one_spelling([ticket for ticket in shown if ticket.service == service], known, others)
        for service, others in (("support", rows.earlier_tickets), ("warranty", ()))
    )
    listed, left_out = under_warranty(of_warranty, contract.warranty_listed_in(report))
    support, warranty = (timed(ticket_figures(kind), states, report.period_to) for kind in (tickets, listed))
    earlier = None
    if contract.report_before(report) and "tickets" in told_of:
        before = (report.period_from - contract.valid_from).days
        unknown = {contract.valid_from + timedelta(days=offset) for offset in range(before)}
        open_before = printable(rows.earlier_tickets, contract.ticket_detail, own_words(contract))
        earlier = left_open(
            with_one_spelling(open_before, known, tickets),
            report.period_to,
            unknown.difference(rows.earlier_days_read),
        )
    support = attended(support, told_until(contract, report, read_at.get("tickets")))
    support = with_days(support, of("tickets", days), unread(found, "tickets"))
    warranty = warranty.model_copy(update={"left_out": left_out})
    hours: HourBankFigures | None
    controls: tuple[ChangeControl, ...]
    without_control: tuple[str, ...]
    if "hour_bank" not in told_of:
        hours, controls, without_control = None, (), ()
    elif unread(found, "hour_bank"):
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
                for point in rows.of(MetricPoint)
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
    backups = backup_figures(
        of("oci_backups", rows.of(OciBackup)), of("oci_backups", days), unread(found, "oci_backups")
    )
    dumps = dump_figures(
        of("database_dumps", rows.of(DatabaseDump)),
        of("database_dumps", days),
        read_at.get("database_dumps"),
        unread(found, "database_dumps"),
    )

    return PeriodFigures(
        contract_id=contract.id,
        report_number=report.number,
        version=version,
        correction_reason=correction_reason,
        period_from=report.period_from,
        period_to=report.period_to,
        report_date=report.report_date,
        figures=(),
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
        execution=execution(contract, report, registers),
        earlier=earlier,
        tables={
            chapter.name: chapter.table(contract, report, rows)
            for chapter in CHAPTERS
            if chapter.table is not None and not set(told_of).isdisjoint(chapter.sources)
        },
        named=told_of,
        sources=Sources(
            usage_read_at=read_at.get("oci_cost_reports"),
            metrics_read_at=read_at.get("oci_metrics"),
            backups_read_at=read_at.get("oci_backups"),
            dumps_read_at=read_at.get("database_dumps"),
            tickets_read_at=read_at.get("tickets"),
            hour_bank_read_at=read_at.get("hour_bank"),
        ),
    )


def with_numbers(contract: Contract, figures: PeriodFigures) -> PeriodFigures:
    """The figures with every number of their tables listed under its id, as far as a reading supports it."""
    make = Maker(first=figures.period_from, last=figures.period_to)
    listed = (
        figure
        for chapter in CHAPTERS
        for figure in chapter.numbers(contract, figures, make)
        if catalogue.rests_on_any(figure.id, figures.named)
    )
    told = (each for figure in listed for each in as_far_as_read(figure, figures.gaps, figures.days))
    return figures.model_copy(update={"figures": tuple(told)})


def completed(contract: Contract, figures: PeriodFigures) -> PeriodFigures:
    """Figures that an earlier revision may have kept, with the summary and the numbers that documents print today."""
    with localcontext(prec=EXACT_PRECISION):
        return with_numbers(contract, figures if figures.summary else summarised(figures, None))
