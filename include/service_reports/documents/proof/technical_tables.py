"""What the tables of the technical report should say."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

from service_reports.checks.observation import Observation
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import (
    Day,
    Expected,
    ExpectedTable,
    Group,
    Moment,
    Row,
    Words,
    short,
)
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.model import Availability, MetricSeries, UsageColumn
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_STATES,
    BACKUP_TYPES,
    FINDINGS,
    ORACLE_KEYS,
    backup_term,
)

DAILY_USE = "Consumo diario por recurso"
LISTS = (
    "Qué cuenta cada unidad",
    DAILY_USE,
    "Copias de seguridad automáticas de OCI",
    "Volcados de la base de datos",
)
PARTIAL = "*"
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
AVAILABILITY = {
    "Con respuesta": "availability.samples_up",
    "Recibidas": "availability.samples",
    "Esperadas": "availability.expected",
    "Sin recibir": "availability.missing",
    "Disponibilidad": "availability.percent",
    "Minutos sin respuesta": "availability.minutes_down",
    "Minutos sin medición": "availability.minutes_unknown",
    "Días sin datos": "availability.days_missing",
}


ANSWERS = {
    "Con respuesta": "published.answered",
    "Preguntas": "published.measured",
    "Disponibilidad": "published.percent",
    "Minutos medidos": "published.minutes_measured",
    "Minutos sin medir": "published.minutes_unmeasured",
    "Mayor caída (minutos)": "published.outage",
}
TIMES = {
    "Mín. (ms)": "published.first_byte_least",
    "Media (ms)": "published.first_byte_mean",
    "P95 (ms)": "published.first_byte_p95",
    "Fin del certificado (UTC)": "published.certificate_ends_at",
}


def in_detail(caption: str) -> bool:
    """Whether a table is one of those that support the others, and stand after them."""
    return caption in LISTS or caption.startswith("Valores diarios de ")


def technical_tables(subject: Subject) -> Iterator[ExpectedTable]:
    """The tables in their order; those of the cover, of changes and of annexes are both reports'."""
    constant = {f"{each.title} — {each.resource_name}" for each in subject.figures.metrics if _constant(each)}
    yield from sorted(_tables(subject), key=lambda each: in_detail(each.caption) or each.caption in constant)


def _tables(subject: Subject) -> Iterator[ExpectedTable]:
    if subject.figures.usage.columns:
        yield from _usage(subject)
    yield from _metrics(subject)
    yield from _copies(subject)
    if subject.figures.availability:
        yield ExpectedTable(
            "Disponibilidad medida del nodo", [_available(subject, entry) for entry in subject.figures.availability]
        )
    if subject.figures.observations:
        rows = [
            Row({"Día": _days(days), "Hallazgo": Words(FINDINGS.get(kind, kind)), "Detalle": Words(detail)})
            for kind, detail, days in _joined(subject.figures.observations)
        ]
        yield ExpectedTable("Hallazgos del periodo", rows)
    if subject.figures.published:
        yield ExpectedTable("Respuesta de los servicios publicados", list(_published(subject, ANSWERS)))
        yield ExpectedTable("Tiempo hasta el primer byte y certificado", list(_published(subject, TIMES)))


def _published(subject: Subject, columns: Mapping[str, str]) -> Iterator[Row]:
    for each in subject.figures.published:
        of = {title: subject.value(family, address=each.name) for title, family in columns.items()}
        yield Row({"Servicio": Words(each.name), **of})


def _usage(subject: Subject) -> Iterator[ExpectedTable]:
    usage, comparison = subject.figures.usage, subject.figures.comparison
    changed = {change.column: change for change in overall_changes(usage.level_changes)}
    compared = {column.label: column for column in comparison.columns} if comparison else {}
    rows: list[Row | Group] = []
    for service, columns in groupby(usage.columns, key=lambda column: column.service):
        rows.append(Group(Words(service)))
        for column in columns:
            of = {"column": column.label}
            cells: dict[str, Expected] = {
                "Recurso": Words(column.product_description),
                "Unidad": Words(column.unit),
                "Total": subject.value("usage.total", **of),
                "Media diaria": subject.value("usage.mean", **of),
            }
            if compared:
                new = column.label in compared and compared[column.label].percent is None
                cells["Media anterior"] = subject.value("comparison.before", **of)
                cells["Variación"] = Words("nuevo") if new else subject.value("comparison.percent", **of)
            cells["Mínimo"] = subject.value("usage.min", **of)
            cells["Máximo"] = subject.value("usage.max", **of)
            cells["Primera a última semana"] = subject.value("usage.growth.percent", **of)
            steady = column.label not in changed
            cells["Primer nivel"] = Words("") if steady else subject.value("usage.level.first", **of)
            cells["Último nivel"] = Words("") if steady else subject.value("usage.level.last", **of)
            cells["Cambio de nivel"] = Words("sin escalón") if steady else subject.value("usage.level.percent", **of)
            rows.append(Row(cells))
    yield ExpectedTable("Consumo del periodo por recurso", rows)
    known = {column.label: column for column in usage.columns}
    steps = sorted(usage.level_changes, key=lambda change: (change.to_day, change.column))
    if steps:
        yield ExpectedTable(
            "Cambios de nivel del consumo diario",
            [
                Row(
                    {
                        "Servicio": Words(known[step.column].service),
                        "Recurso": Words(known[step.column].product_description),
                        "Unidad": Words(known[step.column].unit),
                        "Último día del nivel anterior": Day(step.from_day),
                        "Primer día del nuevo": Day(step.to_day),
                        "Antes": subject.value("usage.level_change.before", day=step.to_day, column=step.column),
                        "Después": subject.value("usage.level_change.after", day=step.to_day, column=step.column),
                        "Cambio": subject.value("usage.level_change.percent", day=step.to_day, column=step.column),
                    }
                )
                for step in steps
            ],
        )
    units = dict.fromkeys(_unit(column) for column in usage.columns)
    meanings = [Row({"Unidad": Words(unit), "Qué cuenta": Words(meaning)}) for unit, meaning in units]
    yield ExpectedTable("Qué cuenta cada unidad", meanings)
    yield ExpectedTable(DAILY_USE, list(_days_of_use(subject)), parted=True)


def _days_of_use(subject: Subject) -> Iterator[Row]:
    usage = subject.figures.usage
    titles = {_title(column): column.label for column in usage.columns}
    for day in usage.rows:
        cells: dict[str, Expected] = {
            "Fecha (UTC)": Day(day.day, PARTIAL if day.state == "partial" else ""),
            "Horas": subject.value("usage.hours", day=day.day),
        }
        cells |= {title: subject.value("usage.day", day=day.day, column=label) for title, label in titles.items()}
        yield Row(cells)
    for name, family in (("Redondeo", "usage.rounding"), ("Total", "usage.total")):
        cells = {"Fecha (UTC)": Words(name), "Horas": Words("")}
        for title, label in titles.items():
            cells[title] = subject.value(family, column=label)
        yield Row(cells)


def _title(column: UsageColumn) -> str:
    parts = dict.fromkeys((column.service, column.product_description, f"({column.unit})"))
    return " / ".join(parts)


@cache
def _units() -> tuple[dict[str, str], ...]:
    path = Path(__file__).parents[1] / "sections" / "oci_units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _unit(column: UsageColumn) -> tuple[str, str]:
    """A unit as it is listed, and what it counts."""
    for known in _units():
        word = known["product_contains"]
        if known["unit"] == column.unit and word in column.product_description:
            meaning = known["meaning"]
            return f"{column.unit}, en «{word}»" if word else column.unit, f"{meaning[0].upper()}{meaning[1:]}."
    return column.unit, "Unidad de Oracle que este informe no describe."


def _metrics(subject: Subject) -> Iterator[ExpectedTable]:
    figures = subject.figures
    kinds = [[each for each in figures.metrics if each.resource_kind == kind] for kind in ("database", "server")]
    for series in kinds:
        for resource in dict.fromkeys(each.resource_name for each in series):
            of_resource = [each for each in figures.metrics if each.resource_name == resource]
            for each in of_resource:
                yield ExpectedTable(f"{each.title} — {resource}", [_statistics(subject, each)])
            yield ExpectedTable(f"Valores diarios de {resource}", list(_days_of_metrics(subject, of_resource)))


def _constant(series: MetricSeries) -> bool:
    """Whether nothing of a series lacks or moves: then it has no chart."""
    return series.least is not None and (series.least, series.samples) == (series.peak, series.expected_samples)


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


def _statistics(subject: Subject, series: MetricSeries) -> Row:
    sign = " (%)" if series.unit == "percent" else ""
    of = _of(series)
    left_out = _other_percentiles(subject, series)
    cells: dict[str, Expected] = {
        f"{title}{sign}": subject.value(family, **of) for title, family in STATISTICS.items() if title not in left_out
    }
    cells["Muestras recibidas"] = subject.value("metric.samples", **of)
    cells["Muestras esperadas"] = subject.value("metric.expected", **of)
    return Row(cells)


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


def _copies(subject: Subject) -> Iterator[ExpectedTable]:
    backups = sorted(subject.figures.backups.backups, key=lambda each: each.time_started)
    if backups:
        yield ExpectedTable(
            "Copias de seguridad automáticas de OCI",
            [
                Row(
                    {
                        "Nombre": Words(each.display_name),
                        "Estado": Words(backup_term(BACKUP_STATES, each.lifecycle_state)),
                        "Tipo": Words(backup_term(BACKUP_TYPES, each.type)),
                        "Destino de copia de seguridad": Words(
                            backup_term(BACKUP_DESTINATIONS, each.backup_destination_type)
                        ),
                        "Clave de cifrado": Words(ORACLE_KEYS[each.is_using_oracle_managed_keys]),
                        "Versión de la base de datos": Words(each.version or "—"),
                        "Iniciada (UTC)": Moment(each.time_started, f"backups.oci.started/{each.backup_ocid}"),
                        "Finalizada (UTC)": Moment(each.time_ended, f"backups.oci.ended/{each.backup_ocid}"),
                    }
                )
                for each in backups
            ],
        )
    dumps = sorted(subject.figures.dumps.dumps, key=lambda each: (each.dump_day, each.file_name))
    if dumps:
        rows = [
            Row(
                {
                    "Archivo": Words(each.file_name),
                    "Fecha (UTC)": Moment(each.modified_at, f"backups.dumps.saved/{each.file_name}", "day"),
                    "Hora (UTC)": Moment(each.modified_at, f"backups.dumps.saved/{each.file_name}", "clock"),
                    "Tamaño (MB)": subject.value("backups.dumps.size", "megabytes", file=each.file_name),
                }
            )
            for each in dumps
        ]
        total = subject.value("backups.dumps.bytes", "megabytes")
        empty = {"Fecha (UTC)": Words(""), "Hora (UTC)": Words("")}
        rows.append(Row({"Archivo": Words("Total"), **empty, "Tamaño (MB)": total}))
        yield ExpectedTable("Volcados de la base de datos", rows)


def _available(subject: Subject, entry: Availability) -> Row:
    cells: dict[str, Expected] = {"Nodo de": Words(entry.resource_name), "Métrica": Words(entry.metric_name)}
    for title, family in AVAILABILITY.items():
        cells[title] = subject.value(family, resource=entry.resource_name)
    return Row(cells)


def _days(days: Sequence[date]) -> Expected:
    if len(days) > 1:
        return Words(" – ".join(short(day) for day in days))
    return Day(days[0] if days else None)


def _joined(observations: Sequence[Observation]) -> list[tuple[str, str, tuple[date, ...]]]:
    """Kind, detail and days of findings: none, one, or the first and last of a run of days; by first day."""
    days_of: dict[tuple[str, str], set[date]] = {}
    for each in observations:
        days_of.setdefault((each.kind, each.detail), set()).update([each.day] if each.day else [])
    rows: list[tuple[str, str, tuple[date, ...]]] = []
    for (kind, detail), days in days_of.items():
        firsts = sorted(day for day in days if day - timedelta(days=1) not in days)
        for first in firsts:
            last = first
            while last + timedelta(days=1) in days:
                last += timedelta(days=1)
            rows.append((kind, detail, (first, last) if last > first else (first,)))
        if not days:
            rows.append((kind, detail, ()))
    return sorted(rows, key=lambda row: (row[2][:1] or (date.max,), row[0], row[1]))
