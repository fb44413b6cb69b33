"""A collector is told how things stand and what steps did, as the database has it; a dead one costs a bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from sandbox.demo import DEFAULT_SCENARIO
from service_reports import register
from service_reports.contracts import AlertsForAll, load_contract
from service_reports.sources import Answer
from service_reports.sources.source import Window
from service_reports.warehouse import record_batch
from service_reports_airflow.alerts import rounds
from service_reports_airflow.signing_key import signing_key
from service_reports_airflow.steps import ingest, signing_keys, stops
from service_reports_airflow.stores import STORES, Stores, archive
from service_reports_airflow.telemetry import catalogue, exporting, recording
from service_reports_airflow.telling import told
from tests.integration.collector import DELTA, Collector
from tests.integration.installation import Installation

pytestmark = pytest.mark.integration
CONTRACT = load_contract(DEFAULT_SCENARIO / "contract.yaml")
DAYS = Window(date(2026, 1, 20), date(2026, 1, 21))
NOBODY = Stores(**{**STORES.__dict__, "contracts": lambda: (CONTRACT,), "alerts_for_all": AlertsForAll})
"""Nobody is told of what needs somebody."""


@pytest.fixture
def db(own_warehouse: str) -> Iterator[psycopg.Connection[Any]]:
    """The test's own warehouse, which the steps write to as well."""
    with psycopg.connect(own_warehouse, autocommit=True) as connection:
        yield connection


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as running:
        point_to(running, monkeypatch)
        yield running
        end_of_task()
    recording._of_process.cache_clear()


def point_to(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_reports_airflow.telemetry.exporting.atexit.register", lambda _: None)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
    recording._of_process.cache_clear()


def end_of_task() -> None:
    telling = recording.exporting()
    assert telling is not None
    telling.flush()


def collect(run_id: str) -> list[int]:
    """The workbook of contract records, by the real steps."""
    batch_ids = ingest.fetch("contract_records", DAYS, run_id, contract_id=CONTRACT.id)
    ingest.validate_and_load(batch_ids, run_id)
    return batch_ids


# How things stand


def is_due(db: psycopg.Connection[Any], contract_id: str, ago: timedelta, run_id: str | None = None) -> None:
    """A report whose cut-off was so long ago; with a run, that set out to issue it."""
    cut_off = datetime.now(tz=None).astimezone() - ago
    db.execute(
        "insert into core.calendar values (%s, '2026-01', %s, %s)", [contract_id, cut_off, f"{contract_id}.yaml"]
    )
    if run_id is not None:
        db.execute("insert into core.publication values (%s, '2026-01', %s, null, %s)", [contract_id, run_id, cut_off])


def is_issued(db: psycopg.Connection[Any], contract_id: str, message: str) -> None:
    """Its report is registered, and its message stands so."""
    key = register.claim_version(db, contract_id, "2026-01", "issuing", None)
    with register.writing(db):
        register.put_in_outbox(db, key, message_id=f"<{key}>", recipient="x@example.com", message_key="k")
        register.register_issue(db, key, "issuing", [], [])
    db.execute("update register.report set state = 'sent', archived_at = now() where contract_id = %s", [contract_id])
    db.execute("update register.delivery set state = %s where contract_id = %s", [message, contract_id])


def a_month_end(db: psycopg.Connection[Any]) -> None:
    """Eight contracts, of which no two stand alike, a question, a task that failed and two answers in quarantine."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    is_due(db, "emitido", 2 * day)
    is_issued(db, "emitido", "sent")
    is_due(db, "retenido", 2 * day)
    is_issued(db, "retenido", "withheld")
    is_due(db, "devuelto", 2 * day)
    is_issued(db, "devuelto", "failed")
    is_due(db, "en-curso", 3 * hour, "alive")
    is_due(db, "lento", 3 * day, "alive")
    is_due(db, "detenido", 10 * day, "ended")
    is_due(db, "sin-emitir", 5 * hour)
    is_due(db, "por-venir", -day)
    operator = SimpleNamespace(task_display_name="Aprobar", dag=SimpleNamespace(dag_display_name="Publicar"))
    for state, task_id in (("asks", "approve"), ("failed", "gate")):
        instance = SimpleNamespace(
            dag_id="publish_service_reports", run_id="otra", task_id=task_id, map_index=-1, rendered_map_index=None
        )
        stops.note(cast(Any, {"ti": instance, "task": operator, "params": {}}), cast(Any, state), "¿Se aprueba?")
    db.execute(
        "insert into core.observation (kind, scope, subject, severity, detail, run_id)"
        " select 'collection.refused', 'emitido', 'tickets/' || n, 'warning', 'Ana Pérez lo dejó mal', 'una'"
        " from generate_series(1, 2) n"
    )


def states(dag_id: str, run_ids: object) -> dict[str, dict[str, str | None]]:
    return {"otra": {"approve": "awaiting_input", "gate": "failed"}}


def test_a_round_of_alerts_tells_how_everything_stands(db: psycopg.Connection[Any], collector: Collector) -> None:
    a_month_end(db)
    of_airflow = {"alive": "alive", "ended": "ended"}
    rounds.look_and_tell(states, lambda run_id: cast(Any, of_airflow.get(run_id, "unknown")), stores=NOBODY)
    end_of_task()
    contracts = collector.values("service_reports.contract.count")
    assert contracts == {("late",): 2, ("due",): 2, ("closed",): 3, ("upcoming",): 1}
    assert sum(contracts.values()) == count(db, "select count(distinct contract_id) from core.calendar")
    reports = collector.values("service_reports.report.count")
    stand = {state: number for (state,), number in reports.items() if number}
    assert stand == {
        "issued": 1, "held": 1, "bounced": 1, "running": 2, "failed": 1, "lost": 1, "upcoming": 1
    }  # fmt: skip
    messages = db.execute("select state, count(*) from register.delivery group by 1").fetchall()
    told = collector.values("service_reports.message.count")
    assert {state: number for (state,), number in told.items() if number} == dict(messages)
    causes = collector.values("service_reports.cause.count")
    kept = db.execute("select kind, count(*) from core.cause where ended_at is null group by 1").fetchall()
    assert {kind: number for (kind,), number in causes.items() if number} == dict(kept)
    assert causes["question",] == 1
    assert collector.values("service_reports.batch.refused") == {(): 2}
    assert time.time() - collector.values("service_reports.round.time")[()] < 60


def test_what_is_none_any_more_is_told_as_none(db: psycopg.Connection[Any], collector: Collector) -> None:
    a_month_end(db)
    rounds.look_and_tell(states, lambda _: "unknown", stores=NOBODY)
    db.execute("update core.stopped_task set ended_at = now()")
    db.execute("update core.observation set resolved_at = now()")
    rounds.look_and_tell(states, lambda _: "unknown", stores=NOBODY)
    end_of_task()
    assert collector.values("service_reports.cause.count")["question",] == 0
    assert collector.values("service_reports.batch.refused") == {(): 0}


def test_each_morning_tells_how_long_a_signing_key_still_serves(
    db: psycopg.Connection[Any], collector: Collector
) -> None:
    ends = signing_key(CONTRACT).usable_until
    signing_keys.look("una", ends - timedelta(days=90))
    end_of_task()
    remaining = collector.values("service_reports.certificate.remaining")
    assert remaining[CONTRACT.signing.connection,] == timedelta(days=90).total_seconds()


def count(db: psycopg.Connection[Any], statement: str) -> int:
    found = db.execute(cast(Any, statement)).fetchone()
    assert found is not None
    return int(found[0])


# What steps did


def test_a_collection_tells_its_steps_and_the_rows_that_it_loaded(
    db: psycopg.Connection[Any], collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://informes.example.com")
    batch_ids = collect("una")
    end_of_task()
    rows = count(db, "select count(*) from core.contract_record")
    assert rows > 0
    assert collector.values("service_reports.source.rows") == {
        ("loaded", "contract_records"): rows,
        ("left_out", "contract_records"): 0,
    }
    ingest.validate_and_load(batch_ids, "una")
    end_of_task()
    assert collector.values("service_reports.source.rows")["loaded", "contract_records"] == rows, "loaded already"
    assert collector.counts("service_reports.step.duration") == {
        ("ingest.fetch",): 1,
        ("ingest.validate_and_load",): 2,
    }
    [metric] = {(point.unit, point.temporality) for point in collector.points if point.kind == "histogram"}
    assert metric == ("s", DELTA), "a process lives for a task"
    who = {(point.resource["service.name"], point.resource["service.instance.id"]) for point in collector.points}
    assert who == {("service-reports", "https://informes.example.com")}
    fetch, *_ = collector.spans
    assert fetch.name == "ingest.fetch"
    assert fetch.attributes == {
        catalogue.STEP: "ingest.fetch",
        catalogue.CONTRACT: CONTRACT.id,
        catalogue.RUN: "una",
    }


def test_rows_that_a_check_refused_are_told_as_left_out(db: psycopg.Connection[Any], collector: Collector) -> None:
    dumps = [
        {"file_name": name, "dump_day": "2026-01-20", "size_bytes": size, "modified_at": "2026-01-20T07:00Z"}
        for name, size in (("uno", 5), ("vacío", 0), ("tres", 7))
    ]
    answer = Answer("dumps", json.dumps(dumps).encode())
    with archive() as store:
        key = store.keep(answer.content)
    of_run = {"source": "database_dumps", "scope": CONTRACT.id, "archive_key": key, "run_id": "una"}
    ingest.validate_and_load([record_batch(db, answer=answer, **of_run)], "una")
    end_of_task()
    assert collector.values("service_reports.source.rows") == {
        ("loaded", "database_dumps"): 2,
        ("left_out", "database_dumps"): 1,
    }


def test_a_step_that_fails_tells_the_kind_of_its_error_and_not_its_words(
    db: psycopg.Connection[Any], collector: Collector
) -> None:
    with pytest.raises(Exception, match="nadie-lo-conoce"):
        ingest.fetch("contract_records", DAYS, "una", contract_id="nadie-lo-conoce")
    end_of_task()
    [(kind, step)] = collector.counts("service_reports.step.duration")
    assert (kind, step) == ("UnknownContract", "ingest.fetch")
    [span] = collector.spans
    assert (span.failed, span.status_message, span.events) == (True, "", 0)
    assert span.attributes[catalogue.ERROR_TYPE] == "UnknownContract"


def test_nothing_is_told_but_what_the_catalogue_has(db: psycopg.Connection[Any], collector: Collector) -> None:
    a_month_end(db)
    collect("una")
    rounds.look_and_tell(states, lambda _: "unknown", stores=NOBODY)
    end_of_task()
    declared = {metric.name: metric for metric in catalogue.METRICS}
    for point in collector.points:
        assert point.attributes.keys() <= set(declared[point.name].attributes)
        assert point.unit == declared[point.name].unit
        assert point.bounds == declared[point.name].buckets
    for span in collector.spans:
        assert span.attributes.keys() <= catalogue.SPAN_ATTRIBUTES
    assert "Ana" not in f"{collector.points}{collector.spans}"


def test_the_steps_of_a_lot_are_told_one_by_one_in_one_trace(collector: Collector) -> None:
    """Also under the parent that Airflow gives each task where its own traces are off, which is not sampled."""

    @told
    def compute(issue: dict[str, Any]) -> None: ...

    @told
    def close(lot: list[dict[str, Any]]) -> None:
        for report in lot:
            compute({**report, "report_number": "2026-01", "version": 1})

    of_airflow = SpanContext(trace_id=7, span_id=7, is_remote=True, trace_flags=TraceFlags(0))
    with use_span(NonRecordingSpan(of_airflow)):
        close([{"contract_id": "uno"}, {"contract_id": "dos"}])
    end_of_task()
    first, second, lot = collector.spans
    assert (lot.parent_id, lot.attributes[catalogue.CONTRACTS]) == (b"", ["dos", "uno"])
    assert [each.attributes[catalogue.CONTRACT] for each in (first, second)] == ["uno", "dos"]
    assert {(each.trace_id, each.parent_id) for each in (first, second)} == {(lot.trace_id, lot.span_id)}
    assert sorted(collector.counts("service_reports.step.duration").values()) == [1, 2]


# A collector that is not there


@pytest.mark.parametrize("mute", [False, True], ids=["refuses", "never answers"])
def test_a_dead_collector_changes_no_result_and_costs_a_bounded_time(
    mute: bool, db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(exporting, "END_SECONDS", 1.0)
    with Collector(mute=mute) as dead:
        point_to(dead, monkeypatch)
        if not mute:
            dead.stop()
        collect("una")
        begun = time.monotonic()
        end_of_task()
        assert time.monotonic() - begun < 2
    assert count(db, "select count(*) from core.contract_record") > 0
    assert caplog.text.count("La telemetría no llegó a su destino") == 1
    recording._of_process.cache_clear()


# In Airflow's own processes


def test_tasks_tell_at_their_end_within_the_trace_of_their_run(
    collected: Installation, told_by_airflow: Collector
) -> None:
    """The Airflow that tests share runs with the variables set, and with its own traces."""
    loaded = collected.query(
        "select b.source, count(*) as batches from raw.batch b where state = 'loaded' group by 1 order by 1"
    )
    rows = told_by_airflow.values("service_reports.source.rows")
    assert {row["source"] for row in loaded} <= {source for outcome, source in rows if outcome == "loaded"}
    steps = told_by_airflow.counts("service_reports.step.duration")
    assert steps["ingest.validate_and_load",] > 0
    spans = {span.span_id: span for span in list(told_by_airflow.spans)}
    of_steps = [span for span in spans.values() if span.scope == exporting.SCOPE]
    ours = [span for span in of_steps if span.name == "ingest.validate_and_load"]
    assert ours
    for span in ours:
        task = spans[span.parent_id]
        assert (task.name, task.trace_id) == ("worker.validate_and_load", span.trace_id)
        assert span.attributes[catalogue.RUN] == task.attributes[catalogue.RUN]
        assert span.attributes[catalogue.TASK] == "validate_and_load"
