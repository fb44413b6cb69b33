"""Loads the rows of one batch in one transaction; loading a batch again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from service_reports.warehouse.batches import Batch, set_state
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]


def load_batch(connection: Connection, batch: Batch, rows: Sequence[Any]) -> bool:
    """Load the rows of a validated batch; ``False`` when they were loaded before."""
    with connection.transaction():
        held = connection.execute(statement("ingest/lock_batch"), {"batch_id": batch.batch_id}).fetchone()
        if held is None or held[0] in ("loaded", "superseded"):
            return False
        LOADERS[batch.source](connection, batch, rows)
        set_state(connection, batch.batch_id, "loaded", rows=len(rows))
    return True


def _write(connection: Connection, name: str, batch: Batch, rows: Sequence[Any]) -> None:
    keys = {"batch_id": batch.batch_id, "scope": batch.scope}
    values = [
        {**(row._asdict() if isinstance(row, tuple) else dict(row)), **keys, "position": position}  # type: ignore[attr-defined]
        for position, row in enumerate(rows, start=1)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement(name), values)


def _one_at_a_time(connection: Connection, batch: Batch) -> None:
    """Wait for any other load of the same object, until its transaction ends."""
    lock = f"{batch.source}/{batch.scope}/{batch.name}"
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (lock,))


def _load_cost_report(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _one_at_a_time(connection, batch)
    superseded = connection.execute(
        statement("ingest/supersede_object"),
        {"source": batch.source, "scope": batch.scope, "name": batch.name, "batch_id": batch.batch_id},
    ).fetchall()
    connection.execute(
        statement("ingest/delete_cost_hours"), {"batch_ids": [batch.batch_id, *(row[0] for row in superseded)]}
    )
    _write(connection, "ingest/insert_cost_hour", batch, rows)


def _load_metrics(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _write(connection, "ingest/upsert_metric_point", batch, rows)


def _load_backups(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _write(connection, "ingest/upsert_oci_backup", batch, rows)


def _load_dumps(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _write(connection, "ingest/upsert_database_dump", batch, rows)


def _load_tickets(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _one_at_a_time(connection, batch)
    window = {"scope": batch.scope, "window_from": batch.window_from, "window_to": batch.window_to}
    connection.execute(statement("ingest/delete_tickets"), window)
    _write(connection, "ingest/upsert_ticket", batch, rows)


def _load_hour_bank(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _one_at_a_time(connection, batch)
    connection.execute(statement("ingest/delete_hour_bank"), {"scope": batch.scope})
    _write(connection, "ingest/insert_hour_bank_entry", batch, rows)


LOADERS: dict[str, Callable[[Connection, Batch, Sequence[Any]], None]] = {
    "oci_cost_reports": _load_cost_report,
    "oci_metrics": _load_metrics,
    "oci_backups": _load_backups,
    "database_dumps": _load_dumps,
    "tickets": _load_tickets,
    "hour_bank": _load_hour_bank,
}
