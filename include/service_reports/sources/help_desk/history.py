"""Loads the tickets of one export, and the history of them: every state each was seen in, and those that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from service_reports.checks.observation import Observation
from service_reports.contracts import BOGOTA
from service_reports.masking.personal_data import masked
from service_reports.records import Ticket
from service_reports.records.request_number import identity
from service_reports.sources.source import Loading

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
            f"{_day(ticket.last_seen_at)}, ya no está en la exportación de la mesa de servicio",
            ticket.registered_on,
        )
        for ticket in gone
    ]


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(BOGOTA):%d/%m/%Y}"


def _as_known(loading: Loading, tickets: Sequence[Ticket]) -> Sequence[Ticket]:
    """The tickets under their numbers as they were first written, whatever zeros they lost or got since."""
    numbers = sorted({identity(ticket.ticket_id) for ticket in tickets})
    known = dict(loading.execute("ingest/ticket_spellings", numbers=numbers))
    named = ((ticket, known.get(identity(ticket.ticket_id), ticket.ticket_id)) for ticket in tickets)
    return [ticket.model_copy(update={"ticket_id": number}) for ticket, number in named]


def load_tickets(loading: Loading, tickets: Sequence[Ticket]) -> None:
    """The tickets of the export's days in the place of those that were there; the history grows by the export.

    The same export again adds nothing. Known tickets of its days that it lacks are noted as gone.
    """
    tickets = _as_known(loading, tickets)
    loading.execute("ingest/delete_tickets", ticket_ids=[ticket.ticket_id for ticket in tickets])
    loading.write("ingest/insert_ticket", tickets)
    loading.write("ingest/see_ticket", tickets)
    if loading.batch.window_from is None or loading.batch.window_to is None:
        return
    known = [KnownTicket(*row) for row in loading.execute("ingest/known_tickets")]
    loading.keep(vanished(known, loading.batch.scope), VANISHED)
