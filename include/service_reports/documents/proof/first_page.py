"""The first page of a report against the summary of the period: facts, findings, comparison and what is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from service_reports.documents.proof.reading import HEADINGS, Read
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import (
    LAST_COMMON,
    ExpectedTable,
    Row,
    Words,
    holds_beginning,
    holds_words,
    short,
)
from service_reports.figures.comparison import noteworthy
from service_reports.figures.model import AgeBand, Ask, Finding, PeriodFigures, Summary
from service_reports.wording.es_co import formats as es_co

TITLE = "El periodo en una página"
FINDINGS, COMPARED, ASKS = "Hallazgos", "Consumo frente al periodo anterior", "Se solicita al supervisor"
UNREAD = "Sin leer"
OUR_SIGNS = "−–—…«»“”"
MOST_COMPARED = 3
SEVERITIES = ("alert", "warning", "notice")
OF_MANAGEMENT = frozenset({"execution", "tickets", "hour_bank", "obligations"})
HIDDEN = re.compile(r"(\d+) hallazgos? más se detallan? ")
HELD = {
    "OCPU Hours": ("núcleo (OCPU)", "núcleos (OCPU)"),
    "GB Hours": ("GB de memoria", "GB de memoria"),
    "Load Balancer Hours": ("balanceador", "balanceadores"),
    "Mbps Per Hour": ("Mbps", "Mbps"),
}
"""What is held, of which a unit counts the hours, as the page calls one and several."""
HOURS_A_DAY = 24
MOST_NAMED = 4
SURE_OF_A_LINE = 40
"""So many signs of a word stand together on a line of the page; a longer one may go on in the next."""
PESOS = frozenset({"amount", "billed", "value"})
WRITTEN: Mapping[str, Callable[[Decimal], str]] = {
    "availability": es_co.availability,
    "hour_bank.available": es_co.quantity,
}
"""How a headline figure is written, by the beginning of its id, where not as a whole number."""
UNTOLD_IF_ZERO = frozenset({"others", "other_dumps"})


def compared_table(subject: Subject) -> Iterator[ExpectedTable]:
    """The products whose use changed most, if there is a period to compare with."""
    comparison = subject.figures.comparison
    rows = [
        Row(
            {
                "Recurso": Words(column.label),
                "Antes": subject.value("comparison.before", column=column.label),
                "Ahora": subject.value("comparison.now", column=column.label),
                "Cambio": Words("nuevo")
                if column.percent is None
                else subject.value("comparison.percent", column=column.label),
            }
        )
        for column in (noteworthy(comparison) if comparison else ())[:MOST_COMPARED]
    ]
    if rows:
        yield ExpectedTable(COMPARED, rows)


def first_page_findings(subject: Subject, kind: str, read: Read) -> list[str]:
    """What the summary says and the page does not; nothing without a summary."""
    summary = subject.figures.summary
    if summary is None:
        return []
    parts = _parts(read)
    if list(parts) != [TITLE, FINDINGS, COMPARED, ASKS]:
        return [f"«{TITLE}» no tiene sus partes: {', '.join(parts)}"]
    facts, findings, _, asks = parts.values()
    hidden = HIDDEN.search(findings)
    shown = _in_order(summary.findings, kind)[: -int(hidden[1]) if hidden else None]
    expected = [
        *((words, facts) for words in _facts(subject.figures, summary)),
        *((words, facts) for words in _periods(subject.figures)),
        *((words, findings) for each in shown for words in (*_told(each), *_held(each), *_ends(_named_days(each)))),
        *((words, asks) for each in summary.asks for words in (*_asked_values(each), *_ends(each.days))),
        *((f"Se pide desde el informe {each.since}", asks) for each in summary.asks if each.since),
        *((each.code, asks) for each in summary.asks if each.code),
    ]
    missing = [words for words, part in expected if not _stands(words, part)]
    missing += [words for each in summary.asks for words in _unnamed(each, asks)]
    return [f"«{TITLE}» no dice «{words}»" for words in missing]


def _parts(read: Read) -> dict[str, str]:
    """The text of the page under each of its headings, in their order, with what its charts say."""
    parts: dict[str, str] = {}
    level = ""
    here = ""
    for block in read.blocks:
        if block.kind in HEADINGS:
            if block.text == TITLE:
                level = block.kind
            elif level and block.kind <= level:
                break
            here = block.text if level else ""
            if level:
                parts[here] = ""
        elif level and not (here == ASKS and block.text.isdigit()):  # in which place it stands
            parts[here] += f" {block.text}"
    for block in read.alternatives:
        if block.heading in parts:
            parts[block.heading] += f" {block.text}"
    return parts


def _in_order(findings: Sequence[Finding], kind: str) -> list[Finding]:
    """Findings by severity; in each, what this report is about before what the other one is about."""
    management = kind == "management_report"
    return sorted(
        findings,
        key=lambda each: (SEVERITIES.index(each.severity), (each.section in OF_MANAGEMENT) != management),
    )


def _stands(words: str, text: str) -> bool:
    """Whether words stand in a text whole, and not as a part of a longer number or word."""
    if re.search(rf"(?<![\w.,]){re.escape(' '.join(words.split()))}(?!\w|[.,]\d)", text) is not None:
        return True
    may_be_set_otherwise = any(sign > LAST_COMMON and sign not in OUR_SIGNS for sign in words)
    may_be_broken = any(len(word) > SURE_OF_A_LINE for word in words.split())
    return (may_be_set_otherwise or may_be_broken) and holds_words(text, words)


def _facts(figures: PeriodFigures, summary: Summary) -> Iterable[str]:
    lost = {day for gap in figures.gaps if gap.source == "oci_cost_reports" and not gap.replaced for day in gap.days}
    states = ["unread" if row.day in lost else row.state for row in figures.usage.rows]
    bank, backups, dumps = figures.hour_bank, figures.backups, figures.dumps
    if figures.tell_of("tickets"):
        yield f"Solicitudes registradas {es_co.number(figures.support.total) if figures.support.known else UNREAD}"
    if figures.support.total:
        closed = es_co.counted(summary.tickets_closed, "terminada", "terminadas")
        yield f"{closed} y {es_co.number(len(summary.open_tickets))} en trámite"
    if figures.support.total and summary.open_tickets:
        yield es_co.counted(summary.open_tickets[0].days, "día", "días")
        for band in summary.ages:
            yield f"{_ages(band)}: {es_co.number(band.count)}"
    if not figures.tell_of("hour_bank"):
        pass
    elif bank is None:
        yield f"Bolsa: horas disponibles {UNREAD}"
    else:
        yield f"Bolsa: horas disponibles {es_co.quantity(bank.available)} de {es_co.quantity(bank.contracted)}"
        yield es_co.counted(bank.consumed, "consumida", "consumidas")
        yield es_co.counted(bank.in_execution, "en ejecución", "en ejecución")
        yield es_co.counted(bank.committed, "comprometida", "comprometidas")
    measured = [part for part in figures.availability if part.percent is not None]
    if measured:
        lowest = min(measured, key=lambda part: (part.percent, part.resource_name))
        yield f"Disponibilidad del nodo {es_co.availability(lowest.percent)}"
        yield f"{es_co.number(lowest.samples_up)} de {es_co.number(lowest.samples)}"
    lacking_days = sum(state in ("partial", "missing") for state in states)
    days_with: tuple[tuple[str, str, int, int], ...] = (
        ("oci_backups", "Días con copia de OCI", len(backups.days_missing), len(backups.days_unread)),
        ("database_dumps", "Días con volcado de la base", len(dumps.days_missing), len(dumps.days_unread)),
        ("oci_cost_reports", "Días con consumo completo", lacking_days, states.count("unread")),
    )
    for source, label, lacking, unread in days_with:
        if not figures.tell_of(source):
            continue
        read = len(states) - unread
        yield f"{label} {es_co.number(read - lacking)} de {es_co.number(read)}" if read else f"{label} {UNREAD}"
    if figures.tell_of("oci_backups") and (backups.backups or len(backups.days_unread) < len(states)):
        yield es_co.counted(len(backups.backups), "copia automática", "copias automáticas")
    if figures.tell_of("database_dumps") and (dumps.dumps or len(dumps.days_unread) < len(states)):
        yield es_co.counted(len(dumps.dumps), "archivo", "archivos")


def _periods(figures: PeriodFigures) -> Iterable[str]:
    """What the bars of each tile say of the periods before this one: what was issued, or that nothing was."""
    for trend in figures.trends:
        write: Callable[[Decimal], str] = WRITTEN.get(trend.figure.partition("/")[0], es_co.number)
        for each in trend.before:
            value = figures.by_id.get(f"trend/{each.report}/{trend.figure}")
            whole = figures.by_id.get(f"trend/{each.report}/{trend.whole}")
            of = f" de {es_co.number(whole.value)}" if whole else ""
            nothing = "sin dato" if each.issued else "sin informe emitido"
            yield f"{short(each.period_to)}: {write(value.value) + of if value else nothing}"


def _ages(band: AgeBand) -> str:
    return f"{band.least} días o más" if band.most is None else f"{band.least} a {band.most} días"


def _told(finding: Finding) -> Iterable[str]:
    """The values of a finding; those of a target to the decimals that a target may have."""
    if finding.kind == "service_levels.missed" and finding.unit == "percent":
        return [es_co.availability(value) for value in finding.values.values()]
    return _values(finding.values)


def _values(values: dict[str, Decimal]) -> Iterable[str]:
    for name, value in values.items():
        if name in ("before", "now"):
            yield es_co.significant(value)
        elif name == "percent":
            yield es_co.change(value).lstrip("+−")
        elif name in PESOS:
            yield es_co.pesos(value)
        elif value or name not in UNTOLD_IF_ZERO:
            yield es_co.quantity(value)


def _held(finding: Finding) -> Iterable[str]:
    """How many of what a unit counts the hours of were held all day, divided here anew."""
    if finding.kind == "usage.step" and finding.unit in HELD:
        before, now = (es_co.significant(finding.values[name] / HOURS_A_DAY) for name in ("before", "now"))
        yield f"de {before} a {now} {HELD[finding.unit][now != '1']}"


def _asked_values(ask: Ask) -> Iterable[str]:
    """The values of an ask; requests that are named one by one are not counted besides."""
    return () if ask.kind == "review_tickets" else _values(ask.values)


def _unnamed(ask: Ask, text: str) -> Iterable[str]:
    """The subjects that an ask should name: the first ones, and how many more there are.

    Requests of the hour bank are named as the contract lets them out.
    """
    if ask.kind == "sign_acts" or not ask.subjects:
        return
    yield from (subject for subject in ask.subjects[:MOST_NAMED] if not _names(subject, text))
    hidden = len(ask.subjects) - MOST_NAMED
    if hidden > 0 and not _stands(f"y {es_co.number(hidden)} más", text):
        yield f"y {es_co.number(hidden)} más"


def _names(subject: str, text: str) -> bool:
    return _stands(subject, text) or holds_beginning(text, subject)


def _named_days(finding: Finding) -> Sequence[date]:
    """The days that a finding names: of a level that changed overnight in what is held, the one of the new level."""
    first, last = finding.days[:1], finding.days[-1:]
    held = finding.kind == "usage.step" and finding.unit in HELD
    overnight = held and first and last[0] - first[0] <= timedelta(days=1)
    return last if overnight else finding.days


def _ends(days: Sequence[date]) -> Iterable[str]:
    for day in {*days[:1], *days[-1:]}:
        yield short(day)
