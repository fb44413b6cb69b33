"""The hour bank against what was issued: the warehouse and the register of PostgreSQL, from export to finding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from service_reports import register
from service_reports.checks.observation import Observation
from service_reports.figures import compute_figures
from service_reports.figures.findings import HOUR_BANK_KINDS, hour_bank_findings
from service_reports.records import HourBankEntry
from service_reports.sources import Answer
from service_reports.warehouse import (
    keep_observations,
    load_batch,
    read_batches,
    read_observations,
    read_period,
    record_batch,
)
from service_reports.warehouse.statements import statement
from tests.golden.sample_figures import sample_contract

pytestmark = pytest.mark.integration
CONTRACT = sample_contract()
FIRST, SECOND = CONTRACT.reports[:2]
AMSO = HourBankEntry(
    request="Sobretasa AMSO", production_date=date(2026, 2, 9), estimated_hours=Decimal(32), status="Terminado"
)
LATE = HourBankEntry(
    request="Interfaz", production_date=date(2026, 2, 20), estimated_hours=Decimal("8.5"), status="Terminado"
)
EXECUTED = HourBankEntry(request="Reporte", production_date=None, estimated_hours=Decimal(10), status="En ejecución")


def export(db: psycopg.Connection, run_id: str, *entries: HourBankEntry) -> None:
    """Load what the help desk has now."""
    answer = Answer("hour_bank", run_id.encode(), None, FIRST.period_from, FIRST.period_to)
    batch = record_batch(db, source="hour_bank", scope=CONTRACT.id, answer=answer, archive_key="key", run_id=run_id)
    [read] = read_batches(db, [batch])
    assert load_batch(db, read, entries)


def issue(db: psycopg.Connection, run_id: str, reason: str | None = None) -> None:
    """Register a version of the first report with the figures as they are."""
    key = register.claim_version(db, CONTRACT.id, FIRST.number, run_id, reason)
    figures = compute_figures(CONTRACT, FIRST, key.version, reason, read_period(db, CONTRACT, FIRST))
    register.register_issue(db, key, run_id, [], figures.figures)


def close(db: psycopg.Connection, run_id: str) -> Sequence[Observation]:
    """Look at the hour bank of the second report as its close does; what is open about its period."""
    found = hour_bank_findings(CONTRACT, SECOND, read_period(db, CONTRACT, SECOND))
    keep_observations(
        db,
        found,
        kinds=HOUR_BANK_KINDS,
        scope=CONTRACT.id,
        first=SECOND.period_from,
        last=SECOND.period_to,
        run_id=run_id,
    )
    return read_observations(db, [CONTRACT.id], SECOND.period_from, SECOND.period_to)


def test_an_entry_dated_in_an_issued_period_is_found_until_that_report_is_corrected(db: psycopg.Connection) -> None:
    export(db, "run-1", AMSO, EXECUTED)
    issue(db, "run-1")
    assert close(db, "run-2") == []

    export(db, "run-3", AMSO, EXECUTED, LATE)
    found = close(db, "run-3")
    assert [(each.kind, each.severity) for each in found] == [
        ("hour_bank.late_charge", "alert"),
        ("hour_bank.opening_differs", "alert"),
        ("hour_bank.opening_differs", "alert"),
    ]
    assert found[0].subject == "2026-01, 20/02/2026: Interfaz"
    assert [(each.value_before, each.value_now) for each in found[1:]] == [
        (32, Decimal("40.5")),
        (158, Decimal("149.5")),
    ]

    issue(db, "run-4", "Horas que llegaron tarde")
    assert close(db, "run-5") == []


def test_the_second_report_opens_with_what_the_first_was_issued_with(db: psycopg.Connection) -> None:
    export(db, "run-1", AMSO, EXECUTED)
    issue(db, "run-1")
    finished = EXECUTED.model_copy(update={"status": "Terminado", "production_date": SECOND.period_from})
    export(db, "run-2", AMSO, finished)
    rows = read_period(db, CONTRACT, SECOND)
    figures = compute_figures(CONTRACT, SECOND, 1, None, rows)
    for state, hours in (("available", 158), ("consumed", 32), ("in_execution", 10), ("contracted", 200)):
        assert figures.value(f"hour_bank.opening.{state}") == hours
    assert figures.value(f"hour_bank.movement/{SECOND.period_from}/Reporte/in_execution-consumed") == 10
    assert read_period(db, CONTRACT, FIRST).issued_hours == ()


def test_the_trend_shows_the_last_issued_version_of_an_earlier_period(db: psycopg.Connection) -> None:
    def trend() -> Decimal:
        figures = compute_figures(CONTRACT, SECOND, 1, None, read_period(db, CONTRACT, SECOND))
        return figures.value(f"trend/{FIRST.number}/hour_bank.available")

    export(db, "run-1", AMSO, EXECUTED)
    issue(db, "run-1")
    export(db, "run-2", AMSO, EXECUTED, LATE)
    assert trend() == 158
    issue(db, "run-2", "Horas que llegaron tarde")
    assert trend() == Decimal("149.5")
    assert read_period(db, CONTRACT, FIRST).earlier_headlines == ()


def test_what_the_first_report_found_is_followed_in_the_second(db: psycopg.Connection) -> None:
    export(db, "run-1", AMSO, EXECUTED)
    issue(db, "run-1")
    first = compute_figures(CONTRACT, FIRST, 1, None, read_period(db, CONTRACT, FIRST))
    assert first.summary is not None
    rows = read_period(db, CONTRACT, SECOND)
    told = {finding.code for finding in first.summary.findings if finding.values or finding.days}
    followed = {each.code for each in compute_figures(CONTRACT, SECOND, 1, None, rows).follow_ups}
    assert followed, "an hour bank alone leaves findings"
    assert followed <= told
    assert read_period(db, CONTRACT, FIRST).earlier_findings == ()


def test_what_earlier_reports_printed_is_read_by_their_key_among_the_figures_of_many(db: psycopg.Connection) -> None:
    db.execute(
        "insert into register.report (contract_id, report_number, version, run_id, registered_at)"
        " select %s, n::text, 1, 'x', now() from generate_series(1, 300) n",
        [CONTRACT.id],
    )
    db.execute(
        "insert into register.figure"
        " (contract_id, report_number, version, position, figure_id, value, unit, source)"
        " select contract_id, report_number, version, n, 'usage.' || n, 1, 'hours', 'x'"
        " from register.report, generate_series(1, 100) n"
    )
    db.execute("analyze register.report, register.figure")
    asked = {"contract_id": CONTRACT.id, "issued_reports": [str(n) for n in range(12)], "begins": ["finding/"]}
    plan = str(db.execute(f"explain {statement('figures/issued_figures')}", asked).fetchall())
    assert "figure_pkey" in plan
    assert "Seq Scan on figure" not in plan
