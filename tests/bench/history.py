"""A warehouse as it is after a long time with many contracts; ``generate_series`` alone makes it.

Some contracts are looked at; their neighbours live in the same tenancy. They use less by the hour, but have as many
days, answers and reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from service_reports.contracts import Contract, ReportPeriod

DAYS_A_REPORT = 30
COLLECTED, ISSUED = (Path(__file__).with_name(f"{name}.sql") for name in ("history", "issued"))


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
        "numbers": [report.number for report in past],
        "first_days": [report.period_from for report in past],
        "last_days": [report.period_to for report in past],
    }
    neighbours = {f"neighbour-{number}": f"ocid1.compartment.oc1..n{number}" for number in range(2, contracts + 1)}
    compartments = {contract.id: contract.oci.compartment_ocids[0], **neighbours}
    collect(connection, contract, last, days, compartments, looked_at=[contract.id])
    _run(connection, ISSUED, named)
    connection.execute("vacuum analyze")  # as the server does by itself


def collect(
    connection: psycopg.Connection,
    sample: Contract,
    last: date,
    days: int,
    compartments: Mapping[str, str],
    looked_at: Sequence[str] = (),
) -> None:
    """Give a warehouse what so many days (UTC, up to ``last``) brought, of contracts with the series of the sample.

    ``compartments`` is of each contract; those that are not ``looked_at`` use less by the hour. The connection is in
    autocommit mode.
    """
    named = {
        "looked_at": list(looked_at),
        "ids": list(compartments),
        "compartments": list(compartments.values()),
        "tenancy": sample.oci.tenancy_ocid,
        "last": last,
        "days": days,
        "series": [f"{r.name}/{m.namespace}/{m.name}" for r in sample.resources for m in r.metrics],
    }
    _run(connection, COLLECTED, named)


def _run(connection: psycopg.Connection, path: Path, named: Mapping[str, Any]) -> None:
    for statement in path.read_text(encoding="utf-8").split(";\n"):
        connection.execute(statement, named)
