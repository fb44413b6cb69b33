"""What each sheet of the workbook holds: one table a sheet, typed values, no localised text.

Quantities are those of the figures, as exact as a spreadsheet holds a number. Instants lose
their zone, which a cell cannot hold: the title of the column says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from service_reports.contracts.model import Contract
from service_reports.documents.sections.changes import section_title
from service_reports.documents.sections.hour_bank_tables import STATES as HOUR_STATES
from service_reports.documents.sections.hour_bank_tables import movement_text
from service_reports.documents.sections.masking import printable_summaries, request_name
from service_reports.documents.sections.readings import UNREAD, gap_rows, unread_days
from service_reports.documents.sections.ticket_tables import DIMENSIONS, category_name, newest_first
from service_reports.figures.model import (
    Availability,
    BankState,
    CrossTable,
    DumpFigures,
    EarlierTickets,
    HourBankFigures,
    HourBankLedger,
    PeriodFigures,
    TicketFigures,
    VersionChanges,
)
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_NAMES,
    BACKUP_STATES,
    BACKUP_TYPES,
    FINDINGS,
    ORACLE_KEYS,
    backup_term,
    category,
    product_name,
)
from service_reports.wording.shown import Quoted

Value = str | int | Decimal | date | datetime | None

WHOLE, HOURS, PERCENT, CHANGE, EXACT = "#,##0", "#,##0.00", "0%", "+0.0%;−0.0%;0.0%", "General"
DAY_STATES = {"complete": "Completo", "partial": "Parcial", "missing": "Sin datos", "unread": UNREAD}
SEVERITIES = {"alert": "Alerta", "warning": "Advertencia", "notice": "Aviso"}
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
        "Hallazgos": tuple(sorted({day for gap in figures.gaps if not gap.replaced for day in gap.days})),
    }


def _sheets(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    summaries = printable_summaries(contract, figures)
    support, warranty = figures.support, figures.warranty
    if figures.changes is not None:
        yield _changes(figures.changes)
    if figures.gaps:
        yield _gaps(figures)
    yield _tickets(
        "Solicitudes",
        "Solicitudes",
        "Solicitudes de soporte registradas en el periodo, de la más reciente a la más antigua.",
        contract,
        figures,
        support,
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
        support,
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
            warranty,
            summaries,
        )
        yield _counts(
            "Conteos garantía",
            "Conteos_garantia",
            "Solicitudes en garantía por estado, producto, módulo, proceso y subproceso.",
            contract,
            figures,
            warranty,
        )
    if (bank := figures.hour_bank) is not None:
        yield _hour_bank(contract, figures, bank)
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
    yield _backups(figures)
    yield _dumps(figures)
    yield _findings(figures)


def _changes(changes: VersionChanges) -> Sheet:
    rows: list[list[Value]] = [
        [change.figure_id, change.label, change.unit, change.before, change.now, change.cause]
        for change in changes.figures
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


def _gaps(figures: PeriodFigures) -> Sheet:
    rows: list[list[Value]] = [
        [row.what, row.days[0], row.days[-1], es_co.listed_days(row.days), row.why, "Sí" if row.replaced else "No"]
        for row in gap_rows(figures)
    ]
    headings = [
        Heading("Fuente"),
        Heading("Primer día"),
        Heading("Último día"),
        Heading("Días"),
        Heading("Qué se sabe"),
        Heading("Vale una lectura anterior"),
    ]
    content = "Días que no se leyeron después de terminar, o de los que se rechazó lo que llegó: no son ceros."
    return Sheet(UNREAD, "Sin_leer", content, "Registro de lecturas", None, headings, rows)


def _desk(contract: Contract) -> str:
    return f"Mesa de servicio {contract.contractor.help_desk_name}"


def _tickets(
    title: str,
    table: str,
    content: str,
    contract: Contract,
    figures: PeriodFigures,
    tickets: TicketFigures,
    summaries: Mapping[str, str],
) -> Sheet:
    timings = tickets.timing
    with_summary = any(ticket.ticket_id in summaries for ticket in tickets.tickets)
    headings = [
        Heading("Registro", WHOLE),
        Heading("Requerimiento"),
        Heading("Fecha de registro"),
        Heading("Estado"),
        *(Heading(name) for name in list(DIMENSIONS.values())[1:]),
        Heading("Edad al corte (días)", WHOLE),
        Heading("Fecha de cierre"),
        Heading("Días hasta el cierre", WHOLE),
    ]
    if with_summary:
        headings.append(Heading("Resumen"))
    rows: list[list[Value]] = []
    for position, ticket in enumerate(newest_first(tickets.tickets), start=1):
        timing = timings[ticket.ticket_id]
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
                timing.age_days,
                timing.closed_on,
                timing.days_to_close,
                *([summaries.get(ticket.ticket_id)] if with_summary else []),
            ]
        )
    return Sheet(title, table, content, _desk(contract), figures.sources.tickets_read_at, headings, rows, frozen=2)


def _open_tickets(contract: Contract, figures: PeriodFigures) -> Sheet:
    support, timing = figures.support, figures.support.timing
    rows: list[list[Value]] = [
        [
            Quoted(ticket.ticket_id),
            ticket.registered_on,
            product_name(contract, ticket.product),
            category(ticket.module),
            category(ticket.status),
            timing[ticket.ticket_id].age_days,
        ]
        for ticket in support.open_tickets
    ]
    headings = [
        Heading("Requerimiento"),
        Heading("Fecha de registro"),
        Heading("Producto"),
        Heading("Módulo"),
        Heading("Estado"),
        Heading("Edad al corte (días)", WHOLE),
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
            age,
            ticket.last_seen_at and ticket.last_seen_at.astimezone(es_co.BOGOTA).date(),
        ]
        for ticket, age in zip(earlier.tickets, earlier.age_days, strict=True)
    ]
    headings = [
        Heading("Requerimiento"),
        Heading("Fecha de registro"),
        Heading("Producto"),
        Heading("Módulo"),
        Heading("Estado"),
        Heading("Edad al corte (días)", WHOLE),
        Heading("Última consulta"),
    ]
    content = (
        "Solicitudes registradas antes del periodo, sin terminar cuando se vieron por última vez, de la más antigua a "
        "la más reciente."
    )
    read_at = figures.sources.tickets_read_at
    return Sheet("En trámite de antes", "En_tramite_de_antes", content, _desk(contract), read_at, headings, rows)


def _counts(
    title: str, table: str, content: str, contract: Contract, figures: PeriodFigures, tickets: TicketFigures
) -> Sheet:
    headings = [
        Heading("Clasificación"),
        Heading("Categoría"),
        Heading("No. Requerimientos", WHOLE),
        Heading("De un total de", WHOLE),
        Heading("Porcentaje", PERCENT),
    ]
    rows: list[list[Value]] = [
        [
            DIMENSIONS[counted.dimension],
            category_name(contract, counted.dimension, row.value),
            row.count,
            counted.total,
            Decimal(row.percent) / HUNDRED,
        ]
        for counted in tickets.tables
        for row in counted.rows
    ]
    read_at = figures.sources.tickets_read_at
    return Sheet(title, table, content, _desk(contract), read_at, headings, rows, frozen=2)


def _cross(contract: Contract, figures: PeriodFigures, cross: CrossTable) -> Sheet:
    headings = [
        Heading(DIMENSIONS[cross.dimension]),
        *(Heading(category_name(contract, cross.across, column), WHOLE) for column in cross.columns),
        Heading("Total", WHOLE),
    ]
    rows: list[list[Value]] = [
        [category_name(contract, cross.dimension, row.value), *row.counts, row.total] for row in cross.rows
    ]
    content = "Solicitudes de soporte por módulo y estado a la vez."
    total: list[Value] = ["Suma total", *cross.totals, cross.total]
    read_at = figures.sources.tickets_read_at
    return Sheet("Módulo y estado", "Modulo_y_estado", content, _desk(contract), read_at, headings, rows, total)


def _hour_bank(contract: Contract, figures: PeriodFigures, bank: HourBankFigures) -> Sheet:
    lines = {line.state: line for line in bank.ledger.lines} if bank.ledger else {}
    parts: list[tuple[BankState, Decimal, int]] = [
        ("consumed", bank.consumed, bank.percent_consumed),
        ("in_execution", bank.in_execution, bank.percent_in_execution),
        ("committed", bank.committed, bank.percent_committed),
        ("available", bank.available, bank.percent_available),
    ]
    parts.append(("contracted", bank.contracted, sum(percent for _, _, percent in parts)))
    rows: list[list[Value]] = []
    for state, hours, percent in parts:
        line = lines.get(state)
        moved: list[Value] = [line.opening, line.credits, line.debits] if line else [None, None, None]
        rows.append([HOUR_STATES[state], *moved, hours, Decimal(percent) / HUNDRED])
    headings = [
        Heading("Horas"),
        Heading("Saldo inicial", HOURS),
        Heading("Créditos", HOURS),
        Heading("Débitos", HOURS),
        Heading("Saldo final", HOURS),
        Heading("Porcentaje", PERCENT),
    ]
    content = "Horas contratadas, según su destino: saldo inicial, más créditos, menos débitos, da el saldo final."
    read_at = figures.sources.hour_bank_read_at
    return Sheet("Bolsa de horas", "Bolsa_saldo", content, _desk(contract), read_at, headings, rows[:-1], rows[-1])


def _hour_bank_movements(contract: Contract, figures: PeriodFigures, ledger: HourBankLedger) -> Sheet:
    rows: list[list[Value]] = []
    for each in ledger.movements:
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
                each.hours,
                each.balance,
            ]
        )
    headings = [
        Heading("Fecha"),
        Heading("Movimiento"),
        Heading("Control de cambio"),
        Heading("De"),
        Heading("A"),
        Heading("Horas", HOURS),
        Heading("Saldo disponible", HOURS),
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
            entry.estimated_hours,
            Quoted(entry.status),
        ]
        for entry in bank.entries
    ]
    hours = sum((entry.estimated_hours for entry in bank.entries), Decimal(0))
    headings = [
        Heading("Detalle Solicitud"),
        Heading("Fecha en Producción"),
        Heading("Horas Estimadas", HOURS),
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


def _daily_usage(figures: PeriodFigures) -> Sheet:
    usage = figures.usage
    headings = [
        Heading("Fecha (UTC)"),
        Heading("Horas con datos", WHOLE),
        Heading("Estado del día"),
        *(Heading(column.label, _shown(total)) for column, total in zip(usage.columns, usage.totals, strict=True)),
    ]
    rows: list[list[Value]] = [
        [
            row.day,
            None if row.state == "unread" else row.hours,
            DAY_STATES[row.state],
            *(row.quantities or [None] * len(usage.columns)),
        ]
        for row in usage.rows
    ]
    total: list[Value] = ["Total", None, None, *usage.totals]
    content = "Consumo por día (UTC) y recurso; una celda vacía es un dato que no llegó, no un cero."
    read_at = figures.sources.usage_read_at
    return Sheet("Consumo diario", "Consumo_diario", content, COST_REPORTS, read_at, headings, rows, total, frozen=3)


def _usage_totals(figures: PeriodFigures) -> Sheet:
    usage = figures.usage
    headings = [
        Heading("Servicio"),
        Heading("Recurso"),
        Heading("Unidad"),
        Heading("Total del periodo", EXACT),
        Heading("Media diaria", EXACT),
        Heading("Mínimo diario", EXACT),
        Heading("Máximo diario", EXACT),
    ]
    rows: list[list[Value]] = [
        [
            *map(Quoted, (column.service, column.product_description, column.unit)),
            total,
            each.mean,
            each.minimum,
            each.maximum,
        ]
        for column, total, each in zip(usage.columns, usage.totals, usage.summaries, strict=True)
    ]
    if compared := figures.comparison:
        headings += [Heading("Media diaria del periodo anterior", EXACT), Heading("Variación de la media", CHANGE)]
        before = {column.label: column for column in compared.columns}
        for row, each in zip(rows, usage.summaries, strict=True):
            column = before[each.column]
            row += [column.before, None if column.percent is None else column.percent / HUNDRED]
    content = (
        "Consumo del periodo por recurso; cada total es la suma de su columna en «Consumo diario». "
        "Media, mínimo y máximo son de los días completos."
    )
    read_at = figures.sources.usage_read_at
    return Sheet("Resumen de consumo", "Resumen_de_consumo", content, COST_REPORTS, read_at, headings, rows, frozen=2)


def _metrics(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Recurso"),
        Heading("Gráfica"),
        Heading("Métrica"),
        Heading("Espacio de nombres"),
        Heading("Unidad"),
        Heading("Mínimo de las medias diarias", HOURS),
        Heading("Media de las medias diarias", HOURS),
        Heading("Máximo de las medias diarias", HOURS),
        Heading("P95 de las horas", HOURS),
        Heading("Pico medido", HOURS),
        Heading("Muestras horarias", WHOLE),
        Heading("Muestras esperadas", WHOLE),
    ]
    rows: list[list[Value]] = [
        [
            Quoted(each.resource_name),
            each.title,
            Quoted(each.metric_name),
            Quoted(each.namespace),
            METRIC_UNITS[each.unit],
            each.minimum,
            each.mean,
            each.maximum,
            each.p95,
            each.peak,
            None if each.unread else each.samples,
            each.expected_samples,
        ]
        for each in figures.metrics
    ]
    content = "Estadísticas de cada métrica en el periodo."
    read_at = figures.sources.metrics_read_at
    return Sheet("Métricas", "Metricas", content, "OCI Monitoring", read_at, headings, rows, frozen=2)


def _daily_metrics(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Fecha (UTC)"),
        Heading("Recurso"),
        Heading("Gráfica"),
        Heading("Métrica"),
        Heading("Mínimo del día", HOURS),
        Heading("Media del día", HOURS),
        Heading("P95 del día", HOURS),
        Heading("Máximo del día", HOURS),
        Heading("Muestras horarias", WHOLE),
    ]
    rows: list[list[Value]] = [
        [
            day.day,
            Quoted(each.resource_name),
            each.title,
            Quoted(each.metric_name),
            day.minimum,
            day.mean,
            day.p95,
            day.maximum,
            day.samples if day.samples or day.day not in each.days_unread else None,
        ]
        for each in figures.metrics
        for day in each.days
    ]
    content = (
        "Cada métrica por día (UTC): el menor y el mayor valor medidos, la media y el percentil P95 de sus horas; "
        "una celda vacía es un dato que no se tiene."
    )
    read_at = figures.sources.metrics_read_at
    return Sheet("Métricas diarias", "Metricas_diarias", content, "OCI Monitoring", read_at, headings, rows)


def _availability(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Recurso"),
        Heading("Métrica"),
        Heading("Disponibilidad del nodo (%)", EXACT),
        Heading("Muestras con respuesta", WHOLE),
        Heading("Muestras recibidas", WHOLE),
        Heading("Muestras esperadas", WHOLE),
    ]
    rows: list[list[Value]] = [
        [
            Quoted(each.resource_name),
            Quoted(each.metric_name),
            each.percent,
            *availability_samples(each),
            each.expected_samples,
        ]
        for each in figures.availability
    ]
    content = "Muestras de cinco minutos en las que respondió el nodo; no mide la base de datos."
    read_at = figures.sources.metrics_read_at
    return Sheet("Disponibilidad", "Disponibilidad", content, "OCI Monitoring", read_at, headings, rows)


def availability_samples(part: Availability) -> tuple[int | None, int | None]:
    """The samples with an answer and all that were received; nothing of what was not read."""
    return (None, None) if part.unread else (part.samples_up, part.samples)


def _utc(instant: datetime | None) -> datetime | None:
    return instant and instant.astimezone(UTC).replace(tzinfo=None)


def _backups(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Nombre"),
        Heading("Estado"),
        Heading("Tipo"),
        Heading("Destino"),
        Heading("Clave de cifrado"),
        Heading("Versión de la base de datos"),
        Heading("Iniciada (UTC)"),
        Heading("Finalizada (UTC)"),
    ]
    rows: list[list[Value]] = [
        [
            backup_term(BACKUP_NAMES, each.display_name),
            backup_term(BACKUP_STATES, each.lifecycle_state),
            backup_term(BACKUP_TYPES, each.type),
            backup_term(BACKUP_DESTINATIONS, each.backup_destination_type),
            ORACLE_KEYS[each.is_using_oracle_managed_keys],
            each.version and Quoted(each.version),
            _utc(each.time_started),
            _utc(each.time_ended),
        ]
        for each in figures.backups.backups
    ]
    content = "Copias automáticas de la base de datos que relaciona OCI, por su inicio en UTC."
    read_at = figures.sources.backups_read_at
    return Sheet("Copias de OCI", "Copias_de_OCI", content, "OCI Database", read_at, headings, rows)


def dumped_bytes(dumps: DumpFigures) -> int | None:
    """The size of all dumps; unknown where none is known and not every day was read."""
    return dumps.total_bytes if dumps.dumps or not dumps.days_unread else None


def _dumps(figures: PeriodFigures) -> Sheet:
    headings = [Heading("Archivo"), Heading("Día"), Heading("Tamaño (bytes)", WHOLE), Heading("Guardado (UTC)")]
    rows: list[list[Value]] = [
        [Quoted(each.file_name), each.dump_day, each.size_bytes, _utc(each.modified_at)] for each in figures.dumps.dumps
    ]
    total: list[Value] = ["Total", None, dumped_bytes(figures.dumps), None]
    content = "Volcados de la base de datos, por el día en el nombre del archivo."
    read_at = figures.sources.dumps_read_at
    return Sheet("Volcados", "Volcados", content, "Listado de volcados", read_at, headings, rows, total)


def _findings(figures: PeriodFigures) -> Sheet:
    headings = [Heading("Día"), Heading("Hallazgo"), Heading("Asunto"), Heading("Gravedad"), Heading("Detalle")]
    rows: list[list[Value]] = [
        [
            each.day,
            FINDINGS.get(each.kind, each.kind),
            Quoted(each.subject),
            SEVERITIES.get(each.severity, each.severity),
            each.detail,
        ]
        for each in figures.observations
    ]
    content = "Hallazgos abiertos sobre los datos del periodo."
    return Sheet(
        "Hallazgos", "Hallazgos", content, "Revisión de los datos recolectados", None, headings, rows, frozen=2
    )
