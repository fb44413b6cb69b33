"""Reads the rendered files back and compares what stands in them with the figures.

It sees what a reader sees: the text of the PDFs and the cells of the workbook. A figure that
was rendered wrong, cut, left out or put in another row does not reach the signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook
from pypdfium2 import PdfDocument

from service_reports.documents import format as es_co
from service_reports.documents import usage_tables
from service_reports.documents.first_page_check import absent_from_first_page
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.spanish_terms import category
from service_reports.documents.technical_report import availability_cells, daily_cells
from service_reports.documents.ticket_tables import newest_first
from service_reports.figures.model import PeriodFigures, TicketFigures, UsageTable
from service_reports.quality.verdict import CheckResult

SHOWN = 3
ROUNDING_ROW = re.compile(rf"{usage_tables.ROUNDING}( [-−]?[\d.,]+)+")
TOTAL_ROW = re.compile(rf"{usage_tables.TOTAL}( [-−]?[\d.,]+)+")
SHARE = re.compile(r"(?<![\d.,])([\d.]+) (\d+) %")


def crosscheck(figures: PeriodFigures, documents: Sequence[RenderedDocument]) -> list[CheckResult]:
    """Blocking verdicts, one a part of the report; a detail says in Spanish which values are not found.

    Raises:
        KeyError: a document of the report is missing.
    """
    by_kind = {document.kind: document.content for document in documents}
    management = _lines(by_kind["management_report"])
    technical = _lines(by_kind["technical_report"])
    cells = _cells(by_kind["ticket_workbook"])
    parts = {
        "crosscheck.first_page": [
            missing
            for kind in ("management_report", "technical_report")
            for missing in absent_from_first_page(figures, by_kind[kind], kind)
        ],
        "crosscheck.usage": _usage(figures, technical),
        "crosscheck.metrics": _absent(_metrics(figures), technical),
        "crosscheck.backups": _absent(_backups(figures), technical),
        "crosscheck.dumps": _dumps(figures, technical),
        "crosscheck.tickets": _absent(_tickets(figures), management),
        "crosscheck.counts": _counts(figures, management),
        "crosscheck.hour_bank": _absent(_hour_bank(figures), management),
        "crosscheck.workbook": _workbook(figures, cells),
    }
    subject = f"{figures.contract_id} {figures.report_number} v{figures.version}"
    return [CheckResult(check, subject, "blocking", not missing, _detail(missing)) for check, missing in parts.items()]


def _detail(missing: Sequence[str]) -> str:
    if not missing:
        return "Lo impreso coincide con las cifras"
    shown = "; ".join(missing[:SHOWN])
    return f"No se encuentra impreso ({len(missing)}): {shown}{' …' if len(missing) > SHOWN else ''}"


def _lines(pdf: bytes) -> list[str]:
    document = PdfDocument(pdf)
    try:
        return [
            " ".join(line.split()) for page in document for line in page.get_textpage().get_text_bounded().splitlines()
        ]
    finally:
        document.close()


def _absent(expected: Iterable[str], lines: Sequence[str]) -> list[str]:
    """The texts that stand whole in no line: not as a part of a longer number or word."""
    return [
        text for text in expected
        if not any(re.search(rf"(?<![\w.,]){re.escape(text)}(?!\w|[.,]\d)", line) for line in lines if text in line)
    ]  # fmt: skip


def _usage(figures: PeriodFigures, lines: Sequence[str]) -> list[str]:
    """What the tables of use lack: cells of a day in the lines of that day, the summary, the steps, and a true sum."""
    usage = figures.usage
    if not usage.columns:
        return []
    decimals = usage_tables.decimals_of(usage)
    missing = []
    printed_days = []
    for row in usage.rows:
        mark = usage_tables.PARTIAL_MARK if row.state == "partial" else ""
        start = f"{es_co.table_date(row.day)}{mark} {row.hours} "
        expected = [es_co.number(each, places) for each, places in zip(row.quantities, decimals, strict=True)]
        printed = " ".join(line.removeprefix(start) for line in lines if line.startswith(start)).split()
        printed_days.append(printed)
        if printed != expected:
            missing.append(f"consumo del {row.day}: {' '.join(expected)}")
    totals = [es_co.number(total, places) for total, places in zip(usage.totals, decimals, strict=True)]
    roundings, printed_totals = _closing_rows(lines)
    if printed_totals != totals:
        missing.append(f"totales de consumo: {' '.join(totals)}")
    missing += _sums(usage, printed_days, roundings, printed_totals)
    missing += _in_order((" ".join(cells) for cells in usage_tables.summary_cells(usage)), lines)
    changes = (usage_tables.change_cells(usage, change) for change in usage_tables.changes_by_day(usage))
    missing += _in_order((" ".join(cells) for cells in changes), lines)
    return missing


def _closing_rows(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The numbers of the rows “Redondeo”, of all daily tables in order, and of the total that follows each."""
    roundings: list[str] = []
    totals: list[str] = []
    for at, line in enumerate(lines):
        if ROUNDING_ROW.fullmatch(line):
            roundings += line.split()[1:]
            totals += next((after.split()[1:] for after in lines[at + 1 :] if TOTAL_ROW.fullmatch(after)), [])
    return roundings, totals


def _sums(
    usage: UsageTable, days: Sequence[Sequence[str]], roundings: Sequence[str], totals: Sequence[str]
) -> list[str]:
    """The columns whose printed cells and rounding do not add up to the printed total."""
    table = [*days, roundings]
    wrong = []
    for index, column in enumerate(usage.columns):
        cells = [row[index] for row in table if index < len(row) and row[index] != es_co.MISSING]
        if index < len(totals) and sum(map(es_co.parsed, cells), Decimal(0)) != es_co.parsed(totals[index]):
            wrong.append(f"la suma de {column.label}: {totals[index]}")
    return wrong


def _in_order(expected: Iterable[str], lines: Sequence[str]) -> list[str]:
    """The texts that end no line after the line in which the text before was found."""
    position = 0
    missing = []
    for text in expected:
        found = next((at for at in range(position, len(lines)) if f" {lines[at]}".endswith(f" {text}")), None)
        if found is None:
            missing.append(text)
        else:
            position = found + 1
    return missing


def _metrics(figures: PeriodFigures) -> Iterable[str]:
    """Statistics of each series, every day of each resource, and what each availability rests on."""
    for series in figures.metrics:
        if series.samples:
            statistics = (series.minimum, series.mean, series.maximum, series.p95, series.peak)
            yield " ".join(
                [
                    *(es_co.number(value, 2) for value in statistics),
                    es_co.number(series.samples),
                    es_co.number(series.expected_samples),
                ]
            )
    for name in dict.fromkeys(series.resource_name for series in figures.metrics):
        of_resource = [series for series in figures.metrics if series.resource_name == name]
        for index in range(len(of_resource[0].days)):
            yield " ".join(daily_cells(of_resource, index))
    for entry in figures.availability:
        yield " ".join(availability_cells(entry))


def _backups(figures: PeriodFigures) -> Iterable[str]:
    for backup in figures.backups.backups:
        instants = [es_co.utc_instant(backup.time_started)]
        if backup.time_ended is not None:
            instants.append(es_co.utc_instant(backup.time_ended))
        yield " ".join(instants)


def _dumps(figures: PeriodFigures, lines: Sequence[str]) -> list[str]:
    missing = []
    for dump in figures.dumps.dumps:
        size = es_co.number(es_co.megabytes(dump.size_bytes), 2)
        if not any(line.startswith(dump.file_name) and line.split()[-1] == size for line in lines):
            missing.append(f"{dump.file_name} {size}")
    return missing


def _tickets(figures: PeriodFigures) -> Iterable[str]:
    for ticket in figures.support.tickets:
        yield f"{ticket.ticket_id} {es_co.table_date(ticket.registered_on)} {category(ticket.status)}"
    for ticket in figures.warranty.tickets:
        yield ticket.ticket_id


def _counts(figures: PeriodFigures, lines: Sequence[str]) -> list[str]:
    """Rows of the count tables, in order, as pairs of count and percentage."""
    printed = [match.groups() for line in lines for match in SHARE.finditer(line)]
    expected = [
        pair
        for tickets in (figures.support, figures.warranty)
        for table in tickets.tables
        if table.rows
        for pair in [
            *((es_co.number(row.count), es_co.number(row.percent)) for row in table.rows),
            (es_co.number(table.total), "100"),
        ]
    ]
    if printed == expected:
        return []
    differing = [pair for pair in expected if pair not in printed] or expected[len(printed) :] or printed
    return [f"{count} ({percent} %)" for count, percent in differing]


def _hour_bank(figures: PeriodFigures) -> Iterable[str]:
    bank = figures.hour_bank
    for hours, percent in (
        (bank.consumed, bank.percent_consumed),
        (bank.in_execution, bank.percent_in_execution),
        (bank.committed, bank.percent_committed),
        (bank.available, bank.percent_available),
    ):
        yield f"{es_co.quantity(hours)} {es_co.agree(hours, 'hora', 'horas')} ({percent} %)"


def _cells(workbook: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(BytesIO(workbook), read_only=True, data_only=True)
    try:
        return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    finally:
        book.close()


def _workbook(figures: PeriodFigures, cells: dict[str, list[tuple[object, ...]]]) -> list[str]:
    missing = []
    for sheet, tickets in (("Solicitudes", figures.support), ("Garantía", figures.warranty)):
        printed = [_ticket_cells(row) for row in cells.get(sheet, [])[1:]]
        expected = _ticket_rows(tickets)
        if printed != expected:
            missing += [f"hoja {sheet}: {row[0]}" for row in expected if row not in printed] or [f"hoja {sheet}"]
    hours = {row[0]: row[1] for row in cells.get("Bolsa de horas", []) if len(row) > 1 and isinstance(row[0], str)}
    bank = figures.hour_bank
    for label, value in (
        ("Consumidas", bank.consumed),
        ("En ejecución", bank.in_execution),
        ("Comprometidas", bank.committed),
        ("Disponibles", bank.available),
        ("Contratadas", bank.contracted),
    ):
        if str(hours.get(label)) != str(value) and hours.get(label) != float(value):
            missing.append(f"hoja Bolsa de horas: {label} {value}")
    return missing


def _ticket_cells(row: tuple[object, ...]) -> tuple[str, date | None, str]:
    day = row[2].date() if isinstance(row[2], datetime) else None
    return str(row[1]), day, str(row[3])


def _ticket_rows(tickets: TicketFigures) -> list[tuple[str, date | None, str]]:
    return [
        (ticket.ticket_id, ticket.registered_on, category(ticket.status)) for ticket in newest_first(tickets.tickets)
    ]
