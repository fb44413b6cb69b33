"""Tables of the infrastructure's use: summary, changes of level, daily quantities, units.

Every number of a product has the decimals of its column (``format.decimals_for`` its total). Cells are rounded one by
one; the row “Redondeo” holds what lies between them and the exact total, so that each column adds up as it is printed.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import NamedTuple

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Table

from service_reports.documents.engine import palette, style, tables
from service_reports.documents.engine.tables import Align, Column
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.model import (
    ColumnComparison,
    LevelChange,
    UsageColumn,
    UsageComparison,
    UsageDayRow,
    UsageTable,
)
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

SIZES = (7.0, 6.5, 6.0, 5.5, 5.0, 4.5)
"""Sizes of the summary and of the steps: the first at which their numbers stay whole."""
UNITS_SIZE = 7.5
UNIT_SHARE = 0.29
DAILY_SIZE = 6.8
ROW_PADDING = 1.05
DATE_WIDTH, HOURS_WIDTH = 46.0, 32.0
LEAST_WIDTH, MOST_WIDTH = 52.0, 120.0
PARTIAL_MARK = " *"
ROUNDING, TOTAL = "Redondeo", "Total"
STEADY = "sin cambio"
NEW = "nuevo"
"""In the place of a change from nothing."""
UNDESCRIBED = "unidad de Oracle que este informe no describe"


class UnitMeaning(NamedTuple):
    """What a unit of cost reports counts, in Spanish; ``product_contains`` narrows it to some products."""

    unit: str
    product_contains: str
    meaning: str


@cache
def _unit_meanings() -> tuple[UnitMeaning, ...]:
    """The described units (``oci_units.csv``); of several that fit, the first holds."""
    with (Path(__file__).parent / "oci_units.csv").open(encoding="utf-8", newline="") as file:
        return tuple(UnitMeaning(**row) for row in csv.DictReader(file))


def unit_meaning(column: UsageColumn) -> UnitMeaning:
    """What the unit of a product counts; a unit that nobody has described says so."""
    for known in _unit_meanings():
        if known.unit == column.unit and known.product_contains in column.product_description:
            return known
    return UnitMeaning(column.unit, "", UNDESCRIBED)


def decimals_of(usage: UsageTable) -> list[int]:
    """How many decimals each column is printed with."""
    return [es_co.decimals_for(total) for total in usage.totals]


def rounding_of(usage: UsageTable, index: int) -> Decimal:
    """What is missing between the printed cells of a column and its printed total."""
    decimals = es_co.decimals_for(usage.totals[index])
    cells = (row.quantities[index] for row in usage.rows if row.quantities)
    printed = sum((es_co.rounded(cell, decimals) for cell in cells if cell is not None), Decimal(0))
    return es_co.rounded(usage.totals[index], decimals) - printed


def summary_cells(usage: UsageTable, comparison: UsageComparison | None) -> list[list[str]]:
    """By column: total and mean of a complete day, the same of the period before if there is one to compare with and
    the change from it; then least and most of a day, and from which level to which it went."""
    overall = {change.column: change for change in overall_changes(usage.level_changes)}
    compared = {column.label: column for column in comparison.columns} if comparison else {}
    cells = []
    for summary, total, decimals in zip(usage.summaries, usage.totals, decimals_of(usage), strict=True):
        means, spread = (total, summary.mean), (summary.minimum, summary.maximum)
        cells.append(
            [
                *(es_co.number(value, decimals) for value in means),
                *(_against_before(compared[summary.column], decimals) if compared else []),
                *(es_co.number(value, decimals) for value in spread),
                *_levels(overall.get(summary.column), decimals),
            ]
        )
    return cells


def _against_before(column: ColumnComparison, decimals: int) -> list[str]:
    return [es_co.number(column.before, decimals), NEW if column.percent is None else es_co.change(column.percent)]


def gone(usage: UsageTable, comparison: UsageComparison | None) -> list[ColumnComparison]:
    """The products of the period before that this one does not have, by name."""
    present = {column.label for column in usage.columns}
    columns = comparison.columns if comparison else ()
    return sorted((column for column in columns if column.label not in present), key=lambda column: column.label)


def _levels(change: LevelChange | None, decimals: int) -> list[str]:
    if change is None:
        return ["", "", STEADY]
    levels = [es_co.number(level, decimals) for level in (change.before, change.after)]
    return [*levels, es_co.MISSING if change.percent is None else es_co.change(change.percent)]


def _fitted(
    titles: Sequence[tuple[str, Align]], rows: Sequence[Sequence[str]], width: float
) -> tuple[list[Column], float]:
    """Columns and the largest size at which no number (cell aligned right) has to break."""
    for size in SIZES:
        columns = tables.fitted_columns(titles, rows, width, size)
        if all(
            column.align == "LEFT" or stringWidth(cell, style.REGULAR, size) <= column.width - 2 * tables.PADDING
            for row in rows
            for cell, column in zip(row, columns, strict=True)
        ):
            break
    return columns, size


def change_remark(usage: UsageTable, index: int) -> str:
    """By how much a column went from its first level to its last; empty where it kept its level."""
    for change in overall_changes(usage.level_changes):
        if change.column == usage.columns[index].label:
            return f"cambio de nivel: {es_co.change(change.percent)}" if change.percent is not None else "empieza"
    return ""


def summary_table(usage: UsageTable, comparison: UsageComparison | None, width: float) -> Table:
    """One row a product under the name of its service: total, a complete day, the period before, change of level."""
    before = ("Media anterior", "Variación") if comparison and comparison.columns else ()
    numbers = ("Total", "Media diaria", *before, "Mínimo", "Máximo", "Primer nivel", "Último nivel", "Cambio de nivel")
    titles: list[tuple[str, Align]] = [
        ("Recurso", "LEFT"),
        ("Unidad", "LEFT"),
        *((title, "RIGHT") for title in numbers),
    ]
    products = [
        [Quoted(column.product_description), Quoted(column.unit), *cells]
        for column, cells in zip(usage.columns, summary_cells(usage, comparison), strict=True)
    ]
    columns, size = _fitted(titles, products, width)
    rows: list[list[str]] = []
    headings: list[int] = []
    for service, group in groupby(zip(usage.columns, products, strict=True), key=lambda pair: pair[0].service):
        headings.append(len(rows) + 1)
        rows.append([Quoted(service)] + [""] * (len(titles) - 1))
        rows += [cells for _, cells in group]
    table = tables.ruled_table(columns, rows, size=size)
    for row in headings:
        table.setStyle(
            [
                ("SPAN", (0, row), (-1, row)),
                ("FONTNAME", (0, row), (-1, row), style.BOLD),
                ("BACKGROUND", (0, row), (-1, row), palette.TOTAL_FILL),
                ("NOSPLIT", (0, row), (-1, row + 1)),
            ]
        )
    return table


def change_cells(usage: UsageTable, change: LevelChange) -> list[str]:
    """One step as it is printed: last day of the old level, first of the new, both levels, the change."""
    decimals = dict(zip((column.label for column in usage.columns), decimals_of(usage), strict=True))[change.column]
    return [
        es_co.table_date(change.from_day),
        es_co.table_date(change.to_day),
        es_co.number(change.before, decimals),
        es_co.number(change.after, decimals),
        es_co.MISSING if change.percent is None else es_co.change(change.percent),
    ]


def changes_table(usage: UsageTable, width: float) -> Table:
    """Every step of every product, by day."""
    titles: list[tuple[str, Align]] = [
        ("Servicio", "LEFT"),
        ("Recurso", "LEFT"),
        ("Unidad", "LEFT"),
        ("Último día del nivel anterior", "RIGHT"),
        ("Primer día del nuevo", "RIGHT"),
        ("Antes", "RIGHT"),
        ("Después", "RIGHT"),
        ("Cambio", "RIGHT"),
    ]
    columns = {column.label: column for column in usage.columns}
    rows = [
        [
            Quoted(columns[change.column].service),
            Quoted(columns[change.column].product_description),
            Quoted(columns[change.column].unit),
            *change_cells(usage, change),
        ]
        for change in changes_by_day(usage)
    ]
    fitted, size = _fitted(titles, rows, width)
    return tables.ruled_table(fitted, rows, size=size)


def changes_by_day(usage: UsageTable) -> list[LevelChange]:
    """The steps of all columns, by the first day of the new level, then by column."""
    return sorted(usage.level_changes, key=lambda change: (change.to_day, change.column))


def daily_texts(usage: UsageTable, index: int) -> tuple[list[str], str, str]:
    """One column as it is printed: its cells, the rounding, the total; they add up."""
    decimals = es_co.decimals_for(usage.totals[index])
    cells = [es_co.number(row.quantities[index], decimals) for row in usage.rows]
    rounding = rounding_of(usage, index)
    sign = "−" if rounding < 0 else ""
    return cells, sign + es_co.number(abs(rounding), decimals), es_co.number(usage.totals[index], decimals)


def _least_width(usage: UsageTable, index: int) -> float:
    """The width a column needs: its longest number, or the longest word of its header."""
    column = usage.columns[index]
    cells, rounding, total = daily_texts(usage, index)
    words = f"{column.product_description} {_unit(column.unit)}".split()
    longest = max(
        stringWidth(total, style.BOLD, DAILY_SIZE),
        *(stringWidth(cell, style.REGULAR, DAILY_SIZE) for cell in (*cells, rounding)),
        *(stringWidth(word, style.BOLD, DAILY_SIZE) for word in words),
    )
    return min(max(LEAST_WIDTH, float(longest) + 2 * tables.PADDING + 1), MOST_WIDTH)


def packed_columns(usage: UsageTable, width: float) -> list[list[int]]:
    """Column indexes in order, shared evenly over as few daily tables as the width allows."""
    width -= DATE_WIDTH + HOURS_WIDTH
    least = [_least_width(usage, index) for index in range(len(usage.columns))]
    count = ceil(sum(least) / width)
    while True:
        size = ceil(len(least) / count)
        groups = [list(range(start, min(start + size, len(least)))) for start in range(0, len(least), size)]
        if size == 1 or all(sum(least[index] for index in group) <= width for group in groups):
            return groups
        count += 1


def _unit(unit: str) -> str:
    return Quoted(f"({unit})")


def hours_cell(row: UsageDayRow) -> str:
    """The hours of a day that have use; of a day that was not read that is not known."""
    return es_co.number(None if row.state == "unread" else row.hours)


def daily_table(usage: UsageTable, indexes: Sequence[int], width: float) -> Table:
    """Some columns on every day of the period, in order; then the rounding and the total."""
    least = [_least_width(usage, index) for index in indexes]
    spare = (width - DATE_WIDTH - HOURS_WIDTH - sum(least)) / len(least)
    columns = [
        Column("Fecha (UTC)", DATE_WIDTH),
        Column("Horas", HOURS_WIDTH, "RIGHT"),
        *(
            Column(Quoted(usage.columns[index].product_description), room + spare, "RIGHT")
            for index, room in zip(indexes, least, strict=True)
        ),
    ]
    texts = [daily_texts(usage, index) for index in indexes]
    marks = {"partial": PARTIAL_MARK, "complete": "", "missing": "", "unread": ""}
    rows = [
        [
            es_co.table_date(row.day) + marks[row.state],
            hours_cell(row),
            *(cells[position] for cells, _, _ in texts),
        ]
        for position, row in enumerate(usage.rows)
    ]
    rows.append([ROUNDING, "", *(rounding for _, rounding, _ in texts)])
    table = tables.grouped_table(
        columns,
        ["", "", *(Quoted(usage.columns[index].service) for index in indexes)],
        ["", "", *(_unit(usage.columns[index].unit) for index in indexes)],
        rows,
        [TOTAL, "", *(total for _, _, total in texts)],
        DAILY_SIZE,
    )
    body = (0, table.repeatRows), (-1, -1)
    table.setStyle([("TOPPADDING", *body, ROW_PADDING), ("BOTTOMPADDING", *body, ROW_PADDING)])
    shaded = [position for position, row in enumerate(usage.rows, start=table.repeatRows) if row.state != "complete"]
    table.setStyle([("BACKGROUND", (0, row), (-1, row), palette.GAP_FILL) for row in shaded])
    return table


def units_table(usage: UsageTable, width: float) -> Table:
    """What each unit of the period's products counts, in the order of their first column."""
    rows = [
        [Quoted(f"{unit}, en «{word}»" if word else unit), f"{meaning[0].upper()}{meaning[1:]}."]
        for unit, word, meaning in dict.fromkeys(unit_meaning(column) for column in usage.columns)
    ]
    columns = [Column("Unidad", UNIT_SHARE * width), Column("Qué cuenta", (1 - UNIT_SHARE) * width)]
    return tables.ruled_table(columns, rows, size=UNITS_SIZE)
