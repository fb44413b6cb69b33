"""Daily use of the infrastructure, by product."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from service_reports.contracts import Contract
from service_reports.figures.chapter import Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.growth import growth
from service_reports.figures.level_changes import level_changes, overall_changes
from service_reports.figures.model import PeriodFigures, UsageColumn, UsageDayRow, UsageSummary, UsageTable
from service_reports.figures.rounding import rounded_quotient
from service_reports.records import UsageDay
from service_reports.wording.es_co.formats import decimals_for, rounded

HOURS_A_DAY = 24
HOURS_OF_A_DAY = frozenset({"OCPU Hours", "GB Hours", "Load Balancer Hours", "Mbps Per Hour"})
"""Units that count hours of something: what is held all day long counts 24 of it."""


@cache
def service_names() -> dict[str, str]:
    """Names that the provider's console shows for service codes (``oci_service_names.csv``), where it does not tell."""
    with (Path(__file__).parents[1] / "oci_service_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def usage_table(rows: Sequence[UsageDay], days: Sequence[date], unread: Collection[date] = ()) -> UsageTable:
    """Arrange daily use as one row a day and one column a product; days are UTC.

    A day without any row is missing, one with fewer than 24 hours partial: also one of which only
    a correction came, as it is in the total. In a day that has data, a product without rows was not
    used: zero. A code without a display name is printed as it is. Of days that were ``unread`` (not after
    their end, or not all that came) nothing is missing, complete or zero.
    """
    cells: dict[tuple[date, UsageColumn], Decimal] = {}
    hours: dict[date, int] = {}
    for row in rows:
        if row.usage_date not in days:
            continue
        service = service_names().get(row.service_code, row.service_code)
        column = UsageColumn(
            label=f"{service} / {row.product_description} ({row.unit})",
            service=service,
            product_description=row.product_description,
            unit=row.unit,
        )
        key = row.usage_date, column
        cells[key] = cells.get(key, Decimal(0)) + row.quantity
        hours[row.usage_date] = max(hours.get(row.usage_date, 0), row.hours, row.hours_of_day)
    columns = tuple(sorted({column for _, column in cells}, key=lambda column: column.label))
    table = tuple(_row(day, hours.get(day), columns, cells, day in unread) for day in days)
    totals = tuple(sum((cells.get((day, column), Decimal(0)) for day in days), Decimal(0)) for column in columns)
    return with_readings(UsageTable(columns=columns, rows=table, totals=totals))


def with_readings(table: UsageTable) -> UsageTable:
    """The table with what can be read out of its days: a summary of every column, and its changes of level."""
    summaries = tuple(_summary(column.label, index, table.rows) for index, column in enumerate(table.columns))
    return table.model_copy(update={"summaries": summaries, "level_changes": level_changes(table)})


def _summary(label: str, index: int, rows: Sequence[UsageDayRow]) -> UsageSummary:
    daily = [
        (row.day, quantity)
        for row in rows
        if row.state == "complete" and (quantity := row.quantities[index]) is not None
    ]
    days = [quantity for _, quantity in daily]
    return UsageSummary(
        column=label,
        mean=rounded_quotient(sum(days, Decimal(0)), len(days)) if days else None,
        minimum=min(days, default=None),
        maximum=max(days, default=None),
        growth=growth(daily),
    )


def _row(
    day: date,
    hours: int | None,
    columns: Sequence[UsageColumn],
    cells: dict[tuple[date, UsageColumn], Decimal],
    unread: bool,
) -> UsageDayRow:
    if hours is None:
        state: Literal["unread", "missing"] = "unread" if unread else "missing"
        return UsageDayRow(day=day, hours=0, state=state, quantities=(None,) * len(columns))
    return UsageDayRow(
        day=day,
        hours=hours,
        state="complete" if hours >= HOURS_A_DAY and not unread else "partial",
        quantities=tuple(cells.get((day, column), None if unread else Decimal(0)) for column in columns),
    )


def rounding(cells: Iterable[Decimal | None], total: Decimal) -> Decimal:
    """What lies between the cells of a column, rounded one by one as they are printed, and its rounded total."""
    decimals = decimals_for(total)
    printed = sum((rounded(cell, decimals) for cell in cells if cell is not None), Decimal(0))
    return rounded(total, decimals) - printed


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    table = figures.usage
    make = make.within(compartments=len(contract.oci.compartment_ocids))
    units = {column.label: column.unit for column in table.columns}
    for column, total in zip(table.columns, table.totals, strict=True):
        yield make("usage.total", total, column.unit, column=column.label)
    for row in table.rows:
        for column, quantity in zip(table.columns, row.quantities, strict=True):
            yield from make.some("usage.day", quantity, column.unit, day=row.day, column=column.label)
    for index, (column, total) in enumerate(zip(table.columns, table.totals, strict=True)):
        cells = [row.quantities[index] for row in table.rows if row.quantities]
        yield make("usage.rounding", rounding(cells, total), column.unit, column=column.label)
    for state in ("complete", "partial", "missing"):
        yield make(f"usage.days.{state}", len(figures.usage_days(state)))
    if unread := figures.usage_days("unread"):
        yield make("usage.days.unread", len(unread))
    for row in table.rows:
        if row.state != "unread":
            yield make("usage.hours", row.hours, day=row.day)
    for summary in table.summaries:
        unit = units[summary.column]
        yield from make.some("usage.mean", summary.mean, unit, column=summary.column)
        yield from make.some("usage.min", summary.minimum, unit, column=summary.column)
        yield from make.some("usage.max", summary.maximum, unit, column=summary.column)
        if summary.growth:
            yield make("usage.growth.first", summary.growth.first, unit, column=summary.column)
            yield make("usage.growth.last", summary.growth.last, unit, column=summary.column)
            yield from make.some("usage.growth.percent", summary.growth.percent, column=summary.column)
    for change in table.level_changes:
        unit, day, label = units[change.column], change.to_day, change.column
        yield make("usage.level_change.before", change.before, unit, day=day, column=label)
        yield make("usage.level_change.after", change.after, unit, day=day, column=label)
        yield from make.some("usage.level_change.percent", change.percent, day=day, column=label)
    overall = overall_changes(table.level_changes)
    if overall:
        yield make("usage.columns", len(table.columns))
        yield make("usage.columns.changed", len(overall))
    for change in overall:
        unit = units[change.column]
        yield make("usage.level.first", change.before, unit, column=change.column)
        yield make("usage.level.last", change.after, unit, column=change.column)
        yield from make.some("usage.level.percent", change.percent, column=change.column)
        if unit in HOURS_OF_A_DAY:
            for name, level in (("first", change.before), ("last", change.after)):
                yield make(f"usage.held.{name}", rounded_quotient(level, HOURS_A_DAY), column=change.column)


CHAPTER = Chapter(
    name="usage",
    place=10,
    numbers=numbers,
    sources=("oci_cost_reports",),
    kinds={"usage": "oci_cost_reports", "confirm_capacity": ""},
    leads_to={
        "usage.step": "confirm_capacity",
        "usage.missing": "decide_correction",
        "usage.partial": "decide_correction",
    },
)
