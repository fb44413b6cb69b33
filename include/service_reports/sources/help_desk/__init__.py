"""The help desk: tickets and the hour bank, by SQL or from the files that people export; one reading brings both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service_reports.contracts import BOGOTA, HelpDesk
from service_reports.failures import OneByOne
from service_reports.records import HourBankEntry, Ticket, TicketState
from service_reports.records.request_number import identity
from service_reports.sources.answer import SourceError
from service_reports.sources.days_to_ask import open_reports, was_just_due
from service_reports.sources.exports.grid import ExportError
from service_reports.sources.help_desk import export, hour_bank_suite, queries, tickets_suite
from service_reports.sources.help_desk.history import load_tickets
from service_reports.sources.source import Asked, Batch, Feed, Loading, Source, Told, Unread, Window, by_content

__all__ = ["FEED"]

EXPORTED = "s3://"


def load_hour_bank(loading: Loading, rows: Sequence[HourBankEntry]) -> None:
    """The whole bank in the place of the one that was there; a request that is a number stays written as it was."""
    known = {identity(request): request for (request,) in loading.execute("ingest/hour_bank_numbers")}
    named = ((row, known.setdefault(identity(row.request), row.request)) for row in rows)
    loading.execute("ingest/delete_hour_bank")
    loading.write(
        "ingest/insert_hour_bank_entry", (row.model_copy(update={"request": request}) for row, request in named)
    )


def refuse_emptied(batch: Batch, rows: Sequence[Any], in_force: Mapping[str, int]) -> None:
    """Refuse an exported hour bank without a row where the one in force has some.

    Raises:
        SourceError: says how many there were, and how to say that none is left.
    """
    if not rows and batch.name.startswith(EXPORTED) and (count := in_force.get("hour_bank")):
        raise SourceError(
            f"la bolsa de horas llegó sin ningún consumo, y la anterior tenía {count} — deje de nuevo el archivo "
            "completo; un consumo que se anuló va con 0 horas"
        )


TICKETS = Source(
    name="tickets",
    scope="contract",
    named_by="help_desk",
    parse=by_content(queries.parse_tickets),
    suite=tickets_suite.SUITE,
    load=load_tickets,
    days_end_in=BOGOTA,
    facts={Ticket: "tickets", TicketState: "ticket_states"},
)
HOUR_BANK = Source(
    name="hour_bank",
    scope="contract",
    named_by="help_desk",
    parse=by_content(queries.parse_hour_bank),
    suite=hour_bank_suite.SUITE,
    load=load_hour_bank,
    whole=True,
    days_end_in=None,
    refuse=refuse_emptied,
    facts={HourBankEntry: "hour_bank"},
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The tickets of the open periods, or of the days of the form, and the whole hour bank.

    Of a database each is asked for by itself: one that is refused is told as unread.
    """
    desk, days = asked.contract.help_desk, days_to_ask(asked)
    assert desk is not None
    if isinstance(desk, HelpDesk):
        yield from _query(asked, desk, days)
        return
    client, endpoint = asked.stores.s3(desk.connection)
    try:
        with asked.stores.reaching(desk.connection, endpoint):
            tickets, hour_bank = export.fetch(
                client,
                desk,
                *days,
                asked.ledger.archive,
                lambda source, sha256: asked.ledger.read_before(source, asked.scope, sha256),
            )
    except ExportError as error:
        reason = f"La exportación de la mesa de servicio no se puede leer:\n{error}"
        yield Unread(TICKETS.name, asked.scope, desk.prefix, reason, days)
        yield Unread(HOUR_BANK.name, asked.scope, desk.prefix, reason, None)
        raise ExportError(reason) from None
    yield Told(TICKETS.name, asked.scope, tickets)
    yield Told(HOUR_BANK.name, asked.scope, hour_bank)


def days_to_ask(asked: Asked) -> Window:
    """The days of the form, or all days of the reports that are open or were just due, and of their warranty.

    A ticket changes its state long after its day: a scheduled run reads whole periods again, and where the help desk
    is queried, from the oldest request on that is still open. An exported file may not go back so far.
    """
    contract, days = asked.contract, asked.days
    if asked.by_hand:
        return days
    queried = isinstance(contract.help_desk, HelpDesk)
    first = min(
        [
            days.first,
            *(
                min(report.period_from, warranty.valid_from)
                if (warranty := contract.warranty_listed_in(report))
                else report.period_from
                for report in open_reports(asked)
                if queried or was_just_due(report, days.last)
            ),
        ]
    )
    if queried:
        first = min(first, asked.ledger.oldest_open_ticket(contract.id) or first)
    return Window(first, days.last)


def _query(asked: Asked, desk: HelpDesk, days: Window) -> Iterator[Told | Unread]:
    for source, of_days in ((TICKETS, days), (HOUR_BANK, None)):
        answer, asking = None, OneByOne()
        with asking.item(source.name), asked.stores.sql(desk.connection) as (connection, style):
            text = asked.stores.statement(f"{desk.statements}/{source.name}")
            answer = (
                queries.fetch_tickets(connection, text, desk, *days, style)
                if source is TICKETS
                else queries.fetch_hour_bank(connection, text, desk, style)
            )
        if answer is not None:
            yield Told(source.name, asked.scope, answer)
        for _, reason in asking.failures:
            yield Unread(source.name, asked.scope, source.name, reason, of_days)


FEED = Feed(
    name="help_desk",
    brings="mesa de servicio",
    collection="service_desk",
    scope="contract",
    collect=collect,
    sources=(TICKETS, HOUR_BANK),
    place=70,
)
