"""Figures to bytes: the signed reports and acts and the ticket workbook of one period.

Pure: no database, no network, no clock. The same contract and figures give the same bytes. What is named here is loaded
when it is asked for: who only reads documents needs nothing of what prints them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service_reports.documents.issued_texts import issued_text_changes
    from service_reports.documents.kinds import crosscheck, render_documents
    from service_reports.documents.proof.language import check_language
    from service_reports.documents.proof.texts import forget_read
    from service_reports.documents.rendered import RenderedDocument, SignatureBox
    from service_reports.documents.sections.annexes import annex_label, listed_documents
    from service_reports.documents.sections.delivery_act import render_delivery_acts
    from service_reports.documents.sections.highlights import highlights
    from service_reports.documents.sections.management_report import render_management_report
    from service_reports.documents.sections.technical_report import render_technical_report
    from service_reports.documents.sections.workbook import render_ticket_workbook

__all__ = [
    "RenderedDocument",
    "SignatureBox",
    "annex_label",
    "check_language",
    "crosscheck",
    "forget_read",
    "highlights",
    "issued_text_changes",
    "listed_documents",
    "render_delivery_acts",
    "render_documents",
    "render_management_report",
    "render_technical_report",
    "render_ticket_workbook",
]
_MODULES = {
    "issued_text_changes": "issued_texts",
    "crosscheck": "kinds",
    "render_documents": "kinds",
    "check_language": "proof.language",
    "forget_read": "proof.texts",
    "RenderedDocument": "rendered",
    "SignatureBox": "rendered",
    "annex_label": "sections.annexes",
    "listed_documents": "sections.annexes",
    "render_delivery_acts": "sections.delivery_act",
    "highlights": "sections.highlights",
    "render_management_report": "sections.management_report",
    "render_technical_report": "sections.technical_report",
    "render_ticket_workbook": "sections.workbook",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(name)
    found: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
