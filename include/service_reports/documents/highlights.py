"""What a report tells first, in words: facts, findings and what is asked; the first page and the e-mail print them.

All texts are plain Spanish with es-CO numbers, ready to be escaped for whatever prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal

from service_reports.contracts import Contract
from service_reports.documents import format as es_co
from service_reports.documents.changes import Replaced, replaced
from service_reports.documents.masking import request_name
from service_reports.documents.prose import Prose
from service_reports.documents.spanish_terms import FINDINGS
from service_reports.figures.comparison import noteworthy
from service_reports.figures.model import Ask, Finding, PeriodFigures, Section, Severity, Summary, UsageComparison
from service_reports.figures.summary import summarise

FactName = Literal["tickets", "hour_bank", "availability", "backups", "dumps", "usage"]
MOST_SUBJECTS = 4
MOST_COMPARED = 3


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
    prose = Prose("shared", contract=contract, figures=figures, summary=summary, days=len(figures.usage.rows))
    return Highlights(
        scope=_sentence(prose, "scope"),
        facts=_facts(figures, summary, prose),
        compared=_compared(summary.comparison, prose),
        findings=tuple(_point(finding, prose) for finding in summary.findings),
        asks=tuple(_asked(contract, ask, prose) for ask in summary.asks),
        replaced=replaced(figures),
    )


def _sentence(prose: Prose, block: str, **values: Any) -> str:
    return unescape(prose.sentence("first_page", block, **values))


def _facts(figures: PeriodFigures, summary: Summary, prose: Prose) -> tuple[Fact, ...]:
    days = len(figures.usage.rows)
    states = [row.state for row in figures.usage.rows]
    measured = [part for part in figures.availability if part.percent is not None]
    lowest = min(measured, key=lambda part: (part.percent, part.resource_name), default=None)
    oldest = summary.open_tickets[0] if summary.open_tickets else None
    megabytes = es_co.number(es_co.megabytes(figures.dumps.total_bytes))

    def of_days(count: int) -> str:
        return f"{es_co.number(count)} de {es_co.number(days)}"

    bank = figures.hour_bank
    return (
        Fact(
            "tickets", "Solicitudes registradas", es_co.number(figures.support.total),
            _sentence(prose, "tickets", oldest=oldest),
        ),
        Fact(
            "hour_bank", "Bolsa: horas disponibles",
            f"{es_co.quantity(bank.available)} de {es_co.quantity(bank.contracted)}",
            _sentence(prose, "hour_bank"),
        ),
        Fact(
            "availability", "Disponibilidad del nodo", es_co.availability(lowest.percent) if lowest else "Sin medición",
            _sentence(prose, "availability", lowest=lowest),
        ),
        Fact(
            "backups", "Días con copia de OCI", of_days(days - len(figures.backups.days_missing)),
            _sentence(prose, "backups"),
        ),
        Fact(
            "dumps", "Días con volcado de la base", of_days(days - len(figures.dumps.days_missing)),
            _sentence(prose, "dumps", megabytes=megabytes),
        ),
        Fact(
            "usage", "Días con consumo completo", of_days(states.count("complete")),
            _sentence(prose, "usage", partial=states.count("partial"), missing=states.count("missing")),
        ),
    )  # fmt: skip


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


def _point(finding: Finding, prose: Prose) -> Point:
    service, _, product = finding.subject.partition(" / ")
    title, text = prose.paragraphs(
        "first_page",
        finding.kind.replace(".", "_"),
        finding=finding,
        values=finding.values,
        service=service,
        product=product,
        title=FINDINGS.get(finding.subject, finding.subject),
    )
    return Point(unescape(title), unescape(text), finding.severity, finding.section)


def _asked(contract: Contract, ask: Ask, prose: Prose) -> str:
    subjects: Sequence[str] = ask.subjects
    if ask.kind == "sign_acts":
        subjects = [request_name(contract, subject) for subject in subjects]
    shown = subjects[:MOST_SUBJECTS]
    return _sentence(prose, f"ask_{ask.kind}", ask=ask, values=ask.values, shown=shown, more=len(subjects) - len(shown))
