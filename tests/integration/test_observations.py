"""Findings: one row each, resolved when they are no longer true."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from service_reports.checks.observation import Observation
from service_reports.warehouse import keep_observations, new_alerts, read_observations

pytestmark = pytest.mark.integration
DAY, NEXT = date(2026, 2, 20), date(2026, 2, 21)


def missing(day: date, severity: str = "warning") -> Observation:
    return Observation("usage.day_missing", "contract", "uso", severity, f"Sin datos el {day}", day)


def look(db: psycopg.Connection, *found: Observation, run_id: str = "run-1", last: date = NEXT) -> None:
    keep_observations(db, found, kinds=["usage.day_missing"], scope="contract", first=DAY, last=last, run_id=run_id)


def test_a_finding_seen_again_stays_one_row_of_its_first_run(db: psycopg.Connection) -> None:
    look(db, missing(DAY))
    look(db, missing(DAY), run_id="run-2")
    assert db.execute("select count(*), min(run_id) from core.observation").fetchone() == (1, "run-1")


def test_a_finding_that_is_no_longer_true_is_resolved_and_kept(db: psycopg.Connection) -> None:
    look(db, missing(DAY), missing(NEXT))
    look(db, missing(NEXT))
    assert read_observations(db, ["contract"], DAY, NEXT) == [missing(NEXT)]
    assert db.execute("select count(*) from core.observation where resolved_at is not null").fetchone() == (1,)


def test_days_that_were_not_looked_at_stay_as_they_are(db: psycopg.Connection) -> None:
    look(db, missing(NEXT))
    look(db, last=DAY)
    assert read_observations(db, ["contract"], DAY, NEXT) == [missing(NEXT)]


def test_an_alert_is_new_only_to_the_run_that_first_saw_it(db: psycopg.Connection) -> None:
    look(db, missing(DAY, "alert"))
    look(db, missing(DAY, "alert"), run_id="run-2")
    assert [alert.day for alert in new_alerts(db, "run-1")] == [DAY]
    assert new_alerts(db, "run-2") == []


def test_an_alert_that_comes_back_is_new_again(db: psycopg.Connection) -> None:
    look(db, missing(DAY, "alert"))
    look(db, run_id="run-2")
    look(db, missing(DAY, "alert"), run_id="run-3")
    assert [alert.day for alert in new_alerts(db, "run-3")] == [DAY]


def test_a_finding_outside_the_look_is_refused(db: psycopg.Connection) -> None:
    with pytest.raises(ValueError, match="not looked for"):
        keep_observations(db, [missing(DAY)], kinds=["other"], scope="contract", first=DAY, last=NEXT, run_id="run-1")
