"""Acta de Entrega: one page for each change control delivered in the period, for both parties to sign."""

from __future__ import annotations

from dataclasses import replace

from reportlab.platypus import Spacer

from service_reports.contracts.model import Contract
from service_reports.documents.engine import style, tables
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Column
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.sections.annexes import ListedDocument, hours_of, listed_documents
from service_reports.documents.sections.masking import printed_request, printed_text
from service_reports.documents.sections.report_frame import (
    ReportFrame,
    open_frame,
    plain,
    print_report,
    write_masthead,
)
from service_reports.figures.deliveries import Delivery
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted

RECORDED, UNRECORDED = "Según el contratista", "Sin registro"
WITHHELD = "En el registro de controles de cambio"
"""In the place of words that the contract does not let out."""
ROOM_FOR_ACCEPTANCE = 120.0
"""Points that the heading, its paragraph and both signature blocks take: they stay together."""


def render_delivery_acts(contract: Contract, figures: PeriodFigures) -> tuple[RenderedDocument, ...]:
    """Print the act of every delivery of the period as a PDF, in the order of the annexes.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    return tuple(
        _render(contract, figures, document, document.delivery)
        for document in listed_documents(contract, figures)
        if document.delivery is not None
    )


def _render(
    contract: Contract, figures: PeriodFigures, document: ListedDocument, delivery: Delivery
) -> RenderedDocument:
    frame = act_frame(contract, figures, document, delivery)
    return print_report(frame, act_story(frame, delivery))


def act_frame(contract: Contract, figures: PeriodFigures, document: ListedDocument, delivery: Delivery) -> ReportFrame:
    """The act to be printed: a document of its own among those of the report."""
    frame = open_frame("delivery_act", "act", contract, figures)
    return replace(
        frame,
        codes={**frame.codes, "delivery_act": document.code},
        number=act_number(delivery, figures),
        name=document.title,
    )


def act_story(frame: ReportFrame, delivery: Delivery) -> Story:
    """All that an act prints, before it is laid out."""
    request = printed_request(frame.contract, delivery)
    story = Story()
    write_masthead(story, frame, frame.contract.contractor.management_unit)
    story.add(Spacer(0, style.HALF), tables.facts_table(_identity(frame, delivery, request), story.width, size=8))
    story.add(Spacer(0, style.HALF))
    story.paragraphs(frame.prose.paragraphs("delivery_act", "purpose", delivery=delivery))
    _steps(story, delivery)
    story.section("Aceptación", ROOM_FOR_ACCEPTANCE)
    story.paragraphs(frame.prose.paragraphs("delivery_act", "acceptance", delivery=delivery))
    return story


def act_number(delivery: Delivery, figures: PeriodFigures) -> str:
    """How an act is numbered: within its report."""
    return f"{delivery.position} del informe {figures.report_number}"


def _identity(frame: ReportFrame, delivery: Delivery, request: Quoted) -> list[tuple[str, ...]]:
    contract, figures = frame.contract, frame.figures
    nit = es_co.declared(f"{contract.entity.nit}-{contract.entity.nit_check_digit}")
    number = es_co.declared(f"{contract.number} de {contract.year}")
    return [
        ("Acta No.", es_co.declared(act_number(delivery, figures)), "Fecha", es_co.long_date(figures.report_date)),
        ("Entidad", Quoted(contract.entity.name), "NIT", nit),
        ("No. Contrato", number, "Estado", Quoted(delivery.status)),
        ("Solicitud", request),
        *written_of(frame.contract, delivery),
        (
            "Horas estimadas",
            es_co.counted(hours_of(figures, delivery), "hora", "horas"),
            "En producción",
            es_co.long_date(delivery.production_date),
        ),
        ("Código", es_co.declared(frame.codes["delivery_act"])),
        # Every page names its version; of a correction it is told what it replaces and why.
        *([("Versión", plain(frame, "version"))] if figures.version > 1 else []),
    ]


WRITTEN = {
    "Qué se entrega": "deliverable",
    "Dónde se comprueba": "evidence",
    "Criterios de aceptación": "acceptance_criteria",
}
"""What the register of change controls says of a delivery in words, by what an act calls it."""


def written_of(contract: Contract, delivery: Delivery) -> list[tuple[str, str]]:
    """What is delivered, where that can be seen and by what it is accepted, as printed: the register's words, where
    else they stand, or that nobody recorded them."""
    rows: list[tuple[str, str]] = []
    for name, field in WRITTEN.items():
        text: str | None = getattr(delivery, field)
        if text is None and field == "acceptance_criteria" and delivery.specified_on is not None:
            told: str = Composed("Los del Documento de Especificación del ", es_co.table_date(delivery.specified_on))
        elif text is None:
            told = UNRECORDED
        else:
            told = printed_text(contract, text) or WITHHELD
        rows.append((name, told))
    return rows


def steps_of(delivery: Delivery) -> list[list[str]]:
    """The steps that lead to an act, as printed: name, day, and what is recorded of it."""
    steps = (
        ("Comunicado Oficial de Control de Cambio", delivery.change_code, delivery.requested_on),
        ("Aprobación de las horas", None, delivery.approved_on),
        ("Documento de Especificación", None, delivery.specified_on),
        ("Solicitud en la mesa de servicio", delivery.ticket_id, None),
    )
    return [
        [step, es_co.table_date(day), Quoted(reference) if reference else (UNRECORDED if day is None else RECORDED)]
        for step, reference, day in steps
    ]


def _steps(story: Story, delivery: Delivery) -> None:
    story.section("Trazabilidad")
    columns = [Column("Paso", 190), Column("Fecha", 80)]
    columns.append(Column("Registro", story.width - sum(column.width for column in columns)))
    story.add(tables.ruled_table(columns, steps_of(delivery)))
