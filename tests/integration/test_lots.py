"""Many reports that are due at once are closed in lots: each as one by one, whatever becomes of its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from service_reports_airflow.steps import straight
from service_reports_airflow.stores import Stores
from tests.integration.closing import CONTRACT, REPORT, Closing, Run
from tests.integration.test_close_kills import settle_what_is_held

pytestmark = pytest.mark.integration
NEIGHBOURS: Mapping[str, Mapping[str, Any]] = {
    "una-persona-aprueba": {"approval": "required"},
    "sin-datos": {},
    "sin-clave": {"signing": {"connection": "nadie", "kind": "electronic"}},
}


@pytest.fixture(scope="module")
def one_by_one(closing: Closing) -> dict[str, Any]:
    closing.restart()
    closing.succeed(closing.new_run("first"))
    return seen(closing)


def seen(closing: Closing) -> dict[str, Any]:
    """The outcome but for who asked: nobody asks the calendar's run."""
    outcome = closing.outcome()
    return {**outcome, "versions": [{**each, "requested_by": None} for each in outcome["versions"]]}


def lot(*, neighbours: Mapping[str, Any] = NEIGHBOURS, was: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A lot of the report and its neighbours; ``was`` tells what its contract's file said when the lot read it."""
    held = {**neighbours, CONTRACT: was or {}}
    given = {"contract": CONTRACT, "report": REPORT, "lot": held}
    return {"review": "close_lot", "given": given}


def left(closing: Closing, run: Run) -> list[str]:
    """What the run's next task leaves to tasks of their own, of a lot."""
    reports = [{"contract_id": name, "report_number": REPORT} for name in (*NEIGHBOURS, CONTRACT)]
    stores = Stores(warehouse=closing.warehouse)
    return [each["contract_id"] for each in straight.left(reports, [reports], run.run_id, stores=stores)]


def test_what_cannot_be_closed_straight_through_is_left_and_stops_no_other(
    closing: Closing, one_by_one: dict[str, Any]
) -> None:
    closing.restart()
    run = closing.new_run("calendar")
    closing.succeed(run, **lot())
    assert seen(closing) == one_by_one
    assert closing.findings() == []
    assert left(closing, run) == list(NEIGHBOURS)


def test_a_report_whose_contract_is_edited_while_its_lot_works_on_it_is_left(closing: Closing) -> None:
    closing.restart()
    run = closing.new_run("calendar")
    closing.succeed(run, **lot(neighbours={}, was={"wait_for_data_hours": 1}))
    assert CONTRACT in left(closing, run)
    assert "el archivo del contrato cambió mientras se hacía el informe" in closing.driver.log_tail()
    assert closing.messages() == []
    assert {each["registered"] for each in closing.outcome()["versions"]} == {False}


def test_two_workers_that_take_one_lot_issue_and_send_once(closing: Closing, one_by_one: dict[str, Any]) -> None:
    closing.restart()
    run = closing.new_run("calendar")
    ended = closing.run(run, run, **lot(neighbours={}))
    assert [each.exit for each in ended] == [0, 0]
    closing.succeed(run, **lot(neighbours={}))
    assert seen(closing) == one_by_one
    assert closing.findings() == []


@pytest.mark.parametrize("done", ["gate", "figures", "signed", "smtp mail", "smtp text"])
def test_a_database_that_is_restarted_ends_a_lot_to_be_tried_again_and_nothing_comes_twice(
    closing: Closing, one_by_one: dict[str, Any], done: str
) -> None:
    closing.restart()
    trace = closing.succeed(closing.new_run("calendar"), **lot(neighbours={})).trace
    position = {
        "gate": 1 + trace.index("insert into register.report in a transaction"),
        "figures": 1 + trace.index("s3 PutObject", 20),
        "signed": 1 + trace.index("copy register.figure in a transaction"),
    }.get(done) or 1 + trace.index(done)
    closing.restart()
    run = closing.new_run("calendar")
    [ended] = closing.run(run, cut_after=position, **lot(neighbours={}))
    assert ended.error is not None
    assert "La conexión «warehouse»" in ended.error
    assert "que la base de datos responda" in ended.error
    closing.succeed(run, **lot(neighbours={}))
    if done == "smtp text":
        assert CONTRACT in left(closing, run)
        closing.succeed(run)
        settle_what_is_held(closing, run, done)
    assert seen(closing) == one_by_one
    assert closing.findings() == []


@pytest.mark.parametrize("done", ["a beginning", "half", "nearly all"])
def test_a_lot_that_dies_over_a_report_leaves_it_to_end_as_an_undisturbed_one(
    closing: Closing, one_by_one: dict[str, Any], done: str
) -> None:
    closing.restart()
    trace = closing.succeed(closing.new_run("calendar"), **lot(neighbours={})).trace
    position = {"a beginning": 2, "half": len(trace) // 2, "nearly all": len(trace) - 4}[done]
    closing.restart()
    run = closing.new_run("calendar")
    [ended] = closing.run(run, kill_after=position, **lot(neighbours={}))
    assert ended.killed
    before = closing.outcome()
    closing.succeed(run, **lot())
    assert closing.outcome() == before
    assert left(closing, run) == [*NEIGHBOURS, CONTRACT]
    assert all(f"{name} 2026-01 (" in closing.driver.log_tail() for name in NEIGHBOURS)
    closing.succeed(run)
    settle_what_is_held(closing, run, done)
    assert seen(closing) == one_by_one
    assert closing.findings() == []
