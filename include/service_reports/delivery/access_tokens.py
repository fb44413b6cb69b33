"""Access tokens for a mailbox: one request to the provider's token endpoint, by client secret or service account.

Both ways are one POST whose answer is the same (RFC 6749, 5): client credentials (4.4), as Microsoft 365 takes
them, and a signed assertion (RFC 7523), as Google takes it from a service account that acts for a mailbox.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import jwt
import requests

from service_reports.delivery.refusals import OAUTH, NotSent, RefusedForGood

MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
GOOGLE = "https://oauth2.googleapis.com/token"
GOOGLE_SCOPE = "https://mail.google.com/"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LASTS = timedelta(minutes=5)
LONGEST_ANSWER_BYTES = 65536
LONGEST_ANSWER_SECONDS = 60
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
OK, REDIRECTED, BROKEN = 200, 300, 500
PASSING_STATUS = frozenset({408, 425, 429})
PASSING_ERRORS = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
SECRET_FIELDS = frozenset({"client_secret", "assertion"})
REMEDIES = (
    (r"AADSTS7000222|expired", "el secreto de la aplicación venció: cree otro y póngalo en la conexión"),
    (r"AADSTS7000215", "ponga en la conexión el valor del secreto de la aplicación, no su identificador"),
    (r"AADSTS90002|AADSTS900023", "corrija `tenant_id` en los extras de la conexión"),
    (r"invalid_client", "corrija en la conexión el identificador y el secreto de la aplicación; si venció, cree otro"),
    (r"unauthorized_client|AADSTS700016", f"autorice la aplicación a usar el correo de la entidad, {OAUTH}"),
    (r"invalid_scope", "corrija `scope` en los extras de la conexión"),
    (
        r"invalid_grant",
        "revise que la llave de la cuenta de servicio esté vigente, que el buzón exista y que el reloj esté en hora",
    ),
    (r"", f"corrija la dirección de la que se piden los permisos y lo demás de la conexión, {OAUTH}"),
)
"""What to do about a refused token, by what the endpoint says; the first that is found."""


@dataclass(frozen=True)
class TokenRequest:
    """A form that is posted to a token endpoint; it holds secrets."""

    url: str
    form: Mapping[str, str] = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be told to nobody else."""
        return tuple(self.form[name] for name in SECRET_FIELDS & self.form.keys() if self.form[name])


def by_client_secret(
    *, tenant: str, client_id: str, secret: str, scope: str = MICROSOFT_SCOPE, url: str = ""
) -> TokenRequest:
    """The request of an application for itself; ``url`` is the endpoint where it is not Microsoft's for ``tenant``."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": scope}
    return TokenRequest(url or MICROSOFT.format(tenant=quote(tenant, safe="")), form)


def by_service_account(
    key: Mapping[str, Any], mailbox: str, now: datetime, *, scope: str = GOOGLE_SCOPE, url: str = ""
) -> TokenRequest:
    """The request of a service account that acts for a mailbox; ``key`` is its JSON key file, ``now`` is aware.

    Raises:
        RefusedForGood: the key file lacks something, or its key is none.
    """
    try:
        endpoint = str(url or key.get("token_uri") or GOOGLE)
        claims = {
            "iss": key["client_email"],
            "sub": mailbox,
            "scope": scope,
            "aud": key.get("token_uri") or endpoint,
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LASTS).timestamp()),
        }
        named = {"kid": key["private_key_id"]} if key.get("private_key_id") else None
        assertion = jwt.encode(claims, key["private_key"], algorithm="RS256", headers=named)
    except (KeyError, TypeError, ValueError, AttributeError, jwt.PyJWTError) as error:
        raise RefusedForGood(
            "la llave de la cuenta de servicio no se puede leer (`keyfile_dict`)",
            "ponga en los extras de la conexión el archivo JSON de la llave, entero",
            f"falta {error}" if isinstance(error, KeyError) else type(error).__name__,
        ) from None
    return TokenRequest(endpoint, {"grant_type": JWT_BEARER, "assertion": assertion})


def access_token(request: TokenRequest, connect_timeout: float, read_timeout: float) -> str:
    """Ask for a token. It is asked once; nothing of it is kept.

    Raises:
        RefusedForGood: the endpoint refuses the application, the account or the request.
        NotSent: it does not answer, or not with a token, which may pass.
    """
    where = _endpoint(request)
    try:
        status, said = _posted(request, (connect_timeout, read_timeout))
    except (requests.RequestException, OSError) as error:
        raise NotSent(
            f"el servidor que da los permisos de OAuth 2 ({where}) no responde: {_without_secrets(str(error), request)}"
        ) from None
    answer = _json(said)
    token = answer.get("access_token")
    if status == OK and isinstance(token, str) and token.isascii() and token.isprintable():
        return token
    told = f"{status} {_told(answer, said, request)}"
    passing = status in PASSING_STATUS or answer.get("error") in PASSING_ERRORS
    if REDIRECTED <= status < BROKEN and not passing:
        raise RefusedForGood(
            f"el servidor que da los permisos de OAuth 2 ({where}) rechazó la conexión",
            next(remedy for form, remedy in REMEDIES if re.search(form, told)),
            told,
        )
    raise NotSent(f"el servidor que da los permisos de OAuth 2 ({where}) no dio ninguno: {told}")


def _endpoint(request: TokenRequest) -> str:
    """Host and port of an endpoint to which a secret may be sent."""
    try:
        endpoint = urlsplit(request.url)
        host, port = endpoint.hostname, endpoint.port
    except ValueError:
        endpoint, host, port = urlsplit(""), None, None
    if not host or endpoint.scheme not in ("http", "https"):
        raise RefusedForGood(
            "la dirección de la que se piden los permisos de OAuth 2 no es ninguna",
            "corrija `token_url` en los extras de la conexión, o quítelo",
            _without_secrets(request.url, request),
        )
    if endpoint.scheme != "https" and host not in LOOPBACK:
        raise RefusedForGood(
            "el secreto de la aplicación saldría sin cifrar",
            "escriba en los extras de la conexión una dirección que empiece por https://",
            _without_secrets(request.url, request),
        )
    return host if port is None else f"{host}:{port}"


def _posted(request: TokenRequest, timeouts: tuple[float, float]) -> tuple[int, bytes]:
    """Status and body of the answer, no more of it than any token needs."""
    until = time.monotonic() + LONGEST_ANSWER_SECONDS
    said = b""
    with requests.post(
        request.url,
        data=request.form,
        headers={"Accept": "application/json"},
        timeout=timeouts,
        allow_redirects=False,
        stream=True,
    ) as answer:
        for chunk in answer.iter_content(1024):
            said += chunk
            if len(said) > LONGEST_ANSWER_BYTES or time.monotonic() > until:
                raise OSError("la respuesta no termina")
    return answer.status_code, said


def _json(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _told(answer: Mapping[str, Any], said: bytes, request: TokenRequest) -> str:
    words = [str(answer[name]) for name in ("error", "error_description") if answer.get(name)]
    return _without_secrets(" ".join(words) or said[:200].decode(errors="replace"), request)


def _without_secrets(text: str, request: TokenRequest) -> str:
    """What an endpoint said, should it repeat what it was told."""
    for secret in request.secrets:
        text = text.replace(secret, "***")
    return text
