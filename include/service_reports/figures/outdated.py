"""What is told of an issued report whose figures would be others now: alerts, and a question with all of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from service_reports.contracts import ReportPeriod
from service_reports.figures.model import Figure
from service_reports.quality.observation import Observation

KIND = "report.figure_changed"
MOST_ALERTS = 20
"""So many figures have an alert each; more of them are told by table and day."""
MOST_LISTED = 10
"""So many figures an alert lists; the register's event has all of them."""
DAY = re.compile(r"(?<![^/])\d{4}-\d{2}-\d{2}(?![^/])")


class Change(NamedTuple):
    """A figure that is another one now; ``None``: the report has, or would have, no such figure."""

    id: str
    before: Decimal | None
    now: Decimal | None


def changes(issued: Sequence[Figure], now: Sequence[Figure]) -> tuple[Change, ...]:
    """The figures that differ."""
    before, after = {f.id: f.value for f in issued}, {f.id: f.value for f in now}
    return tuple(
        Change(id, before.get(id), after.get(id)) for id in {**before, **after} if before.get(id) != after.get(id)
    )


def line(change: Change) -> str:
    """A change as the register and the alerts tell it: ``usage.days.complete: 6 → 5``, exact."""
    return f"{change.id}: {_value(change.before)} → {_value(change.now)}"


def _value(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"


def alerts(contract_id: str, report: ReportPeriod, version: int, found: Sequence[Change]) -> list[Observation]:
    """The alerts about a version that is out of date: one a figure, or where these are many, one a table and day.

    A figure that is about no day of the period is told on its last.
    """
    issued_as = f"{report.number} v{version}"
    if len(found) <= MOST_ALERTS:
        return [
            Observation(
                KIND, contract_id, f"{issued_as} {change.id}", "alert",
                f"Informe {issued_as}, cifra {line(change)}. {REMEDY}",
                _day(change, report), change.before, change.now,
            )
            for change in found
        ]  # fmt: skip
    tables: dict[tuple[str, date], list[Change]] = defaultdict(list)
    for change in found:
        tables[change.id.partition("/")[0], _day(change, report)].append(change)
    return [
        Observation(
            KIND, contract_id, f"{issued_as} {table}", "alert",
            f"Informe {issued_as}, {table}, cifras que cambiaron: {len(of_table)}. {'; '.join(_listed(of_table))}. "
            f"{REMEDY}",
            day,
        )
        for (table, day), of_table in tables.items()
    ]  # fmt: skip


REMEDY = "Decida en «Decidir una corrección» si se emite una versión corregida."


def _day(change: Change, report: ReportPeriod) -> date:
    days = (date.fromisoformat(found) for found in DAY.findall(change.id))
    return next((day for day in days if report.period_from <= day <= report.period_to), report.period_to)


def _listed(found: Sequence[Change]) -> Iterator[str]:
    yield from map(line, found[:MOST_LISTED])
    if len(found) > MOST_LISTED:
        yield f"y {len(found) - MOST_LISTED} más"
