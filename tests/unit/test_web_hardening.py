"""Airflow's web server answers with the headers that browsers obey, and lets nobody guess passwords."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from service_reports_airflow.web_hardening import HEADERS, App, Scope, SecurityHeaders, WrongPasswordLimit

ADDRESS = ("203.0.113.7", 50000)


def answering(status: int, *headers: tuple[bytes, bytes]) -> App:
    """A server that gives the same answer to whatever is asked."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b""})

    return app


def asked(app: App, path: str = "/auth/token", method: str = "POST", **scope: Any) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to one request."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    request = {"type": "http", "method": method, "path": path, "scheme": "http", "client": ADDRESS, **scope}
    asyncio.run(app(request, receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_every_answer_has_the_headers_and_over_tls_asks_for_tls() -> None:
    app = SecurityHeaders(answering(200))
    assert asked(app)[1] == HEADERS
    assert "max-age" in asked(app, scheme="https")[1]["strict-transport-security"]


def test_a_header_that_an_answer_sets_itself_stays() -> None:
    _, headers = asked(SecurityHeaders(answering(200, (b"X-Frame-Options", b"DENY"))))
    assert headers["X-Frame-Options"] == "DENY"
    assert "x-frame-options" not in headers


WRONG = [
    pytest.param("/auth/token", answering(401), id="the API"),
    pytest.param("/auth/token/cli", answering(401), id="the command line"),
    pytest.param("/auth/login/", answering(302, (b"location", b"/auth/login/?next=x")), id="the page"),
]


@pytest.mark.parametrize(("path", "server"), WRONG)
def test_after_ten_wrong_passwords_an_address_must_wait(path: str, server: App) -> None:
    app = WrongPasswordLimit(server)
    wrong, _ = asked(server, path)
    assert [asked(app, path)[0] for _ in range(10)] == [wrong] * 10
    status, headers = asked(app, path)
    assert (status, headers["retry-after"]) == (429, "300")
    assert asked(app, path, client=("198.51.100.9", 1))[0] == wrong, "another address"
    assert asked(app, "/api/v2/dags")[0] == wrong, "what is no log-in"


@pytest.mark.parametrize("server", [answering(201), answering(302, (b"location", b"/"))])
def test_right_passwords_are_not_counted(server: App) -> None:
    app = WrongPasswordLimit(server)
    assert {asked(app)[0] for _ in range(30)} == {asked(server)[0]}
