"""Consumption by day and in all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from service_reports.contracts.model import Contract
from service_reports.documents.sections.figure_cells import heading
from service_reports.documents.sections.readings import UNREAD
from service_reports.documents.sections.sheets.sheet import (
    CHANGE,
    QUANTITY,
    WHOLE,
    Heading,
    Sheet,
    Value,
    share,
    value,
)
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

SOURCE = "oci_cost_reports"
COST_REPORTS = "Informes de costos de OCI"
DAY_STATES = {"complete": "Completo", "partial": "Parcial", "missing": "Sin datos", "unread": UNREAD}
OF_USE = ("usage.total", "usage.mean", "usage.min", "usage.max")


def sheets(_: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """Each day, and the period."""
    unread = figures.unread_days(SOURCE)
    for sheet in (_daily(figures), _totals(figures)):
        yield replace(sheet, days_unread=unread)


def _daily(figures: PeriodFigures) -> Sheet:
    usage = figures.usage
    labels = [column.label for column in usage.columns]
    headings = [
        Heading("Fecha (UTC)"),
        Heading(heading("usage.hours"), WHOLE),
        Heading("Estado del día"),
        *(Heading(Quoted(label), _shown(total)) for label, total in zip(labels, usage.totals, strict=True)),
    ]
    rows: list[list[Value]] = [
        [
            row.day,
            value(figures, "usage.hours", day=row.day),
            DAY_STATES[row.state],
            *(value(figures, "usage.day", day=row.day, column=label) for label in labels),
        ]
        for row in usage.rows
    ]
    totals = (value(figures, "usage.total", column=label) for label in labels)
    total: list[Value] = [heading("usage.total"), None, None, *totals]
    content = "Consumo por día (UTC) y recurso; una celda vacía es un dato que no llegó, no un cero."
    read_at = figures.sources.usage_read_at
    return Sheet("Consumo diario", "Consumo_diario", content, COST_REPORTS, read_at, headings, rows, total, frozen=3)


def _totals(figures: PeriodFigures) -> Sheet:
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
            *(value(figures, family, column=column.label) for family in OF_USE),
        ]
        for column in usage.columns
    ]
    if figures.comparison:
        headings += [Heading(heading("comparison.before"), QUANTITY), Heading(heading("comparison.percent"), CHANGE)]
        for row, column in zip(rows, usage.columns, strict=True):
            row += [
                value(figures, "comparison.before", column=column.label),
                share(figures, "comparison.percent", column=column.label),
            ]
    content = (
        "Consumo del periodo por recurso; cada total es la suma de su columna en «Consumo diario». "
        "Media, mínimo y máximo son de los días completos; la media anterior, la del periodo anterior."
    )
    read_at = figures.sources.usage_read_at
    return Sheet("Resumen de consumo", "Resumen_de_consumo", content, COST_REPORTS, read_at, headings, rows, frozen=2)


def _shown(total: Decimal) -> str:
    return f"#,##0.{'0' * es_co.decimals_for(total)}"
