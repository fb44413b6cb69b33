"""OCI Monitoring: the hours of the metrics that contracts chart.

One request asks for one metric and one statistic of every resource of a tenancy; what comes
back is given to the resources of the contracts. The archived form is JSON lines, one per
resource and statistic, with the values as the service wrote them.
"""

from __future__ import annotations

import json
import time as clock
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from service_reports.contracts import Contract
from service_reports.records import MetricPoint
from service_reports.sources.answer import Answer, SourceError
from service_reports.sources.rows import every_row

if TYPE_CHECKING:
    from oci.monitoring import MonitoringClient
    from oci.monitoring.models import SummarizeMetricsDataDetails

HOURLY: Literal["1h"] = "1h"
FIVE_MINUTES: Literal["5m"] = "5m"
STATISTICS = ("mean", "min", "max")
POINTS_A_DAY = {HOURLY: 24, FIVE_MINUTES: 288}
MOST_DAYS = {HOURLY: 90, FIVE_MINUTES: 30}
"""The longest range that the service answers at a resolution."""
MOST_POINTS = 100_000
"""The most points that the service puts in one answer."""
MOST_REQUESTS_A_SECOND = 10
"""What the service takes from one tenancy."""


class MetricRequest(NamedTuple):
    """One question to Monitoring: one metric, one statistic, all resources; days are UTC, both included."""

    namespace: str
    metric_name: str
    interval: Literal["1h", "5m"]
    statistic: str
    first: date
    last: date

    @property
    def query(self) -> str:
        """The question in Monitoring's query language, one stream per resource."""
        return f"{self.metric_name}[{self.interval}].groupBy(resourceId).{self.statistic}()"


class MetricStream(NamedTuple):
    """What one request brought for one resource: instants and values, as text."""

    resource_ocid: str
    interval: str
    statistic: str
    points: tuple[tuple[str, str], ...]


class Pace:
    """Keeps requests apart, so that no more than a number of them are made in any second."""

    def __init__(
        self,
        per_second: int = MOST_REQUESTS_A_SECOND,
        now: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], None] = clock.sleep,
    ) -> None:
        self._apart = 1 / per_second
        self._now = now
        self._sleep = sleep
        self._next = float("-inf")

    def wait(self) -> None:
        """Return when the next request may be made."""
        early = self._next - self._now()
        if early > 0:
            self._sleep(early)
        self._next = max(self._next, self._now()) + self._apart


def plan_requests(contracts: Iterable[Contract], first: date, last: date) -> list[MetricRequest]:
    """The requests that bring every metric of the contracts of one tenancy over UTC days, both included.

    One per metric and statistic while the answer stays within the service's limits; more days
    or resources than that are asked for in parts.
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
    requests = []
    for key, ocids in sorted(resources.items()):
        for start, end in _parts(first, last, HOURLY, len(ocids)):
            requests += [MetricRequest(*key, HOURLY, statistic, start, end) for statistic in STATISTICS]
        if key in at_five_minutes:
            requests += [
                MetricRequest(*key, FIVE_MINUTES, "min", start, end)
                for start, end in _parts(first, last, FIVE_MINUTES, len(ocids))
            ]
    return requests


def _parts(first: date, last: date, interval: Literal["1h", "5m"], streams: int) -> Iterator[tuple[date, date]]:
    days = max(1, min(MOST_DAYS[interval], MOST_POINTS // (streams * POINTS_A_DAY[interval])))
    while first <= last:
        end = min(last, first + timedelta(days=days - 1))
        yield first, end
        first = end + timedelta(days=1)


def ask(
    client: MonitoringClient, request_type: type[SummarizeMetricsDataDetails], tenancy_ocid: str, request: MetricRequest
) -> list[MetricStream]:
    """Put one request to Monitoring; one stream per resource that has measurements.

    ``client`` is an ``oci.monitoring.MonitoringClient`` and ``request_type`` its
    ``SummarizeMetricsDataDetails``. The service keeps hours for 90 days back from now: older
    days come back empty.

    Raises:
        SourceError: a stream does not say whose it is.
    """
    details = request_type(
        namespace=request.namespace,
        query=request.query,
        start_time=datetime.combine(request.first, time(), tzinfo=UTC),
        end_time=datetime.combine(request.last + timedelta(days=1), time(), tzinfo=UTC),
        resolution=request.interval,
    )
    answer = client.summarize_metrics_data(tenancy_ocid, details, compartment_id_in_subtree=True).data
    streams = []
    for stream in answer:
        resource_ocid = (stream.dimensions or {}).get("resourceId")
        if not resource_ocid:
            raise SourceError(
                f"{request.namespace}: {request.query}: una serie tiene las dimensiones {stream.dimensions!r} y ningún "
                "`resourceId` — grafique una métrica que Monitoring guarde por recurso"
            )
        points = tuple(
            (point.timestamp.astimezone(UTC).isoformat(), str(point.value))
            for point in stream.aggregated_datapoints
            if point.value is not None
        )
        streams.append(MetricStream(resource_ocid, request.interval, request.statistic, points))
    return streams


def attribute(
    contract: Contract, streams: Mapping[tuple[str, str], Sequence[MetricStream]], first: date, last: date
) -> Iterator[Answer]:
    """One answer for every metric of every resource of a contract, from the streams by namespace and metric.

    Streams of resources that the contract does not measure are left out.
    """
    for resource in contract.resources:
        for metric in resource.metrics:
            lines = [
                {
                    "resource_name": resource.name,
                    "namespace": metric.namespace,
                    "metric_name": metric.name,
                    "interval": stream.interval,
                    "statistic": stream.statistic,
                    "points": stream.points,
                }
                for stream in streams.get((metric.namespace, metric.name), ())
                if stream.resource_ocid == resource.resource_ocid
            ]
            content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
            yield Answer(f"{resource.name}/{metric.namespace}/{metric.name}", content, None, first, last)


def parse(content: bytes) -> list[MetricPoint]:
    """The hours of one archived answer, those that have a mean.

    An hour's five-minute samples are folded to their count, those that were up (a minimum
    of 1 or more) and the lowest.
    """
    hours: dict[tuple[str, str, str, datetime], dict[str, Any]] = {}
    names = {"mean": "value", "min": "minimum", "max": "maximum"}
    for line in map(json.loads, content.decode().splitlines()):
        series = line["resource_name"], line["namespace"], line["metric_name"]
        for instant, text in line["points"]:
            at, value = datetime.fromisoformat(instant), Decimal(text)
            if line["interval"] == HOURLY:
                hours.setdefault((*series, at), {})[names[line["statistic"]]] = value
                continue
            hour = hours.setdefault((*series, at.replace(minute=0, second=0, microsecond=0)), {})
            hour["five_minute_samples"] = hour.get("five_minute_samples", 0) + 1
            hour["five_minute_samples_up"] = hour.get("five_minute_samples_up", 0) + (value >= 1)
            hour["five_minute_minimum"] = min(value, hour.get("five_minute_minimum", value))
    return every_row(
        MetricPoint,
        (
            {"resource_name": resource, "namespace": namespace, "metric_name": metric, "hour": hour, **values}
            for (resource, namespace, metric, hour), values in sorted(hours.items())
            if "value" in values
        ),
    )
