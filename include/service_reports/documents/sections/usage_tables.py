"""Tables of the infrastructure's use: summary, changes of level, daily quantities, units.

Every number of a product has the decimals of its column (``format.decimals_for`` its total). Cells are rounded one by
one; the row “Redondeo” holds what lies between them and the exact total, so that each column adds up as it is printed.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache, partial
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import NamedTuple

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Table

from service_reports.documents.engine import palette, style, tables
from service_reports.documents.engine.quotation import shortened
from service_reports.documents.engine.tables import Align, Column
from service_reports.documents.sections.figure_cells import cell, heading, number
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.model import (
    ColumnComparison,
    LevelChange,
    PeriodFigures,
    UsageColumn,
    UsageComparison,
    UsageTable,
)
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted

SIZES = (7.0, 6.5, 6.0, 5.5, 5.0, 4.5)
"""Sizes of the summary and of the steps: the first at which their numbers stay whole."""
LONGEST_NAME, LONGEST_TITLE = 300, 100
"""Characters of a name in a row and in the head of a column, which stands on one page."""
TEXT_SHARE = 0.1
"""How much of the width a column of text has at least, where its words are longer."""
UNITS_SIZE = 7.5
UNIT_SHARE = 0.29
DAILY_SIZE = 6.8
ROW_PADDING = 1.05
DATE_WIDTH, HOURS_WIDTH = 52.0, 32.0
LEAST_WIDTH, MOST_WIDTH = 52.0, 120.0
PARTIAL_MARK = " *"
ROUNDING = "Redondeo"
STEADY = "sin escalón"
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


MEANS, SPREAD = ("usage.total", "usage.mean"), ("usage.min", "usage.max")
BEFORE = ("comparison.before", "comparison.percent")
WEEKS = "usage.growth.percent"
LEVELS, LEVEL_CHANGE = ("usage.level.first", "usage.level.last"), "usage.level.percent"
STEP_LEVELS, STEP = ("usage.level_change.before", "usage.level_change.after"), "usage.level_change.percent"


def grown(usage: UsageTable) -> bool:
    """Whether the period has a first and a last week to compare."""
    return any(each.growth is not None for each in usage.summaries)


def summary_families(figures: PeriodFigures) -> tuple[str, ...]:
    """What the summary says of each product, in order: total and mean of a complete day, the same of the period before
    if there is one to compare with and the change from it; then least and most of a day; the change from the first week
    to the last, and from which level to which it went, where any product has them."""
    usage = figures.usage
    before, weeks = BEFORE if figures.comparison else (), (WEEKS,) if grown(usage) else ()
    return (*MEANS, *before, *SPREAD, *weeks, *((*LEVELS, LEVEL_CHANGE) if usage.level_changes else ()))


def summary_cells(figures: PeriodFigures) -> list[list[str]]:
    """What the summary says, by column."""
    return [
        [_summary_cell(figures, family, column.label, decimals) for family in summary_families(figures)]
        for column, decimals in zip(figures.usage.columns, decimals_of(figures.usage), strict=True)
    ]


def _summary_cell(figures: PeriodFigures, family: str, column: str, decimals: int) -> str:
    steady = figures.figure(LEVELS[0], column=column) is None
    if family in LEVELS and steady:
        return ""
    if family == LEVEL_CHANGE and steady:
        return STEADY
    if family == BEFORE[1] and figures.figure(family, column=column) is None:
        return NEW
    if family in (BEFORE[1], WEEKS, LEVEL_CHANGE):
        return cell(figures, es_co.change, family, column=column)
    return number(figures, decimals, family, column=column)


def decimals_of(usage: UsageTable) -> list[int]:
    """How many decimals each column is printed with."""
    return [es_co.decimals_for(total) for total in usage.totals]


def gone(usage: UsageTable, comparison: UsageComparison | None) -> list[ColumnComparison]:
    """The products of the period before that this one does not have, by name."""
    present = {column.label for column in usage.columns}
    columns = comparison.columns if comparison else ()
    return sorted((column for column in columns if column.label not in present), key=lambda column: column.label)


def _fitted(
    titles: Sequence[tuple[str, Align]], rows: Sequence[Sequence[str]], width: float
) -> tuple[list[Column], float]:
    """Columns and the largest size at which no number (cell aligned right) has to break, and texts keep some room."""
    for size in SIZES:
        columns = tables.fitted_columns(titles, rows, width, size)
        if all(_stays(text, column, width, size) for row in rows for text, column in zip(row, columns, strict=True)):
            break
    return columns, size


def _stays(text: str, column: Column, width: float, size: float) -> bool:
    """Whether a number stays on its line, and a text has room for its words or a share of the table."""
    room = column.width - 2 * tables.PADDING
    if column.align == "RIGHT":
        return stringWidth(text, style.REGULAR, size) <= room
    longest = max((stringWidth(word, style.REGULAR, size) for word in text.split()), default=0.0)
    return room >= min(longest, TEXT_SHARE * width)


def change_remark(usage: UsageTable, index: int) -> str:
    """By how much a column went from its first level to its last; empty where it kept its level."""
    for change in overall_changes(usage.level_changes):
        if change.column == usage.columns[index].label:
            return f"cambio de nivel: {es_co.change(change.percent)}" if change.percent is not None else "empieza"
    return ""


def summary_table(figures: PeriodFigures, width: float) -> Table:
    """One row a product under the name of its service: total, a complete day, the period before, change of level."""
    usage = figures.usage
    titles: list[tuple[str, Align]] = [
        ("Recurso", "LEFT"),
        ("Unidad", "LEFT"),
        *((heading(family), "RIGHT") for family in summary_families(figures)),
    ]
    products = [
        [*_names(column)[1:], *cells] for column, cells in zip(usage.columns, summary_cells(figures), strict=True)
    ]
    columns, size = _fitted(titles, products, width)
    rows: list[list[str]] = []
    headings: list[int] = []
    for service, group in groupby(zip(usage.columns, products, strict=True), key=lambda pair: pair[0].service):
        headings.append(len(rows) + 1)
        rows.append([_bounded(service)] + [""] * (len(titles) - 1))
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


def change_cells(figures: PeriodFigures, change: LevelChange) -> list[str]:
    """One step as it is printed: last day of the old level, first of the new, both levels, the change."""
    usage = figures.usage
    decimals = dict(zip((column.label for column in usage.columns), decimals_of(usage), strict=True))[change.column]
    of = {"day": change.to_day, "column": change.column}
    return [
        es_co.table_date(change.from_day),
        es_co.table_date(change.to_day),
        *(number(figures, decimals, family, **of) for family in STEP_LEVELS),
        cell(figures, es_co.change, STEP, **of),
    ]


def changes_table(figures: PeriodFigures, width: float) -> Table:
    """Every step of every product, by day."""
    usage = figures.usage
    titles: list[tuple[str, Align]] = [
        ("Servicio", "LEFT"),
        ("Recurso", "LEFT"),
        ("Unidad", "LEFT"),
        ("Último día del nivel anterior", "RIGHT"),
        ("Primer día del nuevo", "RIGHT"),
        *((heading(family), "RIGHT") for family in (*STEP_LEVELS, STEP)),
    ]
    columns = {column.label: column for column in usage.columns}
    rows = [
        [
            *_names(columns[change.column]),
            *change_cells(figures, change),
        ]
        for change in changes_by_day(usage)
    ]
    fitted, size = _fitted(titles, rows, width)
    return tables.ruled_table(fitted, rows, size=size)


def changes_by_day(usage: UsageTable) -> list[LevelChange]:
    """The steps of all columns, by the first day of the new level, then by column."""
    return sorted(usage.level_changes, key=lambda change: (change.to_day, change.column))


def daily_texts(figures: PeriodFigures, index: int) -> tuple[list[str], str, str]:
    """One column as it is printed: its cells, the rounding, the total; they add up."""
    usage = figures.usage
    decimals, column = es_co.decimals_for(usage.totals[index]), usage.columns[index].label
    cells = [number(figures, decimals, "usage.day", day=row.day, column=column) for row in usage.rows]
    rounding = cell(figures, partial(es_co.difference, decimals=decimals), "usage.rounding", column=column)
    return cells, rounding, number(figures, decimals, "usage.total", column=column)


DailyColumn = tuple[list[str], str, str]


def daily_columns(figures: PeriodFigures) -> list[DailyColumn]:
    """Every column as it is printed."""
    return [daily_texts(figures, index) for index in range(len(figures.usage.columns))]


def _least_width(column: UsageColumn, texts: DailyColumn) -> float:
    """The width a column needs: its longest number, or the longest word of its header as far as there is room."""
    cells, rounding, total = texts
    words = f"{column.product_description} {_unit(column.unit)}".split()
    numbers = [
        stringWidth(total, style.BOLD, DAILY_SIZE),
        *(stringWidth(text, style.REGULAR, DAILY_SIZE) for text in (*cells, rounding)),
    ]
    word = max(stringWidth(word, style.BOLD, DAILY_SIZE) for word in words)
    margin = 2 * tables.PADDING + 1
    return max(LEAST_WIDTH, float(max(numbers)) + margin, min(float(word) + margin, MOST_WIDTH))


def packed_columns(figures: PeriodFigures, texts: Sequence[DailyColumn], width: float) -> list[list[int]]:
    """Column indexes in order, shared evenly over as few daily tables as the width allows."""
    width -= DATE_WIDTH + HOURS_WIDTH
    least = [_least_width(*pair) for pair in zip(figures.usage.columns, texts, strict=True)]
    count = ceil(sum(least) / width)
    while True:
        size = ceil(len(least) / count)
        groups = [list(range(start, min(start + size, len(least)))) for start in range(0, len(least), size)]
        if size == 1 or all(sum(least[index] for index in group) <= width for group in groups):
            return groups
        count += 1


def _unit(unit: str) -> str:
    return Quoted(f"({shortened(unit, LONGEST_TITLE)})")


def _bounded(text: str, most: int = LONGEST_NAME) -> Quoted:
    """A name that a provider gives, cut with a mark where it is longer; the workbook has it whole."""
    return Quoted(shortened(text, most))


def _names(column: UsageColumn) -> list[Quoted]:
    """Service, product and unit as rows name them."""
    return [_bounded(text) for text in (column.service, column.product_description, column.unit)]


def daily_table(
    figures: PeriodFigures, all_texts: Sequence[DailyColumn], indexes: Sequence[int], width: float
) -> Table:
    """Some columns on every day of the period, in order; then the rounding and the total."""
    usage = figures.usage
    texts = [all_texts[index] for index in indexes]
    least = [_least_width(usage.columns[index], all_texts[index]) for index in indexes]
    spare = (width - DATE_WIDTH - HOURS_WIDTH - sum(least)) / len(least)
    columns = [
        Column("Fecha (UTC)", DATE_WIDTH),
        Column(heading("usage.hours"), HOURS_WIDTH, "RIGHT"),
        *(
            Column(_bounded(usage.columns[index].product_description, LONGEST_TITLE), room + spare, "RIGHT")
            for index, room in zip(indexes, least, strict=True)
        ),
    ]
    rows = [
        [
            Composed(es_co.table_date(row.day), PARTIAL_MARK) if row.state == "partial" else es_co.table_date(row.day),
            number(figures, 0, "usage.hours", day=row.day),
            *(cells[position] for cells, _, _ in texts),
        ]
        for position, row in enumerate(usage.rows)
    ]
    rows.append([ROUNDING, "", *(rounding for _, rounding, _ in texts)])
    table = tables.grouped_table(
        columns,
        ["", "", *(_bounded(usage.columns[index].service, LONGEST_TITLE) for index in indexes)],
        ["", "", *(_unit(usage.columns[index].unit) for index in indexes)],
        rows,
        [heading("usage.total"), "", *(total for _, _, total in texts)],
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
        [Quoted(f"{unit}, en «{word}»" if word else unit), es_co.declaring(f"{meaning[0].upper()}{meaning[1:]}.")]
        for unit, word, meaning in dict.fromkeys(unit_meaning(column) for column in usage.columns)
    ]
    columns = [Column("Unidad", UNIT_SHARE * width), Column("Qué cuenta", (1 - UNIT_SHARE) * width)]
    return tables.ruled_table(columns, rows, size=UNITS_SIZE)
