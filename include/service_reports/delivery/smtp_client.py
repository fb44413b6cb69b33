"""A client of a mail server that trusts no answer to end, and knows which refusals only a person can mend."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.base64mime import body_encode
from typing import Any

from service_reports.delivery.answers import bound_answers
from service_reports.delivery.refusals import NotSent, RefusedForGood, login_refused, refused

CHALLENGE = 334
LOGGED_IN = frozenset({235, 503})
MOST_CHALLENGES = 5
BEARER = {
    "XOAUTH2": ("user={mailbox}\1auth=Bearer {token}\1\1", ""),
    "OAUTHBEARER": ("n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1", "\1"),
}
"""What is said in each mechanism that takes a token, the usual first, and what to the reason of a refusal."""


class MailClient(smtplib.SMTP):
    """``smtplib``'s client, with answers that are bounded and logins in UTF-8 (RFC 4616)."""

    sock: Any

    def getreply(self) -> tuple[int, bytes]:
        """Code and words of the next answer."""
        bound_answers(self)
        return super().getreply()

    def auth(
        self, mechanism: str, authobject: Callable[..., str | None], *, initial_response_ok: bool = True
    ) -> tuple[int, bytes]:
        """As ``smtplib`` does it, which however takes ASCII only."""
        first = authobject() if initial_response_ok else None
        code, words = self.docmd("AUTH", mechanism if first is None else f"{mechanism} {_encoded(first)}")
        self._auth_challenge_count = int(first is not None)
        while code == CHALLENGE and self._auth_challenge_count < MOST_CHALLENGES:
            self._auth_challenge_count += 1
            code, words = self.docmd(_encoded(authobject(_decoded(words)) or ""))
        if code not in LOGGED_IN:
            raise smtplib.SMTPAuthenticationError(code, words)
        return code, words

    def auth_cram_md5(self, challenge: bytes | None = None) -> str | None:  # type: ignore[override]
        """The answer to a challenge (RFC 2195)."""
        if challenge is None:
            return None
        return f"{self.user} {hmac.HMAC(self.password.encode(), challenge, 'md5').hexdigest()}"


class SecureMailClient(MailClient, smtplib.SMTP_SSL):
    """The same over TLS from the first byte on."""


def _encoded(text: str) -> str:
    return body_encode(text.encode(), eol="")


def _decoded(words: bytes) -> bytes:
    try:
        return base64.decodebytes(words)
    except binascii.Error:  # some servers do not encode what they ask
        return words


@dataclass(frozen=True)
class MailServer:
    """Where a mail server is and how it is spoken to: TLS at once, TLS after a greeting, or none."""

    host: str
    port: int
    timeout: float
    tls: ssl.SSLContext | None
    tls_at_once: bool = False


def connect(server: MailServer) -> MailClient:
    """A client that is connected, over TLS where the server is to be spoken to so.

    Raises:
        RefusedForGood: the server has no TLS.
        NotSent: it does not answer, turns us away, or its certificate does not hold.
    """
    client = None
    try:
        if server.tls is not None and server.tls_at_once:
            return SecureMailClient(server.host, server.port, timeout=server.timeout, context=server.tls)
        client = MailClient(server.host, server.port, timeout=server.timeout)
        if server.tls is not None:
            client.starttls(context=server.tls)
            client.ehlo()
        return client
    except smtplib.SMTPNotSupportedError as error:
        _close(client)
        raise RefusedForGood(
            "el servidor de correo no ofrece cifrado (STARTTLS)",
            "revise servidor y puerto de la conexión; para TLS desde el comienzo (puerto 465), quite `disable_ssl`",
            str(error),
        ) from None
    except smtplib.SMTPResponseException as error:
        _close(client)
        raise refused("la conexión", error.smtp_code, error.smtp_error) from error
    except ssl.SSLError as error:
        _close(client)
        raise NotSent(f"el servidor de correo no logra una conexión segura (TLS): {error}") from error
    except UnicodeError as error:
        raise RefusedForGood(
            "la dirección del servidor de correo no es ninguna",
            "corrija servidor y puerto de la conexión",
            f"{server.host}:{server.port}: {error}",
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        _close(client)
        raise NotSent(f"el servidor de correo no responde: {error}") from error


def _close(client: MailClient | None) -> None:
    if client is not None:
        client.close()


def log_in(client: MailClient, user: str, password: str) -> None:
    """Log in by name and password.

    Raises:
        RefusedForGood: refused in a way that waiting does not mend.
        NotSent: refused for now, or broken off.
    """
    with _told_as_login():
        client.login(user, password)


def log_in_by_token(client: MailClient, mailbox: str, token: str) -> None:
    """Log in by an access token of OAuth 2 (SASL XOAUTH2, or OAUTHBEARER of RFC 7628); raises as ``log_in``."""
    reasons: list[bytes] = []
    with _told_as_login(reasons):
        client.ehlo_or_helo_if_needed()
        offered = client.esmtp_features.get("auth", "").upper().split()
        mechanism = next((each for each in BEARER if each in offered), None)
        if mechanism is None:
            raise RefusedForGood(
                "el servidor de correo no admite OAuth 2 (XOAUTH2 u OAUTHBEARER)",
                "revise servidor, puerto y cifrado de la conexión, o quite `auth_type` de sus extras",
                f"AUTH {' '.join(offered)}",
            )
        host, port, *_ = client.sock.getpeername()
        name = mailbox.replace("=", "=3D").replace(",", "=2C")  # as RFC 5801 has it
        said, after_refusal = BEARER[mechanism]

        def answer(challenge: bytes | None = None) -> str:
            if not challenge:
                return said.format(mailbox=mailbox, name=name, host=host, port=port, token=token)
            reasons.append(challenge)  # why the token is refused: the refusal itself follows our next line
            return after_refusal

        # A token is longer than what RFC 4954 lets stand beside the command.
        client.auth(mechanism, answer, initial_response_ok=False)


@contextmanager
def _told_as_login(reasons: Sequence[bytes] | None = None) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        words = b" ".join([_bytes(error.smtp_error), *map(_reason, reasons or ())])
        raise login_refused(error.smtp_code, words, by_token=reasons is not None) from None
    except smtplib.SMTPNotSupportedError as error:
        raise RefusedForGood(
            "el servidor de correo no pide usuario ni clave en esta conexión (no ofrece AUTH)",
            "revise servidor, puerto y cifrado de la conexión, o quite de ella usuario y clave",
            str(error),
        ) from None
    except smtplib.SMTPResponseException as error:
        raise refused("EHLO", error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPServerDisconnected as error:
        raise NotSent(f"se cortó antes de enviar el mensaje: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"el servidor de correo no dejó entrar: {error}") from error


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


def _reason(challenge: bytes) -> bytes:
    """What a server says of a token it refuses: JSON (RFC 7628, 3.2.2) in one line, or as it came."""
    try:
        told = json.loads(challenge)
    except ValueError:
        return challenge
    if not isinstance(told, dict):
        return challenge
    return " ".join(f"{name}={value}" for name, value in told.items()).encode(errors="replace")
