"""Loads the rows of one batch in one transaction; loading a batch again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from service_reports.failures import said
from service_reports.quality.observation import Observation
from service_reports.sources.records import register_of
from service_reports.warehouse.batches import Batch, set_state
from service_reports.warehouse.observations import add_observation
from service_reports.warehouse.statements import statement
from service_reports.warehouse.ticket_history import keep_ticket_history
from service_reports.warehouse.turns import in_turn

Connection = psycopg.Connection[Any]


NOT_TO_LOAD = frozenset({"loaded", "superseded", "quarantined", "unreadable"})
"""States of a batch that is loaded already, or that a check has refused: whoever asks for it."""


class RowRefused(ValueError):
    """PostgreSQL did not take a row of a batch; the message does not repeat the row, which may hold personal data."""


def load_batch(connection: Connection, batch: Batch, rows: Sequence[Any], tag_keys: Sequence[str] = ()) -> bool:
    """Load the rows of a batch that no check refused; ``False`` when they were loaded before, or later ones were.

    Whatever the order of loading, what an answer of a later moment (``observed_at``) says stays.
    ``tag_keys`` are the tags whose values the rows of a cost report tell.

    Raises:
        RowRefused: a row does not fit its table; nothing of the batch is loaded.
    """
    try:
        return _load(connection, batch, rows, tag_keys)
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        raise RowRefused(f"una fila no cabe en su tabla: {said(error)}") from None


def _load(connection: Connection, batch: Batch, rows: Sequence[Any], tag_keys: Sequence[str]) -> bool:
    with in_turn(connection, "load", batch.source, batch.scope):
        held = connection.execute(statement("ingest/lock_batch"), {"batch_id": batch.batch_id}).fetchone()
        if held is None or held[0] in NOT_TO_LOAD:
            return False
        if batch.source in WHOLE and (later := _told_later(connection, batch)) is not None:
            reason = f"el lote {later}, ya cargado, es de un momento posterior"
            set_state(connection, batch.batch_id, "superseded", reason=reason)
            return False
        LOADERS[batch.source](connection, batch, rows)
        if batch.source == "oci_cost_reports":
            _note_intervals(connection, batch, rows, tag_keys)
        aside = "; ".join(map(str, getattr(rows, "aside", ())))
        set_state(connection, batch.batch_id, "loaded", rows=len(rows), reason=aside or None)
    return True


def _told_later(connection: Connection, batch: Batch) -> int | None:
    """The loaded batch of a later moment that says all that this one could, and so takes its place."""
    later = connection.execute(statement("ingest/told_later"), {"batch_id": batch.batch_id}).fetchone()
    return None if later is None else int(later[0])


def _write(connection: Connection, name: str, batch: Batch, rows: Sequence[Any]) -> None:
    keys = {"batch_id": batch.batch_id, "scope": batch.scope, "told_at": batch.observed_at}
    values = [
        {**(row._asdict() if isinstance(row, tuple) else dict(row)), **keys, "position": position}  # type: ignore[attr-defined]
        for position, row in enumerate(rows, start=1)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement(name), values)


def _window(batch: Batch) -> dict[str, Any]:
    return {
        "scope": batch.scope,
        "window_from": batch.window_from,
        "window_to": batch.window_to,
        "told_at": batch.observed_at,
    }


def _load_cost_report(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    superseded = connection.execute(
        statement("ingest/supersede_object"),
        {"source": batch.source, "scope": batch.scope, "name": batch.name, "batch_id": batch.batch_id},
    ).fetchall()
    for replacing in ("hand_on_cost_lines", "delete_cost_hours", "delete_cost_corrections"):
        connection.execute(statement(f"ingest/{replacing}"), {"batch_id": batch.batch_id})
    for earlier, etag in superseded:
        if etag != batch.etag:
            detail = (
                f"El proveedor reemplazó el objeto: la versión {etag} (lote {earlier}) dio paso a la {batch.etag} "
                f"(lote {batch.batch_id}); sus líneas se sustituyeron."
            )
            event = Observation("cost.object_replaced", batch.scope, f"{batch.name} {batch.etag}", "notice", detail)
            add_observation(connection, event, batch.run_id)
    if _is_held_under_another_name(connection, batch):
        return
    keys = {"batch_id": batch.batch_id, "scope": batch.scope}
    corrections = [
        {**hour._asdict(), **correction._asdict(), **keys} for hour in rows for correction in hour.amendments
    ]
    with connection.cursor() as cursor:
        values = [{**row._asdict(), **keys, "tags": Jsonb(dict(row.tags))} for row in rows]
        cursor.executemany(statement("ingest/insert_cost_hour"), values)
        cursor.executemany(statement("ingest/insert_cost_correction"), corrections)


def _is_held_under_another_name(connection: Connection, batch: Batch) -> bool:
    """Whether the very same bytes are loaded already from an object of another name: their lines count once."""
    this = {"batch_id": batch.batch_id}
    other = connection.execute(statement("ingest/same_bytes_loaded"), this).fetchone()
    if other is None:
        return False
    detail = f"Tiene los mismos bytes que {other[1]} (lote {other[0]}): sus líneas se cuentan una sola vez."
    event = Observation("cost.object_duplicated", batch.scope, batch.name, "notice", detail)
    add_observation(connection, event, batch.run_id)
    return True


def _note_intervals(connection: Connection, batch: Batch, rows: Sequence[Any], tag_keys: Sequence[str]) -> None:
    hours = [row.charge_period_start for row in rows]
    connection.execute(
        statement("ingest/set_cost_intervals"),
        {
            "batch_id": batch.batch_id,
            "first_interval": min(hours, default=None),
            "last_interval": max(hours, default=None),
            "tag_keys": list(tag_keys),
        },
    )


def _load_compartments(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _write(connection, "ingest/upsert_compartment", batch, rows)


def _load_usage_totals(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    connection.execute(statement("ingest/delete_usage_totals"), _window(batch))
    _write(connection, "ingest/insert_usage_total", batch, rows)


def _load_metrics(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _write(connection, "ingest/upsert_metric_point", batch, rows)


def _load_backups(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _write(connection, "ingest/upsert_oci_backup", batch, rows)


def _load_dumps(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    _write(connection, "ingest/upsert_database_dump", batch, rows)


def _load_tickets(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    ticket_ids = [ticket.ticket_id for ticket in rows]
    connection.execute(statement("ingest/delete_tickets"), {**_window(batch), "ticket_ids": ticket_ids})
    _write(connection, "ingest/insert_ticket", batch, rows)
    keep_ticket_history(connection, batch, rows)


def _load_hour_bank(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    connection.execute(statement("ingest/delete_hour_bank"), {"scope": batch.scope})
    _write(connection, "ingest/insert_hour_bank_entry", batch, rows)


def _load_contract_records(connection: Connection, batch: Batch, rows: Sequence[Any]) -> None:
    connection.execute(statement("ingest/delete_contract_records"), {"scope": batch.scope})
    with connection.cursor() as cursor:
        cursor.executemany(
            statement("ingest/insert_contract_record"),
            [
                {
                    "scope": batch.scope,
                    "register": register_of(row),
                    "position": position,
                    "record": Jsonb(row.model_dump(mode="json")),
                    "batch_id": batch.batch_id,
                }
                for position, row in enumerate(rows, start=1)
            ],
        )


LOADERS: dict[str, Callable[[Connection, Batch, Sequence[Any]], None]] = {
    "oci_cost_reports": _load_cost_report,
    "oci_compartments": _load_compartments,
    "oci_usage": _load_usage_totals,
    "oci_metrics": _load_metrics,
    "oci_backups": _load_backups,
    "database_dumps": _load_dumps,
    "tickets": _load_tickets,
    "hour_bank": _load_hour_bank,
    "contract_records": _load_contract_records,
}

WHOLE = frozenset({"oci_cost_reports", "hour_bank", "contract_records"})
"""Sources of which one answer replaces all that the one before it said (of cost reports: about one object)."""
