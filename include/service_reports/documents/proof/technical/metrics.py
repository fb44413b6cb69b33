"""What the tables about metrics should say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service_reports.documents.proof.subject import Subject, Tables
from service_reports.documents.proof.table_check import (
    Day,
    Expected,
    ExpectedTable,
    Row,
    Words,
)
from service_reports.figures.model import MetricSeries

STATISTICS = {
    "Mínimo medido": "metric.least",
    "Media": "metric.mean",
    "P5": "metric.p05",
    "P95": "metric.p95",
    "Máximo medido": "metric.peak",
}
OF_A_DAY = {
    "Mín.": "metric.day.min",
    "Media": "metric.day.mean",
    "P5": "metric.day.p05",
    "P95": "metric.day.p95",
    "Máx.": "metric.day.max",
}


def _metrics(subject: Subject) -> Iterator[ExpectedTable]:
    figures = subject.figures
    kinds = [[each for each in figures.metrics if each.resource_kind == kind] for kind in ("database", "server")]
    for series in kinds:
        for resource in dict.fromkeys(each.resource_name for each in series):
            of_resource = [each for each in figures.metrics if each.resource_name == resource]
            yield ExpectedTable(f"Métricas de {resource}", list(_statistics(subject, of_resource)))
            yield ExpectedTable(
                f"Valores diarios de {resource}", list(_days_of_metrics(subject, of_resource)), in_detail=True
            )


def _of(series: MetricSeries) -> dict[str, str]:
    return {"resource": series.resource_name, "metric": series.metric_name}


def _other_percentiles(subject: Subject, series: MetricSeries) -> set[str]:
    """The percentiles that do not stand beside a metric: those of its good end; both of a state."""
    if series.unit == "state":
        return {"P5", "P95"}
    metric = next(
        metric
        for resource in subject.contract.resources
        for metric in resource.metrics
        if (resource.name, metric.namespace, metric.name)
        == (series.resource_name, series.namespace, series.metric_name)
    )
    return {"P95"} if metric.bad_end == "low" else {"P5"}


def _statistics(subject: Subject, of_resource: Sequence[MetricSeries]) -> Iterator[Row]:
    left_out = {series.metric_name: _other_percentiles(subject, series) for series in of_resource}
    nobodys = set.intersection(*left_out.values())
    for series in of_resource:
        of = _of(series)
        cells: dict[str, Expected] = {"Métrica": Words(series.title + (" (%)" if series.unit == "percent" else ""))}
        for title, family in STATISTICS.items():
            if title in left_out[series.metric_name]:
                if title not in nobodys:
                    cells[title] = Words("—")
            else:
                cells[title] = subject.value(family, **of)
        cells["Muestras recibidas"] = subject.value("metric.samples", **of)
        cells["Muestras esperadas"] = subject.value("metric.expected", **of)
        yield Row(cells)


def _days_of_metrics(subject: Subject, of_resource: Sequence[MetricSeries]) -> Iterator[Row]:
    for day in (each.day for each in of_resource[0].days):
        cells: dict[str, Expected] = {"Fecha (UTC)": Day(day)}
        for series in of_resource:
            sign = " / (%)" if series.unit == "percent" else ""
            left_out = _other_percentiles(subject, series)
            for title, family in OF_A_DAY.items():
                if title not in left_out:
                    cells[f"{series.title} / {title}{sign}"] = subject.value(family, day=day, **_of(series))
        yield Row(cells)


TABLES = Tables(20, _metrics)
