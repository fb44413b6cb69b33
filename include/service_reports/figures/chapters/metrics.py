"""Metric series of a period and the availability they support."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import ROUND_CEILING, Decimal

from service_reports.contracts import Contract, MeasuredResource, Metric
from service_reports.figures.chapter import Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.growth import growth, reached_on
from service_reports.figures.model import MetricDay, MetricSeries, PeriodFigures
from service_reports.figures.rounding import rounded_quotient
from service_reports.records import MetricPoint

HOURS_A_DAY = 24
SAMPLES_AN_HOUR = 12
"""Availability is sampled every five minutes: the lowest state of each."""
FULL = Decimal(100)
"""Hundredths of a capacity that is used up."""
SAMPLE_MINUTES = 60 // SAMPLES_AN_HOUR


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean, exact where it has at most nine decimals."""
    return rounded_quotient(sum(values, Decimal(0)), len(values))


def percentile(values: Sequence[Decimal], hundredths: int) -> Decimal:
    """A percentile by nearest rank: a value that was measured. There is at least one value."""
    ordered = sorted(values)
    rank = int((Decimal(hundredths * len(ordered)) / 100).to_integral_value(ROUND_CEILING))
    return ordered[rank - 1]


def percentile_95(values: Sequence[Decimal]) -> Decimal:
    """The nearest-rank 95th percentile."""
    return percentile(values, 95)


def metric_series(
    resource: MeasuredResource,
    metric: Metric,
    points: Sequence[MetricPoint],
    days: Sequence[date],
    unread: Collection[date] = (),
) -> MetricSeries:
    """The chart of one metric: daily means over UTC days, and statistics of them and of the hours.

    Of days that were ``unread`` it is not known what they lack. Least and peak are the lowest and the
    highest value measured in any hour; the percentiles are of hourly means, so both lie between them.
    """
    by_day: dict[date, list[MetricPoint]] = {day: [] for day in days}
    for point in points:
        day = point.hour.astimezone(UTC).date()
        if day in by_day:
            by_day[day].append(point)
    daily = tuple(_metric_day(day, hours) for day, hours in by_day.items())
    means = [day.mean for day in daily if day.mean is not None]
    finest = [point.value for hours in by_day.values() for point in hours]
    used = [(day.day, day.mean) for day in daily if day.mean is not None] if metric.of_a_capacity else []
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
        worst=metric.bad_end,
        p95=percentile_95(finest) if finest else None,
        p05=percentile(finest, 5) if finest else None,
        least=min((day.minimum for day in daily if day.minimum is not None), default=None),
        peak=max((day.maximum for day in daily if day.maximum is not None), default=None),
        samples=len(finest),
        expected_samples=len(days) * HOURS_A_DAY,
        days_unread=tuple(day for day in days if day in unread),
        growth=growth(used),
        full_on=reached_on(used, FULL),
    )


def _metric_day(day: date, hours: Sequence[MetricPoint]) -> MetricDay:
    if not hours:
        return MetricDay(day=day, mean=None, samples=0)
    return MetricDay(
        day=day,
        mean=mean([point.value for point in hours]),
        samples=len(hours),
        p95=percentile_95([point.value for point in hours]),
        p05=percentile([point.value for point in hours], 5),
        minimum=min(point.value if point.minimum is None else point.minimum for point in hours),
        maximum=max(point.value if point.maximum is None else point.maximum for point in hours),
    )


def nearest_to_limit(all_series: Iterable[MetricSeries]) -> MetricSeries | None:
    """The percentage that came nearest to its bad end, 100 % or 0 %; ``None`` where none was measured."""
    room = [
        (each.least if each.worst == "low" else FULL - each.peak, each)
        for each in all_series
        if each.unit == "percent" and each.least is not None and each.peak is not None
    ]
    return min(room, key=lambda pair: pair[0])[1] if room else None


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    for series in figures.metrics:
        of_series = make.within(namespace=series.namespace)
        about = {"resource": series.resource_name, "metric": series.metric_name}
        for name, value in (
            ("min", series.minimum),
            ("mean", series.mean),
            ("max", series.maximum),
            ("p95", series.p95),
            ("p05", series.p05),
            ("least", series.least),
            ("peak", series.peak),
        ):
            yield from of_series.some(f"metric.{name}", value, series.unit, **about)
        yield of_series("metric.samples", series.samples, **about)
        yield of_series("metric.expected", series.expected_samples, **about)
        if measured := sum(day.mean is not None for day in series.days):
            yield of_series("metric.days_measured", measured, **about)
        if series.growth:
            yield of_series("metric.growth.first", series.growth.first, series.unit, **about)
            yield of_series("metric.growth.last", series.growth.last, series.unit, **about)
        if series.full_on:
            midnight = datetime.combine(series.full_on, time(), tzinfo=UTC)
            yield of_series("metric.growth.full_on", midnight, **about)
        for day in series.days:
            for name, value in (
                ("min", day.minimum),
                ("mean", day.mean),
                ("p95", day.p95),
                ("p05", day.p05),
                ("max", day.maximum),
            ):
                yield from of_series.some(f"metric.day.{name}", value, series.unit, day=day.day, **about)
            if day.samples or day.day not in series.days_unread:
                yield of_series("metric.day.samples", day.samples, day=day.day, **about)


CHAPTER = Chapter(
    name="metrics",
    place=40,
    numbers=numbers,
    sources=("oci_metrics",),
    kinds={"metrics": "oci_metrics"},
)
