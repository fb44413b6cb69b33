"""What the tables about use should say."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from service_reports.documents.proof.subject import Subject, Tables
from service_reports.documents.proof.table_check import (
    Day,
    Expected,
    ExpectedTable,
    Group,
    Row,
    Words,
)
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.model import UsageColumn

DAILY_USE = "Consumo diario por recurso"
PARTIAL = "*"


def _usage(subject: Subject) -> Iterator[ExpectedTable]:
    if not subject.figures.usage.columns:
        return
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
            if any(summary.growth is not None for summary in usage.summaries):
                cells["Primera a última semana"] = subject.value("usage.growth.percent", **of)
            if usage.level_changes:
                steady = column.label not in changed
                cells["Primer nivel"] = Words("") if steady else subject.value("usage.level.first", **of)
                cells["Último nivel"] = Words("") if steady else subject.value("usage.level.last", **of)
                percent = Words("sin escalón") if steady else subject.value("usage.level.percent", **of)
                cells["Cambio de nivel"] = percent
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
    yield ExpectedTable("Qué cuenta cada unidad", meanings, in_detail=True)
    yield ExpectedTable(DAILY_USE, list(_days_of_use(subject)), parted=True, in_detail=True)


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
    path = Path(__file__).parents[2] / "sections" / "oci_units.csv"
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


TABLES = Tables(10, _usage)
