"""Issued reports whose rows changed afterwards are found, marked and told of once; people decide."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from service_reports import register
from service_reports.figures import outdated as told
from service_reports.figures.model import PeriodFigures
from service_reports.records import UsageHour
from service_reports.register import IssueKey, Question
from service_reports.sources import SOURCES, Answer
from service_reports.sources.source import Reading
from service_reports.warehouse import load_batch, read_batches, record_batch
from service_reports.warehouse.review import touched_reports
from service_reports_airflow.answers import CORRECT, KEEP, FormRefused
from service_reports_airflow.steps import due, ingest, outdated
from service_reports_airflow.steps.computing import present_figures
from service_reports_airflow.stores import Stores
from tests.golden.sample_figures import sample_contract
from tests.integration.test_register import DOCUMENT
from tests.stand_ins import ArchiveInMemory, stores_of

pytestmark = pytest.mark.integration
CONTRACT = sample_contract()
FIRST, SECOND = CONTRACT.reports[0], CONTRACT.reports[1]
DAY = FIRST.period_from
USE = "Compute / Standard - E5 (OCPU Hours)"
TICKET = {
    "ticket_id": "1",
    "service": "support",
    "registered_on": str(DAY),
    "status": "Activo",
    "product": "AIREPLUS",
    "module": "PREDIAL",
    "process": "RECAUDO",
    "subprocess": "A",
    "summary": None,
}
ARCHIVE = ArchiveInMemory()
"""Emptied before each test."""
HOURS = {"request": "Capacitación", "production_date": str(DAY), "estimated_hours": "8", "status": "Terminado"}


def load(
    db: psycopg.Connection, source: str, scope: str, answer: Answer, run_id: str, rows: Sequence[Any] | None = None
) -> None:
    """Enter an answer and load what its bytes say, or other rows."""
    batch_id = record_batch(db, source=source, scope=scope, answer=answer, archive_key="key", run_id=run_id)
    [batch] = read_batches(db, [batch_id])
    if rows is None:
        rows = SOURCES[source].parse(Reading(batch, (CONTRACT,), partial(BytesIO, answer.content)))
    assert load_batch(db, batch, rows)


def use(db: psycopg.Connection, quantity: str, run_id: str, *, day: date = DAY, correction: bool = False) -> None:
    """One hour of use, told by a cost report of its own."""
    row = UsageHour(
        charge_period_start=datetime(day.year, day.month, day.day, tzinfo=UTC),
        service_code="COMPUTE",
        compartment_ocid=CONTRACT.oci.compartment_ocids[0],
        product_description="Standard - E5",
        unit="OCPU Hours",
        currency="USD",
        quantity=Decimal(quantity),
        cost=Decimal(1),
        lines=1,
        corrections=int(correction),
    )
    load(
        db,
        "oci_cost_reports",
        CONTRACT.oci.tenancy_ocid,
        Answer(run_id, run_id.encode(), run_id, day, day),
        run_id,
        [row],
    )
    db.execute(
        "update raw.batch set first_interval = %(at)s, last_interval = %(at)s where run_id = %(run_id)s",
        {"at": row.charge_period_start, "run_id": run_id},
    )


def rows_of(
    db: psycopg.Connection,
    source: str,
    rows: list[dict[str, Any]],
    run_id: str,
    day: date | None,
    at: datetime | None = None,
) -> None:
    content = json.dumps(rows).encode()
    answer = Answer(source, content, None, day, day, observed_at=at)
    load(db, source, CONTRACT.id, answer, run_id)


def tickets(db: psycopg.Connection, *rows: dict[str, Any], run_id: str, at: datetime | None = None) -> None:
    rows_of(db, "tickets", list(rows), run_id, DAY, at)


def hour_bank(db: psycopg.Connection, *rows: dict[str, Any], run_id: str) -> None:
    rows_of(db, "hour_bank", list(rows), run_id, None)


def issue(db: psycopg.Connection, run_id: str = "p-1", reason: str | None = None) -> IssueKey:
    """A version with the figures of this moment."""
    key = register.claim_version(db, CONTRACT.id, FIRST.number, run_id, reason)
    figures = present_figures(db, CONTRACT, FIRST, run_id)(key.version, reason)
    kept = ARCHIVE.keep(figures.model_dump_json().encode())
    register.set_figures(db, key, run_id, kept, register.Origin(code_version=register.code_version()))
    register.register_issue(db, key, run_id, [DOCUMENT], figures.figures)
    return key


def later(db: psycopg.Connection, hours: int = 2) -> None:
    """Let time pass since everything that was loaded, issued and reviewed."""
    passed = {"passed": timedelta(hours=hours)}
    db.execute("update raw.batch set loaded_at = loaded_at - %(passed)s", passed)
    db.execute("update core.report_review set reviewed_at = reviewed_at - %(passed)s", passed)


@pytest.fixture(autouse=True)
def empty_archive() -> None:
    ARCHIVE.held.clear()


@pytest.fixture
def stores(db: psycopg.Connection) -> Stores:
    """The stores of the steps."""
    return stores_of(db, ARCHIVE, CONTRACT)


@pytest.fixture
def issued(db: psycopg.Connection) -> IssueKey:
    """A report of one hour of use, a ticket and an entry of the hour bank."""
    use(db, "3", "u-1")
    tickets(db, TICKET, run_id="t-1")
    hour_bank(db, HOURS, run_id="h-1")
    return issue(db)


def events(db: psycopg.Connection, *names: str) -> list[tuple[int, str, str | None, str | None]]:
    return db.execute(
        "select version, event, body::jsonb ->> 'by', body::jsonb ->> 'detail' from register.event"
        " where event = any(%s) order by position",
        (list(names),),
    ).fetchall()


def marked(db: psycopg.Connection) -> list[str]:
    """Ids of the figures that the newest event lists."""
    return [line.split(": ")[0] for each in register.read_outdated(db) for line in each.changes.splitlines()]


def alerts(db: psycopg.Connection) -> dict[str, list[Any]]:
    rows = db.execute(
        "select subject, day, value_before, value_now from core.observation where kind = %s and resolved_at is null",
        (told.KIND,),
    )
    return {subject: values for subject, *values in rows}


def test_nothing_is_told_of_a_report_that_is_as_its_rows_are(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    assert outdated.review_reports(True, "r-1", stores=stores) == []
    assert (events(db, "outdated", "current"), alerts(db), outdated.questions(stores=stores)) == ([], {}, [])
    ingest.confirm([], "r-1", stores=stores)


def test_a_late_correction_is_marked_told_and_red_and_asked_about_once(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    use(db, "-1", "u-2", correction=True)
    found = outdated.review_reports(False, "r-1", stores=stores)
    assert found == [f"{issued}: la versión emitida no está al día"]
    figure = f"usage.day/{DAY}/{USE}"
    assert {figure, f"usage.total/{USE}"} <= set(marked(db))
    assert alerts(db)[f"{FIRST.number} v1 {figure}"] == [DAY, 3, 2]
    with pytest.raises(ingest.Incomplete, match=r"usage\.day/.*: 3 → 2"):
        ingest.confirm([], "r-1", found, stores=stores)
    [asked] = outdated.questions(stores=stores)
    assert outdated.review_reports(False, "r-2", stores=stores) == []
    assert len(events(db, "outdated")) == 1
    assert outdated.questions(stores=stores) == [asked]
    ingest.confirm([], "r-2", stores=stores)


RECLASSIFIED = [
    f"tickets.support.module{told}/{module}" for module in ("PREDIAL", "RETEICA") for told in ("", ".percent")
]
"""Figures of the only ticket's module: how many there are of it, and their share."""


def test_a_reclassified_ticket_and_an_entry_of_the_hour_bank_are_found(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    tickets(db, {**TICKET, "module": "RETEICA"}, run_id="t-2")
    outdated.review_reports(False, "r-1", stores=stores)
    assert marked(db) == RECLASSIFIED
    hour_bank(db, {**HOURS, "estimated_hours": "12"}, run_id="h-2")
    assert outdated.review_reports(False, "r-2", stores=stores) == [f"{issued}: la versión emitida no está al día"], (
        "the changes are others now"
    )
    assert {"hour_bank.consumed", "tickets.support.module/RETEICA"} <= set(marked(db))
    assert alerts(db)[f"{FIRST.number} v1 hour_bank.consumed"] == [FIRST.period_to, 8, 12]
    assert len(events(db, "outdated")) == 2


AT_CUT_OFF = CONTRACT.cut_off(FIRST) - timedelta(minutes=45)
"""The last reading of the help desk before the report is due."""
CLOSED = {**TICKET, "status": "Terminado"}


@pytest.mark.parametrize("read_at", [AT_CUT_OFF, AT_CUT_OFF + timedelta(days=4)], ids=["read in time", "read late"])
def test_a_ticket_that_is_closed_after_the_cut_off_changes_nothing(
    db: psycopg.Connection, read_at: datetime, stores: Stores
) -> None:
    """What was open when the report was due stays so; read for the first time later, it is as it was then."""
    tickets(db, TICKET, run_id="t-1", at=read_at)
    issue(db)
    tickets(db, CLOSED, run_id="t-2", at=read_at + timedelta(days=1))
    assert outdated.review_reports(False, "r-1", stores=stores) == []
    assert (events(db, "outdated"), alerts(db)) == ([], {})


def test_a_correction_tells_of_a_ticket_that_was_closed_meanwhile_what_was_true_at_the_cut_off(
    db: psycopg.Connection, stores: Stores
) -> None:
    tickets(db, TICKET, run_id="t-1", at=AT_CUT_OFF)
    first = issue(db)
    tickets(db, {**CLOSED, "module": "RETEICA"}, run_id="t-2", at=AT_CUT_OFF + timedelta(days=1))
    assert outdated.review_reports(False, "r-1", stores=stores) == [f"{first}: la versión emitida no está al día"]
    assert marked(db) == RECLASSIFIED
    corrected = present_figures(db, CONTRACT, FIRST, "p-2")(2, "corrección")
    assert (corrected.value("tickets.support.open"), corrected.value("summary.tickets.open")) == (1, 1)
    assert [ticket.status for ticket in corrected.support.open_tickets] == ["Activo"]


def test_a_closing_before_the_cut_off_that_is_read_late_is_found(db: psycopg.Connection, stores: Stores) -> None:
    """An exported file that comes late tells of an earlier moment."""
    tickets(db, TICKET, run_id="t-1", at=AT_CUT_OFF - timedelta(days=1))
    issued = issue(db)
    tickets(db, CLOSED, run_id="t-2", at=AT_CUT_OFF)
    assert outdated.review_reports(False, "r-1", stores=stores) == [f"{issued}: la versión emitida no está al día"]
    assert {"tickets.support.open", "tickets.support.status/Terminado"} <= set(marked(db))


def test_a_ticket_that_is_deleted_after_the_cut_off_is_found(db: psycopg.Connection, stores: Stores) -> None:
    tickets(db, TICKET, {**TICKET, "ticket_id": "2"}, run_id="t-1", at=AT_CUT_OFF)
    issued = issue(db)
    tickets(db, CLOSED, run_id="t-2", at=AT_CUT_OFF + timedelta(days=1))
    assert outdated.review_reports(False, "r-1", stores=stores) == [f"{issued}: la versión emitida no está al día"]
    assert {"tickets.support.total", "tickets.support.open"} <= set(marked(db))


def test_two_equal_entries_of_the_hour_bank_are_two_and_the_removal_of_one_is_told_as_such(
    db: psycopg.Connection, stores: Stores
) -> None:
    """The help desk numbers no entry: the same request, day and hours may stand in an export twice."""
    tickets(db, TICKET, run_id="t-1")
    hour_bank(db, HOURS, HOURS, run_id="h-1")
    key = issue(db)
    figures = present_figures(db, CONTRACT, FIRST, "p-1")(1, None)
    assert (figures.value("hour_bank.consumed"), figures.value("hour_bank.delivered")) == (16, 16)
    assert figures.value("hour_bank.deliveries") == 2
    moved = f"hour_bank.movement/{DAY}/Capacitación/available-consumed"
    assert [figures.value(moved), figures.value(f"{moved} (2)")] == [8, 8]

    hour_bank(db, HOURS, run_id="h-2")
    assert outdated.review_reports(False, "r-1", stores=stores) == [f"{key}: la versión emitida no está al día"]
    assert f"{moved} (2)" in marked(db)
    assert moved not in marked(db)
    rows, day = asked(db, stores=stores)[1].body.splitlines(), f"{DAY:%d/%m/%Y}"
    assert (
        f"| Bolsa de horas, movimiento del {day}, de disponibles a consumidas: Capacitación (2) | 8 | — |"
        f" bolsa de horas, solicitud «Capacitación» (8 horas, {day}), una de 2 iguales: ya no está |"
    ) in rows
    assert any(row.startswith("| Bolsa de horas: consumidas, Capacitación | 16 | 8 |") for row in rows)


def test_a_figure_that_is_another_once_more_is_red_once_more(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    for number, hours in enumerate(("12", "13"), start=2):
        hour_bank(db, {**HOURS, "estimated_hours": hours}, run_id=f"h-{number}")
        found = outdated.review_reports(False, f"r-{number}", stores=stores)
        with pytest.raises(ingest.Incomplete):
            ingest.confirm([], f"r-{number}", found, stores=stores)


def test_rows_of_one_report_that_cannot_be_computed_are_named_and_stop_nothing(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    ARCHIVE.held[str(register.read_issue(db, issued).figures_key)] = b"none"
    [found] = outdated.review_reports(True, "r-1", stores=stores)
    assert found.startswith(f"{issued}: no se pudo revisar: un valor no se puede leer (ValidationError: ")
    with pytest.raises(ingest.Incomplete, match="no se pudo revisar"):
        ingest.confirm([], "r-1", [found], stores=stores)


def test_what_is_as_it_was_issued_again_is_current_and_its_alerts_are_resolved(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    tickets(db, {**TICKET, "module": "RETEICA"}, run_id="t-2")
    outdated.review_reports(False, "r-1", stores=stores)
    tickets(db, TICKET, run_id="t-3")
    assert outdated.review_reports(False, "r-2", stores=stores) == []
    assert [event for _, event, *_ in events(db, "outdated", "current")] == ["outdated", "current"]
    assert (register.read_outdated(db), alerts(db), outdated.questions(stores=stores)) == ([], {}, [])


def test_a_correction_brings_the_report_up_to_date(db: psycopg.Connection, issued: IssueKey, stores: Stores) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    issue(db, "p-2", "corrección")
    assert outdated.review_reports(False, "r-2", stores=stores) == []
    assert (register.read_outdated(db), alerts(db)) == ([], {})


def test_an_alert_about_a_version_is_no_finding_of_the_next(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    assert alerts(db)
    corrected = present_figures(db, CONTRACT, FIRST, "p-2")(2, "corrección")
    assert told.KIND not in {each.kind for each in corrected.observations}


def test_only_reports_whose_rows_may_have_changed_are_computed_again(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    db.execute("alter table register.report disable trigger never_changed")
    db.execute("update register.report set claimed_at = claimed_at - interval '3 hours'")
    later(db, 5)
    assert touched_reports(db, CONTRACT) == []
    hour_bank(db, HOURS, run_id="h-2")
    assert touched_reports(db, CONTRACT) == [], "the same bytes as before"
    use(db, "1", "u-2", day=FIRST.period_to + timedelta(days=40))
    assert touched_reports(db, CONTRACT) == [], "days of another period"
    use(db, "1", "u-3")
    assert touched_reports(db, CONTRACT) == [(FIRST, 1)]
    outdated.review_reports(False, "r-1", stores=stores)
    later(db)
    db.execute("update core.report_review set reviewed_at = now()")
    assert touched_reports(db, CONTRACT) == []
    assert touched_reports(db, CONTRACT, everything=True) == [(FIRST, 1)]


def test_a_consumed_day_that_is_collected_again_does_not_go_unnoticed(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    later(db, 5)
    tickets(db, {**TICKET, "process": "FISCALIZACIÓN"}, run_id="t-2")
    outdated.review_reports(False, "r-1", stores=stores)
    assert "tickets.support.process/FISCALIZACIÓN" in marked(db)


def test_the_mark_is_verified_and_restored_with_the_register(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    assert register.verify_rows(db) == []
    db.execute("alter table register.report disable trigger never_changed")
    db.execute("update register.report set outdated_at = null")
    [finding] = register.verify_rows(db)
    assert "«outdated_at»" in finding.detail


def test_a_version_is_marked_only_while_it_is_the_newest(db: psycopg.Connection, issued: IssueKey) -> None:
    issue(db, "p-2", "corrección")
    assert register.set_changes(db, issued, ["usage.total/x: 1 → 2"]) is False
    assert events(db, "outdated") == []


def test_what_only_an_update_of_the_code_prints_is_no_change_of_the_data(
    db: psycopg.Connection, issued: IssueKey, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    kept = str(register.read_issue(db, issued).figures_key)
    figures = PeriodFigures.model_validate_json(ARCHIVE.read(kept))
    of_before = figures.model_copy(update={"figures": figures.figures[1:]})
    ARCHIVE.held[kept] = of_before.model_dump_json().encode()
    assert outdated.review_reports(True, "r-1", stores=stores), "the same code: it is a change"
    monkeypatch.setenv("SERVICE_REPORTS_REVISION", "next")
    assert outdated.review_reports(True, "r-2", stores=stores) == []
    assert register.read_outdated(db) == []


def test_hundreds_of_figures_are_told_by_table_and_day(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    for number in range(1, 9):
        use(db, "1", f"more-{number}", day=DAY + timedelta(days=number))
    outdated.review_reports(False, "r-1", stores=stores)
    assert len(marked(db)) > told.MOST_ALERTS
    subjects = alerts(db)
    assert f"{FIRST.number} v1 usage.hours" in subjects
    assert len(subjects) < len(marked(db))


def question(run_id: str = "q-1") -> Question:
    return Question(run_id, "decide/-1")


def asked(db: psycopg.Connection, stores: Stores) -> tuple[dict[str, Any], outdated.Asked]:
    """The form of the newest question, and what it says."""
    [run] = outdated.questions(stores=stores)
    return run["conf"], outdated.question(run["conf"], question(), stores=stores)


def answer(form: dict[str, Any], option: str, by: str = "lider", *, stores: Stores, **said: Any) -> None:
    outdated.decide(form, question(), option, by=by, said=said, stores=stores)


def test_the_question_shows_every_figure_and_proposes_a_reason(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    tickets(db, {**TICKET, "module": "RETEICA"}, run_id="t-2")
    outdated.review_reports(False, "r-1", stores=stores)
    _, told_of = asked(db, stores=stores)
    assert told_of.subject == f"{CONTRACT.entity.name}, informe {FIRST.number}: la versión 1 no está al día"
    row = "| Soporte: solicitudes, módulo PREDIAL | 1 | — | solicitud 1: módulo de «PREDIAL» a «RETEICA» |"
    assert row in told_of.body.splitlines()
    assert told_of.reason == "Se corrigen 4 cifras cuyos datos cambiaron después de emitir la versión 1."


def publication(run_id: str = outdated.publication_of("q-1"), **changes: Any) -> SimpleNamespace:
    """A run of the publication, as a task of «Decidir una corrección» starts it."""
    run = {
        "run_type": "operator_triggered",
        "run_id": run_id,
        "triggering_user_name": None,
        "conf": {},
        "run_after": datetime.now(UTC),
    }
    return SimpleNamespace(**{**run, **changes})


def test_a_correction_is_made_as_the_register_says_that_who_answered_asked_for_it(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    form, told_of = asked(db, stores=stores)
    answer(form, CORRECT, motivo=" ", enviar=False, stores=stores)
    done = outdated.settle("q-1", stores=stores)
    assert done == {
        "contrato": CONTRACT.id,
        "informe": FIRST.number,
        "motivo": told_of.reason,
        "enviar": False,
    }
    forged = {**done, "motivo": "otro", "enviar": True, "solicitado_por": "gerencia"}
    [report] = due.due_reports(forged, datetime.now(UTC), "operator_triggered", stores=stores)
    run = publication(conf=forged)
    assert due.of_run(report, forged, run, stores=stores) == {**report, "reason": told_of.reason, "sends": False}
    assert due.requested_by(run, stores=stores) == "lider"
    assert (
        due.requested_by(publication("manual__1", run_type="manual", triggering_user_name="otro"), stores=stores)
        == "otro"
    )


@pytest.mark.parametrize("run_id", [outdated.publication_of("q-2"), outdated.publication_of("")])
def test_a_correction_that_nobody_decided_on_is_not_published(
    db: psycopg.Connection, issued: IssueKey, run_id: str, stores: Stores
) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    form, _ = asked(db, stores=stores)
    answer(form, CORRECT, stores=stores)
    conf = outdated.settle("q-1", stores=stores)
    [report] = due.due_reports(conf, datetime.now(UTC), "operator_triggered", stores=stores)
    with pytest.raises(FormRefused, match=r"nadie pidió la corrección.*\n  → dispare"):
        due.of_run(report, conf, publication(run_id), stores=stores)
    assert due.requested_by(publication(run_id, conf={"solicitado_por": "lider"}), stores=stores) is None


def test_a_decision_speaks_of_the_report_that_was_asked_about_alone(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    form, _ = asked(db, stores=stores)
    with pytest.raises(outdated.NeverAsked, match=r"no preguntó por esta versión.*\n  → dispare"):
        outdated.decide(form, question("q-2"), CORRECT, by="lider", said={}, stores=stores)
    assert events(db, "kept", "correction_requested") == []


def test_what_the_register_does_not_know_is_not_asked(db: psycopg.Connection, issued: IssueKey, stores: Stores) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    use(db, "1", "u-3")
    with pytest.raises(outdated.ChangedAgain, match=r"cambiaron otra vez.*\n  → la revisión que sigue"):
        asked(db, stores=stores)
    assert events(db, "asked") == []


def test_a_review_is_red_over_what_it_found_whatever_is_handed_on(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    use(db, "5", "u-2")
    found = outdated.review_reports(False, "r-1", stores=stores)
    assert found
    assert outdated.to_look_at([], "r-1", stores=stores) == found == outdated.to_look_at(found, "r-1", stores=stores)
    assert outdated.to_look_at([], "r-2", stores=stores) == []


def test_keeping_the_version_is_recorded_once_and_ends_the_asking(
    db: psycopg.Connection, issued: IssueKey, stores: Stores
) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    form, _ = asked(db, stores=stores)
    for _ in range(2):
        answer(form, KEEP, motivo="Redondeo", stores=stores)
        with pytest.raises(AirflowSkipException, match="la versión se conserva"):
            outdated.settle("q-1", stores=stores)
    assert events(db, "kept") == [(1, "kept", "lider", "Redondeo")]
    assert outdated.questions(stores=stores) == []
    use(db, "1", "u-3")
    assert outdated.review_reports(False, "r-2", stores=stores) == [f"{issued}: la versión emitida no está al día"]
    assert len(outdated.questions(stores=stores)) == 1, "other changes are another question"


@pytest.mark.parametrize("option", [CORRECT, KEEP])
def test_an_answer_that_comes_after_the_correction_does_nothing_and_says_so(
    db: psycopg.Connection, issued: IssueKey, option: str, caplog: pytest.LogCaptureFixture, stores: Stores
) -> None:
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    form, _ = asked(db, stores=stores)
    issue(db, "p-2", "corrección")
    before = db.execute("select count(*) from register.event").fetchone()
    caplog.set_level("INFO")
    answer(form, option, stores=stores)
    assert "está al día o ya se corrigió" in caplog.text
    with pytest.raises(AirflowSkipException, match="la respuesta llegó tarde"):
        outdated.settle("q-1", stores=stores)
    assert db.execute("select count(*) from register.event").fetchone() == before


@pytest.mark.parametrize("named", [True, False])
def test_an_answer_to_changes_that_are_others_now_does_nothing_and_says_so(
    db: psycopg.Connection, issued: IssueKey, named: bool, caplog: pytest.LogCaptureFixture, stores: Stores
) -> None:
    """Also where the question was asked for by hand, about the changes that were the newest then."""
    use(db, "5", "u-2")
    outdated.review_reports(False, "r-1", stores=stores)
    form, _ = asked(db, stores=stores)
    use(db, "1", "u-3")
    outdated.review_reports(False, "r-2", stores=stores)
    caplog.set_level("INFO")
    answer(form if named else {**form, "evento": None}, CORRECT, stores=stores)
    assert "responda la pregunta más reciente" in caplog.text
    assert events(db, "correction_requested") == []


def test_a_question_by_hand_needs_contract_and_report(db: psycopg.Connection, stores: Stores) -> None:
    with pytest.raises(AirflowException, match="los dos son necesarios"):
        outdated.question({"contrato": CONTRACT.id}, question(), stores=stores)
