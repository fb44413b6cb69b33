"""The mail server behind an Airflow connection of type ``smtp``, with the fields that Airflow's own form has.

``host``, ``port``, ``login``, ``password``; extras ``disable_ssl`` (then STARTTLS), ``disable_tls``, ``ssl_context``,
``timeout``, ``answer_timeout``. With ``auth_type`` ``oauth2`` the login is the mailbox, and the extras hold
``tenant_id`` and ``client_id``, with the secret as ``client_secret`` or as the connection's password, or
``keyfile_dict``, the JSON key of a service account; ``scope`` and ``token_url`` where the provider's usual ones do
not fit. The names are those whose values Airflow masks.
"""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk.log import mask_secret

from service_reports_airflow.oci_hook import described, timeouts

if TYPE_CHECKING:
    from airflow.sdk import Connection

TIMEOUT_SECONDS = 30.0
TLS_PORT, PLAIN_PORT = smtplib.SMTP_SSL_PORT, smtplib.SMTP_PORT


@contextmanager
def mail_server(connection_id: str) -> Iterator[tuple[smtplib.SMTP, float]]:
    """A client that is connected and logged in, and how many seconds its answer to the text may take.

    Raises:
        RefusedForGood: the login, or the application that asks for it, is refused; or the connection lacks something.
        NotSent: the server, or the one that gives tokens, does not answer or refuses for now.
        ConnectionMissing: nobody has created the connection.
    """
    from service_reports.delivery import ANSWER_SECONDS
    from service_reports.delivery.smtp_client import MailServer, connect, log_in, log_in_by_token

    at = described(connection_id)
    extras = at.extra_dejson
    _need(connection_id, {"host": at.host})
    tls_at_once = not extras.get("disable_ssl", False)
    encrypted = tls_at_once or not extras.get("disable_tls", False)
    server = MailServer(
        str(at.host),
        at.port or (TLS_PORT if tls_at_once else PLAIN_PORT),
        _seconds(connection_id, extras, "timeout", TIMEOUT_SECONDS),
        _tls(extras) if encrypted else None,
        tls_at_once,
    )
    answer_seconds = _seconds(connection_id, extras, "answer_timeout", ANSWER_SECONDS)
    token = _token(connection_id, at, extras) if extras.get("auth_type") == "oauth2" else None
    with closing(connect(server)) as client:
        if token is not None:
            log_in_by_token(client, str(at.login), token)
        elif at.login and at.password:
            log_in(client, at.login, at.password)
        yield client, answer_seconds


def _seconds(connection_id: str, extras: Mapping[str, Any], name: str, default: float) -> float:
    from service_reports.delivery import RefusedForGood

    try:
        value = float(extras.get(name, default))
    except (TypeError, ValueError):
        value = 0
    if not 0 < value < float("inf"):
        raise RefusedForGood(
            f"la conexión «{connection_id}» tiene un `{name}` que no es un número de segundos",
            "corríjalo en sus extras, o quítelo",
            repr(extras[name]),
        )
    return value


def _tls(extras: Mapping[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if extras.get("ssl_context") == "none":  # as the provider's own hook has it: a server that nobody vouches for
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _token(connection_id: str, at: Connection, extras: Mapping[str, Any]) -> str:
    from service_reports.delivery.access_tokens import access_token, by_client_secret, by_service_account

    chosen = {name: str(extras[name]) for name in ("scope",) if extras.get(name)}
    url = str(extras.get("token_url") or "")
    _need(connection_id, {"login": at.login})
    if extras.get("keyfile_dict"):
        request = by_service_account(_key(extras["keyfile_dict"]), str(at.login), datetime.now(UTC), url=url, **chosen)
    else:
        password = extras.get("client_secret") or at.password
        needed = {"client_id": extras.get("client_id"), "client_secret": password}
        _need(connection_id, needed if url else {**needed, "tenant_id": extras.get("tenant_id")})
        request = by_client_secret(
            tenant=str(extras.get("tenant_id") or ""),
            client_id=str(extras["client_id"]),
            secret=str(password),
            url=url,
            **chosen,
        )
    for secret in request.secrets:
        mask_secret(secret)
    token = access_token(request, *timeouts(connection_id, extras))
    mask_secret(token)
    return token


def _key(written: object) -> Mapping[str, Any]:
    """A service account's key, which Airflow's forms keep as text."""
    try:
        key = json.loads(written) if isinstance(written, str) else written
    except ValueError:
        return {}
    return key if isinstance(key, dict) else {}


def _need(connection_id: str, fields: Mapping[str, Any]) -> None:
    from service_reports.delivery import RefusedForGood

    missing = [f"`{name}`" for name, value in fields.items() if not value]
    if missing:
        raise RefusedForGood(
            f"a la conexión «{connection_id}» le falta {', '.join(missing)}",
            "complete la conexión como dice docs/server.md",
        )
