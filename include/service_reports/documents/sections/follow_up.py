"""What became of the findings of the report before, as the management report tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from reportlab.platypus import Table

from service_reports.documents.engine import tables
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Cell, CellSetter, Column
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.figures.model import Followed, FollowUp
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co import labels
from service_reports.wording.shown import Composed, Quoted

FOLLOW_UP_TABLE = "Seguimiento de los hallazgos del informe anterior"
COUNTED: dict[Followed, tuple[str, str]] = {
    "open": ("sigue", "siguen"),
    "gone": ("no se encontró de nuevo", "no se encontraron de nuevo"),
    "done": ("cumplió su plan", "cumplieron su plan"),
    "unknown": ("no se puede afirmar", "no se pueden afirmar"),
}
SIZE = 8.0


def write_follow_up(story: Story, frame: ReportFrame) -> None:
    """The findings of the report before with what became of them; nothing where it had none, or was not issued."""
    followed = frame.figures.follow_ups
    previous = frame.contract.report_before(frame.report)
    if not followed or previous is None:
        return
    counts = {state: frame.figures.needed("follow_up", followed=state) for state in get_args(Followed)}
    states = [es_co.counted(count, *COUNTED[state]) for state, count in counts.items() if count.value]
    story.group("Seguimiento de los hallazgos")
    story.paragraphs(frame.prose.paragraphs("follow_up", "lead_in", previous=previous.number, states=states))
    story.table(FOLLOW_UP_TABLE, _table(frame, story.width), frame.prose.paragraphs("follow_up", "source"))


def _table(frame: ReportFrame, width: float) -> Table:
    setter = CellSetter(SIZE)
    columns = [
        Column("Código", 46),
        Column("Hallazgo", width - 46 - 74 - 170),
        Column("Desde el informe", 74),
        Column("Qué pasó", 170),
    ]
    levels = {level.id: level.name for level in frame.contract.service_levels}
    rows: list[list[Cell]] = [
        [
            es_co.declared(each.code),
            setter.paragraph(markup_of(_named(each, levels))),
            es_co.declared(each.since),
            setter.paragraph(frame.prose.sentence("follow_up", each.state, each=each)),
        ]
        for each in frame.figures.follow_ups
    ]
    return tables.ruled_table(columns, rows, size=SIZE)


def _named(each: FollowUp, levels: Mapping[str, str]) -> Composed:
    """The kind of finding, and what it is about; a service level by the contract's name for it."""
    words = labels.FINDINGS.get(each.kind) or each.kind
    subject: str = labels.SOURCES.get(each.subject) or Quoted(levels.get(each.subject, each.subject))
    about = [": ", subject] if each.subject else []
    return Composed(es_co.declaring(f"{words[0].upper()}{words[1:]}"), *about)
