"""Keeps findings: one row each, resolved when they are no longer true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row

from service_reports.checks.observation import Observation
from service_reports.failures import storable
from service_reports.warehouse.statements import statement
from service_reports.warehouse.turns import in_turn


def keep_observations(
    connection: psycopg.Connection[Any],
    observations: Iterable[Observation],
    *,
    kinds: Sequence[str],
    scope: str,
    first: date,
    last: date,
    run_id: str,
) -> None:
    """Keep what a look at some days (both included) of one scope found.

    ``kinds`` are all kinds that were looked for: a finding of these kinds and days that is
    open and was not found again is resolved.

    Raises:
        ValueError: a finding of another kind or scope than was looked for.
    """
    found = list(observations)
    strange = [o for o in found if o.kind not in kinds or o.scope != scope]
    if strange:
        raise ValueError(f"not looked for: {strange[0].kind} of {strange[0].scope}")
    with in_turn(connection, "observations", scope), connection.cursor() as cursor:
        now = cursor.execute("select now()").fetchone()
        assert now is not None
        cursor.executemany(statement("observations/upsert"), [_row(o, run_id) for o in found])
        cursor.execute(
            statement("observations/resolve"),
            {"kinds": list(kinds), "scope": scope, "first": first, "last": last, "seen_before": now[0]},
        )


def add_observation(connection: psycopg.Connection[Any], found: Observation, run_id: str) -> None:
    """Keep an event: something that happened, and that no later look resolves."""
    connection.execute(statement("observations/upsert"), _row(found, run_id))


def _row(found: Observation, run_id: str) -> dict[str, Any]:
    told = {"subject": storable(found.subject), "detail": storable(found.detail)}
    return {**asdict(found), **told, "run_id": run_id}


def read_observations(
    connection: psycopg.Connection[Any], scopes: Sequence[str], first: date, last: date
) -> Sequence[Observation]:
    """Open findings of some scopes about days of a period (both included), or about no day."""
    with connection.cursor(row_factory=class_row(Observation)) as cursor:
        return cursor.execute(
            statement("observations/read"), {"scopes": list(scopes), "first": first, "last": last}
        ).fetchall()


def measured_days(
    connection: psycopg.Connection[Any], contract_id: str, first: date, last: date
) -> set[tuple[str, str, str, date]]:
    """The UTC days of a window (both included) that have data of a metric, by resource, namespace and metric."""
    window = {"contract_id": contract_id, "first": first, "last": last}
    return set(connection.execute(statement("observations/measured_days"), window))


def new_alerts(connection: psycopg.Connection[Any], run_id: str) -> Sequence[Observation]:
    """Open alerts that a run was the first to see."""
    with connection.cursor(row_factory=class_row(Observation)) as cursor:
        return cursor.execute(statement("observations/new_alerts"), {"run_id": run_id}).fetchall()
