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
MOST_NAMED = 5
DEEPEST = 3
"""Messages attached to messages as files."""
MESSAGE = ".eml"
BEFORE = b"\xef\xbb\xbf\r\n\t "
"""What programs that keep a message as a file write before it, which would end its header."""
NAMELESS = "adjunto.pdf"


def returned_pdfs(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The PDFs of a file that came back, each with its name; of a message also those of messages within it."""
    if is_pdf(content):
        yield name, content
        return
    for part, attached in _attached(content):
        if is_pdf(attached):
            yield _name(part) or NAMELESS, attached


def other_names(content: bytes) -> list[str]:
    """The first names of what a message brings that is no PDF: a folder that was packed, what only Outlook opens."""
    named = (_name(part) for part, attached in _attached(content) if not is_pdf(attached))
    return list(islice(dict.fromkeys(filter(None, named)), MOST_NAMED))


def is_pdf(content: bytes) -> bool:
    """Whether a reader takes these bytes for a PDF."""
    return PDF in content[:NEAR_THE_BEGINNING]


def _attached(content: bytes, depth: int = 0) -> Iterator[tuple[Message, bytes]]:
    for part in islice(message_from_bytes(content.lstrip(BEFORE)).walk(), MOST_PARTS):
        attached = None if part.is_multipart() else part.get_payload(decode=True)
        if not isinstance(attached, bytes):
            continue
        if _name(part).lower().endswith(MESSAGE) and depth < DEEPEST:
            yield from _attached(attached, depth + 1)
        else:
            yield part, attached


def _name(part: Message) -> str:
    with suppress(Exception):  # a field that somebody wrote to be odd
        return foreign_line(part.get_filename() or "")[:200]
    return ""
