"""Use of a period against that of the period before, made comparable by complete days."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from service_reports.contracts import ReportPeriod
from service_reports.figures.chapters.metrics import mean
from service_reports.figures.chapters.usage import usage_table
from service_reports.figures.model import ColumnComparison, UsageComparison, UsageSummary, UsageTable
from service_reports.figures.rounding import change_percent
from service_reports.records import UsageDay

NOTEWORTHY_PERCENT = 5
"""A change of fewer percent is not worth a line."""
STEADY_PERCENT = 1
"""A product that moves by fewer percent from day to day has no picture."""
LEAST_USE = Decimal("0.1")
"""Nor is a product of less than this a day, in its unit, in both periods."""
MOST_COMPARED = 3
"""So many products are named on the first page; others are counted."""


def noteworthy(comparison: UsageComparison) -> tuple[ColumnComparison, ...]:
    """The products whose use changed enough to be told first, largest change first."""
    return tuple(
        column
        for column in comparison.columns
        if max(column.before, column.now) >= LEAST_USE
        and (column.percent is None or abs(column.percent) >= NOTEWORTHY_PERCENT)
    )


def named(comparison: UsageComparison) -> tuple[ColumnComparison, ...]:
    """The products that the first page names."""
    return noteworthy(comparison)[:MOST_COMPARED]


def gradual(usage: UsageTable) -> tuple[UsageSummary, ...]:
    """The products whose use changed most from the first week to the last without a step, largest change first."""
    stepped = {change.column for change in usage.level_changes}
    found = [
        (abs(each.growth.percent), each)
        for each in usage.summaries
        if each.growth is not None and each.growth.percent is not None and each.column not in stepped
        if abs(each.growth.percent) >= NOTEWORTHY_PERCENT and max(each.growth.first, each.growth.last) >= LEAST_USE
    ]
    return tuple(each for _, each in sorted(found, key=lambda pair: (-pair[0], pair[1].column))[:MOST_COMPARED])


def steady(usage: UsageTable) -> tuple[UsageSummary, ...]:
    """The products of which no complete day was a percent above another; of a single day nothing is said."""
    if len([row for row in usage.rows if row.state == "complete"]) <= 1:
        return ()
    return tuple(
        each
        for each in usage.summaries
        if each.minimum is not None and each.maximum is not None
        if 0 <= (each.maximum - each.minimum) * 100 < STEADY_PERCENT * each.minimum or each.minimum == each.maximum
    )


def compare_usage(usage: UsageTable, previous: ReportPeriod, rows: Sequence[UsageDay]) -> UsageComparison:
    """Daily means of complete UTC days in both periods, by column; ``rows`` are the use of the previous one.

    Periods differ in length and days may be missing or partial, so totals say nothing: means of
    complete days do. A product that a period does not have was not used in it: zero.
    """
    before, days_before = _means(usage_table(rows, previous.days))
    now, days_now = _means(usage)
    labels = sorted({*before, *now}) if days_before and days_now else []
    columns = [_compared(label, before.get(label, Decimal(0)), now.get(label, Decimal(0))) for label in labels]
    return UsageComparison(
        period_from=previous.period_from,
        period_to=previous.period_to,
        days_before=days_before,
        days_now=days_now,
        columns=tuple(sorted(columns, key=_largest_change_first)),
    )


def _compared(label: str, before: Decimal, now: Decimal) -> ColumnComparison:
    return ColumnComparison(label=label, before=before, now=now, percent=change_percent(before, now))


def _means(usage: UsageTable) -> tuple[dict[str, Decimal], int]:
    complete = [row for row in usage.rows if row.state == "complete"]
    if not complete:
        return {}, 0
    means = {
        column.label: mean([row.quantities[index] or Decimal(0) for row in complete])
        for index, column in enumerate(usage.columns)
    }
    return means, len(complete)


def _largest_change_first(column: ColumnComparison) -> tuple[bool, Decimal, str]:
    return column.percent is not None, -abs(column.percent or Decimal(0)), column.label
