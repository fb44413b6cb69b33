"""Who the mail server lets in: by password, or by tokens of OAuth 2 for Microsoft 365 and Google."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.faults import FaultSwitch
from sandbox.mail_accounts import MailAccounts, token_endpoint
from sandbox.smtp import Conversation, MailFolder
from sandbox.supervisor import Sandbox
from service_reports.delivery import NotSent, RefusedForGood, hand_over, offer
from service_reports_airflow.mail_server import mail_server
from service_reports_airflow.steps.sending import Refused
from tests.integration.test_outbox import attempt, db, issue, mail, message, states  # noqa: F401 (a fixture)

pytestmark = pytest.mark.integration
CONNECTION = "mail_smart_tmt"
MAILBOX = "informes@smarttmt.example"
SECRET = "Cl4ve~de.aplicación"  # throw-away
MESSAGE = f"From: {MAILBOX}\r\nTo: supervisor@entidad.example\r\nMessage-ID: <1@x>\r\n\r\nhola\r\n".encode()


@pytest.fixture(scope="module")
def service_account() -> tuple[dict[str, str], str]:
    """The JSON key of a service account, and its public half."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    described = {
        "type": "service_account",
        "client_email": "informes@proyecto.iam.example",
        "private_key_id": "k1",
        "private_key": private.decode(),
    }
    return described, public.decode()


class Mail:
    """A mail server that asks who is there, its token endpoint, and the Airflow connection to them."""

    def __init__(self, accounts: MailAccounts, port: int, token_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.accounts, self.port, self.token_url, self._environment = accounts, port, token_url, monkeypatch

    def connection(self, login: str = MAILBOX, password: str | None = None, **extras: Any) -> None:
        described = {
            "conn_type": "smtp",
            "host": "127.0.0.1",
            "port": self.port,
            "login": login,
            "password": password,
            "extra": {"disable_ssl": True, "disable_tls": True, "timeout": 5, **extras},
        }
        self._environment.setenv(f"AIRFLOW_CONN_{CONNECTION.upper()}", json.dumps(described))

    def by_secret(self, **extras: Any) -> None:
        self.connection(
            **{
                "auth_type": "oauth2",
                "client_id": "app",
                "client_secret": SECRET,
                "token_url": self.token_url,
                **extras,
            }
        )

    def by_service_account(self, key: dict[str, str], **extras: Any) -> None:
        self.connection(auth_type="oauth2", keyfile_dict={"token_uri": self.token_url, **key}, **extras)


@pytest.fixture
def asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service_account: tuple[dict[str, str], str]
) -> Iterator[Mail]:
    key, public = service_account
    accounts = MailAccounts(
        passwords={MAILBOX: "Cláve ñ"},
        applications={"app": SECRET, "old": "expired"},
        service_accounts={key["client_email"]: public},
        mailboxes={MAILBOX},
    )
    loop = asyncio.new_event_loop()
    kept, faults = MailFolder(tmp_path / "mail"), FaultSwitch(None)
    server = loop.run_until_complete(
        loop.create_server(lambda: Conversation(kept, faults, accounts), host="127.0.0.1", port=0)
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with token_endpoint(accounts) as token_url:
        yield Mail(accounts, server.sockets[0].getsockname()[1], token_url, monkeypatch)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    server.close()
    loop.close()


def deliver() -> None:
    with mail_server(CONNECTION) as (client, answer_seconds):
        offer(client, MAILBOX, ["supervisor@entidad.example"])
        hand_over(client, MESSAGE, answer_seconds)


def test_a_password_with_any_letters_lets_in(asking: Mail) -> None:
    asking.connection(password="Cláve ñ")
    deliver()


def test_a_client_secret_lets_in_as_microsoft_has_it(asking: Mail) -> None:
    asking.by_secret()
    deliver()
    asking.by_secret(client_secret=None, password=SECRET)  # the secret may be the connection's password
    deliver()


def test_a_service_account_lets_in_as_google_has_it(asking: Mail, service_account: tuple[dict[str, str], str]) -> None:
    asking.by_service_account(service_account[0])
    deliver()
    asking.connection(
        auth_type="oauth2", keyfile_dict=json.dumps({"token_uri": asking.token_url, **service_account[0]})
    )
    deliver()


def test_a_server_that_knows_the_standard_mechanism_only_lets_in_too(asking: Mail) -> None:
    asking.accounts.mechanisms = ("OAUTHBEARER",)
    asking.by_secret()
    deliver()


def test_a_server_without_oauth_is_told_as_that(asking: Mail) -> None:
    asking.accounts.mechanisms = ("LOGIN", "PLAIN")
    asking.by_secret()
    with pytest.raises(RefusedForGood, match="no admite OAuth 2"):
        deliver()


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_mailbox_for_which_the_application_may_not_send_is_told_with_the_servers_reason(
    asking: Mail, mechanism: str
) -> None:
    asking.accounts.mechanisms = (mechanism,)
    asking.accounts.mailboxes.clear()
    asking.by_secret()
    with pytest.raises(RefusedForGood, match="rechazó el acceso por OAuth 2") as told:
        deliver()
    assert "permiso de enviar por el buzón" in told.value.remedy
    assert told.value.said.startswith("535 5.7.8 Authentication credentials invalid status=401")


@pytest.mark.parametrize(
    ("extras", "remedy", "said"),
    [
        ({"client_secret": "otra"}, "el valor del secreto", "400 invalid_client AADSTS7000215"),
        ({"client_id": "old"}, "venció", "400 invalid_client AADSTS7000222"),
        ({"client_id": "nobody"}, "autorice la aplicación", "400 unauthorized_client"),
        ({"scope": "mail"}, "`scope`", "400 invalid_scope"),
    ],
)
def test_an_application_that_is_refused_is_told_for_good_and_the_mail_server_is_not_asked(
    asking: Mail, extras: dict[str, str], remedy: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    asking.by_secret(**extras)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RefusedForGood, match=r"da los permisos de OAuth 2 .* rechazó la conexión") as told:
        deliver()
    assert remedy in told.value.remedy
    assert told.value.said.startswith(said)
    assert asking.accounts.asked == 1
    secret = extras.get("client_secret", SECRET)
    assert secret not in f"{told.value!r} {caplog.text}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_email": "otra@proyecto.iam.example"}, "la llave de la cuenta de servicio esté vigente"),
        ({"private_key": "ninguna"}, "el archivo JSON de la llave, entero"),
        ({"private_key": ""}, "el archivo JSON de la llave, entero"),
    ],
)
def test_a_service_account_that_is_refused_is_told_for_good(
    asking: Mail, service_account: tuple[dict[str, str], str], change: dict[str, str], said: str
) -> None:
    asking.by_service_account({**service_account[0], **change})
    with pytest.raises(RefusedForGood) as told:
        deliver()
    assert said in told.value.remedy


def test_a_mailbox_that_the_domain_did_not_delegate_is_told_for_good(
    asking: Mail, service_account: tuple[dict[str, str], str]
) -> None:
    asking.by_service_account(service_account[0], login="otro@smarttmt.example")
    with pytest.raises(RefusedForGood) as told:
        deliver()
    assert "autorice la aplicación" in told.value.remedy


@pytest.mark.parametrize(
    "answer",
    [
        (503, b"<html>busy</html>"),
        (429, b'{"error": "slow_down"}'),
        (400, b'{"error": "temporarily_unavailable"}'),
        (200, b"<html>log in to the network</html>"),
        (200, b'{"access_token": 1}'),
        (200, b'{"access_token": "a\\u0000b"}'),
        (200, b"[" * 60000),
        (200, b'{"access_token": "' + b"x" * 200_000 + b'"}'),
    ],
    ids=lambda answer: f"{answer[0]} {answer[1][:20]!r}",
)
def test_what_may_pass_is_tried_again(asking: Mail, answer: tuple[int, bytes]) -> None:
    asking.accounts.token_answer = answer
    asking.by_secret()
    with pytest.raises(NotSent, match="OAuth 2") as told:
        deliver()
    assert not told.value.permanent


def test_an_endpoint_that_does_not_answer_may_pass(asking: Mail) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    asking.by_secret(token_url=f"http://127.0.0.1:{port}/token")
    with pytest.raises(NotSent, match=rf"OAuth 2 \(127\.0\.0\.1:{port}\) no responde") as told:
        deliver()
    assert not told.value.permanent


def test_an_endpoint_that_sends_elsewhere_is_given_no_secret_there(asking: Mail) -> None:
    asking.accounts.token_answer = (302, b"")
    asking.by_secret()
    with pytest.raises(RefusedForGood, match="302"):
        deliver()
    assert asking.accounts.asked == 1


def test_a_secret_does_not_leave_unencrypted(asking: Mail) -> None:
    asking.by_secret(token_url="http://login.example/token")
    with pytest.raises(RefusedForGood, match="sin cifrar"):
        deliver()


@pytest.mark.parametrize("url", ["login.example", "https://", "https://[", "https://login.example:99999/", "ftp://x/"])
def test_an_endpoint_that_is_none_is_told_as_that(asking: Mail, url: str) -> None:
    asking.by_secret(token_url=url)
    with pytest.raises(RefusedForGood, match="no es ninguna"):
        deliver()


@pytest.mark.parametrize(
    ("extras", "lacks"),
    [
        ({"client_id": None}, "`client_id`"),
        ({"client_secret": None}, "`client_secret`"),
        ({"token_url": None}, "`tenant_id`"),
        ({"login": ""}, "`login`"),
    ],
)
def test_a_connection_that_lacks_something_says_what(asking: Mail, extras: dict[str, Any], lacks: str) -> None:
    asking.by_secret(**extras)
    with pytest.raises(RefusedForGood, match=f"le falta {lacks}"):
        deliver()


def test_a_refused_login_is_told_at_once_and_the_message_waits_for_whoever_mends_it(
    db: psycopg.Connection[Any],  # noqa: F811
    servers: Sandbox,
    asking: Mail,
) -> None:
    issued = issue(db)
    asking.accounts.refusal = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
    asking.connection(password="vieja")
    with pytest.raises(Refused) as told:
        attempt(issued)  # the first of seven tries
    what, remedy, said = str(told.value).splitlines()
    assert what == f"Conexión «{CONNECTION}»: el servidor de correo rechazó el usuario o la clave. No se envió nada"
    assert remedy.startswith("  → Microsoft 365 ya no acepta usuario y clave: configure OAuth 2")
    assert said == asking.accounts.refusal
    assert states(db, issued) == ("failed", "failed")
    assert "5.7.139" in (message(db, issued).detail or "")

    asking.by_secret()
    assert attempt(issued) is None
    assert states(db, issued) == ("sent", "sent")
    assert mail(servers) == []
