"""How Airflow's web server comes to the page: light, as every component of Airflow loads a plugin."""

from __future__ import annotations

from typing import Any

from service_reports_airflow.web_hardening import App, Receive, Scope, Send

PREFIX = "/service-reports"
BUNDLE = f"{PREFIX[1:]}/desk.js"
"""Relative: the UI may live under a path of a proxy."""


class Desk:
    """The application of the page, loaded by the first request: only the web server ever has one."""

    def __init__(self) -> None:
        self._app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if self._app is None:
            from starlette.concurrency import run_in_threadpool

            self._app = await run_in_threadpool(_load)
        await self._app(scope, receive, send)


def _load() -> App:
    from service_reports_airflow.desk.app import app

    return app


FASTAPI_APPS: list[dict[str, Any]] = [{"name": "Informes", "app": Desk(), "url_prefix": PREFIX}]
REACT_APPS: list[dict[str, Any]] = [
    {
        "name": "Informes",
        "bundle_url": BUNDLE,
        "destination": "nav",
        "url_route": "informes",
        "nav_top_level": True,
    },
    {
        "name": "Lo que necesita a alguien",
        "bundle_url": BUNDLE,
        "destination": "dashboard",
        "url_route": "informes-inicio",
    },
]
