"""The five count tables and the list of tickets, for support and for warranty alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from reportlab.platypus import Table

from service_reports.contracts.model import Contract
from service_reports.documents.engine import tables
from service_reports.documents.engine.quotation import shortened
from service_reports.documents.engine.tables import Align, Column
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.figures.attention import HOURS_TO
from service_reports.figures.figure import Figure
from service_reports.figures.model import CountTable, CrossTable, EarlierTickets, PeriodFigures, TicketFigures
from service_reports.records import EarlierTicket, Ticket
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co import labels
from service_reports.wording.es_co.terms import category, product_name
from service_reports.wording.shown import Composed, Quoted

Service = Literal["support", "warranty"]

DIMENSIONS = {name: words.capitalize() for name, words in labels.DIMENSIONS.items()}
"""What heads a column of categories."""
DAYS = "Días"
"""Heads the column that says of an open ticket its age, and of another how long it took."""
ALL = "Total"
"""Heads the column of a cross table's sums."""
WHOLE = Decimal(100)
"""What the sum of a table is of itself, in hundredths."""
LIST_SIZE = 7.0
LONGEST_SUMMARY = 600
OPEN_SIZE = 8.0
COUNT_WIDTH, PERCENT_WIDTH = 92.0, 72.0
MOST_CROSSED = 0.75
"""The share of a cross table's width that its counts take at most."""


def category_name(contract: Contract, dimension: str, value: str) -> str:
    """The printed name of one category of a dimension: the help desk's word, or the contract's for a product."""
    return product_name(contract, value) if dimension == "product" else category(value)


def title(family: str) -> str:
    """What heads a column of figures of a family."""
    return labels.labels()[family].title


def count_title(table: CountTable) -> str:
    """``Solicitudes por Módulo`` and its kin."""
    return f"Solicitudes por {DIMENSIONS[table.dimension]}"


def count_table(frame: ReportFrame, service: Service, table: CountTable, width: float) -> Table:
    """Counts and percentages of one dimension, with their total."""
    of, figures = {"service": service, "dimension": table.dimension}, frame.figures
    columns = [
        Column(DIMENSIONS[table.dimension], width - COUNT_WIDTH - PERCENT_WIDTH),
        Column(title("tickets.category"), COUNT_WIDTH, "RIGHT"),
        Column(title("tickets.category.percent"), PERCENT_WIDTH, "RIGHT"),
    ]
    rows = [
        [
            category_name(frame.contract, table.dimension, row.value),
            es_co.number(figures.needed("tickets.category", category=row.value, **of)),
            es_co.share(figures.needed("tickets.category.percent", category=row.value, **of)),
        ]
        for row in table.rows
    ]
    share = es_co.declared(es_co.share(WHOLE))
    total = es_co.number(figures.needed("tickets.total", service=service))
    return tables.ruled_table(columns, rows, total=["Suma total", total, share])


def cross_title(table: CrossTable) -> str:
    """``Solicitudes por Módulo y Estado``."""
    return f"Solicitudes por {DIMENSIONS[table.dimension]} y {DIMENSIONS[table.across]}"


def cross_table(frame: ReportFrame, service: Service, table: CrossTable, width: float) -> Table:
    """Counts by two dimensions, with the sums of rows and columns; a dash stands where nothing that was read says none.

    A sum is what the tables of each dimension count of the same category.
    """
    contract, figures = frame.contract, frame.figures

    def counted(dimension: str, value: str) -> str:
        about = {"service": service, "dimension": dimension, "category": value}
        return es_co.number(figures.needed("tickets.category", **about))

    def crossed(module: str, status: str) -> str:
        return es_co.number(figures.figure("tickets.crossed", service=service, module=module, status=status))

    count_width = min(COUNT_WIDTH, MOST_CROSSED * width / (len(table.columns) + 1))
    columns = [
        Column(DIMENSIONS[table.dimension], width - count_width * (len(table.columns) + 1)),
        *(Column(category_name(contract, table.across, each), count_width, "RIGHT") for each in table.columns),
        Column(ALL, count_width, "RIGHT"),
    ]
    rows = [
        [
            category_name(contract, table.dimension, row.value),
            *(crossed(row.value, status) for status in table.columns),
            counted(table.dimension, row.value),
        ]
        for row in table.rows
    ]
    totals = ["Suma total", *(counted(table.across, status) for status in table.columns)]
    totals.append(es_co.number(figures.needed("tickets.total", service=service)))
    return tables.ruled_table(columns, rows, total=totals)


def open_table(frame: ReportFrame, width: float) -> Table:
    """The tickets that are not finished, oldest first, with their age in days at the cut-off."""
    titles: list[tuple[str, Align]] = [
        ("Solicitud", "LEFT"),
        ("Fecha", "LEFT"),
        (DIMENSIONS["module"], "LEFT"),
        (DIMENSIONS["status"], "LEFT"),
        (title("tickets.age"), "RIGHT"),
    ]
    rows = [
        [
            Quoted(ticket.ticket_id),
            es_co.table_date(ticket.registered_on),
            category(ticket.module),
            category(ticket.status),
            es_co.number(frame.figures.figure("tickets.age", service="support", ticket=ticket.ticket_id)),
        ]
        for ticket in frame.figures.support.open_tickets
    ]
    return tables.ruled_table(tables.fitted_columns(titles, rows, width, OPEN_SIZE), rows, size=OPEN_SIZE)


def attention_table(frame: ReportFrame, width: float) -> Table:
    """How many requests each priority has, and how soon those were answered and solved of which it is known."""
    titles: list[tuple[str, Align]] = [
        ("Prioridad", "LEFT"),
        (title("tickets.priority"), "RIGHT"),
        ("Con primera respuesta", "RIGHT"),
        ("Mediana hasta la respuesta (horas)", "RIGHT"),
        ("Con solución", "RIGHT"),
        ("Mediana hasta la solución (horas)", "RIGHT"),
    ]
    figures = frame.figures
    rows = []
    for priority in (each.priority for each in figures.support.priorities):
        row = [priority_name(priority), es_co.number(figures.needed("tickets.priority", priority=priority))]
        for milestone in HOURS_TO:
            about = {"milestone": milestone, "priority": priority}
            row.append(es_co.number(figures.needed("tickets.priority.reached", **about)))
            row.append(es_co.number(figures.figure("tickets.priority.median", **about), 1))
        rows.append(row)
    return tables.ruled_table(tables.fitted_columns(titles, rows, width, OPEN_SIZE), rows, size=OPEN_SIZE)


def priority_name(priority: str | None) -> str:
    """The help desk's word for a priority, or ours where nobody chose one."""
    return Quoted(priority) if priority else "Sin prioridad"


def earlier_cells(ticket: EarlierTicket, age: es_co.Value) -> list[str]:
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


def earlier_table(frame: ReportFrame, earlier: EarlierTickets, width: float) -> Table:
    """The requests from before the period that were still open when they were last seen, oldest first."""
    titles: list[tuple[str, Align]] = [
        ("Solicitud", "LEFT"),
        ("Fecha", "LEFT"),
        (DIMENSIONS["module"], "LEFT"),
        (DIMENSIONS["status"], "LEFT"),
        (title("tickets.earlier.age"), "RIGHT"),
        ("Última consulta", "RIGHT"),
    ]
    rows = [
        earlier_cells(ticket, frame.figures.needed("tickets.earlier.age", ticket=ticket.ticket_id))
        for ticket in earlier.tickets
    ]
    return tables.ruled_table(tables.fitted_columns(titles, rows, width, OPEN_SIZE), rows, size=OPEN_SIZE)


def known_days(figures: PeriodFigures, service: Service) -> dict[str, Figure]:
    """The days of tickets by number: their age while they are open, else how long they took, where that is known."""
    found = {}
    for each in figures.support.timings if service == "support" else figures.warranty.timings:
        family = "tickets.days_to_close" if each.age_days is None else "tickets.age"
        days = figures.figure(family, service=service, ticket=each.ticket_id)
        if days is not None:
            found[each.ticket_id] = days
    return found


def states_in_words(frame: ReportFrame, service: Service, tickets: TicketFigures) -> list[Composed]:
    """``61 en estado Terminado`` …, from the table of states."""
    of = {"service": service, "dimension": "status"}
    return [
        Composed(
            es_co.number(frame.figures.needed("tickets.category", category=row.value, **of)),
            " en estado ",
            category_name(frame.contract, "status", row.value),
        )
        for table in tickets.tables
        if table.dimension == "status"
        for row in table.rows
    ]


def newest_first(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Tickets by date and number, descending; those without a date last."""
    return sorted(tickets, key=lambda ticket: (ticket.registered_on or date.min, ticket.ticket_id), reverse=True)


def cut_short(tickets: Sequence[Ticket], summaries: Mapping[str, str]) -> bool:
    """Whether a summary among these is printed in part."""
    return any(len(summaries.get(ticket.ticket_id, "")) > LONGEST_SUMMARY for ticket in tickets)


def _printed(summary: str | None) -> str:
    """A summary as far as it is printed; the workbook has the whole text."""
    return es_co.MISSING if summary is None else Quoted(shortened(summary, LONGEST_SUMMARY))


def ticket_list(
    frame: ReportFrame, service: Service, figures: TicketFigures, summaries: Mapping[str, str], width: float
) -> Table:
    """Every ticket with its days and its classes.

    The classes stand two to a column, so that the list stays on an upright page. There is a column
    for days only if those of some ticket are known, and one for summaries only if some ticket here
    has one.
    """
    tickets, contract = figures.tickets, frame.contract
    days = known_days(frame.figures, service)
    with_summary = any(ticket.ticket_id in summaries for ticket in tickets)
    titles: list[tuple[str, Align]] = [("Registro", "RIGHT"), ("Solicitud", "LEFT"), ("Fecha", "LEFT")]
    titles.append((DIMENSIONS["status"], "LEFT"))
    if days:
        titles.append((DAYS, "RIGHT"))
    titles += [
        (f"{DIMENSIONS['product']} / {DIMENSIONS['module']}", "LEFT"),
        (f"{DIMENSIONS['process']} / {DIMENSIONS['subprocess']}", "LEFT"),
    ]
    if with_summary:
        titles.append(("Resumen", "LEFT"))
    rows = []
    for position, ticket in enumerate(newest_first(tickets), start=1):
        product, module = product_name(contract, ticket.product), category(ticket.module)
        process, subprocess = category(ticket.process), category(ticket.subprocess)
        rows.append(
            [
                es_co.declared(position),
                Quoted(ticket.ticket_id),
                es_co.table_date(ticket.registered_on),
                category(ticket.status),
                *([es_co.number(days.get(ticket.ticket_id))] if days else []),
                Quoted(f"{product}\n{module}"),
                Quoted(f"{process}\n{subprocess}"),
                *([_printed(summaries.get(ticket.ticket_id))] if with_summary else []),
            ]
        )
    return tables.ruled_table(tables.fitted_columns(titles, rows, width, LIST_SIZE), rows, size=LIST_SIZE, names=(1,))
