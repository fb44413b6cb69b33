"""Hands a message to an SMTP server once, and says honestly how that ended."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from email.message import Message
from email.parser import HeaderParser
from email.utils import getaddresses, parseaddr

from service_reports.delivery.one_line import one_line

ANSWER_SECONDS = 600.0
"""How long the answer to the text is waited for: a server may look for viruses first (RFC 5321, 4.5.3.2.6)."""
ACCEPTED = 250
WILL_FORWARD = 251
PERMANENT = 500


class NotSent(RuntimeError):
    """The server did not take the message: it may be sent again.

    ``permanent``: it said that it never will (a reply of the 500s, RFC 5321).
    """

    def __init__(self, detail: str, code: int | None = None) -> None:
        super().__init__(one_line(detail))
        self.permanent = code is not None and code >= PERMANENT


class DeliveryUnknown(RuntimeError):
    """The connection broke after the message had been handed over, or the answer was none: it may have been taken."""

    def __init__(self, detail: str) -> None:
        super().__init__(one_line(detail))


def recipients(message: bytes) -> tuple[str, ...]:
    """The addresses of To and Cc."""
    headers = _headers(message)
    fields = [*headers.get_all("To", []), *headers.get_all("Cc", [])]
    return tuple(address for _, address in getaddresses([str(field) for field in fields]))


def sender(message: bytes) -> str:
    """The address of From."""
    return parseaddr(str(_headers(message)["From"]))[1]


def _headers(message: bytes) -> Message:
    """The fields of a message, whose addresses may hold letters beyond ASCII (RFC 6532)."""
    return HeaderParser().parsestr(message.partition(b"\r\n\r\n")[0].decode(errors="replace"))


def offer(client: smtplib.SMTP, by: str, to: Sequence[str]) -> None:
    """Name sender and recipients to the server of a connected client: all of them, or nobody gets the message.

    Raises:
        NotSent: refused or broken off; no text was sent.
    """
    try:
        client.ehlo_or_helo_if_needed()
        _must_accept(f"MAIL FROM {by}", client.mail(by))
        for address in to:
            _must_accept(f"RCPT TO {address}", client.rcpt(address))
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"se cortó antes de enviar el mensaje: {error}") from error


def hand_over(client: smtplib.SMTP, message: bytes, answer_seconds: float = ANSWER_SECONDS) -> None:
    """Give the message to a server that has accepted its recipients; no retry.

    Raises:
        NotSent: refused.
        DeliveryUnknown: broken off while or after it was sent, or its answer says neither yes nor no.
    """
    try:
        if client.sock is not None:
            client.sock.settimeout(answer_seconds)
        code, words = client.data(message)
    except smtplib.SMTPDataError as error:  # what it said instead of asking for the text
        raise _refused("DATA", error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryUnknown(f"la conexión se cortó mientras se enviaba el mensaje: {error}") from error
    match code // 100:  # the first digit says it all (RFC 5321, 4.2.1)
        case 2:
            return
        case 4 | 5:
            raise _refused("DATA", code, words)
    said = words.decode(errors="replace")
    raise DeliveryUnknown(f"el servidor respondió algo que no es ni sí ni no cuando recibió el mensaje: {code} {said}")


def _must_accept(command: str, answer: tuple[int, bytes]) -> None:
    code, words = answer
    if code not in (ACCEPTED, WILL_FORWARD):
        raise _refused(command, code, words)


def _refused(command: str, code: int, words: bytes | str) -> NotSent:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return NotSent(f"el servidor rechazó {command}: {code} {said}", code)
