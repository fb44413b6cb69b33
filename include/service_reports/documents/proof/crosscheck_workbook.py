"""Reads the rendered workbook back, sheet by sheet and column by column, and compares it with the figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain, count
from zipfile import ZipFile

from service_reports.documents.proof.management_tables import BANK_STATES, DIMENSIONS, OBLIGATION_STATES
from service_reports.documents.proof.obligation_words import standing_of, touches
from service_reports.documents.proof.sheets import read_sheets
from service_reports.documents.proof.shown_values import BOGOTA, instant_of
from service_reports.documents.proof.subject import Subject
from service_reports.figures.model import (
    Availability,
    BankState,
    HourBankFigures,
    ObligationFigures,
    PeriodFigures,
    TicketFigures,
    TicketTiming,
)
from service_reports.records import Ticket
from service_reports.wording.es_co.labels import FINDINGS as FOUND
from service_reports.wording.es_co.labels import SOURCES, labels
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_NAMES,
    BACKUP_STATES,
    BACKUP_TYPES,
    FINDINGS,
    ORACLE_KEYS,
    backup_term,
)

INVISIBLE = re.compile(r"[\s\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""What a sheet does not keep of a text, or keeps otherwise."""
SIGNIFICANT = Decimal("1e-14")
"""A spreadsheet keeps fifteen digits of a number: closer than this, two of them are the same."""
FORMULA = re.compile(rb"<f[ >/]")
HUNDRED = Decimal(100)
MARK = "Sin leer: "
DAY_STATES = {"complete": "Completo", "partial": "Parcial", "missing": "Sin datos", "unread": "Sin leer"}
SEVERITIES = {"alert": "Pide respuesta", "warning": "Por vigilar", "notice": "Informativo"}
METRIC_UNITS = {"percent": "%", "state": "Estado: 1 responde, 0 no"}
Row = Mapping[str, object]
"""Every value of a row by the title of its column."""
Cells = Sequence[object]


def differences(subject: Subject, content: bytes) -> list[str]:
    """What stands in the workbook otherwise than in the figures, each as one Spanish phrase; nothing is good."""
    figures = subject.figures
    printed = sheets_of(content)
    with ZipFile(BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        found = [f"{name}: tiene fórmulas" for name in sheets if FORMULA.search(archive.read(name))]
    unread = _unread(figures)
    unread -= set() if figures.availability else {"Disponibilidad"}
    for title, expected in expected_sheets(subject):
        rows = printed.get(title, [])
        if title in unread:
            if not rows or not str(rows[-1][0]).startswith(MARK):
                found.append(f"hoja {title}: no dice qué días están sin leer")
            rows = rows[:-1]
        found += compare_sheet(title, rows, expected)
    return found


def sheets_of(content: bytes) -> dict[str, list[Cells]]:
    """The rows of every sheet, by its title, that of the headings first."""
    return {sheet.title: list(sheet.rows) for sheet in read_sheets(content)}


def _titled(family: str, unit: str = "") -> str:
    """The title of a column of such figures."""
    return labels()[family].title + (f" ({unit})" if unit else "")


def _unread(figures: PeriodFigures) -> set[str]:
    """The sheets of whose source some day was not read: their last row must say so."""
    titles = {
        "tickets": ("Solicitudes", "En trámite", "Conteos solicitudes", "Módulo y estado"),
        "oci_cost_reports": ("Consumo diario", "Resumen de consumo"),
        "oci_metrics": ("Métricas", "Métricas diarias", "Disponibilidad"),
        "oci_backups": ("Copias de OCI",),
        "database_dumps": ("Volcados",),
    }
    lost = {gap.source for gap in figures.gaps if not gap.replaced}
    found = {title for source in lost for title in titles.get(source, ())}
    found |= {"Observaciones"} if lost else set()
    return found | ({"En trámite de antes"} if figures.earlier and figures.earlier.days_unread else set())


def compare_sheet(title: str, printed: Sequence[Cells], expected: Sequence[Row]) -> Iterator[str]:
    """What a sheet says otherwise than it should."""
    header = [" ".join(str(cell).split()) for cell in printed[0] if cell is not None] if printed else []
    rows = printed[1:]
    if len(rows) != len(expected):
        yield f"hoja {title}: tiene {len(rows)} filas y no {len(expected)}"
        return
    if expected and header != _told_apart(expected[0]):
        yield f"hoja {title}: sus columnas son {', '.join(header)}"
        return
    for number, (cells, row) in enumerate(zip(rows, expected, strict=True), start=2):
        yield from compare_row(title, number, cells, row)


def _told_apart(titles: Iterable[str]) -> list[str]:
    """Titles as a table has them, where no two may differ in capitals alone: a later one says which of them it is."""
    found: list[str] = []
    for title in titles:
        taken = {each.casefold() for each in found}
        numbered = (f"{title} ({number})" for number in count(2))
        found.append(next(each for each in chain([title], numbered) if each.casefold() not in taken))
    return found


def compare_row(title: str, number: int, cells: Cells, row: Row) -> Iterator[str]:
    """What a row says otherwise than it should, cell by cell."""
    for (column, value), cell in zip(row.items(), [*cells, *[None] * len(row)], strict=False):
        if not _same(cell, value):
            yield f"hoja {title}, fila {number}, «{column}»: {value}"


def _same(cell: object, value: object) -> bool:
    if value == "":
        return cell is None or cell == ""
    if isinstance(value, Decimal | int) and isinstance(cell, int | float):
        return abs(Decimal(repr(cell)) - value) <= abs(Decimal(value)) * SIGNIFICANT
    if isinstance(value, str) and isinstance(cell, str):
        return INVISIBLE.sub("", cell) == INVISIBLE.sub("", value)
    if isinstance(cell, datetime):
        if isinstance(value, datetime):
            return abs(cell.replace(tzinfo=UTC) - value).total_seconds() < 1
        return cell == datetime.combine(value, datetime.min.time()) if isinstance(value, date) else False
    return cell == value


def _compared(value: Decimal | None, unit: str) -> Decimal | datetime | None:
    """The value of a changed figure as its cell holds it."""
    return value if value is None or unit != "instant" else instant_of(value)


def expected_sheets(subject: Subject) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each sheet, totals included."""
    figures = subject.figures
    if figures.changes is not None:
        yield (
            "Cambios",
            [
                {
                    "Identificador": each.figure_id,
                    "Cifra": each.label,
                    "Unidad": each.unit,
                    "Antes": _compared(each.before, each.unit),
                    "Ahora": _compared(each.now, each.unit),
                    "Causa": each.cause,
                }
                for each in figures.changes.figures
            ],
        )
    if figures.tell_of("tickets"):
        yield from _tickets(subject)
    yield from _bank(subject)
    yield from _usage(figures)
    yield from _metrics(figures)
    yield from _copies(figures)
    if figures.obligations:
        yield "Obligaciones", [_obligation(subject, each) for each in figures.obligations]
    yield "Hallazgos", list(_findings(subject))
    yield (
        "Observaciones",
        [
            {
                "Día": each.day,
                "Observación": FINDINGS.get(each.kind, each.kind),
                "Asunto": each.subject,
                "Gravedad": SEVERITIES.get(each.severity, each.severity),
                "Detalle": each.detail,
            }
            for each in figures.observations
        ],
    )


def _obligation(subject: Subject, each: ObligationFigures) -> Row:
    codes = ", ".join(touches(subject, each))
    told = OBLIGATION_STATES[standing_of(subject, each)]
    return {"No.": each.number, "Obligación": each.text, "Soporte": told, "Hallazgos": codes}


def _findings(subject: Subject) -> Iterator[Row]:
    """A row a plan of each finding of page one; one without any where it has none."""
    figures = subject.figures
    levels = {level.id: level.name for level in figures.service_levels}
    for each in figures.summary.findings if figures.summary else ():
        told = FOUND.get(each.kind, each.kind)
        row: Row = {
            "Código": each.code,
            "Gravedad": SEVERITIES[each.severity],
            "Hallazgo": told[:1].upper() + told[1:],
            "Sobre": SOURCES.get(each.subject) or FINDINGS.get(each.subject) or levels.get(each.subject, each.subject),
            "Desde": each.days[0] if each.days else "",
            "Hasta": each.days[-1] if each.days else "",
        }
        none = dict.fromkeys(("Causa", "Acción", "Responsable", "Plazo", "Cumplida el"), "")
        plans = [plan for plan in figures.records.plans if plan.finding == each.code]
        for plan in plans:
            yield {
                **row,
                "Causa": (plan.cause and subject.free(plan.cause)) or "En estudio",
                "Acción": subject.free(plan.action),
                "Responsable": plan.owner,
                "Plazo": plan.due_on or "",
                "Cumplida el": plan.done_on or "",
            }
        if not plans:
            yield {**row, **none, "Acción": "" if each.severity == "notice" else "Sin plan registrado"}


def _tickets(subject: Subject) -> Iterator[tuple[str, list[Row]]]:
    figures = subject.figures
    support = figures.support
    yield "Solicitudes", _listed(subject, support)
    timing = support.timing
    yield "En trámite", [_open(subject, each, timing[each.ticket_id].age_days) for each in support.open_tickets]
    if (earlier := figures.earlier) is not None:
        rows: list[Row] = []
        for ticket, age in zip(earlier.tickets, earlier.age_days, strict=True):
            seen = ticket.last_seen_at and ticket.last_seen_at.astimezone(BOGOTA).date()
            rows.append({**_open(subject, ticket, age), "Última consulta": seen})
        yield "En trámite de antes", rows
    yield "Conteos solicitudes", _counts(subject, support)
    if figures.warranty.total:
        yield "Garantía", _listed(subject, figures.warranty)
        yield "Conteos garantía", _counts(subject, figures.warranty)
    if (cross := support.cross) is not None:
        names = [subject.category(cross.across, status) for status in cross.columns]
        down = DIMENSIONS[cross.dimension]
        sums = [(subject.category(cross.dimension, row.value), row.counts, row.total) for row in cross.rows]
        sums.append(("Suma total", cross.totals, cross.total))
        yield (
            "Módulo y estado",
            [{down: name, **dict(zip(names, counts, strict=True)), "Total": total} for name, counts, total in sums],
        )


def _open(subject: Subject, ticket: Ticket, age: int | None) -> Row:
    return {
        "Solicitud": ticket.ticket_id,
        "Fecha de registro": ticket.registered_on,
        "Producto": subject.category("product", ticket.product),
        "Módulo": subject.category("module", ticket.module),
        "Estado": subject.category("status", ticket.status),
        _titled("tickets.age"): age,
    }


def _listed(subject: Subject, tickets: TicketFigures) -> list[Row]:
    timing, summaries = tickets.timing, subject.summaries
    ordered = sorted(tickets.tickets, key=lambda each: (each.registered_on or date.min, each.ticket_id), reverse=True)
    with_summary = any(each.ticket_id in summaries for each in ordered)
    with_times = tickets is subject.figures.support and any(each.told for each in ordered)
    return [
        {
            "Registro": position,
            "Solicitud": ticket.ticket_id,
            "Fecha de registro": ticket.registered_on,
            **{title: subject.category(name, getattr(ticket, name)) for name, title in DIMENSIONS.items()},
            _titled("tickets.age"): timing[ticket.ticket_id].age_days,
            "Fecha de cierre": timing[ticket.ticket_id].closed_on,
            _titled("tickets.days_to_close"): timing[ticket.ticket_id].days_to_close,
            **(_times(timing[ticket.ticket_id], ticket) if with_times else {}),
            **({"Resumen": summaries.get(ticket.ticket_id)} if with_summary else {}),
        }
        for position, ticket in enumerate(ordered, start=1)
    ]


def _times(timing: TicketTiming, ticket: Ticket) -> Row:
    moments = {
        "Registro": ticket.registered_at,
        "Primera respuesta": ticket.first_answered_at,
        "Solución": ticket.solved_at,
    }
    return {
        "Prioridad": ticket.priority or "Sin prioridad",
        **{f"{name} (hora de Bogotá)": _on_clock(at) for name, at in moments.items()},
        "Horas hasta la primera respuesta": timing.hours_to_first_answer,
        "Horas hasta la solución": timing.hours_to_solution,
    }


def _on_clock(at: datetime | None) -> datetime | None:
    """An instant as a cell without a zone says it: the clock of Bogotá."""
    return at and at.astimezone(BOGOTA).replace(tzinfo=UTC)


def _counts(subject: Subject, tickets: TicketFigures) -> list[Row]:
    return [
        {
            "Clasificación": DIMENSIONS[table.dimension],
            "Categoría": subject.category(table.dimension, row.value),
            _titled("tickets.category"): row.count,
            "De un total de": table.total,
            _titled("tickets.category.percent"): _ratio(row.count, tickets.total),
        }
        for table in tickets.tables
        for row in table.rows
    ]


def _bank(subject: Subject) -> Iterator[tuple[str, list[Row]]]:
    bank = subject.figures.hour_bank
    if bank is None:
        return
    yield "Bolsa de horas", _hour_bank(bank)
    if bank.ledger is not None:
        rows: list[Row] = []
        for move in bank.ledger.movements:
            given = f"Adición de horas: {move.subject}" if move.subject else "Horas del contrato"
            rows.append(
                {
                    "Fecha": move.on,
                    "Movimiento": given if move.source is None else subject.request(move.subject),
                    "Control de cambio": move.change_code,
                    "De": move.source and BANK_STATES[move.source],
                    "A": BANK_STATES[move.target],
                    _titled("hour_bank.movement"): move.hours,
                    _titled("hour_bank.movement.available"): move.balance,
                }
            )
        yield "Movimientos de la bolsa", rows
    hours = sum((entry.estimated_hours for entry in bank.entries), Decimal(0))
    yield (
        "Consumos de la bolsa",
        [
            *(
                {
                    "Detalle Solicitud": subject.request(each.request),
                    "Fecha en Producción": each.production_date,
                    _titled("hour_bank.estimated"): each.estimated_hours,
                    "Estado": each.status,
                }
                for each in bank.entries
            ),
            {
                "Detalle Solicitud": "Total Horas",
                "Fecha en Producción": None,
                _titled("hour_bank.estimated"): hours,
                "Estado": None,
            },
        ],
    )


def _ratio(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """What a part is of a whole, of one, with the eleven decimals of a percentage that has nine."""
    return round(Decimal(part) / whole, 11) if whole else Decimal(0)


def _hour_bank(bank: HourBankFigures) -> list[Row]:
    rows: list[Row] = []
    states: tuple[BankState, ...] = ("consumed", "in_execution", "committed", "available", "contracted")
    lines = {line.state: line for line in bank.ledger.lines} if bank.ledger else {}
    for state in states:
        line = lines.get(state)
        rows.append(
            {
                "Horas": BANK_STATES[state],
                _titled("hour_bank.opening"): line and line.opening,
                _titled("hour_bank.credits"): line and line.credits,
                _titled("hour_bank.debits"): line and line.debits,
                _titled("hour_bank.balance"): getattr(bank, state),
                _titled("hour_bank.percent"): _ratio(getattr(bank, state), bank.contracted),
            }
        )
    return rows


def _usage(figures: PeriodFigures) -> Iterator[tuple[str, list[Row]]]:
    usage = figures.usage
    labels = [" ".join(column.label.split()) for column in usage.columns]
    rows: list[Row] = [
        {
            "Fecha (UTC)": row.day,
            _titled("usage.hours"): None if row.state == "unread" else row.hours,
            "Estado del día": DAY_STATES[row.state],
            **dict(zip(labels, row.quantities or [None] * len(labels), strict=True)),
        }
        for row in usage.rows
    ]
    total = {"Fecha (UTC)": "Total", _titled("usage.hours"): None, "Estado del día": None}
    yield "Consumo diario", [*rows, {**total, **dict(zip(labels, usage.totals, strict=True))}]
    before = {
        column.label: {
            _titled("comparison.before"): column.before,
            _titled("comparison.percent"): None if column.percent is None else column.percent / HUNDRED,
        }
        for column in (figures.comparison.columns if figures.comparison else ())
    }
    yield (
        "Resumen de consumo",
        [
            {
                "Servicio": column.service,
                "Recurso": column.product_description,
                "Unidad": column.unit,
                _titled("usage.total"): total,
                _titled("usage.mean"): summary.mean,
                _titled("usage.min"): summary.minimum,
                _titled("usage.max"): summary.maximum,
                **before.get(column.label, {}),
            }
            for column, total, summary in zip(usage.columns, usage.totals, usage.summaries, strict=True)
        ],
    )


def _metrics(figures: PeriodFigures) -> Iterator[tuple[str, list[Row]]]:
    if figures.metrics:
        yield (
            "Métricas",
            [
                {
                    "Recurso": each.resource_name,
                    "Gráfica": each.title,
                    "Métrica": each.metric_name,
                    "Espacio de nombres": each.namespace,
                    "Unidad": METRIC_UNITS[each.unit],
                    _titled("metric.least"): each.least,
                    _titled("metric.mean"): each.mean,
                    _titled("metric.p05"): each.p05,
                    _titled("metric.p95"): each.p95,
                    _titled("metric.peak"): each.peak,
                    _titled("metric.min"): each.minimum,
                    _titled("metric.max"): each.maximum,
                    _titled("metric.samples"): None if each.unread else each.samples,
                    _titled("metric.expected"): each.expected_samples,
                }
                for each in figures.metrics
            ],
        )
        yield (
            "Métricas diarias",
            [
                {
                    "Fecha (UTC)": day.day,
                    "Recurso": each.resource_name,
                    "Gráfica": each.title,
                    "Métrica": each.metric_name,
                    _titled("metric.day.min"): day.minimum,
                    _titled("metric.day.mean"): day.mean,
                    _titled("metric.day.p05"): day.p05,
                    _titled("metric.day.p95"): day.p95,
                    _titled("metric.day.max"): day.maximum,
                    _titled("metric.day.samples"): None
                    if not day.samples and day.day in each.days_unread
                    else day.samples,
                }
                for each in figures.metrics
                for day in each.days
            ],
        )
    if figures.availability:
        yield "Disponibilidad", [_available(figures, each) for each in figures.availability]


def _available(figures: PeriodFigures, entry: Availability) -> Row:
    of_node = [each for each in figures.metrics if each.resource_name == entry.resource_name]
    days = next((each.days_missing for each in of_node if each.metric_name == entry.metric_name), ())
    counted = {
        "samples_up": entry.samples_up,
        "samples": entry.samples,
        "expected": entry.expected_samples,
        "missing": entry.samples_missing,
        "minutes_down": entry.minutes_down,
        "minutes_unknown": entry.minutes_unknown,
        "days_missing": len(days),
    }
    whole = len(entry.days_unread) == len(figures.days)  # of a month that was not read, no zero is said
    told = [name for name, each in counted.items() if each or not whole]
    return {
        "Recurso": entry.resource_name,
        "Métrica": entry.metric_name,
        _titled("availability.percent", "%"): entry.percent,
        **{_titled(f"availability.{name}"): each if name in told else None for name, each in counted.items()},
    }


def _copies(figures: PeriodFigures) -> Iterator[tuple[str, list[Row]]]:
    if figures.tell_of("oci_backups"):
        yield "Copias de OCI", _backups(figures)
    if figures.tell_of("database_dumps"):
        yield "Volcados", _dumps(figures)


def _backups(figures: PeriodFigures) -> list[Row]:
    return [
        {
            "Nombre": backup_term(BACKUP_NAMES, each.display_name),
            "Estado": backup_term(BACKUP_STATES, each.lifecycle_state),
            "Tipo": backup_term(BACKUP_TYPES, each.type),
            "Destino": backup_term(BACKUP_DESTINATIONS, each.backup_destination_type),
            "Clave de cifrado": ORACLE_KEYS[each.is_using_oracle_managed_keys],
            "Versión de la base de datos": each.version,
            _titled("backups.oci.started"): each.time_started,
            _titled("backups.oci.ended"): each.time_ended,
        }
        for each in figures.backups.backups
    ]


def _dumps(figures: PeriodFigures) -> list[Row]:
    dumps = figures.dumps
    known = dumps.total_bytes if dumps.dumps or len(dumps.days_unread) < len(figures.days) else None
    total: Row = {
        "Archivo": "Total",
        "Día": None,
        _titled("backups.dumps.size", "bytes"): known,
        _titled("backups.dumps.saved"): None,
    }
    return [
        *(
            {
                "Archivo": each.file_name,
                "Día": each.dump_day,
                _titled("backups.dumps.size", "bytes"): each.size_bytes,
                _titled("backups.dumps.saved"): each.modified_at,
            }
            for each in dumps.dumps
        ),
        total,
    ]
