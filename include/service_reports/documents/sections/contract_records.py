"""Tables of what the contract's records show: obligations, change controls, deliverables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, get_args

from reportlab.platypus import Table

from service_reports.documents.engine import style, tables
from service_reports.documents.engine.marks import as_quotation, as_value, markup_of, quoted_markup
from service_reports.documents.engine.story import LINK_COLOR
from service_reports.documents.engine.tables import Cell, CellSetter, Column
from service_reports.documents.sections.annexes import listed_documents
from service_reports.documents.sections.masking import printed_request, printed_text, request_name
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.documents.sections.ticket_tables import states_in_words, title
from service_reports.figures.figure import Figure
from service_reports.figures.model import (
    ChangeControl,
    ChangeLink,
    DeliverableFigures,
    Evidence,
    ObligationFact,
    ObligationFigures,
    ObligationStanding,
    PeriodFigures,
    Standing,
)
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted, Shown

OBLIGATION_SIZE = 8.0
FIRST_PAGE = "first-page"
"""Where the findings stand."""
RECORD_SIZE = 7.5
STATES: dict[ObligationStanding, str] = {
    "unmet": "No cumplida",
    "measured": "Medida",
    "recorded": "Registrada",
    "declared": "Declarada",
    "partial": "Pendiente en parte",
    "pending": "Pendiente",
    "not_due": "Aún no exigible",
}
COUNTED_STATES: dict[ObligationStanding, tuple[str, str]] = {
    "unmet": ("no cumplida", "no cumplidas"),
    "measured": ("medida", "medidas"),
    "recorded": ("registrada", "registradas"),
    "declared": ("declarada", "declaradas"),
    "partial": ("pendiente en parte", "pendientes en parte"),
    "pending": ("pendiente", "pendientes"),
    "not_due": ("aún no exigible", "aún no exigibles"),
}
SHOWN = frozenset({"measured", "recorded", "declared", "not_due"})
"""What asks for nothing."""
STANDINGS: dict[Standing, str] = {
    "with_report": "Con este informe",
    "on_time": "Envío oportuno",
    "late": "Envío tardío",
    "sent": "Envío registrado",
    "overdue": "Vencido, sin envío",
    "to_send": "Por enviar",
}
LINKS: dict[ChangeLink, str] = {
    "approval": "la aprobación",
    "specification": "la especificación",
    "ticket": "la solicitud en la mesa de servicio",
    "act": "el acta",
}
LACKING = "Falta"
WITH_REPORT = "Anexo"
"""In the place of an act's date: it is among the annexes of this report."""
OBLIGATION_TABLE = "Obligaciones, actividades realizadas y productos"
RECORDS_NOTE = "Registros del contrato:"
"""How the note under the table of obligations begins."""
REGISTERS = {
    "consultations": ("consultations", "consultas"),
    "force_majeure": ("force_majeure", "fuerza mayor"),
    "security_incidents": ("incidents", "incidentes"),
    "claims": ("incidents", "incidentes"),
}
TECHNICAL = frozenset({"availability", "backups", "usage"})


def free_text(frame: ReportFrame) -> Callable[[str], Quoted]:
    """How a text that people wrote is printed; empty where the contract prints none."""
    return lambda text: printed_text(frame.contract, text)


def request_names(frame: ReportFrame) -> Callable[[str], Quoted]:
    """How a request of the hour bank is named."""
    return lambda request: request_name(frame.contract, request)


def states_counted(figures: PeriodFigures) -> list[str]:
    """``17 registrados``, ``3 pendientes`` …, states without obligations left out."""
    counts = {standing: obligations_standing(figures, standing) for standing in STATES}
    return [es_co.counted(count, *COUNTED_STATES[state]) for state, count in counts.items() if count.value]


def obligations_standing(figures: PeriodFigures, standing: ObligationStanding) -> Figure:
    """How many obligations stand so."""
    if standing in get_args(Evidence):
        return figures.needed("obligations.supported_by", evidence=standing)
    return figures.needed("obligations.standing", standing=standing)


def activity(frame: ReportFrame, obligation: ObligationFigures) -> str:
    """What is said of an obligation, as mark-up: one sentence or more a fact, from what the fact holds."""
    figures = frame.figures
    values: dict[str, Any] = {
        "obligation": obligation,
        "free": free_text(frame),
        "ticket_states": states_in_words(frame, "support", figures.support),
        "months_missing": [es_co.month(month) for month in figures.records.months_missing],
    }
    sentences = []
    for fact in obligation.facts:
        block: str = fact.kind
        if fact.kind in REGISTERS and fact.state == "pending":
            block = "unread"
            values["register"], values["register_name"] = REGISTERS[fact.kind]
        about, block = ("service_levels", "obligation") if fact.kind == "service_levels" else ("obligations", block)
        sentences.append(frame.prose.sentence(about, block, fact=fact, **values))
    return "<br/>".join(sentence for sentence in sentences if sentence)


def evidence_of(frame: ReportFrame, obligation: ObligationFigures) -> list[str]:
    """The documents that show an obligation, each once; never the report that says so."""
    found: dict[str, None] = {}
    for fact in obligation.facts:
        found |= dict.fromkeys(_evidence(frame, fact))
    return list(found)


def _evidence(frame: ReportFrame, fact: ObligationFact) -> list[str]:
    proofs = frame.figures.records.social_security
    if fact.kind == "deliverables":
        return [Quoted(each.code) for each in fact.deliverables if each.sent_on is not None]
    if fact.kind == "social_security":
        return [Composed(Quoted(proof.kind), " No. ", Quoted(proof.document_number)) for proof in proofs]
    if fact.state != "recorded":
        return []
    if fact.kind == "attestation":
        assert fact.attestation is not None
        given = fact.attestation
        return [Composed("Constancia (", Quoted(given.role), "), ", es_co.table_date(given.attested_on))]
    if fact.kind == "reports":
        return [annex_of(frame, "technical_report"), annex_of(frame, "ticket_workbook")]
    if fact.kind in ("tickets", "hour_bank"):
        return [annex_of(frame, "ticket_workbook")]
    return [annex_of(frame, "technical_report")] if fact.kind in TECHNICAL else []


def annex_of(frame: ReportFrame, kind: str) -> str:
    """How a document of the delivery is named beside what it shows: ``Informe Técnico (Anexo 1)``."""
    [document] = [each for each in listed_documents(frame.contract, frame.figures) if each.kind == kind]
    return Composed(document.title, " (", es_co.declaring(document.label.replace(" ", "\u00a0")), ")")


def obligation_table(frame: ReportFrame, width: float) -> tuple[Table, bool]:
    """The obligations with what shows them and their state, and whether one has no document."""
    setter = CellSetter(OBLIGATION_SIZE)
    columns = [
        Column("No.", 26, "RIGHT"),
        Column("Obligaciones", 136),
        Column("Actividades realizadas", 172),
        Column("Productos", width - 26 - 136 - 172 - 76),
        Column("Soporte", 76),
    ]
    rows: list[list[Cell]] = []
    without_document = False
    for obligation in frame.figures.obligations:
        evidence = evidence_of(frame, obligation)
        without_document = without_document or not evidence
        rows.append(
            [
                es_co.declared(obligation.number),
                setter.paragraph(quoted_markup(obligation.text)),
                setter.paragraph(activity(frame, obligation)),
                setter.paragraph(_bulleted(evidence, columns[3].width - 2 * tables.PADDING)),
                setter.paragraph(_state(obligation)),
            ]
        )
    return tables.ruled_table(columns, rows, size=OBLIGATION_SIZE), without_document


def _state(obligation: ObligationFigures) -> str:
    """How it stands, as mark-up, and what of the findings of page one touches it."""
    told = STATES[obligation.standing]
    if obligation.standing not in SHOWN:
        told = f"<b>{told}</b>"
    if not obligation.findings:
        return told
    codes = markup_of(es_co.joined(map(es_co.declared, obligation.findings), ", "))
    return f'{told}<br/>con <a href="#{FIRST_PAGE}" color="{LINK_COLOR}">novedad</a>: {codes}'


def _bulleted(evidence: list[str], width: float) -> str:
    """Documents as mark-up, one below the other; a code breaks at its marks, after the dot before it."""
    return "<br/>".join(f"• {_document(item, width)}" for item in evidence) or es_co.MISSING


def _document(item: str, width: float) -> str:
    if " " in item:
        return markup_of(item)
    first, *rest = tables.broken_code(f"• {item}", width, style.REGULAR, OBLIGATION_SIZE).split("<br/>")
    lines = [first.removeprefix("• "), *rest]
    if isinstance(item, Shown):
        return "<br/>".join(as_value(line, item) for line in lines)
    return as_quotation("<br/>".join(lines))


def change_control_table(frame: ReportFrame, width: float) -> Table:
    """Every change control from request to act; a link that is not recorded is named."""
    columns = [
        Column("Código", 62),
        Column("Solicitud", width - 62 - 4 * 50 - 58 - 2 * 44),
        Column("Solicitado", 50),
        Column("Aprobado", 50),
        Column("Especificado", 50),
        Column("En la mesa", 58),
        Column("Acta", 50),
        *(Column(title(family), 44, "RIGHT") for family in CHARGED),
    ]
    rows = [
        [Quoted(control.code), printed_request(frame.contract, control), *link_cells(frame.figures, control)]
        for control in frame.figures.change_controls
    ]
    return tables.ruled_table(columns, rows, size=RECORD_SIZE)


CHARGED = ("change_control.estimated", "change_control.charged")
"""What is told of a change control, in the order of the columns."""


def link_cells(figures: PeriodFigures, control: ChangeControl) -> list[str]:
    """A change control's dates, ticket and hours as they are printed."""

    def day_or_lacking(day: date | None) -> str:
        return LACKING if day is None else es_co.table_date(day)

    return [
        es_co.table_date(control.requested_on),
        day_or_lacking(control.approved_on),
        day_or_lacking(control.specified_on),
        Quoted(control.ticket_id) if control.ticket_id else LACKING,
        WITH_REPORT if control.act_with_report else day_or_lacking(control.delivered_on),
        *(es_co.quantity(figures.figure(family, code=control.code)) for family in CHARGED),
    ]


def link_names(controls: tuple[ChangeControl, ...]) -> dict[str, list[str]]:
    """The missing links of each change control in words, by its code."""
    return {control.code: [LINKS[link] for link in control.missing] for control in controls}


def deliverable_table(deliverables: tuple[DeliverableFigures, ...], width: float) -> Table:
    """What was owed and handed over, with both dates."""
    columns = [
        Column("Código", width - 80 - 100 - 2 * 56 - 74),
        Column("Clase", 80),
        Column("Destinatario", 100),
        Column("Fecha pactada", 56),
        Column("Fecha de envío", 56),
        Column("Situación", 74),
    ]
    rows = [
        [
            Quoted(each.code),
            Quoted(each.kind),
            Quoted(each.addressee),
            es_co.table_date(each.due_on),
            es_co.table_date(each.sent_on),
            STANDINGS[each.standing],
        ]
        for each in deliverables
    ]
    return tables.ruled_table(columns, rows, size=RECORD_SIZE)
