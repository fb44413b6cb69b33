"""Whether the nodes answered, what was in the way, and what was observed about the data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from reportlab.platypus import Spacer

from service_reports.checks.observation import Observation
from service_reports.documents.engine import tables
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Align, Column
from service_reports.documents.sections.figure_cells import cell, heading, number
from service_reports.documents.sections.report_frame import ReportFrame, Section
from service_reports.documents.sections.trends import write_trend
from service_reports.figures.model import Availability, PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.terms import (
    FINDINGS,
)
from service_reports.wording.shown import Quoted

FINDINGS_SIZE = 7.5
AVAILABILITY_SIZE = 7.5
AVAILABILITY_METRIC_WIDTH = 60.0
AVAILABILITY_COLUMNS = {
    "availability.samples_up": 52.0,
    "availability.samples": 45.0,
    "availability.expected": 47.0,
    "availability.missing": 40.0,
    "availability.percent": 62.0,
    "availability.minutes_down": 54.0,
    "availability.minutes_unknown": 54.0,
    "availability.days_missing": 38.0,
}
"""What the table of availability says, and how wide each column is."""
ONE_DAY = timedelta(days=1)


def _availability(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    series_of = {(series.resource_name, series.metric_name): series for series in figures.metrics}
    measured_at_all = figures.tell_of("oci_metrics")
    title = "Disponibilidad e Impedimentos" if measured_at_all else "Impedimentos"
    story.section(title, tells=["availability", "observations"])
    rows: list[list[str]] = []
    meanings: dict[str, None] = {}
    measured: list[Availability] = []
    for entry in figures.availability:
        series = series_of.get((entry.resource_name, entry.metric_name))
        missing = series.days_missing if series else ()
        if series:
            meanings[series.meaning] = None
        story.paragraphs(prose.paragraphs("availability", "sentence", entry=entry, days_without_data=missing))
        if entry.samples:
            measured.append(entry)
        rows.append([Quoted(entry.resource_name), Quoted(entry.metric_name), *availability_cells(figures, entry)])
    if measured_at_all:
        story.paragraphs(prose.paragraphs("availability", "lead_in"))
    if rows:
        story.add(Spacer(0, 4))
        if measured or not any(entry.unread for entry in figures.availability):
            story.paragraphs(prose.paragraphs("availability", "formula", measured=measured, whole=es_co.WHOLE))
        columns = [
            Column("Nodo de", story.width - AVAILABILITY_METRIC_WIDTH - sum(AVAILABILITY_COLUMNS.values())),
            Column("Métrica", AVAILABILITY_METRIC_WIDTH),
            *(Column(heading(family), width, "RIGHT") for family, width in AVAILABILITY_COLUMNS.items()),
        ]
        table = tables.ruled_table(columns, rows, size=AVAILABILITY_SIZE)
        notes = prose.paragraphs("availability", "note", entry=figures.availability[0])
        story.table("Disponibilidad medida del nodo", table, notes)
        story.paragraphs(prose.paragraphs("availability", "scope", meanings=list(meanings)))
    write_trend(story, frame, "availability")
    usage_missing = [row.day for row in figures.usage_days("missing")]
    impediments = prose.paragraphs("availability", "impediments", usage_missing=usage_missing)
    story.paragraphs(prose.paragraphs("availability", "impediments_lead_in", impediments=impediments))
    story.paragraphs(impediments)
    _findings(story, frame)


def availability_cells(figures: PeriodFigures, entry: Availability) -> list[str]:
    """What one availability rests on, as it is printed: samples, then the share, the minutes and the days."""
    of = {"resource": entry.resource_name}
    return [
        cell(figures, es_co.availability, family, **of)
        if family == "availability.percent"
        else number(figures, 0, family, **of)
        for family in AVAILABILITY_COLUMNS
    ]


def _findings(story: Story, frame: ReportFrame) -> None:
    """What was observed about the data of the period; consecutive days of one finding share a row."""
    rows = [
        [
            es_co.joined(map(es_co.table_date, days), " – ") or es_co.MISSING,
            FINDINGS.get(kind) or Quoted(kind),
            Quoted(detail),  # as it was registered when it was found
        ]
        for kind, detail, days in joined_days(frame.figures.observations)
    ]
    story.add(Spacer(0, 4))
    story.paragraphs(frame.prose.paragraphs("availability", "findings_lead_in", findings=len(rows)))
    if not rows:
        return
    titles: list[tuple[str, Align]] = [("Día", "LEFT"), ("Hallazgo", "LEFT"), ("Detalle", "LEFT")]
    widths = tables.fitted_columns(titles, rows, story.width, FINDINGS_SIZE)
    table = tables.ruled_table(widths, rows, size=FINDINGS_SIZE)
    story.table("Hallazgos del periodo", table, frame.prose.paragraphs("availability", "findings_note"))


def joined_days(observations: Sequence[Observation]) -> list[tuple[str, str, tuple[date, ...]]]:
    """Kind, detail and days of findings, by first day: none, one, or the first and last of consecutive ones."""
    days_of: dict[tuple[str, str], list[date]] = {}
    for each in observations:
        days_of.setdefault((each.kind, each.detail), []).extend([each.day] if each.day else [])
    joined: list[tuple[str, str, tuple[date, ...]]] = []
    for (kind, detail), days in days_of.items():
        runs: list[list[date]] = []
        for day in sorted(set(days)):
            if runs and day - runs[-1][-1] == ONE_DAY:
                runs[-1].append(day)
            else:
                runs.append([day])
        joined += [(kind, detail, (run[0], run[-1]) if len(run) > 1 else (run[0],)) for run in runs]
        if not runs:
            joined.append((kind, detail, ()))
    return sorted(joined, key=lambda row: (row[2][:1] or (date.max,), row[0], row[1]))


SECTION = Section(place=50, write=_availability)
