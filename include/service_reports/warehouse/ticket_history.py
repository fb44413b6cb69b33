"""The history of tickets: every state each was seen in, and those that an export no longer has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.contracts import BOGOTA
from service_reports.quality.observation import Observation
from service_reports.sources.personal_data import masked
from service_reports.sources.records import FINISHED, Ticket
from service_reports.warehouse.batches import Batch
from service_reports.warehouse.observations import keep_observations
from service_reports.warehouse.statements import statement

VANISHED = "tickets.vanished"
FEW = 5
"""Fewer tickets than this that vanish at once are a matter of each ticket, not of the export."""


class KnownTicket(NamedTuple):
    """A ticket that was ever seen, in its latest state; ``gone`` where a later export of its day lacks it."""

    ticket_id: str
    registered_on: date | None
    status: str
    last_seen_at: datetime
    gone: bool


def vanished(known: Sequence[KnownTicket], scope: str) -> list[Observation]:
    """What the tickets of a window that the newest exports no longer have amount to.

    Single tickets get deleted or moved at a help desk: a warning each. When most of the window
    is gone, it is rather the export that is wrong: alerts.
    """
    gone = [ticket for ticket in known if ticket.gone]
    mass = len(gone) >= FEW and 2 * len(gone) > len(known)
    return [
        Observation(
            VANISHED,
            scope,
            ticket.ticket_id,
            "alert" if mass else "warning",
            f"La solicitud, vista por última vez como «{masked(ticket.status, classified=True)}» el "
            f"{_day(ticket.last_seen_at)}, ya no está en la exportación de la mesa de ayuda",
            ticket.registered_on,
        )
        for ticket in gone
    ]


def _day(instant: datetime) -> str:
    return f"{(day := instant.astimezone(BOGOTA)).day}/{day:%m/%y}"


def keep_ticket_history(connection: psycopg.Connection[Any], batch: Batch, tickets: Sequence[Ticket]) -> None:
    """Extend the history by one export, and note which known tickets of its window are gone.

    Part of the load's transaction. The same export again adds nothing.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            statement("ingest/see_ticket"),
            [
                {
                    "scope": batch.scope,
                    "ticket_id": ticket.ticket_id,
                    "status": ticket.status,
                    "registered_on": ticket.registered_on,
                    "seen_at": batch.observed_at,
                    "batch_id": batch.batch_id,
                }
                for ticket in tickets
            ],
        )
    if batch.window_from is None or batch.window_to is None:
        return
    window = {"scope": batch.scope, "window_from": batch.window_from, "window_to": batch.window_to}
    with connection.cursor(row_factory=class_row(KnownTicket)) as reader:
        known = reader.execute(statement("ingest/known_tickets"), window).fetchall()
    keep_observations(
        connection,
        vanished(known, batch.scope),
        kinds=[VANISHED],
        scope=batch.scope,
        first=batch.window_from,
        last=batch.window_to,
        run_id=batch.run_id,
    )


def oldest_open_ticket(connection: psycopg.Connection[Any], contract_id: str) -> date | None:
    """The day (Bogotá) of the oldest support request that was not finished when it was last seen."""
    wanted = {"contract_id": contract_id, "finished": FINISHED}
    row = connection.execute(statement("ingest/oldest_open_ticket"), wanted).fetchone()
    return None if row is None else row[0]
