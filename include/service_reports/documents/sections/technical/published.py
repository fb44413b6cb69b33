"""The section of the technical report about the addresses at which the service is reached."""

from __future__ import annotations

from service_reports.documents.engine import tables
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Column
from service_reports.documents.sections.figure_cells import cell, heading, number
from service_reports.documents.sections.report_frame import ReportFrame, Section
from service_reports.figures.chapters.published import Published, PublishedService
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

SIZE = 7.5
COUNTED = {
    "published.answered": 58.0,
    "published.measured": 54.0,
    "published.percent": 66.0,
    "published.minutes_measured": 52.0,
    "published.minutes_unmeasured": 56.0,
    "published.outage": 60.0,
}
TIMED = {"published.first_byte_least": 60.0, "published.first_byte_mean": 60.0, "published.first_byte_p95": 60.0}
"""What the two tables say, and how wide each column is."""
ENDS_WIDTH = 110.0
MILLISECONDS = "ms"


def _published(story: Story, frame: ReportFrame) -> None:
    """Whether each address answered, how fast, and when its certificate ends."""
    figures, prose = frame.figures, frame.shared
    told = figures.table(Published)
    if told is None:
        return
    story.section("Disponibilidad de los servicios publicados", tells=["published"])
    story.paragraphs(prose.paragraphs("published", "lead_in", told=told, whole=es_co.WHOLE))
    columns = [
        Column("Servicio", story.width - sum(COUNTED.values())),
        *(Column(heading(family), width, "RIGHT") for family, width in COUNTED.items()),
    ]
    rows = [[Quoted(each.name), *_counted(figures, each)] for each in told.services]
    table = tables.ruled_table(columns, rows, size=SIZE)
    story.table("Respuesta de los servicios publicados", table, prose.paragraphs("published", "note", told=told))
    columns = [
        Column("Servicio", story.width - sum(TIMED.values()) - ENDS_WIDTH),
        *(Column(heading(family, MILLISECONDS), width, "RIGHT") for family, width in TIMED.items()),
        Column(heading("published.certificate_ends_at"), ENDS_WIDTH),
    ]
    rows = [[Quoted(each.name), *_timed(figures, each)] for each in told.services]
    table = tables.ruled_table(columns, rows, size=SIZE)
    notes = prose.paragraphs("published", "times_note", told=told)
    story.table("Tiempo hasta el primer byte y certificado", table, notes)


def _counted(figures: PeriodFigures, each: PublishedService) -> list[str]:
    return [
        cell(figures, es_co.availability, family, address=each.name)
        if family == "published.percent"
        else number(figures, 0, family, address=each.name)
        for family in COUNTED
    ]


def _timed(figures: PeriodFigures, each: PublishedService) -> list[str]:
    ends = cell(figures, es_co.utc_instant, "published.certificate_ends_at", address=each.name)
    return [*(number(figures, 0, family, address=each.name) for family in TIMED), ends]


SECTION = Section(place=60, write=_published, source="http_addresses")
