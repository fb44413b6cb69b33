"""The contract in numbers, as the management report prints it: one sentence, one table, and what is to be watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reportlab.platypus import Table

from service_reports.documents.engine import tables
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Column
from service_reports.documents.sections.figure_cells import cell
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.figures.figure import Figure
from service_reports.figures.model import ExecutionFigures, PeriodFigures
from service_reports.wording.es_co import formats as es_co

EXECUTION_TITLE = "El Contrato en Cifras"
EXECUTION_TABLE = "Lo pactado y lo ejecutado"
NO_DATA = "Sin dato"
SIZE = 8.5
Write = Callable[[Figure], str]


def write_execution(story: Story, frame: ReportFrame) -> None:
    """The section; nothing where the contract names nothing of the kind."""
    told = frame.figures.execution
    if told is None:
        return
    values = {"told": told, "hours": frame.figures.tell_of("hour_bank")}
    story.section(EXECUTION_TITLE, tells=["execution"])
    story.paragraphs(frame.prose.paragraphs("execution", "judgement", **values))
    source = frame.prose.paragraphs("execution", "source", **values)
    story.table(EXECUTION_TABLE, _table(frame, told, story.width), source)
    story.paragraphs(frame.prose.paragraphs("execution", "exceptions", **values))


def _table(frame: ReportFrame, told: ExecutionFigures, width: float) -> Table:
    columns = [
        Column("Aspecto", width - 110 - 110 - 80),
        Column("Pactado", 110, "RIGHT"),
        Column("Ejecutado", 110, "RIGHT"),
        Column("Avance", 80, "RIGHT"),
    ]
    return tables.ruled_table(columns, [list(row) for row in execution_rows(frame.figures, told)], size=SIZE)


def execution_rows(figures: PeriodFigures, told: ExecutionFigures) -> Iterator[tuple[str, str, str, str]]:
    """An aspect of the contract a row: what was agreed, what was done, and which part of it that is."""

    def shown(write: Write, family: str, **parameters: object) -> str:
        return cell(figures, write, family, **parameters)

    def executed(write: Write, family: str, of: str, percent: str) -> tuple[str, str]:
        if told.known_to is None:
            return NO_DATA, NO_DATA
        return shown(write, family, of=of), shown(es_co.share, "execution.percent", of=percent)

    yield (
        "Plazo, en días",
        shown(es_co.number, "execution.days"),
        shown(es_co.number, "execution.days_elapsed"),
        shown(es_co.share, "execution.days_percent"),
    )
    if figures.hour_bank is not None:
        yield (
            "Bolsa de horas: horas consumidas",
            shown(es_co.quantity, "hour_bank.balance", state="contracted"),
            shown(es_co.quantity, "hour_bank.balance", state="consumed"),
            shown(es_co.share, "hour_bank.percent", state="consumed"),
        )
    elif figures.tell_of("hour_bank"):
        yield "Bolsa de horas: horas consumidas", NO_DATA, NO_DATA, NO_DATA
    if told.value is None and told.known_to is None:
        return
    for of, aspect in (("billed", "Cuotas facturadas"), ("paid", "Cuotas pagadas")):
        if told.instalments is not None:
            agreed = es_co.declared(told.instalments)
            yield aspect, agreed, *executed(es_co.number, "execution.instalments", of, f"instalments_{of}")
    for of, aspect in (("billed", "Valor facturado, en pesos"), ("paid", "Valor pagado, en pesos")):
        yield aspect, shown(es_co.pesos, "execution.value"), *executed(es_co.pesos, "execution.amount", of, of)
