"""Reads the sheets of a workbook (``.xlsx``, transitional or strict) at the cost of what they hold.

A sheet is a stream of cells, of which only those with a value are kept: neither a mark in the last row nor
borders down to it, nor a range merged over everything, costs more than its own bytes. What a workbook may
unpack to is bounded before it is unpacked. openpyxl says what a number format and a serial day mean; its own
reader builds the whole rectangle first, and takes a strict workbook for an empty one.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar
from xml.parsers import expat

from service_reports.sources.exports.cells import is_blank, plain
from service_reports.sources.exports.grid import (
    LARGEST_UNPACKED_BYTES,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_MERGED,
    ExportError,
    Merged,
    Sheet,
    merged_by_row,
    thousands,
)

Result = TypeVar("Result")
PIECE = 1 << 20
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
HEADER_ROWS_MERGED = 40
"""Merged headers stand within the first rows."""
VISIBLE = "visible"
COPY = "copie solo la tabla en un libro nuevo, y deje ese"
NO_VALUE = "es una fórmula sin valor calculado — ábrala y guárdela en Excel, o péguela como valor"


class NamedSheet(NamedTuple):
    """A sheet as the workbook lists it; ``part`` is where its cells are."""

    name: str
    visible: bool
    part: str


class _Unreadable(Exception):
    """A workbook that is not written as one; the message goes on after its name."""


class Workbook:
    """An open workbook: its sheets in order, each read when it is asked for.

    Raises:
        ExportError: no workbook, damaged, protected by a password, or larger than anything that is read.
    """

    def __init__(self, content: bytes, place: str) -> None:
        self._place = place
        self._parts = _guarded(place, lambda: _Parts(content))
        self.sheets, self._strings_part, self._styles_part, self._from_1904 = _guarded(place, self._contents)
        self._strings: list[str] | None = None
        self._date_styles: frozenset[int] | None = None
        self._cells_left = MOST_CELLS

    def sheet(self, listed: NamedSheet) -> Sheet:
        """The cells of one sheet.

        Raises:
            ExportError: damaged, or with more cells or text than anything that is read.
        """
        place = f"{self._place}, hoja «{listed.name}»"
        return _guarded(place, lambda: self._sheet(listed, place))

    def _contents(self) -> tuple[tuple[NamedSheet, ...], str | None, str | None, bool]:
        office = next((part for kind, part in self._parts.related("") if kind == "officeDocument"), "xl/workbook.xml")
        related = dict(self._parts.related_by_id(office))
        listed: list[tuple[str, str, str]] = []
        counting: list[bool] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            if name == "sheet":
                identity = next((value for key, value in attributes.items() if key.endswith(" id")), "")
                listed.append((attributes.get("name", ""), attributes.get("state", VISIBLE), identity))
            elif name == "workbookPr":
                counting.append(attributes.get("date1904", "") in ("1", "true"))

        self._parts.parse(office, start)
        sheets = tuple(
            NamedSheet(name, state == VISIBLE, related[identity][1])
            for name, state, identity in listed
            if identity in related and related[identity][0] == "worksheet"
        )
        if not sheets:
            raise _Unreadable("no tiene ninguna hoja de datos — guárdelo de nuevo como .xlsx")
        of_kind = {kind: part for kind, part in related.values() if kind in ("sharedStrings", "styles")}
        return sheets, of_kind.get("sharedStrings"), of_kind.get("styles"), any(counting)

    def _sheet(self, listed: NamedSheet, place: str) -> Sheet:
        if self._strings is None:
            self._strings = _strings(self._parts, self._strings_part)
        if self._date_styles is None:
            self._date_styles = _date_styles(self._parts, self._styles_part)
        reading = _SheetReading(self._strings, self._date_styles, self._from_1904, self._cells_left)
        self._parts.parse(listed.part, reading.start, reading.end, reading.text)
        self._cells_left = reading.cells_left
        above = {
            (row, each.first_column): reading.rows.get(each.first_row, {}).get(each.first_column)
            for each in reading.merged
            if each.first_column == each.last_column and each.first_row <= HEADER_ROWS_MERGED
            for row in range(each.first_row, min(each.last_row, HEADER_ROWS_MERGED) + 1)
        }
        try:
            merged = merged_by_row(reading.merged, reading.rows)
        except OverflowError:
            raise _Unreadable(f"tiene demasiadas celdas combinadas — {COPY}") from None
        return Sheet(place, reading.rows, reading.faults, merged, above, from_1904=self._from_1904)


def _guarded(place: str, read: Callable[[], Result]) -> Result:
    try:
        return read()
    except ExportError:
        raise
    except _Unreadable as error:
        raise ExportError(f"{place}: {error}") from error
    except Exception as error:  # zipfile and expat let any error of a damaged file through
        raise ExportError(
            f"{place}: no es un libro de Excel legible ({type(error).__name__}) — "
            "guárdelo de nuevo como .xlsx, sin contraseña"
        ) from error


class _Parts:
    """The parts of the packed file, of which no more is unpacked than may be read."""

    def __init__(self, content: bytes) -> None:
        self._packed = zipfile.ZipFile(io.BytesIO(content))
        self._names = {_part_name(name).lower(): name for name in self._packed.namelist()}
        self._left = LARGEST_UNPACKED_BYTES

    def parse(
        self,
        part: str,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] = lambda _: None,
        text: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Run through one part; names come without their namespace, in which alone strict workbooks differ."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_definitions
        parser.StartElementHandler = lambda name, attributes: start(name.rpartition(" ")[2], attributes)
        parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = text
        for piece in self._pieces(part):
            parser.Parse(piece, False)
        parser.Parse(b"", True)

    def _pieces(self, part: str) -> Iterator[bytes]:
        info = self._packed.getinfo(self._names[part.lower()])
        if info.file_size > self._left:
            raise _too_large()
        with self._packed.open(info) as unpacked:
            while piece := unpacked.read(PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise _too_large()
                yield piece

    def related(self, part: str) -> Iterator[tuple[str, str]]:
        """Kind and place of every part that a part, or the whole file, names."""
        yield from (each for _, each in self.related_by_id(part))

    def related_by_id(self, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """The same by the name under which the part knows them."""
        folder, _, name = part.rpartition("/")
        where = posixpath.join(folder, "_rels", f"{name}.rels")
        if where.lower() not in self._names:
            return
        found: list[tuple[str, tuple[str, str]]] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
                kind = attributes.get("Type", "").rpartition("/")[2]
                found.append((attributes.get("Id", ""), (kind, target)))

        self.parse(where, start)
        yield from found


def _part_name(packed: str) -> str:
    """The name of a part by that of its file, which some programs write with the strokes of Windows or a root."""
    return posixpath.normpath(packed.replace("\\", "/")).lstrip("/")


def _refuse_definitions(*_: object) -> None:
    raise _Unreadable("define entidades de XML, que un libro de Excel no tiene — guárdelo de nuevo como .xlsx")


def _too_large() -> _Unreadable:
    most = LARGEST_UNPACKED_BYTES // 1_000_000
    return _Unreadable(f"desempaquetado ocupa más de {most} MB, el máximo que se lee — {COPY}")


def _too_many(what: str, most: int) -> _Unreadable:
    return _Unreadable(f"tiene más de {thousands(most)} {what}, el máximo que se lee — {COPY}")


def _strings(parts: _Parts, part: str | None) -> list[str]:
    """The texts that the cells of a workbook share."""
    strings = _Strings()
    if part is not None:
        parts.parse(part, strings.start, strings.end, strings.text)
    return strings.found


class _Strings:
    """The texts as they are read, without how they are pronounced."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._said: list[str] = []
        self._phonetic = 0
        self._within = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        if name == "si":
            self._said.clear()
            if len(self.found) >= MOST_CELLS:
                raise _too_many("textos", MOST_CELLS)
        elif name == "rPh":
            self._phonetic += 1
        elif name == "t":
            self._within = not self._phonetic

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append(unescaped("".join(self._said)))
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "t":
            self._within = False

    def text(self, said: str) -> None:
        if self._within:
            self._said.append(said)


def unescaped(text: str) -> str:
    """A text of a workbook with the characters that XML cannot hold: ``_x000D_`` is a line end."""
    return ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)


def _date_styles(parts: _Parts, part: str | None) -> frozenset[int]:
    """The styles of cells whose numbers are days or times."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    own: dict[int, str] = {}
    styles: list[int] = []
    within: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            own[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif name == "xf" and within and within[-1] == "cellXfs":
            styles.append(int(attributes.get("numFmtId", "0")))
        elif name in ("cellXfs", "cellStyleXfs", "dxfs"):
            within.append(name)

    def end(name: str) -> None:
        if within and name == within[-1]:
            within.pop()

    if part is not None:
        parts.parse(part, start, end)
    days = {
        number
        for number in {*styles}
        if number in DATES_OF_REGIONS or is_date_format(own.get(number, BUILTIN_FORMATS.get(number)))
    }
    return frozenset(place for place, number in enumerate(styles) if number in days)


DATES_OF_REGIONS = frozenset({*range(27, 37), *range(50, 59)})
"""Number formats whose text is the region's own, and always a day (ECMA-376, 18.8.30)."""


class _SheetReading:
    """The cells of one sheet as they pass by."""

    def __init__(self, strings: list[str], date_styles: frozenset[int], from_1904: bool, cells_left: int) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

        self.rows: dict[int, dict[int, Any]] = {}
        self.faults: dict[tuple[int, int], str] = {}
        self.merged: list[Merged] = []
        self.cells_left = cells_left
        self._strings, self._date_styles = strings, date_styles
        self._epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
        self._characters = 0
        self._row = self._column = 0
        self._kind, self._style = "n", 0
        self._value: list[str] = []
        self._inline: list[str] = []
        self._into: list[str] | None = None
        self._has_formula = self._has_inline = False
        self._phonetic = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """A row, a cell or one of its parts begins."""
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
            if not 1 <= self._row <= LAST_ROW:
                raise _Unreadable(f"tiene una fila {self._row}, que Excel no conoce — guárdelo de nuevo como .xlsx")
        elif name == "v":
            self._into = self._value
        elif name == "f":
            self._has_formula = True
        elif name == "is":
            self._has_inline = True
        elif name == "rPh":
            self._phonetic += 1
        elif name == "t" and self._has_inline and not self._phonetic:
            self._into = self._inline
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """What began ends."""
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self._into = None
        elif name == "rPh":
            self._phonetic -= 1

    def text(self, said: str) -> None:
        """Characters, of which only those of values matter."""
        if self._into is not None:
            self._into.append(said)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._column += 1
        if "r" in attributes:
            row, self._column = _place_of(attributes["r"])
            if row != self._row:
                raise _Unreadable(f"la celda {attributes['r']} está en otra fila — guárdelo de nuevo como .xlsx")
        if self._column > LAST_COLUMN:
            raise _Unreadable(f"la fila {self._row} tiene más columnas que Excel — guárdelo de nuevo como .xlsx")
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdecimal() else 0
        self._value.clear()
        self._inline.clear()
        self._has_formula = self._has_inline = False

    def _end_cell(self) -> None:
        at = self._row, self._column
        said = "".join(self._value)
        self._characters += len(said)
        if self._kind == "inlineStr" or (self._has_inline and not said):
            value: object = unescaped("".join(self._inline))
            self._characters += len("".join(self._inline))
        elif not said:
            if self._has_formula and self._kind != "str":
                self._keep(at, None, NO_VALUE)
            return
        else:
            value = self._read(at, said)
        if not is_blank(value):
            self._keep(at, value)

    def _read(self, at: tuple[int, int], said: str) -> object:
        from openpyxl.utils.datetime import from_ISO8601

        match self._kind:
            case "s":
                return self._shared(int(said))
            case "b":
                return said.strip() in ("1", "true")
            case "e":
                self._keep(at, said, "es un error de Excel — corrija la fórmula, o escriba el valor")
                return None
            case "d":
                return self._day(at, said, lambda: from_ISO8601(said.strip()))  # type: ignore[no-untyped-call]
            case "n":
                return self._number(at, said)
            case _:
                return unescaped(said)

    def _shared(self, place: int) -> str:
        if place < 0:
            raise IndexError
        text = self._strings[place]
        self._characters += len(text)
        return text

    def _number(self, at: tuple[int, int], said: str) -> object:
        from openpyxl.utils.datetime import from_excel

        number = said.strip()
        value = int(number) if WHOLE_NUMBER.fullmatch(number) else float(number)
        if not math.isfinite(value):
            self._keep(at, said, "no es un número que Excel conozca — escriba el valor de nuevo")
            return None
        return (
            self._day(at, said, lambda: from_excel(value, self._epoch)) if self._style in self._date_styles else value
        )

    def _day(self, at: tuple[int, int], said: str, read: Callable[[], object]) -> object:
        try:
            return read()
        except (ValueError, OverflowError):
            self._keep(at, said, "tiene formato de fecha y no es una fecha que exista — corríjala")
            return None

    def _keep(self, at: tuple[int, int], value: object, fault: str | None = None) -> None:
        self.cells_left -= 1
        if self.cells_left < 0:
            raise _too_many("celdas con datos", MOST_CELLS)
        if self._characters > MOST_CHARACTERS:
            raise _too_many("letras", MOST_CHARACTERS)
        row, column = at
        if fault is not None:
            self.faults[at] = fault
        if value is None:
            return
        cells = self.rows.setdefault(row, {})
        if column in cells:
            raise _Unreadable(f"la fila {row} tiene dos veces una celda — guárdelo de nuevo como .xlsx")
        cells[column] = value

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (first_row, first_column), (last_row, last_column) = _place_of(first), _place_of(last or first)
        self.merged.append(Merged(first_row, first_column, last_row, last_column))
        if len(self.merged) > MOST_MERGED:
            raise _too_many("rangos de celdas combinadas", MOST_MERGED)


def _place_of(reference: str) -> tuple[int, int]:
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise _Unreadable(f"no existe la celda «{reference[:20]}» — guárdelo de nuevo como .xlsx")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def found_sheet(sheets: tuple[NamedSheet, ...], wanted: str) -> list[NamedSheet]:
    """The sheets of a name, however it is written, hidden or not."""
    return [each for each in sheets if plain(each.name) == plain(wanted)]
