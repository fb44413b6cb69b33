"""An incoming webhook behind an Airflow connection of type ``http``: one POST of JSON, and honestly how it ended.

``host`` is where the address begins, with ``https://``; the rest of it, which lets whoever knows it write to the chat,
is the ``password``, with no ``login``: so Airflow masks it. Extras are the provider's own, as ``timeout``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from service_reports_airflow.oci_hook import described

if TYPE_CHECKING:
    from airflow.sdk import Connection

TIMEOUT_SECONDS = 30.0
NOT_NOW = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def greet(connection_id: str) -> int:
    """Ask for where the address of a webhook begins, without what is secret of it; the status of the answer.

    Any answer shows that somebody is there. Nothing is written to the chat.

    Raises:
        NotSent: nobody answered.
        RefusedForGood: the address is none.
        ConnectionMissing: nobody has created the connection.
    """
    import requests

    from service_reports.delivery import NotSent

    at = _at(connection_id)
    timeout = float(at.extra_dejson.get("timeout", TIMEOUT_SECONDS))
    try:
        answer = requests.head(str(at.host), timeout=timeout, allow_redirects=False)
    except requests.exceptions.RequestException as error:
        raise NotSent(f"el webhook de «{connection_id}» no responde ({type(error).__name__})") from None
    return int(answer.status_code)


def _at(connection_id: str) -> Connection:
    from service_reports.delivery import RefusedForGood

    at = described(connection_id)
    if not str(at.host or "").startswith(("https://", "http://")):
        raise RefusedForGood(
            f"la conexión «{connection_id}» no tiene en `host` la dirección del webhook",
            "escríbala con https://; lo secreto de ella, como `password`, sin `login`",
        )
    return at


def post(connection_id: str, payload: Mapping[str, Any]) -> None:
    """Give a message to a webhook, once.

    Raises:
        NotSent: it was not taken: nobody answered, or who answered refused.
        DeliveryUnknown: broken off after it was handed over, or an answer that says neither.
        ConnectionMissing: nobody has created the connection.
    """
    import requests.exceptions
    from airflow.providers.http.hooks.http import HttpHook
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    from service_reports.delivery import DeliveryUnknown, NotSent, RefusedForGood
    from service_reports.delivery.refusals import PERMANENT

    at = _at(connection_id)
    timeout = at.extra_dejson.get("timeout", TIMEOUT_SECONDS)
    options = {"check_response": False, "allow_redirects": False, "timeout": timeout}
    try:
        answer = HttpHook("POST", http_conn_id=connection_id).run(
            endpoint=None if at.login else at.password,
            data=json.dumps(payload, ensure_ascii=False).encode(),  # type: ignore[arg-type]
            headers={"Content-Type": "application/json"},
            extra_options=options,
        )
    except (requests.exceptions.SSLError, requests.exceptions.ConnectTimeout) as error:
        raise NotSent(f"el webhook no responde ({type(error).__name__})") from None
    except requests.exceptions.ConnectionError as error:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, ConnectTimeoutError | NewConnectionError):
            raise NotSent(f"el webhook no responde ({type(reason).__name__})") from None
        raise DeliveryUnknown(f"la conexión se cortó mientras se enviaba ({type(error).__name__})") from None
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
        raise RefusedForGood(
            f"la dirección de la conexión «{connection_id}» no es ninguna", "corríjala", type(error).__name__
        ) from None
    except requests.exceptions.RequestException as error:  # never its words: they hold the address
        raise DeliveryUnknown(f"el webhook no terminó de responder ({type(error).__name__})") from None
    status = answer.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status in NOT_NOW:
        raise NotSent(f"el webhook no recibe por ahora: HTTP {status}")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotSent(f"el webhook no acepta el mensaje: HTTP {status}", PERMANENT)
    raise DeliveryUnknown(f"el webhook respondió con un error propio: HTTP {status}")
