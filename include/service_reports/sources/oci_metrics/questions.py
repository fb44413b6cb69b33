"""What OCI Monitoring is asked: few questions, each of which it can answer whole.

A question is of one metric and one statistic of some resources over whole UTC days. Where an answer is not whole all
the same, as more series match than resources were named, the question is put again in halves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from service_reports.contracts import Contract

Interval = Literal["1h", "5m"]
HOURLY: Interval = "1h"
FIVE_MINUTES: Interval = "5m"
LENGTH = {HOURLY: timedelta(hours=1), FIVE_MINUTES: timedelta(minutes=5)}
STATISTICS = ("mean", "min", "max")
POINTS_A_DAY = {HOURLY: 24, FIVE_MINUTES: 288}
MOST_DAYS = {HOURLY: 89, FIVE_MINUTES: 29}
"""One less than the longest range that the service answers at a resolution: a request reaches a window further."""
MOST_POINTS = 100_000
MOST_SERIES = 2_000
"""The most points and series of one answer, of all that the question matches: one that has as many is not whole."""
MOST_RESOURCES = 20
"""How many one question names, so that its text stays within two thousand characters."""


class MetricRequest(NamedTuple):
    """One question: one metric and statistic of some resources (none: of all) over UTC days, both included."""

    namespace: str
    metric_name: str
    interval: Interval
    statistic: str
    first: date
    last: date
    resources: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The question in Monitoring's query language; not grouped, so that each series comes with its dimensions."""
        named = f'{{resourceId =~ "{"|".join(self.resources)}"}}' if self.resources else ""
        return f"{self.metric_name}[{self.interval}]{named}.{self.statistic}()"

    @property
    def start(self) -> datetime:
        """The first stamp that is asked for."""
        return datetime.combine(self.first, time(), tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first stamp that is not: a window beyond the last day, whose own last one may be stamped at its end."""
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=UTC) + LENGTH[self.interval]

    def halves(self, *, too_many_series: bool = False) -> tuple[MetricRequest, ...]:
        """The same in two questions, of half the days or, where that helps more, of half the resources; else none."""
        days, several = (self.last - self.first).days, len(self.resources) > 1
        if several and (too_many_series or not days):
            middle = len(self.resources) // 2
            return (
                self._replace(resources=self.resources[:middle]),
                self._replace(resources=self.resources[middle:]),
            )
        if days and not too_many_series:
            end = self.first + timedelta(days=days // 2)
            return self._replace(last=end), self._replace(first=end + timedelta(days=1))
        return ()


def plan_requests(
    contracts: Iterable[Contract], first: date, last: date, finer_from: date = date.min
) -> list[MetricRequest]:
    """The questions that bring every metric of the contracts of one tenancy over UTC days, both included.

    Five minutes of the days before ``finer_from`` are asked for apart: the service may have them no more.

    Every hour of every resource is asked for once for each statistic, and what supports the availability every five
    minutes as well. Only the contracts' resources are named: a tenancy has many others.
    """
    resources: dict[tuple[str, str], set[str]] = {}
    at_five_minutes: set[tuple[str, str]] = set()
    for contract in contracts:
        for resource in contract.resources:
            for metric in resource.metrics:
                key = metric.namespace, metric.name
                resources.setdefault(key, set()).add(resource.resource_ocid)
                if metric.availability:
                    at_five_minutes.add(key)
    requests: list[MetricRequest] = []
    for key, ocids in sorted(resources.items()):
        finer = _before_and_after(first, last, finer_from) if key in at_five_minutes else ()
        requests += questions_about(*key, ocids, (first, last), list(finer))
    return requests


def questions_about(
    namespace: str, metric_name: str, ocids: Iterable[str], days: tuple[date, date], finer: Sequence[tuple[date, date]]
) -> Iterator[MetricRequest]:
    """The questions about one metric of some resources over UTC days (both included), some of them finer as well."""
    for named in _chunks(sorted(ocids)):
        for start, end in _parts(*days, HOURLY, len(named)):
            for statistic in STATISTICS:
                yield MetricRequest(namespace, metric_name, HOURLY, statistic, start, end, named)
        for some in finer:
            for start, end in _parts(*some, FIVE_MINUTES, len(named)):
                yield MetricRequest(namespace, metric_name, FIVE_MINUTES, "min", start, end, named)


def _before_and_after(first: date, last: date, since: date) -> Iterator[tuple[date, date]]:
    if first < since:
        yield first, min(last, since - timedelta(days=1))
    yield max(first, since), last


def _chunks(ocids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(ocids), MOST_RESOURCES):
        yield tuple(ocids[start : start + MOST_RESOURCES])


def _parts(first: date, last: date, interval: Interval, resources: int) -> Iterator[tuple[date, date]]:
    """Ranges of days whose points, and those of the window beyond, stay below the service's most."""
    below = (MOST_POINTS - 1) // resources - 1
    days = max(1, min(MOST_DAYS[interval], below // POINTS_A_DAY[interval]))
    while first <= last:
        end = min(last, first + timedelta(days=days - 1))
        yield first, end
        first = end + timedelta(days=1)
