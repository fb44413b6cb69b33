"""What tasks hand on names a version and decides nothing: what is asked, signed and sent is what the register holds.

Airflow keeps what tasks hand on (XCom) in its own database, where somebody may write. Each step and each task that asks
is given another report's, another version's and made-up values, with whatever else may stand beside them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.providers.standard.operators import hitl
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput
from airflow.sdk.execution_time.context import set_current_context

from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.contracts.loader import DEFAULT_FOLDER, FOLDER_VARIABLE, load_contract
from service_reports.register import IssueKey
from service_reports.sources import Answer
from service_reports.warehouse import record_batch
from service_reports_airflow import contracts
from service_reports_airflow.answers import SEND, WITHHOLD, FormRefused
from service_reports_airflow.dag_parts.approve import APPROVE, REJECT, Approve
from service_reports_airflow.dag_parts.asking import NobodyAnswered
from service_reports_airflow.dag_parts.deliver import ConfirmDelivery, Deliver
from service_reports_airflow.steps import approving, due, gate, ingest
from service_reports_airflow.steps.consulting import NeverAsked
from service_reports_airflow.steps.version import NotOfThisRun, origin_now
from service_reports_airflow.stores import Stores, archive
from tests.golden.sample_figures import sample
from tests.integration import test_outbox
from tests.integration.closing import CONTRACT, REPORT, STEPS, Closing, Run

pytestmark = pytest.mark.integration
SAMPLE = DEFAULT_FOLDER / "alcaldia-de-jamundi-34-14-08-0016.yaml"
db = test_outbox.db
RUN = "run-1"


# Every step of a close


def said_in_two_lines(error: str | None) -> bool:
    """What is wrong, then what to do."""
    return "\n  → " in str(error)


def told(closing: Closing) -> list[dict[str, Any]]:
    return closing.rows("select body from register.event order by position")


def forged(version: int) -> Iterator[Any]:
    """Another version's, another report's and made-up values, in place of those of a version."""
    key = {"contract_id": CONTRACT, "report_number": REPORT, "version": version}
    yield {**key, "version": 3 - version}
    yield {**key, "version": 99}
    yield {**key, "contract_id": "otra-entidad"}
    yield {**key, "report_number": "2026-02"}
    yield {**key, "version": "1"}
    yield {"issue": key}
    yield from (None, {}, [], "1", 1)


def test_no_step_works_on_a_version_that_its_run_has_not_claimed(closing: Closing) -> None:
    closing.restart()
    first = closing.new_run("first")
    closing.succeed(first)
    closing.change_a_row()
    run = closing.new_run("second", "Corrección")
    for before, step in itertools.pairwise(STEPS):
        closing.succeed(run, until=before, asks_approval=True)
        if run.asked:
            closing.succeed(run, answer=APPROVE, until=before, asks_approval=True)
        good, events = run.results(), told(closing)
        for value in forged(2):
            handed_on({**good, before: value}, run)
            [ended] = closing.run(run, until=step, asks_approval=True)
            assert ended.exit == 1, f"{step} took {value}"
            assert str(ended.error).startswith("NotOfThisRun: "), f"{step} given {value}: {ended.error}"
            assert said_in_two_lines(ended.error), ended.error
            assert told(closing) == events, f"{step} given {value} recorded something"
        # What stands beside the version counts for nothing.
        lies = {"figures_key": "blobs/00/0", "documents": [{"blob_key": "blobs/00/0"}], "recipient": "a@example.com"}
        handed_on({**good, before: {**good[before], **lies}}, run)
    closing.succeed(run)
    assert closing.findings() == []
    assert [row["state"] for row in closing.rows("select state from register.report order by version")] == [
        "superseded",
        "sent",
    ]


def handed_on(values: dict[str, Any], run: Run) -> None:
    run.handed.write_text(json.dumps(values), encoding="utf-8")


# Which report a run is for


@pytest.mark.parametrize("run_type", ["manual", "scheduled"])
def test_a_run_issues_the_report_that_it_was_asked_for_as_it_was_asked(run_type: str) -> None:
    held = sample()[0]
    stores = Stores(contracts=lambda: (held,), contract=lambda _: held)
    report = held.reports[0]
    form = {"contrato": held.id, "informe": report.number, "motivo": "Lo pidió la Entidad", "enviar": False}
    asked, reason, sends = (form, form["motivo"], False) if run_type == "manual" else ({}, None, True)
    run = SimpleNamespace(
        run_id="r", run_type=run_type, run_after=held.cut_off(report), conf={}, triggering_user_name="operador"
    )
    good = {"contract_id": held.id, "report_number": report.number, "reason": reason}
    lies = {"reason": "otro motivo", "sends": not sends, "requested_by": "gerencia", "version": 7}
    assert due.of_run({**good, **lies}, asked, run, stores=stores) == {**good, "sends": sends}
    assert due.requested_by(run) == "operador"
    for other in ({"contract_id": "otra"}, {"report_number": held.reports[1].number}, {"report_number": None}):
        with pytest.raises(FormRefused, match=r"no es un informe de esta ejecución\n  → dispare"):
            due.of_run({**good, **other}, asked, run, stores=stores)


# Tasks that ask


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a task until it parks, hands it something else, and answers as Airflow does."""
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **_: None)  # Airflow's own database

    def run(
        make: Callable[..., Any], asked: Any, resumed: Any, choice: str, *, user: str | None = "lider", **said: Any
    ) -> Any:
        def context(task: Any) -> Any:
            instance = SimpleNamespace(
                dag_id="publish", run_id=RUN, task_id=task.task_id, map_index=0, id="1", try_number=1, max_tries=0
            )
            return {"run_id": RUN, "ti": instance, "task_instance": instance, "params": {}}

        task = make(task_id="asks", issue=asked)
        with set_current_context(context(task)), pytest.raises(TaskAwaitingInput):
            task.execute(context(task))
        again = make(task_id="asks", issue=resumed)
        event = {
            "chosen_options": [choice],
            "responded_at": datetime.now(UTC),
            "params_input": {"comentario": "", **said},
            "responded_by_user": user and {"id": "7", "name": user},
        }
        with set_current_context(context(again)):
            return again.execute_complete(context(again), event)

    return run


@pytest.fixture
def drafts(
    db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two reports of one run that wait for their approval."""
    _, figures = sample()
    file = tmp_path / SAMPLE.name
    file.write_text(f"{SAMPLE.read_text(encoding='utf-8')}\napproval: required\n", encoding="utf-8")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    held = load_contract(file)
    made = []
    with archive() as store:
        for number in ("2026-01", "2026-02"):
            origin = origin_now(held, held.report(number))
            key = register.claim_version(db, held.id, number, RUN, None, origin)
            register.set_figures(db, key, RUN, store.keep(figures.model_dump_json().encode()), origin)
            content = f"%PDF-1.7 {number}".encode()
            draft = register.Draft(
                1,
                "management_report",
                "Informe de Gestión",
                "C",
                "g.pdf",
                "application/pdf",
                hashlib.sha256(content).hexdigest(),
                len(content),
                store.keep(content),
            )
            register.pin_drafts(db, key, RUN, register.Drafts(register.read_issue(db, key).figures_key, (draft,)))
            made.append({"contract_id": held.id, "report_number": number, "version": 1})
    return made[0], made[1]


def states(db: psycopg.Connection[Any]) -> list[str]:
    return [state for (state,) in db.execute("select state from register.report order by report_number")]


@pytest.mark.parametrize("choice", [APPROVE, REJECT])
def test_an_approval_speaks_of_what_was_asked_and_of_no_other_report_of_the_run(
    db: psycopg.Connection[Any], drafts: tuple[dict[str, Any], ...], answered: Callable[..., Any], choice: str
) -> None:
    one, other = drafts
    assert answered(Approve, other, other, APPROVE) == other
    assert states(db) == ["draft", "approved"]
    before = db.execute("select count(*) from register.event").fetchone()
    with pytest.raises(AirflowFailException, match=r"no son aquellos por los que se preguntó.*\n  → ") as refused:
        # The same task of the run asks about one report and is resumed with another one, which it never asked about.
        answered(lambda **given: Approve(**{**given, "task_id": "asks_too"}), one, other, choice, comentario="no")
    assert isinstance(refused.value, gate.GateRefused)
    asked = db.execute("select count(*) from register.event").fetchone()
    assert asked == (before[0] + 1,), "the question alone was recorded"
    assert states(db) == ["draft", "approved"]


def test_an_answer_that_airflow_names_no_user_of_is_none_whatever_the_form_says(
    db: psycopg.Connection[Any], drafts: tuple[dict[str, Any], ...], answered: Callable[..., Any]
) -> None:
    with pytest.raises(NobodyAnswered, match=r"Airflow no dice quién respondió.*\n  → "):
        answered(Approve, drafts[0], drafts[0], APPROVE, user=None)
    assert states(db) == ["draft", "draft"]
    assert answered(Approve, drafts[0], drafts[0], APPROVE, comentario="responded_by_user: gerencia") == drafts[0]
    [(by,)] = db.execute("select body::jsonb ->> 'by' from register.event where event = 'approved'").fetchall()
    assert by == "lider"


@pytest.mark.parametrize("resumed", [None, {}, {"contract_id": "x", "report_number": "2026-01", "version": 1}])
def test_an_answer_with_made_up_values_is_refused(
    db: psycopg.Connection[Any], drafts: tuple[dict[str, Any], ...], answered: Callable[..., Any], resumed: Any
) -> None:
    with pytest.raises(NotOfThisRun, match=r"\n  → "):
        answered(Approve, drafts[0], resumed, APPROVE)
    assert states(db) == ["draft", "draft"]


def messages(db: psycopg.Connection[Any]) -> list[str]:
    return [state for (state,) in db.execute("select state from register.delivery order by report_number")]


@pytest.mark.parametrize("choice", [SEND, WITHHOLD])
def test_a_confirmation_speaks_of_the_message_that_was_asked_about(
    db: psycopg.Connection[Any], answered: Callable[..., Any], choice: str
) -> None:
    one, other = (test_outbox.issue(db, RUN, number=number, state="withheld") for number in ("2026-01", "2026-02"))
    with pytest.raises(NeverAsked, match=r"no preguntó por el mensaje de esta versión.*\n  → "):
        answered(ConfirmDelivery, one, other, choice)
    assert messages(db) == ["withheld", "withheld"]
    assert answered(ConfirmDelivery, one, {**one, "recipient": "a@example.com"}, SEND) == one
    assert messages(db) == ["queued", "withheld"]


def test_the_message_of_another_run_is_neither_confirmed_nor_sent(
    db: psycopg.Connection[Any], answered: Callable[..., Any], servers: Sandbox
) -> None:
    of_another = test_outbox.issue(db, "run-2", state="withheld")
    for make in (ConfirmDelivery, Deliver):
        with pytest.raises(NotOfThisRun, match=r"run-2 tomó esta versión.*\n  → "):
            answered(make, of_another, of_another, SEND)
    assert messages(db) == ["withheld"]
    assert test_outbox.mail(servers) == []


def test_an_answer_about_a_message_that_is_not_as_it_was_changes_nothing(
    db: psycopg.Connection[Any], answered: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = test_outbox.issue(db, RUN, state="withheld")
    answered(ConfirmDelivery, one, one, WITHHOLD)
    key = IssueKey(**one)
    before = approving.register.asked(db, key, register.Question(RUN, "asks/0"))
    assert before is not None
    db.execute("update register.delivery set attempts = 3")
    complete = ConfirmDelivery.execute_complete

    def late(task: Any, context: Any, event: Any) -> Any:
        db.execute("update register.delivery set attempts = 4")
        return complete(task, context, event)

    monkeypatch.setattr(ConfirmDelivery, "execute_complete", late)
    answered(ConfirmDelivery, one, one, SEND)
    assert messages(db) == ["withheld"]


# Collections


def test_what_a_check_refused_is_not_loaded_and_ends_the_run_red_whatever_is_handed_on(
    db: psycopg.Connection[Any],
) -> None:
    answer = Answer("tickets", b"ninguna lista", None, date(2026, 1, 1), date(2026, 1, 2))
    with archive() as store:
        refused = record_batch(
            db,
            source="tickets",
            scope=sample()[0].id,
            answer=answer,
            archive_key=store.keep(answer.content),
            run_id=RUN,
        )
    for _ in range(2):
        ingest.validate_and_load([refused], RUN)
        assert db.execute("select state from raw.batch").fetchall() == [("quarantined",)]
    with pytest.raises(ingest.Incomplete, match=r"tickets\.readable"):
        ingest.confirm([], RUN)


def test_a_tenancy_is_read_by_the_connection_that_its_contract_names_alone() -> None:
    held = (sample()[0],)
    oci = held[0].oci
    known = {"connection": oci.connection, "tenancy_ocid": oci.tenancy_ocid}
    assert contracts.known_tenancy(known, held) == known
    for name in known:
        with pytest.raises(contracts.UnknownContract, match=r"ningún contrato dice.*\n  → limpie"):
            contracts.known_tenancy({**known, name: "otra"}, held)
