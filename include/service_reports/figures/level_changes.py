"""Step changes in a daily series: where use settled on another level, and by how much.

A column changes its level at a day when the days from there on lie apart from the days before:

- *Apart*: every day of the higher side is above every day of the lower side, by at least a tenth of it, and the
  medians of both sides differ by at least four times what their days usually deviate from them.
- *Sides*: one side reaches far enough to hold all seven days of the week, so that a weekend is compared with a
  weekend; the other is the nearest five days. A new level that begins when the data end needs two days only.

Neighbouring days at which this holds are one change; it took place where the two sides are farthest apart. A partial
day of half its hours or more, scaled to 24, helps to tell whether a level lasts. A shorter one, and a missing day, do
not count. A level is the median of the complete days nearest to the change: a week of them, or fewer where another
change is nearer.

What follows from the rule: a series that repeats every week, a single day out of line, and days that stay within a
tenth of each other never have a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from service_reports.figures.model import LevelChange, UsageTable
from service_reports.figures.rounding import rounded_quotient

LEAST_STEP = Decimal("0.1")
"""The share of the lower side by which the higher side lies above it."""
LEAST_DEVIATIONS = 4
"""How many times the usual deviation (median, of either side) the medians differ."""
DAYS_OF_THE_WEEK = 7
LASTING_DAYS = 5
"""As many days make the shorter side."""
LEAST_LAST_DAYS = 2
"""As many days make a new level at the end of the data."""
HOURS_A_DAY = 24
LEAST_HOURS = 12
"""A partial day of fewer hours tells nothing about the day."""


class Observed(NamedTuple):
    """What one day shows: its use, scaled to 24 hours where the day is partial."""

    day: date
    quantity: Decimal
    complete: bool


def level_changes(table: UsageTable) -> tuple[LevelChange, ...]:
    """The changes of level of every column, columns in order, days ascending."""
    found: list[LevelChange] = []
    for index, column in enumerate(table.columns):
        observed = [
            Observed(row.day, quantity * HOURS_A_DAY / row.hours, row.state == "complete")
            for row in table.rows
            if (quantity := row.quantities[index]) is not None and row.hours >= LEAST_HOURS
        ]
        found += column_changes(column.label, observed)
    return tuple(found)


def overall_changes(changes: Sequence[LevelChange]) -> tuple[LevelChange, ...]:
    """One change a column: from its first level to its last, with the last day of that and the first of this."""
    of_column: dict[str, list[LevelChange]] = {}
    for change in changes:
        of_column.setdefault(change.column, []).append(change)
    return tuple(
        _change(column, steps[0].from_day, steps[-1].to_day, steps[0].before, steps[-1].after)
        for column, steps in of_column.items()
    )


def column_changes(label: str, observed: Sequence[Observed]) -> Iterator[LevelChange]:
    """The changes of level in one series of observed days, ascending."""
    splits = [0, *_splits(observed), len(observed)]
    levels = [[each.quantity for each in observed[start:end] if each.complete] for start, end in pairwise(splits)]
    for split, (old, new) in zip(splits[1:], pairwise(levels), strict=False):
        if old and new:
            before, after = median(old[-DAYS_OF_THE_WEEK:]), median(new[:DAYS_OF_THE_WEEK])
            yield _change(label, observed[split - 1].day, observed[split].day, before, after)


def _change(label: str, from_day: date, to_day: date, before: Decimal, after: Decimal) -> LevelChange:
    percent = rounded_quotient(100 * (after - before), before) if before else None
    return LevelChange(column=label, from_day=from_day, to_day=to_day, before=before, after=after, percent=percent)


def _splits(observed: Sequence[Observed]) -> list[int]:
    """The indexes of the first days of new levels: of neighbouring ones, that with the widest gap."""
    chosen: list[tuple[int, Decimal]] = []
    run: list[tuple[int, Decimal]] = []
    for index in range(LASTING_DAYS, len(observed) - LEAST_LAST_DAYS + 1):
        gap = _gap(observed, index)
        if gap is not None and run and (gap > 0) == (run[-1][1] > 0):
            run.append((index, gap))
            continue
        if run:
            chosen.append(max(run, key=lambda each: abs(each[1])))
        run = [] if gap is None else [(index, gap)]
    if run:
        chosen.append(max(run, key=lambda each: abs(each[1])))
    return [index for index, _ in chosen]


def _gap(observed: Sequence[Observed], index: int) -> Decimal | None:
    """How far the days from ``index`` on lie above those before (negative: below), if the level changes there."""
    before, after = observed[:index][::-1], observed[index:]
    for old, new in (
        (_week(before), after[:LASTING_DAYS]),
        (before[:LASTING_DAYS], _week(after)),
    ):
        if not old or not new:
            continue
        gap = _apart([each.quantity for each in old], [each.quantity for each in new])
        if gap is not None:
            return gap
    return None


def _week(days: Sequence[Observed]) -> Sequence[Observed]:
    """The nearest days that hold all seven days of the week; nothing if there are none."""
    seen: set[int] = set()
    for count, each in enumerate(days, start=1):
        seen.add(each.day.weekday())
        if len(seen) == DAYS_OF_THE_WEEK:
            return days[:count]
    return ()


def _apart(old: Sequence[Decimal], new: Sequence[Decimal]) -> Decimal | None:
    rises = median(new) > median(old)
    lower, higher = (old, new) if rises else (new, old)
    gap = min(higher) - max(lower)
    if gap <= 0 or gap < LEAST_STEP * abs(max(lower)):
        return None
    if median(higher) - median(lower) < LEAST_DEVIATIONS * max(_deviation(lower), _deviation(higher)):
        return None
    return gap if rises else -gap


def _deviation(values: Sequence[Decimal]) -> Decimal:
    """The median distance of the values from their median."""
    middle = median(values)
    return median([abs(value - middle) for value in values])
