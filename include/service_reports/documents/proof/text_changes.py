"""The printed text of documents against that of the documents that were issued."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pypdfium2 import PdfDocument

from service_reports.documents.proof.reading import NotReadable
from service_reports.documents.proof.texts import printed_texts
from service_reports.documents.rendered import PDF, RenderedDocument
from service_reports.figures.model import EarlierTickets, PeriodFigures, TextChange

HASH = re.compile(r"[0-9a-f]{64}")
"""A SHA-256: what changes it is told of the file that it is of."""
FEW = 6
"""So many texts of a document are shown themselves; more are counted."""


def text_changes(issued: Sequence[RenderedDocument], now: Sequence[RenderedDocument]) -> tuple[TextChange, ...]:
    """What each document prints otherwise, by its file name; a text that moved to another page is the same.

    Signatures are no part of the text.
    """
    before = {document.file_name: document for document in issued}
    after = {document.file_name: document for document in now}
    found = []
    for name in dict.fromkeys([*before, *after]):
        old, new = _texts(before.get(name), after.get(name))
        if old == new:
            continue
        gone, come = list((Counter(old) - Counter(new)).elements()), list((Counter(new) - Counter(old)).elements())
        few = len(gone) + len(come) <= FEW
        found.append(
            TextChange(
                document=(after.get(name) or before[name]).title,
                gone=len(gone),
                new=len(come),
                before=tuple(gone) if few else (),
                now=tuple(come) if few else (),
            )
        )
    return tuple(found)


def as_read_then(now: PeriodFigures, issued: PeriodFigures) -> PeriodFigures:
    """The present figures as if every source had been read when it was for the issued ones, and corrected alike."""
    return now.model_copy(
        update={
            "sources": issued.sources,
            "changes": issued.changes,
            "dumps": now.dumps.model_copy(update={"listed_at": issued.dumps.listed_at}),
            "records": now.records.model_copy(
                update={"read_at": issued.records.read_at, "left_at": issued.records.left_at}
            ),
            "earlier": _seen_then(now.earlier, issued.earlier),
        }
    )


def _seen_then(now: EarlierTickets | None, issued: EarlierTickets | None) -> EarlierTickets | None:
    """Requests from before the period, with the day on which those of the same state had last been seen."""
    if now is None or issued is None:
        return now
    then = {(ticket.ticket_id, ticket.status): ticket.last_seen_at for ticket in issued.tickets}
    tickets = (
        ticket.model_copy(update={"last_seen_at": then.get((ticket.ticket_id, ticket.status), ticket.last_seen_at)})
        for ticket in now.tickets
    )
    return now.model_copy(update={"tickets": tuple(tickets)})


def _texts(issued: RenderedDocument | None, now: RenderedDocument | None) -> tuple[list[str], list[str]]:
    """The texts of both, without hashes of other files; word by word where one was issued before documents had tags."""
    both = (issued, now)
    try:
        old, new = ([] if each is None else list(_told(each)) for each in both)
    except NotReadable:
        old, new = ([] if each is None else _words(each) for each in both)
    return old, new


def _told(document: RenderedDocument) -> Iterator[str]:
    return (text.text for text in printed_texts([document]) if not HASH.fullmatch(text.text))


def _words(document: RenderedDocument) -> list[str]:
    if document.media_type != PDF:
        return [text.text for text in printed_texts([document])]
    pdf = PdfDocument(document.content)
    try:
        return [word for page in pdf for word in page.get_textpage().get_text_bounded().split()]
    finally:
        pdf.close()
