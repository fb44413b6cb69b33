"""Whatever store fails, at whichever of its calls: the error names its connection, not one that was open beside it."""

from __future__ import annotations

import functools
import json
import os
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException
from airflow.sdk.execution_time.context import set_current_context

from sandbox.demo import DEFAULT_SCENARIO
from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.contracts import load_contract
from service_reports.register import Draft, Drafts, IssueKey, Question
from service_reports.sources import FEEDS, Answer
from service_reports.sources.source import Window
from service_reports.warehouse import ensure_schema, record_batch
from service_reports_airflow import stores
from service_reports_airflow.answers import ARRIVED
from service_reports_airflow.steps import (
    approving,
    bounces,
    completeness,
    computing,
    gate,
    ingest,
    issuing,
    observe,
    outdated,
    rendering,
    review,
    sending,
    verify,
)
from service_reports_airflow.steps.version import origin_now
from service_reports_airflow.stores import SourceUnreachable, StoreRefused
from tests.integration.test_register import DOCUMENT

pytestmark = pytest.mark.integration
CONTRACT = load_contract(DEFAULT_SCENARIO / "contract.yaml")
TENANCY = {"connection": CONTRACT.oci.connection, "tenancy_ocid": CONTRACT.oci.tenancy_ocid}
FIRST, SECOND = CONTRACT.reports[0], CONTRACT.reports[1]
DAYS = Window(date(2026, 1, 20), date(2026, 1, 21))
ASKED = {"desde": str(FIRST.period_to), "hasta": str(FIRST.period_to)}
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DRAFT = {"contract_id": CONTRACT.id, "report_number": FIRST.number, "version": 1}
ISSUED = {**DRAFT, "report_number": SECOND.number}
ASKING = Question("run", "approve")
REPORT = {"contract_id": CONTRACT.id, "report_number": FIRST.number, "reason": "motivo"}
ONE_CLIENT = functools.cache(stores.s3_client)
"""A client takes 0.2 s to make."""
REACHED = stores.Stores(s3=ONE_CLIENT, archive=functools.partial(stores.archive, ONE_CLIENT))


def fetch(feed: str) -> list[int]:
    """What a feed brings, as while tries are left."""
    if FEEDS[feed].scope == "tenancy":
        return ingest.fetch(feed, DAYS, "run", tenancy=TENANCY, tries_left=True, stores=REACHED)
    return ingest.fetch(feed, DAYS, "run", contract_id=CONTRACT.id, tries_left=True, stores=REACHED)


Step = Callable[[int], object]
"""Called with the id of a batch."""
FETCHES: dict[str, tuple[str, Step]] = {
    feed: (connection_id, lambda _, feed=feed: fetch(feed))  # type: ignore[misc]
    for feed, connection_id in {
        **dict.fromkeys((feed.name for feed in FEEDS.values() if feed.scope == "tenancy"), CONTRACT.oci.connection),
        "oci_backups": CONTRACT.oci.connection,
        "database_dumps": CONTRACT.dumps.connection,
        "help_desk": CONTRACT.help_desk.connection,
        "contract_records": "records_alcjam",
    }.items()
}
"""Steps that read a source, and its connection; they then use the warehouse and the archive."""
assert FETCHES.keys() == {feed.name for feed in FEEDS.values() if feed.scope != "installation"}, (
    "what is asked of all contracts at once needs no connection"
)
IN_WAREHOUSE: dict[str, Step] = {
    "confirm": lambda batch_id: ingest.confirm([batch_id], "run", stores=REACHED),
    "review": lambda batch_id: review.review_costs([batch_id], DAYS, "run", stores=REACHED),
    **{look: lambda _, look=look: observe.observe(look, ASKED, NOW, "run", stores=REACHED) for look in observe.LOOKS},  # type: ignore[misc]
    "lacking": lambda _: completeness.lacking_data(REPORT, stores=REACHED),
    "completeness": lambda _: completeness.note_completeness(REPORT, "run", (), None, stores=REACHED),
    "gate": lambda _: gate.gate(REPORT, "run", stores=REACHED),
    "questions": lambda _: outdated.questions(stores=REACHED),
    "question": lambda _: outdated.question({"contrato": CONTRACT.id, "informe": FIRST.number}, ASKING, stores=REACHED),
}
"""Steps that use the warehouse alone, or break off before they use the archive."""
IN_BOTH: dict[str, Step] = {
    "validate and load": lambda batch_id: ingest.validate_and_load([batch_id], "run", stores=REACHED),
    "outdated": lambda _: outdated.review_reports(True, "run", stores=REACHED),
    "figures": lambda _: computing.compute(DRAFT, "run", stores=REACHED),
    "documents": lambda _: rendering.render(DRAFT, "run", stores=REACHED),
    "approve": lambda _: approving.approval_request(DRAFT, ASKING, stores=REACHED),
    "approved": lambda _: approving.settle_approval(DRAFT, ASKING, True, "operador", "bien", stores=REACHED),
    "sign": lambda _: issuing.sign_and_register(DRAFT, "run", stores=REACHED),
    "archive": lambda _: issuing.archive_documents(ISSUED, "run", stores=REACHED),
    "permission": lambda _: sending.permission(ISSUED, stores=REACHED),
    "send": lambda _: sending.attempt(ISSUED, last_try=False, stores=REACHED),
    "answer": lambda _: sending.answer(ISSUED, ARRIVED, by="operador", comment=None, stores=REACHED),
    "bounces": lambda _: bounces.collect("run", stores=REACHED),
    "plan": lambda _: verify.plan({}, stores=REACHED),
    "head": lambda _: verify.archive_head(date(2026, 3, 1), stores=REACHED),
    "rows and files": lambda _: verify.rows_and_files(stores=REACHED),
}
"""Steps that use the warehouse and the archive."""


def unused_port() -> int:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.fixture
def connection(servers: Sandbox, own_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """What changes the fields and extras of a connection, before any step uses it."""

    def change(name: str, extra: dict[str, Any] | None = None, **fields: Any) -> None:
        variable = f"AIRFLOW_CONN_{name.upper()}"
        described = json.loads(os.environ[variable]) | fields
        described["extra"] = described.get("extra", {}) | (extra or {})
        monkeypatch.setenv(variable, json.dumps(described))

    ONE_CLIENT.cache_clear()
    with set_current_context(Context()):
        yield change


@pytest.fixture
def batch(own_warehouse: str) -> Iterator[int]:
    """A batch, a version that is a draft and one that is registered: their bytes are in no archive."""
    with psycopg.connect(own_warehouse, autocommit=True) as db:
        draft = register.claim_version(db, CONTRACT.id, FIRST.number, "run", None)
        origin = replace(origin_now(CONTRACT, FIRST), needs_approval=True)
        register.set_figures(db, draft, "run", "blobs/figures", origin)
        document = Draft(1, "management_report", "T", "C", "f.pdf", "application/pdf", "0" * 64, 1, "blobs/draft")
        register.pin_drafts(db, draft, "run", Drafts("blobs/figures", (document,)))
        key = register.claim_version(db, CONTRACT.id, SECOND.number, "run", None)
        assert (asdict(draft), key) == (DRAFT, IssueKey(**ISSUED))
        register.set_figures(db, key, "run", "blobs/issued")
        with register.writing(db):
            message = {"message_id": "<a@b>", "recipient": "a@example.com", "message_key": "blobs/message"}
            register.put_in_outbox(db, key, **message, state="withheld")
            register.register_issue(db, key, "run", [DOCUMENT], [])
        yield record_batch(
            db,
            source="hour_bank",
            scope=CONTRACT.id,
            answer=Answer("hour_bank", b"[]"),
            archive_key="blobs/hours",
            run_id="run",
        )


def names(step: Step, batch_id: int, connection_id: str) -> None:
    """The error of a step names this connection and no other one, and says what to do before what was said."""
    with pytest.raises(AirflowException) as raised:
        step(batch_id)
    told = str(raised.value)
    assert f"onexión «{connection_id}»" in told
    assert told.count("onexión «") == 1, told
    assert told.index("→") < len(told) - 10
    assert isinstance(raised.value, SourceUnreachable)


@pytest.mark.parametrize("step", FETCHES)
def test_a_source_that_does_not_answer_is_named(step: str, connection: Callable[..., None], batch: int) -> None:
    connection_id, fetch = FETCHES[step]
    nowhere = f"http://127.0.0.1:{unused_port()}"
    fields = {"host": "/nowhere"} if connection_id == "help_desk" else {}
    connection(connection_id, {"endpoint_url": nowhere, "service_endpoint": nowhere} if not fields else {}, **fields)
    names(fetch, batch, connection_id)


ALL = {name: fetch for name, (_, fetch) in FETCHES.items()} | IN_WAREHOUSE | IN_BOTH


def test_a_warehouse_that_cannot_be_opened_is_named(connection: Callable[..., None], batch: int) -> None:
    connection("warehouse", host="/nowhere")
    for step in ALL.values():
        names(step, batch, "warehouse")


class BreaksOff(psycopg.Cursor[Any]):
    """A cursor whose server ends the connection after some statements."""

    left: ClassVar[int] = 0

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        BreaksOff.left -= 1
        if BreaksOff.left < 0:
            super().execute("select pg_terminate_backend(pg_backend_pid())")
        return super().execute(query, params, **options)


def error_of(step: Step, batch_id: int) -> Exception | None:
    try:
        step(batch_id)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("statements", [0, 1])
def test_a_warehouse_that_breaks_off_while_the_archive_is_open_is_named(
    statements: int, connection: Callable[..., None], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(db: psycopg.Connection[Any]) -> None:
        ensure_schema(db)
        db.cursor_factory = BreaksOff
        BreaksOff.left = statements

    monkeypatch.setattr(stores, "ensure_schema", opened)
    for name, step in ALL.items():
        error = error_of(step, batch)
        if BreaksOff.left < 0:
            assert isinstance(error, SourceUnreachable), (name, error)
            assert str(error).startswith("La conexión «warehouse» (postgresql://"), name
            assert str(error).count("onexión «") == 1, name
        else:
            assert statements == 1, f"{name} asked nothing"


def test_a_program_that_is_older_than_the_warehouse_leaves_it_as_it_is(
    own_warehouse: str, connection: Callable[..., None], batch: int
) -> None:
    """As a worker that was not updated with the others: what it writes may mean something else by now."""
    held = "select (select count(*) from register.event), (select array_agg(state order by batch_id) from raw.batch)"
    with psycopg.connect(own_warehouse, autocommit=True) as db:
        before = db.execute(held).fetchone()
        db.execute("insert into public.migration (name) values ('999_later')")
        for name, step in ALL.items():
            error = error_of(step, batch)
            assert isinstance(error, SourceUnreachable), (name, error)
            assert str(error).startswith(
                "La conexión «warehouse»: el esquema de la base de datos es de un programa más"
            ), name
        assert db.execute(held).fetchone() == before


def test_an_archive_that_does_not_answer_is_named(connection: Callable[..., None], batch: int) -> None:
    connection("archive", {"endpoint_url": f"http://127.0.0.1:{unused_port()}"})
    for name in FETCHES.keys() - {"contract_records"}:
        names(FETCHES[name][1], batch, "archive")
    for name in IN_BOTH.keys() - {"permission", "approved", "rows and files"}:  # which do not get to it, as things are
        names(IN_BOTH[name], batch, "archive")


def test_an_authority_that_does_not_answer_is_named(
    connection: Callable[..., None], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = Path(os.environ["SANDBOX_CA"]).read_text(encoding="utf-8")
    nowhere = {"conn_type": "http", "extra": {"url": f"http://127.0.0.1:{unused_port()}", "trusted": trusted}}
    monkeypatch.setenv("AIRFLOW_CONN_TSA", json.dumps(nowhere))
    names(lambda _: verify.archive_head(date(2026, 3, 1), stores=REACHED), batch, "tsa")


def test_a_server_of_dumps_that_does_not_answer_is_named(
    connection: Callable[..., None], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    described = {"conn_type": "ssh", "host": "127.0.0.1", "port": unused_port(), "login": "dumps"}
    nowhere = {**described, "extra": {"host_key": key}}
    monkeypatch.setenv("AIRFLOW_CONN_DUMP_SERVER", json.dumps(nowhere))

    def listing(_: int) -> None:
        with stores.warehouse(), stores.archive(), stores.sftp("dump_server"):
            pass

    names(listing, batch, "dump_server")


def test_a_statement_that_the_help_desk_refuses_is_named_with_its_connection(
    connection: Callable[..., None], batch: int
) -> None:
    with pytest.raises(StoreRefused) as raised, stores.sql(CONTRACT.help_desk.connection) as (db, _):
        db.cursor().execute("select no_such_column from nowhere", ())
    assert str(raised.value).startswith(f"La conexión «{CONTRACT.help_desk.connection}» (postgresql://")


class Sqlite(DbApiHook):
    """A database of another kind, behind a hook as its provider would bring it."""

    conn_name_attr = "desk"

    def get_conn(self) -> Any:
        return sqlite3.connect(":memory:")


def test_what_another_database_refuses_is_named_with_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    described = SimpleNamespace(conn_type="sqlite", host="here", port=None, schema="desk", get_hook=Sqlite)
    monkeypatch.setattr(stores, "described", lambda _: described)
    with pytest.raises(SourceUnreachable, match=r"«desk» \(sqlite://here:/desk\)"), stores.sql("desk") as (db, _):
        db.cursor().execute("select nothing from nowhere", ())  # which sqlite calls an error of operation
    with pytest.raises(StoreRefused, match=r"«desk» .*\n  → revise las sentencias"), stores.sql("desk") as (db, _):
        db.cursor().execute("select ?", ())


def test_a_warehouse_without_the_rights_it_needs_is_named(connection: Callable[..., None], batch: int) -> None:
    with pytest.raises(StoreRefused, match=r"«warehouse» .*\n  → revise los permisos"), stores.warehouse() as db:
        db.execute("set role pg_read_all_data; delete from register.event")
