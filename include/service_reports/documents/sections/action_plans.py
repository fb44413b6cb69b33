"""What the contractor does about the findings of the period: cause, action, owner and date, or that it has no plan."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Table

from service_reports.documents.engine import tables
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Cell, CellSetter, Column
from service_reports.documents.sections.contract_records import free_text
from service_reports.documents.sections.highlights import Point, highlights
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.records import ActionPlan
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted

PLAN_TABLE = "Hallazgos y plan de acción"
SIZE = 8.0


def write_action_plans(story: Story, frame: ReportFrame) -> None:
    """A row a plan, and which findings have none; nothing where nothing was found."""
    points = [point for point in highlights(frame.contract, frame.figures).findings if point.severity != "notice"]
    if not points:
        return
    story.group("Plan de acción")
    codes = {plan.finding for plan in frame.figures.records.plans}
    planned = [point for point in points if point.code in codes]
    unplanned = [point.code for point in points if point.code not in codes]
    story.paragraphs(frame.prose.paragraphs("action_plans", "lead_in", total=len(points), unplanned=unplanned))
    if planned:
        story.table(PLAN_TABLE, _table(frame, planned, story.width), frame.prose.paragraphs("action_plans", "source"))


def _table(frame: ReportFrame, points: Sequence[Point], width: float) -> Table:
    setter = CellSetter(SIZE)
    columns = [
        Column("Código", 46),
        Column("Hallazgo", 112),
        Column("Causa", (width - 46 - 112 - 84 - 62) * 0.4),
        Column("Acción", (width - 46 - 112 - 84 - 62) * 0.6),
        Column("Responsable", 84),
        Column("Fecha", 62),
    ]
    rows: list[list[Cell]] = []
    for point in points:
        plans = [plan for plan in frame.figures.records.plans if plan.finding == point.code]
        named: list[Cell] = [es_co.declared(point.code), setter.paragraph(markup_of(point.title))]
        for plan in plans:
            rows.append([*named, *_told(frame, plan)])
            named = ["", ""]
    return tables.ruled_table(columns, rows, size=SIZE, names=())


def _told(frame: ReportFrame, plan: ActionPlan) -> list[Cell]:
    free = free_text(frame)
    cause = free(plan.cause) if plan.cause else Quoted("")
    when: str = es_co.MISSING
    if plan.done_on is not None:
        when = Composed("Cumplida el ", es_co.table_date(plan.done_on))
    elif plan.due_on is not None:
        late = plan.due_on < frame.figures.report_date
        when = Composed("Vencida desde el " if late else "Hasta el ", es_co.table_date(plan.due_on))
    return [cause or "En estudio", free(plan.action), Quoted(plan.owner), when]
