"""What Airflow's web server lacks by itself: headers that browsers obey, and a limit on wrong passwords.

Loaded by the API server of every installation (``fastapi_root_middlewares``), so it imports little.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",  # the UI shows pages of its own in frames
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": "frame-ancestors 'self'; base-uri 'self'; form-action 'self'; object-src 'none'",
}
TRANSPORT_SECURITY = "max-age=31536000"
"""A year of TLS only; sent over TLS, as RFC 6797 asks."""

LOGIN_PATHS = ("/auth/token", "/auth/login")
"""Where passwords are tried: the API, with its variant for command lines, and the page."""
WRONG_PASSWORDS = "10 per 5 minutes"
"""What one address may get wrong."""
REFUSED = "Demasiadas claves equivocadas desde esta dirección\n→ espere cinco minutos y escriba la clave de nuevo\n"
UNAUTHORIZED, TOO_MANY, REDIRECTS = 401, 429, range(300, 400)


class SecurityHeaders:
    """Adds the headers to every answer that does not set them itself."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = {
            **HEADERS,
            **({"strict-transport-security": TRANSPORT_SECURITY} if scope["scheme"] == "https" else {}),
        }

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                present = {name.lower() for name, _ in given}
                added = [
                    (name.encode(), value.encode()) for name, value in wanted.items() if name.encode() not in present
                ]
                message = {**message, "headers": [*given, *added]}
            await send(message)

        await self._app(scope, receive, sent)


class WrongPasswordLimit:
    """Refuses log-ins from an address that got too many wrong, for as long as the limit says.

    The address is the one that the server was told by a proxy it trusts. Counts are kept in the
    process: each worker of the web server has its own.
    """

    def __init__(self, app: App, limit: str = WRONG_PASSWORDS) -> None:
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self._app = app
        self._limit = parse(limit)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse a log-in."""
        if scope["type"] != "http" or scope["method"] != "POST" or not _tries_a_password(scope):
            await self._app(scope, receive, send)
            return
        address = (scope.get("client") or ("unknown",))[0]
        if not self._limiter.test(self._limit, address):
            await self._refuse(send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and _was_wrong(message):
                self._limiter.hit(self._limit, address)
            await send(message)

        await self._app(scope, receive, sent)

    async def _refuse(self, send: Send) -> None:
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"retry-after", str(self._limit.get_expiry()).encode()),
        ]
        await send({"type": "http.response.start", "status": TOO_MANY, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSED.encode()})


def _tries_a_password(scope: Scope) -> bool:
    path = str(scope["path"]).removeprefix(str(scope.get("root_path") or ""))
    return path.startswith(LOGIN_PATHS)


def _was_wrong(start: Message) -> bool:
    """Whether a log-in failed: the API says so, the page leads back to itself."""
    status = int(start["status"])
    location = next((value for name, value in start.get("headers", ()) if name.lower() == b"location"), b"")
    return status == UNAUTHORIZED or (status in REDIRECTS and b"/auth/login" in location)
