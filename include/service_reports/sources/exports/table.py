"""Reads one table of a sheet strictly: its header, its columns, its cells, with every problem it has.

What the columns mean is a :class:`TableForm`; messages are Spanish and name file, sheet, row,
column, value and remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service_reports.contracts import BOGOTA
from service_reports.failures import Failure
from service_reports.sources.exports.cells import CellError, is_blank, parse_serial_day, plain, says_none, shown
from service_reports.sources.exports.grid import ExportError, Sheet, column_letter

HEADER_ROWS = 20
"""The header stands in one of the first rows; titles may stand above it."""
RECOGNISED_HEADERS = 2
PROBLEMS_SHOWN = 20
MOST_SHOWN, UNSHOWN = 200, "…"
"""The values of so many unread cells are shown: what is shown is masked, which costs more than reading it."""
ISO_DAY = len("2026-01-05")
FIRST_OF_A_DAY = re.compile(r"[0-9]{1,2}/")

SWAPPED = (
    "puede tener cambiados el día y el mes: hay fechas de Excel, todas con día hasta 12, y textos, todos con día mayor "
    "— dé formato de texto a la columna y vuelva a exportar"
)

Row = dict[str, Any]


NO_ROWS = "sin registros"
"""Written in the only cell of a table's only row: it is empty on purpose."""


def no_problems(_: Row) -> Iterable[tuple[str, str]]:
    """Of a table whose rows hold when their cells do."""
    return ()


def nothing_spared(_: Row) -> Collection[str]:
    """Of a table in which every cell must be read."""
    return ()


def nothing_happened(_: Row) -> Collection[str]:
    """Of a table whose days may all be of the future."""
    return ()


@dataclass(frozen=True)
class TableForm:
    """What a table holds.

    ``titles`` gives the header to write for each field, in order; ``headers`` the field of every
    header that is understood, as :func:`plain` makes it; ``optional`` are fields whose column may
    be absent; a row has no ``told_apart`` one then, nor where its cell cannot be read; ``days`` those that
    hold days or moments (whose text begins with the day of Bogotá). ``value`` reads a cell of a field and raises
    ``CellError``; ``problems`` names, of a whole row, fields and what is wrong with them;
    ``identity`` gives what no other row may share, with the text that tells of it; ``happened`` names, of a whole
    row, the fields whose days have come when the file was left. ``spared`` names, of a whole row, the fields of which
    a cell that cannot be read costs itself alone: the row is told, and taken without.
    """

    titles: Mapping[str, str]
    headers: Mapping[str, str]
    days: frozenset[str]
    value: Callable[[str, Any], Any]
    identity: Callable[[Row], tuple[object, str]]
    problems: Callable[[Row], Iterable[tuple[str, str]]] = no_problems
    happened: Callable[[Row], Collection[str]] = nothing_happened
    spared: Callable[[Row], Collection[str]] = nothing_spared
    optional: frozenset[str] = frozenset()
    told_apart: frozenset[str] = frozenset()
    surplus: str = "borre la columna"
    """What to do with a column that is not known."""


class Rows(list[Row]):
    """The rows of a table; ``empty_on_purpose`` is set where somebody wrote that there are none.

    ``unread`` are the cells that the rows are taken without, by the place of the row, from 0.
    """

    empty_on_purpose = False

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        super().__init__(rows)
        self.unread: dict[int, list[Failure]] = {}


def read_rows(
    sheet: Sheet, form: TableForm, ignored_columns: Sequence[str] = (), left_at: datetime | None = None
) -> Rows:
    """The rows of a table, by field. ``left_at`` (aware) is when its file was left.

    Raises:
        ExportError: any column or cell that does not hold, a day after the file's own, a row that is there twice
            or breaks off; every problem is named.
    """
    return _Reading(sheet, form, ignored_columns, left_at).rows()


@dataclass(frozen=True)
class _Column:
    """A column that is read: its place from 1, its header as written, its field."""

    number: int
    header: str
    field: str


class _Reading:
    """One pass over a sheet that collects every problem before it gives up."""

    def __init__(self, sheet: Sheet, form: TableForm, ignored_columns: Sequence[str], left_at: datetime | None) -> None:
        self._sheet = sheet
        self._form = form
        self._left_on = None if left_at is None else left_at.astimezone(BOGOTA).date()
        self._numbers = sheet.numbers
        self._ignored = {plain(header) for header in ignored_columns}
        self._problems: list[str] = []
        self._unread: list[Failure] = []
        self._unread_cells = 0
        self._swapped: frozenset[str] = frozenset()
        self._more = 0

    def rows(self) -> Rows:
        """The rows, or every problem."""
        header_row = self._header_row()
        columns = self._columns(header_row)
        self._raise()
        self._swapped = self._refuse_swapped_days(columns, header_row)
        below = [number for number in self._numbers if number > header_row]
        found = Rows()
        if self._says_that_there_are_none(below):
            found.empty_on_purpose = True
            return found
        first_seen: dict[object, int] = {}
        for number in below:
            if self._breaks_off(number, columns, header_row):
                continue
            row = self._row(number, columns)
            if self._unread:
                found.unread[len(found)], self._unread = self._unread, []
            apart = self._form.told_apart - row.keys()
            found.append({name: row.get(name) for name in self._form.titles if name not in apart})
            self._refuse_twice(number, row, first_seen)
        if below:
            self._refuse_last_cell(below, columns, header_row)
        self._raise()
        return found

    def _says_that_there_are_none(self, below: Sequence[int]) -> bool:
        if len(below) != 1:
            return False
        cells = list(self._sheet.rows.get(below[0], {}).values())
        return len(cells) == 1 and plain(str(cells[0])) == NO_ROWS

    def _breaks_off(self, number: int, columns: Sequence[_Column], header_row: int) -> bool:
        """Whether a row of a text file ends before its last column that must be there; told if so."""
        width = self._sheet.widths.get(number)
        needed = self._last_needed(columns)
        if width is None or width >= needed:
            return False
        self._problem(
            number,
            None,
            self._sheet.cell(number, width),
            f"es lo último de una fila cortada: tiene {width} celdas, y los encabezados son "
            f"{self._sheet.widths.get(header_row, needed)} — vuelva a exportar el archivo completo",
        )
        return True

    def _last_needed(self, columns: Sequence[_Column]) -> int:
        return max((each.number for each in columns if each.field not in self._form.optional), default=0)

    def _refuse_last_cell(self, below: Sequence[int], columns: Sequence[_Column], header_row: int) -> None:
        """Refuse a last line without its end whose last cell is the beginning of what other rows say there."""
        last = below[-1]
        number = self._sheet.widths.get(last)
        column = next((each for each in columns if each.number == number), None)
        if not self._sheet.last_row_open or column is None or column.number < self._last_needed(columns):
            return
        said = str(self._cell(last, column) or "")
        others = {str(self._cell(row, column) or "") for row in below[:-1]}
        if any(other != said and other.startswith(said) for other in others):
            self._problem(
                last,
                column,
                said,
                "es lo último del archivo, sin fin de línea, y otras filas dicen más: parece cortado — vuelva a "
                "exportar el archivo completo",
            )

    def _problem(
        self, row: int, column: _Column | int | None, value: object, message: str, shown_whole: Collection[str] = ()
    ) -> None:
        if len(self._problems) >= PROBLEMS_SHOWN:
            self._more += 1
            return
        self._problems.append(str(self._told(row, column, value, message, shown_whole)))

    def _told(
        self, row: int, column: _Column | int | None, value: object, message: str, shown_whole: Collection[str] = ()
    ) -> Failure:
        where = [self._sheet.place, f"fila {row}"]
        if isinstance(column, _Column):
            where.append(f"columna «{column.header}» ({column_letter(column.number)})")
        elif column is not None:
            where.append(f"columna {column_letter(column)}")
        told = "vacía, " if is_blank(value) else f"«{shown(value, shown_whole)}» "
        return Failure(", ".join(where), f"{told}{message}")

    def _raise(self) -> None:
        if self._problems:
            lines = self._problems + ([f"… y {self._more} problemas más"] if self._more else [])
            raise ExportError("\n".join(lines))

    def _header_at(self, row: int, column: int) -> object:
        value = self._sheet.cell(row, column)
        return self._sheet.headers_above.get((row, column)) if value is None else value

    def _headers(self, row: int) -> dict[int, Any]:
        """The headers of a row by column, with those that are merged with it from above."""
        columns = {*self._sheet.rows.get(row, ()), *(at for number, at in self._sheet.headers_above if number == row)}
        found = {column: self._header_at(row, column) for column in sorted(columns)}
        return {column: header for column, header in found.items() if not is_blank(header)}

    def _header_row(self) -> int:
        known = self._form.headers

        def recognised(row: int) -> int:
            values = self._headers(row).values()
            return len({known[plain(value)] for value in values if isinstance(value, str) and plain(value) in known})

        best = max(range(1, HEADER_ROWS + 1), key=recognised)
        if recognised(best) < RECOGNISED_HEADERS:
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
        headers = self._headers(header_row)
        self._refuse_columns_without(headers, header_row)
        for number, header in headers.items():
            if plain(str(header)) in self._ignored:
                continue
            name = known.get(plain(str(header)))
            if name is None:
                self._problem(
                    header_row,
                    number,
                    header,
                    f"no es una columna conocida — se esperan {', '.join(self._expected())}; {self._form.surplus}",
                )
                continue
            column = _Column(number, " ".join(str(header).split()), name)
            if name in found:
                self._problem(
                    header_row,
                    column,
                    header,
                    f"dice lo mismo que la columna «{found[name].header}» ({column_letter(found[name].number)}) — "
                    "deje solo una",
                )
            found.setdefault(name, column)
        for name, title in self._form.titles.items():
            if name not in found and name not in self._form.optional:
                self._problems.append(
                    f"{self._sheet.place}, fila {header_row}: falta la columna «{title}» — inclúyala en el archivo"
                )
        return list(found.values())

    def _refuse_columns_without(self, headers: Mapping[int, object], header_row: int) -> None:
        without: dict[int, int] = {}
        for row in self._numbers:
            for number in self._sheet.rows.get(row, ()) if row > header_row else ():
                if number not in headers:
                    without.setdefault(number, row)
        for number, row in sorted(without.items()):
            value = self._sheet.cell(row, number)
            self._problem(row, number, value, "no tiene encabezado — póngale uno, o borre la columna")

    def _cell(self, number: int, column: _Column) -> object:
        return self._sheet.cell(number, column.number)

    def _refuse_swapped_days(self, columns: Sequence[_Column], header_row: int) -> frozenset[str]:
        """Refuse a column in which Excel has taken day for month; gives the fields of those that may be left unread.

        Where Excel expects the month first, it leaves 20/01/2026 as a text and turns 02/01/2026
        into the first of February. The trace: texts with days over 12 only, dates with days up to 12 only.
        """
        months = 12
        unread = set()
        for column in columns:
            if column.field not in self._form.days:
                continue
            cells = [(row, self._cell(row, column)) for row in self._numbers if row > header_row]
            real = [(row, value) for row, value in cells if isinstance(value, date)]
            texts = [value.strip() for _, value in cells if isinstance(value, str) and "/" in value]
            days = [int(text.partition("/")[0]) for text in texts if FIRST_OF_A_DAY.match(text)]
            if not (real and days and min(days) > months and all(value.day <= months for _, value in real)):
                continue
            if column.field in self._form.told_apart:
                unread.add(column.field)
                continue
            row, value = real[0]
            self._problem(row, column, f"{value:%Y-%m-%d}", SWAPPED)
        return frozenset(unread)

    def _row(self, number: int, columns: Sequence[_Column]) -> Row:
        row: Row = {}
        faults: list[tuple[_Column, object, str]] = []
        for column in columns:
            value = self._cell(number, column)
            fault = self._sheet.fault(number, column.number)
            if fault is None and column.field in self._swapped and not says_none(value):
                fault = SWAPPED
            if fault is not None:
                faults.append((column, value, fault))
                continue
            try:
                if column.field in self._form.days:
                    value = parse_serial_day(value, self._sheet.from_1904)
                row[column.field] = self._form.value(column.field, value)
            except CellError as error:
                faults.append((column, value, str(error)))
        spared = self._form.spared(row) if faults else ()
        for column, told, why in faults:
            self._fault(number, column, told, why, spared=column.field in spared)
        for column, told, why in self._days_to_come(columns, row):
            may_lack = column.field in self._form.told_apart
            if may_lack:
                del row[column.field]
            self._fault(number, column, told, why, spared=may_lack)
        for name, message in self._form.problems(row):
            concerned = next((column for column in columns if column.field == name), None)
            value = None if concerned is None else self._cell(number, concerned)
            self._problem(number, concerned, value, message)
        return row

    def _fault(self, row: int, column: _Column, value: object, why: str, *, spared: bool) -> None:
        if spared:
            self._unread_cells += 1
            shown_of = value if self._unread_cells <= MOST_SHOWN else UNSHOWN
            self._unread.append(self._told(row, column, shown_of, why))
        else:
            self._problem(row, column, value, why)

    def _days_to_come(self, columns: Sequence[_Column], row: Row) -> Iterator[tuple[_Column, object, str]]:
        happened = () if self._left_on is None else self._form.happened(row)
        for column in columns:
            if column.field not in happened or not row.get(column.field):
                continue
            day = date.fromisoformat(str(row[column.field])[:ISO_DAY])
            if self._left_on is not None and day > self._left_on:
                yield (
                    column,
                    f"{day:%d/%m/%Y}",
                    f"es un día posterior al archivo, que se dejó el {self._left_on:%d/%m/%Y} — corrija la fecha",
                )

    def _refuse_twice(self, number: int, row: Row, first_seen: dict[object, int]) -> None:
        key, told = self._form.identity(row)
        if key and first_seen.setdefault(key, number) != number:
            problem = f"ya está en la fila {first_seen[key]} — deje una sola fila"
            self._problem(number, None, told, problem, [told] if told.isdecimal() else ())
