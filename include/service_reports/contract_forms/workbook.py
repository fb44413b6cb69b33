"""Reads the workbook of new contracts: one row a contract, and for each of its lists a sheet.

A row of such a sheet names its contract by the identifier, or none: it is then of all. Every mistake is named with
sheet, row, column, value and remedy, and stops its own contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import NamedTuple

from pydantic import ValidationError

from service_reports.contract_forms.answers import answer
from service_reports.contract_forms.form import Document, Leaf, Listing, Path, contract_form, put
from service_reports.contracts.loader import MOST_PROBLEMS, check_document, field_of, problem_told
from service_reports.foreign_text import foreign_line
from service_reports.sources.exports.cells import CellError, is_blank, parse_serial_day, plain
from service_reports.sources.exports.grid import ExportError, Sheet, column_letter
from service_reports.sources.exports.sheet import open_workbook
from service_reports.sources.exports.table import HEADER_ROWS, RECOGNISED_HEADERS

CONTRACTS_SHEET = "Contratos"
OF_CONTRACT = "Contrato"
"""The column of a list's sheet that says whose a row is."""
EXAMPLE = "ejemplo"
"""The identifier of the row that only shows how to fill the workbook in."""
FORMER_WORDS = (
    ("compromisos contractuales", "obligaciones contractuales"),
    ("compromiso contractual", "obligacion contractual"),
    ("compromiso del que", "obligacion de la que"),
    ("mesa de ayuda", "mesa de servicio"),
    ("conexion de airflow con el pkcs 12", "conexion de airflow con la clave de quien firma"),
)
"""What sheets and columns were called in workbooks that somebody may have filled in before, and are called now."""
MOST_CONTRACTS = 1_000
LONGEST_TOLD = 40


class Place(NamedTuple):
    """Where an answer stands, as an error tells it."""

    sheet: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        row = None if self.row is None else f"fila {self.row}"
        return ", ".join(part for part in (self.sheet, row, self.column) if part)


@dataclass
class Draft:
    """What the workbook says of one contract: the file to be, where each part of it stands, and what is wrong."""

    id: str
    document: Document
    places: dict[Path, Place]
    unread: dict[Path, str] = field(default_factory=dict)
    """Cells that could not be read, and why."""

    def problems(self, folder: FilePath) -> list[str]:
        """All that is wrong with it, as a file of this folder; what could not be read is not judged."""
        try:
            check_document(self.document, folder)
        except ValidationError as error:
            found = [each for each in error.errors(include_url=False) if field_of(each) not in self.unread]
            told = [f"{self.place(field_of(each))}: {problem_told(each)}" for each in found[:MOST_PROBLEMS]]
            return [*self.unread.values(), *told]
        return list(self.unread.values())

    def place(self, path: Path) -> Place:
        """Where a field stands, or what it is a part of."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]


@dataclass(frozen=True)
class NewContracts:
    """What a workbook holds: drafts in order, what is wrong with rows that are of none, how many rows are contracts."""

    drafts: tuple[Draft, ...]
    strays: tuple[str, ...]
    rows: int


class _Cell(NamedTuple):
    value: object
    place: Place
    problem: str | None


class _Row(NamedTuple):
    """The cells of a row, by level of the list (0 where there is one) and path; those of absent columns are absent."""

    number: int
    owner: _Cell | None
    cells: Mapping[tuple[int, tuple[str, ...]], _Cell]


class _Columns(NamedTuple):
    """What the columns of a sheet hold, by the header that tells it."""

    owner: str | None
    leaves: Mapping[str, tuple[int, Leaf]]


def read_new_contracts(content: bytes, file_name: str) -> NewContracts:
    """The contracts of a workbook.

    Raises:
        ExportError: no workbook, too large, or one whose sheets or headers are not known or missing.
    """
    book = open_workbook(content, file_name)
    form = contract_form()
    columns = {CONTRACTS_SHEET: _Columns(None, {leaf.title: (0, leaf) for leaf in form.leaves()})}
    columns |= {listing.sheet: columns_of(listing) for listing in form.listings()}
    titles = {plain(name): name for name in columns}
    found: dict[str, Sheet] = {}
    for listed in book.sheets:
        name = titles.get(_named_now(listed.name))
        if name is None or name in found:
            raise ExportError(
                f"«{file_name}»: la hoja «{listed.name}» sobra — bórrela, o llámela de uno de estos modos: "
                f"{', '.join(columns)}"
            )
        found[name] = book.sheet(listed)
    if CONTRACTS_SHEET not in found:
        raise ExportError(f"«{file_name}»: falta la hoja «{CONTRACTS_SHEET}» — haga el libro con --template")
    rows = {name: tuple(_rows(sheet, columns[name])) for name, sheet in found.items()}
    return _Assembly(file_name, rows).result()


def _named_now(name: str) -> str:
    """The plain words of a sheet or column as they are today, whatever they were."""
    words = plain(name)
    for former, now in FORMER_WORDS:
        words = words.replace(former, now)
    return words


def columns_of(listing: Listing) -> _Columns:
    """The columns of the sheet of a list: those of every level, under the name of the list that is within it."""
    levels = list(listing.levels())
    return _Columns(
        OF_CONTRACT,
        {
            leaf.title if level == 0 else f"{levels[level].title} · {leaf.title}": (level, leaf)
            for level, each in enumerate(levels)
            for leaf in each.leaves
        },
    )


def _rows(sheet: Sheet, columns: _Columns) -> Iterator[_Row]:
    known = {plain(header): header for header in (columns.owner, *columns.leaves) if header}
    header_row, headers = _headers(sheet, known)
    for number in sheet.numbers:
        if number <= header_row:
            continue
        without = [column for column in sheet.rows.get(number, ()) if column not in headers]
        if without:
            raise ExportError(
                f"{sheet.place}, fila {number}, columna {column_letter(without[0])}: "
                f"«{_told(sheet.cell(number, without[0]))}» no tiene encabezado — póngale uno, o borre la celda"
            )
        owner, cells = None, {}
        for column, header in headers.items():
            if header == columns.owner:
                owner = _cell(sheet, number, column, header, OWNER)
            else:
                level, leaf = columns.leaves[header]
                cells[level, leaf.path] = _cell(sheet, number, column, header, leaf)
        yield _Row(number, owner, cells)


def _told(value: object) -> str:
    """A value as an error repeats it: whole words of the operator's own file, as of a contract file."""
    return foreign_line(str(value), LONGEST_TOLD)


OWNER = Leaf((OF_CONTRACT,), OF_CONTRACT, {"type": "string"}, required=False)


def _headers(sheet: Sheet, known: Mapping[str, str]) -> tuple[int, dict[int, str]]:
    """The row of the headers, and the columns by what they are."""

    def recognised(row: int) -> int:
        return sum(_named_now(str(value)) in known for value in sheet.rows.get(row, {}).values())

    best = max(range(1, HEADER_ROWS + 1), key=recognised)
    if recognised(best) < RECOGNISED_HEADERS:
        raise ExportError(f"{sheet.place}: no se encuentra la fila de encabezados — haga el libro con --template")
    found: dict[int, str] = {}
    for column, value in sorted(sheet.rows[best].items()):
        header = known.get(_named_now(str(value)))
        where = f"{sheet.place}, fila {best}, columna {column_letter(column)}: «{_told(value)}»"
        if header is None:
            raise ExportError(f"{where} no es una columna conocida — corrija el encabezado, o borre la columna")
        if header in found.values():
            raise ExportError(f"{where} está en dos columnas — deje solo una")
        found[column] = header
    return best, found


def _cell(sheet: Sheet, row: int, column: int, header: str, leaf: Leaf) -> _Cell:
    place = Place(sheet.place, row, f"columna «{header}» ({column_letter(column)})")
    value = sheet.cell(row, column)
    told = "vacía, " if is_blank(value) else f"«{_told(value)}» "
    if (fault := sheet.fault(row, column)) is not None:
        return _Cell(None, place, f"{place}: {told}{fault}")
    try:
        said = parse_serial_day(value, sheet.from_1904) if leaf.kind == "date" else value
        return _Cell(answer(leaf, said), place, None)
    except CellError as error:
        return _Cell(None, place, f"{place}: {told}{error}")


class _Assembly:
    """Puts together what the rows of all sheets say of each contract."""

    def __init__(self, file_name: str, rows: Mapping[str, Sequence[_Row]]) -> None:
        self._file = f"«{file_name}»"
        self._rows = rows
        self._drafts: dict[str, Draft] = {}
        self._strays: list[str] = []
        self._contracts = 0

    def result(self) -> NewContracts:
        """All drafts, with what is wrong with each."""
        for row in self._rows[CONTRACTS_SHEET]:
            self._begin(row)
        if not self._contracts:
            raise ExportError(
                f"{self._file}, hoja «{CONTRACTS_SHEET}»: no tiene contratos — escriba uno por fila, cada uno con su "
                f"identificador; la fila «{EXAMPLE}» solo muestra cómo"
            )
        for listing in contract_form().listings():
            self._share_out(listing)
        return NewContracts(tuple(self._drafts.values()), tuple(self._strays), self._contracts)

    def _begin(self, row: _Row) -> None:
        place = Place(f"{self._file}, hoja «{CONTRACTS_SHEET}»", row.number)
        identity = row.cells.get((0, ("id",))) or _Cell(None, place, None)
        given = "" if identity.value is None else str(identity.value)
        if given == EXAMPLE:
            return
        self._contracts += 1
        if not given or given in self._drafts:
            told = f"id tiene {given!r}, que ya está en otra fila: escriba otro" if given else "id: falta: escríbalo"
            self._strays.append(identity.problem or f"{identity.place}: {told}")
            return
        if len(self._drafts) >= MOST_CONTRACTS:
            raise ExportError(f"{place}: hay más de {MOST_CONTRACTS} contratos — repártalos en varios libros")
        draft = Draft(given, contract_form().blank(), {(): place})
        for (_, path), cell in row.cells.items():
            draft.places[path] = cell.place
            if cell.problem:
                draft.unread[path] = cell.problem
            elif cell.value is not None:
                put(draft.document, path, cell.value)
        self._drafts[given] = draft

    def _share_out(self, listing: Listing) -> None:
        """Give every contract its rows of a list's sheet."""
        rows = self._rows.get(listing.sheet, ())
        mine: dict[str, list[_Row]] = {name: [] for name in self._drafts}
        for row in rows:
            owner = None if row.owner is None else row.owner.value
            if row.owner is not None and row.owner.problem:
                self._strays.append(row.owner.problem)
            elif owner is None:
                for name in mine:
                    mine[name].append(row)
            elif str(owner) in mine:
                mine[str(owner)].append(row)
            elif owner != EXAMPLE and row.owner is not None:
                self._strays.append(
                    f"{row.owner.place}: «{_told(owner)}» no es un contrato que se pueda hacer de este libro — escriba "
                    f"el identificador de una fila de «{CONTRACTS_SHEET}», o deje la celda vacía si es de todos"
                )
        for name, draft in self._drafts.items():
            draft.places[listing.path] = Place(f"{self._file}, hoja «{listing.sheet}»")
            if mine[name]:
                put(draft.document, listing.path, _elements(listing, mine[name], draft, listing.path, 0))


def _elements(listing: Listing, rows: Sequence[_Row], draft: Draft, path: Path, level: int) -> list[Document]:
    """The elements that rows tell of: those in a row that say the same, or nothing, at this level are of one."""
    groups: list[tuple[Document, list[_Row]]] = []
    for row in rows:
        own: Document = {}
        for leaf in listing.leaves:
            cell = row.cells.get((level, leaf.path))
            if cell is not None and cell.value is not None:
                put(own, leaf.path, cell.value)
        told = any(cell.problem for (at, _), cell in row.cells.items() if at == level)
        if groups and listing.nested is not None and not told and own in ({}, groups[-1][0]):
            groups[-1][1].append(row)
            continue
        groups.append((own, [row]))
    elements = []
    for number, (own, its) in enumerate(groups):
        element = deepcopy(own)
        _remember(draft, its[0], (*path, number), level)
        if listing.nested is not None:
            inner = [row for row in its if _says(row, level + 1)]
            where = (*path, number, *listing.nested.path)
            if inner:
                put(element, listing.nested.path, _elements(listing.nested, inner, draft, where, level + 1))
        elements.append(element)
    return elements


def _says(row: _Row, level: int) -> bool:
    """Whether a row has something at a level or within it."""
    return any(at >= level and (cell.value is not None or cell.problem) for (at, _), cell in row.cells.items())


def _remember(draft: Draft, row: _Row, path: Path, level: int) -> None:
    """Keep where the fields of an element stand, and what is wrong with them."""
    sheet = next(iter(row.cells.values())).place.sheet
    draft.places[path] = Place(sheet, row.number)
    for (at, own), cell in row.cells.items():
        if at == level:
            draft.places[*path, *own] = cell.place
            if cell.problem:
                draft.unread[*path, *own] = cell.problem
