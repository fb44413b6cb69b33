"""Reads the rendered files back and compares what stands in them with the figures.

It sees what a reader sees: the text of the PDFs and the cells of the workbook. A figure that
was rendered wrong, cut, left out or put in another row does not reach the signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from itertools import pairwise, zip_longest

from pypdfium2 import PdfDocument

from service_reports.documents.proof.crosscheck_workbook import differences
from service_reports.documents.proof.first_page_check import absent_from_first_page
from service_reports.documents.proof.printed_text import Printed, unspaced
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.sections import usage_tables
from service_reports.documents.sections.annexes import annex_label
from service_reports.documents.sections.changes import cells, grouped, hashes, section_title
from service_reports.documents.sections.contract_records import (
    OBLIGATION_TABLE,
    RECORDS_NOTE,
    STANDINGS,
    STATES,
    link_cells,
)
from service_reports.documents.sections.delivery_act import steps_of
from service_reports.documents.sections.hour_bank_tables import STATES as STATE_NAMES
from service_reports.documents.sections.hour_bank_tables import ledger_cells, movement_cells
from service_reports.documents.sections.readings import gap_rows
from service_reports.documents.sections.technical_report import DAILY_VALUES
from service_reports.documents.sections.ticket_tables import earlier_cells, known_days
from service_reports.figures.chapters.hour_bank import moved
from service_reports.figures.deliveries import deliveries
from service_reports.figures.free_texts import request_name
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.model import (
    Availability,
    HourBankFigures,
    LevelChange,
    MetricSeries,
    PeriodFigures,
    UsageComparison,
    UsageTable,
)
from service_reports.quality.verdict import CheckResult
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.terms import category

SHOWN = 3
LONGEST_NAMED = 40
ROUNDING_ROW = re.compile(rf"{usage_tables.ROUNDING}( [-−]?[\d.,]+)+")
TOTAL_ROW = re.compile(r"Total( [-−]?[\d.,]+)+")
METRIC_DAYS = re.compile(rf"Tabla \d+\. {DAILY_VALUES} ")
ANNEX = re.compile(r"Anexo(\d+)")
WHOLE = 100
COUNT, SHARE = re.compile(r"[\d.]+"), re.compile(r"\d+%")


def crosscheck(figures: PeriodFigures, documents: Sequence[RenderedDocument]) -> list[CheckResult]:
    """Blocking verdicts, one a part of the report; a detail says in Spanish which values are not found.

    Raises:
        KeyError: a document of the report is missing.
    """
    reports = {document.kind: document for document in documents if document.kind != "delivery_act"}
    by_kind = {kind: document.content for kind, document in reports.items()}
    management, technical = Printed(reports["management_report"]), Printed(reports["technical_report"])
    technical_lines = _lines(by_kind["technical_report"])
    parts = {
        "crosscheck.first_page": [
            missing
            for kind in ("management_report", "technical_report")
            for missing in absent_from_first_page(figures, by_kind[kind], kind)
        ],
        "crosscheck.readings": _readings(figures, {"informe de gestión": management, "informe técnico": technical}),
        "crosscheck.sums": _sums(figures),
        "crosscheck.usage": _usage(figures, technical, technical_lines),
        "crosscheck.metrics": technical.absent(_metrics(figures)),
        "crosscheck.backups": technical.absent(_backups(figures)),
        "crosscheck.dumps": technical.absent(_dumps(figures)),
        "crosscheck.tickets": management.absent(_tickets(figures)),
        "crosscheck.open_tickets": [
            *management.out_of_order(_open_tickets(figures)),
            *management.out_of_order(_earlier_tickets(figures)),
        ],
        "crosscheck.counts": _counts(figures, management),
        "crosscheck.hour_bank": [
            *_absent(_hour_bank(figures), _lines(by_kind["management_report"])),
            *_ledger(figures, management),
        ],
        "crosscheck.obligations": _obligations(figures, management),
        "crosscheck.change_controls": management.absent(_change_controls(figures)),
        "crosscheck.deliverables": management.absent(_deliverables(figures)),
        "crosscheck.workbook": differences(figures, by_kind["ticket_workbook"]),
        "crosscheck.acts": _acts(figures, documents, management),
        "crosscheck.changes": [
            missing
            for document in documents
            if document.kind in ("management_report", "technical_report")
            for missing in _changes(figures, document)
        ],
        "crosscheck.annexes": _annexes(documents, {"informe de gestión": management, "informe técnico": technical}),
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
        text
        for text in expected
        if not any(re.search(rf"(?<![\w.,]){re.escape(text)}(?!\w|[.,]\d)", line) for line in lines if text in line)
    ]


def _readings(figures: PeriodFigures, reports: Mapping[str, Printed]) -> list[str]:
    """Sources of which days were not read, or something was refused, and of which a report does not tell it.

    The days stand on the first page too, and are looked for there; a page may break between them and the source.
    """
    rows = [f"{'Rechazado' if row.replaced else 'Sin leer'}, {row.what[:LONGEST_NAMED]}" for row in gap_rows(figures)]
    return [f"{name}: {row}" for row in rows for name, each in reports.items() if unspaced(row) not in each.text]


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
    if bank is not None:
        hours = bank.consumed + bank.in_execution + bank.committed + bank.available
        shares = bank.percent_consumed + bank.percent_in_execution + bank.percent_committed + bank.percent_available
        if hours != bank.contracted or shares != WHOLE:
            wrong.append(f"bolsa de horas: {hours} de {bank.contracted} horas, {shares} %")
        wrong += _ledger_sums(bank)
    if figures.dumps.total_bytes != sum(dump.size_bytes for dump in figures.dumps.dumps):
        wrong.append("tamaño total de los volcados")
    return wrong


def _ledger_sums(bank: HourBankFigures) -> Iterable[str]:
    """States whose movements do not lead from their opening to the closing that is printed."""
    if bank.ledger is None:
        return
    for line in bank.ledger.lines:
        moved = [line.opening, line.credits, -line.debits]
        for each in bank.ledger.movements:
            given = line.state == "contracted" and each.source is None
            moved[1] -= each.hours if given or each.target == line.state else 0
            moved[2] += each.hours if each.source == line.state else 0
        if line.opening + line.credits - line.debits != line.closing or moved[1:] != [0, 0]:
            yield f"bolsa de horas, {STATE_NAMES[line.state]}: los movimientos no dan {line.closing}"
        if line.closing != getattr(bank, line.state):
            yield f"bolsa de horas, {STATE_NAMES[line.state]}: {line.closing} y no {getattr(bank, line.state)}"
    opening = {line.state: line.opening for line in bank.ledger.lines}
    if sum(opening.values(), Decimal(0)) != 2 * opening["contracted"]:
        yield "bolsa de horas: el saldo inicial no suma las horas contratadas"


def _usage(figures: PeriodFigures, printed_cells: Printed, lines: Sequence[str]) -> list[str]:
    """What the tables of use lack: cells of a day in the lines of that day, the summary, the steps, and a true sum."""
    usage = figures.usage
    if not usage.columns:
        return []
    decimals = usage_tables.decimals_of(usage)
    # Days of metrics begin as those of use do, where nothing is known of either: they come after them.
    metrics = next((place for place, line in enumerate(lines) if METRIC_DAYS.match(line)), len(lines))
    lines = lines[:metrics]
    missing = []
    printed_days = []
    last = 0
    for row in usage.rows:
        mark = usage_tables.PARTIAL_MARK if row.state == "partial" else ""
        start = f"{es_co.table_date(row.day)}{mark} {es_co.number(None if row.state == 'unread' else row.hours)} "
        expected = [es_co.number(each, places) for each, places in zip(row.quantities, decimals, strict=True)]
        printed = " ".join(line.removeprefix(start) for line in lines if line.startswith(start)).split()
        printed_days.append(printed)
        place = next((index for index, line in enumerate(lines) if line.startswith(start)), last)
        if place < last:
            missing.append(f"{row.day} en el orden de los días")
        last = place
        if printed != expected:
            missing.append(f"consumo del {row.day}: {' '.join(expected)}")
    totals = [es_co.number(total, places) for total, places in zip(usage.totals, decimals, strict=True)]
    roundings, printed_totals = _closing_rows(lines)
    if printed_totals != totals:
        missing.append(f"totales de consumo: {' '.join(totals)}")
    missing += _printed_sums(usage, printed_days, roundings, printed_totals)
    missing += printed_cells.out_of_order(_summary_cells(usage, figures.comparison))
    text = printed_cells.text
    gone = (
        f"{each.label}, con una media anterior de {es_co.significant(each.before)}"
        for each in usage_tables.gone(usage, figures.comparison)
    )
    missing += [each for each in gone if unspaced(each) not in text]
    steps = (_change_cells(usage, change) for change in usage_tables.changes_by_day(usage))
    missing += printed_cells.out_of_order(steps)
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


def _printed_sums(
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


def _metrics(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    """Statistics of each series, every day of each resource, and what each availability rests on."""
    for series in figures.metrics:
        if series.samples:
            statistics = (series.minimum, series.mean, series.maximum, series.p95, series.peak)
            yield [
                *(es_co.number(value, 2) for value in statistics),
                es_co.number(series.samples),
                es_co.number(series.expected_samples),
            ]
    for name in dict.fromkeys(series.resource_name for series in figures.metrics):
        of_resource = [series for series in figures.metrics if series.resource_name == name]
        for index in range(len(of_resource[0].days)):
            yield _daily_cells(of_resource, index)
    for entry in figures.availability:
        yield _availability_cells(entry)


def _daily_cells(all_series: Sequence[MetricSeries], index: int) -> list[str]:
    cells = [es_co.table_date(all_series[0].days[index].day)]
    for series in all_series:
        day = series.days[index]
        percentile = [day.p95] if series.unit == "percent" else []
        cells += [es_co.number(value, 2) for value in (day.minimum, day.mean, *percentile, day.maximum)]
    return cells


def _availability_cells(entry: Availability) -> list[str]:
    def count(value: int) -> str:
        return es_co.number(None if entry.days_unread and not value else value)

    samples = (entry.samples_up, entry.samples, entry.expected_samples, entry.samples_missing)
    minutes = (entry.minutes_down, entry.minutes_unknown)
    return [*map(count, samples), es_co.availability(entry.percent), *map(count, minutes)]


def _summary_cells(usage: UsageTable, comparison: UsageComparison | None) -> list[list[str]]:
    overall = {change.column: change for change in overall_changes(usage.level_changes)}
    compared = {column.label: column for column in comparison.columns} if comparison else {}
    rows = []
    for summary, total, decimals in zip(usage.summaries, usage.totals, usage_tables.decimals_of(usage), strict=True):
        row = [es_co.number(value, decimals) for value in (total, summary.mean)]
        if compared:
            column = compared[summary.column]
            change = "nuevo" if column.percent is None else es_co.change(column.percent)
            row += [es_co.number(column.before, decimals), change]
        row += [es_co.number(value, decimals) for value in (summary.minimum, summary.maximum)]
        level = overall.get(summary.column)
        row += ["", "", "sin cambio"] if level is None else _step(level, decimals)
        rows.append(row)
    return rows


def _step(change: LevelChange, decimals: int) -> list[str]:
    levels = [es_co.number(level, decimals) for level in (change.before, change.after)]
    return [*levels, es_co.MISSING if change.percent is None else es_co.change(change.percent)]


def _change_cells(usage: UsageTable, change: LevelChange) -> list[str]:
    labels = (column.label for column in usage.columns)
    decimals = dict(zip(labels, usage_tables.decimals_of(usage), strict=True))[change.column]
    days = [es_co.table_date(change.from_day), es_co.table_date(change.to_day)]
    return [*days, *_step(change, decimals)]


def _backups(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    for backup in figures.backups.backups:
        yield [es_co.utc_instant(backup.time_started), es_co.utc_instant(backup.time_ended)]


def _dumps(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    for dump in figures.dumps.dumps:
        size = es_co.megabytes(dump.size_bytes)
        yield [
            dump.file_name,
            es_co.table_date(dump.modified_at.astimezone(UTC).date()),
            es_co.utc_clock(dump.modified_at),
            size,
        ]


def _tickets(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    days = known_days(figures, "support")
    for ticket in figures.support.tickets:
        row = [ticket.ticket_id, es_co.table_date(ticket.registered_on), category(ticket.status)]
        yield [*row, es_co.number(days.get(ticket.ticket_id))] if days else row
    for ticket in figures.warranty.tickets:
        yield [ticket.ticket_id]


def _open_tickets(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    """Open tickets from number to age, the oldest first."""
    timing = figures.support.timing
    for ticket in figures.support.open_tickets:
        yield [
            ticket.ticket_id,
            es_co.table_date(ticket.registered_on),
            category(ticket.module),
            category(ticket.status),
            es_co.number(timing[ticket.ticket_id].age_days),
        ]


def _earlier_tickets(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    """Requests from before the period, in their order."""
    if figures.earlier is not None:
        for ticket, age in zip(figures.earlier.tickets, figures.earlier.age_days, strict=True):
            yield earlier_cells(ticket, age)


def _counts(figures: PeriodFigures, management: Printed) -> list[str]:
    """Rows of the count tables, in order, as pairs of count and percentage."""
    printed = [
        (count, share.removesuffix("%"))
        for count, share in pairwise(management.own)
        if COUNT.fullmatch(count) and SHARE.fullmatch(share)
    ]
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
    if bank is None:
        return
    for hours, percent in (
        (bank.consumed, bank.percent_consumed),
        (bank.in_execution, bank.percent_in_execution),
        (bank.committed, bank.percent_committed),
        (bank.available, bank.percent_available),
    ):
        yield f"{es_co.quantity(hours)} {es_co.agree(hours, 'hora', 'horas')} ({percent} %)"


def _ledger(figures: PeriodFigures, management: Printed) -> list[str]:
    """Rows of the hour bank's ledger and movements, in order, and what differs from an issued report."""
    ledger = figures.hour_bank.ledger if figures.hour_bank else None
    if ledger is None:
        return []
    rows = [ledger_cells(figures, line) for line in ledger.lines]
    for each, about in moved(ledger):
        rows.append([each.change_code or es_co.MISSING, *movement_cells(figures, each, about)])
    differences = [
        f"versión {each.version}: se emitieron {es_co.quantity(each.issued)} y hoy son "
        f"{es_co.quantity(each.computed)}; diferencia: {es_co.quantity(each.difference)}"
        for each in ledger.opening_differences
    ]
    late = [
        f"{es_co.counted(each.hours, 'hora', 'horas')} con fecha {es_co.table_date(each.on)}, del periodo del informe "
        f"{each.report}"
        for each in ledger.in_issued_periods
    ]
    return [
        *management.out_of_order(rows),
        *(each for each in (*differences, *late) if unspaced(each) not in management.text),
    ]


def _obligations(figures: PeriodFigures, management: Printed) -> list[str]:
    """Obligations whose state is not the one that stands in their row, in order."""
    cells = management.own
    starts = [place for place, cell in enumerate(cells) if cell.endswith(unspaced(OBLIGATION_TABLE))]
    table = cells[starts[-1] :] if starts else []
    ends = [place for place, cell in enumerate(table) if cell.startswith(unspaced(RECORDS_NOTE))]
    states = {unspaced(state): state for state in STATES.values()}
    printed = [states[cell] for cell in table[: ends[0] if ends else 0] if cell in states]
    expected = [STATES[obligation.state] for obligation in figures.obligations]
    if printed == expected:
        return []
    differing = [
        f"compromiso {obligation.number}: {state}"
        for obligation, state, other in zip_longest(figures.obligations, expected, printed)
        if obligation is not None and state != other
    ]
    return differing or [f"{len(printed)} estados de {len(expected)} compromisos"]


def _change_controls(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    for control in figures.change_controls:
        yield link_cells(figures, control)


def _deliverables(figures: PeriodFigures) -> Iterable[Sequence[str]]:
    for each in figures.records.deliverables:
        yield [es_co.table_date(each.due_on), es_co.table_date(each.sent_on), STANDINGS[each.standing]]


def _acts(figures: PeriodFigures, documents: Sequence[RenderedDocument], management: Printed) -> list[str]:
    """What the acts of the period's deliveries, and the report about them, should say and do not; acts of nothing."""
    acts = [(place, document) for place, document in enumerate(documents, 1) if document.kind == "delivery_act"]
    wanted, bank, report = deliveries(figures), figures.hour_bank, management.text
    missing = [f"acta sin entrega: {act.code}" for _, act in acts[len(wanted) :]]
    missing += [f"entrega sin acta: {request_name(delivery.request, 'none')}" for delivery in wanted[len(acts) :]]
    if bank is None:
        return missing
    available = es_co.counted(bank.available, "hora disponible", "horas disponibles")
    for delivery, (place, act) in zip(wanted, acts, strict=False):
        text = Printed(act).text
        hours, day = es_co.counted(delivery.hours, "hora", "horas"), es_co.long_date(delivery.production_date)
        facts = (
            f"Acta No. {delivery.position} del informe {figures.report_number}",
            f"Fecha {es_co.long_date(figures.report_date)}",
            f"Estado {delivery.status}",
            f"Horas estimadas {hours} En producción {day}",
            f"Código {act.code}",
            *(" ".join(step) for step in steps_of(delivery)),
            f"{available} de {es_co.quantity(bank.contracted)}.",
        )
        missing += [f"{act.code}: {fact}" for fact in facts if unspaced(fact) not in text]
        # What is printed depends on the contract: the request as it is, without personal data, or what stands for it.
        forms = [request_name(delivery.request, detail) for detail in ("full", "masked", "none")]
        requests = [*forms, *filter(None, [delivery.title])]
        if not any(unspaced(f"Solicitud {request} Horas estimadas") in text for request in requests):
            missing.append(f"{act.code}: {forms[1]}")
        lines = (
            f"{annex_label(place)}. {request}: {hours}, en producción desde el {day}. Código: {act.code}"
            for request in requests
        )
        if not any(unspaced(line) in report for line in lines):
            missing.append(f"informe de gestión: {annex_label(place)} {act.code}")
    return missing


def _annexes(documents: Sequence[RenderedDocument], reports: dict[str, Printed]) -> list[str]:
    """Where the list of annexes of a report is not that of the documents really made, in their order."""
    codes = [document.code for document in documents]
    missing = [f"código repetido: {code}" for code in sorted(set(codes)) if codes.count(code) > 1]
    missing += [
        f"nombre de archivo: {document.file_name}"
        for document in documents
        if not document.file_name.isascii() or document.file_name.rpartition(".")[0] != document.code
    ]
    rows = [
        [annex_label(position), document.title, document.code] for position, document in enumerate(documents, start=1)
    ]
    for name, report in reports.items():
        missing += [f"{name}: {row}" for row in report.absent(rows)]
        printed = [int(match[1]) for cell in report.own if (match := ANNEX.fullmatch(cell))]
        if printed != list(range(1, len(documents))):
            missing.append(f"{name}: anexos {es_co.listed(str(number) for number in printed)}")
    return missing


def _changes(figures: PeriodFigures, document: RenderedDocument) -> list[str]:
    """What the section of a correction lacks: what it replaces, the reason, and its rows in their order."""
    changes = figures.changes
    if changes is None or document.kind not in ("management_report", "technical_report"):
        return []
    printed = Printed(document)
    facts = [section_title(changes), f"Motivo de la corrección: {figures.correction_reason}"]
    rows = [
        *hashes(changes),
        *(cells(change) for same in grouped(document.kind, changes.figures).values() for change in same),
    ]
    missing = [fact for fact in facts if unspaced(fact) not in printed.text]
    missing += printed.out_of_order(rows)
    return [f"{document.title}: {fact}" for fact in missing]
