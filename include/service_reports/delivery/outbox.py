"""Hands a message to an SMTP server once, and says honestly how that ended."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from email import message_from_bytes
from email.utils import getaddresses

ACCEPTED = 250
WILL_FORWARD = 251


class NotSent(RuntimeError):
    """The server did not take the message: it may be sent again."""


class DeliveryUnknown(RuntimeError):
    """The connection broke after the message had been handed over: it may have been taken."""


def recipients(message: bytes) -> tuple[str, ...]:
    """The addresses of To and Cc."""
    headers = message_from_bytes(message)
    fields = [*headers.get_all("To", []), *headers.get_all("Cc", [])]
    return tuple(address for _, address in getaddresses([str(field) for field in fields]))


def hand_over(client: smtplib.SMTP, sender: str, to: Sequence[str], message: bytes) -> None:
    """Give one message to a connected client; no retry, and all recipients or none.

    Raises:
        NotSent: refused, or broken off before the message's text was sent.
        DeliveryUnknown: broken off while or after it was sent.
    """
    try:
        client.ehlo_or_helo_if_needed()
        for command, (code, answer) in (
            (f"MAIL FROM {sender}", client.mail(sender)),
            *((f"RCPT TO {address}", client.rcpt(address)) for address in to),
        ):
            if code not in (ACCEPTED, WILL_FORWARD):
                raise NotSent(f"{command} was refused: {code} {answer.decode(errors='replace')}")
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"broken off before the message was sent: {error}") from error
    try:
        code, answer = client.data(message)
    except smtplib.SMTPDataError as error:
        raise NotSent(f"DATA was refused: {error.smtp_code} {error.smtp_error!r}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryUnknown(f"the connection broke while the message was sent: {error}") from error
    if code != ACCEPTED:
        raise NotSent(f"the message was refused: {code} {answer.decode(errors='replace')}")
