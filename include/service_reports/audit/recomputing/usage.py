"""Use by product and day, from the hours of the cost lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import Literal, NamedTuple

from service_reports.audit.recomputing.arithmetic import HUNDRED, ZERO, change, mean, quotient, two_weeks
from service_reports.audit.rows import Row, Rows, column_of, days_between, quantity

FULL_DAY = 24
HOURS_OF_SOMETHING = ("OCPU Hours", "GB Hours", "Load Balancer Hours", "Mbps Per Hour")
LEAST, MOST, DIGITS = 2, 12, 4
"""Decimals of a printed column: so many that its total shows four digits, two at least."""
NOTEWORTHY, LEAST_USE, NAMED = 5, Decimal("0.1"), 3


@dataclass(frozen=True)
class Column:
    """One product: its label and what it is, and its use on each day; ``None`` of a day without data."""

    label: str
    service: str
    product: str
    unit: str
    days: tuple[Decimal | None, ...]

    @property
    def total(self) -> Decimal:
        """Its use in all days."""
        return sum((each for each in self.days if each is not None), ZERO)


@dataclass(frozen=True)
class Use:
    """The use of some days: hours seen and the state of each, and the columns by label."""

    days: tuple[str, ...]
    hours: tuple[int, ...]
    states: tuple[Literal["complete", "partial", "missing", "unread"], ...]
    columns: tuple[Column, ...]

    def complete(self, column: Column) -> list[Decimal]:
        """What a product used on each complete day."""
        return [
            each
            for each, state in zip(column.days, self.states, strict=True)
            if state == "complete" and each is not None
        ]


class Step(NamedTuple):
    """A change of level of one column: the last day of the old one, the first of the new one, and both."""

    column: Column
    from_day: str
    to_day: str
    before: Decimal
    after: Decimal

    @property
    def percent(self) -> Decimal | None:
        """The change in hundredths of the old level; ``None`` where that was nothing."""
        return quotient(HUNDRED * (self.after - self.before), self.before) if self.before else None


def use_of(rows: Iterable[Row], days: Sequence[str], unread: frozenset[str]) -> Use:
    """The use of some days, from hours or days of products."""
    cells: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    what: dict[str, Row] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    hours: dict[str, int] = defaultdict(int)
    for row in rows:
        label = column_of(row)
        day = row["hour"][:10] if "hour" in row else row["day"]
        cells[day][label] += quantity(row["quantity"])
        what.setdefault(label, row)
        if "hour" not in row:
            hours[day] = max(hours[day], int(row["hours"]))
        elif row["hours"] != "0":
            seen[day].add(row["hour"])
    hours.update({day: len(each) for day, each in seen.items()})
    states: list[Literal["complete", "partial", "missing", "unread"]] = []
    for day in days:
        if day not in cells:
            states.append("unread" if day in unread else "missing")
        else:
            states.append("complete" if hours[day] >= FULL_DAY and day not in unread else "partial")
    columns = [
        Column(
            label, row["service"], row["product"], row["unit"], tuple(_cell(cells, day, label, unread) for day in days)
        )
        for label, row in sorted(what.items())
    ]
    return Use(tuple(days), tuple(hours[day] if day in cells else 0 for day in days), tuple(states), tuple(columns))


def _cell(cells: Mapping[str, Mapping[str, Decimal]], day: str, label: str, unread: frozenset[str]) -> Decimal | None:
    if day not in cells:
        return None
    if label in cells[day]:
        return cells[day][label]
    return None if day in unread else ZERO


def period_use(rows: Rows) -> Use:
    """The use of the period."""
    by_hour, by_day = "usage_hours.csv", "usage_days.csv"
    name = by_day if next(rows.each(by_hour), None) is None else by_hour
    return use_of(rows.each(name), rows.days, rows.unread("oci_cost_reports"))


def usage_values(rows: Rows, use: Use) -> Iterator[tuple[str, Decimal | int]]:
    """Every figure of use by its id."""
    unread = rows.unread("oci_cost_reports")
    told = ["unread" if day in unread else state for day, state in zip(use.days, use.states, strict=True)]
    for state in ("complete", "partial", "missing", "unread"):
        yield f"usage.days.{state}", told.count(state)
    for day, hours in zip(use.days, use.hours, strict=True):
        yield f"usage.hours/{day}", hours
    for column in use.columns:
        yield f"usage.total/{column.label}", column.total
        decimals = shown_decimals(column.total)
        printed = sum((_shown(each, decimals) for each in column.days if each is not None), ZERO)
        yield f"usage.rounding/{column.label}", _shown(column.total, decimals) - printed
        for day, each in zip(use.days, column.days, strict=True):
            if each is not None:
                yield f"usage.day/{day}/{column.label}", each
        if days := use.complete(column):
            yield f"usage.mean/{column.label}", mean(days)
            yield f"usage.min/{column.label}", min(days)
            yield f"usage.max/{column.label}", max(days)
            yield from _weeks(f"usage.growth/{column.label}", days)
    yield from _levels(use)


def _weeks(about: str, days: Sequence[Decimal]) -> Iterator[tuple[str, Decimal]]:
    weeks = two_weeks(days)
    if weeks is not None:
        yield f"{about}/first", weeks[0]
        yield f"{about}/last", weeks[1]
        if (percent := change(*weeks)) is not None:
            yield f"{about}/percent", percent


def shown_decimals(total: Decimal) -> int:
    """How many decimals a column shows."""
    return LEAST if total.is_zero() else min(max(LEAST, DIGITS - 1 - total.adjusted()), MOST)


def _shown(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _levels(use: Use) -> Iterator[tuple[str, Decimal | int]]:
    for step in steps(use):
        about = f"usage.level_change/{step.to_day}/{step.column.label}"
        yield f"{about}/before", step.before
        yield f"{about}/after", step.after
        if step.percent is not None:
            yield f"{about}/percent", step.percent
    overall = overall_steps(use)
    yield "usage.columns", len(use.columns)
    yield "usage.columns.changed", len(overall)
    for step in overall:
        yield f"usage.level/{step.column.label}/first", step.before
        yield f"usage.level/{step.column.label}/last", step.after
        if step.percent is not None:
            yield f"usage.level/{step.column.label}/percent", step.percent
        if step.column.unit in HOURS_OF_SOMETHING:
            yield f"usage.held/{step.column.label}/first", quotient(step.before, FULL_DAY)
            yield f"usage.held/{step.column.label}/last", quotient(step.after, FULL_DAY)


def overall_steps(use: Use) -> list[Step]:
    """One a column that has steps: from its first level to its last."""
    of: dict[str, list[Step]] = {}
    for step in steps(use):
        of.setdefault(step.column.label, []).append(step)
    return [
        Step(each[0].column, each[0].from_day, each[-1].to_day, each[0].before, each[-1].after) for each in of.values()
    ]


class _Day(NamedTuple):
    day: str
    use: Decimal
    complete: bool


def steps(use: Use) -> list[Step]:
    """Where the daily use of a product settles on another level, by the rule of docs/figures.md."""
    found = []
    for column in use.columns:
        days = [
            _Day(day, each * FULL_DAY / hours, state == "complete")
            for day, hours, state, each in zip(use.days, use.hours, use.states, column.days, strict=True)
            if each is not None and hours >= FULL_DAY // 2
        ]
        bounds = [0, *_boundaries(days), len(days)]
        levels = [[each.use for each in days[a:b] if each.complete] for a, b in pairwise(bounds)]
        for at, old, new in zip(bounds[1:], levels, levels[1:], strict=False):
            if old and new:
                found.append(Step(column, days[at - 1].day, days[at].day, median(old[-7:]), median(new[:7])))
    return found


def _boundaries(days: Sequence[_Day]) -> list[int]:
    """First days of new levels: of neighbouring candidates in one direction the one with the widest gap."""
    groups: list[list[tuple[int, Decimal]]] = []
    last = -2
    for at in range(5, len(days) - 1):
        gap = _gap(days, at)
        if gap is None:
            continue
        if groups and last == at - 1 and (groups[-1][-1][1] > 0) == (gap > 0):
            groups[-1].append((at, gap))
        else:
            groups.append([(at, gap)])
        last = at
    return [max(group, key=lambda each: abs(each[1]))[0] for group in groups]


def _gap(days: Sequence[_Day], at: int) -> Decimal | None:
    backwards, forwards = days[:at][::-1], days[at:]
    for old, new in ((_whole_week(backwards), forwards[:5]), (backwards[:5], _whole_week(forwards))):
        if old and new:
            gap = _apart([each.use for each in old], [each.use for each in new])
            if gap is not None:
                return gap
    return None


def _whole_week(days: Sequence[_Day]) -> Sequence[_Day]:
    """The nearest days that hold all seven days of the week; none where there are none."""
    weekdays = set()
    for count, each in enumerate(days, start=1):
        weekdays.add(date.fromisoformat(each.day).weekday())
        if len(weekdays) == 7:  # noqa: PLR2004 (the days of a week)
            return days[:count]
    return ()


def _apart(old: Sequence[Decimal], new: Sequence[Decimal]) -> Decimal | None:
    """The gap between two sides if they lie apart; negative where the new one is lower."""
    rises = median(new) > median(old)
    low, high = (old, new) if rises else (new, old)
    gap = min(high) - max(low)
    usual = max(_deviation(low), _deviation(high))
    if gap <= 0 or gap < abs(max(low)) / 10 or median(high) - median(low) < 4 * usual:
        return None
    return gap if rises else -gap


def _deviation(values: Sequence[Decimal]) -> Decimal:
    middle = median(values)
    return median([abs(each - middle) for each in values])


class Compared(NamedTuple):
    """Daily means of one product in two periods."""

    label: str
    before: Decimal
    now: Decimal
    percent: Decimal | None


def comparison(rows: Rows, use: Use) -> tuple[int, int, list[Compared]]:
    """Complete days of the period before and of this one, and the products in both; none where one has no such day."""
    previous = rows.period["previous"]
    if previous is None:
        return 0, 0, []
    before = use_of(rows.each("usage_before.csv"), days_between(previous["first"], previous["last"]), frozenset())
    counts = [each.states.count("complete") for each in (before, use)]
    if not all(counts):
        return counts[0], counts[1], []
    means = [{column.label: mean(_filled(each, column)) for column in each.columns} for each in (before, use)]
    labels = sorted({*means[0], *means[1]})
    then, now = means
    found = [
        Compared(each, then.get(each, ZERO), now.get(each, ZERO), change(then.get(each, ZERO), now.get(each, ZERO)))
        for each in labels
    ]
    return counts[0], counts[1], found


def _filled(use: Use, column: Column) -> list[Decimal]:
    return [each or ZERO for each, state in zip(column.days, use.states, strict=True) if state == "complete"]


def comparison_values(rows: Rows, use: Use) -> Iterator[tuple[str, Decimal | int]]:
    """Every figure of the comparison with the period before."""
    before, now, columns = comparison(rows, use)
    if not columns:
        return
    yield "comparison.days.before", before
    yield "comparison.days.now", now
    noteworthy = [
        each
        for each in columns
        if max(each.before, each.now) >= LEAST_USE and (each.percent is None or abs(each.percent) >= NOTEWORTHY)
    ]
    if others := len(columns) - min(len(noteworthy), NAMED):
        yield "comparison.others", others
    for each in columns:
        yield f"comparison.before/{each.label}", each.before
        yield f"comparison.now/{each.label}", each.now
        if each.percent is not None:
            yield f"comparison.percent/{each.label}", each.percent
