"""What an issued version says, against what would be issued now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from service_reports.figures.causes import Cause, explain
from service_reports.figures.labels import label
from service_reports.figures.model import Figure, FigureChange
from service_reports.figures.usage import usage_table
from service_reports.quality.observation import Observation
from service_reports.sources.records import UsageDay

KIND = "report.figure_changed"
PREFIX = "usage.day/"


def compare(issued: Sequence[Figure], now: Sequence[Figure], causes: Sequence[Cause] = ()) -> tuple[FigureChange, ...]:
    """Every figure that changed, appeared or is gone, with its cause, in the order of the figures.

    A figure that is gone stands where it stood. ``causes`` is what is known to have come or
    changed since the issued figures were computed; see :mod:`service_reports.figures.causes`.
    """
    before, after = ({figure.id: figure for figure in figures} for figures in (issued, now))
    return tuple(
        FigureChange(
            figure_id=each,
            label=label(each),
            unit=(after.get(each) or before[each]).unit,
            before=before[each].value if each in before else None,
            now=after[each].value if each in after else None,
            cause=explain(each, causes, whole=each not in before or each not in after),
        )
        for each in _merged(list(before), list(after))
        if each not in before or each not in after or _printed(before[each]) != _printed(after[each])
    )


def _printed(figure: Figure) -> tuple[Decimal, str]:
    return figure.value, figure.unit


def _merged(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The ids of the later figures, each earlier one that is gone behind the one it stood behind."""
    kept, anchor = set(after), ""
    gone: dict[str, list[str]] = defaultdict(list)
    for each in before:
        if each in kept:
            anchor = each
        else:
            gone[anchor].append(each)
    return [*gone[""], *(each for one in after for each in (one, *gone[one]))]


def changed_figures(
    contract_id: str,
    issued_as: str,
    issued: Mapping[str, Decimal],
    rows: Sequence[UsageDay],
    days: Sequence[date],
) -> list[Observation]:
    """One alert for each figure ``usage.day/…`` of an issued report that would be another now.

    ``issued_as`` names the report with its version, ``issued`` has its figures by id, and
    ``rows`` is the use of its period as it is now. A day that had no data at all and has now is one alert.
    """
    table = usage_table(rows, days)
    now = {
        f"{PREFIX}{row.day}/{column.label}": quantity
        for row in table.rows
        for column, quantity in zip(table.columns, row.quantities, strict=True)
        if quantity is not None
    }
    before = {figure: value for figure, value in issued.items() if figure.startswith(PREFIX)}
    days_before = {_day(figure) for figure in before}
    found = []
    for day in days:
        columns = [figure for figure in now if _day(figure) == day]
        if columns and day not in days_before:
            detail = (
                f"Informe {issued_as}: el {day} no tenía datos de consumo cuando se emitió y ahora tiene "
                f"{len(columns)} columnas. Si corresponde, emita una versión corregida."
            )
            found.append(Observation(KIND, contract_id, f"{issued_as} {PREFIX}{day}", "alert", detail, day))
    for figure in sorted({*before, *now}):
        day = _day(figure)
        old, new = before.get(figure, Decimal(0)), now.get(figure, Decimal(0))
        if day in days_before and old != new:
            detail = (
                f"Informe {issued_as}, cifra {figure}: se emitió con {old:f} y ahora es {new:f}. "
                "Si corresponde, emita una versión corregida."
            )
            found.append(Observation(KIND, contract_id, f"{issued_as} {figure}", "alert", detail, day, old, new))
    return found


def _day(figure: str) -> date:
    return date.fromisoformat(figure.removeprefix(PREFIX)[:10])
