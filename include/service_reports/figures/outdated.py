"""What is told of an issued report whose figures would be others now: alerts, and a question with all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from service_reports.checks.observation import Observation
from service_reports.contracts import ReportPeriod
from service_reports.figures import catalogue
from service_reports.figures.changes import family_of
from service_reports.figures.figure import instant_of
from service_reports.figures.model import FigureChange
from service_reports.wording.es_co import outdated as words

KIND = "report.figure_changed"
MOST_ALERTS = 20
"""So many figures have an alert each; more of them are told by table and day."""
MOST_LISTED = 10
"""So many figures an alert lists; the register's event has all of them."""


def line(change: FigureChange) -> str:
    """A change as the register and the alerts tell it: ``usage.days.complete: 6 → 5``, exact."""
    return f"{change.figure_id}: {_value(change.before, change.unit)} → {_value(change.now, change.unit)}"


def _value(value: Decimal | None, unit: str) -> str:
    if value is None:
        return "—"
    return instant_of(value).isoformat() if unit == "instant" else f"{value.normalize():f}"


def alerts(contract_id: str, report: ReportPeriod, version: int, found: Sequence[FigureChange]) -> list[Observation]:
    """The alerts about a version that is out of date: one a figure, or where these are many, one a table and day.

    A figure that is about no day of the period is told on its last.
    """
    issued_as = f"{report.number} v{version}"
    if len(found) <= MOST_ALERTS:
        return [
            Observation(
                KIND,
                contract_id,
                f"{issued_as} {change.figure_id}",
                "alert",
                words.figure_changed(issued_as, change.label, line(change), change.cause),
                _day(change, report),
                change.before,
                change.now,
            )
            for change in found
        ]
    tables: dict[tuple[str, date], list[FigureChange]] = defaultdict(list)
    for change in found:
        tables[family_of(change.figure_id), _day(change, report)].append(change)
    return [
        Observation(
            KIND,
            contract_id,
            f"{issued_as} {table}",
            "alert",
            words.table_changed(issued_as, table, [line(change) for change in of_table], MOST_LISTED),
            day,
        )
        for (table, day), of_table in tables.items()
    ]


def _day(change: FigureChange, report: ReportPeriod) -> date:
    found = catalogue.known(change.figure_id)
    day = found.day if found else None
    return day if day is not None and report.period_from <= day <= report.period_to else report.period_to
