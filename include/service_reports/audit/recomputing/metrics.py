"""Metrics, availability and published addresses, from hours of metrics and from questions over HTTP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import HUNDRED, mean, percentile, share, two_weeks
from service_reports.audit.rows import Row, Rows, instant, quantity

HOURS, SAMPLES, MINUTES = 24, 12, 5
"""Of a day, of an hour, of a sample."""
DAY_SECONDS, THREE_YEARS = 86_400, 1095
EPOCH = date(1970, 1, 1).toordinal()
OF_STORAGE = frozenset({("oci_database", "StorageUtilization"), ("oci_database_cluster", "FilesystemUtilization")})
"""Metrics that say in hundredths how much of a storage is used."""
Values = Iterator[tuple[str, Decimal | int]]


def series(rows: Rows) -> dict[tuple[str, str, str], list[Row]]:
    """The hours of each measured series: resource, namespace, metric."""
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows.of("metric_hours.csv"):
        found[row["resource"], row["namespace"], row["metric"]].append(row)
    return found


def unread_days(rows: Rows, about: dict[str, object]) -> frozenset[str]:
    """The days of one series that were not read."""
    return rows.unread("oci_metrics", f"{about['resource']}/{about['namespace']}/{about['metric']}")


def metric_values(rows: Rows) -> Values:
    """Every figure of metrics by its id."""
    hours = series(rows)
    for each in rows.period["series"]:
        resource, metric = each["resource"], each["metric"]
        of = hours[resource, each["namespace"], metric]
        yield from _series(rows.days, of, f"{resource}/{metric}", unread_days(rows, each))
        if (each["namespace"], metric) in OF_STORAGE:
            yield from _filling(rows.days, of, f"metric.growth/{resource}/{metric}")


def _filling(days: Sequence[str], hours: Sequence[Row], about: str) -> Values:
    """How a storage fills from the first seven days with data to the last, and when that line reaches a hundred."""
    daily = by_day(hours)
    known = [day for day in days if daily.get(day)]
    weeks = two_weeks([mean([quantity(row["value"]) for row in daily[day]]) for day in known])
    if weeks is None:
        return
    yield f"{about}/first", weeks[0]
    yield f"{about}/last", weeks[1]
    if not weeks[0] < weeks[1] < HUNDRED:
        return
    numbers = [date.fromisoformat(day).toordinal() for day in known]
    early, late = sum(numbers[:7]), sum(numbers[-7:])
    # In sevenths of a day from the middle of the last week, so that nothing is rounded before the day is known.
    sevenths = Fraction(HUNDRED - weeks[1]) / Fraction(weeks[1] - weeks[0]) * (late - early)
    full = int((late + sevenths) / 7 + Fraction(1, 2))
    if full - numbers[-1] <= THREE_YEARS:
        yield f"{about}/full_on", (full - EPOCH) * DAY_SECONDS


def by_day(hours: Sequence[Row]) -> dict[str, list[Row]]:
    """Hours by their UTC day."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in hours:
        found[row["hour"][:10]].append(row)
    return found


def _series(days: Sequence[str], hours: Sequence[Row], name: str, unread: frozenset[str]) -> Values:
    daily, means, lows, highs = by_day(hours), [], [], []
    for day in days:
        of = daily.get(day, [])
        if of or day not in unread:
            yield f"metric.day/{day}/{name}/samples", len(of)
        if not of:
            continue
        values = [quantity(row["value"]) for row in of]
        low = min(quantity(row["minimum"] or row["value"]) for row in of)
        high = max(quantity(row["maximum"] or row["value"]) for row in of)
        means.append(mean(values))
        lows.append(low)
        highs.append(high)
        yield f"metric.day/{day}/{name}/min", low
        yield f"metric.day/{day}/{name}/mean", means[-1]
        yield f"metric.day/{day}/{name}/p95", percentile(values, 95)
        yield f"metric.day/{day}/{name}/p05", percentile(values, 5)
        yield f"metric.day/{day}/{name}/max", high
    yield f"metric/{name}/samples", len(hours)
    yield f"metric/{name}/expected", HOURS * len(days)
    if means:
        every = [quantity(row["value"]) for row in hours]
        yield f"metric/{name}/days_measured", len(means)
        yield f"metric/{name}/min", min(means)
        yield f"metric/{name}/mean", mean(means)
        yield f"metric/{name}/max", max(means)
        yield f"metric/{name}/p95", percentile(every, 95)
        yield f"metric/{name}/p05", percentile(every, 5)
        yield f"metric/{name}/least", min(lows)
        yield f"metric/{name}/peak", max(highs)


class Answered(NamedTuple):
    """Of one resource: samples received, those in which it answered, and whether nothing of it was read."""

    resource: str
    samples: int
    up: int
    days_missing: int
    unread: bool


def availability(rows: Rows) -> list[Answered]:
    """The resources whose availability is measured."""
    hours, found = series(rows), []
    for each in rows.period["series"]:
        if not each["availability"]:
            continue
        of, unread = hours[each["resource"], each["namespace"], each["metric"]], unread_days(rows, each)
        counted = [_samples(row) for row in of]
        samples, up = sum(some for some, _ in counted), sum(good for _, good in counted)
        measured = by_day(of)
        missing = sum(day not in measured and day not in unread for day in rows.days)
        found.append(Answered(each["resource"], samples, up, missing, not samples and unread >= set(rows.days)))
    return found


def _samples(row: Row) -> tuple[int, int]:
    """Of one hour; of which only hourly values are known, all or none."""
    if row["samples"]:
        return int(row["samples"]), int(row["samples_up"] or 0)
    return SAMPLES, SAMPLES if quantity(row["minimum"] or row["value"]) >= 1 else 0


def expected_samples(rows: Rows) -> int:
    """How many samples of a state the period should have."""
    return len(rows.days) * HOURS * SAMPLES


def availability_values(rows: Rows) -> Values:
    """Every figure of availability by its id."""
    expected = expected_samples(rows)
    for each in availability(rows):
        about = f"availability/{each.resource}"
        if each.samples:
            yield f"{about}/percent", share(each.up, each.samples)
        yield f"{about}/samples_up", each.up
        yield f"{about}/samples", each.samples
        yield f"{about}/samples_down", each.samples - each.up
        yield f"{about}/expected", expected
        missing = max(0, expected - each.samples)
        yield f"{about}/missing", missing
        yield f"{about}/minutes_down", MINUTES * (each.samples - each.up)
        yield f"{about}/minutes_unknown", MINUTES * missing
        yield f"{about}/days_missing", each.days_missing


def seconds(text: str) -> Decimal:
    """An instant as seconds since 1970 began in UTC."""
    at = instant(text)
    return Decimal(int(at.replace(microsecond=0).timestamp())) + Decimal(at.microsecond) / 1_000_000
