"""What a report tells first, in words: facts, findings and what is asked; the first page and the e-mail print them.

All texts are plain Spanish with es-CO numbers, ready to be escaped for whatever prints them. Each still knows which
figures, dates and quotations it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service_reports.contracts import Contract
from service_reports.documents.engine.prose import PlainProse, Prose
from service_reports.documents.engine.quotation import shortened
from service_reports.documents.sections.changes import Replaced, replaced
from service_reports.documents.sections.masking import request_name
from service_reports.documents.sections.readings import UNREAD, reading_values
from service_reports.figures.chapters import CHAPTERS
from service_reports.figures.chapters.summary import MOST_SUBJECTS
from service_reports.figures.comparison import named
from service_reports.figures.model import (
    Ask,
    Finding,
    Headline,
    PeriodFigures,
    Severity,
)
from service_reports.figures.period import completed
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co import labels
from service_reports.wording.es_co.gaps import IN_PART, REFUSED, RELEASED
from service_reports.wording.es_co.labels import SOURCES
from service_reports.wording.es_co.terms import FINDINGS
from service_reports.wording.shown import Composed, Quoted

MOST_WHYS = 3
LONGEST_NAME = 150
"""What a request to the supervisor shows of a name that others gave; the parts below have it whole."""
ONE_DAY = timedelta(days=1)
TOLD_OF = {"sources.refused": REFUSED, "sources.released": RELEASED, "sources.in_part": IN_PART}
"""Which gaps a finding is about; the others are about what was not read."""


@dataclass(frozen=True)
class Fact:
    """One answer: what it is of, the answer itself, and what it rests on or leaves open."""

    name: Headline
    label: str
    value: str
    detail: str


@dataclass(frozen=True)
class Point:
    """A finding in words; ``section`` names the part of the reports that tells more."""

    title: str
    text: str
    severity: Severity
    section: str
    code: str = ""
    """How people name the finding."""


@dataclass(frozen=True)
class Requested:
    """What the supervisor is asked for in words, and the code by which it is answered; empty where it names others."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class Compared:
    """Use against the period before: a product a row (name, before, now, change), and a sentence on what it rests."""

    rows: tuple[tuple[str, str, str, str], ...]
    note: str


@dataclass(frozen=True)
class Highlights:
    """All that the first page says, in the order of the summary."""

    scope: str
    facts: tuple[Fact, ...]
    compared: Compared
    findings: tuple[Point, ...]
    asks: tuple[Requested, ...]
    replaced: Replaced | None = None
    """What the version corrects; ``None`` for a first one."""


def highlights(contract: Contract, figures: PeriodFigures) -> Highlights:
    """The words of a period's summary.

    Figures kept before there were summaries get theirs, without a comparison; those kept before its numbers were
    figures get them.
    """
    if figures.summary is None or figures.figure("summary.days") is None:
        figures = completed(contract, figures)
    summary = figures.summary
    assert summary is not None
    readings = reading_values(contract, figures)
    values = {"contract": contract, "figures": figures, "summary": summary, "days": len(figures.usage.rows), **readings}
    prose = PlainProse("shared", **values)
    return Highlights(
        scope=_sentence(prose, "scope"),
        facts=_facts(figures, prose, readings),
        compared=_compared(figures, prose),
        findings=tuple(_point(figures, finding, prose, readings) for finding in summary.findings),
        asks=tuple(_asked(contract, figures, ask, prose) for ask in summary.asks),
        replaced=replaced(figures),
    )


def _sentence(prose: Prose, block: str, **values: Any) -> str:
    return prose.sentence("first_page", block, **values)


def _sentences_of(kind: str) -> str:
    """The template that has the sentences of a kind of findings, or of what is asked for."""
    return next((chapter.sentences for chapter in CHAPTERS if kind in chapter.kinds), "first_page")


def _facts(figures: PeriodFigures, prose: Prose, readings: Mapping[str, Any]) -> tuple[Fact, ...]:
    lowest = figures.least_available

    def of_days(family: str, unread: Sequence[date], source: str) -> str:
        """So many of the days of the period, or of those that were read; nothing where none was."""
        if not unread:
            whole = figures.needed("summary.days")
            return Composed(es_co.number(figures.needed(family)), " de ", es_co.number(whole))
        if len(unread) == len(figures.days):
            return UNREAD
        read = figures.needed("summary.days_read", source=source)
        of_read = es_co.counted(read, "leído", "leídos")
        return Composed(es_co.number(figures.needed(family)), " de ", of_read)

    def hours(state: str) -> str:
        return es_co.quantity(figures.needed("hour_bank.balance", state=state))

    size = figures.figure("backups.dumps.bytes")
    unread_usage = [row.day for row in figures.usage_days("unread")]
    unmeasured = sorted({day for part in figures.availability for day in part.days_unread})
    share = UNREAD if unmeasured else "Sin medición"
    if lowest:
        share = es_co.availability(figures.needed("availability.percent", resource=lowest.resource_name))
        share = Composed(share, " de lo leído") if lowest.days_unread else share

    def tickets() -> Fact:
        known = figures.support.known
        total = es_co.number(figures.needed("tickets.total", service="support")) if known else UNREAD
        earlier = figures.earlier.tickets if figures.earlier else ()
        return Fact("tickets", "Solicitudes registradas", total, _sentence(prose, "tickets", earlier=earlier))

    def hour_bank() -> Fact:
        left = Composed(hours("available"), " de ", hours("contracted")) if figures.hour_bank else UNREAD
        detail = _sentence(prose, "hour_bank", whys=readings["whys_of"]("hour_bank"))
        return Fact("hour_bank", "Bolsa: horas disponibles", left, detail)

    def availability() -> Fact:
        detail = _sentence(prose, "availability", lowest=lowest, unread_days=unmeasured)
        return Fact("availability", "Disponibilidad del nodo", share, detail)

    def backups() -> Fact:
        covered = of_days("summary.backups.days_covered", figures.backups.days_unread, "oci_backups")
        return Fact("backups", "Días con copia de OCI", covered, _sentence(prose, "backups"))

    def dumps() -> Fact:
        covered = of_days("summary.dumps.days_covered", figures.dumps.days_unread, "database_dumps")
        detail = _sentence(prose, "dumps", megabytes=es_co.in_megabytes_of(size, 0) if size else "")
        return Fact("dumps", "Días con volcado de la base", covered, detail)

    def usage() -> Fact:
        complete = of_days("usage.days.complete", unread_usage, "oci_cost_reports")
        detail = _sentence(prose, "usage", unread_days=unread_usage)
        return Fact("usage", "Días con consumo completo", complete, detail)

    facts: tuple[tuple[str, Callable[[], Fact]], ...] = (
        ("tickets", tickets),
        ("hour_bank", hour_bank),
        # A contract that names no metric of availability has no answer to it, not even that it was not measured.
        *((("oci_metrics", availability),) if figures.availability else ()),
        ("oci_backups", backups),
        ("database_dumps", dumps),
        ("oci_cost_reports", usage),
    )
    return tuple(fact() for source, fact in facts if figures.tell_of(source))


def _compared(figures: PeriodFigures, prose: Prose) -> Compared:
    """The products whose use changed most; none where there is nothing to compare with, and then the note says why."""
    comparison = figures.summary and figures.summary.comparison
    rows = tuple(
        (
            Quoted(column.label),
            es_co.significant(figures.needed("comparison.before", column=column.label)),
            es_co.significant(figures.needed("comparison.now", column=column.label)),
            "nuevo"
            if column.percent is None
            else es_co.change(figures.needed("comparison.percent", column=column.label)),
        )
        for column in (named(comparison) if comparison else ())
    )
    if comparison and comparison.columns:
        others = len(comparison.columns) > len(rows)
        note = _sentence(prose, "comparison_basis", comparison=comparison, others=others, rows=rows)
    else:
        note = _sentence(prose, "no_comparison", comparison=comparison)
    return Compared(rows, note)


def _point(figures: PeriodFigures, finding: Finding, prose: Prose, readings: Mapping[str, Any]) -> Point:
    values: dict[str, Any] = {"source": "", "whys": ()}
    if finding.subject in SOURCES:
        told = readings["whys_of"](finding.subject, state=TOLD_OF.get(finding.kind, UNREAD))
        values = {"source": SOURCES[finding.subject], "whys": told[:MOST_WHYS]}
    service, _, product = finding.subject.partition(" / ")
    title, text = prose.paragraphs(
        _sentences_of(finding.kind.partition(".")[0]),
        finding.kind.replace(".", "_"),
        finding=finding,
        value=lambda name: figures.needed("finding", kind=finding.kind, subject=finding.subject, name=name),
        values=finding.values,
        service=service,
        held=labels.HELD.get(finding.unit or ""),
        held_of=lambda end: figures.figure(f"usage.held.{end}", column=f"{finding.subject} ({finding.unit})"),
        product=product,
        apart=len(finding.days) > 1 and finding.days[-1] - finding.days[0] > ONE_DAY,
        level=next((level for level in figures.service_levels if level.id == finding.subject), None),
        title=FINDINGS.get(finding.subject) or Quoted(finding.subject),
        **values,
    )
    return Point(title, text, finding.severity, finding.section, finding.code)


def _asked(contract: Contract, figures: PeriodFigures, ask: Ask, prose: Prose) -> Requested:
    subjects: Sequence[str] = [Quoted(shortened(subject, LONGEST_NAME)) for subject in ask.subjects]
    if ask.kind == "sign_acts":
        named = [request_name(contract, subject) for subject in ask.subjects[:MOST_SUBJECTS]]
        subjects = [Quoted(shortened(name, LONGEST_NAME)) for name in named]
    elif ask.kind == "answer_earlier":
        kinds = {each.code: labels.ASKED[each.kind] for each in figures.requests}
        subjects = [Composed(es_co.declared(code), f" ({kinds[code]})") for code in ask.subjects]
    elif ask.kind == "review_tickets":
        subjects = [es_co.declared(subject) for subject in ask.subjects]
    told = prose.sentence(
        _sentences_of(ask.kind),
        f"ask_{ask.kind}",
        ask=ask,
        value=lambda name: figures.needed("ask", asked=ask.kind, name=name),
        values=ask.values,
        shown=subjects[:MOST_SUBJECTS],
        more=len(ask.subjects) > MOST_SUBJECTS,
    )
    text = Composed(told, " ", _sentence(prose, "asked_since", ask=ask)) if ask.since else told
    return Requested(text, ask.code)
