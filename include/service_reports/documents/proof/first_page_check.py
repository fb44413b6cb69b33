"""Reads the first page of a rendered report back and compares its numbers and days with the summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from pypdfium2 import PdfDocument

from service_reports.documents.rendered import TITLES
from service_reports.documents.sections import first_page
from service_reports.documents.sections.readings import UNREAD
from service_reports.documents.sections.report_frame import PdfKind
from service_reports.figures.chapters.summary import MOST_SUBJECTS
from service_reports.figures.comparison import MOST_COMPARED, noteworthy
from service_reports.figures.model import Ask, PeriodFigures, Summary
from service_reports.wording.es_co import formats as es_co

MARKS = (first_page.TITLE, first_page.FINDINGS_TITLE, first_page.COMPARED_TITLE, first_page.ASKS_TITLE)
HIDDEN = re.compile(r"(\d+) hallazgos? más se detallan? ")
UNTOLD_IF_ZERO = frozenset({"others", "other_dumps"})


def absent_from_first_page(figures: PeriodFigures, pdf: bytes, kind: PdfKind) -> list[str]:
    """What the summary says and the page does not, each with the document's title; nothing without a summary."""
    if figures.summary is None:
        return []
    parts = _parts(pdf)
    if parts is None:
        return [f"{TITLES[kind]}: {first_page.TITLE}"]
    facts, findings, compared, asks = parts
    summary = figures.summary
    hidden = HIDDEN.search(findings)
    shown = first_page.in_order(summary.findings, kind)[: -int(hidden[1]) if hidden else None]
    expected = [
        *((words, facts) for words in _facts(figures, summary)),
        *((words, findings) for each in shown for words in (*_values(each.values), *_ends(each.days))),
        *((words, compared) for words in _changes(summary)),
        *((words, asks) for each in summary.asks for words in (*_asked_values(each), *_ends(each.days))),
        *(
            (words, asks)
            for each in summary.asks
            if each.kind != "sign_acts"
            for words in each.subjects[:MOST_SUBJECTS]
        ),
    ]
    return [f"{TITLES[kind]}: {words}" for words, part in expected if not _stands(words, part)]


def _parts(pdf: bytes) -> list[str] | None:
    """The text of the page under each of its headings, or nothing where no page has them all in order."""
    document = PdfDocument(pdf)
    try:
        for page in document:
            text = " ".join(page.get_textpage().get_text_bounded().split())
            found = re.search(" (.+) ".join(f"(?<= ){re.escape(mark)}" for mark in MARKS) + " (.+)", text)
            if found:
                return list(found.groups())
    finally:
        document.close()
    return None


def _stands(words: str, text: str) -> bool:
    """Whether words stand in a text whole, and not as a part of a longer number or word."""
    return re.search(rf"(?<![\w.,]){re.escape(' '.join(words.split()))}(?!\w|[.,]\d)", text) is not None


def _facts(figures: PeriodFigures, summary: Summary) -> Iterable[str]:
    lost = {day for gap in figures.gaps if gap.source == "oci_cost_reports" for day in gap.days}
    states = ["unread" if row.day in lost else row.state for row in figures.usage.rows]
    bank, backups, dumps = figures.hour_bank, figures.backups, figures.dumps
    known = figures.support.known
    yield f"Solicitudes registradas {es_co.number(figures.support.total) if known else UNREAD}"
    if figures.support.total:
        closed = es_co.counted(summary.tickets_closed, "terminada", "terminadas")
        yield f"{closed} y {es_co.counted(len(summary.open_tickets), 'abierta', 'abiertas')}"
    if figures.support.total and summary.open_tickets:
        yield es_co.counted(summary.open_tickets[0].days, "día", "días")
        for band in summary.ages:
            yield f"{first_page.ages(band)}: {es_co.number(band.count)}"
    if bank is None:
        yield f"Bolsa: horas disponibles {UNREAD}"
    else:
        yield f"Bolsa: horas disponibles {es_co.quantity(bank.available)} de {es_co.quantity(bank.contracted)}"
        for part in first_page.hour_bank_parts(figures):
            yield part.words
    measured = [part for part in figures.availability if part.percent is not None]
    if measured:
        lowest = min(measured, key=lambda part: (part.percent, part.resource_name))
        yield f"Disponibilidad del nodo {es_co.availability(lowest.percent)}"
        yield f"{es_co.number(lowest.samples_up)} de {es_co.number(lowest.samples)}"
    for label, lacking, unread in (
        ("Días con copia de OCI", len(backups.days_missing), len(backups.days_unread)),
        ("Días con volcado de la base", len(dumps.days_missing), len(dumps.days_unread)),
        ("Días con consumo completo", sum(state in ("partial", "missing") for state in states), states.count("unread")),
    ):
        read = len(states) - unread
        yield f"{label} {es_co.number(read - lacking)} de {es_co.number(read)}" if read else f"{label} {UNREAD}"
    if backups.backups or len(backups.days_unread) < len(states):
        yield es_co.counted(len(backups.backups), "copia automática", "copias automáticas")
    if dumps.dumps or len(dumps.days_unread) < len(states):
        yield es_co.counted(len(dumps.dumps), "archivo", "archivos")


def _values(values: dict[str, Decimal]) -> Iterable[str]:
    for name, value in values.items():
        if name in ("before", "now"):
            yield es_co.significant(value)
        elif name == "percent":
            yield es_co.change(value).lstrip("+−")
        elif value or name not in UNTOLD_IF_ZERO:
            yield es_co.quantity(value)


def _asked_values(ask: Ask) -> Iterable[str]:
    """The values of an ask; how many there are is told where not all are named."""
    hidden = len(ask.subjects) - MOST_SUBJECTS
    if ask.kind != "review_tickets":
        yield from _values(ask.values)
    elif hidden > 0:
        yield from (*_values(ask.values), f"y {es_co.number(hidden)} más")


def _subjects(ask: Ask) -> Sequence[str]:
    """The subjects that stand in an ask; requests of the hour bank may be masked."""
    return () if ask.kind == "sign_acts" else ask.subjects[:MOST_SUBJECTS]


def _ends(days: Sequence[date]) -> Iterable[str]:
    for day in {*days[:1], *days[-1:]}:
        yield es_co.table_date(day)


def _changes(summary: Summary) -> Iterable[str]:
    if summary.comparison is None:
        return
    for column in noteworthy(summary.comparison)[:MOST_COMPARED]:
        change = "nuevo" if column.percent is None else es_co.change(column.percent)
        yield f"{es_co.significant(column.before)} {es_co.significant(column.now)} {change}"
