"""The chain of events: every change is recorded, once, and what was recorded is not changed unnoticed."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import psycopg
import pytest

from service_reports import register
from service_reports.register import IssueKey, Origin
from service_reports.register.chain import check_chain, read_events
from service_reports.register.restoring import adopt
from service_reports.warehouse import ensure_schema
from tests.integration.databases import warehouse_before
from tests.integration.test_register import DOCUMENT, FIGURE

pytestmark = pytest.mark.integration
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "register.md"
ORIGIN = Origin(date(2026, 1, 20), date(2026, 2, 22), "abc1234", "f" * 64, "operador")


def issue(db: psycopg.Connection, run_id: str = "run-1", reason: str | None = None) -> IssueKey:
    """A version with figures and documents, archived."""
    key = register.claim_version(db, "contract", "2026-01", run_id, reason, ORIGIN)
    register.set_figures(db, key, run_id, "blobs/ff/ff")
    register.register_issue(db, key, run_id, [DOCUMENT], [FIGURE])
    register.set_archived(db, key)
    return key


def events(db: psycopg.Connection) -> list[tuple[int, str, str]]:
    return db.execute("select version, event, state from register.event order by position").fetchall()


def chain_findings(db: psycopg.Connection) -> list[str]:
    with db.transaction():
        return [str(finding) for finding in check_chain(read_events(db))]


def test_every_step_of_a_version_is_an_event(db: psycopg.Connection) -> None:
    key = issue(db)
    assert events(db) == [
        (1, "claimed", "draft"),
        (1, "computed", "draft"),
        (1, "approved", "approved"),
        (1, "signed", "signed"),
        (1, "archived", "archived"),
    ]
    assert register.read_issue(db, key).state == "archived"
    assert chain_findings(db) == []


def test_doing_a_step_again_records_nothing(db: psycopg.Connection) -> None:
    key = issue(db)
    before = events(db)
    assert issue(db) == key
    register.set_figures(db, key, "run-1", "blobs/other")
    assert events(db) == before


def test_the_first_event_says_who_asked_why_and_with_what(db: psycopg.Connection) -> None:
    issue(db, reason="error en el anexo")
    [(body,)] = db.execute("select body from register.event where event = 'claimed'").fetchall()
    told = json.loads(body)
    assert (told["by"], told["detail"]) == ("operador", "error en el anexo")
    row = told["report"]
    assert (row["period_from"], row["code_version"], row["contract_sha256"]) == ("2026-01-20", "abc1234", "f" * 64)


def test_a_version_whose_successor_is_signed_is_superseded(db: psycopg.Connection) -> None:
    first, second = issue(db), issue(db, "run-2", "corrección")
    assert register.read_issue(db, first).state == "superseded"
    assert register.read_issue(db, second).state == "archived"
    assert (1, "superseded", "superseded") in events(db)


def test_a_state_is_set_only_from_the_one_that_is_expected(db: psycopg.Connection) -> None:
    key = issue(db)
    assert register.change_state(db, key, "queued", "sent") is False
    assert register.change_state(db, key, "archived", "queued") is True
    assert register.change_state(db, key, "archived", "queued") is False
    assert [event for _, event, _ in events(db)].count("queued") == 1


def test_there_is_no_way_back(db: psycopg.Connection) -> None:
    with pytest.raises(ValueError, match="does not go from sent to queued"):
        register.change_state(db, issue(db), "sent", "queued")


def test_what_happens_to_the_message_of_a_superseded_version_is_recorded(db: psycopg.Connection) -> None:
    first = issue(db)
    register.change_state(db, first, "archived", "queued")
    issue(db, "run-2", "corrección")
    for old, new in (("queued", "held"), ("superseded", "sent")):
        assert register.change_state(db, first, old, new)
        assert events(db)[-1] == (1, new, "superseded")
    assert register.read_issue(db, first).state == "superseded"


def test_a_change_that_is_rolled_back_leaves_no_event(db: psycopg.Connection) -> None:
    key = issue(db)
    before = events(db)
    with db.transaction(force_rollback=True):
        assert register.change_state(db, key, "archived", "queued")
    assert (register.read_issue(db, key).state, events(db)) == ("archived", before)


def test_of_many_changes_at_once_one_is_made_and_the_chain_holds(db: psycopg.Connection, database: str) -> None:
    key = issue(db)

    def one(number: int) -> bool:
        with psycopg.connect(database, autocommit=True) as connection:
            register.claim_version(connection, "contract", f"2026-{number + 2:02}", "run", None)
            return register.change_state(connection, key, "archived", "queued")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 1
    assert chain_findings(db) == []
    assert len(events(db)) == 5 + 16 + 1


@pytest.mark.parametrize(
    "change",
    [
        "update register.event set body = body",
        "delete from register.event",
        "truncate register.event cascade",
        "update register.document set sha256 = sha256",
        "delete from register.document",
        "update register.figure set value = value + 1",
        "delete from register.figure",
        "truncate register.figure",
        "delete from register.report",
        "update register.report set correction_reason = 'otro'",
        "update register.report set archived_at = now() + interval '1 day'",
    ],
)
def test_the_database_refuses_to_change_what_was_registered(db: psycopg.Connection, change: str) -> None:
    issue(db)
    with pytest.raises(psycopg.errors.RaiseException, match="is never changed"):
        db.execute(change)


def behind_the_triggers(db: psycopg.Connection, change: str) -> None:
    """What somebody with the rights of the database's owner can do."""
    db.execute("set session_replication_role = replica")
    db.execute(change)
    db.execute("set session_replication_role = origin")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "update register.event set body = replace(body, 'contract', 'another') where position = 3",
            "register.event 3: fue modificado",
        ),
        (
            "update register.event set body = replace(body, 'contract', 'another'),"
            " sha256 = encode(sha256(convert_to(replace(body, 'contract', 'another'), 'UTF8')), 'hex')"
            " where position = 3",
            "register.event 4: no sigue al evento 3",
        ),
        ("delete from register.event where position = 3", "register.event 3: falta en la cadena"),
        ("update register.event set position = 100 where position = 5", "register.event 5 a 99: faltan en la cadena"),
    ],
)
def test_an_event_that_was_edited_or_removed_is_named(db: psycopg.Connection, change: str, told: str) -> None:
    issue(db)
    behind_the_triggers(db, change)
    assert any(finding.startswith(told) for finding in chain_findings(db)), chain_findings(db)


def test_the_statements_of_the_guide_for_auditors_find_what_was_edited(db: psycopg.Connection) -> None:
    outdated, statements, *_ = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    edited, chained, _ = statements.split(";")
    issue(db)
    assert db.execute(outdated).fetchall() == []
    assert db.execute(edited).fetchall() == db.execute(chained).fetchall() == []
    behind_the_triggers(db, "update register.event set body = body || ' ' where position = 2")
    assert db.execute(edited).fetchall() == [(2,)]
    behind_the_triggers(db, "update register.event set sha256 = repeat('0', 64) where position = 2")
    assert db.execute(chained).fetchall() == [(3,)]
    behind_the_triggers(db, "delete from register.event where position = 1")
    assert (2,) in db.execute(chained).fetchall()


def test_versions_from_before_the_chain_get_the_state_they_had(empty_warehouse: str) -> None:
    """The schema is brought up to date over a register in use."""
    with warehouse_before(empty_warehouse, "010_trusted_register") as db:
        db.execute(BEFORE_THE_CHAIN)
        ensure_schema(db)
        states = dict(db.execute("select report_number || ' v' || version, state from register.report").fetchall())
        assert states == {
            "2025-10 v1": "superseded",
            "2025-10 v2": "sent",
            "2025-11 v1": "held",
            "2025-12 v1": "queued",
            "2026-01 v1": "archived",
            "2026-02 v1": "signed",
            "2026-03 v1": "draft",
        }
        assert len(adopt(db, "Líder de Operaciones")) == 7
        assert register.verify_rows(db) == []
        assert chain_findings(db) == []


BEFORE_THE_CHAIN = """
insert into register.report (contract_id, report_number, version, run_id, registered_at, archived_at) values
    ('c', '2025-10', 1, 'a', now(), now()), ('c', '2025-10', 2, 'b', now(), now()),
    ('c', '2025-11', 1, 'a', now(), now()), ('c', '2025-12', 1, 'a', now(), now()),
    ('c', '2026-01', 1, 'a', now(), now()), ('c', '2026-02', 1, 'a', now(), null), ('c', '2026-03', 1, 'a', null, null);
insert into register.delivery (contract_id, report_number, version, message_id, recipient, message_key, state) values
    ('c', '2025-10', 1, '1', 'a@example.com', 'blobs/1', 'sent'),
    ('c', '2025-10', 2, '2', 'a@example.com', 'blobs/2', 'sent'),
    ('c', '2025-11', 1, '3', 'a@example.com', 'blobs/3', 'unknown'),
    ('c', '2025-12', 1, '4', 'a@example.com', 'blobs/4', 'pending');
"""
