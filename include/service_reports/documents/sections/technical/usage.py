"""What was used of the provider's services: by resource, by day, and how it changed."""

from __future__ import annotations

from typing import Literal

from reportlab.platypus import Flowable, KeepTogether

from service_reports.documents.engine import style
from service_reports.documents.engine.charts import usage_panel, usage_panels
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.story import Story
from service_reports.documents.sections import usage_tables
from service_reports.documents.sections.report_frame import ReportFrame, Section
from service_reports.documents.sections.trends import write_trend
from service_reports.figures import level_changes
from service_reports.figures.comparison import STEADY_PERCENT, gradual, steady
from service_reports.figures.growth import DAYS_OF_A_WEEK
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted

USAGE_STATES: tuple[Literal["complete", "partial", "missing", "unread"], ...] = (
    "complete",
    "partial",
    "missing",
    "unread",
)
STEADY_NAMED = 20
"""So many products without a chart are named; the names of more would fill pages."""


def _usage(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    usage = figures.usage
    story.section("Uso de Recursos", tells=["usage"])
    states = {state: figures.usage_days(state) for state in USAGE_STATES}
    story.paragraphs(prose.paragraphs("usage", "coverage", **states))
    story.paragraphs(prose.paragraphs("usage", "lead_in"))
    write_trend(story, frame, "usage")
    if not usage.columns:
        story.paragraphs(prose.paragraphs("usage", "none"))
        return
    story.subsection("Resumen del consumo por recurso")
    story.paragraphs(prose.paragraphs("usage", "summary"))
    if growing := gradual(usage):
        story.paragraphs(prose.paragraphs("usage", "gradual", gradual=growing))
    compared = figures.comparison
    gone = usage_tables.gone(usage, compared)
    notes = prose.paragraphs(
        "usage",
        "summary_note",
        compared=compared,
        gone=gone,
        week=DAYS_OF_A_WEEK,
        stepped=bool(usage.level_changes),
        grown=usage_tables.grown(usage),
    )
    story.table("Consumo del periodo por recurso", usage_tables.summary_table(figures, story.width), notes)
    if usage.level_changes:
        rule = prose.paragraphs(
            "usage",
            "changes_note",
            least_step=100 * level_changes.LEAST_STEP,
            lasting_days=level_changes.LASTING_DAYS,
            last_days=level_changes.LEAST_LAST_DAYS,
        )
        story.table("Cambios de nivel del consumo diario", usage_tables.changes_table(figures, story.width), rule)
    units = usage_tables.units_table(usage, story.width)
    story.in_detail(
        "Unidades de medida",
        lambda: story.table("Qué cuenta cada unidad", units, prose.paragraphs("usage", "units")),
    )
    story.subsection("Consumo diario")
    _usage_charts(story, frame)
    story.in_detail("Consumo diario en tablas", lambda: _daily_usage(story, frame))


def _daily_usage(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    story.paragraphs(prose.paragraphs("usage", "reading"))
    texts = usage_tables.daily_columns(figures)
    groups = usage_tables.packed_columns(figures, texts, story.width)
    notes = prose.paragraphs("usage", "table_note")
    for position, indexes in enumerate(groups, start=1):
        part = es_co.declared(position), " de ", es_co.declared(len(groups))
        title = Composed("Consumo diario por recurso, parte ", *part)
        story.table(title, usage_tables.daily_table(figures, texts, indexes, story.width), notes)


def _usage_charts(story: Story, frame: ReportFrame) -> None:
    """Small multiples of the products that moved, a sentence of the others; a page may break between two rows."""
    usage, prose = frame.figures.usage, frame.prose
    without = [each.column for each in steady(usage)]
    if without:
        columns = [Quoted(column) for column in without]
        told = {"columns": columns, "most": STEADY_NAMED, "percent": STEADY_PERCENT}
        story.paragraphs(prose.paragraphs("usage", "steady", **told))
    panels = [
        usage_panel(usage, index, usage_tables.change_remark(usage, index))
        for index, column in enumerate(usage.columns)
        if column.label not in without
    ]
    if not panels:
        return
    rows: list[list[Flowable]] = [[drawing] for drawing in usage_panels(panels, story.width)]
    rows[0].insert(0, story.chart_caption("Consumo diario de cada recurso"))
    rows[-1] += [Paragraph(text, style.NOTE) for text in prose.paragraphs("usage", "panels_note")]
    story.add(*map(KeepTogether, rows))


SECTION = Section(place=10, write=_usage)
