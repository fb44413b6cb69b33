"""The ticket workbook (``.xlsx``): the same figures as typed cells, one table a block.

Cells hold numbers and dates with a number format, never localised text. A text that a
spreadsheet could take for a formula is stored as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from service_reports.contracts.model import Contract
from service_reports.documents import format as es_co
from service_reports.documents.masking import masked, printable_summaries
from service_reports.documents.rendered import TITLES, XLSX, RenderedDocument
from service_reports.documents.report_frame import document_codes
from service_reports.documents.spanish_terms import category, product_name
from service_reports.documents.ticket_tables import DIMENSIONS, category_name, count_title, newest_first
from service_reports.figures.model import PeriodFigures, TicketFigures

Value = str | int | Decimal | date | None

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMAT = "dd/mm/yyyy"
WHOLE_FORMAT, DECIMAL_FORMAT, PERCENT_FORMAT = "#,##0", "#,##0.00", "0%"
TABLE_STYLE = "TableStyleMedium2"
TITLE_FONT = Font(name="Calibri", size=13, bold=True, color="1B4B72")
LABEL_FONT = Font(name="Calibri", bold=True)
TOTAL_FILL = PatternFill("solid", fgColor="F3F6F9")
WRAPPED = Alignment(vertical="top", wrap_text=True)
NARROWEST, WIDEST = 10, 70
HUNDRED = Decimal(100)
FIRST_ROW_OF_A_LIST = 1
ROWS_BETWEEN_TABLES = 3


def render_ticket_workbook(contract: Contract, figures: PeriodFigures) -> RenderedDocument:
    """The workbook of the period's tickets, counts and hour bank; equal figures give equal bytes.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    code = document_codes(contract, figures)["ticket_workbook"]
    workbook = Workbook()
    summary = workbook.active
    assert isinstance(summary, Worksheet)
    summary.title = "Resumen"
    _summary(summary, contract, figures, code)
    summaries = printable_summaries(contract, figures)
    _tickets(workbook.create_sheet("Solicitudes"), "Solicitudes", contract, figures.support, summaries)
    _counts(workbook.create_sheet("Conteos solicitudes"), "Solicitudes", contract, figures.support)
    if figures.warranty.total:
        _tickets(workbook.create_sheet("Garantía"), "Garantia", contract, figures.warranty, summaries)
        _counts(workbook.create_sheet("Conteos garantía"), "Garantia", contract, figures.warranty)
    _hour_bank(workbook.create_sheet("Bolsa de horas"), contract, figures)
    workbook.properties.creator = contract.contractor.legal_name
    workbook.properties.lastModifiedBy = contract.contractor.legal_name
    workbook.properties.title = f"{TITLES['ticket_workbook']} — Informe No. {figures.report_number}"
    workbook.properties.subject = f"Contrato No. {contract.number} de {contract.year}"
    workbook.properties.language = "es-CO"
    return RenderedDocument(
        kind="ticket_workbook",
        title=TITLES["ticket_workbook"],
        code=code,
        file_name=f"{code}.xlsx",
        media_type=XLSX,
        content=_bytes(workbook, figures.report_date),
        vendor_box=None,
        supervisor_box=None,
    )


def _put(sheet: Worksheet, row: int, column: int, value: Value, number_format: str | None = None) -> Cell:
    """Write a typed cell; a text is always a text."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        if value.startswith(FORMULA_STARTS):
            cell.quotePrefix = True
    else:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = DATE_FORMAT
    if number_format:
        cell.number_format = number_format
    return cell


def _block(
    sheet: Worksheet,
    row: int,
    name: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[Value]],
    formats: Sequence[str | None] | None = None,
) -> int:
    """Write a header and its rows as a table object with filters; returns the row after the last one."""
    formats = formats or [None] * len(titles)
    for column, title in enumerate(titles, start=1):
        _put(sheet, row, column, title).font = LABEL_FONT
    for offset, values in enumerate(rows, start=1):
        for column, (value, number_format) in enumerate(zip(values, formats, strict=True), start=1):
            cell = _put(sheet, row + offset, column, value, number_format)
            if isinstance(value, str):
                cell.alignment = WRAPPED
    if rows:
        last = f"{get_column_letter(len(titles))}{row + len(rows)}"
        table = Table(displayName=name, ref=f"A{row}:{last}")
        table.tableStyleInfo = TableStyleInfo(name=TABLE_STYLE, showRowStripes=True)
        sheet.add_table(table)
    return row + len(rows) + 1


def _fit_columns(sheet: Worksheet) -> None:
    for index, cells in enumerate(sheet.iter_cols(), start=1):
        longest = max((len(str(cell.value)) for cell in cells if cell.value is not None), default=0)
        sheet.column_dimensions[get_column_letter(index)].width = min(max(NARROWEST, longest + 3), WIDEST)


def _total(sheet: Worksheet, row: int, values: Sequence[Value], formats: Sequence[str | None]) -> None:
    for column, (value, number_format) in enumerate(zip(values, formats, strict=True), start=1):
        cell = _put(sheet, row, column, value, number_format)
        cell.font = LABEL_FONT
        cell.fill = TOTAL_FILL


def _summary(sheet: Worksheet, contract: Contract, figures: PeriodFigures, code: str) -> None:
    _put(sheet, 1, 1, TITLES["ticket_workbook"]).font = TITLE_FONT
    facts: list[tuple[str, Value]] = [
        ("Código", code),
        ("Versión", figures.version),
        ("Informe No.", figures.report_number),
        ("Fecha del informe", figures.report_date),
        ("Primer día del periodo", figures.period_from),
        ("Último día del periodo", figures.period_to),
        ("Cliente", contract.entity.name),
        ("NIT", f"{contract.entity.nit}-{contract.entity.nit_check_digit}"),
        ("No. Contrato", f"{contract.number} de {contract.year}"),
        ("Contratista", contract.contractor.legal_name),
        ("Mesa de servicio", contract.contractor.help_desk_name),
        ("Solicitudes consultadas", es_co.read_instant(figures.sources.tickets_read_at)),
        ("Bolsa de horas consultada", es_co.read_instant(figures.sources.hour_bank_read_at)),
        ("Solicitudes del periodo", figures.support.total),
        ("Solicitudes en garantía", figures.warranty.total),
        ("Horas contratadas", figures.hour_bank.contracted),
        ("Horas disponibles", figures.hour_bank.available),
    ]
    if figures.version > 1:
        facts.insert(2, ("Motivo de la corrección", figures.correction_reason or es_co.MISSING))
    for row, (label, value) in enumerate(facts, start=3):
        _put(sheet, row, 1, label).font = LABEL_FONT
        cell = _put(sheet, row, 2, value)
        cell.alignment = Alignment(horizontal="left")
    _fit_columns(sheet)


def _tickets(
    sheet: Worksheet, name: str, contract: Contract, tickets: TicketFigures, summaries: dict[str, str]
) -> None:
    with_summary = any(ticket.ticket_id in summaries for ticket in tickets.tickets)
    titles = ["Registro", "Requerimiento", "Fecha", "Estado", *list(DIMENSIONS.values())[1:]]
    if with_summary:
        titles.append("Resumen")
    rows: list[list[Value]] = []
    for position, ticket in enumerate(newest_first(tickets.tickets), start=1):
        row: list[Value] = [
            position,
            ticket.ticket_id,
            ticket.registered_on,
            category(ticket.status),
            product_name(contract, ticket.product),
            category(ticket.module),
            category(ticket.process),
            category(ticket.subprocess),
        ]
        if with_summary:
            row.append(summaries.get(ticket.ticket_id))
        rows.append(row)
    _block(sheet, FIRST_ROW_OF_A_LIST, name, titles, rows)
    sheet.freeze_panes = "C2"
    _fit_columns(sheet)


def _counts(sheet: Worksheet, name: str, contract: Contract, tickets: TicketFigures) -> None:
    row = 1
    formats = [None, WHOLE_FORMAT, PERCENT_FORMAT]
    for table in tickets.tables:
        _put(sheet, row, 1, count_title(table)).font = TITLE_FONT
        titles = [DIMENSIONS[table.dimension], "No. Requerimientos", "Porcentaje"]
        rows: list[list[Value]] = [
            [category_name(contract, table.dimension, each.value), each.count, Decimal(each.percent) / HUNDRED]
            for each in table.rows
        ]
        after = _block(sheet, row + 1, f"{name}_{table.dimension}", titles, rows, formats)
        share = Decimal(sum(each.percent for each in table.rows)) / HUNDRED
        _total(sheet, after, ["Suma total", table.total, share], formats)
        row = after + ROWS_BETWEEN_TABLES
    _fit_columns(sheet)


def _hour_bank(sheet: Worksheet, contract: Contract, figures: PeriodFigures) -> None:
    bank = figures.hour_bank
    balance: list[list[Value]] = [
        ["Consumidas", bank.consumed, Decimal(bank.percent_consumed) / HUNDRED],
        ["En ejecución", bank.in_execution, Decimal(bank.percent_in_execution) / HUNDRED],
        ["Comprometidas", bank.committed, Decimal(bank.percent_committed) / HUNDRED],
        ["Disponibles", bank.available, Decimal(bank.percent_available) / HUNDRED],
    ]
    formats = [None, DECIMAL_FORMAT, PERCENT_FORMAT]
    after = _block(sheet, 1, "Bolsa_saldo", ["Horas", "Cantidad", "Porcentaje"], balance, formats)
    share = Decimal(bank.percent_consumed + bank.percent_in_execution + bank.percent_committed + bank.percent_available)
    _total(sheet, after, ["Contratadas", bank.contracted, share / HUNDRED], formats)
    hide = contract.ticket_detail != "full"
    entries: list[list[Value]] = [
        [
            masked(entry.request) if hide else entry.request,
            entry.production_date,
            entry.estimated_hours,
            entry.status,
        ]
        for entry in bank.entries
    ]
    titles = ["Detalle Solicitud", "Fecha en Producción", "Horas Estimadas", "Estado"]
    row = after + ROWS_BETWEEN_TABLES
    row_formats = [None, None, DECIMAL_FORMAT, None]
    after = _block(sheet, row, "Bolsa_detalle", titles, entries, row_formats)
    total = sum((entry.estimated_hours for entry in bank.entries), Decimal(0))
    _total(sheet, after, ["Total Horas", None, total, None], row_formats)
    _fit_columns(sheet)


def _bytes(workbook: Workbook, dated: date) -> bytes:
    """Save with every date inside the file set to the report's, so that the bytes depend on figures alone."""
    midnight = datetime(dated.year, dated.month, dated.day)  # noqa: DTZ001 (openpyxl wants naive UTC)
    workbook.properties.created = midnight
    workbook.properties.modified = midnight
    drawn = BytesIO()
    ExcelWriter(workbook, ZipFile(drawn, "w", ZIP_DEFLATED)).save()
    target = BytesIO()
    with ZipFile(drawn) as source, ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name in source.namelist():
            entry = ZipInfo(name, date_time=(dated.year, dated.month, dated.day, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, source.read(name))
    return target.getvalue()
