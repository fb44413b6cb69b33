"""Approval in the register: what a contract wants approved is signed as it was approved, or not at all."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from service_reports import register
from service_reports.register import IssueKey, NotApproved, NotClaimed, Origin
from service_reports.register.chain import check_chain, read_events
from tests.integration.test_register import DOCUMENT, FIGURE

pytestmark = pytest.mark.integration
FIGURES = f"blobs/aa/{'a' * 64}"
DRAFTS = register.drafts_sha256(FIGURES, [("c.pdf", f"blobs/bb/{'b' * 64}")])
OTHERS = register.drafts_sha256(FIGURES, [("c.pdf", f"blobs/cc/{'c' * 64}")])


def draft(db: psycopg.Connection, run_id: str = "run-1", needs_approval: bool | None = True) -> IssueKey:
    key = register.claim_version(db, "contract", "2026-01", run_id, None, Origin(needs_approval=needs_approval))
    register.set_figures(db, key, FIGURES)
    return key


def approved(db: psycopg.Connection) -> IssueKey:
    key = draft(db)
    assert register.approve(db, key, "run-1", DRAFTS, by="lider", comment="Revisado")
    return key


def sign(db: psycopg.Connection, key: IssueKey, drafts: str | None, run_id: str = "run-1") -> bool:
    return register.register_issue(db, key, run_id, [DOCUMENT], [FIGURE], drafts)


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
        sign(db, key, DRAFTS)
    assert register.read_documents(db, key) == []
    assert names(db) == ["claimed", "computed"]


def test_what_was_approved_is_signed_and_who_and_when_are_in_the_chain(db: psycopg.Connection) -> None:
    key = approved(db)
    assert sign(db, key, DRAFTS)
    assert names(db) == ["claimed", "computed", "approved", "signed"]
    event = told(db)[2]
    assert (event["by"], event["detail"], event["state"]) == ("lider", "Revisado", "approved")
    assert event["at"]
    assert event["report"]["drafts_sha256"] == DRAFTS
    assert state(db, key) == ("signed", DRAFTS)


@pytest.mark.parametrize("drafts", [OTHERS, None])
def test_other_documents_than_those_approved_are_not_signed(db: psycopg.Connection, drafts: str | None) -> None:
    key = approved(db)
    with pytest.raises(NotApproved, match="no es lo que se aprobó"):
        sign(db, key, drafts)
    assert register.read_documents(db, key) == []


def test_where_the_contract_asks_for_nobody_the_signature_approves(db: psycopg.Connection) -> None:
    key = draft(db, needs_approval=False)
    assert sign(db, key, None)
    assert [(event["event"], event["by"]) for event in told(db)[2:]] == [("approved", "automático"), ("signed", None)]


def test_figures_that_are_computed_again_need_another_approval(db: psycopg.Connection) -> None:
    key = approved(db)
    register.set_figures(db, key, "blobs/dd/dd")
    assert state(db, key) == ("draft", None)
    with pytest.raises(NotApproved):
        sign(db, key, DRAFTS)


def test_documents_that_are_made_anew_need_another_approval(db: psycopg.Connection) -> None:
    key = approved(db)
    assert register.change_state(db, key, "approved", "draft", detail="los borradores ya no son los que se aprobaron")
    assert state(db, key) == ("draft", None)
    assert register.approve(db, key, "run-1", OTHERS, by="lider", comment=None)
    assert sign(db, key, OTHERS)


def test_an_approval_of_a_run_whose_version_was_taken_over_counts_for_nothing(db: psycopg.Connection) -> None:
    key = draft(db)
    assert draft(db, "run-2") == key
    for answer in (
        lambda: register.approve(db, key, "run-1", DRAFTS, by="lider", comment=None),
        lambda: register.reject(db, key, "run-1", by="lider", comment="no"),
    ):
        with pytest.raises(NotClaimed, match="la ejecución run-2 tomó esta versión"):
            answer()
    assert state(db, key) == ("draft", None)


def test_a_version_that_is_taken_over_loses_its_approval(db: psycopg.Connection) -> None:
    key = approved(db)
    assert register.claim_version(db, "contract", "2026-01", "run-2", None, Origin(needs_approval=True)) == key
    assert state(db, key) == ("draft", None)


def test_an_approval_is_given_once(db: psycopg.Connection) -> None:
    key = approved(db)
    assert register.approve(db, key, "run-1", OTHERS, by="otra", comment=None) is False
    assert state(db, key) == ("approved", DRAFTS)
    sign(db, key, DRAFTS)
    assert register.approve(db, key, "run-1", DRAFTS, by="otra", comment=None) is False


def test_a_rejection_says_who_and_why_and_the_next_run_takes_the_number_over(db: psycopg.Connection) -> None:
    key = draft(db)
    register.reject(db, key, "run-1", by="lider", comment="Falta el acta de entrega")
    rejected = told(db)[-1]
    assert (rejected["event"], rejected["by"], rejected["detail"]) == ("rejected", "lider", "Falta el acta de entrega")
    assert state(db, key) == ("draft", None)
    with pytest.raises(NotApproved):
        sign(db, key, DRAFTS)
    assert draft(db, "run-2") == key


def test_names_and_hashes_of_figures_and_drafts_are_what_is_approved() -> None:
    documents = [("b.pdf", "blobs/22/22"), ("a.pdf", "blobs/11/11")]
    pinned = register.drafts_sha256("blobs/ff/ff", documents)
    assert pinned == register.drafts_sha256("blobs/ff/ff", reversed(documents))
    others = [("blobs/ee/ee", documents), ("blobs/ff/ff", documents[:1]), ("blobs/ff/ff", [("c.pdf", "blobs/22/22")])]
    assert pinned not in {register.drafts_sha256(*other) for other in others}


def test_approvals_and_rejections_are_in_a_chain_that_holds(db: psycopg.Connection) -> None:
    key = approved(db)
    register.set_figures(db, key, FIGURES)
    register.reject(db, key, "run-1", by="lider", comment="no")
    register.approve(db, key, "run-1", DRAFTS, by="lider", comment=None)
    sign(db, key, DRAFTS)
    with db.transaction():
        assert list(check_chain(read_events(db))) == []
    assert register.verify_rows(db) == []
