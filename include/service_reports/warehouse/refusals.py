"""What was refused or could not be read, until it is loaded or a person says why it is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.failures import storable
from service_reports.records import Decision
from service_reports.warehouse.statements import statement


class OpenRefusal(NamedTuple):
    """An answer of which nothing, or not every row, is in force; ``state`` is that of its batch.

    ``reason`` may be empty. ``came_at`` is aware; the window is that of the days that it tells of, if it tells of days.
    """

    batch_id: int
    source: str
    scope: str
    name: str
    state: str
    reason: str
    came_at: datetime
    window_from: date | None
    window_to: date | None


def open_refusals(connection: psycopg.Connection[Any], scopes: Sequence[str]) -> list[OpenRefusal]:
    """The newest refusal of each name that no later answer took the place of and nobody settled, by source and name."""
    with connection.cursor(row_factory=class_row(OpenRefusal)) as cursor:
        found = cursor.execute(statement("ingest/open_refusals"), {"scopes": list(scopes)}).fetchall()
    newest: dict[tuple[str, str, str], OpenRefusal] = {}
    for each in found:
        newest.setdefault((each.source, each.scope, each.name), each)
    return list(newest.values())


def settled_batches(connection: psycopg.Connection[Any], batch_ids: Iterable[int]) -> frozenset[int]:
    """Those of some batches that a person left refused: themselves, or the same version or refusal before."""
    rows = connection.execute(statement("ingest/settled_batches"), {"batch_ids": list(batch_ids)})
    return frozenset(int(row[0]) for row in rows)


def settle_refusal(
    connection: psycopg.Connection[Any], batch_id: int, *, by: str, why: str, decision: Decision = "left"
) -> bool:
    """Note who leaves an answer refused, or releases it, and why; what was noted first of each stays.

    ``False``: it was not refused.
    """
    said = {"batch_id": batch_id, "settled_by": storable(by), "why": storable(why), "decision": decision}
    return connection.execute(statement("ingest/settle_refusal"), said).fetchone() is not None
