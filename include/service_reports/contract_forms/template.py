"""The empty workbook of new contracts: headings, explanations and one example that shows how it is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from service_reports.contract_forms.example import example_document
from service_reports.contract_forms.form import NO, YES, Document, Leaf, Listing, Path, contract_form, held
from service_reports.contract_forms.workbook import CONTRACTS_SHEET, EXAMPLE, MOST_CONTRACTS, OWNER, columns_of

WHOSE = "El identificador de un contrato; vacía, la fila es de todos."
EXAMPLE_IS_NOT_WRITTEN = f" La fila «{EXAMPLE}» es un ejemplo, y no se hace archivo de ella."
FIELD_ROW, EXPLANATION_ROW, HEADER_ROW = 1, 2, 3
TEXT, DAY, NUMBER = "@", "dd/mm/yyyy", "General"
FORMATS = {"date": DAY, "integer": NUMBER, "number": NUMBER}
WIDTH, EXPLANATION_HEIGHT = 30, 120
HEADER_FILL = {True: PatternFill("solid", fgColor="FF1B4B72"), False: PatternFill("solid", fgColor="FF5F6B76")}


class _Column(NamedTuple):
    header: str
    name: str
    explanation: str
    leaf: Leaf


def template_workbook() -> bytes:
    """The workbook, as the bytes of its file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    form, example = contract_form(), example_document()
    columns = [_Column(leaf.title, leaf.name, leaf.explanation, leaf) for leaf in form.leaves()]
    first = columns[0]
    columns[0] = first._replace(explanation=first.explanation + EXAMPLE_IS_NOT_WRITTEN)
    row = [_shown(leaf, held(example, leaf.path)) for leaf in form.leaves()]
    _add(book, CONTRACTS_SHEET, columns, [row])
    for listing in form.listings():
        held_columns = list(columns_of(listing).leaves.items())
        levels = list(listing.levels())
        columns = [_Column(OWNER.title, "id", WHOSE, OWNER)]
        for header, (level, leaf) in held_columns:
            name = ".".join((*(part for each in levels[: level + 1] for part in each.path), *leaf.path))
            columns.append(_Column(header, name, leaf.explanation, leaf))
        rows = (
            [EXAMPLE, *(_shown(leaf, said.get((level, leaf.path))) for _, (level, leaf) in held_columns)]
            for said in _rows(listing, held(example, listing.path) or (), 0, {})
        )
        _add(book, listing.sheet, columns, rows)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(
    listing: Listing, elements: Sequence[Document], level: int, outer: Mapping[tuple[int, Path], Any]
) -> Iterator[dict[tuple[int, Path], Any]]:
    """The elements of a list, a row each: with those of the list within them, where they have any."""
    for element in elements:
        own: dict[tuple[int, Path], Any] = {(level, leaf.path): held(element, leaf.path) for leaf in listing.leaves}
        said = {**outer, **own}
        inner = held(element, listing.nested.path) if listing.nested else None
        if listing.nested and inner:
            yield from _rows(listing.nested, inner, level + 1, said)
        else:
            yield said


def _shown(leaf: Leaf, value: Any) -> Any:  # noqa: ANN401 (as an example holds it)
    """A value as a cell shows it."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, bool):
        return YES if value else NO
    return date.fromisoformat(value) if value is not None and leaf.kind == "date" else value


def _add(book: Workbook, title: str, columns: Sequence[_Column], rows: Iterable[Sequence[Any]]) -> None:
    sheet: Worksheet = book.create_sheet(title)
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = WIDTH
        sheet.column_dimensions[letter].number_format = FORMATS.get(column.leaf.kind, TEXT)
        sheet.cell(FIELD_ROW, number, column.name).font = Font(italic=True, color="FF5F6B76")
        sheet.cell(EXPLANATION_ROW, number, column.explanation).alignment = Alignment(wrap_text=True, vertical="top")
        header = sheet.cell(HEADER_ROW, number, column.header)
        header.font, header.fill = Font(bold=True, color="FFFFFFFF"), HEADER_FILL[column.leaf.required]
        header.alignment = Alignment(wrap_text=True, vertical="top")
        _offer_choices(sheet, letter, column.leaf)
    last = HEADER_ROW
    for last, row in enumerate(rows, start=HEADER_ROW + 1):
        for number, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
            example = sheet.cell(last, number, value)
            example.number_format = FORMATS.get(column.leaf.kind, TEXT)
            example.font = Font(italic=True)
            example.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[EXPLANATION_ROW].height = EXPLANATION_HEIGHT
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"


def _offer_choices(sheet: Worksheet, letter: str, leaf: Leaf) -> None:
    """Let Excel offer the words that a cell takes."""
    words = (YES, NO) if leaf.kind == "boolean" else leaf.choices
    if words and not leaf.several:
        offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        offered.add(f"{letter}{HEADER_ROW + 1}:{letter}{HEADER_ROW + MOST_CONTRACTS}")
        sheet.add_data_validation(offered)
