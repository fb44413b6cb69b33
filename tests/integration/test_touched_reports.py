"""An issued report is computed again whenever an answer with news was loaded, in whatever order answers come."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest

from service_reports.register import IssueKey
from service_reports.sources import Answer
from service_reports.warehouse.review import set_reviewed, set_untouched, touched_reports
from tests.integration import test_outdated
from tests.integration.test_outdated import CONTRACT, DAY, FIRST, HOURS, TICKET, hour_bank, load, tickets
from tests.integration.test_register_verified import behind_the_triggers

pytestmark = pytest.mark.integration
empty_archive, issued = test_outdated.empty_archive, test_outdated.issued
MORE = {**HOURS, "estimated_hours": "12"}


def reviewed(db: psycopg.Connection) -> None:
    """Everything that was loaded is long past, and was reviewed."""
    test_outdated.later(db, 5)
    db.execute("update raw.batch set fetched_at = fetched_at - interval '5 hours'")
    [now] = db.execute("select now()").fetchone() or ()
    set_reviewed(db, CONTRACT.id, FIRST.number, 1, now)


def test_an_old_run_that_is_answered_as_before_it_ran_first_brings_news(
    db: psycopg.Connection, issued: IssueKey
) -> None:
    hour_bank(db, HOURS, run_id="h-2")
    hour_bank(db, MORE, run_id="h-3")
    reviewed(db)
    assert touched_reports(db, CONTRACT) == []
    hour_bank(db, HOURS, run_id="h-2")
    assert touched_reports(db, CONTRACT) == [(FIRST, 1)]


def test_an_empty_export_of_more_days_than_the_one_before_brings_news(db: psycopg.Connection, issued: IssueKey) -> None:
    tickets(db, TICKET, run_id="t-2")
    after = FIRST.period_to + timedelta(days=1)
    load(db, "tickets", CONTRACT.id, Answer("tickets", b"[]", None, after, after), "t-3")
    reviewed(db)
    load(db, "tickets", CONTRACT.id, Answer("tickets", b"[]", None, DAY, after), "t-4")
    assert touched_reports(db, CONTRACT) == [(FIRST, 1)]


def test_a_warranty_ticket_without_a_day_changes_its_report_by_an_export_of_any_days(
    db: psycopg.Connection, issued: IssueKey
) -> None:
    assert CONTRACT.warranty_listed_in(FIRST)
    after = FIRST.period_to + timedelta(days=40)

    def export(status: str, run_id: str) -> None:
        undated = {**TICKET, "ticket_id": "2", "service": "warranty", "registered_on": None, "status": status}
        test_outdated.rows_of(db, "tickets", [undated], run_id, after)

    export("Activo", "t-2")
    assert touched_reports(db, CONTRACT) == [(FIRST, 1)]
    reviewed(db)
    export("Activo", "t-3")
    assert touched_reports(db, CONTRACT) == []
    export("Terminado", "t-4")
    assert touched_reports(db, CONTRACT) == [(FIRST, 1)]


def test_an_export_that_says_of_the_reports_days_what_the_one_before_said_brings_none(
    db: psycopg.Connection, issued: IssueKey
) -> None:
    content = json.dumps([TICKET]).encode()
    for days_after in (0, 1):
        last = FIRST.period_to + timedelta(days=days_after)
        answer = Answer("tickets", content, None, FIRST.period_from, last)
        load(db, "tickets", CONTRACT.id, answer, f"t-{last}")
        if not days_after:
            reviewed(db)
    assert touched_reports(db, CONTRACT) == []


def test_what_brought_no_news_is_not_looked_at_again_and_what_comes_later_is(
    db: psycopg.Connection, issued: IssueKey
) -> None:
    hour_bank(db, HOURS, run_id="h-2")
    reviewed(db)
    db.execute("update core.report_review set reviewed_at = now() - interval '40 days'")
    hour_bank(db, MORE, run_id="h-3")
    db.execute("update raw.batch set loaded_at = now() - interval '20 days' where run_id = 'h-3'")
    assert touched_reports(db, CONTRACT) == [(FIRST, 1)]
    with behind_the_triggers(db):
        db.execute("update register.report set registered_at = registered_at - interval '50 days'")
    [now] = db.execute("select now()").fetchone() or ()
    set_untouched(db, CONTRACT.id, [FIRST.number], now)
    assert touched_reports(db, CONTRACT) == []
    hour_bank(db, HOURS, run_id="h-4")
    assert touched_reports(db, CONTRACT) == [(FIRST, 1)]


def test_a_version_that_was_registered_while_its_report_was_looked_at_is_looked_at_next_time(
    db: psycopg.Connection, issued: IssueKey
) -> None:
    [now] = db.execute("select now()").fetchone() or ()
    set_untouched(db, CONTRACT.id, [FIRST.number], now)
    assert db.execute("select count(*) from core.report_review").fetchone() == (0,)
