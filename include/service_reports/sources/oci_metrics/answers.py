"""The archived form of what Monitoring answered about one metric of one resource, and the hours read from it.

JSON lines, one a series and statistic, with stamps and values as the service told them. Each says where its stamps
stand in their windows, so that the same bytes give the same hours whatever is found out later.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from service_reports.contracts import Contract, MeasuredResource, Metric
from service_reports.failures import Failure
from service_reports.records import MetricPoint
from service_reports.records.bounds import MOST_DIGITS
from service_reports.sources.answer import Answer, SourceError
from service_reports.sources.oci_items import moment
from service_reports.sources.oci_metrics.monitoring import MetricStream, number
from service_reports.sources.oci_metrics.questions import HOURLY, LENGTH
from service_reports.sources.oci_metrics.stamps import DOCUMENTED
from service_reports.sources.rows import ROWS_TOLD, Rows, read_rows, told_value
from service_reports.sources.source import Reading, Stamps

NO_MOMENT = "no es un momento que exista"


def series_name(resource: str, namespace: str, metric: str) -> str:
    """What the ledger calls the answers about one metric of one resource."""
    return f"{resource}/{namespace}/{metric}"


def attribute(
    contract: Contract,
    streams: Mapping[tuple[str, str], Sequence[MetricStream]],
    first: date,
    last: date,
    stamps: Stamps = DOCUMENTED,
) -> Iterator[Answer]:
    """One answer for every metric of every resource of a contract, from the streams by namespace and metric.

    Streams of resources that the contract does not measure, and those whose dimensions it does not mean, are left out.
    ``stamps`` says where in its window a point is stamped.
    """
    for resource in contract.resources:
        for metric in resource.metrics:
            yield answer_about(
                resource, metric, streams.get((metric.namespace, metric.name), ()), (first, last), stamps
            )


def answer_about(
    resource: MeasuredResource,
    metric: Metric,
    streams: Sequence[MetricStream],
    days: tuple[date, date],
    stamps: Stamps = DOCUMENTED,
) -> Answer:
    """What streams of one metric tell of one resource on some days (UTC, both included)."""
    lines = [
        {
            "resource_name": resource.name,
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "interval": stream.interval,
            "statistic": stream.statistic,
            "stamps": stamps,
            "dimensions": dict(sorted(stream.dimensions.items())),
            "combined": metric.combined,
            "points": stream.points,
        }
        for stream in streams
        if stream.resource_ocid == resource.resource_ocid and is_meant(metric, stream)
    ]
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    return Answer(series_name(resource.name, metric.namespace, metric.name), content, None, *days)


def hours_told(answer: Answer) -> Counter[date]:
    """How many hours an answer tells of each day (UTC).

    Raises:
        SourceError: nothing in it can be read.
    """
    return Counter(hour.date() for hour in {row.hour.astimezone(UTC) for row in parse(answer.content)})


def is_meant(metric: Metric, stream: MetricStream) -> bool:
    """Whether a series has the values of the dimensions that the contract names."""
    return all(stream.dimensions.get(each.name) == each.value for each in metric.dimensions if not each.any)


class _Line(NamedTuple):
    """One archived series: its points as they were told, whose windows begin ``back`` before their stamps."""

    about: tuple[str, str, str]
    interval: str
    statistic: str
    apart: tuple[tuple[str, str], ...]
    series: tuple[tuple[str, str], ...]
    points: tuple[tuple[str, str], ...]
    back: timedelta


@dataclass
class _Hour:
    """What came of one hour: by statistic and series, and the lowest of each five minutes by their start."""

    hourly: dict[str, dict[Any, Decimal]] = field(default_factory=dict)
    apart: set[Any] = field(default_factory=set)
    finer: dict[datetime, Decimal] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """What is no number in it: the hour cannot be told without it."""

    def add(self, line: _Line, value: Decimal) -> None:
        """Note what one series says: the same again is nothing new, anything else is said by another one like it."""
        held = self.hourly.setdefault(line.statistic, {})
        alike = 0
        while (line.series, alike) in held and held[line.series, alike] != value:
            alike += 1
        held[line.series, alike] = value
        if line.statistic == "mean":
            self.apart.add((line.apart, alike))

    def fields(self) -> dict[str, Any]:
        """The columns of the hour's row: of several series the mean of their means, the least and the most."""
        means = self.hourly["mean"].values()
        combined = {"value": sum(means, Decimal(0)) / len(means) if len(means) > 1 else next(iter(means))}
        for column, statistic, choose in (("minimum", "min", min), ("maximum", "max", max)):
            if values := self.hourly.get(statistic):
                combined[column] = choose(values.values())
        found: dict[str, Any] = {**combined, "series": len(self.apart)}
        if self.finer:
            found |= {
                "five_minute_samples": len(self.finer),
                "five_minute_samples_up": sum(value >= 1 for value in self.finer.values()),
                "five_minute_minimum": min(self.finer.values()),
            }
        return found


def parse(content: bytes) -> Rows[MetricPoint]:
    """The hours of one archived answer, those that have a mean. A value that is absent is no measurement, and no zero.

    An hour's five-minute samples are folded to their count, those that were up (a minimum of 1 or more) and the lowest.
    What several series say is combined: of the five minutes and the extremes the lowest or highest of all, of the means
    their mean; ``series`` tells how many there were that the contract does not combine on purpose. Series that nothing
    tells apart are several where they say different things of one hour. An hour with a value that is no number is set
    aside, and so is a point of no moment.

    Raises:
        SourceError: there are hours, and none can be read.
    """
    hours: dict[tuple[tuple[str, str, str], datetime], _Hour] = {}
    aside: list[Failure] = []
    for line in map(_line, content.decode().splitlines()):
        named = f"{line.statistic} de {line.interval}"
        for at, told in line.points:
            start = _start(at, line.back)
            if start is None:
                aside.append(Failure(f"{series_name(*line.about)}, {named}", f"timestamp{told_value(at)}: {NO_MOMENT}"))
                continue
            whole = start if line.interval == HOURLY else start.replace(minute=0, second=0, microsecond=0)
            hour = hours.setdefault((line.about, whole), _Hour())
            value = number(told)
            if value is None:
                hour.refused.append(f"{named}{told_value(told)} no es un número de hasta {MOST_DIGITS} dígitos")
            elif line.interval == HOURLY:
                hour.add(line, value)
            else:
                hour.finer[start] = min(value, hour.finer.get(start, value))
    in_order = sorted(hours.items(), key=lambda each: each[0])
    aside += [
        Failure(f"{series_name(*about)}, hora {at:%Y-%m-%dT%H:%MZ}", "; ".join(hour.refused[:ROWS_TOLD]))
        for (about, at), hour in in_order
        if hour.refused
    ]
    rows = read_rows(
        MetricPoint,
        (
            {"resource_name": resource, "namespace": namespace, "metric_name": metric, "hour": at, **hour.fields()}
            for ((resource, namespace, metric), at), hour in in_order
            if "mean" in hour.hourly and not hour.refused
        ),
    )
    if aside and not rows:
        raise SourceError(f"ninguna fila se puede leer; {aside[0]}")
    rows.aside = (*aside, *rows.aside)
    return rows


def _start(stamp: str, back: timedelta) -> datetime | None:
    """When the window of a point begins; ``None`` where its stamp is no moment."""
    try:
        at = moment(stamp)
        return at and at - back
    except OverflowError:
        return None


def _line(text: str) -> _Line:
    told = json.loads(text)
    dimensions = tuple(sorted(told.get("dimensions", {}).items()))
    combined = told.get("combined", ())
    back = LENGTH[told["interval"]] if told.get("stamps", DOCUMENTED) == "end" else LENGTH[HOURLY] * 0
    return _Line(
        (told["resource_name"], told["namespace"], told["metric_name"]),
        told["interval"],
        told["statistic"],
        tuple(each for each in dimensions if each[0] not in combined),
        dimensions,
        tuple((at, value) for at, value in told["points"] if value is not None),
        back,
    )


def read(reading: Reading) -> Rows[MetricPoint]:
    """The hours of the days that the answer was asked for: it also has a window of the day before, or after."""
    with reading.opened() as file:
        rows = parse(file.read())
    first, last = reading.batch.window_from, reading.batch.window_to
    kept: Rows[MetricPoint] = Rows(
        row
        for row in rows
        if (first is None or first <= row.hour.astimezone(UTC).date())
        and (last is None or row.hour.astimezone(UTC).date() <= last)
    )
    kept.aside = rows.aside
    return kept
