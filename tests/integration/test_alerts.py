"""What needs somebody reaches each recipient once, by mail and by webhook, also where whoever sends is killed."""

from __future__ import annotations

import email
import email.policy
import json
import multiprocessing
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

from sandbox.airflow import PROJECT
from sandbox.demo import DEFAULT_SCENARIO
from sandbox.supervisor import Sandbox
from service_reports.contracts import AlertsForAll, load_contract
from service_reports.contracts.model import Alerts
from service_reports.warehouse.statements import statement
from service_reports_airflow.alerts import rounds, standing
from service_reports_airflow.alerts.causes import FAILURE_STANDS
from service_reports_airflow.alerts.rounds import AlertsNotSent
from service_reports_airflow.steps import stops
from service_reports_airflow.stores import STORES, Stores
from tests.integration.killing import KILLED, SideEffects

pytestmark = pytest.mark.integration
OPERATOR, DIRECTOR = "operaciones@example.com", "direccion@example.com"
SENDER = "avisos@example.com"
SECRET = "/T000/B000/no-se-debe-ver"
DAY = timedelta(days=1)


@dataclass
class Receiver:
    """An HTTP server that keeps what it is given; ``status`` is what it answers, 0: it hangs up without a word."""

    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    port: int = 0

    def told(self) -> list[dict[str, Any]]:
        return [body for _, body in self.received if "resumen" not in json.dumps(body)]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    held = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            held.received.append((self.path, body))
            if held.status:
                self.send_response(held.status)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield held
    server.shutdown()
    server.server_close()


@dataclass
class World:
    """A warehouse of its own, the sandbox's mail server, a webhook, and an Airflow whose tasks stand where it says."""

    db: psycopg.Connection[Any]
    servers: Sandbox
    stores: Stores
    tasks: dict[tuple[str, str], dict[str, str | None]] = field(default_factory=dict)

    def stop(
        self, state: str = "failed", run_id: str = "corrida-1", task_id: str = "validate_and_load", subject: str = ""
    ) -> None:
        """A task of the copies' collection fails, or asks."""
        operator = SimpleNamespace(
            task_display_name="Validar y cargar", dag=SimpleNamespace(dag_display_name="Recolectar copias")
        )
        instance = SimpleNamespace(
            dag_id="ingest_backups", run_id=run_id, task_id=task_id, map_index=-1, rendered_map_index=None
        )
        stops.note(cast(Any, {"ti": instance, "task": operator, "params": {}}), cast(Any, state), subject)
        of_airflow = {"failed": "failed", "asks": "awaiting_input"}[state]
        self.tasks.setdefault(("ingest_backups", run_id), {})[task_id] = of_airflow

    def round(self, later: timedelta = timedelta(minutes=5)) -> None:
        rounds.look_and_tell(self.states, lambda _: "unknown", datetime.now(UTC) + later, stores=self.stores)

    def states(self, dag_id: str, run_ids: Sequence[str]) -> Mapping[str, Mapping[str, str | None]]:
        return {run_id: self.tasks[dag_id, run_id] for run_id in run_ids if (dag_id, run_id) in self.tasks}

    def mail(self, about: str = "", *, digests: bool = False) -> list[EmailMessage]:
        """What the mail server took."""
        paths = sorted(self.servers.mail_folder.glob("*.eml"))
        taken = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        return [each for each in taken if ("resumen" in each["Subject"]) is digests and about in text(each)]


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def world(servers: Sandbox, own_warehouse: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    contract = load_contract(DEFAULT_SCENARIO / "contract.yaml")
    webhook = {"conn_type": "http", "host": f"http://127.0.0.1:{receiver.port}/services", "password": SECRET}
    monkeypatch.setenv("AIRFLOW_CONN_CHAT_OPERACIONES", json.dumps(webhook))
    monkeypatch.setenv(
        "AIRFLOW_VAR_SERVICE_REPORTS_ALERTS",
        json.dumps(
            {
                "to": [OPERATOR],
                "mail": {"connection": contract.mail.connection, "sender": SENDER},
                "webhooks": [{"connection": "chat_operaciones", "form": "teams"}],
            }
        ),
    )
    for path in servers.mail_folder.glob("*.eml"):
        path.unlink()
    stores = replace(STORES, contracts=lambda: (contract,), ui_address=lambda: "https://airflow.example/")
    with psycopg.connect(own_warehouse, autocommit=True) as db:
        yield World(db, servers, stores)
    servers.clear_faults()


def test_what_stands_is_told_once_to_each_by_mail_and_by_webhook(world: World, receiver: Receiver) -> None:
    world.stop()
    world.stop("asks", "corrida-2", "approve", "¿Se aprueba el informe?")
    for _ in range(3):
        world.round()
    [sent] = world.mail()
    assert (sent["To"], sent["From"].addresses[0].addr_spec) == (OPERATOR, SENDER)
    assert "la tarea «Validar y cargar» de «Recolectar copias» terminó en rojo" in text(sent)
    assert "¿Se aprueba el informe?" in text(sent)
    assert "https://airflow.example/dags/ingest_backups/runs/corrida-1/tasks/validate_and_load" in text(sent)
    [card] = receiver.told()
    assert receiver.received[0][0] == f"/services{SECRET}"
    assert card["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert "terminó en rojo" in json.dumps(card, ensure_ascii=False)


def test_a_task_whose_process_died_is_told_by_what_the_dag_processor_knows_of_it(world: World) -> None:
    """Airflow then calls the failure's callback there, with less than a task has (``_execute_task_callbacks``)."""
    bag = DagBag(str(PROJECT / "dags" / "ingest_bounces.py"))
    operator = bag.dags["ingest_bounces"].get_task("collect")
    known = {"id": uuid4(), "dag_id": "ingest_bounces", "run_id": "r1", "task_id": "collect", "try_number": 3}
    dead = RuntimeTaskInstance.model_construct(**known, task=operator)
    [told] = cast(Any, operator.on_failure_callback)
    told(dead.get_template_context())
    world.tasks["ingest_bounces", "r1"] = {"collect": "failed"}
    world.round()
    [sent] = world.mail()
    assert "la tarea «Recolectar» de «Recolectar devoluciones de correo» terminó en rojo" in text(sent)


def test_a_question_is_told_again_after_a_day_and_a_failure_is_not(world: World) -> None:
    world.stop()
    world.stop("asks", "corrida-2", "approve", "¿Se aprueba el informe?")
    world.round()
    world.round(timedelta(hours=23))
    assert len(world.mail()) == 1
    world.round(timedelta(hours=25))
    again = world.mail()[1:]
    assert len(again) == 1
    assert "Recordatorio: una pregunta espera respuesta" in text(again[0])
    assert "terminó en rojo" not in text(again[0])


def test_what_ended_and_came_back_is_told_again(world: World) -> None:
    world.stop()
    world.round()
    world.tasks["ingest_backups", "corrida-1"]["validate_and_load"] = "success"
    world.round()
    assert len(world.mail()) == 1
    world.stop()
    world.round()
    assert len(world.mail()) == 2


def test_a_task_that_the_program_has_no_more_stands_until_another_one_of_its_run_takes_its_place(world: World) -> None:
    """Its checks and its load were two tasks once. Whoever clears such a run has Airflow call them removed."""
    world.stop(task_id="load")
    world.stop(run_id="corrida-0", task_id="validate")
    for _ in range(2):
        world.round()
    open_causes = "select cause_id from core.cause where kind = 'run_failed' and ended_at is null order by 1"
    standing_causes = [cause_id for (cause_id,) in world.db.execute(open_causes)]
    assert standing_causes == ["run_failed/ingest_backups/load/", "run_failed/ingest_backups/validate/"]
    world.tasks["ingest_backups", "corrida-1"] |= {"load": "removed", "validate": "removed"}
    world.stop()
    world.round()
    assert [cause_id for (cause_id,) in world.db.execute(open_causes)] == [
        "run_failed/ingest_backups/validate/",
        "run_failed/ingest_backups/validate_and_load/",
    ]
    world.round(FAILURE_STANDS)
    assert world.db.execute(open_causes).fetchall() == [], "what it left unloaded is told by the next collection"
    assert len(world.mail("terminó en rojo")) == 2


def test_what_ended_before_anybody_could_be_told_is_told_to_nobody(world: World) -> None:
    world.servers.set_faults({"kind": "mail_refused", "at": "connect", "status": 421})
    world.stop()
    with pytest.raises(AlertsNotSent, match=rf"{OPERATOR}.*421"):
        world.round()
    world.servers.clear_faults()
    world.tasks["ingest_backups", "corrida-1"]["validate_and_load"] = "success"
    world.round()
    assert world.mail() == []


def test_a_server_that_does_not_answer_keeps_no_other_channel_waiting_and_is_told_later(
    world: World, receiver: Receiver
) -> None:
    world.servers.set_faults({"kind": "mail_refused", "at": "connect", "status": 421})
    world.stop()
    with pytest.raises(AlertsNotSent):
        world.round()
    assert (len(receiver.told()), world.mail()) == (1, [])
    world.servers.clear_faults()
    world.round()
    world.round()
    assert (len(receiver.told()), len(world.mail())) == (1, 1)


@pytest.mark.parametrize(
    ("status", "state"),
    [(204, "sent"), (302, "failed"), (404, "failed"), (429, "queued"), (500, "ambiguous"), (0, "ambiguous")],
)
def test_what_a_webhook_answers_says_whether_it_is_told_again(
    world: World, receiver: Receiver, status: int, state: str
) -> None:
    receiver.status = status
    world.stop()
    with pytest.raises(AlertsNotSent) if state in ("failed", "queued") else nullcontext() as refused:
        world.round()
    assert SECRET not in str(refused and refused.value)
    to_chat = "select state, detail from core.alert where channel like '%chat%' and cause_id like 'run_failed/%'"
    found = world.db.execute(to_chat).fetchone()
    assert found is not None
    assert found[0] == state
    assert SECRET not in f"{found[1]}"
    receiver.status = 200
    world.round()
    assert len(receiver.told()) == (2 if state == "queued" else 1)


def test_what_may_not_have_arrived_is_said_again_a_day_later_as_such(world: World, receiver: Receiver) -> None:
    receiver.status = 0
    world.stop()
    world.round()
    receiver.status = 200
    world.stop("failed", "corrida-2")
    world.round(timedelta(hours=25))
    assert "Este aviso repite otro que quizás no llegó" in json.dumps(receiver.told()[1], ensure_ascii=False)


def test_nothing_is_told_twice_wherever_the_sender_is_killed(world: World, receiver: Receiver, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    lost = []
    for number in range(1, 40):
        subject = f"pregunta número {number:02}"
        world.stop("asks", f"corrida-{number}", "approve", subject)
        dying = context.Process(target=_die, args=(world, tmp_path / "trace", number))
        dying.start()
        dying.join()
        trace = (tmp_path / "trace").read_text(encoding="utf-8").splitlines()
        for _ in range(2):
            world.round()
        mails = len(world.mail(subject))
        posts = sum(subject in json.dumps(each, ensure_ascii=False) for each in receiver.told())
        assert mails <= 1, (number, trace)
        assert posts <= 1, (number, trace)
        if 0 in (mails, posts):
            lost.append(trace[-1])
        if dying.exitcode != KILLED:
            break
    else:
        pytest.fail("the round never ended by itself")
    assert number > 8
    assert set(lost) <= {"update core.alert", "smtp answer", "smtp data"}, lost  # claimed, and killed before it left
    in_doubt = "select count(*) from core.alert where state in ('sending', 'queued')"
    assert world.db.execute(in_doubt).fetchone() == (0,)


def _die(world: World, path: Path, after: int) -> None:
    with path.open("w", encoding="utf-8") as trace:
        SideEffects(after, trace).watch()
        world.round()


def test_a_contracts_own_recipients_are_told_of_that_contract_alone(world: World) -> None:
    contract = world.stores.contracts()[0]
    told = contract.model_copy(update={"alerts": Alerts(to=(OPERATOR, DIRECTOR))})
    world.stores = replace(world.stores, contracts=lambda: (told,))
    world.stop()
    world.round()
    assert [each["To"] for each in world.mail()] == [OPERATOR]
    world.db.execute(
        "insert into core.observation (kind, scope, subject, severity, detail, run_id)"
        " values ('hour_bank.overdrawn', %s, 'bolsa de horas', 'alert', 'La bolsa está excedida', 'corrida-9')",
        [told.id],
    )
    world.round()
    assert sorted(each["To"] for each in world.mail("La bolsa está excedida")) == [DIRECTOR, OPERATOR]


def test_with_nobody_to_tell_the_log_says_so_and_who_is_named_later_is_told_of_what_still_stands(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    everybody = world.stores
    world.stores = replace(everybody, alerts_for_all=AlertsForAll)
    world.stop()
    for _ in range(2):
        caplog.clear()
        with caplog.at_level("WARNING"):
            world.round()
        assert "A nadie se avisa de 1 asunto;" in caplog.text
    assert world.mail() == []
    assert world.db.execute("select kind from core.cause where ended_at is null").fetchall() == [("run_failed",)]
    world.stores = everybody
    world.round()
    world.round()
    assert [each["To"] for each in world.mail()] == [OPERATOR]


def test_on_monday_morning_everybody_is_told_how_the_week_stands_also_when_all_is_well(
    world: World, receiver: Receiver
) -> None:
    now = datetime.now(UTC)
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=11, minute=45)
    for moment in (monday, monday + timedelta(minutes=15), monday + timedelta(minutes=30), monday + timedelta(hours=9)):
        world.round(moment - now)
    [digest] = world.mail(digests=True)
    assert "Nada necesita a una persona" in text(digest)
    assert "Ningún informe" in text(digest)
    assert len(receiver.received) == 1


def test_what_was_refused_stands_however_long_ago_it_was(world: World) -> None:
    scope = load_contract(DEFAULT_SCENARIO / "contract.yaml").id
    world.db.execute(
        "insert into core.observation (kind, scope, subject, severity, detail, run_id, first_seen_at)"
        " select kind, %s, kind, severity, 'un lote fue rechazado', 'r', now() - interval '100 days'"
        " from (values ('collection.refused', 'warning'), ('usage.missing', 'alert')) told (kind, severity)",
        (scope,),
    )
    for _ in range(2):
        world.round()
    standing_causes = world.db.execute("select kind from core.cause where ended_at is null").fetchall()
    assert standing_causes == [("quarantine",)]
    assert len(world.mail("un lote fue rechazado")) == 1


@pytest.mark.parametrize("days", [3, 60])
def test_a_source_that_was_read_every_day_and_is_not_read_any_more_is_silent(world: World, days: int) -> None:
    contract = world.stores.contracts()[0]
    last = datetime(contract.reports[0].period_to.year, contract.reports[0].period_to.month, 20, tzinfo=UTC)
    for source, age in (("oci_backups", days * DAY), ("tickets", DAY)):
        world.db.execute(
            "insert into raw.batch (source, scope, name, archive_key, sha256, size_bytes, run_id, state, fetched_at,"
            " loaded_at) values (%s, %s, 'n', 'k', 's', 1, 'r', 'loaded', %s, %s)",
            [source, contract.id, last - age, last - age],
        )
    found = standing.standing(world.db, world.states, lambda _: "unknown", world.stores.contracts, last).causes
    assert [(each.kind, each.said) for each in found] == [
        ("silent", "nada se lee de copias automáticas de OCI desde hace dos días o más")
    ]


def test_a_round_reads_what_is_open_by_indexes_however_much_there_was(world: World) -> None:
    world.db.execute(
        "insert into raw.batch (source, scope, name, archive_key, sha256, size_bytes, run_id, state, fetched_at,"
        " loaded_at) select 'oci_backups', 'c' || c, 'n', 'k', 's', 1, 'r' || n, 'loaded',"
        " now() - n * interval '1 day', now() from generate_series(1, 50) c, generate_series(1, 400) n"
    )
    world.db.execute(
        "insert into core.observation (kind, scope, subject, severity, detail, run_id, first_seen_at, resolved_at)"
        " select 'dump.late', 'c' || n, 's', 'warning', 'd', 'r', now() - interval '300 days', null"
        " from generate_series(1, 20000) n"
    )
    world.db.execute("analyze raw.batch")
    world.db.execute("analyze core.observation")
    now = datetime.now(UTC)
    for name, values in {
        "alerts/silent": standing._silence(now),
        "alerts/findings": {"since": now - standing.FINDINGS_OF},
    }.items():
        plan = world.db.execute(f"explain (analyze, buffers off) {statement(name)}", cast(Any, values)).fetchall()
        told = "\n".join(line for (line,) in plan)
        assert "Seq Scan on batch" not in told, told
        assert "Seq Scan on observation" not in told, told
