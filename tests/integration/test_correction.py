"""The scenario ``correction``: late rows change an issued report, and one answer of a person issues version 2.

Nobody starts the review: each collection that loads late rows does, by the asset that it updates.
"""

from __future__ import annotations

import csv
import email
import email.policy
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from sandbox.airflow import PROJECT
from sandbox.demo import (
    CORRECT,
    DECISION_DAG,
    POLL_SECONDS,
    PUBLISH_DAG,
    REVIEW_DAG,
    RUN_SECONDS,
    questions,
)
from sandbox.supervisor import Sandbox
from service_reports.contracts import load_contract
from tests.golden.sample_figures import pdf_text
from tests.integration.databases import quick_folder
from tests.integration.installation import Installation, SharedAirflow
from tests.integration.killing import collect

pytestmark = pytest.mark.integration
SCENARIO = PROJECT / "sandbox" / "scenarios" / "correction"
LATE = {"ingest_oci_cost_reports": "usage.", "ingest_service_desk": "tickets."}
"""What brings late rows, one after the other, and the figures that rest on them."""
REASON = "Oracle corrigió el consumo del 3 de mayo y la mesa de servicio reclasificó una solicitud."


def rows(name: str, *, later: bool) -> list[dict[str, str]]:
    path = SCENARIO / ("later" if later else ".") / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def told_by_the_files(*, later: bool) -> dict[str, Decimal]:
    """The figures that rest on the two files that come to be others, added up here."""
    by_day: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows("oci_daily_usage.csv", later=later):
        label = f"{row['service']} / {row['product_description']} ({row['unit']})"
        by_day[label][row["usage_date"]] = Decimal(row["quantity"])
    figures: dict[str, Decimal] = {}
    for label, days in by_day.items():
        figures |= {f"usage.day/{day}/{label}": quantity for day, quantity in days.items()}
        figures[f"usage.total/{label}"] = sum(days.values(), Decimal(0))
        figures[f"usage.mean/{label}"] = round(sum(days.values(), Decimal(0)) / len(days), 9)
        figures[f"usage.min/{label}"], figures[f"usage.max/{label}"] = min(days.values()), max(days.values())
    tickets = rows("tickets_support.csv", later=later)
    for name in ("status", "product", "module", "process", "subprocess"):
        counted = Counter(row[name] for row in tickets)
        figures |= {f"tickets.support.{name}/{value}": Decimal(count) for value, count in counted.items()}
        figures |= {
            f"tickets.support.{name}.percent/{value}": round(Decimal(100 * count) / counted.total(), 9)
            for value, count in counted.items()
        }
    crossed = Counter(f"{row['module']}/{row['status']}" for row in tickets)
    modules, states = ({row[name] for row in tickets} for name in ("module", "status"))
    for module in modules:
        for state in states:
            figures[f"tickets.support.module_status/{module}/{state}"] = Decimal(crossed[f"{module}/{state}"])
    return figures


def changed() -> dict[str, tuple[Decimal | None, Decimal | None]]:
    before, after = told_by_the_files(later=False), told_by_the_files(later=True)
    return {
        name: (before.get(name), after.get(name))
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }


@dataclass(frozen=True)
class Review:
    """A review that an asset started: what it had been started by, its log, and the questions it left."""

    run: dict[str, Any]
    started_by: list[tuple[str, str]]
    collected_by: tuple[str, str]
    state: str
    log: str
    questions: dict[str, dict[str, Any]]


@dataclass
class Corrected:
    """The scenario after all of it has happened, with what was seen on the way."""

    installation: Installation
    reviews: list[Review]
    alerts: list[dict[str, Any]]
    marked: list[dict[str, Any]]
    question: dict[str, Any]
    asked_again: dict[str, Any]
    late_answer: dict[str, str]
    unchanged: str

    def query(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        return self.installation.query(statement, **values)

    @property
    def messages(self) -> list[Any]:
        paths = sorted(self.installation.sandbox.mail_folder.glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]


@pytest.fixture(scope="module")
def running(airflow: SharedAirflow) -> Iterator[Installation]:
    with quick_folder() as state, Sandbox(SCENARIO, state) as sandbox:
        installation = Installation(sandbox, airflow, load_contract(SCENARIO / "contract.yaml"))
        yield installation
        installation.airflow.pause(REVIEW_DAG, True)


def reviewed(running: Installation, dag_id: str) -> Review:
    """Collect, and follow the review that comes of it."""
    before = {run["dag_run_id"] for run in reviews(running)}
    report = running.contract.reports[0]
    days = {"desde": report.period_from.isoformat(), "hasta": report.period_to.isoformat()}
    [collected_by] = running.collect(days, dag_id).items()
    deadline = time.monotonic() + RUN_SECONDS
    while not (started := [run for run in reviews(running) if run["dag_run_id"] not in before]):
        running.airflow.check()
        assert time.monotonic() < deadline, f"the asset that {dag_id} updates started no review"
        time.sleep(POLL_SECONDS)
    [run] = started
    run_id = run["dag_run_id"]
    state = running.wait(REVIEW_DAG, run_id)
    events = running.airflow.get(f"/dags/{REVIEW_DAG}/dagRuns/{run_id}/upstreamAssetEvents")["asset_events"]
    started_by = [(event["source_dag_id"], event["source_run_id"]) for event in events]
    log = running.logs(REVIEW_DAG, run_id)
    return Review(run, started_by, collected_by, state, log, questions(running.airflow))


def reviews(running: Installation) -> list[dict[str, Any]]:
    return list(running.airflow.get(f"/dags/{REVIEW_DAG}/dagRuns?limit=200")["dag_runs"])


@pytest.fixture(scope="module")
def corrected(running: Installation) -> Corrected:
    [report] = running.contract.reports
    form = {"contrato": running.contract.id, "informe": report.number}
    days = {"first": report.period_from.isoformat(), "last": report.period_to.isoformat()}
    collect(running.sandbox, **days)
    run_id, state = running.run(PUBLISH_DAG, **form, motivo="Emisión a mano")
    assert state == "success", running.logs(PUBLISH_DAG, run_id)
    running.airflow.pause(REVIEW_DAG, False)  # before, there was nothing to review
    run_id, state = running.run(REVIEW_DAG)
    assert state == "success", f"what was just issued is current: {running.logs(REVIEW_DAG, run_id)}"

    running.sandbox.bring_later()
    made = [reviewed(running, dag_id) for dag_id in LATE]
    alerts = running.query(
        "select subject, value_before, value_now from core.observation"
        " where kind = 'report.figure_changed' and severity = 'alert' and resolved_at is null"
    )
    marked = running.query("select version, outdated_at, state from register.report")
    again, state = running.run(REVIEW_DAG)
    assert state == "success", running.logs(REVIEW_DAG, again)
    waiting = questions(running.airflow)
    [late] = made[0].questions
    [decision] = waiting.keys() - {late}

    running.airflow.answer(DECISION_DAG, decision, CORRECT, motivo=REASON, enviar=True)
    running.airflow.answer(DECISION_DAG, late, CORRECT)
    assert running.wait(DECISION_DAG, decision) == "success", running.logs(DECISION_DAG, decision)
    publication = f"correccion__{decision}"
    assert running.wait(PUBLISH_DAG, publication) == "success", running.logs(PUBLISH_DAG, publication)
    assert running.wait(DECISION_DAG, late) == "success", running.logs(DECISION_DAG, late)
    late_answer = running.tasks(DECISION_DAG, late)
    run_id, state = running.run(REVIEW_DAG)
    assert state == "success", running.logs(REVIEW_DAG, run_id)

    unchanged, _ = running.run(PUBLISH_DAG, **form, motivo="otra vez")
    return Corrected(running, made, alerts, marked, waiting[decision], waiting, late_answer, unchanged)


def test_some_figures_change_and_most_do_not() -> None:
    names = set(changed())
    assert {name.partition("/")[0] for name in names} == {
        "usage.day",
        "usage.total",
        "usage.mean",
        "tickets.support.module",
        "tickets.support.module.percent",
        "tickets.support.module_status",
    }
    assert len(names) == 9


def test_each_collection_of_late_rows_starts_a_review_that_is_red_at_once_and_asks(corrected: Corrected) -> None:
    asked: set[str] = set()
    for (dag_id, figures), review in zip(LATE.items(), corrected.reviews, strict=True):
        assert (review.run["run_type"], review.run["triggered_by"]) == ("asset_triggered", "asset")
        assert review.collected_by in review.started_by  # the first one makes up for what came while it was paused
        assert review.collected_by[0] == dag_id
        assert review.state == "failed", "red, though nobody has answered yet"
        own = {name for name in changed() if name.startswith(figures)}
        assert {name for name in changed() if name in review.log} == own
        assert len(review.questions.keys() - asked) == 1
        asked = set(review.questions)


def test_the_alert_names_the_figures_with_both_values(corrected: Corrected) -> None:
    told = {
        row["subject"].removeprefix("2026-01 v1 "): (row["value_before"], row["value_now"]) for row in corrected.alerts
    }
    assert told == changed()


def test_the_register_marks_the_version_and_says_which_figures(corrected: Corrected) -> None:
    [version] = corrected.marked
    assert (version["version"], version["state"]) == (1, "sent")
    assert version["outdated_at"] is not None
    events = corrected.query(
        "select body::jsonb ->> 'detail' as detail from register.event where event = 'outdated' order by position"
    )
    first, last = ({line.partition(": ")[0] for line in event["detail"].splitlines()} for event in events)
    assert first == {name for name in changed() if name.startswith("usage.")}
    assert last == set(changed())


def test_a_person_is_asked_once_in_spanish_with_every_figure(corrected: Corrected) -> None:
    question = corrected.question
    assert corrected.asked_again.keys() == corrected.reviews[-1].questions.keys()
    assert question["subject"] == "Municipio de Prueba Cinco, informe 2026-01: la versión 1 no está al día"
    assert question["options"] == [CORRECT, "Conservar la versión emitida"]
    assert question["params"]["motivo"]["value"] == (
        "Se corrigen 9 cifras cuyos datos cambiaron después de emitir la versión 1."
    )
    table = [line for line in question["body"].splitlines() if line.startswith("|")][2:]
    assert len(table) == len(changed())
    assert any("| 66,72 | 65,47 |" in row for row in table)
    assert any("solicitud 20260006: módulo de «RETEICA» a «PREDIAL»" in row for row in table)


def test_an_answer_to_the_question_before_does_nothing(corrected: Corrected) -> None:
    late = corrected.late_answer
    assert (late["decide"], late["settle"], late["publish"]) == ("success", "skipped", "skipped")


def test_version_2_differs_from_version_1_in_exactly_these_figures(corrected: Corrected) -> None:
    stored: dict[int, dict[str, Decimal]] = {1: {}, 2: {}}
    for row in corrected.query("select version, figure_id, value from register.figure"):
        stored[row["version"]][row["figure_id"]] = row["value"]
    differing = {
        name: (stored[1].get(name), stored[2].get(name))
        for name in stored[1].keys() | stored[2].keys()
        if stored[1].get(name) != stored[2].get(name)
    }
    assert differing == changed()


def test_version_2_was_asked_for_by_who_answered_and_supersedes_version_1(corrected: Corrected) -> None:
    report = corrected.query("select version, state, requested_by, correction_reason from register.report order by 1")
    user = corrected.installation.airflow.user
    assert report[0]["state"] == "superseded"
    assert report[1] == {"version": 2, "state": "sent", "requested_by": user, "correction_reason": REASON}


def test_the_alerts_are_resolved_by_the_correction(corrected: Corrected) -> None:
    open_alerts = "select * from core.observation where kind = 'report.figure_changed' and resolved_at is null"
    assert corrected.query(open_alerts) == []


def test_the_register_still_verifies(corrected: Corrected) -> None:
    run_id, state = corrected.installation.run("verify_register")
    assert state == "success", corrected.installation.logs("verify_register", run_id)


def test_both_messages_left_once_and_the_second_says_what_it_replaces(corrected: Corrected) -> None:
    ids = [message["Message-ID"] for message in corrected.messages]
    contract_id = corrected.installation.contract.id
    assert ids == [f"<{contract_id}.2026-01.v{version}@smarttmt.example>" for version in (1, 2)]


def test_the_mail_says_what_it_replaces_and_why(corrected: Corrected) -> None:
    [first] = corrected.query("select figures_sha256 from register.report where version = 1")
    body = corrected.messages[1].get_body(("plain",)).get_content()
    assert "Esta es la versión 2 y reemplaza la versión 1" in body
    assert f"Motivo de la corrección: {REASON}" in body
    assert first["figures_sha256"] in body
    assert f"En total: {len(changed())} cifras" in body


USE = "Compute / Standard - E4 (OCPU Hours)"
PRINTED = {
    "Informe_Gestion": (
        "Cambian 9 cifras: 6 en este informe y 3 en el otro",
        [
            ("Soporte: solicitudes, módulo PREDIAL", "4", "5"),
            ("Soporte: solicitudes, módulo RETEICA", "4", "3"),
            ("Soporte: solicitudes, módulo PREDIAL, estado Programado", "1", "2"),
            ("Soporte: solicitudes, módulo RETEICA, estado Programado", "1", "0"),
        ],
    ),
    "Informe_Tecnico": (
        "Cambian 9 cifras: 3 en este informe y 6 en el otro",
        [
            (f"Consumo del 03/05/2026, {USE}", "66,72", "65,47"),
            (f"Consumo del periodo, {USE}", "401,5", "400,25"),
            (f"Consumo medio por día, {USE}", "66,92", "66,71"),
        ],
    ),
}


@pytest.mark.parametrize("name", list(PRINTED))
def test_the_reports_print_exactly_these_figures_as_changed(corrected: Corrected, name: str) -> None:
    [content] = [
        part.get_content()
        for part in corrected.messages[1].iter_attachments()
        if name in part.get_filename() and part.get_content_type() == "application/pdf"
    ]
    text = squeezed(pdf_text(content))
    sentence, printed = PRINTED[name]
    assert squeezed("Cambios frente a la versión 1") in text
    assert squeezed(sentence) in text
    for row in printed:
        assert squeezed("".join(row)) in text
    [first] = corrected.query("select figures_sha256 from register.report where version = 1")
    assert first["figures_sha256"] in text


def squeezed(text: str) -> str:
    """Without blanks: a cell of a table is set on several lines."""
    return "".join(text.split())


def test_asking_again_without_a_change_issues_nothing(corrected: Corrected) -> None:
    tasks = corrected.installation.tasks(PUBLISH_DAG, corrected.unchanged)
    assert tasks["report.gate"] == "success"
    assert tasks["report.figures"] == tasks["report.deliver"] == "skipped"
    registered = "select version from register.report where registered_at is not null order by 1"
    assert [row["version"] for row in corrected.query(registered)] == [1, 2]
    assert len(corrected.messages) == 2
