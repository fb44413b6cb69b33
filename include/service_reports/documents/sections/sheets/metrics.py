"""Metrics of servers, in all and by day, and their availability."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service_reports.contracts.model import Contract
from service_reports.documents.sections.figure_cells import heading
from service_reports.documents.sections.sheets.sheet import EXACT, HOURS, WHOLE, Heading, Sheet, Value, value
from service_reports.figures.model import PeriodFigures
from service_reports.wording.shown import Quoted

SOURCE, MONITORING = "oci_metrics", "OCI Monitoring"
METRIC_UNITS = {"percent": "%", "state": "Estado: 1 responde, 0 no"}
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


def sheets(_: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """Those of what is charted, and of what is expected to answer."""
    unread = figures.unread_days(SOURCE)
    charted = (_metrics(figures), _daily(figures)) if figures.metrics else ()
    for sheet in (*charted, *((_availability(figures),) if figures.availability else ())):
        yield replace(sheet, days_unread=unread)


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
            Quoted(each.title),
            Quoted(each.metric_name),
            Quoted(each.namespace),
            METRIC_UNITS[each.unit],
            *(
                value(figures, family, resource=each.resource_name, metric=each.metric_name)
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
    return Sheet("Métricas", "Metricas", content, MONITORING, read_at, headings, rows, frozen=2)


def _daily(figures: PeriodFigures) -> Sheet:
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
            Quoted(each.title),
            Quoted(each.metric_name),
            *(
                value(figures, family, day=day.day, resource=each.resource_name, metric=each.metric_name)
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
    return Sheet("Métricas diarias", "Metricas_diarias", content, MONITORING, read_at, headings, rows)


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
                value(figures, family, resource=each.resource_name)
                for family in ("availability.percent", *OF_AVAILABILITY)
            ),
        ]
        for each in figures.availability
    ]
    content = "Muestras de cinco minutos en las que respondió el nodo; no mide la base de datos."
    read_at = figures.sources.metrics_read_at
    return Sheet("Disponibilidad", "Disponibilidad", content, MONITORING, read_at, headings, rows)
