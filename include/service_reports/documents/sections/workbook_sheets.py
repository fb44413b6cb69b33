"""What each sheet of the workbook holds: one table a sheet, typed values, no localised text.

Quantities are those of the figures, as exact as a spreadsheet holds a number. Instants lose
their zone, which a cell cannot hold: the title of the column says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from service_reports.contracts.model import Contract
from service_reports.documents.sections.changes import section_title
from service_reports.documents.sections.contract_records import STATES
from service_reports.documents.sections.figure_cells import heading
from service_reports.documents.sections.hour_bank_tables import LEDGER, MOVED, movement_text
from service_reports.documents.sections.hour_bank_tables import STATES as HOUR_STATES
from service_reports.documents.sections.masking import printable_summaries, printed_text, request_name
from service_reports.documents.sections.readings import UNREAD, gap_rows, unread_days
from service_reports.documents.sections.ticket_tables import (
    ALL,
    DIMENSIONS,
    Service,
    category_name,
    newest_first,
    priority_name,
    title,
)
from service_reports.figures.chapters.hour_bank import estimated, moved
from service_reports.figures.figure import instant_of
from service_reports.figures.model import (
    BankState,
    CrossTable,
    EarlierTickets,
    FigureChange,
    HourBankFigures,
    HourBankLedger,
    PeriodFigures,
    VersionChanges,
)
from service_reports.records import ActionPlan, Ticket
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import FINDINGS, MILESTONES, SEVERITIES, SOURCES
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_NAMES,
    BACKUP_STATES,
    BACKUP_TYPES,
    ORACLE_KEYS,
    backup_term,
    category,
    product_name,
)
from service_reports.wording.es_co.terms import FINDINGS as TOLD_KINDS
from service_reports.wording.shown import Composed, Quoted

Value = str | int | Decimal | date | datetime | None

WHOLE, HOURS, PERCENT, CHANGE, EXACT = "#,##0", "#,##0.00", "0.0%", "+0.0%;−0.0%;0.0%", "General"
QUANTITY = "[>=1]#,##0.00;[>0]0.00########;#,##0.00"
"""Of a column of quantities of any size: the cell holds all its digits, and shows those that can be read."""
DAY_STATES = {"complete": "Completo", "partial": "Parcial", "missing": "Sin datos", "unread": UNREAD}
METRIC_UNITS = {"percent": "%", "state": "Estado: 1 responde, 0 no"}
HUNDRED = Decimal(100)
COST_REPORTS = "Informes de costos de OCI"


class Heading(NamedTuple):
    """A column: its title, and the number format of its cells where the type does not say it."""

    title: str
    number_format: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet with its one table; ``table`` is the ASCII name of the table object.

    ``source`` and ``read_at`` tell where its rows come from; the columns before ``frozen`` stay
    in view. ``total`` stands under the table, outside of its filters, and ``unread`` under that: what is not known of
    the period, so that no rows do not mean none.
    """

    title: str
    table: str
    content: str
    source: str
    read_at: datetime | None
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] | None = None
    frozen: int = 1
    unread: str = ""


def sheets(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """The sheets of the workbook in their order; what the period does not have, has no sheet."""
    unread = {title: unread_days(days).strip() for title, days in unread_of(figures).items()}
    for sheet in _sheets(contract, figures):
        yield replace(sheet, unread=unread.get(sheet.title, ""))


def unread_of(figures: PeriodFigures) -> dict[str, Sequence[date]]:
    """The days that are unread of what a sheet holds, by the sheet's title."""
    tickets, usage = figures.support.days_not_exported, figures.unread_days("oci_cost_reports")
    metrics = figures.unread_days("oci_metrics")
    return {
        **dict.fromkeys(("Solicitudes", "En trámite", "Conteos solicitudes", "Módulo y estado"), tickets),
        "En trámite de antes": figures.earlier.days_unread if figures.earlier else (),
        **dict.fromkeys(("Consumo diario", "Resumen de consumo"), usage),
        **dict.fromkeys(("Métricas", "Métricas diarias", "Disponibilidad"), metrics),
        "Copias de OCI": figures.unread_days("oci_backups"),
        "Volcados": figures.unread_days("database_dumps"),
        "Observaciones": tuple(sorted({day for gap in figures.gaps if not gap.replaced for day in gap.days})),
    }


def _sheets(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    if figures.changes is not None:
        yield _changes(figures.changes)
    if figures.gaps:
        yield _gaps(figures)
    if figures.tell_of("tickets"):
        yield from _help_desk(contract, figures)
    if (bank := figures.hour_bank) is not None:
        yield _hour_bank(contract, figures)
        if bank.ledger is not None:
            yield _hour_bank_movements(contract, figures, bank.ledger)
        yield _hour_bank_entries(contract, figures, bank)
    yield _daily_usage(figures)
    yield _usage_totals(figures)
    if figures.metrics:
        yield _metrics(figures)
        yield _daily_metrics(figures)
    if figures.availability:
        yield _availability(figures)
    if figures.tell_of("oci_backups"):
        yield _backups(figures)
    if figures.tell_of("database_dumps"):
        yield _dumps(figures)
    if figures.obligations:
        yield _obligations(figures)
    yield _findings(contract, figures)
    yield _observations(figures)


def _help_desk(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
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


def _changes(changes: VersionChanges) -> Sheet:
    rows: list[list[Value]] = [
        [Quoted(each.figure_id), Quoted(each.label), each.unit, *_compared(each), Quoted(each.cause)]
        for each in changes.figures
    ]
    headings = [
        Heading("Identificador"),
        Heading("Cifra"),
        Heading("Unidad"),
        Heading("Antes", EXACT),
        Heading("Ahora", EXACT),
        Heading("Causa"),
    ]
    return Sheet(
        "Cambios",
        "Cambios",
        f"{section_title(changes)}: cada cifra que cambió, apareció o ya no está.",
        f"Versión {changes.version} registrada",
        changes.issued_at,
        headings,
        rows,
    )


def _compared(change: FigureChange) -> tuple[Value, Value]:
    """Before and now; instants are UTC."""
    before, now = change.before, change.now
    if change.unit != "instant":
        return before, now
    return (None if before is None else _cell_instant(before)), (None if now is None else _cell_instant(now))


def _as_quoted(text: str) -> str:
    """A text for a cell, which is a quotation as a whole or not at all: one that names what a contract calls so is."""
    parts = text.parts if isinstance(text, Composed) else ()
    return Quoted(text) if any(isinstance(part, Quoted) for part in parts) else text


def _gaps(figures: PeriodFigures) -> Sheet:
    rows: list[list[Value]] = [
        [_as_quoted(row.what), row.days[0], row.days[-1], es_co.listed_days(row.days), row.why, row.situation]
        for row in gap_rows(figures)
    ]
    headings = [
        Heading("Fuente"),
        Heading("Primer día"),
        Heading("Último día"),
        Heading("Días"),
        Heading("Qué se sabe"),
        Heading("Situación"),
    ]
    content = (
        "Días que no se leyeron después de terminar, o de los que una comprobación rechazó lo que llegó: no son ceros."
    )
    return Sheet(UNREAD, "Sin_leer", content, "Registro de lecturas", None, headings, rows)


def value(figures: PeriodFigures, family: str, **about: object) -> Decimal | int | None:
    """The value of a figure as a cell holds it; empty where the period has none."""
    figure = figures.figure(family, **about)
    if figure is None:
        return None
    return int(figure.value) if figure.value == figure.value.to_integral_value() else figure.value


def share(figures: PeriodFigures, family: str, **about: object) -> Decimal | None:
    """A percentage as a spreadsheet holds it: of one."""
    percent = figures.figure(family, **about)
    return None if percent is None else percent.value / HUNDRED


def _desk(contract: Contract) -> str:
    return f"Mesa de servicio {contract.contractor.help_desk_name}"


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
    return Sheet(name, table, content, _desk(contract), figures.sources.tickets_read_at, headings, rows, frozen=2)


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
    return Sheet("En trámite", "En_tramite", content, _desk(contract), read_at, headings, rows)


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
    return Sheet("En trámite de antes", "En_tramite_de_antes", content, _desk(contract), read_at, headings, rows)


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
    return Sheet(name, table, content, _desk(contract), read_at, headings, rows, frozen=2)


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
    return Sheet("Módulo y estado", "Modulo_y_estado", content, _desk(contract), read_at, headings, rows, total)


PARTS: tuple[BankState, ...] = ("consumed", "in_execution", "committed", "available")
"""The states that the contracted hours are in."""


def _hour_bank(contract: Contract, figures: PeriodFigures) -> Sheet:
    shares = [share(figures, "hour_bank.percent", state=state) for state in PARTS]
    rows: list[list[Value]] = [
        [HOUR_STATES[state], *(value(figures, family, state=state) for family in LEDGER), percent]
        for state, percent in zip(PARTS, shares, strict=True)
    ]
    total: list[Value] = [
        HOUR_STATES["contracted"],
        *(value(figures, family, state="contracted") for family in LEDGER),
        Decimal(1),
    ]
    headings = [
        Heading("Horas"),
        *(Heading(title(family), HOURS) for family in LEDGER),
        Heading(title("hour_bank.percent"), PERCENT),
    ]
    content = "Horas contratadas, según su destino: saldo inicial, más créditos, menos débitos, da el saldo final."
    read_at = figures.sources.hour_bank_read_at
    return Sheet("Bolsa de horas", "Bolsa_saldo", content, _desk(contract), read_at, headings, rows, total)


def _hour_bank_movements(contract: Contract, figures: PeriodFigures, ledger: HourBankLedger) -> Sheet:
    rows: list[list[Value]] = []
    for each, about in moved(ledger):
        text = movement_text(each)
        source = None if each.source is None else HOUR_STATES[each.source]
        text = request_name(contract, text) if each.source else Quoted(text)
        rows.append(
            [
                each.on,
                text,
                each.change_code and Quoted(each.change_code),
                source,
                HOUR_STATES[each.target],
                *(value(figures, family, **about) for family in MOVED),
            ]
        )
    headings = [
        Heading("Fecha"),
        Heading("Movimiento"),
        Heading("Control de cambio"),
        Heading("De"),
        Heading("A"),
        *(Heading(title(family), HOURS) for family in MOVED),
    ]
    content = "Movimientos de la bolsa en el periodo; sin fecha, los que la mesa de servicio no fecha."
    read_at = figures.sources.hour_bank_read_at
    return Sheet(
        "Movimientos de la bolsa", "Bolsa_movimientos", content, _desk(contract), read_at, headings, rows, frozen=2
    )


def _hour_bank_entries(contract: Contract, figures: PeriodFigures, bank: HourBankFigures) -> Sheet:
    rows: list[list[Value]] = [
        [
            request_name(contract, entry.request),
            entry.production_date,
            value(figures, "hour_bank.estimated", **about),
            Quoted(entry.status),
        ]
        for entry, about in estimated(bank.entries)
    ]
    hours = value(figures, "hour_bank.charged") if bank.entries else Decimal(0)
    headings = [
        Heading("Detalle Solicitud"),
        Heading("Fecha en Producción"),
        Heading(title("hour_bank.estimated"), HOURS),
        Heading("Estado"),
    ]
    content = "Solicitudes con cargo a la bolsa de horas."
    if contract.ticket_detail == "none":
        content += " Su texto, escrito por personas, no se publica: lo reemplaza un código."
    read_at = figures.sources.hour_bank_read_at
    total: list[Value] = ["Total Horas", None, hours, None]
    return Sheet("Consumos de la bolsa", "Bolsa_detalle", content, _desk(contract), read_at, headings, rows, total)


def _shown(total: Decimal) -> str:
    return f"#,##0.{'0' * es_co.decimals_for(total)}"


def _value(figures: PeriodFigures, family: str, **parameters: object) -> Decimal | None:
    """The value of a figure, or nothing where the period has none."""
    figure = figures.figure(family, **parameters)
    return None if figure is None else figure.value


def _share(figures: PeriodFigures, family: str, **parameters: object) -> Decimal | None:
    """A percentage as a spreadsheet counts it: hundredths."""
    value = _value(figures, family, **parameters)
    return None if value is None else value / HUNDRED


def _daily_usage(figures: PeriodFigures) -> Sheet:
    usage = figures.usage
    labels = [column.label for column in usage.columns]
    headings = [
        Heading("Fecha (UTC)"),
        Heading(heading("usage.hours"), WHOLE),
        Heading("Estado del día"),
        *(Heading(label, _shown(total)) for label, total in zip(labels, usage.totals, strict=True)),
    ]
    rows: list[list[Value]] = [
        [
            row.day,
            _value(figures, "usage.hours", day=row.day),
            DAY_STATES[row.state],
            *(_value(figures, "usage.day", day=row.day, column=label) for label in labels),
        ]
        for row in usage.rows
    ]
    totals = (_value(figures, "usage.total", column=label) for label in labels)
    total: list[Value] = [heading("usage.total"), None, None, *totals]
    content = "Consumo por día (UTC) y recurso; una celda vacía es un dato que no llegó, no un cero."
    read_at = figures.sources.usage_read_at
    return Sheet("Consumo diario", "Consumo_diario", content, COST_REPORTS, read_at, headings, rows, total, frozen=3)


OF_USE = ("usage.total", "usage.mean", "usage.min", "usage.max")


def _usage_totals(figures: PeriodFigures) -> Sheet:
    usage = figures.usage
    headings = [
        Heading("Servicio"),
        Heading("Recurso"),
        Heading("Unidad"),
        *(Heading(heading(family), QUANTITY) for family in OF_USE),
    ]
    rows: list[list[Value]] = [
        [
            *map(Quoted, (column.service, column.product_description, column.unit)),
            *(_value(figures, family, column=column.label) for family in OF_USE),
        ]
        for column in usage.columns
    ]
    if figures.comparison:
        headings += [Heading(heading("comparison.before"), QUANTITY), Heading(heading("comparison.percent"), CHANGE)]
        for row, column in zip(rows, usage.columns, strict=True):
            row += [
                _value(figures, "comparison.before", column=column.label),
                _share(figures, "comparison.percent", column=column.label),
            ]
    content = (
        "Consumo del periodo por recurso; cada total es la suma de su columna en «Consumo diario». "
        "Media, mínimo y máximo son de los días completos; la media anterior, la del periodo anterior."
    )
    read_at = figures.sources.usage_read_at
    return Sheet("Resumen de consumo", "Resumen_de_consumo", content, COST_REPORTS, read_at, headings, rows, frozen=2)


OF_SERIES = (
    "metric.least",
    "metric.mean",
    "metric.p05",
    "metric.p95",
    "metric.peak",
    "metric.min",
    "metric.max",
)
SAMPLES = ("metric.samples", "metric.expected")
OF_A_DAY = ("metric.day.min", "metric.day.mean", "metric.day.p05", "metric.day.p95", "metric.day.max")
OF_AVAILABILITY = (
    "availability.samples_up",
    "availability.samples",
    "availability.expected",
    "availability.missing",
    "availability.minutes_down",
    "availability.minutes_unknown",
    "availability.days_missing",
)


def _metrics(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Recurso"),
        Heading("Gráfica"),
        Heading("Métrica"),
        Heading("Espacio de nombres"),
        Heading("Unidad"),
        *(Heading(heading(family), HOURS) for family in OF_SERIES),
        *(Heading(heading(family), WHOLE) for family in SAMPLES),
    ]
    rows: list[list[Value]] = [
        [
            Quoted(each.resource_name),
            each.title,
            Quoted(each.metric_name),
            Quoted(each.namespace),
            METRIC_UNITS[each.unit],
            *(
                _value(figures, family, resource=each.resource_name, metric=each.metric_name)
                for family in (*OF_SERIES, *SAMPLES)
            ),
        ]
        for each in figures.metrics
    ]
    content = (
        "Estadísticas de cada métrica en el periodo: menor y mayor valor medidos, media de las medias diarias con la "
        "menor y la mayor de ellas, y percentiles P5 y P95 de las medias horarias. Muestras: horas."
    )
    read_at = figures.sources.metrics_read_at
    return Sheet("Métricas", "Metricas", content, "OCI Monitoring", read_at, headings, rows, frozen=2)


def _daily_metrics(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Fecha (UTC)"),
        Heading("Recurso"),
        Heading("Gráfica"),
        Heading("Métrica"),
        *(Heading(heading(family), HOURS) for family in OF_A_DAY),
        Heading(heading("metric.day.samples"), WHOLE),
    ]
    rows: list[list[Value]] = [
        [
            day.day,
            Quoted(each.resource_name),
            each.title,
            Quoted(each.metric_name),
            *(
                _value(figures, family, day=day.day, resource=each.resource_name, metric=each.metric_name)
                for family in (*OF_A_DAY, "metric.day.samples")
            ),
        ]
        for each in figures.metrics
        for day in each.days
    ]
    content = (
        "Cada métrica por día (UTC): el menor y el mayor valor medidos, y la media y los percentiles P5 y P95 de las "
        "medias de sus horas; "
        "una celda vacía es un dato que no se tiene."
    )
    read_at = figures.sources.metrics_read_at
    return Sheet("Métricas diarias", "Metricas_diarias", content, "OCI Monitoring", read_at, headings, rows)


def _availability(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Recurso"),
        Heading("Métrica"),
        Heading(heading("availability.percent", "%"), EXACT),
        *(Heading(heading(family), WHOLE) for family in OF_AVAILABILITY),
    ]
    rows: list[list[Value]] = [
        [
            Quoted(each.resource_name),
            Quoted(each.metric_name),
            *(
                _value(figures, family, resource=each.resource_name)
                for family in ("availability.percent", *OF_AVAILABILITY)
            ),
        ]
        for each in figures.availability
    ]
    content = "Muestras de cinco minutos en las que respondió el nodo; no mide la base de datos."
    read_at = figures.sources.metrics_read_at
    return Sheet("Disponibilidad", "Disponibilidad", content, "OCI Monitoring", read_at, headings, rows)


def _instant(figures: PeriodFigures, family: str, **parameters: object) -> datetime | None:
    """The instant that a figure is, without its zone, which a cell cannot hold: it is UTC."""
    value = _value(figures, family, **parameters)
    return None if value is None else _cell_instant(value)


def _cell_instant(value: Decimal) -> datetime:
    return instant_of(value).replace(tzinfo=None)


def _backups(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Nombre"),
        Heading("Estado"),
        Heading("Tipo"),
        Heading("Destino"),
        Heading("Clave de cifrado"),
        Heading("Versión de la base de datos"),
        *(Heading(heading(family)) for family in ("backups.oci.started", "backups.oci.ended")),
    ]
    rows: list[list[Value]] = [
        [
            backup_term(BACKUP_NAMES, each.display_name),
            backup_term(BACKUP_STATES, each.lifecycle_state),
            backup_term(BACKUP_TYPES, each.type),
            backup_term(BACKUP_DESTINATIONS, each.backup_destination_type),
            ORACLE_KEYS[each.is_using_oracle_managed_keys],
            each.version and Quoted(each.version),
            _instant(figures, "backups.oci.started", backup=each.backup_ocid),
            _instant(figures, "backups.oci.ended", backup=each.backup_ocid),
        ]
        for each in figures.backups.backups
    ]
    content = "Copias automáticas de la base de datos que relaciona OCI, por su inicio en UTC."
    read_at = figures.sources.backups_read_at
    return Sheet("Copias de OCI", "Copias_de_OCI", content, "OCI Database", read_at, headings, rows)


def _dumps(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Archivo"),
        Heading("Día"),
        Heading(heading("backups.dumps.size", "bytes"), WHOLE),
        Heading(heading("backups.dumps.saved")),
    ]
    rows: list[list[Value]] = [
        [
            Quoted(each.file_name),
            each.dump_day,
            _value(figures, "backups.dumps.size", file=each.file_name),
            _instant(figures, "backups.dumps.saved", file=each.file_name),
        ]
        for each in figures.dumps.dumps
    ]
    known = figures.dumps.dumps or len(figures.dumps.days_unread) < len(figures.days)  # else nothing says that it is 0
    total: list[Value] = ["Total", None, _value(figures, "backups.dumps.bytes") if known else None, None]
    content = "Volcados de la base de datos, por el día en el nombre del archivo."
    read_at = figures.sources.dumps_read_at
    return Sheet("Volcados", "Volcados", content, "Listado de volcados", read_at, headings, rows, total)


def _obligations(figures: PeriodFigures) -> Sheet:
    headings = [Heading("No.", EXACT), Heading("Obligación"), Heading("Soporte"), Heading("Hallazgos")]
    rows: list[list[Value]] = [
        [each.number, Quoted(each.text), STATES[each.standing], ", ".join(each.findings) or None]
        for each in figures.obligations
    ]
    content = "Obligaciones del contratista, cómo se sustenta cada una y los hallazgos que la tocan."
    return Sheet("Obligaciones", "Obligaciones", content, "Contrato y sus registros", None, headings, rows)


NO_PLAN = "Sin plan registrado"
PLANNED = ("Causa", "Acción", "Responsable", "Plazo", "Cumplida el")


def _findings(contract: Contract, figures: PeriodFigures) -> Sheet:
    told = [Heading(each) for each in ("Código", "Gravedad", "Hallazgo", "Sobre", "Desde", "Hasta")]
    levels = {level.id: level.name for level in figures.service_levels}
    rows: list[list[Value]] = []
    for finding in figures.summary.findings if figures.summary else ():
        subject = SOURCES.get(finding.subject) or TOLD_KINDS.get(finding.subject)
        subject = subject or Quoted(levels.get(finding.subject, finding.subject))
        days: list[Value] = [finding.days[0], finding.days[-1]] if finding.days else [None, None]
        kind = FINDINGS.get(finding.kind, finding.kind)
        row = [
            finding.code,
            SEVERITIES[finding.severity].capitalize(),
            kind[:1].upper() + kind[1:],
            subject or None,
            *days,
        ]
        plans = [plan for plan in figures.records.plans if plan.finding == finding.code]
        unplanned = [None, None if finding.severity == "notice" else NO_PLAN, *[None] * (len(PLANNED) - 2)]
        rows += [[*row, *_planned(contract, plan)] for plan in plans] or [[*row, *unplanned]]
    content = "Hallazgos de «El periodo en una página», con el plan registrado para cada uno."
    headings = [*told, *(Heading(each) for each in PLANNED)]
    return Sheet("Hallazgos", "Hallazgos", content, "Cifras del periodo y sus registros", None, headings, rows)


def _planned(contract: Contract, plan: ActionPlan) -> list[Value]:
    cause = printed_text(contract, plan.cause) if plan.cause else ""
    action = printed_text(contract, plan.action)
    return [cause or "En estudio", action, Quoted(plan.owner), plan.due_on, plan.done_on]


def _observations(figures: PeriodFigures) -> Sheet:
    headings = [Heading(each) for each in ("Día", "Observación", "Asunto", "Gravedad", "Detalle")]
    rows: list[list[Value]] = [
        [
            each.day,
            TOLD_KINDS.get(each.kind, each.kind),
            Quoted(each.subject),
            SEVERITIES[each.severity].capitalize(),
            Quoted(each.detail),  # it names files, requests and series as others wrote them
        ]
        for each in figures.observations
    ]
    content = "Lo que la revisión diaria de los datos del periodo encontró y sigue así."
    source = "Revisión de los datos recolectados"
    return Sheet("Observaciones", "Observaciones", content, source, None, headings, rows, frozen=2)
