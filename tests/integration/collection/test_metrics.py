"""What Monitoring answers, stamped as it may be, becomes the hours that were measured."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest
from oci.exceptions import ServiceError

from sandbox.demo import DEFAULT_SCENARIO
from sandbox.oci_monitoring import INTERVALS, QueryError, Stream, make_streams, summarize
from sandbox.scenario import load_scenario
from service_reports.records import MetricPoint
from service_reports.sources import SOURCES
from service_reports.sources.oci_metrics import Pace
from service_reports.sources.source import Reading, Window
from service_reports.warehouse import read_batches, read_days
from service_reports_airflow.steps import ingest
from service_reports_airflow.steps.ingest import Incomplete
from tests.stand_ins import ArchiveInMemory, stores_of

pytestmark = pytest.mark.integration
FIRST, LAST = date(2026, 1, 24), date(2026, 1, 25)
DAYS = Window(FIRST, LAST)
SCENARIO = load_scenario(DEFAULT_SCENARIO)
CONTRACT = SCENARIO.contract
TENANCY = {"tenancy_ocid": CONTRACT.oci.tenancy_ocid, "connection": CONTRACT.oci.connection}
STREAMS = make_streams(SCENARIO)
SERVER = "ALCJAM AIRE PORTAL PY"
"""One of the two whose CPU is charted."""


class Monitoring:
    """Answers as Oracle documents it; a tenancy ``late`` by a window stamps where its windows start."""

    def __init__(self, streams: Sequence[Stream], late: bool = False) -> None:
        self.streams, self.late, self.asked = streams, late, []

    def summarize_metrics_data(self, _tenancy: str, details: Any, **_: Any) -> Any:
        self.asked.append(details)
        shift = INTERVALS[details.resolution] if self.late else timedelta()
        told = {
            "namespace": details.namespace,
            "query": details.query,
            "startTime": (details.start_time + shift).isoformat(),
            "endTime": (details.end_time + shift).isoformat(),
            "resolution": details.resolution,
        }
        try:
            answers = summarize(self.streams, told, lambda _: True)
        except QueryError as error:
            raise ServiceError(400, "InvalidParameter", {}, str(error)) from error
        return SimpleNamespace(data=[self._series(answer, shift) for answer in answers])

    @staticmethod
    def _series(answer: dict[str, Any], shift: timedelta) -> Any:
        points = [
            SimpleNamespace(timestamp=datetime.fromisoformat(each["timestamp"]) - shift, value=each["value"])
            for each in answer["aggregatedDatapoints"]
        ]
        return SimpleNamespace(dimensions=answer["dimensions"], aggregated_datapoints=points)


class Collection:
    """The steps of «Recolectar métricas de OCI» against one Monitoring."""

    def __init__(self, db: psycopg.Connection) -> None:
        self.db = db
        self.archive = ArchiveInMemory()

    def run(self, monitoring: Any, run_id: str = "run-1") -> list[int]:
        hook = SimpleNamespace(endpoint="nowhere", monitoring=lambda: monitoring)
        self.stores = stores_of(self.db, self.archive, CONTRACT, oci=lambda _: hook)
        batch_ids = ingest.fetch("oci_metrics", DAYS, run_id, tenancy=TENANCY, by_hand=True, stores=self.stores)
        ingest.validate_and_load(batch_ids, run_id, stores=self.stores)
        return batch_ids

    def hours(self) -> dict[tuple[str, str, datetime], Decimal]:
        """What was loaded of the days, and of those around them."""
        rows = read_days(self.db, CONTRACT, FIRST - timedelta(days=2), LAST + timedelta(days=2)).of(MetricPoint)
        return {(row.resource_name, row.metric_name, row.hour.astimezone(UTC)): row.value for row in rows}

    def stamps(self) -> list[tuple[str, str | None, str]]:
        query = "select run_id, stamps, evidence ->> 'reason' from raw.metric_stamps order by run_id"
        return self.db.execute(query).fetchall()


@pytest.fixture
def collection(db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Collection:
    monkeypatch.setattr("service_reports.sources.oci_metrics.monitoring.Pace", partial(Pace, per_second=10_000))
    return Collection(db)


def measured(streams: Sequence[Stream] = STREAMS) -> dict[tuple[str, str, datetime], Decimal]:
    return {
        (stream.resource_name, stream.name, hour): value
        for stream in streams
        for hour, value in stream.points.items()
        if FIRST <= hour.date() <= LAST
    }


def changed(change: Callable[[datetime, Decimal], Decimal], *names: str) -> tuple[Stream, ...]:
    """The scenario's streams, those of some metrics with other values."""
    return tuple(
        replace(stream, points={hour: change(hour, value) for hour, value in stream.points.items()})
        if not names or (stream.resource_name, stream.name) == names
        else stream
        for stream in STREAMS
    )


@pytest.mark.parametrize(("late", "stamps"), [(False, "end"), (True, "start")])
def test_hours_are_those_that_were_measured_wherever_the_service_stamps_them(
    collection: Collection, late: bool, stamps: str
) -> None:
    collection.run(Monitoring(STREAMS, late))
    assert collection.hours() == measured()
    [(_, found, reason)] = collection.stamps()
    assert (found, "es la de los cinco minutos" in reason) == (stamps, True)
    samples = {row.five_minute_samples for row in read_days(collection.db, CONTRACT, FIRST, LAST).of(MetricPoint)}
    assert samples == {12, None}


def test_an_outage_in_the_last_hour_of_a_day_is_of_that_day(collection: Collection) -> None:
    lost = datetime(2026, 1, 24, 23, tzinfo=UTC)
    down = changed(lambda hour, value: Decimal(0) if hour == lost else value, "ALCJAM DB", "NodeStatus")
    collection.run(Monitoring(down))
    rows = read_days(collection.db, CONTRACT, FIRST, LAST).of(MetricPoint)
    assert [row.hour.astimezone(UTC) for row in rows if row.metric_name == "NodeStatus" and not row.value] == [lost]
    [hour] = [row for row in rows if row.metric_name == "NodeStatus" and row.hour == lost]
    assert (hour.five_minute_samples, hour.five_minute_samples_up) == (12, 0)


def test_constant_values_leave_it_undecided_and_are_read_as_documented(collection: Collection) -> None:
    constant = changed(lambda _, value: Decimal(1))
    collection.run(Monitoring(constant))
    assert [(found, "no distinguen" in reason) for _, found, reason in collection.stamps()] == [(None, True)]
    assert collection.hours() == measured(constant)


def test_what_was_found_out_once_holds_for_days_that_do_not_tell(collection: Collection) -> None:
    constant = changed(lambda _, value: Decimal(1))
    collection.run(Monitoring(STREAMS, late=True), "run-1")
    collection.run(Monitoring(constant, late=True), "run-2")
    assert [found for _, found, _ in collection.stamps()] == ["start", None]
    assert collection.hours() == measured(constant)


def test_a_tenancy_that_stamps_elsewhere_is_an_alert_and_what_was_archived_is_read_as_before(
    collection: Collection,
) -> None:
    before = collection.run(Monitoring(STREAMS, late=True), "run-1")
    ingest.confirm(before, "run-1", stores=collection.stores)
    after = collection.run(Monitoring(STREAMS), "run-2")
    with pytest.raises(Incomplete, match="Alerta: OCI Monitoring sella ahora sus mediciones al final"):
        ingest.confirm(after, "run-2", stores=collection.stores)
    assert collection.hours() == measured()
    for batch in read_batches(collection.db, [*before, *after]):
        opened = partial(collection.archive.opened, batch.archive_key)
        rows = SOURCES["oci_metrics"].parse(Reading(batch, (CONTRACT,), opened))
        wanted = {
            hour: v for (r, m, hour), v in measured().items() if batch.name.startswith(f"{r}/") and m in batch.name
        }
        assert {row.hour: row.value for row in rows} == wanted


def test_one_absurd_hour_does_not_cost_the_others(collection: Collection) -> None:
    absurd, over = datetime(2026, 1, 25, 10, tzinfo=UTC), datetime(2026, 1, 25, 11, tzinfo=UTC)
    values = {absurd: Decimal(150), over: Decimal("100.02")}
    spoilt = changed(values.get, SERVER, "CpuUtilization")

    class AmongOthers(Monitoring):
        def summarize_metrics_data(self, _tenancy: str, details: Any, **options: Any) -> Any:
            answer = super().summarize_metrics_data(_tenancy, details, **options)
            return SimpleNamespace(data=[None, *answer.data])

    batch_ids = collection.run(AmongOthers(spoilt))
    lacking = measured().keys() - collection.hours().keys()
    assert lacking == {(SERVER, "CpuUtilization", absurd)}
    assert collection.hours()[SERVER, "CpuUtilization", over] == Decimal("100.02")
    with pytest.raises(Incomplete, match="Filas que quedaron aparte") as told:
        ingest.confirm(batch_ids, "run-1", stores=collection.stores)
    assert f"oci_metrics.percent_possible ({SERVER}, CpuUtilization, {absurd.isoformat()}, 150" in str(told.value)
    assert "Alerta: OCI Monitoring: una serie tiene las dimensiones {} y ningún `resourceId`" in str(told.value)
    strays = collection.archive.received(str(told.value))
    assert [(each["resource_ocid"], each["points"]) for [each] in strays] == [("", [])] * len(strays) != []


def test_other_resources_of_the_tenancy_are_not_asked_for(collection: Collection) -> None:
    [server] = [each for each in STREAMS if each.resource_name == SERVER and each.name == "CpuUtilization"]
    others = tuple(replace(server, resource_ocid=f"ocid1.instance.oc1.iad.other{n}") for n in range(2_500))
    monitoring = Monitoring((*STREAMS, *others))
    collection.run(monitoring)
    assert collection.hours() == measured()
    charted = {resource.resource_ocid for resource in CONTRACT.resources}
    assert {ocid for details in monitoring.asked for ocid in details.query.split('"')[1].split("|")} == charted


def test_series_of_two_nodes_are_told_and_loaded(collection: Collection) -> None:
    class OfNode(Stream):
        @property
        def dimensions(self) -> dict[str, str]:
            return {**super().dimensions, "hostName": self.unit}

    nodes = tuple(
        OfNode(**{**vars(each), "unit": node, "points": {at: value + change for at, value in each.points.items()}})
        for each in STREAMS
        for node, change in (("a", 0), ("b", Decimal(1)))
        if (each.resource_name, each.name) == (SERVER, "CpuUtilization")
    )
    rest = tuple(each for each in STREAMS if (each.resource_name, each.name) != (SERVER, "CpuUtilization"))
    collection.run(Monitoring((*rest, *nodes)))
    wanted = measured(rest) | {key: value + Decimal("0.5") for key, value in measured(nodes[:1]).items()}
    assert collection.hours() == wanted
    query = "select subject from core.quality_result where check_id = 'oci_metrics.one_series' and not passed"
    [(subject,)] = collection.db.execute(query).fetchall()
    assert SERVER in subject
