"""Hands a message to an SMTP server once, and says honestly how that ended."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from email.message import Message
from email.parser import HeaderParser
from email.utils import getaddresses, parseaddr

from service_reports.delivery.answers import bound_answers
from service_reports.delivery.refusals import DeliveryUnknown, NotSent, RefusedForGood, refused

ANSWER_SECONDS = 600.0
"""How long the answer to the text is waited for: a server may look for viruses first (RFC 5321, 4.5.3.2.6)."""
ACCEPTED = 250
WILL_FORWARD = 251


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


def offer(client: smtplib.SMTP, by: str, to: Sequence[str], *, ascii_only: bool = True) -> None:
    """Name sender and recipients to the server of a connected client: all of them, or nobody gets the message.

    ``ascii_only``: the message that follows has no letters beyond ASCII in its fields.

    Raises:
        RefusedForGood: an address has such letters, and the server takes none.
        NotSent: refused or broken off; no text was sent.
    """
    beyond = [address for address in (by, *to) if not address.isascii()]
    options = [] if ascii_only and not beyond else ["SMTPUTF8", "BODY=8BITMIME"]
    try:
        bound_answers(client)
        client.ehlo_or_helo_if_needed()
        if options and not client.has_extn("smtputf8"):
            raise RefusedForGood(
                "el servidor de correo no admite letras con tilde ni `ñ` antes de la arroba (SMTPUTF8)",
                "escriba en el contrato otra dirección de la misma persona, o use un servidor que las admita",
                ", ".join(beyond),
            )
        _must_accept(f"MAIL FROM {by}", client.mail(by, options))
        for address in to:
            _must_accept(f"RCPT TO {address}", client.rcpt(address))
    except smtplib.SMTPHeloError as error:
        raise refused("EHLO", error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"se cortó antes de enviar el mensaje: {error}") from error


def hand_over(client: smtplib.SMTP, message: bytes, answer_seconds: float = ANSWER_SECONDS) -> None:
    """Give the message to a server that has accepted its recipients; no retry.

    Raises:
        NotSent: refused.
        DeliveryUnknown: broken off while or after it was sent, or its answer says neither yes nor no.
    """
    try:
        bound_answers(client)
        if client.sock is not None:
            client.sock.settimeout(answer_seconds)
        code, words = client.data(message)
    except smtplib.SMTPDataError as error:  # what it said instead of asking for the text
        raise refused("DATA", error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryUnknown(f"la conexión se cortó mientras se enviaba el mensaje: {error}") from error
    match code // 100:  # the first digit says it all (RFC 5321, 4.2.1)
        case 2:
            return
        case 4 | 5:
            raise refused("DATA", code, words)
    said = words.decode(errors="replace")
    raise DeliveryUnknown(f"el servidor respondió algo que no es ni sí ni no cuando recibió el mensaje: {code} {said}")


def _must_accept(command: str, answer: tuple[int, bytes]) -> None:
    code, words = answer
    if code not in (ACCEPTED, WILL_FORWARD):
        raise refused(command, code, words)
