"""Metric series of a period and the availability they support."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date
from decimal import ROUND_CEILING, Decimal

from service_reports.contracts import MeasuredResource, Metric
from service_reports.figures.model import Availability, MetricDay, MetricSeries
from service_reports.figures.rounding import rounded_quotient
from service_reports.sources.records import MetricPoint

HOURS_A_DAY = 24
SAMPLES_AN_HOUR = 12
"""Availability is sampled every five minutes: the lowest state of each."""
SAMPLE_MINUTES = 60 // SAMPLES_AN_HOUR


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean, exact where it has at most nine decimals."""
    return rounded_quotient(sum(values, Decimal(0)), len(values))


def percentile_95(values: Sequence[Decimal]) -> Decimal:
    """The nearest-rank 95th percentile: a value that was measured."""
    ordered = sorted(values)
    rank = int((Decimal("0.95") * len(ordered)).to_integral_value(ROUND_CEILING))
    return ordered[rank - 1]


def metric_series(
    resource: MeasuredResource,
    metric: Metric,
    points: Sequence[MetricPoint],
    days: Sequence[date],
    unread: Collection[date] = (),
) -> MetricSeries:
    """The chart of one metric: daily means over UTC days, and statistics of them and of the hours.

    Of days that were ``unread`` it is not known what they lack. The peak is the highest value measured
    in any hour; the 95th percentile is of hourly means.
    """
    by_day: dict[date, list[MetricPoint]] = {day: [] for day in days}
    for point in points:
        day = point.hour.astimezone(UTC).date()
        if day in by_day:
            by_day[day].append(point)
    daily = tuple(_metric_day(day, hours) for day, hours in by_day.items())
    means = [day.mean for day in daily if day.mean is not None]
    finest = [point.value for hours in by_day.values() for point in hours]
    return MetricSeries(
        resource_name=resource.name,
        resource_kind=resource.kind,
        namespace=metric.namespace,
        metric_name=metric.name,
        unit=metric.unit,
        title=metric.title,
        meaning=metric.meaning,
        days=daily,
        minimum=min(means, default=None),
        mean=mean(means) if means else None,
        maximum=max(means, default=None),
        p95=percentile_95(finest) if finest else None,
        peak=max((day.maximum for day in daily if day.maximum is not None), default=None),
        samples=len(finest),
        expected_samples=len(days) * HOURS_A_DAY,
        days_unread=tuple(day for day in days if day in unread),
    )


def _metric_day(day: date, hours: Sequence[MetricPoint]) -> MetricDay:
    if not hours:
        return MetricDay(day=day, mean=None, samples=0)
    return MetricDay(
        day=day,
        mean=mean([point.value for point in hours]),
        samples=len(hours),
        p95=percentile_95([point.value for point in hours]),
        minimum=min(point.value if point.minimum is None else point.minimum for point in hours),
        maximum=max(point.value if point.maximum is None else point.maximum for point in hours),
    )


def availability(
    resource: MeasuredResource,
    metric: Metric,
    points: Sequence[MetricPoint],
    days: Sequence[date],
    unread: Collection[date] = (),
) -> Availability:
    """Share of received five-minute samples in which the resource answered all the time.

    Samples that were not received are neither up nor down: they are counted apart. An hour of
    which only hourly values are known counts as twelve samples: all up when it never failed to
    answer, else none.
    """
    wanted = set(days)
    samples = up = 0
    for point in points:
        if point.hour.astimezone(UTC).date() not in wanted:
            continue
        if point.five_minute_samples is not None:
            samples += point.five_minute_samples
            up += point.five_minute_samples_up or 0
        else:
            samples += SAMPLES_AN_HOUR
            lowest = point.value if point.minimum is None else point.minimum
            up += SAMPLES_AN_HOUR if lowest >= 1 else 0
    return Availability(
        resource_name=resource.name,
        metric_name=metric.name,
        percent=mean([Decimal(100 * up) / samples]) if samples else None,
        samples_up=up,
        samples=samples,
        expected_samples=len(days) * HOURS_A_DAY * SAMPLES_AN_HOUR,
        sample_minutes=SAMPLE_MINUTES,
        days_unread=tuple(day for day in days if day in unread),
        unread=not samples and wanted <= set(unread),
    )
