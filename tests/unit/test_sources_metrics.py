"""OCI Monitoring: few requests for many resources, kept apart, and what an hour hides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from service_reports.contracts import Contract
from service_reports.records import MetricPoint
from service_reports.sources import SourceError
from service_reports.sources.oci_metrics.monitoring import MetricStream, Pace, ask, attribute, parse, plan_requests
from tests.golden.sample_figures import sample_contract

DAY = date(2026, 2, 18)
MIDNIGHT = datetime(2026, 2, 18, tzinfo=UTC)
NODE = "oci_database_cluster", "NodeStatus"


def contracts(count: int) -> list[Contract]:
    """Contracts like the sample's, each with resources of its own."""
    sample = sample_contract()
    return [
        sample.model_copy(
            update={
                "id": f"contract-{number}",
                "resources": tuple(
                    resource.model_copy(update={"resource_ocid": f"{resource.resource_ocid}{number}"})
                    for resource in sample.resources
                ),
            }
        )
        for number in range(count)
    ]


def test_a_metric_is_asked_once_for_each_statistic_however_many_resources_have_it() -> None:
    one, many = plan_requests(contracts(1), DAY, DAY), plan_requests(contracts(300), DAY, DAY)
    assert len({(request.namespace, request.metric_name) for request in many}) == 6
    assert len(one) == len(many) == 6 * 3 + 1
    assert len({(r.namespace, r.metric_name, r.interval, r.statistic) for r in many}) == len(many)


def test_only_metrics_of_availability_are_asked_at_five_minutes() -> None:
    [finer] = [request for request in plan_requests(contracts(1), DAY, DAY) if request.interval == "5m"]
    assert (finer.namespace, finer.metric_name, finer.statistic) == (*NODE, "min")
    assert finer.query == "NodeStatus[5m].groupBy(resourceId).min()"


@pytest.mark.parametrize(("days", "hourly", "finer"), [(30, 1, 1), (34, 1, 2), (90, 1, 3), (91, 2, 4)])
def test_a_long_window_is_asked_in_parts_that_the_service_answers(days: int, hourly: int, finer: int) -> None:
    requests = plan_requests(contracts(1), DAY, DAY + timedelta(days=days - 1))
    parts = {
        interval: [
            (r.first, r.last)
            for r in requests
            if (r.namespace, r.metric_name, r.statistic, r.interval) == (*NODE, "min", interval)
        ]
        for interval in ("1h", "5m")
    }
    assert (len(parts["1h"]), len(parts["5m"])) == (hourly, finer)
    for ranges in parts.values():
        asked = [first + timedelta(days=n) for first, last in ranges for n in range((last - first).days + 1)]
        assert asked == [DAY + timedelta(days=n) for n in range(days)]


def test_an_answer_stays_within_the_services_points() -> None:
    requests = plan_requests(contracts(300), DAY, DAY + timedelta(days=9))
    assert sum(r.interval == "5m" for r in requests) == 10  # 300 nodes give 86,400 points a day
    for request in requests:
        resources = 600 if request.namespace == "oci_computeagent" else 300
        days = (request.last - request.first).days + 1
        assert resources * days * {"1h": 24, "5m": 288}[request.interval] <= 100_000


class Clock:
    """A clock that only sleeping, or a request, moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("takes", [0.0, 0.03, 0.25])
def test_no_second_sees_more_than_ten_requests(takes: float) -> None:
    clock = Clock()
    pace = Pace(10, clock.read, clock.sleep)
    made = []
    for _ in range(50):
        pace.wait()
        made.append(clock.now)
        clock.now += takes
    for start in made:
        assert sum(start <= at < start + 0.999 for at in made) <= 10
    assert made[-1] - made[0] == pytest.approx(49 * max(0.1, takes))


def test_a_pause_is_no_credit_for_a_burst() -> None:
    clock = Clock()
    pace = Pace(10, clock.read, clock.sleep)
    pace.wait()
    clock.now += 60
    made = []
    for _ in range(3):
        pace.wait()
        made.append(clock.now - 160)
    assert made == pytest.approx([0, 0.1, 0.2])


class Monitoring:
    """Answers with given streams and keeps what it was asked."""

    def __init__(self, *streams: Any) -> None:
        self.streams, self.asked = streams, []

    def summarize_metrics_data(self, compartment_id: str, details: Any, **options: Any) -> Any:
        self.asked.append((compartment_id, details, options))
        return SimpleNamespace(data=list(self.streams))


def stream(dimensions: dict[str, str], *values: float | None) -> Any:
    points = [
        SimpleNamespace(timestamp=MIDNIGHT + timedelta(hours=hour), value=value) for hour, value in enumerate(values)
    ]
    return SimpleNamespace(dimensions=dimensions, aggregated_datapoints=points)


def test_the_whole_tenancy_is_asked_at_once() -> None:
    client = Monitoring(stream({"resourceId": "a"}, 1.5, None), stream({"resourceId": "b"}, 2.0))
    request = plan_requests(contracts(1), DAY, DAY)[0]
    found = ask(client, SimpleNamespace, "ocid1.tenancy.oc1..t", request)
    assert [(each.resource_ocid, [value for _, value in each.points]) for each in found] == [
        ("a", ["1.5"]),
        ("b", ["2.0"]),
    ]
    [(compartment, details, options)] = client.asked
    assert (compartment, options) == ("ocid1.tenancy.oc1..t", {"compartment_id_in_subtree": True})
    assert (details.start_time, details.end_time, details.resolution) == (MIDNIGHT, MIDNIGHT + timedelta(days=1), "1h")


def test_a_stream_of_nobody_is_an_error_that_names_the_question() -> None:
    request = plan_requests(contracts(1), DAY, DAY)[0]
    with pytest.raises(SourceError, match="groupBy"):
        ask(Monitoring(stream({"region": "x"}, 1.0)), SimpleNamespace, "t", request)


def answers(contract: Contract, *streams: MetricStream) -> dict[str, list[MetricPoint]]:
    found = attribute(contract, {NODE: streams}, DAY, DAY)
    return {answer.name: parse(answer.content) for answer in found}


def of_node(contract: Contract, interval: str, statistic: str, *values: str) -> MetricStream:
    apart = timedelta(hours=1) if interval == "1h" else timedelta(minutes=5)
    points = tuple(((MIDNIGHT + number * apart).isoformat(), value) for number, value in enumerate(values))
    return MetricStream(contract.resources[0].resource_ocid, interval, statistic, points)


def test_each_contract_gets_the_streams_of_its_own_resources() -> None:
    mine, other = contracts(2)
    streams = of_node(mine, "1h", "mean", "1.0"), of_node(other, "1h", "mean", "0.5", "0.5")
    name = "ALCJAM DB/oci_database_cluster/NodeStatus"
    assert [point.value for point in answers(mine, *streams)[name]] == [1]
    assert [point.value for point in answers(other, *streams)[name]] == [Decimal("0.5")] * 2
    assert sum(map(len, answers(mine, *streams).values())) == 1


def test_a_short_outage_does_not_hide_in_the_mean_of_its_hour() -> None:
    contract = contracts(1)[0]
    [point] = answers(
        contract,
        of_node(contract, "1h", "mean", "0.98"),
        of_node(contract, "1h", "min", "0.0"),
        of_node(contract, "1h", "max", "1.0"),
        of_node(contract, "5m", "min", *["1.0"] * 7, "0.0", *["1.0"] * 4),
    )["ALCJAM DB/oci_database_cluster/NodeStatus"]
    assert (point.value, point.minimum, point.maximum) == (Decimal("0.98"), 0, 1)
    assert (point.five_minute_samples, point.five_minute_samples_up, point.five_minute_minimum) == (12, 11, 0)


def test_five_minute_samples_go_to_their_hour() -> None:
    contract = contracts(1)[0]
    points = answers(
        contract, of_node(contract, "1h", "mean", "1.0", "1.0"), of_node(contract, "5m", "min", *["1.0"] * 15)
    )["ALCJAM DB/oci_database_cluster/NodeStatus"]
    assert [point.five_minute_samples for point in points] == [12, 3]
