"""When a person is asked before a signature, what is asked, and which answers count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from airflow.sdk import Context
from airflow.sdk.execution_time.context import set_current_context

from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.archive import Archive
from service_reports.checks.verdict import CheckResult
from service_reports.contracts import Contract
from service_reports.register import Draft, Drafts, IssueKey, Origin, Question
from service_reports.warehouse import keep_verdicts
from service_reports_airflow.steps.approving import approval_request, settle_approval
from service_reports_airflow.steps.gate import GateRefused
from service_reports_airflow.steps.version import NotOfThisRun, origin_now
from service_reports_airflow.stores import Stores
from tests.golden.sample_figures import sample
from tests.stand_ins import stores_of

pytestmark = pytest.mark.integration
RUN = "manual__1"
QUESTION = Question(RUN, "report.approve/0")
Documents = Callable[..., dict[str, Any]]


@pytest.fixture
def store(servers: Sandbox) -> Archive:
    """An empty archive of the test's own."""
    client, bucket = servers.archive().client, f"approval-{uuid4().hex}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name})
    return Archive(client, bucket)


@pytest.fixture
def contract() -> Contract:
    """One that asks for approval, by two users."""
    return sample()[0].model_copy(update={"approval": "required", "approvers": ("lider", "gerencia")})


@pytest.fixture
def stores(db: psycopg.Connection, store: Archive, contract: Contract) -> Iterator[Stores]:
    """The stores of the steps, which are called as in a task."""
    with set_current_context(Context()):
        yield stores_of(db, store, contract)


@pytest.fixture
def key(db: psycopg.Connection, store: Archive, contract: Contract) -> IssueKey:
    """A version with its figures."""
    _, figures = sample()
    origin = origin_now(contract, contract.report(figures.report_number), "operador")
    key = register.claim_version(db, contract.id, figures.report_number, RUN, "Lo pidió la Entidad", origin)
    register.set_figures(db, key, RUN, store.keep(figures.model_dump_json().encode()), origin)
    return key


@pytest.fixture
def documents(db: psycopg.Connection, key: IssueKey, store: Archive) -> Documents:
    """Pins drafts, as the task before does; gives what it hands on."""

    def rendered(content: bytes = b"%PDF-1.7 borrador", run_id: str = RUN) -> dict[str, Any]:
        draft = Draft(
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
        register.pin_drafts(db, key, run_id, Drafts(register.read_issue(db, key).figures_key, (draft,)))
        return asdict(key)

    return rendered


def ask(issue: dict[str, Any], question: Question = QUESTION, *, stores: Stores) -> None:
    assert approval_request(issue, question, stores=stores) is not None


def settle(
    issue: dict[str, Any], approved: bool, user: str, comment: str, question: Question = QUESTION, *, stores: Stores
) -> bool:
    return settle_approval(issue, question, approved, user, comment, stores=stores)


def test_the_question_holds_what_is_needed_to_answer(
    db: psycopg.Connection, documents: Documents, stores: Stores
) -> None:
    verdict = CheckResult("language.acronyms", "x", "warning", False, "SIEM no está en el glosario")
    keep_verdicts(db, [verdict], run_id=f"{RUN}/documents", contract_id=documents()["contract_id"])
    other = CheckResult("language.acronyms", "x", "warning", False, "de otra ejecución")
    keep_verdicts(db, [other], run_id="manual__10/documents", contract_id=documents()["contract_id"])
    request = approval_request(documents(), QUESTION, stores=stores)
    assert request is not None
    assert request.subject == "¿Se aprueba el informe 2026-01 v1 de Alcaldía de Jamundí?"
    for said in (
        "**Alcaldía de Jamundí**, Contrato No. 34-14-08-0016 de 2026",
        "- Periodo: del 20 de enero de 2026 al 22 de febrero de 2026",
        "- Motivo: Lo pidió la Entidad",
        "- Solicitado por: operador",
        "- Solicitudes registradas: **",
        "- `language.acronyms`: SIEM no está en el glosario",
        "No están firmados: todavía no son el informe.",
        "Pueden responder: lider, gerencia.",
        "**Aprobar**",
        "**Rechazar**",
    ):
        assert said in request.body
    assert "de otra ejecución" not in request.body


def test_a_contract_that_asks_for_nobody_is_not_waited_for(
    db: psycopg.Connection, key: IssueKey, documents: Documents, stores: Stores
) -> None:
    issue = register.read_issue(db, key)
    assert issue.figures_key is not None
    register.set_figures(db, key, RUN, issue.figures_key, Origin(needs_approval=False))
    assert approval_request(documents(), QUESTION, stores=stores) is None


def test_what_was_approved_is_not_asked_again(
    db: psycopg.Connection, key: IssueKey, documents: Documents, stores: Stores
) -> None:
    ask(documents(), stores=stores)
    assert settle(documents(), True, "lider", "", stores=stores)
    assert register.read_issue(db, key).state == "approved"
    assert approval_request(documents(), QUESTION, stores=stores) is None


def test_a_run_that_has_asked_asks_about_nothing_else_because_airflow_shows_the_first_question(
    db: psycopg.Connection, key: IssueKey, documents: Documents, stores: Stores
) -> None:
    ask(documents(), stores=stores)
    ask(documents(), stores=stores)
    with pytest.raises(GateRefused, match="dispare el informe de nuevo"):
        approval_request(documents(b"%PDF-1.7 otro"), QUESTION, stores=stores)
    figures_key = register.read_issue(db, key).figures_key
    assert figures_key is not None
    register.claim_version(db, key.contract_id, key.report_number, "manual__2", None, Origin(needs_approval=True))
    register.set_figures(db, key, "manual__2", figures_key)
    ask(documents(b"%PDF-1.7 otro", "manual__2"), Question("manual__2", "report.approve/0"), stores=stores)


@pytest.mark.parametrize("again", [False, True])
def test_figures_that_were_computed_again_are_not_asked_about_before_their_documents_are_made(
    db: psycopg.Connection, key: IssueKey, documents: Documents, again: bool, stores: Stores
) -> None:
    ask(documents(), stores=stores)
    settle(documents(), True, "lider", "", stores=stores)
    figures_key = register.read_issue(db, key).figures_key
    assert figures_key is not None
    register.set_figures(db, key, RUN, figures_key)
    assert register.read_issue(db, key).state == "draft"
    if again:
        ask(documents(), stores=stores)
        return
    with pytest.raises(GateRefused, match="no hay borradores de las cifras"):
        approval_request(asdict(key), QUESTION, stores=stores)


def test_an_answer_to_drafts_that_are_others_now_does_not_count(
    db: psycopg.Connection, key: IssueKey, documents: Documents, stores: Stores
) -> None:
    ask(documents(), stores=stores)
    for approved in (True, False):
        with pytest.raises(GateRefused, match=r"no son aquellos por los que se preguntó.*\n  → dispare"):
            settle(documents(b"%PDF-1.7 otro"), approved, "lider", "Revisado", stores=stores)
    assert register.read_issue(db, key).state == "draft"


@pytest.mark.parametrize("approved", [True, False])
def test_the_answer_of_somebody_else_is_put_aside(
    db: psycopg.Connection,
    key: IssueKey,
    documents: Documents,
    approved: bool,
    caplog: pytest.LogCaptureFixture,
    stores: Stores,
) -> None:
    ask(documents(), stores=stores)
    assert settle(documents(), approved, "operador", "de prisa", stores=stores) is False
    assert register.read_issue(db, key).state == "draft"
    assert "no cuenta la respuesta de operador; pueden responder: lider, gerencia" in caplog.text
    assert db.execute("select count(*) from register.event where event in ('approved', 'rejected')").fetchone() == (0,)


def test_a_rejection_without_a_comment_is_no_answer(
    db: psycopg.Connection, documents: Documents, stores: Stores
) -> None:
    ask(documents(), stores=stores)
    assert settle(documents(), False, "lider", "", stores=stores) is False
    assert db.execute("select count(*) from register.event where event = 'rejected'").fetchone() == (0,)


def test_a_run_whose_version_was_taken_over_asks_nobody_and_its_answer_does_not_count(
    db: psycopg.Connection, key: IssueKey, documents: Documents, stores: Stores
) -> None:
    issue = documents()
    ask(issue, stores=stores)
    register.claim_version(db, key.contract_id, key.report_number, "manual__2", None, Origin(needs_approval=True))
    with pytest.raises(NotOfThisRun, match="manual__2 tomó esta versión"):
        approval_request(issue, QUESTION, stores=stores)
    for approved in (True, False):
        with pytest.raises(NotOfThisRun, match="manual__2 tomó esta versión"):
            settle(issue, approved, "lider", "Revisado", stores=stores)
    assert register.read_issue(db, key).state == "draft"


def test_a_rejection_ends_the_run_and_is_in_the_register_and_its_archive(
    db: psycopg.Connection, store: Archive, documents: Documents, stores: Stores
) -> None:
    ask(documents(), stores=stores)
    with pytest.raises(GateRefused, match="lider rechazó los borradores: Falta un anexo — corrija"):
        settle(documents(), False, "lider", "Falta un anexo", stores=stores)
    last = db.execute("select position, event from register.event order by position desc limit 1").fetchone()
    assert last is not None
    assert last[1] == "rejected"
    assert f"register/events/{last[0]:012}.json" in set(store.keys("register/events/"))
