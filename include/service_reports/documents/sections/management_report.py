"""Informe de Gestión: what was done — obligations, tickets, hour bank, recommendations."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import timedelta

from reportlab.platypus import Spacer

from service_reports.contracts.model import Contract
from service_reports.documents.engine import style
from service_reports.documents.engine.marks import quoted_markup
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.story import Story
from service_reports.documents.rendered import Attachment, RenderedDocument
from service_reports.documents.sections.action_plans import write_action_plans
from service_reports.documents.sections.annexes import write_acts, write_annexes
from service_reports.documents.sections.changes import write_changes
from service_reports.documents.sections.contract_records import (
    OBLIGATION_TABLE,
    change_control_table,
    deliverable_table,
    link_names,
    obligation_table,
    request_names,
    states_counted,
)
from service_reports.documents.sections.execution import write_execution
from service_reports.documents.sections.first_page import KEY, TITLE, first_page
from service_reports.documents.sections.follow_up import write_follow_up
from service_reports.documents.sections.glossary import fill_glossary, open_glossary
from service_reports.documents.sections.hour_bank_tables import entry_table, ledger_table, movement_table
from service_reports.documents.sections.masking import printable_summaries
from service_reports.documents.sections.recommendations import write_recommendations
from service_reports.documents.sections.report_frame import DETAIL, ReportFrame, open_frame, print_report, write_cover
from service_reports.documents.sections.requests import write_requests
from service_reports.documents.sections.service_levels import verdicts_counted, write_service_levels
from service_reports.documents.sections.ticket_tables import (
    Service,
    attention_table,
    count_table,
    count_title,
    cross_table,
    cross_title,
    cut_short,
    earlier_table,
    known_days,
    open_table,
    states_in_words,
    ticket_list,
)
from service_reports.documents.sections.trends import write_trend
from service_reports.figures.chapters.hour_bank import in_issued
from service_reports.figures.chapters.tickets import Dimension
from service_reports.figures.hour_ledger import contracted_hours
from service_reports.figures.model import HourBankFigures, HourBankLedger, PeriodFigures, TicketFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import BANK_STATES
from service_reports.wording.es_co.number_words import feminine_words
from service_reports.wording.shown import Composed, Quoted

HOUR_BANK_WORDS = "bolsa de horas"
CLASSIFIED_BY: tuple[Dimension, ...] = ("product", "module", "process", "subprocess")
ATTENTION_TABLE = "Tiempos de atención de las solicitudes del periodo, por prioridad"
EARLIER_TABLE = "Solicitudes de periodos anteriores en trámite, de la más antigua a la más reciente"


def render_management_report(
    contract: Contract, figures: PeriodFigures, attachments: Sequence[Attachment] = ()
) -> RenderedDocument:
    """Print the management report of one period as a PDF, with files inside.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    frame = open_frame("management_report", "management", contract, figures)
    return print_report(frame, management_story(frame), attachments)


def management_story(frame: ReportFrame) -> Story:
    """All that the report prints, before it is laid out."""
    story = Story()
    write_cover(story, frame, frame.contract.contractor.management_unit)
    story.contents()
    story.announce(TITLE, KEY)
    after_cover = len(story.flowables)
    write_changes(story, frame)
    _summary(story, frame)
    write_execution(story, frame)
    _obligations(story, frame)
    if frame.figures.tell_of("tickets"):
        _statistics(story, frame)
        _requests(story, frame)
        if frame.figures.warranty.total or frame.figures.warranty.left_out:
            _warranty(story, frame)
        _help_desk(story, frame)
        _continuity(story, frame)
    if frame.figures.tell_of("hour_bank"):
        _hour_bank(story, frame)
    _infrastructure_reports(story, frame)
    _recommendations(story, frame)
    story.write_detail(DETAIL, frame.shared.paragraphs("annexes", "detail"))
    glossary = open_glossary(story, frame)
    write_annexes(story, frame)
    page_one = first_page(frame, story)
    fill_glossary(story, frame, glossary, page_one)
    story.flowables[after_cover:after_cover] = page_one
    return story


def _summary(story: Story, frame: ReportFrame) -> None:
    contract, prose = frame.contract, frame.prose
    story.section("Resumen del Estado de Gestión")
    states, levels = states_counted(frame.figures), verdicts_counted(frame.figures)
    story.paragraphs(prose.paragraphs("summary", "highlights", states=states, levels=levels))
    story.paragraphs(prose.paragraphs("summary", "opening"))
    for component in contract.components:
        hour_bank = HOUR_BANK_WORDS in component.casefold()
        hours = [" (", _contracted(frame), ")"] if hour_bank else []
        story.group(Composed("Componente: ", Quoted(component), *hours))
        block = "hour_bank_component" if hour_bank else "support_component"
        story.paragraphs(prose.paragraphs("summary", block, hours=_contracted(frame)))
    if contract.platform:
        story.in_detail("Módulos de la plataforma", lambda: _platform(story, frame))
    else:
        story.paragraphs(prose.paragraphs("summary", "no_platform"))


def _platform(story: Story, frame: ReportFrame) -> None:
    for product in frame.contract.platform:
        story.group(Quoted(product.name))
        for module in product.modules:
            look = style.MODULE.clone("module-heading", keepWithNext=1)
            story.add(Paragraph(quoted_markup(module.name), look))
            story.bullets([Quoted(each) for each in module.capabilities])


def _contracted(frame: ReportFrame) -> str:
    """The hours of the contract: as the bank was read, else as the contract says them."""
    hours = frame.figures.figure("hour_bank.balance", state="contracted")
    if hours is not None:
        return es_co.counted(hours, "hora", "horas")
    told = contracted_hours(frame.contract, frame.figures)
    return Composed(es_co.declared(told), f" {es_co.agree(told, 'hora', 'horas')}")


def _obligations(story: Story, frame: ReportFrame) -> None:
    prose = frame.prose
    story.section("Obligaciones del Contratista", tells=["obligations"])
    if not frame.figures.obligations:
        story.paragraphs(prose.paragraphs("obligations", "none"))
        write_service_levels(story, frame)
        return
    standings = {each.standing for each in frame.figures.obligations}
    states = states_counted(frame.figures)
    story.paragraphs(prose.paragraphs("obligations", "lead_in", states=states, standings=standings))
    table, without_document = obligation_table(frame, story.width)
    notes = prose.paragraphs("obligations", "notes") if without_document else []
    notes += [*prose.paragraphs("obligations", "registers"), *prose.paragraphs("obligations", "source")]
    story.table(OBLIGATION_TABLE, table, notes)
    write_service_levels(story, frame)


def _counts(story: Story, frame: ReportFrame, service: Service, suffix: str, dimensions: Container[Dimension]) -> None:
    """How many requests each category of some dimensions has."""
    prose = frame.prose
    tickets = frame.figures.support if service == "support" else frame.figures.warranty
    notes = prose.paragraphs("support", "source")
    for table in tickets.tables:
        if table.rows and table.dimension in dimensions:
            story.table(f"{count_title(table)}{suffix}", count_table(frame, service, table, story.width), notes)
    story.note(prose.paragraphs("support", "percentages"))


def _crossed(story: Story, frame: ReportFrame, service: Service, suffix: str) -> None:
    """The modules of the requests by their state, where both have several."""
    tickets = frame.figures.support if service == "support" else frame.figures.warranty
    if tickets.cross is not None:
        crossed = cross_table(frame, service, tickets.cross, story.width)
        notes = frame.prose.paragraphs("support", "source")
        story.table(f"{cross_title(tickets.cross)}{suffix}", crossed, notes)


def _statistics(story: Story, frame: ReportFrame) -> None:
    support = frame.figures.support
    story.section("Solicitudes de Soporte", tells=["tickets"])
    states = states_in_words(frame, "support", support)
    story.paragraphs(frame.prose.paragraphs("support", "statistics", states=states))
    story.paragraphs(frame.prose.paragraphs("support", "days"))
    write_trend(story, frame, "tickets")
    if support.total:
        _open(story, frame)
    _earlier(story, frame)
    if support.priorities:
        _attention(story, frame)
    if support.total:
        story.group("Solicitudes según su clasificación")
        _counts(story, frame, "support", "", ("status",))
        _crossed(story, frame, "support", "")
        story.in_detail("Solicitudes por su clasificación", lambda: _counts(story, frame, "support", "", CLASSIFIED_BY))


def _open(story: Story, frame: ReportFrame) -> None:
    support, prose = frame.figures.support, frame.prose
    ages = {each.ticket_id: each.age_days for each in support.timings if each.age_days is not None}
    oldest = ages and frame.figures.needed(
        "tickets.age", service="support", ticket=max(ages, key=lambda each: ages[each])
    )
    story.group("Solicitudes en trámite")
    story.paragraphs(prose.paragraphs("support", "open", oldest=oldest))
    if support.open_tickets:
        notes = [*prose.paragraphs("support", "ages"), *prose.paragraphs("support", "source")]
        table = open_table(frame, story.width)
        story.table("Solicitudes en trámite, de la más antigua a la más reciente", table, notes)


def _attention(story: Story, frame: ReportFrame) -> None:
    prose = frame.prose
    story.group("Tiempos de atención")
    notes = [*prose.paragraphs("support", "attention"), *prose.paragraphs("support", "source")]
    story.table(ATTENTION_TABLE, attention_table(frame, story.width), notes)


def _earlier(story: Story, frame: ReportFrame) -> None:
    earlier, prose = frame.figures.earlier, frame.prose
    if earlier is None:
        return
    story.group("Solicitudes de periodos anteriores en trámite")
    story.paragraphs(prose.paragraphs("support", "earlier", earlier=earlier))
    if earlier.tickets:
        notes = [*prose.paragraphs("support", "earlier_ages"), *prose.paragraphs("support", "source")]
        story.table(EARLIER_TABLE, earlier_table(frame, earlier, story.width), notes)


def _requests(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    story.subsection("Solicitudes del Periodo")
    story.paragraphs(prose.paragraphs("support", "requests"))
    if figures.support.total:
        story.paragraphs(prose.paragraphs("support", "annex"))
        story.in_detail("Relación de las solicitudes del periodo", lambda: _support_list(story, frame))


def _support_list(story: Story, frame: ReportFrame) -> None:
    support = frame.figures.support
    table = ticket_list(frame, "support", support, printable_summaries(frame.contract, frame.figures), story.width)
    notes = [*_list_notes(frame, "support", support), *frame.prose.paragraphs("support", "source")]
    story.table("Solicitudes registradas durante el periodo", table, notes)


def _list_notes(frame: ReportFrame, service: Service, tickets: TicketFigures) -> list[str]:
    """What the columns of a list of tickets mean, as far as they need it."""
    summaries = printable_summaries(frame.contract, frame.figures)
    days = frame.prose.paragraphs("support", "list_days") if known_days(frame.figures, service) else []
    return [*days, *(frame.prose.paragraphs("support", "cut") if cut_short(tickets.tickets, summaries) else [])]


def _warranty(story: Story, frame: ReportFrame) -> None:
    prose, tickets = frame.prose, frame.figures.warranty
    story.subsection("Solicitudes en Garantía")
    story.paragraphs(prose.paragraphs("warranty", "meaning"))
    story.paragraphs(prose.paragraphs("warranty", "coverage", states=states_in_words(frame, "warranty", tickets)))
    if tickets.total:
        story.in_detail("Solicitudes atendidas en garantía", lambda: _warranty_list(story, frame))


def _warranty_list(story: Story, frame: ReportFrame) -> None:
    contract, figures, prose = frame.contract, frame.figures, frame.prose
    tickets = figures.warranty
    _counts(story, frame, "warranty", " (garantía)", ("status", *CLASSIFIED_BY))
    _crossed(story, frame, "warranty", " (garantía)")
    story.paragraphs(prose.paragraphs("warranty", "requests"))
    table = ticket_list(frame, "warranty", tickets, printable_summaries(contract, figures), story.width)
    notes = [*_list_notes(frame, "warranty", tickets), *prose.paragraphs("support", "source")]
    if any(ticket.registered_on is None for ticket in tickets.tickets):
        notes = [*prose.paragraphs("warranty", "undated"), *notes]
    story.table("Solicitudes atendidas en garantía", table, notes)


def _help_desk(story: Story, frame: ReportFrame) -> None:
    story.subsection(Quoted(frame.contract.contractor.help_desk_name))
    story.paragraphs(frame.prose.paragraphs("help_desk", "text"))


def _continuity(story: Story, frame: ReportFrame) -> None:
    story.subsection("Soporte al Terminar el Contrato")
    story.paragraphs(frame.prose.paragraphs("warranty", "continuity"))


def _hour_bank(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    bank = figures.hour_bank
    story.section("Bolsa de Horas", tells=["hour_bank"])
    if bank is None:
        story.paragraphs(prose.paragraphs("hour_bank", "unread"))
    else:
        _bank(story, frame, bank)
    write_trend(story, frame, "hour_bank")
    _change_controls(story, frame)


def _bank(story: Story, frame: ReportFrame, bank: HourBankFigures) -> None:
    prose = frame.prose
    whole = bank.contracted == bank.contracted.to_integral_value()
    words = feminine_words(int(bank.contracted)).upper() if whole else ""
    story.paragraphs(prose.paragraphs("hour_bank", "intro", bank=bank, words=words))
    story.paragraphs(prose.paragraphs("hour_bank", "balance"))
    story.add(Spacer(0, 4))
    if bank.ledger is not None:
        _ledger(story, frame, bank.ledger)
    if bank.entries:
        notes = [*prose.paragraphs("hour_bank", "source"), *prose.paragraphs("hour_bank", "request_codes")]
        story.table("Solicitudes con cargo a la bolsa de horas", entry_table(frame.figures, bank, story.width), notes)
    else:
        story.paragraphs(prose.paragraphs("hour_bank", "no_entries"))


def _change_controls(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    story.paragraphs(prose.paragraphs("hour_bank", "change_control"))
    story.paragraphs(prose.paragraphs("hour_bank", "change_controls"))
    controls = figures.change_controls
    if controls:
        notes = prose.paragraphs("hour_bank", "change_controls_source")
        story.table("Controles de cambio", change_control_table(frame, story.width), notes)
    named = request_names(frame)
    without_control = [named(request) for request in figures.without_change_control]
    story.paragraphs(
        prose.paragraphs("hour_bank", "missing_links", link_names=link_names(controls), without_control=without_control)
    )
    story.add(Spacer(0, 4))
    write_acts(story, frame)


def _ledger(story: Story, frame: ReportFrame, ledger: HourBankLedger) -> None:
    prose = frame.prose
    opened = frame.figures.period_from - timedelta(days=1)
    story.paragraphs(prose.paragraphs("hour_bank", "ledger", ledger=ledger))
    source = prose.paragraphs("hour_bank", "source")
    notes = [*prose.paragraphs("hour_bank", "ledger_rule", opened=opened), *source]
    story.table("Saldos de la bolsa de horas en el periodo", ledger_table(frame.figures, ledger, story.width), notes)
    if ledger.movements:
        notes = [*prose.paragraphs("hour_bank", "movements_note", ledger=ledger), *source]
        story.table(
            "Movimientos de la bolsa de horas en el periodo", movement_table(frame.figures, ledger, story.width), notes
        )
    story.paragraphs(
        prose.paragraphs(
            "hour_bank",
            "differences",
            ledger=ledger,
            late=list(in_issued(ledger)),
            states=BANK_STATES,
            named=request_names(frame),
        )
    )


def _infrastructure_reports(story: Story, frame: ReportFrame) -> None:
    deliverables = frame.figures.records.deliverables
    story.section("Informes y Entregables")
    story.paragraphs(frame.prose.paragraphs("infrastructure", "lead_in"))
    if deliverables:
        table = deliverable_table(deliverables, story.width)
        story.table("Entregables del periodo", table, frame.prose.paragraphs("infrastructure", "source"))


def _recommendations(story: Story, frame: ReportFrame) -> None:
    figures = frame.figures
    story.section("Limitaciones, Planes y Recomendaciones")
    usage_missing = [row.day for row in figures.usage.rows if row.state == "missing"]
    limitations = frame.prose.paragraphs("recommendations", "limitations", usage_missing=usage_missing)
    story.paragraphs(frame.prose.paragraphs("recommendations", "lead_in", limitations=limitations))
    story.paragraphs(limitations)
    write_requests(story, frame)
    write_follow_up(story, frame)
    write_action_plans(story, frame)
    story.group("Recomendaciones")
    write_recommendations(story, frame, frame.contract.recommendations.management)
