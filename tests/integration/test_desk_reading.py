"""Where contracts stand: which reports the page lists, in which order, whatever else the warehouse holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from service_reports.register import IssueKey, Origin, calendar, claim_version
from service_reports.register.versions import note_unchanged
from service_reports.warehouse.statements import statement
from service_reports_airflow.desk import reading

pytestmark = pytest.mark.integration
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MONTHS = 60


def fill(db: psycopg.Connection, contracts: int, months: int = MONTHS) -> None:
    """Calendars of so many contracts, a report every thirty days, the last one due ten days ago."""
    db.execute(
        "insert into core.calendar (contract_id, report_number, cut_off, file_name)"
        " select 'c' || c, to_char(m, 'FM000'), %s::timestamptz - interval '30 days' * (%s - m), 'c' || c || '.yaml'"
        "   from generate_series(1, %s) c, generate_series(1, %s + 1) m",
        [NOW - timedelta(days=10), months, contracts, months],
    )


def standing(db: psycopg.Connection, **runs: calendar.RunState) -> dict[str, str]:
    """The state of each listed report, in the order of the list."""
    files = {f"c{number}.yaml" for number in range(1, 20)}
    rows = reading.judged(db, reading.known_reports(db, NOW), lambda run_id: runs.get(run_id, "unknown"), files, NOW)
    return {f"{row.owed.contract_id} {row.owed.report_number}": row.state for row in rows}


def begin(db: psycopg.Connection, contract: str, number: str, run_id: str, at: datetime = NOW) -> None:
    db.execute("insert into core.publication values (%s, %s, %s, null, %s)", [contract, number, run_id, at])


def test_of_each_contract_the_last_and_the_next_report_are_listed_however_long_its_calendar(
    db: psycopg.Connection,
) -> None:
    fill(db, contracts=2)
    assert list(standing(db)) == ["c1 060", "c2 060", "c1 061", "c2 061"]
    assert set(standing(db).values()) == {"lost", "upcoming"}


def test_what_stopped_comes_after_what_nobody_began_and_before_what_goes_on(db: psycopg.Connection) -> None:
    fill(db, contracts=3, months=1)
    begin(db, "c1", "001", "goes-on")
    begin(db, "c2", "001", "stopped")
    stands = standing(db, **{"goes-on": "alive", "stopped": "ended"})
    assert list(stands.items())[:3] == [("c3 001", "lost"), ("c2 001", "failed"), ("c1 001", "running")]


def test_an_older_report_is_listed_while_the_daily_look_misses_it_or_somebody_is_asked_about_it(
    db: psycopg.Connection,
) -> None:
    fill(db, contracts=1)
    db.execute(
        "insert into core.observation (kind, scope, subject, severity, detail, run_id)"
        " values ('calendar.report_due', 'calendar', 'c1 007', 'alert', '…', 'r')"
    )
    assert "c1 007" in standing(db)
    assert "c1 009" not in standing(db)
    asked = reading.known_reports(db, NOW, asked=[("c1", "009")])
    assert "009" in {each.owed.report_number for each in asked}
    db.execute("update core.observation set resolved_at = now()")
    assert "c1 007" not in standing(db)


def test_the_draft_of_an_unchanged_correction_is_no_state_and_no_version(db: psycopg.Connection) -> None:
    fill(db, contracts=1, months=1)
    first = claim_version(db, "c1", "001", "first", None, Origin())
    db.execute("update register.report set registered_at = now(), state = 'sent' where version = 1")
    again = claim_version(db, "c1", "001", "again", "otra vez", Origin())
    assert (first.version, again) == (1, IssueKey("c1", "001", 2))
    note_unchanged(db, again, "again", "sin cambios")
    assert standing(db, first="ended", again="ended")["c1 001"] == "issued"
    assert [each["version"] for each in reading.versions(db, "c1", "001", 20, 0)] == [1]


def test_one_contract_is_shown_with_its_whole_calendar(db: psycopg.Connection) -> None:
    fill(db, contracts=2)
    known = reading.known_reports(db, NOW, "c2")
    assert {each.owed.contract_id for each in known} == {"c2"}
    assert len(known) == MONTHS + 1


def test_the_list_reads_no_calendar_from_end_to_end(db: psycopg.Connection) -> None:
    """Three hundred contracts of five years: each is found by its index, whatever lies between."""
    fill(db, contracts=300)
    db.execute("analyze core.calendar")
    values = {"at": NOW, "since": NOW - reading.LATELY, "contract_id": None, "asked": "[]", "unseen": "[]"}
    told = "\n".join(
        line for (line,) in db.execute(f"explain (analyze, buffers off) {statement('desk/periods')}", values)
    )
    assert "Seq Scan on calendar" not in told, told
    assert len(reading.known_reports(db, NOW)) == 600
