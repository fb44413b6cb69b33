"""The headline figures over the last periods: those of earlier reports as they were issued, never computed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures import catalogue
from service_reports.figures.chapter import Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import Headline, PeriodFigures, PeriodValue, Trend
from service_reports.records import IssuedFigure
from service_reports.records.period_rows import MOST_PERIODS

LEAST_PERIODS = 2
"""Of fewer periods with a value there is no trend."""
IN_EVERY_REPORT = catalogue.figure_id("summary.days")
"""A report that was issued has it, so one without it was not."""


def headlines(figures: PeriodFigures) -> Iterator[tuple[Headline, str, str]]:
    """What the first page answers with one figure, the figure's id, and that of what it is a part of."""
    days = IN_EVERY_REPORT
    lowest = figures.least_available
    if figures.tell_of("tickets"):
        yield "tickets", catalogue.figure_id("tickets.total", service="support"), ""
    if figures.tell_of("hour_bank"):
        yield "hour_bank", catalogue.figure_id("hour_bank.balance", state="available"), ""
    if lowest is not None:
        yield "availability", catalogue.figure_id("availability.percent", resource=lowest.resource_name), ""
    if figures.tell_of("oci_backups"):
        yield "backups", catalogue.figure_id("summary.backups.days_covered"), days
    if figures.tell_of("database_dumps"):
        yield "dumps", catalogue.figure_id("summary.dumps.days_covered"), days
    if figures.tell_of("oci_cost_reports"):
        yield "usage", catalogue.figure_id("usage.days.complete"), days


def trends(
    contract: Contract, report: ReportPeriod, figures: PeriodFigures, issued: Sequence[IssuedFigure]
) -> tuple[Trend, ...]:
    """One a headline figure that two periods or more have, this one counted; ``figures`` are listed already.

    A zero of what was read, which says nothing of its period, is no value of it.
    """
    before = [each for each in contract.reports if each.period_to < report.period_from][1 - MOST_PERIODS :]
    said = {(each.report_number, each.figure_id): each.value for each in issued}
    found = (
        Trend(
            headline=headline,
            figure=figure,
            whole=whole,
            before=tuple(
                PeriodValue(
                    report=each.number,
                    period_to=each.period_to,
                    issued=(each.number, IN_EVERY_REPORT) in said,
                    value=said.get((each.number, figure)),
                    whole=said.get((each.number, whole)),
                )
                for each in before
            ),
        )
        for headline, figure, whole in headlines(figures)
    )
    return tuple(
        each
        for each in found
        if sum(value.value is not None for value in each.before) + (each.figure in figures.by_id) >= LEAST_PERIODS
    )


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    told: dict[tuple[str, str], Figure] = {}
    for trend in figures.trends:
        for of, name in ((trend.figure, "value"), (trend.whole, "whole")):
            unit = catalogue.parse(of).family.unit if of else ""
            for each in trend.before:
                value = getattr(each, name)
                if value is not None:
                    told[each.report, of] = make("trend", value, unit, period=each.report, headline=of)
    yield from told.values()


CHAPTER = Chapter(name="summary", place=130, numbers=numbers)
