"""Keeps the verdicts of checks, and reads them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import class_row

from service_reports.checks.verdict import CheckResult
from service_reports.failures import storable
from service_reports.warehouse.statements import statement
from service_reports.warehouse.turns import in_turn


def keep_verdicts(
    connection: psycopg.Connection[Any],
    results: Iterable[CheckResult],
    *,
    run_id: str,
    contract_id: str | None = None,
    batch_ids: Mapping[str, int] | None = None,
) -> None:
    """Keep the verdicts of one run on some batches (``subject`` → id) or on one contract.

    A task that runs again in the same run replaces what it kept the first time.
    """
    batch_ids = batch_ids or {}
    with in_turn(connection, "verdicts", run_id), connection.cursor() as cursor:
        cursor.execute(
            statement("quality/delete_results"),
            {"run_id": run_id, "contract_id": contract_id, "batch_ids": list(batch_ids.values())},
        )
        cursor.executemany(
            statement("quality/insert_result"),
            [
                {
                    "run_id": run_id,
                    "contract_id": contract_id,
                    "batch_id": batch_ids.get(result.subject),
                    "check_id": result.check,
                    "subject": storable(result.subject),
                    "severity": result.severity,
                    "passed": result.passed,
                    "detail": storable(result.detail),
                }
                for result in results
            ],
        )


def read_not_passed(connection: psycopg.Connection[Any], run_id: str, contract_id: str) -> Sequence[CheckResult]:
    """The verdicts of a run and its steps on a contract that did not pass."""
    with connection.cursor(row_factory=class_row(CheckResult)) as cursor:
        values = {"run_id": run_id, "contract_id": contract_id}
        return cursor.execute(statement("quality/read_not_passed"), values).fetchall()


def read_verdicts(connection: psycopg.Connection[Any]) -> Sequence[CheckResult]:
    """The latest verdict of every check on every subject."""
    with connection.cursor(row_factory=class_row(CheckResult)) as cursor:
        return cursor.execute(statement("quality/read_results")).fetchall()
