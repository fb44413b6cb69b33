"""OCI Monitoring: few requests for many resources, kept apart, and what an hour hides."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oci.exceptions import ServiceError

from service_reports.contracts import Contract
from service_reports.contracts.model import MetricDimension
from service_reports.records import MetricPoint
from service_reports.sources import SourceError
from service_reports.sources.oci_metrics import (
    MetricRequest,
    MetricStream,
    Pace,
    ask,
    attribute,
    parse,
    plan_requests,
)
from service_reports.sources.oci_metrics.late_hours import stretches
from service_reports.sources.oci_metrics.monitoring import Asking
from service_reports.sources.oci_metrics.stamps import _by_dimensions
from service_reports.sources.patience import asked_to_wait
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


def test_a_metric_is_asked_once_for_each_statistic_of_twenty_resources() -> None:
    one, many = plan_requests(contracts(1), DAY, DAY), plan_requests(contracts(300), DAY, DAY)
    assert len({(request.namespace, request.metric_name) for request in many}) == 6
    assert len(one) == 6 * 3 + 1
    assert len(many) == (4 * 15 + 2 * 30) * 3 + 15  # 300 databases and 600 servers
    assert max(len(request.query) for request in many) < 2_000


def test_only_metrics_of_availability_are_asked_at_five_minutes() -> None:
    [finer] = [request for request in plan_requests(contracts(1), DAY, DAY) if request.interval == "5m"]
    assert (finer.namespace, finer.metric_name, finer.statistic) == (*NODE, "min")
    [database] = [each.resource_ocid for each in contracts(1)[0].resources if each.kind == "database"]
    assert finer.query == f'NodeStatus[5m]{{resourceId =~ "{database}"}}.min()'


@settings(max_examples=30)
@given(st.integers(1, 45), st.integers(1, 200))
def test_every_hour_of_every_resource_is_asked_once_for_each_statistic_and_answered_whole(
    count: int, days: int
) -> None:
    held = contracts(count)
    last = DAY + timedelta(days=days - 1)
    asked: dict[tuple[str, ...], list[tuple[date, date]]] = {}
    for request in plan_requests(held, DAY, last):
        length = {"1h": timedelta(hours=1), "5m": timedelta(minutes=5)}[request.interval]
        assert (request.end - request.start) // length * len(request.resources) < 100_000
        assert request.end - request.start <= {"1h": timedelta(days=90), "5m": timedelta(days=30)}[request.interval]
        assert request.end - length == MIDNIGHT + (request.last + timedelta(days=1) - DAY)
        for ocid in request.resources:
            series = request.namespace, request.metric_name, request.interval, request.statistic, ocid
            asked.setdefault(series, []).append((request.first, request.last))
    charted = {
        (metric.namespace, metric.name, resource.resource_ocid)
        for contract in held
        for resource in contract.resources
        for metric in resource.metrics
    }
    assert len(asked) == 3 * len(charted) + count
    for parts in asked.values():
        assert (parts[0][0], parts[-1][1]) == (DAY, last)
        assert all(before[1] + timedelta(days=1) == after[0] for before, after in pairwise(parts))


@given(st.integers(0, 40), st.integers(1, 25), st.booleans())
def test_halves_ask_for_the_same_and_each_for_less(days: int, count: int, too_many_series: bool) -> None:
    resources = tuple(f"r{number}" for number in range(count))
    whole = MetricRequest(*NODE, "1h", "mean", DAY, DAY + timedelta(days=days), resources)
    halves = whole.halves(too_many_series=too_many_series)

    def cells(request: MetricRequest) -> list[tuple[str, date]]:
        days = (request.last - request.first).days + 1
        return [(ocid, request.first + timedelta(days=number)) for ocid in request.resources for number in range(days)]

    if halves:
        assert sorted(cell for half in halves for cell in cells(half)) == sorted(cells(whole))
        assert all(0 < len(cells(half)) < len(cells(whole)) for half in halves)
    else:
        assert count == 1
        assert too_many_series or not days


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


def test_a_service_that_asks_for_more_patience_than_there_is_left_is_not_waited_for() -> None:
    clock = Clock()
    pace = Pace(10, clock.read, clock.sleep, patience=30)
    assert [pace.rest(seconds) for seconds in (20, 11, 10, 1)] == [True, False, True, False]
    assert clock.now == 130


class Monitoring:
    """Answers with given streams and keeps what it was asked."""

    def __init__(self, *streams: Any) -> None:
        self.streams, self.asked = streams, []

    def summarize_metrics_data(self, compartment_id: str, details: Any, **options: Any) -> Any:
        self.asked.append((compartment_id, details, options))
        return SimpleNamespace(data=list(self.streams))


def stream(dimensions: dict[str, str], *values: float | None) -> Any:
    points = [
        SimpleNamespace(timestamp=MIDNIGHT + timedelta(hours=hour + 1), value=value)
        for hour, value in enumerate(values)
    ]
    return SimpleNamespace(dimensions=dimensions, aggregated_datapoints=points)


def test_all_compartments_of_a_tenancy_are_asked_and_what_is_absent_stays_absent() -> None:
    client = Monitoring(stream({"resourceId": "a"}, 1.5, None), stream({"resourceId": "b"}, 2.0))
    request = plan_requests(contracts(1), DAY, DAY)[0]
    found = ask(client, SimpleNamespace, "ocid1.tenancy.oc1..t", request)
    assert [(each.resource_ocid, [value for _, value in each.points]) for each in found] == [
        ("a", ["1.5", None]),
        ("b", ["2.0"]),
    ]
    [(compartment, details, options)] = client.asked
    assert (compartment, options) == ("ocid1.tenancy.oc1..t", {"compartment_id_in_subtree": True})
    assert (details.start_time, details.end_time, details.resolution) == (
        MIDNIGHT,
        MIDNIGHT + timedelta(hours=25),
        "1h",
    )


def test_a_series_without_any_points_harms_no_other() -> None:
    empty = SimpleNamespace(dimensions={"resourceId": "a"}, aggregated_datapoints=None)
    found = ask(Monitoring(empty, stream({"resourceId": "b"}, 2.0)), SimpleNamespace, "t", QUESTION)
    assert [(each.resource_ocid, len(each.points)) for each in found] == [("a", 0), ("b", 1)]


@pytest.mark.parametrize("odd", [None, 7, {}, {"dimensions": None}, {"dimensions": {"region": "x"}}])
def test_streams_of_nobody_harm_no_other_and_alone_are_an_error_that_names_the_question(odd: Any) -> None:
    found = ask(Monitoring(odd, stream({"resourceId": "b"}, 2.0)), SimpleNamespace, "t", QUESTION)
    assert [(each.resource_ocid, len(each.points)) for each in found] == [("", 0), ("b", 1)]
    with pytest.raises(SourceError, match=r"^oci_database_cluster: NodeStatus.*ningún `resourceId`"):
        ask(Monitoring(odd), SimpleNamespace, "t", QUESTION)


def test_what_is_no_list_of_series_is_an_error() -> None:
    client = SimpleNamespace(summarize_metrics_data=lambda *_, **__: SimpleNamespace(data="<html>"))
    with pytest.raises(SourceError, match="la respuesta no es una lista"):
        ask(client, SimpleNamespace, "t", QUESTION)


@pytest.mark.parametrize(("told", "is_held"), [(None, True), ("1h", True), ("60m", True), ("5m", False), ("1d", False)])
def test_an_answer_of_other_windows_than_were_asked_for_is_an_error(told: str | None, is_held: bool) -> None:
    one, other = stream({"resourceId": "a"}, 1.0), stream({"resourceId": "b"}, 2.0)
    other.resolution = told
    if is_held:
        assert len(ask(Monitoring(one, other), SimpleNamespace, "t", QUESTION)) == 2
        return
    with pytest.raises(
        SourceError, match=r"NodeStatus.*la respuesta es de ventanas de .*, y se preguntó por las de 1h"
    ):
        ask(Monitoring(one, other), SimpleNamespace, "t", QUESTION)


POINT = '{"timestamp": "2026-02-18T02:00:00.000Z", "value": %s}'


@pytest.mark.parametrize(
    ("odd", "aside"),
    [
        *((POINT % value, 1) for value in ("NaN", "-Infinity", "1e400", '"alto"', "{}", "[]", "true", '""', "9" * 200)),
        (POINT % "null", 0),  # nothing was measured
        *((f'{{"timestamp": {told}, "value": 1}}', 1) for told in ('"ayer"', "null", "5", '"0001-01-01T00:30:00Z"')),
        *((told, 0) for told in ("null", "7", "{}")),  # neither a moment nor a value
    ],
)
def test_a_point_that_cannot_be_read_costs_its_own_hour_alone(odd: str, aside: int) -> None:
    """As the clients of the hook leave an answer: in JSON, of which nothing is judged before it is archived."""
    contract = contracts(1)[0]
    good = ", ".join(f'{{"timestamp": "2026-02-18T{hour:02}:00:00.000Z", "value": 0.5}}' for hour in (1, 3))
    resource = contract.resources[0].resource_ocid
    answer = f'[{{"dimensions": {{"resourceId": "{resource}"}}, "aggregatedDatapoints": [{odd}, {good}]}}]'
    [found] = ask(Monitoring(*json.loads(answer)), SimpleNamespace, "t", QUESTION)
    told: Any = answers(contract, found)[NODE_STATUS]
    assert [(point.hour.hour, point.value) for point in told] == [(0, Decimal("0.5")), (2, Decimal("0.5"))]
    assert len(told.aside) == aside
    if aside and '"alto"' in odd:
        assert "hora 2026-02-18T01:00Z: mean de 1h ('alto') no es un número" in str(told.aside[0])


def test_points_that_cannot_be_read_decide_nothing_about_stamps() -> None:
    odd = (("ayer", "1"), (MIDNIGHT.isoformat(), "alto"), (MIDNIGHT.isoformat(), "nan"))
    assert _by_dimensions([MetricStream("r", "5m", "mean", odd)]) == {(): {}}


class Busy(Monitoring):
    """Refuses or cuts what ``spoil`` says of a question, else answers with an hour for each resource and day."""

    def __init__(self, spoil: Callable[[int, list[str], int], int | None], retry_after: str = "7") -> None:
        super().__init__()
        self.spoil, self.retry_after = spoil, retry_after

    def summarize_metrics_data(self, compartment_id: str, details: Any, **options: Any) -> Any:
        super().summarize_metrics_data(compartment_id, details, **options)
        resources = details.query.split('"')[1].split("|")
        days = (details.end_time - details.start_time).days
        if status := self.spoil(len(self.asked), resources, days):
            raise ServiceError(status, "code", {"Retry-After": self.retry_after}, "message")
        return SimpleNamespace(
            data=[
                SimpleNamespace(
                    dimensions={"resourceId": each},
                    aggregated_datapoints=[
                        SimpleNamespace(timestamp=details.start_time + timedelta(days=day, hours=1), value=1.0)
                        for day in range(days)
                    ],
                )
                for each in resources
            ]
        )


RESOURCES = ("a", "b", "c")
QUESTION = MetricRequest(*NODE, "1h", "mean", DAY, DAY + timedelta(days=6), RESOURCES)


def whole(client: Any, clock: Clock) -> list[MetricStream]:
    return Asking(client, SimpleNamespace, "t", Pace(10, clock.read, clock.sleep)).whole(QUESTION)


def hours_of(streams: list[MetricStream]) -> list[tuple[str, str]]:
    return sorted((each.resource_ocid, stamp) for each in streams for stamp, _ in each.points)


WHOLE = sorted((each, (MIDNIGHT + timedelta(days=day, hours=1)).isoformat()) for each in RESOURCES for day in range(7))


@pytest.mark.parametrize("status", [400, 413])
def test_a_question_that_is_refused_for_its_size_is_asked_in_halves(status: int) -> None:
    client = Busy(lambda _, resources, days: status if len(resources) * days > 5 else None)
    assert hours_of(whole(client, Clock())) == WHOLE


def test_an_answer_that_reaches_the_points_of_the_service_is_not_taken_for_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service_reports.sources.oci_metrics.monitoring.MOST_POINTS", 4)
    client = Busy(lambda *_: None)
    assert hours_of(whole(client, Clock())) == WHOLE
    assert min((details.end_time - details.start_time).days for _, details, _ in client.asked) == 1


def test_an_answer_that_reaches_the_series_of_the_service_is_asked_by_fewer_resources(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service_reports.sources.oci_metrics.monitoring.MOST_SERIES", 2)
    client = Busy(lambda *_: None)
    assert hours_of(whole(client, Clock())) == WHOLE
    assert {(details.end_time - details.start_time).days for _, details, _ in client.asked} == {7}


def test_what_is_not_whole_in_its_smallest_part_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_reports.sources.oci_metrics.monitoring.MOST_SERIES", 1)
    with pytest.raises(SourceError, match="no está completa"):
        whole(Busy(lambda *_: None), Clock())


def test_a_question_that_is_wrong_in_every_size_is_told_as_the_service_says_it() -> None:
    client = Busy(lambda *_: 400)
    with pytest.raises(ServiceError, match="message"):
        whole(client, Clock())
    assert len(client.asked) < 10


def test_a_busy_service_is_asked_again_where_it_was_busy_after_the_time_it_names() -> None:
    clock = Clock()
    client = Busy(lambda number, *_: 429 if number in (1, 2) else None)
    assert hours_of(whole(client, clock)) == WHOLE
    assert (len(client.asked), clock.now) == (3, pytest.approx(114))


@pytest.mark.parametrize("retry_after", ["7", "0", "-3", "Tue, 17 Feb 2026 00:00:00 GMT", "9" * 400])
def test_a_service_that_stays_busy_fails_the_task_in_bounded_time(retry_after: str) -> None:
    clock, client = Clock(), Busy(lambda *_: 429, retry_after)
    with pytest.raises(ServiceError):
        whole(client, clock)
    assert clock.now <= 100 + 120 + 2
    assert len(client.asked) < 20


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"Retry-After": "Wed, 18 Feb 2026 00:00:09 GMT"}, 9),
        ({"Retry-After": "Tue, 17 Feb 2026 00:00:00 GMT"}, 5),
        ({"Retry-After": "0"}, 5),
        ({"Retry-After": "soon"}, 5),
        ({}, 5),
    ],
)
def test_how_long_a_service_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert asked_to_wait(headers, MIDNIGHT, 5) == seconds


def answers(contract: Contract, *streams: MetricStream) -> dict[str, list[MetricPoint]]:
    found = attribute(contract, {NODE: streams}, DAY, DAY)
    return {answer.name: parse(answer.content) for answer in found}


def of_node(contract: Contract, interval: str, statistic: str, *values: str | None, **dimensions: str) -> MetricStream:
    apart = timedelta(hours=1) if interval == "1h" else timedelta(minutes=5)
    points = tuple(((MIDNIGHT + number * apart).isoformat(), value) for number, value in enumerate(values, start=1))
    return MetricStream(contract.resources[0].resource_ocid, interval, statistic, points, dimensions)


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


NODE_STATUS = "ALCJAM DB/oci_database_cluster/NodeStatus"


def test_a_point_belongs_to_the_hour_that_its_stamp_ends() -> None:
    contract = contracts(1)[0]
    [point] = answers(
        contract, of_node(contract, "1h", "mean", "1.0"), of_node(contract, "5m", "min", *["1.0"] * 11, "0.0")
    )[NODE_STATUS]
    assert (point.hour, point.five_minute_samples, point.five_minute_samples_up) == (MIDNIGHT, 12, 11)


@pytest.mark.parametrize(("stamps", "hour"), [("end", 0), ("start", 1)])
def test_an_archived_answer_is_read_as_it_was_when_it_was_archived(stamps: Any, hour: int) -> None:
    contract = contracts(1)[0]
    streams = {NODE: [of_node(contract, "1h", "mean", "1.0"), of_node(contract, "5m", "min", *["1.0"] * 13)]}
    [content] = [a.content for a in attribute(contract, streams, DAY, DAY, stamps) if a.name == NODE_STATUS]
    [point] = parse(content)
    assert point.hour == MIDNIGHT + timedelta(hours=hour)
    assert point.five_minute_samples == {"end": 12, "start": 2}[stamps]


def test_series_that_no_dimension_tells_apart_and_say_different_things_are_several() -> None:
    """As a resource that moved to another compartment has them in the hour in which it did."""
    line = {"resource_name": "r", "namespace": "n", "metric_name": "CpuUtilization", "interval": "1h"}
    at = "2026-02-18T06:00:00+00:00"
    said = [("mean", "1"), ("mean", "9"), ("mean", "9.0"), ("mean", None), ("min", "1"), ("min", "4"), ("max", "9")]
    lines = [json.dumps({**line, "statistic": statistic, "points": [[at, value]]}) for statistic, value in said]
    for told in (lines, lines[::-1]):
        [hour] = parse("\n".join(told).encode())
        assert (hour.value, hour.minimum, hour.maximum, hour.series) == (5, 1, 9, 2)


def test_an_answer_that_was_asked_twice_counts_its_samples_once() -> None:
    contract = contracts(1)[0]
    finer = of_node(contract, "5m", "min", *["1.0"] * 12)
    [point] = answers(contract, of_node(contract, "1h", "mean", "1.0"), finer, finer)[NODE_STATUS]
    assert point.five_minute_samples == 12


def test_what_is_absent_is_no_measurement_and_no_zero() -> None:
    contract = contracts(1)[0]
    [point] = answers(
        contract,
        of_node(contract, "1h", "mean", None, "1.0"),
        of_node(contract, "1h", "min", "1.0", None),
        of_node(contract, "5m", "min", *[None] * 12, *["1.0"] * 6, *[None] * 6),
    )[NODE_STATUS]
    assert (point.hour, point.minimum) == (MIDNIGHT + timedelta(hours=1), None)
    assert (point.five_minute_samples, point.five_minute_samples_up, point.five_minute_minimum) == (6, 6, 1)


CPU = "oci_database_cluster", "CpuUtilization"


def told_of_cpu(*values: str, statistic: str = "mean") -> Any:
    contract = contracts(1)[0]
    streams = {
        CPU: [of_node(contract, "1h", "mean", *["40"] * len(values)), of_node(contract, "1h", statistic, *values)]
    }
    [content] = [a.content for a in attribute(contract, streams, DAY, DAY) if a.name.endswith("CpuUtilization")][:1]
    return parse(content)


@pytest.mark.parametrize("statistic", ["mean", "min", "max"])
@pytest.mark.parametrize("absurd", ["nan", "inf", "-inf"])
def test_an_hour_with_a_value_that_is_no_number_is_set_aside_alone(absurd: str, statistic: str) -> None:
    told = told_of_cpu("40", absurd, "40", statistic=statistic)
    assert [point.hour.hour for point in told] == [0, 2]
    [(_, reason)] = told.aside
    assert "no es un número" in reason


def test_a_five_minute_sample_that_is_no_number_is_no_outage() -> None:
    contract = contracts(1)[0]
    told: Any = answers(
        contract, of_node(contract, "1h", "mean", "1", "1"), of_node(contract, "5m", "min", *["1"] * 11, "nan")
    )[NODE_STATUS]
    assert ([point.hour.hour for point in told], len(told.aside)) == ([1], 1)


def test_hours_that_are_all_no_numbers_are_no_answer() -> None:
    with pytest.raises(SourceError, match="ninguna fila"):
        told_of_cpu("nan", "inf")


def with_dimensions(*dimensions: tuple[str, str]) -> Contract:
    """The sample's contract, whose node state is of these series."""
    contract = contracts(1)[0]
    database, *servers = contract.resources
    metrics = [
        metric.model_copy(update={"dimensions": tuple(MetricDimension(name=n, value=v) for n, v in dimensions)})
        for metric in database.metrics
    ]
    return contract.model_copy(
        update={"resources": (database.model_copy(update={"metrics": tuple(metrics)}), *servers)}
    )


@pytest.mark.parametrize(
    ("dimensions", "value", "minimum", "samples_up", "series"),
    [
        ([], "0.75", "0", 10, 2),
        ([("hostName", "*")], "0.75", "0", 10, 1),
        ([("hostName", "a")], "1", "1", 12, 1),
        ([("hostName", "b")], "0.5", "0", 10, 1),
    ],
)
def test_series_of_one_resource_are_combined_as_the_contract_says_or_it_is_told(
    dimensions: list[tuple[str, str]], value: str, minimum: str, samples_up: int, series: int
) -> None:
    contract = with_dimensions(*dimensions)
    streams = [
        of_node(contract, "1h", "mean", "1", hostName="a"),
        of_node(contract, "1h", "mean", "0.5", hostName="b"),
        of_node(contract, "1h", "min", "1", hostName="a"),
        of_node(contract, "1h", "min", "0", hostName="b"),
        of_node(contract, "5m", "min", *["1"] * 12, hostName="a"),
        of_node(contract, "5m", "min", *["1"] * 10, "0", "0", hostName="b"),
    ]
    for told in (streams, list(reversed(streams))):
        [point] = answers(contract, *told)[NODE_STATUS]
        assert (point.value, point.minimum, point.series) == (Decimal(value), Decimal(minimum), series)
        assert (point.five_minute_samples, point.five_minute_samples_up) == (12, samples_up)


def test_a_series_without_the_dimension_that_the_contract_names_is_not_meant() -> None:
    contract = with_dimensions(("diskgroupName", "DATA"))
    assert answers(contract, of_node(contract, "1h", "mean", "1"))[NODE_STATUS] == []


@pytest.mark.parametrize(
    ("values", "is_news"),
    [
        (["0.5"] * 20, True),
        (["0.5"] * 18, False),
        ([], False),
        (["mucho"], True),  # it is refused by name where answers are checked, and not passed over
    ],
)
def test_of_late_hours_what_tells_more_than_is_known_is_entered_and_what_cannot_be_read(
    values: list[str], is_news: bool
) -> None:
    contract = sample_contract()
    resource = contract.resources[0]
    metric = next(each for each in resource.metrics if (each.namespace, each.name) == NODE)
    known = {(resource.name, *NODE): {DAY: 18}}
    [stretch] = stretches([contract], {contract.id: known})
    assert {(each.first, each.last) for each in stretch.questions(DAY)} == {(DAY, DAY)}
    assert stretch.lacks[0].metric == metric
    streams = [of_node(contract, "1h", "mean", *values)] if values else []
    assert bool(list(stretch.news(streams, "end"))) == is_news
