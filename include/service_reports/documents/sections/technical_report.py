"""Informe Técnico: the infrastructure — use, metrics, backups, availability."""

from __future__ import annotations

from collections.abc import Sequence

from service_reports.contracts.model import Contract
from service_reports.documents.engine.story import Story
from service_reports.documents.rendered import Attachment, RenderedDocument
from service_reports.documents.sections.annexes import write_annexes
from service_reports.documents.sections.changes import write_changes
from service_reports.documents.sections.first_page import KEY, TITLE, first_page
from service_reports.documents.sections.glossary import fill_glossary, open_glossary
from service_reports.documents.sections.recommendations import write_recommendations
from service_reports.documents.sections.report_frame import DETAIL, ReportFrame, open_frame, print_report, write_cover
from service_reports.documents.sections.technical import SECTIONS
from service_reports.figures.model import PeriodFigures
from service_reports.wording.shown import Quoted


def render_technical_report(
    contract: Contract, figures: PeriodFigures, attachments: Sequence[Attachment] = ()
) -> RenderedDocument:
    """Print the technical report of one period as a PDF, with files inside.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    frame = open_frame("technical_report", "technical", contract, figures)
    story = Story()
    write_cover(story, frame, contract.contractor.technical_unit)
    story.contents()
    story.announce(TITLE, KEY)
    after_cover = len(story.flowables)
    write_changes(story, frame)
    write_sections(story, frame)
    glossary = open_glossary(story, frame)
    write_annexes(story, frame)
    page_one = first_page(frame, story)
    fill_glossary(story, frame, glossary, page_one)
    story.flowables[after_cover:after_cover] = page_one
    return print_report(frame, story, attachments)


def write_sections(story: Story, frame: ReportFrame) -> None:
    """What is this report's own: everything between the changes of a correction and the glossary."""
    _summary(story, frame)
    for section in SECTIONS:
        section.write_where_named(story, frame)
    _recommendations(story, frame)
    story.write_detail(DETAIL, frame.shared.paragraphs("annexes", "detail"))


def _summary(story: Story, frame: ReportFrame) -> None:
    story.section("Resumen del Estado de Gestión")
    story.paragraphs(frame.prose.paragraphs("summary", "highlights"))
    story.paragraphs(frame.prose.paragraphs("summary", "opening"))


def _recommendations(story: Story, frame: ReportFrame) -> None:
    recommendations = frame.contract.recommendations
    story.section("Recomendaciones y Observaciones")
    write_recommendations(story, frame, recommendations.technical)
    if recommendations.conditions:
        story.group("Condiciones que declara el contratista")
        story.paragraphs(frame.shared.paragraphs("identity", "conditions"))
        story.bullets([Quoted(each) for each in recommendations.conditions])
