"""The section of a corrected version that says what it replaces and every figure that is another."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from service_reports.documents.engine import tables
from service_reports.documents.engine.story import Story
from service_reports.documents.sections.report_frame import OTHER_REPORT, PdfKind, ReportFrame
from service_reports.figures import catalogue
from service_reports.figures.changes import SHARES, label
from service_reports.figures.chapters import CHAPTERS
from service_reports.figures.figure import instant_of
from service_reports.figures.model import FigureChange, PeriodFigures, VersionChanges
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import CHANGED
from service_reports.wording.shown import Composed, Quoted, Shown

SHORT_HASH = 12
SIZE = 7.0
MOST_IMPORTANT = 5
IMPORTANT = (
    "hour_bank",
    "tickets.total",
    "availability",
    "usage.total",
    "backups",
    "tickets",
    "usage.days.complete",
    "usage.days.partial",
    "usage.days.missing",
    "obligations",
)
"""Chapters and families of figures that a message names first."""
BY_DAY = "Consumo por día"
OF_DAYS = frozenset({"usage.day", "usage.hours"})
"""Families of figures that change by the day, and have a table of their own after that of their chapter."""
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
    return Composed("Cambios frente a la versión ", es_co.declared(changes.version))


def grouped(kind: PdfKind, changes: Iterable[FigureChange]) -> dict[str, list[FigureChange]]:
    """The changes that a report prints, by the title of their table."""
    titles = list(dict.fromkeys(CHANGED[chapter.name] for chapter in CHAPTERS if chapter.report == kind))
    if CHANGED["usage"] in titles:
        titles.insert(titles.index(CHANGED["usage"]) + 1, BY_DAY)
    found: dict[str, list[FigureChange]] = {title: [] for title in titles}
    for change in changes:
        of = catalogue.known(change.figure_id)
        title = BY_DAY if of and of.of.family.name in OF_DAYS else CHANGED[of.subject if of else "summary"]
        if title in found:
            found[title].append(change)
    return {title: same for title, same in found.items() if same}


def cells(change: FigureChange) -> tuple[str, str, str, str]:
    """A change as its row prints it: figure, before, now, cause. Both values show that they differ."""
    before, now = change.before, change.now
    told = label(change.figure_id)
    of = catalogue.known(change.figure_id)
    is_share = of is not None and of.of.family.name in SHARES
    greatest = max((abs(each) for each in (before, now) if each is not None), default=Decimal(0))
    decimals = 1 if is_share else es_co.decimals_for(greatest)
    if before is not None and now is not None and before != now:
        decimals = next(each for each in count(decimals) if es_co.rounded(before, each) != es_co.rounded(now, each))
    unit = UNITS.get(change.unit, "")

    def shown(value: Decimal | None, figure_id: str) -> str:
        if value is None:
            return es_co.MISSING
        if change.unit == "instant":
            return Shown(es_co.utc_instant(instant_of(value)), "figure", figure_id)
        written = es_co.number if is_share else es_co.quantity
        return Shown(written(value, decimals) + unit, "figure", figure_id)

    return (
        told if told == change.label else Quoted(change.label),
        shown(before, catalogue.figure_id("replaced", figure=change.figure_id)),
        shown(now, change.figure_id),
        es_co.declaring(change.cause),
    )


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
        figures=es_co.counted(figures.needed("changes.total"), "cifra", "cifras"),
        shown=tuple(cells(change)[:3] for change in ranked),
        more=len(changes.figures) - len(ranked),
        texts=es_co.listed(dict.fromkeys(text.document for text in changes.texts)),
    )


def _importance(figure_id: str) -> int:
    found = catalogue.known(figure_id)
    own = (found.of.family.name, found.of.family.chapter) if found else ()
    return next((rank for rank, name in enumerate(IMPORTANT) if name in own), len(IMPORTANT))


def _identity(changes: VersionChanges) -> str:
    """The hash by which the replaced version is named: that of its figures, or of its first document."""
    return changes.figures_sha256 or changes.documents[0].sha256


def hashes(changes: VersionChanges) -> list[tuple[str, str]]:
    """Document and full SHA-256 of all that is replaced, first what the version is named by."""
    rows: list[tuple[str, str]] = [
        (_title(document.title), es_co.declared(document.sha256)) for document in changes.documents
    ]
    if changes.figures_sha256:
        rows.insert(0, ("Cifras de la versión", es_co.declared(changes.figures_sha256)))
    return rows


def _title(document: str) -> str:
    """A title of a document: of an act, its number, and what others called it."""
    title, colon, name = document.partition(": ")
    return Composed(es_co.declaring(title), colon, Quoted(name)) if colon else es_co.declaring(document)


def write_changes(story: Story, frame: ReportFrame) -> None:
    """The section; nothing in a first version."""
    changes = frame.figures.changes
    if changes is None:
        return
    prose = frame.shared
    here = grouped(frame.kind, changes.figures)
    story.section(section_title(changes))
    values = {
        "changes": changes,
        "short_hash": _identity(changes)[:SHORT_HASH],
        "here": frame.figures.needed("changes.printed", printed_in=frame.kind),
        "there": frame.figures.needed("changes.printed", printed_in=OTHER_REPORT[frame.kind]),
    }
    story.paragraphs(prose.paragraphs("changes", "lead_in", **values))
    columns = tables.fitted_columns(
        [("Documento", "LEFT"), (es_co.declaring("Huella sha256"), "LEFT")], hashes(changes), story.width, SIZE
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
            (_title(text.document), Quoted(before) or es_co.MISSING, Quoted(now) or es_co.MISSING)
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
