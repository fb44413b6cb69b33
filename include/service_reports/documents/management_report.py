"""Informe de Gestión: what was done — obligations, tickets, hour bank, recommendations."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reportlab.platypus import Paragraph, Spacer

from service_reports.contracts.model import Contract, Obligation
from service_reports.documents import format as es_co
from service_reports.documents import style, tables
from service_reports.documents.masking import masked, printable_summaries
from service_reports.documents.number_words import feminine_words
from service_reports.documents.recommendations import write_recommendations
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.report_frame import ReportFrame, open_frame, print_report, write_cover
from service_reports.documents.story import Story, bullet
from service_reports.documents.tables import Cell, CellSetter, Column
from service_reports.documents.ticket_tables import count_table, count_title, states_in_words, ticket_list
from service_reports.figures.model import PeriodFigures, TicketFigures

OBLIGATION_SIZE = 8.0
HOUR_BANK_WORDS = "bolsa de horas"
FINISHED = "Terminado"


def render_management_report(contract: Contract, figures: PeriodFigures) -> RenderedDocument:
    """Print the management report of one period as a PDF.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    frame = open_frame("management_report", "management", contract, figures)
    story = Story()
    write_cover(story, frame, contract.contractor.management_unit)
    _summary(story, frame)
    _obligations(story, frame)
    _statistics(story, frame)
    _requests(story, frame)
    if figures.warranty.total:
        _warranty(story, frame)
    _help_desk(story, frame)
    _hour_bank(story, frame)
    _infrastructure_reports(story, frame)
    _recommendations(story, frame)
    return print_report(frame, story)


def _summary(story: Story, frame: ReportFrame) -> None:
    contract, prose = frame.contract, frame.prose
    story.section("Resumen del Estado de Gestión")
    story.paragraphs(prose.paragraphs("summary", "opening"))
    for component in contract.components:
        hour_bank = HOUR_BANK_WORDS in component.casefold()
        hours = es_co.counted(frame.figures.hour_bank.contracted, "hora", "horas")
        story.group(f"Componente: {component} ({hours})" if hour_bank else f"Componente: {component}")
        story.paragraphs(prose.paragraphs("summary", "hour_bank_component" if hour_bank else "support_component"))
    for product in contract.platform:
        story.group(product.name)
        for module in product.modules:
            look = style.MODULE.clone("module-heading", keepWithNext=1)
            story.add(Paragraph(escape(module.name), look))
            story.bullets(module.capabilities)
    if not contract.platform:
        story.paragraphs(prose.paragraphs("summary", "no_platform"))


def _obligations(story: Story, frame: ReportFrame) -> None:
    contract, prose = frame.contract, frame.prose
    story.section("Actividades Realizadas en Atención a los Compromisos Contractuales")
    if not contract.obligations:
        story.paragraphs(prose.paragraphs("obligations", "none"))
        return
    story.paragraphs(prose.paragraphs("obligations", "lead_in"))
    setter = CellSetter(OBLIGATION_SIZE)
    attested = prose.sentence("obligations", "attested")
    columns = [
        Column("No.", 26, "RIGHT"),
        Column("Compromisos contractuales", 158),
        Column("Actividades realizadas", 198),
    ]
    columns.append(Column("Productos", story.width - sum(column.width for column in columns)))
    rows: list[list[Cell]] = []
    without_evidence = False
    for obligation in sorted(contract.obligations, key=lambda each: each.number):
        activity = escape(obligation.activity)
        if obligation.attested:
            activity += f"<br/><i>{attested}.</i>"
        evidence = evidence_of(obligation, frame.codes)
        without_evidence = without_evidence or not evidence
        rows.append(
            [
                es_co.number(obligation.number),
                setter.paragraph(escape(obligation.text)),
                setter.paragraph(activity),
                setter.paragraph(_bulleted_codes(evidence, columns[-1].width - 2 * tables.PADDING)),
            ]
        )
    table = tables.ruled_table(columns, rows, size=OBLIGATION_SIZE)
    notes = prose.paragraphs("obligations", "notes") if without_evidence else []
    story.table("Compromisos contractuales, actividades realizadas y productos", table, notes)


def evidence_of(obligation: Obligation, codes: dict[str, str]) -> list[str]:
    """What shows an obligation: document codes and free texts, never the report that says so."""
    return [codes.get(item, item) for item in obligation.evidence if item != "management_report"]


def _bulleted_codes(evidence: list[str], width: float) -> str:
    lines = []
    for item in evidence:
        text = f"• {item}"
        lines.append(escape(text) if " " in item else tables.broken_code(text, width, style.REGULAR, OBLIGATION_SIZE))
    return "<br/>".join(lines) or es_co.MISSING


def _counts(story: Story, frame: ReportFrame, tickets: TicketFigures, suffix: str) -> None:
    prose = frame.prose
    notes = prose.paragraphs("support", "source")
    for table in tickets.tables:
        if table.rows:
            story.table(f"{count_title(table)}{suffix}", count_table(frame.contract, table, story.width), notes)
    story.note(prose.paragraphs("support", "percentages"))


def _statistics(story: Story, frame: ReportFrame) -> None:
    contract, support = frame.contract, frame.figures.support
    products = es_co.listed(product.name for product in contract.products)
    story.section(
        f"Estadísticas y Aspectos Relevantes del Servicio de Soporte, Mantenimiento y Asistencia Técnica - {products}"
    )
    states = states_in_words(contract, support)
    story.paragraphs(frame.prose.paragraphs("support", "statistics", states=states))
    if support.total:
        _counts(story, frame, support, "")


def _requests(story: Story, frame: ReportFrame) -> None:
    contract, figures, prose = frame.contract, frame.figures, frame.prose
    if figures.support.total:
        story.turn_landscape()
    story.subsection(
        "Solicitudes Registradas Durante el Periodo Reportado - Servicio de Soporte, Mantenimiento y Asistencia Técnica"
    )
    story.paragraphs(prose.paragraphs("support", "requests"))
    if figures.support.total:
        table = ticket_list(contract, figures.support.tickets, printable_summaries(contract, figures), story.width)
        story.table("Solicitudes registradas durante el periodo", table, prose.paragraphs("support", "source"))
        story.turn_portrait()
    story.paragraphs(prose.paragraphs("support", "annex"))
    story.paragraphs(prose.paragraphs("support", "continuity"))


def _warranty(story: Story, frame: ReportFrame) -> None:
    contract, figures, prose = frame.contract, frame.figures, frame.prose
    tickets = figures.warranty
    story.subsection("Garantía de Continuidad Institucional")
    story.paragraphs(prose.paragraphs("warranty", "meaning"))
    story.paragraphs(prose.paragraphs("warranty", "coverage", states=states_in_words(contract, tickets)))
    _counts(story, frame, tickets, " (garantía)")
    story.turn_landscape()
    story.paragraphs(prose.paragraphs("warranty", "requests"))
    table = ticket_list(contract, tickets.tickets, printable_summaries(contract, figures), story.width)
    notes = prose.paragraphs("support", "source")
    if any(ticket.registered_on is None for ticket in tickets.tickets):
        notes = [*prose.paragraphs("warranty", "undated"), *notes]
    story.table("Solicitudes atendidas en garantía", table, notes)
    story.turn_portrait()


def _help_desk(story: Story, frame: ReportFrame) -> None:
    story.subsection(frame.contract.contractor.help_desk_name)
    story.paragraphs(frame.prose.paragraphs("help_desk", "text"))


def _hour_bank(story: Story, frame: ReportFrame) -> None:
    contract, figures, prose = frame.contract, frame.figures, frame.prose
    bank = figures.hour_bank
    whole = bank.contracted == bank.contracted.to_integral_value()
    words = feminine_words(int(bank.contracted)).upper() if whole else ""
    story.section("Servicio de Paquete de Bolsa de Horas")
    story.paragraphs(prose.paragraphs("hour_bank", "intro", bank=bank, words=words))
    story.paragraphs(prose.paragraphs("hour_bank", "balance", bank=bank))
    story.add(Spacer(0, 4))
    hide = contract.ticket_detail != "full"
    entries = [entry.model_copy(update={"request": masked(entry.request)}) if hide else entry for entry in bank.entries]
    if entries:
        columns = [
            Column("Detalle Solicitud", story.width - 240),
            Column("Fecha en Producción", 90),
            Column("Horas Estimadas", 80, "RIGHT"),
            Column("Estado", 70),
        ]
        rows = [
            [
                entry.request,
                es_co.table_date(entry.production_date),
                es_co.quantity(entry.estimated_hours),
                entry.status,
            ]
            for entry in entries
        ]
        total = es_co.quantity(sum(entry.estimated_hours for entry in entries))
        table = tables.ruled_table(columns, rows, total=["Total Horas", "", total, ""])
        story.table("Solicitudes con cargo a la bolsa de horas", table, prose.paragraphs("hour_bank", "source"))
    else:
        story.paragraphs(prose.paragraphs("hour_bank", "no_entries"))
    story.paragraphs(prose.paragraphs("hour_bank", "change_control"))
    deliveries = [
        entry
        for entry in entries
        if entry.production_date and figures.period_from <= entry.production_date <= figures.period_to
    ]
    story.paragraphs(prose.paragraphs("hour_bank", "deliveries", deliveries=deliveries))
    for entry in deliveries:
        story.add(bullet(prose.sentence("hour_bank", "delivery", entry=entry)))


def _infrastructure_reports(story: Story, frame: ReportFrame) -> None:
    story.section("Informes de Gestión e Informes Cloud")
    story.paragraphs(frame.prose.paragraphs("infrastructure", "lead_in"))
    story.bullets([frame.codes["technical_report"]])


def _recommendations(story: Story, frame: ReportFrame) -> None:
    figures = frame.figures
    open_tickets = figures.support.total - sum(ticket.status == FINISHED for ticket in figures.support.tickets)
    story.section("Limitaciones, Inconvenientes y Recomendaciones")
    usage_missing = [row.day for row in figures.usage.rows if row.state == "missing"]
    limitations = frame.prose.paragraphs(
        "recommendations", "limitations", usage_missing=usage_missing, open_tickets=open_tickets
    )
    story.paragraphs(frame.prose.paragraphs("recommendations", "lead_in", limitations=limitations))
    story.paragraphs(limitations)
    write_recommendations(story, frame, frame.contract.recommendations.management)
