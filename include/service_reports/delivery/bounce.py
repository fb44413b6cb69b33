"""What a mail server reports about a message it took: delivery status notifications (RFC 3464), and Exim's older text.

Pure: bytes in, facts out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import EmailMessage, Message
from email.policy import default
from typing import Literal

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
WORST_FIRST: tuple[Action, ...] = ("failed", "delayed", "expanded", "relayed", "delivered")
IN_SPANISH: dict[Action, str] = {
    "failed": "no se entregó",
    "delayed": "la entrega se demora; el servidor sigue intentando",
    "delivered": "se entregó",
    "relayed": "pasó a un servidor que no confirma la entrega",
    "expanded": "se repartió a los miembros de una lista",
}
MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
HEADER_IN_TEXT = re.compile(r"^Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
ENHANCED_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
LONGEST_DIAGNOSTIC = 300


class NotABounce(ValueError):
    """A message that reports nothing about the delivery of another one."""


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
    message = message_from_bytes(content, policy=default)
    recipients = tuple(_statuses(message)) or tuple(_exim_text(message))
    if not recipients:
        raise NotABounce("no es un informe de entrega (multipart/report con message/delivery-status)")
    return Bounce(tuple(dict.fromkeys(_message_ids(message))), recipients)


def _statuses(message: EmailMessage) -> Iterator[RecipientStatus]:
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in _enclosed(part):
            action = _text(fields, "Action").lower()
            recipient = _text(fields, "Final-Recipient") or _text(fields, "Original-Recipient")
            if action not in WORST_FIRST or not recipient:
                continue  # what the report says of the message as a whole
            yield RecipientStatus(
                recipient.partition(";")[2].strip() or recipient,
                action,
                _text(fields, "Status").partition(" ")[0],
                _text(fields, "Diagnostic-Code")[:LONGEST_DIAGNOSTIC],
            )


def _exim_text(message: EmailMessage) -> Iterator[RecipientStatus]:
    """Exim before 4.82 reports in plain text, and names who did not get it in a header."""
    failed = _text(message, "X-Failed-Recipients")
    if not failed:
        return
    text = _plain(message)
    for recipient in (each.strip() for each in failed.split(",")):
        _, _, after = text.partition(recipient)
        said = " ".join(after.partition("------")[0].split())[:LONGEST_DIAGNOSTIC]
        status = ENHANCED_STATUS.search(said)
        yield RecipientStatus(recipient, "failed", status[0] if status else "", said)


def _message_ids(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            yield from _ids(message_from_string(_decoded(part), policy=default), "Message-ID")
        elif part.get_content_type() == "message/rfc822":
            for enclosed in _enclosed(part):
                yield from _ids(enclosed, "Message-ID")
        elif part.get_content_type() == "message/delivery-status":
            for fields in _enclosed(part):
                yield from _ids(fields, "X-Original-Message-ID")
    for name in ("X-Original-Message-ID", "In-Reply-To", "References"):
        yield from _ids(message, name)
    yield from HEADER_IN_TEXT.findall(_plain(message))


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return "" if body is None else _decoded(body)


def _decoded(part: Message) -> str:
    """The text of a part; what its character set does not know is marked."""
    content = part.get_payload(decode=True)
    return content.decode("utf-8", errors="replace") if isinstance(content, bytes) else ""


def _enclosed(part: Message) -> list[Message]:
    """The messages, or blocks of fields, that a part encloses."""
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _ids(fields: Message, name: str) -> list[str]:
    return [found for header in fields.get_all(name, []) for found in MESSAGE_ID.findall(str(header))]


def _text(fields: Message, name: str) -> str:
    """A field in one line; empty where there is none."""
    return " ".join(str(fields.get(name, "")).split())
