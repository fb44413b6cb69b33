"""What came empty where there were rows: a register that lost its content is not one in which nothing happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from service_reports.sources import SOURCES
from service_reports.sources.source import Batch
from service_reports.warehouse.statements import statement


def refuse_emptied(connection: psycopg.Connection[Any], batch: Batch, rows: Sequence[Any]) -> None:
    """Refuse an answer that has nothing where the one in force has rows, if its source is one that may not.

    Raises:
        SourceError: names what came empty, and how to say that it is meant so.
    """
    if (refuse := SOURCES[batch.source].refuse) is not None:
        in_force = connection.execute(statement("ingest/rows_in_force"), {"scope": batch.scope}).fetchall()
        refuse(batch, rows, dict(in_force))
