"""The ticket workbook (``.xlsx``): the same figures as typed cells, one table object a sheet.

Cells hold numbers and dates with a number format, never localised text. A text that a
spreadsheet could take for a formula is stored as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import UTC, date, datetime
from io import BytesIO
from math import ceil
from textwrap import wrap
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from reportlab.lib.colors import HexColor

from service_reports.contracts import BOGOTA
from service_reports.contracts.model import DOCUMENT_KINDS, Brand, Contract
from service_reports.documents.engine import palette
from service_reports.documents.engine.dated_zip import dated_zip
from service_reports.documents.rendered import QUOTATION_STYLE, RenderedDocument
from service_reports.documents.sections.readings import UNREAD
from service_reports.documents.sections.report_frame import document_codes
from service_reports.documents.sections.sheets import Sheet, Value, sheets
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

KIND = "ticket_workbook"
TITLE = DOCUMENT_KINDS[KIND].title
COVER = "Léame"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
NOT_IN_XML = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
DATE_FORMAT, INSTANT_FORMAT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"
DATE_LENGTH, INSTANT_LENGTH = 10, 19
TABLE_STYLE = "TableStyleLight1"
"""Grey stripes, which go with the colour of any brand."""
FONT = "Calibri"
LABEL_FONT = Font(name=FONT, bold=True)
HEADER_FONT = Font(name=FONT, bold=True, color="FFFFFF")
LINK_FONT = Font(name=FONT, color="0563C1", underline="single")
HEADER_ALIGNMENT = Alignment(vertical="center", wrap_text=True)
WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
"""The indent keeps a text off the number at its left, which ends where the text begins."""
TOP = Alignment(vertical="top")
LEFT = Alignment(horizontal="left", vertical="top", wrap_text=True)
NARROWEST, WIDEST, HEADER_WIDTH, FILTER_BUTTON = 10, 60, 18, 4
LINE_HEIGHT = 15
TALLEST = 409
"""Points that a row of Excel can have."""
INDENT, SLACK = 2, 2
"""Characters that a cell's indent takes, and that another font than ours may be wider by."""
CAPITAL = 0.25
"""By how much of a character a capital is wider than a line's average."""
CHARACTERS_A_PAGE = 250
FURNITURE_SIZE = 8
LETTER = 1
NOTES = (
    "Las cifras son las mismas de los informes en PDF; aquí van sin redondear, con la precisión que admite una hoja de "
    "cálculo. El formato de la celda decide cuántos decimales se ven.",
    "Lo que mide OCI se cuenta por día UTC; solicitudes y horas, por día de Bogotá (UTC−5).",
    "Una celda vacía es un dato que no se tiene; nunca es un cero.",
    "Los porcentajes son partes exactas del total; se ven con un decimal. Los filtros no tocan la fila de totales.",
)


class Look(NamedTuple):
    """What the colour of a contract's brand decides."""

    title: Font
    header: PatternFill
    total: PatternFill


def _look(brand: Brand) -> Look:
    primary = HexColor(brand.primary)
    header, total = (each.hexval()[2:].upper() for each in (primary, palette.tint(primary, palette.HEADER_TINT)))
    return Look(
        Font(name=FONT, size=14, bold=True, color=header),
        PatternFill("solid", fgColor=header),
        PatternFill("solid", fgColor=total),
    )


def render_ticket_workbook(contract: Contract, figures: PeriodFigures) -> RenderedDocument:
    """The workbook of the period's tickets, hours, use, measurements and findings; equal figures give equal bytes.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    code = document_codes(contract, figures)[KIND]
    workbook = Workbook()
    workbook.add_named_style(NamedStyle(QUOTATION_STYLE, font=Font(name=FONT)))
    cover = workbook.active
    assert isinstance(cover, Worksheet)
    cover.title = COVER
    held = list(sheets(contract, figures))
    look = _look(contract.brand)
    _cover(cover, contract, figures, code, held, look)
    for sheet in held:
        _write(workbook.create_sheet(sheet.title), sheet, look)
    for worksheet in workbook.worksheets:
        _set_up_print(worksheet, contract, code)
    properties = workbook.properties
    properties.creator = properties.lastModifiedBy = contract.contractor.legal_name
    properties.title = f"{TITLE} — Informe No. {figures.report_number}"
    properties.subject = f"Contrato No. {contract.number} de {contract.year}, {contract.entity.name}"
    properties.description = (
        f"{code}, versión {figures.version}. Del {es_co.long_date(figures.period_from)} "
        f"al {es_co.long_date(figures.period_to)}."
    )
    properties.keywords = f"{contract.number}; {figures.report_number}; {code}"
    properties.category = "Informe de servicio"
    properties.language = "es-CO"
    return RenderedDocument.of_kind(KIND, code, _bytes(workbook, figures.report_date))


def _put(sheet: Worksheet, row: int, column: int, value: Value, number_format: str | None = None) -> Cell:
    """Write a typed cell; a text is always a text."""
    cell = _filled(sheet, row, column, value)
    _shape(cell, value, number_format)
    return cell


def _filled(sheet: Worksheet, row: int, column: int, value: Value) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, str):
        cell.value = NOT_IN_XML.sub("", ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
    else:
        cell.value = value
    return cell


def _shape(cell: Cell, value: Value, number_format: str | None) -> None:
    if isinstance(value, str):
        if isinstance(value, Quoted):
            cell.style = QUOTATION_STYLE
        cell.quotePrefix = _like_a_formula(cell)
    elif isinstance(value, datetime):
        cell.number_format = INSTANT_FORMAT
    elif isinstance(value, date):
        cell.number_format = DATE_FORMAT
    elif number_format:
        cell.number_format = number_format


def _like_a_formula(cell: Cell) -> bool:
    return isinstance(cell.value, str) and cell.value.startswith(FORMULA_STARTS)


def _write(worksheet: Worksheet, sheet: Sheet, look: Look) -> None:
    """One table from the first row on, its header in view, and its total under it."""
    titles = _unique_titles(heading.title for heading in sheet.headings)
    formats = [heading.number_format for heading in sheet.headings]
    _table(worksheet, 1, sheet.table, titles, sheet.rows, formats, look)
    if sheet.total is not None:
        for column, (value, number_format) in enumerate(zip(sheet.total, formats, strict=True), start=1):
            cell = _put(worksheet, len(sheet.rows) + 2, column, value, number_format)
            cell.font = LABEL_FONT
            cell.fill = look.total
    if sheet.unread:
        _put(worksheet, len(sheet.rows) + 2 + (sheet.total is not None), 1, sheet.unread).font = LABEL_FONT
    worksheet.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    worksheet.print_title_rows = "1:1"
    worksheet.print_title_cols = f"A:{get_column_letter(sheet.frozen)}"
    rows = [*sheet.rows, *([sheet.total] if sheet.total else [])]
    _fit_columns(worksheet, titles, rows)
    _fit_rows(worksheet, 2, rows)


def _unique_titles(titles: Iterable[str]) -> list[str]:
    """Titles as a table object wants them: on one line, no two alike; what others named stays a quotation."""
    found: list[str] = []
    for title in titles:
        plain = " ".join(title.split()) or es_co.MISSING
        unique, number = plain, 1
        while unique.casefold() in {each.casefold() for each in found}:
            number += 1
            unique = f"{plain} ({number})"
        found.append(Quoted(unique) if isinstance(title, Quoted) else unique)
    return found


def _table(
    sheet: Worksheet,
    row: int,
    name: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[Value]],
    formats: Sequence[str | None],
    look: Look,
) -> None:
    """Write a header and its rows as a table object with filters; without rows there is no object."""
    for column, title in enumerate(titles, start=1):
        cell = _put(sheet, row, column, title)
        cell.font = HEADER_FONT
        cell.fill = look.header
        cell.alignment = HEADER_ALIGNMENT
    shapes: dict[tuple[object, ...], Any] = {}  # openpyxl looks up each part of a cell's style anew
    for offset, values in enumerate(rows, start=1):
        for column, (value, number_format) in enumerate(zip(values, formats, strict=True), start=1):
            cell = _filled(sheet, row + offset, column, value)
            kind = (type(value), number_format, _like_a_formula(cell))
            if kind not in shapes:
                _shape(cell, value, number_format)
                cell.alignment = WRAPPED if isinstance(value, str) else TOP
                shapes[kind] = cell._style  # type: ignore[attr-defined]  # not in openpyxl's stubs
            cell._style = copy(shapes[kind])  # type: ignore[attr-defined]
    if rows:
        last = f"{get_column_letter(len(titles))}{row + len(rows)}"
        table = Table(displayName=name, ref=f"A{row}:{last}")
        table.tableStyleInfo = TableStyleInfo(name=TABLE_STYLE, showRowStripes=True)
        sheet.add_table(table)


def _length(value: Value) -> int:
    if isinstance(value, datetime):
        return INSTANT_LENGTH
    if isinstance(value, date):
        return DATE_LENGTH
    return 0 if value is None else max(_wide(line) for line in str(value).splitlines() or [""])


def _wide(line: str) -> int:
    """How many characters of average width a line takes."""
    return ceil(len(line) + CAPITAL * sum(map(str.isupper, line)))


def _fit_columns(sheet: Worksheet, titles: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """Columns as wide as their cells ask for within bounds; titles wrap, and the header is as tall as they need."""
    lines = 1
    for index, title in enumerate(titles):
        longest_word = max(len(word) for word in title.split())
        needed = max(
            [
                min(len(title), HEADER_WIDTH) + FILTER_BUTTON,
                longest_word + FILTER_BUTTON,
                *(_length(row[index]) + INDENT + SLACK for row in rows),
            ]
        )
        width = min(max(NARROWEST, needed), WIDEST)
        sheet.column_dimensions[get_column_letter(index + 1)].width = width
        lines = max(lines, ceil(len(title) / (width - FILTER_BUTTON)))
    sheet.row_dimensions[1].height = LINE_HEIGHT * (lines + (lines > 1))


def _fit_rows(sheet: Worksheet, first: int, rows: Sequence[Sequence[Value]]) -> None:
    """Rows as tall as their texts need, wrapped in the widths of their columns: not every program finds that itself."""
    letters = map(get_column_letter, range(1, len(rows[0]) + 1 if rows else 1))
    widths = [sheet.column_dimensions[letter].width for letter in letters]
    for row, values in enumerate(rows, start=first):
        lines = max(_lines(value, width) for value, width in zip(values, widths, strict=True))
        if lines > 1:
            sheet.row_dimensions[row].height = min(LINE_HEIGHT * lines, TALLEST)


def _lines(value: Value, width: float) -> int:
    if not isinstance(value, str):
        return 1
    room = width - INDENT - SLACK
    told = value.splitlines()
    return sum(
        1 if _wide(line) <= room else len(wrap(line, max(1, int(room * len(line) / _wide(line))))) for line in told
    )


def _cover(
    sheet: Worksheet, contract: Contract, figures: PeriodFigures, code: str, held: Sequence[Sheet], look: Look
) -> None:
    _put(sheet, 1, 1, TITLE).font = look.title
    facts: list[tuple[str, Value]] = [
        ("Código", code),
        ("Versión", figures.version),
        ("Informe No.", figures.report_number),
        ("Fecha del informe", figures.report_date),
        ("Primer día del periodo", figures.period_from),
        ("Último día del periodo", figures.period_to),
        ("Cliente", Quoted(contract.entity.name)),
        ("NIT", f"{contract.entity.nit}-{contract.entity.nit_check_digit}"),
        ("No. Contrato", Quoted(f"{contract.number} de {contract.year}")),
        ("Contratista", Quoted(contract.contractor.legal_name)),
        ("Mesa de servicio", Quoted(contract.contractor.help_desk_name)),
    ]
    if figures.version > 1:
        facts.insert(2, ("Motivo de la corrección", figures.correction_reason or es_co.MISSING))
    if figures.warranty.total and contract.warranty is not None:
        facts += [
            ("Garantía de", Quoted(contract.warranty.contract_label)),
            ("Inicio de la garantía", contract.warranty.valid_from),
            ("Fin de la garantía", contract.warranty.valid_to),
        ]
    for row, (label, value) in enumerate(facts, start=3):
        _put(sheet, row, 1, label).font = LABEL_FONT
        _put(sheet, row, 2, value).alignment = LEFT
    first = len(facts) + 4
    titles = ["Hoja", "Contenido", "Filas", "Fuente", "Lectura (hora de Bogotá)"]
    rows: list[list[Value]] = [
        [
            each.title,
            f"{each.content} {each.unread}".strip(),
            _rows_of(each),
            each.source,
            _bogota(each.read_at),
        ]
        for each in held
    ]
    _table(sheet, first, "Hojas", titles, rows, [None, None, "#,##0", None, None], look)
    for offset, each in enumerate(held, start=1):
        cell = sheet.cell(first + offset, 1)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{each.title}'!A1")
        cell.font = LINK_FONT
    for row, note in enumerate(NOTES, start=first + len(held) + 2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(titles))
        _put(sheet, row, 1, note).alignment = WRAPPED
        sheet.row_dimensions[row].height = 2 * LINE_HEIGHT
    for column, width in zip("ABCDE", (26, WIDEST, NARROWEST, 34, 30), strict=True):
        sheet.column_dimensions[column].width = width
    _fit_rows(sheet, first + 1, rows)


def _rows_of(sheet: Sheet) -> Value:
    """How many rows a sheet has; that it has none says nothing while days are unread."""
    return len(sheet.rows) if sheet.rows or not sheet.unread else UNREAD


def _bogota(instant: datetime | None) -> datetime | None:
    """The wall clock in Bogotá: a cell has no zone."""
    return instant and instant.astimezone(es_co.BOGOTA).replace(tzinfo=None)


def _set_up_print(sheet: Worksheet, contract: Contract, code: str) -> None:
    """Letter paper, lying, as many pages wide as it takes to be readable, with code and page under each."""
    width = sum(dimension.width for dimension in sheet.column_dimensions.values())
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = LETTER
    sheet.page_setup.fitToWidth = max(1, ceil(width / CHARACTERS_A_PAGE))
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.HeaderFooter.scaleWithDoc = False
    sheet.HeaderFooter.oddHeader = _furniture(_literal(contract.contractor.legal_name), _literal(contract.entity.name))
    sheet.HeaderFooter.oddFooter = _furniture(code, "&A — Página &P de &N")


def _furniture(left: str, right: str) -> HeaderFooterItem:
    """A line above or below a printed page, in a spreadsheet's codes (``&P``); nothing in its middle to run into."""
    parts = (_HeaderFooterPart(text=text, size=FURNITURE_SIZE) for text in (left, right))
    return HeaderFooterItem(**dict(zip(("left", "right"), parts, strict=True)))


def _literal(text: str) -> str:
    """A text in which an ampersand is no code."""
    return text.replace("&", "&&")


def _bytes(workbook: Workbook, dated: date) -> bytes:
    """Save with every date inside the file set to the report's, so that the bytes depend on figures alone."""
    begins = datetime.combine(dated, datetime.min.time(), tzinfo=BOGOTA)
    midnight = begins.astimezone(UTC).replace(tzinfo=None)  # openpyxl wants naive UTC
    workbook.properties.created = midnight
    workbook.properties.modified = midnight
    drawn = BytesIO()
    ExcelWriter(workbook, ZipFile(drawn, "w", ZIP_DEFLATED)).save()
    return dated_zip(drawn.getvalue(), dated)
