"""Reads a workbook back, once for all that look at it: its sheets, the values of their rows, and what is quoted."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import load_workbook

from service_reports.documents.rendered import QUOTATION_STYLE


class ReadSheet(NamedTuple):
    """A sheet: the values of its rows from the first on, and which of them, by row and column from 0, are quoted."""

    title: str
    rows: tuple[tuple[object, ...], ...]
    quoted: frozenset[tuple[int, int]]


@lru_cache(maxsize=4)
def read_sheets(content: bytes) -> tuple[ReadSheet, ...]:
    """The sheets of a workbook, in its order."""
    book = load_workbook(BytesIO(content), read_only=True)
    quoting = book.style_names.index(QUOTATION_STYLE) if QUOTATION_STYLE in book.style_names else None
    try:
        return tuple(_read(sheet, quoting) for sheet in book)
    finally:
        book.close()


def _read(sheet: Any, quoting: int | None) -> ReadSheet:
    """``quoting`` is the place of the style of quotations in the workbook's list of styles."""
    rows, quoted = [], set()
    for number, row in enumerate(sheet.iter_rows()):
        values = []
        for column, cell in enumerate(row):
            value = cell.value
            values.append(value)
            if isinstance(value, str) and quoting is not None and cell.style_array.xfId == quoting:
                quoted.add((number, column))
        rows.append(tuple(values))
    return ReadSheet(sheet.title, tuple(rows), frozenset(quoted))
