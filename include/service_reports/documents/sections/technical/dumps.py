"""The dumps of the database."""

from __future__ import annotations

from collections.abc import Sequence

from service_reports.documents.engine import tables
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Column
from service_reports.documents.sections.figure_cells import cell, heading
from service_reports.documents.sections.report_frame import ReportFrame, Section
from service_reports.documents.sections.technical.backups import ROOM_FOR_A_LISTING, bounded
from service_reports.documents.sections.trends import write_trend
from service_reports.records import DatabaseDump
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

SIZE = 6.8


def _dumps(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    dumps = sorted(figures.dumps.dumps, key=lambda dump: (dump.dump_day, dump.file_name))
    story.section("Volcados de la Base de Datos", ROOM_FOR_A_LISTING, tells=["dumps"])
    size = cell(figures, es_co.in_megabytes_of, "backups.dumps.bytes")
    story.paragraphs(prose.paragraphs("backups", "dumps_lead_in", megabytes=size))
    write_trend(story, frame, "dumps")
    if dumps:
        story.in_detail("Volcados de la base de datos", lambda: _dump_list(story, frame, dumps))


def _dump_list(story: Story, frame: ReportFrame, dumps: Sequence[DatabaseDump]) -> None:
    figures, prose = frame.figures, frame.prose
    columns = [
        Column("Archivo", story.width - 270),
        Column("Fecha (UTC)", 90),
        Column("Hora (UTC)", 90),
        Column(heading("backups.dumps.size", "MB"), 90, "RIGHT"),
    ]
    rows = [
        [
            bounded(Quoted(dump.file_name)),
            cell(figures, es_co.utc_date, "backups.dumps.saved", file=dump.file_name),
            cell(figures, es_co.utc_clock, "backups.dumps.saved", file=dump.file_name),
            cell(figures, es_co.megabytes, "backups.dumps.size", file=dump.file_name),
        ]
        for dump in dumps
    ]
    total = cell(figures, es_co.megabytes, "backups.dumps.bytes")
    table = tables.ruled_table(columns, rows, total=["Total", "", "", total], size=SIZE)
    story.table("Volcados de la base de datos", table, prose.paragraphs("backups", "dumps_note"))


SECTION = Section(place=40, write=_dumps, source="database_dumps")
