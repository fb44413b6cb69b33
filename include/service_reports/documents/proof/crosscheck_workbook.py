"""Reads the rendered workbook back, sheet by sheet and column by column, and compares it with the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

from service_reports.figures.model import HourBankFigures, PeriodFigures, TicketFigures
from service_reports.wording.es_co.terms import category

INVISIBLE = re.compile(r"[\s\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""What a sheet does not keep of a text, or keeps otherwise."""
SIGNIFICANT = Decimal("1e-14")
"""A spreadsheet keeps fifteen digits of a number: closer than this, two of them are the same."""
FORMULA = re.compile(rb"<f[ >/]")
HUNDRED = Decimal(100)
MARK = "Sin leer: "
Row = Mapping[Any, object]
"""Values by the title of their column, or by its place from 0."""


def differences(figures: PeriodFigures, content: bytes) -> list[str]:
    """What stands in the workbook otherwise than in the figures, each as one Spanish phrase; nothing is good."""
    book = load_workbook(BytesIO(content), read_only=True)
    try:
        printed = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    finally:
        book.close()
    with ZipFile(BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        found = [f"{name}: tiene fórmulas" for name in sheets if FORMULA.search(archive.read(name))]
    unread = _unread(figures)
    unread -= set() if figures.availability else {"Disponibilidad"}
    for title, expected in _expected(figures):
        rows = printed.get(title, [])
        if title in unread:
            if not rows or not str(rows[-1][0]).startswith(MARK):
                found.append(f"hoja {title}: no dice qué días están sin leer")
            rows = rows[:-1]
        found += _compare(title, rows, expected)
    return found


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
    found |= {"Hallazgos"} if lost else set()
    return found | ({"En trámite de antes"} if figures.earlier and figures.earlier.days_unread else set())


def _compare(title: str, printed: Sequence[Sequence[object]], expected: Sequence[Row]) -> Iterator[str]:
    header = list(printed[0]) if printed else []
    rows = printed[1:]
    if len(rows) != len(expected):
        yield f"hoja {title}: tiene {len(rows)} filas y no {len(expected)}"
        return
    for number, (cells, row) in enumerate(zip(rows, expected, strict=True), start=2):
        values: dict[object, object] = {**dict(enumerate(cells)), **dict(zip(header, cells, strict=False))}
        for column, value in row.items():
            if column not in values or not _same(values[column], value):
                yield f"hoja {title}, fila {number}, «{column}»: {value}"


def _same(cell: object, value: object) -> bool:
    if isinstance(value, Decimal | int) and isinstance(cell, int | float):
        return abs(Decimal(repr(cell)) - value) <= abs(Decimal(value)) * SIGNIFICANT
    if isinstance(value, str) and isinstance(cell, str):
        return INVISIBLE.sub("", cell) == INVISIBLE.sub("", value)
    if isinstance(cell, datetime):
        if isinstance(value, datetime):
            return abs(cell.replace(tzinfo=UTC) - value).total_seconds() < 1
        return cell == datetime.combine(value, datetime.min.time()) if isinstance(value, date) else False
    return cell == value


def _expected(figures: PeriodFigures) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each sheet by the titles of their columns, totals included."""
    if figures.changes is not None:
        yield (
            "Cambios",
            [
                {
                    "Identificador": each.figure_id,
                    "Cifra": each.label,
                    "Antes": each.before,
                    "Ahora": each.now,
                    "Causa": each.cause,
                }
                for each in figures.changes.figures
            ],
        )
    yield "Solicitudes", _tickets(figures.support)
    open_days = figures.support.timing
    yield (
        "En trámite",
        [
            {
                "Requerimiento": ticket.ticket_id,
                "Fecha de registro": ticket.registered_on,
                "Estado": category(ticket.status),
                "Edad (días)": open_days[ticket.ticket_id].age_days,
            }
            for ticket in figures.support.open_tickets
        ],
    )
    if (earlier := figures.earlier) is not None:
        yield (
            "En trámite de antes",
            [
                {
                    "Requerimiento": ticket.ticket_id,
                    "Fecha de registro": ticket.registered_on,
                    "Edad (días)": age,
                }
                for ticket, age in zip(earlier.tickets, earlier.age_days, strict=True)
            ],
        )
    yield "Conteos solicitudes", _counts(figures.support)
    if figures.warranty.total:
        yield "Garantía", _tickets(figures.warranty)
        yield "Conteos garantía", _counts(figures.warranty)
    if (cross := figures.support.cross) is not None:
        sums = [*(((*row.counts, row.total)) for row in cross.rows), (*cross.totals, cross.total)]
        yield "Módulo y estado", [dict(enumerate(counts, start=1)) for counts in sums]
    if figures.hour_bank is not None:
        yield from _bank_sheets(figures.hour_bank)
    yield from _usage(figures)
    yield (
        "Métricas",
        [
            {
                "Recurso": each.resource_name,
                "Métrica": each.metric_name,
                "Mínima": each.minimum,
                "Media": each.mean,
                "Máxima": each.maximum,
                "P95": each.p95,
                "Pico": each.peak,
                "Muestras recibidas": each.samples or (None if each.days_unread else 0),
                "Muestras esperadas": each.expected_samples,
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
                "Mín.": day.minimum,
                "Media": day.mean,
                "P95": day.p95,
                "Máx.": day.maximum,
                "Muestras recibidas": None if not day.samples and day.day in each.days_unread else day.samples,
            }
            for each in figures.metrics
            for day in each.days
        ],
    )
    yield (
        "Disponibilidad",
        [
            {
                "Recurso": each.resource_name,
                "Disponibilidad (%)": each.percent,
                "Con respuesta": each.samples_up or (None if each.days_unread else 0),
                "Recibidas": each.samples or (None if each.days_unread else 0),
                "Esperadas": each.expected_samples,
            }
            for each in figures.availability
        ],
    )
    yield (
        "Copias de OCI",
        [
            {"Iniciada (UTC)": each.time_started, "Finalizada (UTC)": each.time_ended}
            for each in figures.backups.backups
        ],
    )
    yield (
        "Volcados",
        [
            *(
                {"Archivo": each.file_name, "Día": each.dump_day, "Tamaño (bytes)": each.size_bytes}
                for each in figures.dumps.dumps
            ),
            {
                "Tamaño (bytes)": None
                if figures.dumps.days_unread and not figures.dumps.dumps
                else figures.dumps.total_bytes
            },
        ],
    )
    yield "Hallazgos", [{"Día": each.day, "Detalle": each.detail} for each in figures.observations]


def _tickets(tickets: TicketFigures) -> list[Row]:
    timing = tickets.timing
    ordered = sorted(tickets.tickets, key=lambda each: (each.registered_on or date.min, each.ticket_id), reverse=True)
    return [
        {
            "Requerimiento": ticket.ticket_id,
            "Fecha de registro": ticket.registered_on,
            "Estado": category(ticket.status),
            "Módulo": category(ticket.module),
            "Proceso": category(ticket.process),
            "Subproceso": category(ticket.subprocess),
            "Edad (días)": timing[ticket.ticket_id].age_days,
            "Días hasta el cierre": timing[ticket.ticket_id].days_to_close,
        }
        for ticket in ordered
    ]


def _counts(tickets: TicketFigures) -> list[Row]:
    return [
        {"No. Requerimientos": row.count, "De un total de": table.total, "Porcentaje": Decimal(row.percent) / HUNDRED}
        for table in tickets.tables
        for row in table.rows
    ]


def _bank_sheets(bank: HourBankFigures) -> Iterator[tuple[str, list[Row]]]:
    yield "Bolsa de horas", _hour_bank(bank)
    if bank.ledger is not None:
        yield (
            "Movimientos de la bolsa",
            [
                {
                    "Fecha": each.on,
                    "Control de cambio": each.change_code,
                    "Horas": each.hours,
                    "Saldo disponible": each.balance,
                }
                for each in bank.ledger.movements
            ],
        )
    hours = sum((entry.estimated_hours for entry in bank.entries), Decimal(0))
    yield (
        "Consumos de la bolsa",
        [
            *(
                {
                    "Fecha en Producción": each.production_date,
                    "Horas Estimadas": each.estimated_hours,
                    "Estado": each.status,
                }
                for each in bank.entries
            ),
            {"Horas Estimadas": hours},
        ],
    )


def _hour_bank(bank: HourBankFigures) -> list[Row]:
    rows: list[Row] = []
    for name, state, percent in (
        ("Consumidas", "consumed", bank.percent_consumed),
        ("En ejecución", "in_execution", bank.percent_in_execution),
        ("Comprometidas", "committed", bank.percent_committed),
        ("Disponibles", "available", bank.percent_available),
        ("Contratadas", "contracted", 100),
    ):
        row: dict[object, object] = {"Horas": name, "Saldo final": getattr(bank, state)}
        row["Porcentaje"] = Decimal(percent) / HUNDRED
        for line in bank.ledger.lines if bank.ledger else ():
            if line.state == state:
                row |= {"Saldo inicial": line.opening, "Créditos": line.credits, "Débitos": line.debits}
        rows.append(row)
    return rows


def _usage(figures: PeriodFigures) -> Iterator[tuple[str, list[Row]]]:
    usage = figures.usage
    labels = [" ".join(column.label.split()) for column in usage.columns]
    rows: list[Row] = [
        {
            "Fecha (UTC)": row.day,
            "Horas": None if row.state == "unread" else row.hours,
            **dict(zip(labels, row.quantities or [None] * len(labels), strict=True)),
        }
        for row in usage.rows
    ]
    yield "Consumo diario", [*rows, {"Fecha (UTC)": "Total", **dict(zip(labels, usage.totals, strict=True))}]
    before = {
        column.label: {
            "Media anterior": column.before,
            "Variación": None if column.percent is None else column.percent / HUNDRED,
        }
        for column in (figures.comparison.columns if figures.comparison else ())
    }
    yield (
        "Resumen de consumo",
        [
            {
                "Recurso": column.product_description,
                "Unidad": column.unit,
                "Total": total,
                "Media diaria": summary.mean,
                "Mínimo": summary.minimum,
                "Máximo": summary.maximum,
                **before.get(column.label, {}),
            }
            for column, total, summary in zip(usage.columns, usage.totals, usage.summaries, strict=True)
        ],
    )
