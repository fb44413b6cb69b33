"""The service levels of the contract against their targets, as the management report prints them."""

from __future__ import annotations

from typing import get_args

from reportlab.platypus import Table

from service_reports.documents.engine import tables
from service_reports.documents.engine.marks import quoted_markup
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Cell, CellSetter, Column
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.figures.attention import WEEKDAYS
from service_reports.figures.chapters.service_levels import unnamed_priorities
from service_reports.figures.model import PeriodFigures, ServiceLevelFigures, Verdict
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import TICKET_COLUMNS
from service_reports.wording.shown import Composed

SERVICE_LEVEL_TABLE = "Niveles de servicio frente a su meta"
SIZE = 8.0
VERDICTS: dict[Verdict, str] = {"met": "Se alcanzó", "missed": "No se alcanzó", "open": "No se puede afirmar"}
COUNTED_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "met": ("se alcanzó", "se alcanzaron"),
    "missed": ("no se alcanzó", "no se alcanzaron"),
    "open": ("no se puede afirmar", "no se pueden afirmar"),
}
NOT_MEASURED = "Sin medición"
DAYS_OF_WEEK = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


def write_service_levels(story: Story, frame: ReportFrame) -> None:
    """The levels as a table under their own heading; where the contract has none, one sentence that says so."""
    levels, prose = frame.figures.service_levels, frame.prose
    if not levels:
        story.paragraphs(prose.paragraphs("service_levels", "none"))
        return
    story.group("Niveles de servicio")
    verdicts = verdicts_counted(frame.figures)
    story.paragraphs(
        prose.paragraphs(
            "service_levels", "lead_in", total=len(levels), verdicts=verdicts, service_hours=_service_hours(frame)
        )
    )
    unnamed = unnamed_priorities(frame.contract, frame.figures.support.tickets)
    notes = [
        *prose.paragraphs("service_levels", "unnamed", unnamed=unnamed),
        *prose.paragraphs("service_levels", "source"),
    ]
    story.table(SERVICE_LEVEL_TABLE, _table(frame, story.width), notes)


def _service_hours(frame: ReportFrame) -> str | None:
    """The days and hours of service, where a level counts them: ``lunes a viernes, de 08:00 a 17:00``."""
    hours = frame.contract.service_hours
    if hours is None or not any(level.in_service_hours for level in frame.figures.service_levels):
        return None
    places = sorted(map(WEEKDAYS.index, hours.days))
    together = len(places) > 2 and places[-1] - places[0] == len(places) - 1  # noqa: PLR2004 (from one to another)
    days = [DAYS_OF_WEEK[each] for each in ([places[0], places[-1]] if together else places)]
    clock = [es_co.declared(f"{each:%H:%M}") for each in (hours.opens, hours.closes)]
    return Composed(" a ".join(days) if together else es_co.listed(days), ", de ", clock[0], " a ", clock[1])


def verdicts_counted(figures: PeriodFigures) -> list[str]:
    """``2 se alcanzaron``, ``1 no se alcanzó`` …, verdicts without levels left out; empty where there is no level."""
    if not figures.service_levels:
        return []
    counts = {verdict: figures.needed("service_levels.verdict", verdict=verdict) for verdict in get_args(Verdict)}
    return [es_co.counted(count, *COUNTED_VERDICTS[verdict]) for verdict, count in counts.items() if count.value]


def _table(frame: ReportFrame, width: float) -> Table:
    setter = CellSetter(SIZE)
    columns = [
        Column("Indicador y cómo se mide", width - 84 - 60 - 120),
        Column("Meta", 84, "RIGHT"),
        Column("Medido", 60, "RIGHT"),
        Column("Resultado", 120),
    ]
    rows: list[list[Cell]] = [
        [
            setter.paragraph(_told(frame, level)),
            target_of(frame.figures, level),
            measured_of(frame.figures, level),
            setter.paragraph(_result(frame, level)),
        ]
        for level in frame.figures.service_levels
    ]
    return tables.ruled_table(columns, rows, size=SIZE)


def _told(frame: ReportFrame, level: ServiceLevelFigures) -> str:
    lacking = [TICKET_COLUMNS[each] for each in level.lacking]
    blocks = (level.kind, *(("requests",) if level.outcomes else ()), *(("lacking",) if lacking else ()), "terms")
    parts = (frame.prose.sentence("service_levels", block, level=level, lacking=lacking) for block in blocks)
    return "<br/>".join([f"<b>{quoted_markup(level.name)}</b>", *(part for part in parts if part)])


def target_of(figures: PeriodFigures, level: ServiceLevelFigures) -> str:
    """The target, and to which side of it is well."""
    target = figures.figure("service_level.target", level=level.id)
    if target is None:
        return es_co.MISSING
    if level.unit == "percent":
        return Composed(es_co.availability(target), " o más")
    return Composed(es_co.counted(target, "día", "días"), " o menos" if target.value else "")


def measured_of(figures: PeriodFigures, level: ServiceLevelFigures) -> str:
    """What was measured of it."""
    figure = figures.figure("service_level.measured", level=level.id)
    if figure is None:
        return NOT_MEASURED
    return es_co.availability(figure) if level.unit == "percent" else es_co.counted(figure, "día", "días")


def _result(frame: ReportFrame, level: ServiceLevelFigures) -> str:
    verdict = VERDICTS[level.verdict]
    parts = [verdict if level.verdict == "met" else f"<b>{verdict}</b>"]
    if level.verdict == "open" and level.measured is not None:
        parts.append(frame.prose.sentence("service_levels", "range", level=level))
    if level.verdict == "missed" and level.consequence:
        parts.append(frame.prose.sentence("service_levels", "consequence", level=level))
    return "<br/>".join(parts)
