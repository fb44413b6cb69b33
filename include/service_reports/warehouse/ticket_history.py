"""What is known of tickets from before."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg

from service_reports.records import FINISHED
from service_reports.warehouse.statements import statement


def oldest_open_ticket(connection: psycopg.Connection[Any], contract_id: str) -> date | None:
    """The day (Bogotá) of the oldest support request that was not finished when it was last seen."""
    wanted = {"contract_id": contract_id, "finished": FINISHED}
    row = connection.execute(statement("ingest/oldest_open_ticket"), wanted).fetchone()
    return None if row is None else row[0]
