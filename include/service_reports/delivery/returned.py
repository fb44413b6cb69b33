"""The PDFs of what came back: a file itself, or what is attached to a message (``.eml``).

Pure: bytes in, files out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from itertools import islice

from service_reports.foreign_text import foreign_line

PDF = b"%PDF-"
NEAR_THE_BEGINNING = 1024
"""Readers look so far for the mark of a PDF."""
MOST_PARTS = 200
NAMELESS = "adjunto.pdf"


def returned_pdfs(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The PDFs of a file that came back, each with its name; of a message also those of messages within it."""
    if is_pdf(content):
        yield name, content
        return
    for part in islice(message_from_bytes(content).walk(), MOST_PARTS):
        attached = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(attached, bytes) and is_pdf(attached):
            yield _name(part), attached


def is_pdf(content: bytes) -> bool:
    """Whether a reader takes these bytes for a PDF."""
    return PDF in content[:NEAR_THE_BEGINNING]


def _name(part: Message) -> str:
    with suppress(Exception):  # a field that somebody wrote to be odd
        return foreign_line(part.get_filename() or "")[:200] or NAMELESS
    return NAMELESS
