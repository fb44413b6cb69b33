"""What a report tells first, in words: facts, findings and what is asked; the first page and the e-mail print them.

All texts are plain Spanish with es-CO numbers, ready to be escaped for whatever prints them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any, Literal, cast

from service_reports.contracts import Contract
from service_reports.documents.engine.prose import PlainProse, Prose
from service_reports.documents.sections.changes import Replaced, replaced
from service_reports.documents.sections.masking import request_name
from service_reports.documents.sections.readings import UNREAD, reading_values
from service_reports.figures.chapters.summary import summarise
from service_reports.figures.comparison import noteworthy
from service_reports.figures.model import (
    Ask,
    Finding,
    PeriodFigures,
    Section,
    Severity,
    SourceName,
    Summary,
    UsageComparison,
)
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import SOURCES
from service_reports.wording.es_co.terms import FINDINGS

FactName = Literal["tickets", "hour_bank", "availability", "backups", "dumps", "usage"]
MOST_SUBJECTS = 4
MOST_COMPARED = 3
MOST_WHYS = 3


@dataclass(frozen=True)
class Fact:
    """One answer: what it is of, the answer itself, and what it rests on or leaves open."""

    name: FactName
    label: str
    value: str
    detail: str


@dataclass(frozen=True)
class Point:
    """A finding in words; ``section`` names the part of the reports that tells more."""

    title: str
    text: str
    severity: Severity
    section: Section


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
    asks: tuple[str, ...]
    replaced: Replaced | None = None
    """What the version corrects; ``None`` for a first one."""


def highlights(contract: Contract, figures: PeriodFigures) -> Highlights:
    """The words of a period's summary; figures kept before there were summaries get theirs, without a comparison."""
    summary = figures.summary or summarise(figures, None)
    readings = reading_values(contract, figures)
    prose = PlainProse(
        "shared", contract=contract, figures=figures, summary=summary, days=len(figures.usage.rows), **readings
    )
    return Highlights(
        scope=_sentence(prose, "scope"),
        facts=_facts(figures, summary, prose, readings),
        compared=_compared(summary.comparison, prose),
        findings=tuple(_point(finding, prose, readings) for finding in summary.findings),
        asks=tuple(_asked(contract, ask, prose) for ask in summary.asks),
        replaced=replaced(figures),
    )


def _sentence(prose: Prose, block: str, **values: Any) -> str:
    return unescape(prose.sentence("first_page", block, **values))


def _facts(figures: PeriodFigures, summary: Summary, prose: Prose, readings: Mapping[str, Any]) -> tuple[Fact, ...]:
    days = len(figures.usage.rows)
    measured = [part for part in figures.availability if part.percent is not None]
    lowest = min(measured, key=lambda part: (part.percent, part.resource_name), default=None)
    oldest = summary.open_tickets[0] if summary.open_tickets else None
    megabytes = es_co.megabytes(figures.dumps.total_bytes, 0)

    def of_days(count: int, unread: Sequence[date]) -> str:
        """So many of the days of the period, or of those that were read; nothing where none was."""
        if unread and len(unread) == days:
            return UNREAD
        whole = f"{es_co.number(count)} de {es_co.number(days - len(unread))}"
        return f"{whole} {es_co.agree(days - len(unread), 'leído', 'leídos')}" if unread else whole

    bank, backups, dumps = figures.hour_bank, figures.backups, figures.dumps
    unread_usage = [row.day for row in figures.usage_days("unread")]
    complete, partial, missing = (len(figures.usage_days(state)) for state in ("complete", "partial", "missing"))
    unmeasured = sorted({day for part in figures.availability for day in part.days_unread})
    share = es_co.availability(lowest.percent) if lowest else ""
    if lowest and lowest.days_unread:
        share = f"{share} de lo leído"
    nothing = UNREAD if unmeasured else "Sin medición"
    facts = (
        Fact(
            "tickets",
            "Solicitudes registradas",
            es_co.number(figures.support.total) if figures.support.known else UNREAD,
            _sentence(prose, "tickets", oldest=oldest),
        ),
        Fact(
            "hour_bank",
            "Bolsa: horas disponibles",
            f"{es_co.quantity(bank.available)} de {es_co.quantity(bank.contracted)}" if bank else UNREAD,
            _sentence(prose, "hour_bank", whys=readings["whys_of"]("hour_bank")),
        ),
        Fact(
            "availability",
            "Disponibilidad del nodo",
            share if lowest else nothing,
            _sentence(prose, "availability", lowest=lowest, unread_days=unmeasured),
        ),
        Fact(
            "backups",
            "Días con copia de OCI",
            of_days(days - len(backups.days_missing) - len(backups.days_unread), backups.days_unread),
            _sentence(prose, "backups"),
        ),
        Fact(
            "dumps",
            "Días con volcado de la base",
            of_days(days - len(dumps.days_missing) - len(dumps.days_unread), dumps.days_unread),
            _sentence(prose, "dumps", megabytes=megabytes),
        ),
        Fact(
            "usage",
            "Días con consumo completo",
            of_days(complete, unread_usage),
            _sentence(
                prose,
                "usage",
                partial=partial,
                missing=missing,
                unread_days=unread_usage,
            ),
        ),
    )
    # A contract that names no metric of availability has no answer to it, not even that it was not measured.
    return tuple(fact for fact in facts if fact.name != "availability" or figures.availability)


def _compared(comparison: UsageComparison | None, prose: Prose) -> Compared:
    """The products whose use changed most; none where there is nothing to compare with, and then the note says why."""
    rows = tuple(
        (
            column.label,
            es_co.significant(column.before),
            es_co.significant(column.now),
            "nuevo" if column.percent is None else es_co.change(column.percent),
        )
        for column in (noteworthy(comparison) if comparison else ())[:MOST_COMPARED]
    )
    if comparison and comparison.columns:
        others = len(comparison.columns) - len(rows)
        note = _sentence(prose, "comparison_basis", comparison=comparison, others=others)
    else:
        note = _sentence(prose, "no_comparison", comparison=comparison)
    return Compared(rows, note)


def _point(finding: Finding, prose: Prose, readings: Mapping[str, Any]) -> Point:
    values: dict[str, Any] = {"source": "", "whys": ()}
    if finding.subject in SOURCES:
        told = readings["whys_of"](finding.subject, replaced=finding.kind == "sources.refused")
        values = {"source": SOURCES[cast("SourceName", finding.subject)], "whys": told[:MOST_WHYS]}
    service, _, product = finding.subject.partition(" / ")
    title, text = prose.paragraphs(
        "first_page",
        finding.kind.replace(".", "_"),
        finding=finding,
        values=finding.values,
        service=service,
        product=product,
        title=FINDINGS.get(finding.subject, finding.subject),
        **values,
    )
    return Point(unescape(title), unescape(text), finding.severity, finding.section)


def _asked(contract: Contract, ask: Ask, prose: Prose) -> str:
    subjects: Sequence[str] = ask.subjects
    if ask.kind == "sign_acts":
        subjects = [request_name(contract, subject) for subject in subjects]
    shown = subjects[:MOST_SUBJECTS]
    return _sentence(prose, f"ask_{ask.kind}", ask=ask, values=ask.values, shown=shown, more=len(subjects) - len(shown))
