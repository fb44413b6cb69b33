"""What the tables about availability, and about what was observed of the data, should say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from service_reports.checks.observation import Observation
from service_reports.documents.proof.subject import Subject, Tables
from service_reports.documents.proof.table_check import (
    Day,
    Expected,
    ExpectedTable,
    Row,
    Words,
    short,
)
from service_reports.figures.model import Availability
from service_reports.wording.es_co.terms import (
    FINDINGS,
)

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


def _availability(subject: Subject) -> Iterator[ExpectedTable]:
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


TABLES = Tables(40, _availability)
