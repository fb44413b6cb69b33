"""Where in its window a point of OCI Monitoring is stamped, found out from what the service answers.

Oracle documents the end: with five minutes, 2:05 stands for what was measured after 2:00 up to and with 2:05. Nobody
has to believe it: an hour's mean is that of the five minutes in it, and only one placing of the stamps makes it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.sources.oci_items import moment
from service_reports.sources.oci_metrics.monitoring import MetricStream, number
from service_reports.sources.oci_metrics.questions import FIVE_MINUTES, HOURLY, MetricRequest
from service_reports.sources.source import Stamps

DOCUMENTED: Stamps = "end"
HOUR = timedelta(hours=1)
FEWEST_HOURS = 3
"""How many hours must be comparable for a decision."""
CLEARLY = 4
"""So many times must the mean difference of one placing be that of the other."""
SAME = Decimal("0.000001")
"""Differences up to this share of the largest value are of arithmetic, not of time."""
MOST_TRIED = 5
"""How many series are asked for before it is left undecided."""

Series = Mapping[datetime, Decimal]


class Calibration(NamedTuple):
    """What the comparison of some hours with their five minutes says; differences are means of absolute ones."""

    stamps: Stamps | None
    hours: int
    if_end: Decimal | None
    if_start: Decimal | None

    @property
    def reason(self) -> str:
        """Why it is so, in Spanish."""
        if self.if_end is None or self.if_start is None:
            return "no hay bastantes horas con sus cinco minutos"
        if self.stamps is None:
            return "los valores no distinguen el comienzo del final de la ventana"
        return "la media de cada hora es la de los cinco minutos que le da este sello"


UNDECIDED = Calibration(None, 0, None, None)


def calibrate(hours: Series, five_minutes: Series) -> Calibration:
    """Which placing of the stamps makes hourly means the means of their five minutes; both by stamp, of one series.

    Only hours with measurements, and with both of the windows that they may be the mean of inside what was asked for,
    are compared. Undecided where they are too few, or where both placings fit equally well, as they do constant values.
    """
    if not five_minutes:
        return UNDECIDED
    first, last = min(five_minutes), max(five_minutes)
    off_end, off_start = [], []
    for stamp, mean in hours.items():
        if not first <= stamp - HOUR or not stamp + HOUR <= last:
            continue
        before = [value for at, value in five_minutes.items() if stamp - HOUR < at <= stamp]
        after = [value for at, value in five_minutes.items() if stamp <= at < stamp + HOUR]
        if before and after:
            off_end.append(abs(mean - _mean(before)))
            off_start.append(abs(mean - _mean(after)))
    if len(off_end) < FEWEST_HOURS:
        return Calibration(None, len(off_end), None, None)
    if_end, if_start = _mean(off_end), _mean(off_start)
    return Calibration(_nearer(if_end, if_start, max(map(abs, hours.values()))), len(off_end), if_end, if_start)


def _nearer(if_end: Decimal, if_start: Decimal, largest: Decimal) -> Stamps | None:
    nearer, other = sorted((if_end, if_start))
    if other <= largest * SAME or nearer * CLEARLY > other:
        return None
    return "end" if if_end < if_start else "start"


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


class Comparison(NamedTuple):
    """The two questions whose answers are compared: the five minutes and the hours of one series on one day."""

    series: str
    five_minutes: MetricRequest
    hours: MetricRequest

    def result(self, five_minutes: Iterable[MetricStream], hours: Iterable[MetricStream]) -> Calibration:
        """What the answers say; of a resource with several series, the first that decides, else of the most hours."""
        finer, coarser = _by_dimensions(five_minutes), _by_dimensions(hours)
        found = [calibrate(coarser[each], finer[each]) for each in sorted(finer.keys() & coarser.keys())]
        return max(found, key=lambda each: (each.stamps is not None, each.hours), default=UNDECIDED)

    def evidence(self, result: Calibration) -> dict[str, Any]:
        """What was compared and what came of it, as the warehouse keeps it."""
        return {
            "series": self.series,
            "day": self.hours.first.isoformat(),
            "hours": result.hours,
            "difference_if_end": None if result.if_end is None else str(result.if_end),
            "difference_if_start": None if result.if_start is None else str(result.if_start),
            "reason": result.reason,
        }


def _by_dimensions(streams: Iterable[MetricStream]) -> dict[tuple[tuple[str, str], ...], Series]:
    found: dict[tuple[tuple[str, str], ...], dict[datetime, Decimal]] = {}
    for stream in streams:
        points = found.setdefault(tuple(sorted(stream.dimensions.items())), {})
        for stamp, text in stream.points:
            at, value = moment(stamp), None if text is None else number(text)
            if at is not None and value is not None:
                points[at] = value
    return dict(found)


def comparisons(contracts: Iterable[Contract], days: Iterable[date]) -> Iterator[Comparison]:
    """What may be compared: each metric of one resource that has it; states, which hardly change, come last."""
    metrics: dict[tuple[str, str], tuple[bool, str, str]] = {}
    for contract in contracts:
        for resource in contract.resources:
            for metric in resource.metrics:
                told = (
                    metric.unit == "state",
                    resource.resource_ocid,
                    f"{resource.name}/{metric.namespace}/{metric.name}",
                )
                metrics.setdefault((metric.namespace, metric.name), told)
    likely = sorted(metrics.items(), key=lambda each: each[1][0])[:MOST_TRIED]
    for day in days:
        for (namespace, name), (_, ocid, series) in likely:
            about = namespace, name
            yield Comparison(
                series,
                MetricRequest(*about, FIVE_MINUTES, "mean", day, day, (ocid,)),
                MetricRequest(*about, HOURLY, "mean", day, day, (ocid,)),
            )


CHANGED = "metrics.stamps_changed"


def change(tenancy_ocid: str, before: Stamps | None, now: Stamps | None, day: date) -> Observation | None:
    """The alert about a tenancy whose stamps are not where they were; ``day`` is the last that was asked for."""
    if before is None or now is None or before == now:
        return None
    places = {"end": "final", "start": "comienzo"}
    detail = (
        f"OCI Monitoring sella ahora sus mediciones al {places[now]} de la ventana; hasta ahora, al {places[before]}. "
        "Lo que se recolecta desde ahora se lee así: revise desde cuándo cambió y recolecte de nuevo esos días"
    )
    return Observation(CHANGED, tenancy_ocid, "OCI Monitoring", "alert", detail, day)
