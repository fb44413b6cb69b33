"""A warehouse as it is after a long time with many contracts; ``history.sql`` makes it by ``generate_series`` alone.

One contract is looked at; its neighbours live in the same tenancy. They use less by the hour, but have as many days,
answers and reports.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import psycopg

from service_reports.contracts import Contract, ReportPeriod

DAYS_A_REPORT = 30
PAST = Path(__file__).with_suffix(".sql")


def with_history(sample: Contract, last: date, days: int) -> Contract:
    """A contract whose reports of thirty days each go back so many days; the newest ends with ``last``."""
    reports = tuple(
        ReportPeriod(
            number=f"{last.year - 1 - before // 12}-{12 - before % 12:02}",
            period_from=last - timedelta(days=DAYS_A_REPORT * (before + 1) - 1),
            period_to=last - timedelta(days=DAYS_A_REPORT * before),
            report_date=last - timedelta(days=DAYS_A_REPORT * before - 1),
            instalment="Cuota",
        )
        for before in reversed(range(days // DAYS_A_REPORT))
    )
    return sample.model_copy(update={"reports": reports, "valid_from": reports[0].period_from})


def fill(connection: psycopg.Connection, contract: Contract, last: date, days: int, contracts: int) -> None:
    """Give a warehouse the past of so many contracts and days (UTC, up to ``last``), all reports of it issued.

    The connection is in autocommit mode.
    """
    past = with_history(contract, last, days).reports
    named = {
        "contract": contract.id,
        "tenancy": contract.oci.tenancy_ocid,
        "compartment": contract.oci.compartment_ocids[0],
        "last": last,
        "days": days,
        "contracts": contracts,
        "series": [f"{r.name}/{m.namespace}/{m.name}" for r in contract.resources for m in r.metrics],
        "numbers": [report.number for report in past],
        "first_days": [report.period_from for report in past],
        "last_days": [report.period_to for report in past],
    }
    for statement in PAST.read_text(encoding="utf-8").split(";\n"):
        connection.execute(statement, named)
    connection.execute("vacuum analyze")  # as the server does by itself
