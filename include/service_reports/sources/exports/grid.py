"""The grid that one exported table is read from: the cells that hold something, and what makes some of them unusable.

Nothing here knows what the columns mean, or which kind of file they come from.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from service_reports.sources.answer import Unfit

LARGEST_FILE_BYTES = 20_000_000
LARGEST_UNPACKED_BYTES = 60_000_000
MOST_CELLS = 200_000
MOST_CHARACTERS = 20_000_000
MOST_MERGED = 20_000
"""A help desk of a municipality fills some thousands of cells a month; beyond these a file is refused, not read."""


class ExportError(Unfit):
    """An exported file that cannot be read; the message is Spanish and names file, sheet, row, column and remedy."""


class Merged(NamedTuple):
    """A range of merged cells; rows and columns count from 1, ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet that are not blank, by row and column, which count from 1.

    ``faults`` says of single cells why their value cannot be used, ``merged`` gives the merged ones by the rows of
    the grid that they touch, ``headers_above`` for a cell of a vertically merged range the text of its first cell.
    ``widths`` is how many cells each row was written with, where a file says so. ``last_row_open`` is set where
    a text file ends without a line end. ``from_1904`` is the workbook's way of counting days.
    """

    place: str
    rows: Mapping[int, Mapping[int, Any]]
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: Mapping[int, tuple[Merged, ...]] = field(default_factory=dict)
    headers_above: Mapping[tuple[int, int], Any] = field(default_factory=dict)
    widths: Mapping[int, int] = field(default_factory=dict)
    last_row_open: bool = False
    from_1904: bool = False

    @property
    def numbers(self) -> list[int]:
        """The rows that hold something, in order: a value, or a formula that has none."""
        return sorted({*self.rows, *(row for row, _ in self.faults)})

    def cell(self, row: int, column: int) -> object:
        """The value of a cell; ``None`` where it is blank."""
        return self.rows.get(row, {}).get(column)

    def fault(self, row: int, column: int) -> str | None:
        """Why the value of a cell cannot be used, if so."""
        if (row, column) in self.faults:
            return self.faults[row, column]
        if any(each.first_column <= column <= each.last_column for each in self.merged.get(row, ())):
            return "es parte de una celda combinada — sepárela y llene cada fila"
        return None


def merged_by_row(ranges: Iterable[Merged], rows: Iterable[int]) -> dict[int, tuple[Merged, ...]]:
    """The merged ranges by those of the rows that they touch: a range over a whole sheet costs what the sheet holds.

    Raises:
        OverflowError: so many ranges over the same rows as no program writes.
    """
    numbers = sorted(rows)
    found: dict[int, list[Merged]] = {}
    left = MOST_CELLS
    for each in ranges:
        touched = numbers[bisect_left(numbers, each.first_row) : bisect_right(numbers, each.last_row)]
        left -= len(touched)
        if left < 0:
            raise OverflowError
        for row in touched:
            found.setdefault(row, []).append(each)
    return {row: tuple(ranges) for row, ranges in found.items()}


def column_letter(number: int) -> str:
    """The letters of a column, from 1: ``A``, ``B``, …, ``AA``."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def thousands(number: int) -> str:
    """A limit as a message tells it: ``200.000``."""
    return f"{number:,}".replace(",", ".")
