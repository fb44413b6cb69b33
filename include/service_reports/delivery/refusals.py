"""Why a message did not leave, or may not have, in Spanish; what the other end said stands last, bounded."""

from __future__ import annotations

import re

from service_reports.foreign_text import foreign_line

PERMANENT = 500
NOT_LOGGED_IN = frozenset({530, 534, 535, 538})
"""Replies that speak of the login whatever they answer (RFC 4954, 6)."""
LONGEST_SAID = 500


class NotSent(RuntimeError):
    """The server did not take the message: it may be sent again.

    ``permanent``: it said that it never will (a reply of the 500s, RFC 5321).
    """

    def __init__(self, detail: str, code: int | None = None) -> None:
        super().__init__(_bounded(detail))
        self.permanent = code is not None and code >= PERMANENT


class RefusedForGood(NotSent):
    """Nothing was sent, and trying again by itself would not change that: a person must mend ``what`` is wrong.

    ``remedy`` says how; ``said`` is what the other end said.
    """

    def __init__(self, what: str, remedy: str, said: str = "") -> None:
        super().__init__(f"{what}: {said}" if said else what, PERMANENT)
        self.what, self.remedy, self.said = what, remedy, _bounded(said)


class DeliveryUnknown(RuntimeError):
    """The connection broke after the message had been handed over, or the answer was none: it may have been taken."""

    def __init__(self, detail: str) -> None:
        super().__init__(_bounded(detail))


OAUTH = "como dice docs/server.md"
REMEDIES = (
    (
        r"smtpclientauthentication is disabled",
        "habilite en Microsoft 365 el envío por SMTP autenticado (SMTP AUTH) para ese buzón",
    ),
    (r"by token", f"dé a la aplicación permiso de enviar por el buzón de la conexión, {OAUTH}"),
    (r"5\.7\.139|basic auth", f"Microsoft 365 ya no acepta usuario y clave: configure OAuth 2 en la conexión, {OAUTH}"),
    (
        r"^538|5\.7\.11|starttls|encrypt",
        "el servidor exige cifrado: quite `disable_tls` de los extras de la conexión (o `disable_ssl`, puerto 465)",
    ),
    (
        r"^534|5\.7\.9|application-specific|app password",
        f"configure OAuth 2 en la conexión, {OAUTH}, o ponga en ella una clave de aplicación",
    ),
    (r"^530", f"ponga usuario y clave en la conexión, o configure OAuth 2, {OAUTH}"),
    (r"", f"corrija usuario y clave de la conexión; si la cuenta pide otro factor, configure OAuth 2, {OAUTH}"),
)
"""What to do about a refused login, by how the server says it; the first that is found."""


def refused(command: str, code: int, words: bytes | str) -> NotSent:
    """What a server's refusal of a command means."""
    if code in NOT_LOGGED_IN:
        return login_refused(code, words)
    return NotSent(f"el servidor rechazó {command}: {code} {_text(words)}", code)


def login_refused(code: int, words: bytes | str, *, by_token: bool = False) -> NotSent:
    """What a server's refusal of a login means: one of the 400s may pass, any other stays until somebody mends it."""
    said = f"{code} {foreign_line(_text(words))}"
    if code < PERMANENT:
        return NotSent(f"el servidor no aceptó por ahora el usuario de la conexión: {said}", code)
    what = "el servidor de correo rechazó " + ("el acceso por OAuth 2" if by_token else "el usuario o la clave")
    spoken = said.lower() + (" by token" if by_token else "")
    return RefusedForGood(what, next(remedy for form, remedy in REMEDIES if re.search(form, spoken)), said)


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words


def _bounded(text: str) -> str:
    return foreign_line(text, LONGEST_SAID)
