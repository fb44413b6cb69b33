"""Reads one table of a sheet strictly: its header, its columns, its cells, with every problem it has.

What the columns mean is a :class:`TableForm`; messages are Spanish and name file, sheet, row,
column, value and remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service_reports.sources.export_cells import CellError, is_blank, plain, shown
from service_reports.sources.export_sheet import ExportError, Sheet, blank_row, column_letter

HEADER_ROWS = 20
"""The header stands in one of the first rows; titles may stand above it."""
RECOGNISED_HEADERS = 2
PROBLEMS_SHOWN = 20

Row = dict[str, Any]


def no_problems(_: Row) -> Iterable[tuple[str, str]]:
    """Of a table whose rows hold when their cells do."""
    return ()


@dataclass(frozen=True)
class TableForm:
    """What a table holds.

    ``titles`` gives the header to write for each field, in order; ``headers`` the field of every
    header that is understood, as :func:`plain` makes it; ``optional`` are fields whose column may
    be absent, ``days`` those that hold days. ``value`` reads a cell of a field and raises
    ``CellError``; ``problems`` names, of a whole row, fields and what is wrong with them;
    ``identity`` gives what no other row may share, with the text that tells of it.
    """

    titles: Mapping[str, str]
    headers: Mapping[str, str]
    days: frozenset[str]
    value: Callable[[str, Any], Any]
    identity: Callable[[Row], tuple[object, str]]
    problems: Callable[[Row], Iterable[tuple[str, str]]] = no_problems
    optional: frozenset[str] = frozenset()
    surplus: str = "borre la columna"
    """What to do with a column that is not known."""


def read_rows(sheet: Sheet, form: TableForm, ignored_columns: Sequence[str] = ()) -> list[Row]:
    """The rows of a table, by field.

    Raises:
        ExportError: any column or cell that does not hold, or a row that is there twice; every problem is named.
    """
    return _Reading(sheet, form, ignored_columns).rows()


@dataclass(frozen=True)
class _Column:
    """A column that is read: its place from 1, its header as written, its field."""

    number: int
    header: str
    field: str


class _Reading:
    """One pass over a sheet that collects every problem before it gives up."""

    def __init__(self, sheet: Sheet, form: TableForm, ignored_columns: Sequence[str]) -> None:
        self._sheet = sheet
        self._form = form
        self._ignored = {plain(header) for header in ignored_columns}
        self._problems: list[str] = []

    def rows(self) -> list[Row]:
        """The rows, or every problem."""
        header_row = self._header_row()
        columns = self._columns(header_row)
        self._raise()
        self._refuse_swapped_days(columns, header_row)
        rows: list[Row] = []
        first_seen: dict[object, int] = {}
        for number in range(header_row + 1, len(self._sheet.rows) + 1):
            if not blank_row(self._sheet.rows[number - 1]) or self._faulty(number, columns):
                row = self._row(number, columns)
                rows.append(row)
                self._refuse_twice(number, row, first_seen)
        self._raise()
        return [{name: row.get(name) for name in self._form.titles} for row in rows]

    def _faulty(self, number: int, columns: Sequence[_Column]) -> bool:
        """Whether a row that looks blank has a formula nobody calculated."""
        return any("fórmula" in self._sheet.faults.get((number, column.number), "") for column in columns)

    def _problem(
        self, row: int, column: _Column | int | None, value: object, message: str, shown_whole: Collection[str] = ()
    ) -> None:
        where = [self._sheet.place, f"fila {row}"]
        if isinstance(column, _Column):
            where.append(f"columna «{column.header}» ({column_letter(column.number)})")
        elif column is not None:
            where.append(f"columna {column_letter(column)}")
        told = "vacía, " if is_blank(value) else f"«{shown(value, shown_whole)}» "
        self._problems.append(f"{', '.join(where)}: {told}{message}")

    def _raise(self) -> None:
        if self._problems:
            more = len(self._problems) - PROBLEMS_SHOWN
            lines = self._problems[:PROBLEMS_SHOWN] + ([f"… y {more} problemas más"] if more > 0 else [])
            raise ExportError("\n".join(lines))

    def _header_at(self, row: int, column: int) -> Any:
        value = self._sheet.rows[row - 1][column - 1]
        return self._sheet.headers_above.get((row, column)) if is_blank(value) else value

    def _header_row(self) -> int:
        known = self._form.headers

        def recognised(row: int) -> int:
            values = (self._header_at(row, column) for column in range(1, len(self._sheet.rows[row - 1]) + 1))
            return len({known[plain(value)] for value in values if isinstance(value, str) and plain(value) in known})

        candidates = range(1, min(HEADER_ROWS, len(self._sheet.rows)) + 1)
        best = max(candidates, key=recognised, default=0)
        if best == 0 or recognised(best) < RECOGNISED_HEADERS:
            raise ExportError(
                f"{self._sheet.place}: no se encuentra la fila de encabezados — "
                f"se esperan las columnas {', '.join(self._expected())}"
            )
        return best

    def _expected(self) -> list[str]:
        return [f"«{title}»" for name, title in self._form.titles.items() if name not in self._form.optional]

    def _columns(self, header_row: int) -> list[_Column]:
        known = self._form.headers
        found: dict[str, _Column] = {}
        width = max(len(row) for row in self._sheet.rows)
        for number in range(1, width + 1):
            in_header = number <= len(self._sheet.rows[header_row - 1])
            header = self._header_at(header_row, number) if in_header else None
            if is_blank(header):
                for row, values in enumerate(self._sheet.rows[header_row:], start=header_row + 1):
                    if number <= len(values) and not is_blank(values[number - 1]):
                        self._problem(
                            row, number, values[number - 1], "no tiene encabezado — póngale uno, o borre la columna"
                        )
                        break
                continue
            name = known.get(plain(str(header)))
            if name is None:
                if plain(str(header)) not in self._ignored:
                    self._problem(
                        header_row, number, header,
                        f"no es una columna conocida — se esperan {', '.join(self._expected())}; {self._form.surplus}",
                    )  # fmt: skip
                continue
            column = _Column(number, " ".join(str(header).split()), name)
            if name in found:
                self._problem(
                    header_row, column, header,
                    f"dice lo mismo que la columna «{found[name].header}» ({column_letter(found[name].number)}) — "
                    "deje solo una",
                )  # fmt: skip
            found.setdefault(name, column)
        for name, title in self._form.titles.items():
            if name not in found and name not in self._form.optional:
                self._problems.append(
                    f"{self._sheet.place}, fila {header_row}: falta la columna «{title}» — inclúyala en el archivo"
                )
        return list(found.values())

    def _cell(self, number: int, column: _Column) -> Any:
        row = self._sheet.rows[number - 1]
        return row[column.number - 1] if column.number <= len(row) else None

    def _refuse_swapped_days(self, columns: Sequence[_Column], header_row: int) -> None:
        """Refuse a column in which Excel has taken day for month.

        Where Excel expects the month first, it leaves 20/01/2026 as a text and turns 02/01/2026
        into the first of February. The trace: texts with days over 12 only, dates with days up to 12 only.
        """
        months = 12
        for column in columns:
            if column.field not in self._form.days:
                continue
            cells = [(row, self._cell(row, column)) for row in range(header_row + 1, len(self._sheet.rows) + 1)]
            real = [(row, value) for row, value in cells if isinstance(value, date)]
            texts = [value.strip() for _, value in cells if isinstance(value, str) and "/" in value]
            days = [int(text[:2]) for text in texts if text[:2].isdecimal()]
            if real and days and min(days) > months and all(value.day <= months for _, value in real):
                row, value = real[0]
                self._problem(
                    row, column, f"{value:%Y-%m-%d}",
                    "puede tener cambiados el día y el mes: hay fechas de Excel, todas con día hasta 12, "
                    "y textos, todos con día mayor — dé formato de texto a la columna y vuelva a exportar",
                )  # fmt: skip

    def _row(self, number: int, columns: Sequence[_Column]) -> Row:
        row: Row = {}
        for column in columns:
            value = self._cell(number, column)
            fault = self._sheet.faults.get((number, column.number))
            if fault is not None:
                self._problem(number, column, value, fault)
                continue
            try:
                row[column.field] = self._form.value(column.field, value)
            except CellError as error:
                self._problem(number, column, value, str(error))
        for name, message in self._form.problems(row):
            concerned = next((column for column in columns if column.field == name), None)
            value = None if concerned is None else self._cell(number, concerned)
            self._problem(number, concerned, value, message)
        return row

    def _refuse_twice(self, number: int, row: Row, first_seen: dict[object, int]) -> None:
        key, told = self._form.identity(row)
        if key and first_seen.setdefault(key, number) != number:
            problem = f"ya está en la fila {first_seen[key]} — deje una sola fila"
            self._problem(number, None, told, problem, [told] if told.isdecimal() else ())
