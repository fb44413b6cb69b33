"""Approval in the register: what a contract wants approved is signed as it was approved, or not at all."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any

import psycopg
import pytest

from service_reports import register
from service_reports.register import (
    Draft,
    Drafts,
    IssueKey,
    NotApproved,
    NotAsked,
    NotClaimed,
    NotPinned,
    Origin,
    Question,
)
from service_reports.register.chain import append, check_chain, read_events
from tests.integration.test_register import DOCUMENT, FIGURE

pytestmark = pytest.mark.integration
FIGURES = f"blobs/aa/{'a' * 64}"
BOX = '{"page": 0}'


def drafts(digit: str, figures_key: str = FIGURES, **changes: Any) -> Drafts:
    """What a version would say: one document that is signed as ``DOCUMENT``."""
    described = asdict(DOCUMENT)
    del described["archive_key"]
    sha256 = digit * 64
    unsigned = {"sha256": sha256, "blob_key": f"blobs/{sha256[:2]}/{sha256}", "vendor_box": BOX, "supervisor_box": BOX}
    return Drafts(figures_key, (Draft(**{**described, **unsigned, **changes}),))


DRAFTS, OTHERS = drafts("b"), drafts("c")
QUESTION = Question("run-1", "report.approve/0")


def draft(
    db: psycopg.Connection, run_id: str = "run-1", needs_approval: bool | None = True, pinned: Drafts | None = DRAFTS
) -> IssueKey:
    key = register.claim_version(db, "contract", "2026-01", run_id, None, Origin(needs_approval=needs_approval))
    register.set_figures(db, key, run_id, FIGURES)
    if pinned is not None:
        register.pin_drafts(db, key, run_id, pinned)
    return key


def ask(db: psycopg.Connection, key: IssueKey, question: Question = QUESTION, about: Drafts = DRAFTS) -> None:
    assert register.ask(db, key, question, about.sha256, once=True)


def approve(db: psycopg.Connection, key: IssueKey, question: Question = QUESTION, by: str = "lider") -> bool:
    return register.approve(db, key, question, by=by, comment="Revisado")


def approved(db: psycopg.Connection) -> IssueKey:
    key = draft(db)
    ask(db, key)
    assert approve(db, key)
    return key


def sign(db: psycopg.Connection, key: IssueKey, run_id: str = "run-1", **changes: Any) -> bool:
    return register.register_issue(db, key, run_id, [replace(DOCUMENT, **changes)], [FIGURE])


def told(db: psycopg.Connection) -> list[dict[str, Any]]:
    return [json.loads(body) for (body,) in db.execute("select body from register.event order by position")]


def names(db: psycopg.Connection) -> list[str]:
    return [event["event"] for event in told(db)]


def state(db: psycopg.Connection, key: IssueKey) -> tuple[str, str | None]:
    issue = register.read_issue(db, key)
    return issue.state, issue.drafts_sha256


def test_what_nobody_approved_is_not_signed(db: psycopg.Connection) -> None:
    key = draft(db)
    with pytest.raises(NotApproved, match="nadie ha aprobado los borradores"):
        sign(db, key)
    assert register.read_documents(db, key) == []
    assert names(db) == ["claimed", "computed", "drafted"]


def test_what_was_approved_is_signed_and_who_and_when_are_in_the_chain(db: psycopg.Connection) -> None:
    key = approved(db)
    assert sign(db, key)
    assert names(db) == ["claimed", "computed", "drafted", "asked", "approved", "signed"]
    asked, event = told(db)[3:5]
    assert (asked["detail"], asked["question"]) == (DRAFTS.sha256, "run-1/report.approve/0")
    assert (event["by"], event["detail"], event["state"]) == ("lider", "Revisado", "approved")
    assert event["at"]
    assert event["report"]["drafts_sha256"] == DRAFTS.sha256
    assert state(db, key) == ("signed", DRAFTS.sha256)


def test_other_documents_than_those_approved_are_not_signed(db: psycopg.Connection) -> None:
    key = approved(db)
    db.execute("update register.report set drafts_sha256 = %s", [OTHERS.sha256])
    with pytest.raises(NotApproved, match="no es lo que se aprobó"):
        sign(db, key)
    assert register.read_documents(db, key) == []


@pytest.mark.parametrize("needs_approval", [True, False])
@pytest.mark.parametrize(
    ("signed", "told_of"),
    [
        ({"file_name": "otro.pdf"}, "otro.pdf: «file_name»"),
        ({"position": 2}, "falta c.pdf; sobra c.pdf"),
        ({"kind": "delivery_act"}, "c.pdf: «kind»"),
    ],
)
def test_documents_that_no_draft_became_are_not_registered(
    db: psycopg.Connection, needs_approval: bool, signed: dict[str, Any], told_of: str
) -> None:
    key = approved(db) if needs_approval else draft(db, needs_approval=False)
    with pytest.raises(NotPinned, match=re.escape(told_of)):
        sign(db, key, **signed)
    assert register.read_documents(db, key) == []


def test_what_nobody_signs_is_registered_with_the_very_bytes_of_its_draft(db: psycopg.Connection) -> None:
    key = draft(db, needs_approval=False, pinned=drafts("b", vendor_box=None, supervisor_box=None))
    with pytest.raises(NotPinned, match=r"c\.pdf: su huella es"):
        sign(db, key)
    assert sign(db, key, sha256="b" * 64)


def test_where_the_contract_asks_for_nobody_the_signature_approves_the_drafts(db: psycopg.Connection) -> None:
    key = draft(db, needs_approval=False)
    assert sign(db, key)
    assert [(event["event"], event["by"]) for event in told(db)[3:]] == [("approved", "automático"), ("signed", None)]
    assert state(db, key) == ("signed", DRAFTS.sha256)


def test_figures_that_are_computed_again_need_another_approval(db: psycopg.Connection) -> None:
    key = approved(db)
    register.set_figures(db, key, "run-1", "blobs/dd/dd")
    assert state(db, key) == ("draft", None)
    assert register.read_drafts(db, key) is None
    with pytest.raises(NotApproved):
        sign(db, key)


def test_documents_of_other_figures_are_not_pinned(db: psycopg.Connection) -> None:
    key = draft(db, pinned=None)
    with pytest.raises(NotPinned, match="las cifras se calcularon otra vez"):
        register.pin_drafts(db, key, "run-1", drafts("b", "blobs/dd/dd"))


def test_documents_that_are_made_anew_need_another_question_and_approval(db: psycopg.Connection) -> None:
    key = approved(db)
    register.pin_drafts(db, key, "run-1", DRAFTS)
    assert state(db, key) == ("approved", DRAFTS.sha256)
    register.pin_drafts(db, key, "run-1", OTHERS)
    assert state(db, key) == ("draft", None)
    assert not register.ask(db, key, QUESTION, OTHERS.sha256, once=True), "Airflow would go on showing the first"
    with pytest.raises(NotAsked, match="no son aquellos por los que se preguntó"):
        approve(db, key)
    another = Question("run-1", "report.approve/1")
    ask(db, key, another, OTHERS)
    assert approve(db, key, another)
    assert sign(db, key)


@pytest.mark.parametrize("question", [QUESTION, Question("run-1", "report.approve/1")])
def test_an_answer_to_what_was_not_asked_approves_and_rejects_nothing(
    db: psycopg.Connection, question: Question
) -> None:
    key = draft(db)
    if question != QUESTION:
        ask(db, key)
    with pytest.raises(NotAsked):
        approve(db, key, question)
    with pytest.raises(NotAsked):
        register.reject(db, key, question, by="lider", comment="no")
    assert state(db, key) == ("draft", None)
    assert not {"approved", "rejected"} & set(names(db))


def test_a_question_from_before_questions_had_names_is_known_by_its_run(db: psycopg.Connection) -> None:
    key = draft(db)
    with register.writing(db):
        append(db, key, "asked", detail=DRAFTS.sha256)
    assert register.asked(db, key, QUESTION) == DRAFTS.sha256
    assert register.asked(db, key, Question("run-2", "report.approve/0")) is None
    assert approve(db, key)


def test_what_a_run_says_of_a_version_that_was_taken_over_counts_for_nothing(db: psycopg.Connection) -> None:
    key = draft(db)
    ask(db, key)
    assert draft(db, "run-2") == key
    for answer in (
        lambda: approve(db, key),
        lambda: register.reject(db, key, QUESTION, by="lider", comment="no"),
        lambda: register.pin_drafts(db, key, "run-1", DRAFTS),
        lambda: register.set_figures(db, key, "run-1", FIGURES),
        lambda: register.note_unchanged(db, key, "run-1", "sin cambios frente a la versión 1"),
    ):
        with pytest.raises(NotClaimed, match="la ejecución run-2 tomó esta versión"):
            answer()
    assert state(db, key) == ("draft", None)
    assert register.read_drafts(db, key) == DRAFTS


def test_a_version_that_is_taken_over_loses_its_drafts_and_their_approval(db: psycopg.Connection) -> None:
    key = approved(db)
    assert register.claim_version(db, "contract", "2026-01", "run-2", None, Origin(needs_approval=True)) == key
    assert state(db, key) == ("draft", None)
    assert register.read_drafts(db, key) is None


def test_an_approval_is_given_once(db: psycopg.Connection) -> None:
    key = approved(db)
    assert approve(db, key, by="otra") is False
    assert state(db, key) == ("approved", DRAFTS.sha256)
    sign(db, key)
    assert approve(db, key, by="otra") is False


def test_a_rejection_says_who_and_why_and_the_next_run_takes_the_number_over(db: psycopg.Connection) -> None:
    key = draft(db)
    ask(db, key)
    register.reject(db, key, QUESTION, by="lider", comment="Falta el acta de entrega")
    rejected = told(db)[-1]
    assert (rejected["event"], rejected["by"], rejected["detail"]) == ("rejected", "lider", "Falta el acta de entrega")
    assert state(db, key) == ("draft", None)
    with pytest.raises(NotApproved):
        sign(db, key)
    assert draft(db, "run-2") == key


def test_names_and_hashes_of_figures_and_drafts_are_what_is_approved() -> None:
    one, two = drafts("1", file_name="b.pdf").documents[0], drafts("2", file_name="a.pdf", position=2).documents[0]
    pinned = Drafts("blobs/ff/ff", (one, two)).sha256
    assert pinned == Drafts("blobs/ff/ff", (two, one)).sha256
    others = [
        Drafts("blobs/ee/ee", (one, two)),
        Drafts("blobs/ff/ff", (one,)),
        Drafts("blobs/ff/ff", (one, replace(two, file_name="c.pdf"))),
        Drafts("blobs/ff/ff", (one, replace(two, sha256="3" * 64))),
    ]
    assert pinned not in {other.sha256 for other in others}


def test_what_was_asked_and_decided_is_in_a_chain_that_holds(db: psycopg.Connection) -> None:
    key = approved(db)
    register.set_figures(db, key, "run-1", FIGURES)
    register.pin_drafts(db, key, "run-1", DRAFTS)
    register.reject(db, key, QUESTION, by="lider", comment="no")
    approve(db, key)
    sign(db, key)
    with db.transaction():
        assert list(check_chain(read_events(db))) == []
    assert register.verify_rows(db) == []
