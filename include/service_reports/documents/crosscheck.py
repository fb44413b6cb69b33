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
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.spanish_terms import category
from service_reports.documents.ticket_tables import newest_first
from service_reports.figures.model import PeriodFigures, TicketFigures
from service_reports.quality.verdict import CheckResult

SHOWN = 3
WHOLE = 100
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
        "crosscheck.sums": _sums(figures),
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


def _sums(figures: PeriodFigures) -> list[str]:
    """Totals that are not the sum of their parts: what is printed from them could not add up either."""
    usage, bank = figures.usage, figures.hour_bank
    wrong = [
        f"total de {column.label}"
        for index, column in enumerate(usage.columns)
        if usage.totals[index] != sum((row.quantities[index] or Decimal(0) for row in usage.rows), Decimal(0))
    ]
    for name, tickets in (("soporte", figures.support), ("garantía", figures.warranty)):
        for table in tickets.tables:
            counts, shares = sum(row.count for row in table.rows), sum(row.percent for row in table.rows)
            if (counts, shares) != (tickets.total, WHOLE if counts else 0) or table.total != counts:
                wrong.append(f"{name}, tabla {table.dimension}: {counts} de {tickets.total} solicitudes, {shares} %")
    hours = bank.consumed + bank.in_execution + bank.committed + bank.available
    shares = bank.percent_consumed + bank.percent_in_execution + bank.percent_committed + bank.percent_available
    if hours != bank.contracted or shares != WHOLE:
        wrong.append(f"bolsa de horas: {hours} de {bank.contracted} horas, {shares} %")
    if figures.dumps.total_bytes != sum(dump.size_bytes for dump in figures.dumps.dumps):
        wrong.append("tamaño total de los volcados")
    return wrong


def _usage(figures: PeriodFigures, lines: Sequence[str]) -> list[str]:
    """Cells of a day, and totals, that are not in the lines of that day, in order."""
    usage = figures.usage
    decimals = [es_co.decimals_for(total) for total in usage.totals]
    missing = []
    last = 0
    for row in usage.rows:
        mark = " *" if row.state == "partial" else ""
        start = f"{es_co.table_date(row.day)}{mark} {row.hours} "
        expected = [es_co.number(each, places) for each, places in zip(row.quantities, decimals, strict=True)]
        printed = " ".join(line.removeprefix(start) for line in lines if line.startswith(start))
        place = next((index for index, line in enumerate(lines) if line.startswith(start)), last)
        if place < last:
            missing.append(f"{row.day} en el orden de los días")
        last = place
        if printed.split() != expected:
            missing.append(f"consumo del {row.day}: {' '.join(expected)}")
    totals = [es_co.number(total, places) for total, places in zip(usage.totals, decimals, strict=True)]
    numbers = re.compile(r"Total( [\d.,]+)+")
    printed_totals = [
        word for line in lines if line.startswith("Total ") and numbers.fullmatch(line) for word in line.split()[1:]
    ]
    if usage.columns and not _contains(printed_totals, totals):
        missing.append(f"totales de consumo: {' '.join(totals)}")
    return missing


def _contains(words: Sequence[str], part: Sequence[str]) -> bool:
    return any(list(words[start : start + len(part)]) == list(part) for start in range(len(words) - len(part) + 1))


def _metrics(figures: PeriodFigures) -> Iterable[str]:
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
