"""What a mail server reports about a message it took: delivery status notifications (RFC 3464), and Exim's older text.

Pure: bytes in, facts out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr
from itertools import islice
from typing import Literal

from service_reports.contracts.addresses import mail_address
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
MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}@[^<>\s]{1,490}>")
ORIGINAL_ID = ("Message-ID", "X-Google-Original-Message-ID", "X-Original-Message-ID")
"""Of a returned message: a relay that gives it another one may tell what it was."""
HEADER_IN_TEXT = re.compile(r"^Message-ID:[ \t]*(<[^<>\s\0]{1,990}>)", re.IGNORECASE | re.MULTILINE)
REPORT = re.compile(r"([a-z0-9-]{1,200})/(\d{4}-\d{2})/v([1-9]\d{0,8})")
REPORT_IN_TEXT = re.compile(rf"^X-Service-Report:[ \t]*({REPORT.pattern})[ \t]*$", re.IGNORECASE | re.MULTILINE)
XTEXT = re.compile(r"\+([0-9A-F]{2})")
BLANK_LINE = re.compile(rb"\n[ \t]*\n")
ENHANCED_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
LONGEST_DIAGNOSTIC = 300
LONGEST_FIELD = 10_000
LONGEST_ADDRESS = 254
MOST_RECIPIENTS = 100
MOST_IDS = 20
DELIVERED = "2"
"""Class of the statuses that say so (RFC 3463)."""
DEEPEST = 3
"""Messages within messages that are looked into: a report, forwarded and forwarded again."""


def worst(recipients: Iterable[RecipientStatus]) -> Action:
    """The worst that became of a message for some recipients, of whom there is one at least."""
    return min((each.action for each in recipients), key=WORST_FIRST.index)


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
    """What became of the message for one recipient; ``status`` is an enhanced code (RFC 3463) or empty.

    ``original`` is the address that the message had, where the report tells that it went on to another.
    """

    recipient: str
    action: Action
    status: str
    diagnostic: str
    original: str = ""

    def __str__(self) -> str:
        """As operators read it."""
        why = " — ".join(text for text in (self.status, self.diagnostic) if text)
        return f"{self.recipient}: {IN_SPANISH[self.action]}" + (f" ({why})" if why else "")


@dataclass(frozen=True)
class Bounce:
    """A report about one message; ``message_ids`` are what may be its ``Message-ID``, the surest first.

    ``versions`` are what the ``X-Service-Report`` of the message says (contract, number, version), ``sender`` its
    ``From``, where it was returned with them.
    """

    message_ids: tuple[str, ...]
    recipients: tuple[RecipientStatus, ...]
    versions: tuple[tuple[str, str, int], ...] = ()
    sender: str = ""

    def about(self, addresses: Iterable[str]) -> tuple[RecipientStatus, ...]:
        """What became of it for those to whom it was addressed: a report may tell of others to whom it went on."""
        addressed = {each for address in addresses for each in _spellings(address)}
        return tuple(
            each for each in self.recipients if addressed & {*_spellings(each.recipient), *_spellings(each.original)}
        )

    def is_from(self, address: str) -> bool:
        """Whether the message that came back may be one of this sender; a report may keep silent about it."""
        return not self.sender or bool(_spellings(address) & _spellings(self.sender))

    @property
    def action(self) -> Action:
        """The worst that became of it."""
        return worst(self.recipients)


def read_bounce(content: bytes) -> Bounce:
    """Read a report as the mail server sent it.

    What it says of the message counts where it stands beside the report: a message within the message that came
    back was forwarded by somebody, and is not what could not be delivered.

    Raises:
        NotABounce: nothing in it says what became of a message.
    """
    try:
        message = _parsed(content.replace(b"\r\n", b"\n"))
        levels = tuple(_levels(message))
    except RecursionError:  # the parser calls itself for each multipart within a multipart
        raise NotABounce("tiene demasiadas partes dentro de partes") from None
    for level in levels:
        recipients = tuple(islice(_statuses(level.parts), MOST_RECIPIENTS))
        if recipients:
            return _bounce(level, recipients)
    recipients = tuple(islice(_exim_text(message, levels[0].text), MOST_RECIPIENTS))
    if recipients:
        return _bounce(levels[0], recipients)
    named = dict.fromkeys(each for level in levels for each in _message_ids(level))
    raise NotABounce(
        "no es un informe de entrega (multipart/report con message/delivery-status)", tuple(named)[:MOST_IDS]
    )


@dataclass(frozen=True)
class _Level:
    """A message, and type and decoded bytes of its parts, without those of the messages that it encloses."""

    message: Message
    parts: tuple[tuple[str, bytes], ...]

    @property
    def text(self) -> str:
        """Its first plain text."""
        return next((_decoded(content) for kind, content in self.parts if kind == "text/plain"), "")

    @property
    def returned(self) -> Iterator[Message]:
        """The fields of the messages that it encloses."""
        return (_headers(content) for kind, content in self.parts if kind in HEADER_PARTS | MESSAGE_PARTS)


def _bounce(level: _Level, recipients: tuple[RecipientStatus, ...]) -> Bounce:
    returned = tuple(level.returned)
    named = [_text(fields, "X-Service-Report") for fields in returned] or [
        match[0] for match in REPORT_IN_TEXT.findall(level.text)
    ]
    versions = dict.fromkeys((each[1], each[2], int(each[3])) for each in map(REPORT.fullmatch, named) if each)
    senders = (parseaddr(_text(fields, "From"))[1] for fields in returned)
    message_ids = tuple(dict.fromkeys(_message_ids(level)))[:MOST_IDS]
    return Bounce(message_ids, recipients, tuple(versions), next(filter(None, senders), ""))


def _parsed(content: bytes) -> Message:
    """A message whose enclosed messages and reports stay whole.

    The parser would take them apart as they stand, but some servers encode them, which RFC 2046 lets nobody do.
    """
    return message_from_bytes(ENCLOSING.sub(rb"\1enclosed/", content), policy=AS_WRITTEN)


def _levels(message: Message, deep: int = 0) -> Iterator[_Level]:
    """A message, and the messages that it encloses after it."""
    parts: list[tuple[str, bytes]] = []
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):  # else it only holds other parts
            parts.append((part.get_content_type(), content.replace(b"\r\n", b"\n")))
    yield _Level(message, tuple(parts))
    for kind, content in parts:
        if kind in MESSAGE_PARTS and deep < DEEPEST:
            yield from _levels(_parsed(content), deep + 1)


def _statuses(parts: Iterable[tuple[str, bytes]]) -> Iterator[RecipientStatus]:
    for kind, content in parts:
        if kind not in STATUS_PARTS:
            continue
        for block in BLANK_LINE.split(content):
            fields = _parsed(block.lstrip())
            said = ACTION.match(_text(fields, "Action").lower())  # without what stands beside it
            action = next((each for each in WORST_FIRST if said and each == said[0]), None)
            final, original = _address(fields, "Final-Recipient"), _address(fields, "Original-Recipient")
            status = _text(fields, "Status").partition(" ")[0]
            if action is None or not (final or original):
                continue  # what the report says of the message as a whole
            if action == "failed" and status.startswith(DELIVERED):
                continue  # nobody can tell what is meant
            yield RecipientStatus(
                final or original,
                action,
                status[:LONGEST_DIAGNOSTIC],
                _text(fields, "Diagnostic-Code")[:LONGEST_DIAGNOSTIC],
                original if final and original != final else "",
            )


def _address(fields: Message, name: str) -> str:
    """The address of a field like ``rfc822; supervisor@entidad.example``."""
    written = _text(fields, name)
    return (written.partition(";")[2].strip() or written).strip("<>")[:LONGEST_ADDRESS]


def _spellings(address: str) -> frozenset[str]:
    """An address as servers write it in reports: case apart, encoded (RFC 3461, 4), the domain with accents or not."""
    decoded = XTEXT.sub(lambda match: chr(int(match[1], 16)), address)
    found = set()
    for each in filter(None, (address.strip(), decoded.strip())):
        found.add(each.casefold())
        with suppress(ValueError):
            found.add(mail_address(each).casefold())
    return frozenset(found)


def _exim_text(message: Message, text: str) -> Iterator[RecipientStatus]:
    """Exim before 4.82 reports in plain text, and names who did not get it in a header."""
    for recipient in filter(None, (each.strip() for each in _text(message, "X-Failed-Recipients").split(","))):
        _, _, after = text.partition(recipient)
        said = foreign_line(after.partition("------")[0], LONGEST_DIAGNOSTIC)
        status = ENHANCED_STATUS.search(said)
        yield RecipientStatus(recipient[:LONGEST_ADDRESS], "failed", status[0] if status else "", said)


def _message_ids(level: _Level) -> Iterator[str]:
    """What the message that came back says of itself; where it is not there, what the report says of it."""
    stated = [each for fields in level.returned for name in ORIGINAL_ID for each in _ids(fields, name)]
    for kind, content in level.parts:
        if kind in STATUS_PARTS:
            stated += _ids(_headers(content), "X-Original-Message-ID")
    if not stated:
        answered = [each for name in ("X-Original-Message-ID", "In-Reply-To") for each in _ids(level.message, name)]
        # The last one: those before it are what the message that came back was an answer to.
        stated = answered or _ids(level.message, "References")[-1:] or HEADER_IN_TEXT.findall(level.text)
    yield from stated


def _headers(content: bytes) -> Message:
    """The fields at the beginning of a message, without the rest, which may be many megabytes."""
    return _parsed(BLANK_LINE.split(content.lstrip(), maxsplit=1)[0])


def _decoded(content: bytes) -> str:
    """The text of a part; what is not UTF-8 is marked."""
    return content.decode(errors="replace")


def _ids(fields: Message, name: str) -> list[str]:
    return [
        found for header in fields.get_all(name, []) for found in MESSAGE_ID.findall(one_line(header[:LONGEST_FIELD]))
    ]


def _text(fields: Message, name: str) -> str:
    """A field in one line, as the gate lets it in; empty where there is none."""
    return foreign_line(fields.get(name, ""), LONGEST_TEXT)
