"""In how many of the received samples a resource answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date
from decimal import Decimal

from service_reports.contracts import Contract, MeasuredResource, Metric
from service_reports.figures.chapter import Chapter
from service_reports.figures.chapters.metrics import HOURS_A_DAY, SAMPLE_MINUTES, SAMPLES_AN_HOUR, mean
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import Availability, PeriodFigures
from service_reports.records import MetricPoint


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


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    series = {(each.resource_name, each.metric_name): each for each in figures.metrics}
    for part in figures.availability:
        of_part = make.within(metric=part.metric_name)
        yield from of_part.some("availability.percent", part.percent, resource=part.resource_name)
        for name in ("samples_up", "samples"):
            yield of_part(f"availability.{name}", getattr(part, name), resource=part.resource_name)
        if part.samples_down:
            yield of_part("availability.samples_down", part.samples_down, resource=part.resource_name)
        yield of_part("availability.expected", part.expected_samples, resource=part.resource_name)
        yield of_part("availability.missing", part.samples_missing, resource=part.resource_name)
        for name in ("minutes_down", "minutes_unknown"):
            yield of_part(f"availability.{name}", getattr(part, name), resource=part.resource_name)
        measured = series.get((part.resource_name, part.metric_name))
        days_missing = len(measured.days_missing) if measured else 0
        yield of_part("availability.days_missing", days_missing, resource=part.resource_name)


CHAPTER = Chapter(
    name="availability",
    place=50,
    numbers=numbers,
    kinds={"availability": "oci_metrics", "confirm_effect": ""},
    leads_to=dict.fromkeys(("availability.unmeasured", "availability.unanswered"), "confirm_effect"),
)
