"""Monitoring's answers, as Oracle documents them: metric points whose mean over a day is the scenario's value, exactly.

A point is stamped at the END of its window: with five minutes, 2:05 stands for what was measured after 2:00 up to and
with 2:05, and an hour's 24:00 is the next day's 0:00. What was measured every minute of an hour is the hour's value, so
the mean of an hour is that of its minutes. Stamps from ``startTime`` on come back, ``endTime`` itself does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from sandbox.scenario import MetricRow, Scenario

QUERY = re.compile(
    r"""\s*(?P<name>\w+)
        \s*\[\s*(?P<interval>1m|5m|1h|1d)\s*\]
        \s*(?:\{\s*(?P<filters>[^}]*?)\s*\})?
        \s*(?:\.\s*groupBy\s*\(\s*(?P<group>\w+)\s*\))?
        \s*\.\s*(?P<statistic>mean|min|max|sum|count)\s*\(\s*\)\s*""",
    re.VERBOSE,
)
DIMENSIONS = ("resourceId", "resourceName")
FILTER = re.compile(r'\s*(\w+)\s*(=~?)\s*"([^"]*)"\s*')
INTERVALS = {"1m": timedelta(minutes=1), "5m": timedelta(minutes=5), "1h": timedelta(hours=1), "1d": timedelta(days=1)}
HOUR = timedelta(hours=1)
LONGEST_RANGES = {"1m": timedelta(days=7), "5m": timedelta(days=30), "1h": timedelta(days=90), "1d": timedelta(days=90)}
MOST_POINTS = 100_000
MOST_STREAMS = 2_000
LARGEST_SWING = Decimal(4)
TENTHS = (2, 7, 4, 9, 1, 10, 5, 8, 3, 6, 10, 2)  # of the swing: twelve pairs of one step up and one down

_EXACT = Context(prec=400)

STATISTICS: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "mean": lambda values: _EXACT.divide(sum(values, Decimal(0)), Decimal(len(values))),
    "min": min,
    "max": max,
    "sum": lambda values: sum(values, Decimal(0)),
    "count": lambda values: Decimal(len(values)),
}


class QueryError(ValueError):
    """A query that Monitoring would refuse; the message says why."""


def _values(text: str, *, fuzzy: bool) -> re.Pattern[str]:
    """The values that a filter lets pass: one, or where it is fuzzy several between ``|``, with ``*`` for anything."""
    if not fuzzy:
        return re.compile(re.escape(text))
    return re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in text.split("|")))


def hourly_values(row: MetricRow, *, constant: bool) -> list[Decimal]:
    """The 24 values of a day: a zig-zag around the daily mean that cancels out exactly.

    A state such as 0.75 is 18 hours of 1 and 6 of 0; a constant series stays constant.
    """
    if row.unit == "state":
        hours_up = row.value * 24
        if 0 <= row.value <= 1 and hours_up == hours_up.to_integral_value():
            return [Decimal(1)] * int(hours_up) + [Decimal(0)] * (24 - int(hours_up))
        return [row.value] * 24
    room = min(row.value, 100 - row.value, LARGEST_SWING)
    if constant or room <= 0:
        return [row.value] * 24
    step = (room / 10).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    sign = 1 if row.day.toordinal() % 2 else -1
    return [row.value + step * tenth * turn for tenth in TENTHS for turn in (sign, -sign)]


@dataclass(frozen=True)
class Stream:
    """One metric of one resource with its hourly points."""

    namespace: str
    name: str
    unit: str
    resource_name: str
    resource_ocid: str
    compartment_ocid: str
    points: dict[datetime, Decimal]
    untold: frozenset[datetime] = frozenset()
    """Hours of which there is a point without a value."""

    @property
    def dimensions(self) -> dict[str, str]:
        """What a query may filter by."""
        return {"resourceId": self.resource_ocid, "resourceName": self.resource_name}

    def values(self, start: datetime, end: datetime) -> list[Decimal]:
        """What was measured after start up to and with end, hour by hour."""
        hour = start.replace(minute=0, second=0, microsecond=0)
        found = []
        while hour < end:
            if hour in self.points:
                found.append(self.points[hour])
            hour += HOUR
        return found


def make_streams(scenario: Scenario) -> tuple[Stream, ...]:
    """Every metric stream of the scenario."""
    rows_by_series: dict[tuple[str, str, str], list[MetricRow]] = {}
    for row in scenario.metrics:
        rows_by_series.setdefault((row.resource, row.namespace, row.metric), []).append(row)
    resources = {resource.name: resource for resource in scenario.contract.resources}
    streams = []
    for (resource_name, namespace, name), rows in rows_by_series.items():
        constant = len({row.value for row in rows}) == 1
        points = {}
        for row in rows:
            midnight = datetime(row.day.year, row.day.month, row.day.day, tzinfo=UTC)
            for number, value in enumerate(hourly_values(row, constant=constant)):
                points[midnight + number * HOUR] = value
        told = {
            row.hour.astimezone(UTC): row.value
            for row in scenario.metric_hours
            if (row.resource, row.namespace, row.metric) == (resource_name, namespace, name)
        }
        points |= {hour: value for hour, value in told.items() if value is not None}
        untold = frozenset(hour for hour, value in told.items() if value is None)
        resource = resources[resource_name]
        streams.append(
            Stream(
                namespace,
                name,
                rows[0].unit,
                resource_name,
                resource.resource_ocid,
                resource.compartment_ocid,
                {hour: value for hour, value in points.items() if hour not in untold},
                untold,
            )
        )
    return tuple(streams)


@dataclass(frozen=True)
class MetricQuery:
    """One request, understood."""

    namespace: str
    name: str
    interval: str
    filters: dict[str, re.Pattern[str]]
    group_by: str | None
    statistic: str
    start: datetime
    end: datetime
    step: timedelta

    @classmethod
    def parse(cls, details: dict[str, Any]) -> MetricQuery:
        """Understand a ``SummarizeMetricsDataDetails``.

        Raises:
            QueryError: a field is missing or not as the service wants it.
        """
        match = QUERY.fullmatch(str(details.get("query", "")))
        if match is None or not details.get("namespace"):
            raise QueryError(f"The query {details.get('query')!r} or the namespace is not valid.")
        filters = {}
        for part in filter(None, (match["filters"] or "").split(",")):
            condition = FILTER.fullmatch(part)
            if condition is None:
                raise QueryError(f"The filter {part!r} is not valid.")
            filters[condition[1]] = _values(condition[3], fuzzy=condition[2] == "=~")
        interval, resolution = match["interval"], details.get("resolution") or match["interval"]
        if resolution not in INTERVALS:
            raise QueryError(f"The resolution {resolution!r} is not valid.")
        try:
            start = datetime.fromisoformat(details["startTime"]).astimezone(UTC)
            end = datetime.fromisoformat(details["endTime"]).astimezone(UTC)
        except (KeyError, ValueError) as error:
            raise QueryError(f"startTime and endTime must be RFC 3339 times: {error}") from error
        if end <= start:
            raise QueryError("endTime must come after startTime.")
        if end - start > LONGEST_RANGES[resolution]:
            raise QueryError(
                f"At a resolution of {resolution} the range may be {LONGEST_RANGES[resolution].days} days."
            )
        if match["group"] not in (None, *DIMENSIONS):
            raise QueryError(f"There is no dimension {match['group']!r} to group by.")
        return cls(
            details["namespace"],
            match["name"],
            interval,
            filters,
            match["group"],
            match["statistic"],
            start,
            end,
            INTERVALS[resolution],
        )

    def matches(self, stream: Stream) -> bool:
        """Whether the stream is asked for."""
        return (stream.namespace, stream.name) == (self.namespace, self.name) and all(
            values.fullmatch(stream.dimensions[name])
            for name, values in self.filters.items()
            if name in stream.dimensions  # by one that is not there nothing is filtered
        )

    def points(self, streams: Sequence[Stream]) -> Iterator[tuple[datetime, Decimal | None]]:
        """The aggregated points of a group: one for each stamp in whose window anything was measured, or is untold."""
        stamp = self.start
        while stamp < self.end:
            begun = stamp - INTERVALS[self.interval]
            if values := [value for stream in streams for value in stream.values(begun, stamp)]:
                yield stamp, STATISTICS[self.statistic](values)
            elif any(begun.replace(minute=0, second=0, microsecond=0) in stream.untold for stream in streams):
                yield stamp, None
            stamp += self.step

    def grouped(self, streams: Iterable[Stream]) -> list[list[Stream]]:
        """The streams that are asked for: each by itself, or together those that share a dimension's value."""
        groups: dict[Any, list[Stream]] = {}
        for number, stream in enumerate(filter(self.matches, streams)):
            groups.setdefault(number if self.group_by is None else stream.dimensions[self.group_by], []).append(stream)
        return list(groups.values())

    def answer(self, streams: Sequence[Stream]) -> dict[str, Any]:
        """The ``MetricData`` of a group, as JSON wants it: it keeps only the dimension it was grouped by."""
        stream = streams[0]
        dimensions = stream.dimensions
        return {
            "namespace": stream.namespace,
            "resourceGroup": None,
            "compartmentId": stream.compartment_ocid,
            "name": stream.name,
            "dimensions": dimensions if self.group_by is None else {self.group_by: dimensions[self.group_by]},
            "metadata": {"unit": stream.unit, "displayName": stream.name},
            "resolution": self.interval,
            "aggregatedDatapoints": [
                {"timestamp": f"{at:%Y-%m-%dT%H:%M:%S.000Z}", "value": None if value is None else float(value)}
                for at, value in self.points(streams)
            ],
        }


def summarize(streams: Sequence[Stream], details: dict[str, Any], in_scope: Callable[[str], bool]) -> list[Any]:
    """The answer to ``summarizeMetricsData``; ``in_scope`` tells of a compartment whether it was asked for.

    Raises:
        QueryError: the request is not one the service understands.
    """
    query = MetricQuery.parse(details)
    asked = query.grouped(stream for stream in streams if in_scope(stream.compartment_ocid))
    answers = [query.answer(group) for group in asked]
    if len(answers) > MOST_STREAMS or sum(len(answer["aggregatedDatapoints"]) for answer in answers) > MOST_POINTS:
        raise QueryError(f"The query would return more than {MOST_POINTS} points or {MOST_STREAMS} metric streams.")
    return [answer for answer in answers if answer["aggregatedDatapoints"]]
