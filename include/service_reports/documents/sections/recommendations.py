"""Recommendations of a report: each with who is to act on it, what moved it, and until when it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from service_reports.contracts.model import Recommendation
from service_reports.documents.engine.story import Story
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted

ENTITY_INFRASTRUCTURE = "infraestructura de la Entidad"


def write_recommendations(story: Story, frame: ReportFrame, recommendations: Sequence[Recommendation]) -> None:
    """The recommendations that still hold on the report's date, numbered; or that there are none."""
    texts = [recommendation_text(each) for each in recommendations if holds(each, frame.figures.report_date)]
    if texts:
        story.numbered(texts)
    else:
        story.paragraphs(frame.shared.paragraphs("identity", "no_recommendations"))


def holds(recommendation: Recommendation, day: date) -> bool:
    """Whether the recommendation is still printed in a report of this day."""
    return recommendation.valid_until is None or day <= recommendation.valid_until


def recommendation_text(recommendation: Recommendation) -> Composed:
    """The recommendation and its particulars as one paragraph; its words are the contract's."""
    parts: list[str] = [Quoted(recommendation.text)]
    if recommendation.limitation:
        parts[:0] = ["Limitación: ", Quoted(recommendation.limitation), " "]
    if recommendation.scope == "entity_infrastructure":
        parts.append(f" Ámbito: {ENTITY_INFRASTRUCTURE}.")
    if recommendation.owner:
        parts += [" Responsable: ", Quoted(recommendation.owner.rstrip(".")), "."]
    if recommendation.due:
        parts += [" Plazo: ", es_co.long_date(recommendation.due), "."]
    return Composed(*parts)
