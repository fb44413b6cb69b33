"""The section of a corrected version that says what it replaces and every figure that is another."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from service_reports.documents.engine import tables
from service_reports.documents.engine.story import Story
from service_reports.documents.sections.report_frame import PdfKind, ReportFrame
from service_reports.figures.model import FigureChange, PeriodFigures, VersionChanges
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

SHORT_HASH = 12
SIZE = 7.0
MOST_IMPORTANT = 5
IMPORTANT = (
    "hour_bank.",
    "tickets.support.total",
    "tickets.warranty.total",
    "availability/",
    "usage.total/",
    "backups.",
    "tickets.",
    "usage.days.",
    "obligations.",
)
"""Figures that a message names first."""
GROUPS: dict[PdfKind, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "management_report": (
        ("Solicitudes", ("tickets.", "summary.tickets.", "finding/tickets.")),
        ("Bolsa de horas", ("hour_bank.", "finding/hour_bank.")),
        ("Compromisos y registros", ("obligations.", "records.", "finding/obligations.")),
    ),
    "technical_report": (
        (
            "Consumo del periodo",
            (
                "usage.total/",
                "usage.mean/",
                "usage.min/",
                "usage.max/",
                "usage.level",
                "usage.days.",
                "comparison.",
                "finding/usage.",
            ),
        ),
        ("Consumo por día", ("usage.day/", "usage.hours/")),
        ("Métricas y disponibilidad", ("metric/", "availability/", "finding/metrics.", "finding/availability.")),
        ("Copias y volcados", ("backups.", "summary.backups.", "summary.dumps.", "finding/backups.", "finding/dumps.")),
        ("Otras cifras", ("",)),
    ),
}
"""Which report prints which changed figures, in tables of this order; what no other table takes comes last."""
UNITS = {"percent": " %", "bytes": " bytes"}


class Replaced(NamedTuple):
    """What a message says of the version that is replaced: its number, its hash and what changed most."""

    version: int
    short_hash: str
    sha256: str
    figures: str
    shown: tuple[tuple[str, str, str], ...]
    """Figure, before, now."""
    more: int
    texts: str


def section_title(changes: VersionChanges) -> str:
    """The heading of the section, without its number."""
    return f"Cambios frente a la versión {changes.version}"


def grouped(kind: PdfKind, changes: Iterable[FigureChange]) -> dict[str, list[FigureChange]]:
    """The changes that a report prints, by the title of their table."""
    found: dict[str, list[FigureChange]] = {}
    for title, _ in GROUPS[kind]:
        found[title] = []
    for change in changes:
        place = _place(change.figure_id)
        if place[0] == kind:
            found[place[1]].append(change)
    return {title: same for title, same in found.items() if same}


def _place(figure_id: str) -> tuple[PdfKind, str]:
    return next(
        (kind, title) for kind, groups in GROUPS.items() for title, prefixes in groups if figure_id.startswith(prefixes)
    )


def cells(change: FigureChange) -> tuple[str, str, str, str]:
    """A change as its row prints it: figure, before, now, cause. Both values show that they differ."""
    before, now = change.before, change.now
    decimals = es_co.decimals_for(max((abs(each) for each in (before, now) if each is not None), default=Decimal(0)))
    if before is not None and now is not None and before != now:
        decimals = next(each for each in count(decimals) if es_co.rounded(before, each) != es_co.rounded(now, each))
    unit = UNITS.get(change.unit, "")
    old, new = (es_co.MISSING if each is None else es_co.quantity(each, decimals) + unit for each in (before, now))
    return change.label, old, new, change.cause


def replaced(figures: PeriodFigures) -> Replaced | None:
    """What a message about a corrected version says first; nothing about a first version."""
    changes = figures.changes
    if changes is None:
        return None
    ranked = sorted(changes.figures, key=lambda change: _importance(change.figure_id))[:MOST_IMPORTANT]
    sha256 = _identity(changes)
    return Replaced(
        version=changes.version,
        short_hash=sha256[:SHORT_HASH],
        sha256=sha256,
        figures=es_co.counted(len(changes.figures), "cifra", "cifras"),
        shown=tuple(cells(change)[:3] for change in ranked),
        more=len(changes.figures) - len(ranked),
        texts=es_co.listed(dict.fromkeys(text.document for text in changes.texts)),
    )


def _importance(figure_id: str) -> int:
    return next((rank for rank, prefix in enumerate(IMPORTANT) if figure_id.startswith(prefix)), len(IMPORTANT))


def _identity(changes: VersionChanges) -> str:
    """The hash by which the replaced version is named: that of its figures, or of its first document."""
    return changes.figures_sha256 or changes.documents[0].sha256


def hashes(changes: VersionChanges) -> list[tuple[str, str]]:
    """Document and full SHA-256 of all that is replaced, first what the version is named by."""
    rows = [(document.title, document.sha256) for document in changes.documents]
    if changes.figures_sha256:
        rows.insert(0, ("Cifras de la versión", changes.figures_sha256))
    return rows


def write_changes(story: Story, frame: ReportFrame) -> None:
    """The section; nothing in a first version."""
    changes = frame.figures.changes
    if changes is None:
        return
    prose = frame.shared
    here = grouped(frame.kind, changes.figures)
    shown = sum(map(len, here.values()))
    story.section(section_title(changes))
    values = {"changes": changes, "short_hash": _identity(changes)[:SHORT_HASH], "here": shown}
    story.paragraphs(prose.paragraphs("changes", "lead_in", **values))
    columns = tables.fitted_columns(
        [("Documento", "LEFT"), ("Huella sha256", "LEFT")], hashes(changes), story.width, SIZE
    )
    story.table("Lo que reemplaza esta versión", tables.ruled_table(columns, hashes(changes), size=SIZE))
    for title, same in here.items():
        rows = [cells(change) for change in same]
        columns = tables.fitted_columns(
            [("Cifra", "LEFT"), ("Antes", "RIGHT"), ("Ahora", "RIGHT"), ("Causa", "LEFT")], rows, story.width, SIZE
        )
        story.table(f"{title}: lo que cambió", tables.ruled_table(columns, rows, size=SIZE))
    if changes.texts:
        story.paragraphs(prose.paragraphs("changes", "texts", **values))
        rows_of_text = [
            (text.document, Quoted(before) or es_co.MISSING, Quoted(now) or es_co.MISSING)
            for text in changes.texts
            for before, now in _paired(text.before, text.now)
        ]
        if rows_of_text:
            columns = tables.fitted_columns(
                [("Documento", "LEFT"), ("Antes", "LEFT"), ("Ahora", "LEFT")], rows_of_text, story.width, SIZE
            )
            story.table("Textos que cambiaron", tables.ruled_table(columns, rows_of_text, size=SIZE))


def _paired(before: tuple[str, ...], now: tuple[str, ...]) -> list[tuple[str, str]]:
    longest = max(len(before), len(now))
    return [
        (before[index] if index < len(before) else "", now[index] if index < len(now) else "")
        for index in range(longest)
    ]
