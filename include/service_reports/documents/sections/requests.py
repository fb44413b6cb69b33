"""What became of what earlier reports asked the supervisor for, as the management report tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from reportlab.platypus import Table

from service_reports.documents.engine import tables
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Cell, CellSetter, Column
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.figures.model import Became, FollowedRequest, SignedDocument
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import ASKED

REQUEST_TABLE = "Seguimiento de las peticiones al supervisor"
COUNTED: dict[Became, tuple[str, str]] = {
    "open": ("sigue sin respuesta", "siguen sin respuesta"),
    "signed": ("se firmó", "se firmaron"),
    "answered": ("se respondió", "se respondieron"),
    "corrected": ("se atendió con una versión corregida", "se atendieron con una versión corregida"),
    "resolved": ("ya no hace falta", "ya no hacen falta"),
}
SIZE = 8.0


def write_requests(story: Story, frame: ReportFrame) -> None:
    """The requests of earlier reports, those that are open first; nothing where none was."""
    followed = frame.figures.requests
    if not followed:
        return
    counts = {became: frame.figures.needed("requests", became=became) for became in get_args(Became)}
    states = [es_co.counted(count, *COUNTED[became]) for became, count in counts.items() if count.value]
    story.group("Seguimiento de las peticiones")
    story.paragraphs(frame.prose.paragraphs("requests", "lead_in", states=states))
    story.table(REQUEST_TABLE, _table(frame, story.width), frame.prose.paragraphs("requests", "source"))


def in_order(followed: tuple[FollowedRequest, ...]) -> list[FollowedRequest]:
    """The requests with those that are open first, the oldest of them before the others."""
    return sorted(followed, key=lambda each: (each.became != "open", -each.days))


def _table(frame: ReportFrame, width: float) -> Table:
    setter = CellSetter(SIZE)
    columns = [
        Column("Código", 46),
        Column("Petición", 130),
        Column("Desde el informe", 74),
        Column("Qué pasó", width - 46 - 130 - 74),
    ]
    rows: list[list[Cell]] = [
        [
            es_co.declared(each.code),
            setter.paragraph(_named(each)),
            es_co.declared(each.since),
            setter.paragraph(" ".join(_became(frame, each))),
        ]
        for each in in_order(frame.figures.requests)
    ]
    return tables.ruled_table(columns, rows, size=SIZE)


def _named(each: FollowedRequest) -> str:
    words = ASKED.get(each.kind) or each.kind
    return f"{words[0].upper()}{words[1:]}"


def _became(frame: ReportFrame, each: FollowedRequest) -> Iterator[str]:
    signed: dict[SignedDocument, list[str]] = {}
    for document in each.documents:
        signed.setdefault(document.model_copy(update={"title": "", "kind": ""}), []).append(document.title)
    if each.became in ("open", "answered", "corrected", "resolved"):
        reply = each.replies[-1] if each.replies else None
        yield frame.prose.sentence("requests", each.became, each=each, reply=reply, before=each.replies[:-1])
    for how, titles in signed.items():
        if how.how or any(document.how for document in each.documents):
            yield frame.prose.sentence("requests", how.how or "unsigned", how=how, titles=titles)
