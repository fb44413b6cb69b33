"""What a mail server reports about a message it took: delivery status notifications (RFC 3464), and Exim's older text.

Pure: bytes in, facts out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from typing import Literal

from service_reports.delivery.one_line import one_line
from service_reports.foreign_text import LONGEST_TEXT, foreign_line

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
WORST_FIRST: tuple[Action, ...] = ("failed", "delayed", "expanded", "relayed", "delivered")
IN_SPANISH: dict[Action, str] = {
    "failed": "no se entregó",
    "delayed": "la entrega se demora; el servidor sigue intentando",
    "delivered": "se entregó",
    "relayed": "pasó a un servidor que no confirma la entrega",
    "expanded": "se repartió a los miembros de una lista",
}
ENCLOSING = re.compile(rb"^(content-type:\s*)message/", re.IGNORECASE | re.MULTILINE)
STATUS_PARTS = frozenset({"enclosed/delivery-status", "enclosed/global-delivery-status"})
"""The second of RFC 6533, for addresses beyond ASCII."""
HEADER_PARTS = frozenset({"text/rfc822-headers", "enclosed/global-headers"})
MESSAGE_PARTS = frozenset({"enclosed/rfc822", "enclosed/global"})
ACTION = re.compile(r"[a-z]+")
MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
HEADER_IN_TEXT = re.compile(r"^Message-ID:[ \t]*(<[^<>\s\0]+>)", re.IGNORECASE | re.MULTILINE)
BLANK_LINE = re.compile(rb"\n[ \t]*\n")
ENHANCED_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
LONGEST_DIAGNOSTIC = 300
LONGEST_ADDRESS = 254
DEEPEST = 3
"""Messages within messages that are looked into: a report, forwarded and forwarded again."""


class AsWritten(Compat32):
    """Fields as they were written: the parsers of the newer policies trip over broken ones."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The field's text; bytes that are not UTF-8 are marked."""
        return value.encode(errors="surrogateescape").decode(errors="replace")


AS_WRITTEN = AsWritten()


class NotABounce(ValueError):
    """A message that reports nothing about the delivery of another one.

    ``message_ids`` are what it names all the same: a person answers, or a server reports in its own words.
    """

    def __init__(self, detail: str, message_ids: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.message_ids = message_ids


@dataclass(frozen=True)
class RecipientStatus:
    """What became of the message for one recipient; ``status`` is an enhanced code (RFC 3463) or empty."""

    recipient: str
    action: Action
    status: str
    diagnostic: str

    def __str__(self) -> str:
        """As operators read it."""
        why = " — ".join(text for text in (self.status, self.diagnostic) if text)
        return f"{self.recipient}: {IN_SPANISH[self.action]}" + (f" ({why})" if why else "")


@dataclass(frozen=True)
class Bounce:
    """A report about one message; ``message_ids`` are what may be its ``Message-ID``, the surest first."""

    message_ids: tuple[str, ...]
    recipients: tuple[RecipientStatus, ...]

    @property
    def action(self) -> Action:
        """The worst that became of it."""
        return min((each.action for each in self.recipients), key=WORST_FIRST.index)


def read_bounce(content: bytes) -> Bounce:
    """Read a report as the mail server sent it.

    Raises:
        NotABounce: nothing in it says what became of a message.
    """
    try:
        message = _parsed(content.replace(b"\r\n", b"\n"))
        parts = tuple(_parts(message))
    except RecursionError:  # the parser calls itself for each multipart within a multipart
        raise NotABounce("tiene demasiadas partes dentro de partes") from None
    text = next((_decoded(part) for kind, part in parts if kind == "text/plain"), "")
    recipients = tuple(_statuses(parts)) or tuple(_exim_text(message, text))
    message_ids = tuple(dict.fromkeys(_message_ids(message, parts, text)))
    if not recipients:
        raise NotABounce("no es un informe de entrega (multipart/report con message/delivery-status)", message_ids)
    return Bounce(message_ids, recipients)


def _parsed(content: bytes) -> Message:
    """A message whose enclosed messages and reports stay whole.

    The parser would take them apart as they stand, but some servers encode them, which RFC 2046 lets nobody do.
    """
    return message_from_bytes(ENCLOSING.sub(rb"\1enclosed/", content), policy=AS_WRITTEN)


def _parts(message: Message, deep: int = 0) -> Iterator[tuple[str, bytes]]:
    """Type and decoded bytes of every part, and of those of enclosed messages after them."""
    for part in message.walk():
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue  # what only holds other parts
        kind, content = part.get_content_type(), content.replace(b"\r\n", b"\n")
        yield kind, content
        if kind in MESSAGE_PARTS and deep < DEEPEST:
            yield from _parts(_parsed(content), deep + 1)


def _statuses(parts: Iterable[tuple[str, bytes]]) -> Iterator[RecipientStatus]:
    for kind, content in parts:
        if kind not in STATUS_PARTS:
            continue
        for block in BLANK_LINE.split(content):
            fields = _parsed(block.lstrip())
            said = ACTION.match(_text(fields, "Action").lower())  # without what stands beside it
            action = next((each for each in WORST_FIRST if said and each == said[0]), None)
            recipient = _text(fields, "Final-Recipient") or _text(fields, "Original-Recipient")
            if action is None or not recipient:
                continue  # what the report says of the message as a whole
            yield RecipientStatus(
                (recipient.partition(";")[2].strip() or recipient)[:LONGEST_ADDRESS],
                action,
                _text(fields, "Status").partition(" ")[0],
                _text(fields, "Diagnostic-Code")[:LONGEST_DIAGNOSTIC],
            )


def _exim_text(message: Message, text: str) -> Iterator[RecipientStatus]:
    """Exim before 4.82 reports in plain text, and names who did not get it in a header."""
    for recipient in filter(None, (each.strip() for each in _text(message, "X-Failed-Recipients").split(","))):
        _, _, after = text.partition(recipient)
        said = foreign_line(after.partition("------")[0], LONGEST_DIAGNOSTIC)
        status = ENHANCED_STATUS.search(said)
        yield RecipientStatus(recipient[:LONGEST_ADDRESS], "failed", status[0] if status else "", said)


def _message_ids(message: Message, parts: Iterable[tuple[str, bytes]], text: str) -> Iterator[str]:
    for kind, content in parts:
        if kind in HEADER_PARTS or kind in MESSAGE_PARTS:
            yield from _ids(_headers(content), "Message-ID")
        elif kind in STATUS_PARTS:
            yield from _ids(_headers(content), "X-Original-Message-ID")
    for name in ("X-Original-Message-ID", "In-Reply-To", "References"):
        yield from _ids(message, name)
    yield from HEADER_IN_TEXT.findall(text)


def _headers(content: bytes) -> Message:
    """The fields at the beginning of a message, without the rest, which may be many megabytes."""
    return _parsed(BLANK_LINE.split(content.lstrip(), maxsplit=1)[0])


def _decoded(content: bytes) -> str:
    """The text of a part; what is not UTF-8 is marked."""
    return content.decode(errors="replace")


def _ids(fields: Message, name: str) -> list[str]:
    return [found for header in fields.get_all(name, []) for found in MESSAGE_ID.findall(one_line(header))]


def _text(fields: Message, name: str) -> str:
    """A field in one line, as the gate lets it in; empty where there is none."""
    return foreign_line(fields.get(name, ""), LONGEST_TEXT)
