"""Requests of the help desk, one by one and counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from service_reports.contracts.model import Contract
from service_reports.documents.sections.masking import printable_summaries
from service_reports.documents.sections.sheets.sheet import (
    HOURS,
    PERCENT,
    WHOLE,
    Heading,
    Sheet,
    Value,
    desk,
    share,
    value,
)
from service_reports.documents.sections.ticket_tables import (
    ALL,
    DIMENSIONS,
    Service,
    category_name,
    newest_first,
    priority_name,
    title,
)
from service_reports.figures.model import CrossTable, EarlierTickets, PeriodFigures
from service_reports.records import Ticket
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import MILESTONES
from service_reports.wording.es_co.terms import category, product_name
from service_reports.wording.shown import Quoted


def sheets(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """Those of requests and of warranty, where the report tells of the help desk."""
    if not figures.tell_of("tickets"):
        return
    summaries = printable_summaries(contract, figures)
    support, warranty = figures.support, figures.warranty
    yield _tickets(
        "Solicitudes",
        "Solicitudes",
        "Solicitudes de soporte registradas en el periodo, de la más reciente a la más antigua.",
        contract,
        figures,
        "support",
        summaries,
    )
    yield _open_tickets(contract, figures)
    if figures.earlier is not None:
        yield _earlier_tickets(contract, figures, figures.earlier)
    yield _counts(
        "Conteos solicitudes",
        "Conteos_solicitudes",
        "Solicitudes de soporte por estado, producto, módulo, proceso y subproceso.",
        contract,
        figures,
        "support",
    )
    if support.cross is not None:
        yield _cross(contract, figures, support.cross)
    if warranty.total:
        yield _tickets(
            "Garantía",
            "Garantia",
            "Solicitudes con cargo a la garantía de un contrato anterior.",
            contract,
            figures,
            "warranty",
            summaries,
        )
        yield _counts(
            "Conteos garantía",
            "Conteos_garantia",
            "Solicitudes en garantía por estado, producto, módulo, proceso y subproceso.",
            contract,
            figures,
            "warranty",
        )


def _unread(figures: PeriodFigures, service: Service) -> Sequence[date]:
    return figures.support.days_not_exported if service == "support" else ()


def _tickets(
    name: str,
    table: str,
    content: str,
    contract: Contract,
    figures: PeriodFigures,
    service: Service,
    summaries: Mapping[str, str],
) -> Sheet:
    tickets = figures.support if service == "support" else figures.warranty
    timings = tickets.timing
    with_summary = any(ticket.ticket_id in summaries for ticket in tickets.tickets)
    headings = [
        Heading("Registro", WHOLE),
        Heading("Solicitud"),
        Heading("Fecha de registro"),
        Heading("Estado"),
        *(Heading(dimension) for dimension in list(DIMENSIONS.values())[1:]),
        Heading(title("tickets.age"), WHOLE),
        Heading("Fecha de cierre"),
        Heading(title("tickets.days_to_close"), WHOLE),
    ]
    with_times = service == "support" and any(ticket.told for ticket in tickets.tickets)
    if with_times:
        headings += [
            Heading("Prioridad"),
            *(Heading(f"{moment} (hora de Bogotá)") for moment in ("Registro", "Primera respuesta", "Solución")),
            *(Heading(f"Horas hasta {each}", HOURS) for each in MILESTONES.values()),
        ]
    if with_summary:
        headings.append(Heading("Resumen"))
    rows: list[list[Value]] = []
    for position, ticket in enumerate(newest_first(tickets.tickets), start=1):
        of = {"service": service, "ticket": ticket.ticket_id}
        rows.append(
            [
                position,
                Quoted(ticket.ticket_id),
                ticket.registered_on,
                category(ticket.status),
                product_name(contract, ticket.product),
                category(ticket.module),
                category(ticket.process),
                category(ticket.subprocess),
                value(figures, "tickets.age", **of),
                timings[ticket.ticket_id].closed_on,
                value(figures, "tickets.days_to_close", **of),
                *(_times(figures, ticket) if with_times else []),
                *([summaries.get(ticket.ticket_id)] if with_summary else []),
            ]
        )
    return Sheet(
        name,
        table,
        content,
        desk(contract),
        figures.sources.tickets_read_at,
        headings,
        rows,
        frozen=2,
        days_unread=_unread(figures, service),
    )


def _times(figures: PeriodFigures, ticket: Ticket) -> list[Value]:
    """How urgent a request is, when it came, was answered and was solved, and after how many hours of the clock."""
    moments = (ticket.registered_at, ticket.first_answered_at, ticket.solved_at)
    of = {"service": "support", "ticket": ticket.ticket_id}
    return [
        priority_name(ticket.priority),
        *(at and at.astimezone(es_co.BOGOTA).replace(tzinfo=None) for at in moments),
        *(value(figures, "tickets.hours_to", milestone=each, **of) for each in MILESTONES),
    ]


def _open_tickets(contract: Contract, figures: PeriodFigures) -> Sheet:
    rows: list[list[Value]] = [
        [
            Quoted(ticket.ticket_id),
            ticket.registered_on,
            product_name(contract, ticket.product),
            category(ticket.module),
            category(ticket.status),
            value(figures, "tickets.age", service="support", ticket=ticket.ticket_id),
        ]
        for ticket in figures.support.open_tickets
    ]
    headings = [
        Heading("Solicitud"),
        Heading("Fecha de registro"),
        Heading("Producto"),
        Heading("Módulo"),
        Heading("Estado"),
        Heading(title("tickets.age"), WHOLE),
    ]
    content = "Solicitudes del periodo sin terminar a la fecha del informe, de la más antigua a la más reciente."
    read_at = figures.sources.tickets_read_at
    unread = _unread(figures, "support")
    return Sheet("En trámite", "En_tramite", content, desk(contract), read_at, headings, rows, days_unread=unread)


def _earlier_tickets(contract: Contract, figures: PeriodFigures, earlier: EarlierTickets) -> Sheet:
    rows: list[list[Value]] = [
        [
            Quoted(ticket.ticket_id),
            ticket.registered_on,
            product_name(contract, ticket.product),
            category(ticket.module),
            category(ticket.status),
            value(figures, "tickets.earlier.age", ticket=ticket.ticket_id),
            ticket.last_seen_at and ticket.last_seen_at.astimezone(es_co.BOGOTA).date(),
        ]
        for ticket in earlier.tickets
    ]
    headings = [
        Heading("Solicitud"),
        Heading("Fecha de registro"),
        Heading("Producto"),
        Heading("Módulo"),
        Heading("Estado"),
        Heading(title("tickets.earlier.age"), WHOLE),
        Heading("Última consulta"),
    ]
    content = (
        "Solicitudes registradas antes del periodo, sin terminar cuando se vieron por última vez, de la más antigua a "
        "la más reciente."
    )
    read_at = figures.sources.tickets_read_at
    return Sheet(
        "En trámite de antes",
        "En_tramite_de_antes",
        content,
        desk(contract),
        read_at,
        headings,
        rows,
        days_unread=earlier.days_unread,
    )


def _counts(name: str, table: str, content: str, contract: Contract, figures: PeriodFigures, service: Service) -> Sheet:
    headings = [
        Heading("Clasificación"),
        Heading("Categoría"),
        Heading(title("tickets.category"), WHOLE),
        Heading("De un total de", WHOLE),
        Heading(title("tickets.category.percent"), PERCENT),
    ]
    total = value(figures, "tickets.total", service=service)
    rows: list[list[Value]] = []
    for counted in (figures.support if service == "support" else figures.warranty).tables:
        for row in counted.rows:
            of = {"service": service, "dimension": counted.dimension, "category": row.value}
            rows.append(
                [
                    DIMENSIONS[counted.dimension],
                    category_name(contract, counted.dimension, row.value),
                    value(figures, "tickets.category", **of),
                    total,
                    share(figures, "tickets.category.percent", **of),
                ]
            )
    read_at = figures.sources.tickets_read_at
    unread = _unread(figures, service)
    return Sheet(name, table, content, desk(contract), read_at, headings, rows, frozen=2, days_unread=unread)


def _cross(contract: Contract, figures: PeriodFigures, cross: CrossTable) -> Sheet:
    def counted(dimension: str, category: str) -> Value:
        return value(figures, "tickets.category", service="support", dimension=dimension, category=category)

    headings = [
        Heading(DIMENSIONS[cross.dimension]),
        *(Heading(category_name(contract, cross.across, column), WHOLE) for column in cross.columns),
        Heading(ALL, WHOLE),
    ]
    rows: list[list[Value]] = [
        [
            category_name(contract, cross.dimension, row.value),
            *(
                value(figures, "tickets.crossed", service="support", module=row.value, status=status)
                for status in cross.columns
            ),
            counted(cross.dimension, row.value),
        ]
        for row in cross.rows
    ]
    content = "Solicitudes de soporte por módulo y estado a la vez."
    sums = [counted(cross.across, status) for status in cross.columns]
    total: list[Value] = ["Suma total", *sums, value(figures, "tickets.total", service="support")]
    read_at = figures.sources.tickets_read_at
    return Sheet(
        "Módulo y estado",
        "Modulo_y_estado",
        content,
        desk(contract),
        read_at,
        headings,
        rows,
        total,
        days_unread=_unread(figures, "support"),
    )
