"""What an issued version would print otherwise today."""

from __future__ import annotations

from collections.abc import Sequence

from service_reports.contracts.model import Contract
from service_reports.documents.kinds import render_documents
from service_reports.documents.proof.text_changes import as_read_then, text_changes
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.model import PeriodFigures, TextChange
from service_reports.figures.period import completed


def issued_text_changes(
    contract: Contract,
    issued: PeriodFigures,
    now: PeriodFigures,
    documents: Sequence[RenderedDocument],
    *,
    figures_changed: bool,
) -> tuple[TextChange, ...]:
    """What the documents of an issued version would print otherwise today, though no figure explains it.

    ``now`` are the present figures under the number and reason of the issued version,
    ``documents`` the issued files. Where figures changed, most texts follow them: then only
    what the contract or the code changed is told, by printing the issued figures anew. Where the
    contract lets out no words of people, the issued files may still hold some: texts are counted only.
    """
    anew = render_documents(contract, completed(contract, issued) if figures_changed else as_read_then(now, issued))
    found = text_changes(documents, anew)
    if contract.ticket_detail == "none":
        return tuple(change.model_copy(update={"before": (), "now": ()}) for change in found)
    return found
