"""The five count tables and the list of tickets, for support and for warranty alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup
from reportlab.platypus import Table

from service_reports.contracts.model import Contract
from service_reports.documents.engine import tables
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.quotation import shortened
from service_reports.documents.engine.tables import Align, Column
from service_reports.figures.model import CountTable, CrossTable, EarlierTickets, TicketFigures
from service_reports.sources.records import EarlierTicket, Ticket
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.terms import category, product_name
from service_reports.wording.shown import Quoted

DIMENSIONS = {
    "status": "Estado",
    "product": "Producto",
    "module": "Módulo",
    "process": "Proceso",
    "subprocess": "Subproceso",
}
LIST_SIZE = 7.0
LONGEST_SUMMARY = 600
OPEN_SIZE = 8.0
COUNT_WIDTH, PERCENT_WIDTH = 92.0, 72.0
MOST_CROSSED = 0.75
"""The share of a cross table's width that its counts take at most."""


def category_name(contract: Contract, dimension: str, value: str) -> str:
    """The printed name of one category of a dimension."""
    return product_name(contract, value) if dimension == "product" else category(value)


def count_title(table: CountTable) -> str:
    """``Solicitudes por Módulo`` and its kin."""
    return f"Solicitudes por {DIMENSIONS[table.dimension]}"


def count_table(contract: Contract, table: CountTable, width: float) -> Table:
    """Counts and whole percentages of one dimension, with their total."""
    columns = [
        Column(DIMENSIONS[table.dimension], width - COUNT_WIDTH - PERCENT_WIDTH),
        Column("No. Requerimientos", COUNT_WIDTH, "RIGHT"),
        Column("Porcentaje", PERCENT_WIDTH, "RIGHT"),
    ]
    rows = [
        [category_name(contract, table.dimension, row.value), es_co.number(row.count), es_co.percent(row.percent)]
        for row in table.rows
    ]
    share = sum(row.percent for row in table.rows)
    return tables.ruled_table(columns, rows, total=["Suma total", es_co.number(table.total), es_co.percent(share)])


def cross_title(table: CrossTable) -> str:
    """``Solicitudes por Módulo y Estado``."""
    return f"Solicitudes por {DIMENSIONS[table.dimension]} y {DIMENSIONS[table.across]}"


def cross_table(contract: Contract, table: CrossTable, width: float) -> Table:
    """Counts by two dimensions, with the sums of rows and columns; nothing stands for none."""
    count_width = min(COUNT_WIDTH, MOST_CROSSED * width / (len(table.columns) + 1))
    columns = [
        Column(DIMENSIONS[table.dimension], width - count_width * (len(table.columns) + 1)),
        *(Column(category_name(contract, table.across, each), count_width, "RIGHT") for each in table.columns),
        Column("Total", count_width, "RIGHT"),
    ]
    rows = [
        [
            category_name(contract, table.dimension, row.value),
            *(es_co.number(count) if count else "" for count in row.counts),
            es_co.number(row.total),
        ]
        for row in table.rows
    ]
    totals = ["Suma total", *(es_co.number(total) for total in table.totals), es_co.number(table.total)]
    return tables.ruled_table(columns, rows, total=totals)


def open_table(contract: Contract, tickets: TicketFigures, width: float) -> Table:
    """The tickets that are not finished, oldest first, with their age in days at the cut-off."""
    titles: list[tuple[str, Align]] = [
        ("Requerimiento", "LEFT"),
        ("Fecha", "LEFT"),
        ("Módulo", "LEFT"),
        ("Estado", "LEFT"),
        ("Edad (días)", "RIGHT"),
    ]
    timing = tickets.timing
    rows = [
        [
            Quoted(ticket.ticket_id),
            es_co.table_date(ticket.registered_on),
            category_name(contract, "module", ticket.module),
            category(ticket.status),
            es_co.number(timing[ticket.ticket_id].age_days),
        ]
        for ticket in tickets.open_tickets
    ]
    return tables.ruled_table(tables.fitted_columns(titles, rows, width, OPEN_SIZE), rows, size=OPEN_SIZE)


def earlier_cells(ticket: EarlierTicket, age: int) -> list[str]:
    """One request from before the period as it is printed; its last cell is the day on which it was last seen."""
    seen = ticket.last_seen_at and ticket.last_seen_at.astimezone(es_co.BOGOTA).date()
    return [
        Quoted(ticket.ticket_id),
        es_co.table_date(ticket.registered_on),
        category(ticket.module),
        category(ticket.status),
        es_co.number(age),
        es_co.table_date(seen),
    ]


def earlier_table(earlier: EarlierTickets, width: float) -> Table:
    """The requests from before the period that were still open when they were last seen, oldest first."""
    titles: list[tuple[str, Align]] = [
        ("Requerimiento", "LEFT"),
        ("Fecha", "LEFT"),
        ("Módulo", "LEFT"),
        ("Estado", "LEFT"),
        ("Edad (días)", "RIGHT"),
        ("Última consulta", "RIGHT"),
    ]
    rows = [earlier_cells(ticket, age) for ticket, age in zip(earlier.tickets, earlier.age_days, strict=True)]
    return tables.ruled_table(tables.fitted_columns(titles, rows, width, OPEN_SIZE), rows, size=OPEN_SIZE)


def known_days(tickets: TicketFigures) -> dict[str, int]:
    """The days of tickets by number: their age while they are open, else how long they took, where that is known."""
    days = {each.ticket_id: each.days_to_close if each.age_days is None else each.age_days for each in tickets.timings}
    return {ticket_id: count for ticket_id, count in days.items() if count is not None}


def states_in_words(contract: Contract, tickets: TicketFigures) -> list[Markup]:
    """``61 en estado Terminado`` …, from the table of states, as mark-up."""
    for table in tickets.tables:
        if table.dimension == "status":
            return [
                Markup(f"{es_co.number(row.count)} en estado {markup_of(category_name(contract, 'status', row.value))}")  # noqa: S704 (escaped there)
                for row in table.rows
            ]
    return []


def newest_first(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Tickets by date and number, descending; those without a date last."""
    return sorted(tickets, key=lambda ticket: (ticket.registered_on or date.min, ticket.ticket_id), reverse=True)


def cut_short(tickets: Sequence[Ticket], summaries: Mapping[str, str]) -> bool:
    """Whether a summary among these is printed in part."""
    return any(len(summaries.get(ticket.ticket_id, "")) > LONGEST_SUMMARY for ticket in tickets)


def _printed(summary: str | None) -> str:
    """A summary as far as it is printed: a row stays on one page, and the workbook has the whole text."""
    return es_co.MISSING if summary is None else Quoted(shortened(summary, LONGEST_SUMMARY))


def ticket_list(contract: Contract, figures: TicketFigures, summaries: Mapping[str, str], width: float) -> Table:
    """Every ticket with its days and its classes.

    The classes stand two to a column, so that the list stays on an upright page. There is a column
    for days only if those of some ticket are known, and one for summaries only if some ticket here
    has one.
    """
    tickets = figures.tickets
    days = known_days(figures)
    with_summary = any(ticket.ticket_id in summaries for ticket in tickets)
    titles: list[tuple[str, Align]] = [("Registro", "RIGHT"), ("Requerimiento", "LEFT"), ("Fecha", "LEFT")]
    titles.append(("Estado", "LEFT"))
    if days:
        titles.append(("Días", "RIGHT"))
    titles += [("Producto / Módulo", "LEFT"), ("Proceso / Subproceso", "LEFT")]
    if with_summary:
        titles.append(("Resumen", "LEFT"))
    rows = []
    for position, ticket in enumerate(newest_first(tickets), start=1):
        product, module = product_name(contract, ticket.product), category(ticket.module)
        process, subprocess = category(ticket.process), category(ticket.subprocess)
        rows.append(
            [
                es_co.number(position),
                Quoted(ticket.ticket_id),
                es_co.table_date(ticket.registered_on),
                category(ticket.status),
                *([es_co.number(days.get(ticket.ticket_id))] if days else []),
                Quoted(f"{product}\n{module}"),
                Quoted(f"{process}\n{subprocess}"),
                *([_printed(summaries.get(ticket.ticket_id))] if with_summary else []),
            ]
        )
    return tables.ruled_table(tables.fitted_columns(titles, rows, width, LIST_SIZE), rows, size=LIST_SIZE)
