"""What a mail server says is bounded in length and time, and a refusal says whether anybody need try again."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from service_reports.delivery import DeliveryUnknown, NotSent, RefusedForGood, hand_over, offer
from service_reports.delivery.smtp_client import MailClient, MailServer, connect, log_in, log_in_by_token

MESSAGE = b"From: a@example.com\r\nTo: b@example.com\r\n\r\ntext\r\n"
Answer = bytes | Callable[[socket.socket], None]


@contextmanager
def saying(*answers: Answer, greeting: Answer = b"220 ready\r\n") -> Iterator[tuple[int, list[str]]]:
    """A server that answers one line after the other in this way, whatever they are."""
    heard: list[str] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with suppress(OSError), closing(connection), connection.makefile("rb") as stream:
            for answer in (greeting, *answers):
                if answer is not greeting:
                    line = stream.readline()
                    if not line:
                        return
                    heard.append(line.decode().strip())
                answer(connection) if callable(answer) else connection.sendall(answer)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(5)


def client_of(port: int, timeout: float = 5) -> MailClient:
    return connect(MailServer("127.0.0.1", port, timeout, None))


def endless_lines(connection: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(b"250-" + b"x" * 60 + b"\r\n")


def endless_line(connection: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(b"2" * 4096)


def drop_by_drop(connection: socket.socket) -> None:
    with suppress(OSError):
        for _ in range(200):
            connection.sendall(b"2")
            time.sleep(0.05)


ENDLESS = pytest.mark.parametrize("endless", [endless_lines, endless_line, drop_by_drop])


@ENDLESS
def test_a_greeting_without_end_is_given_up(endless: Answer) -> None:
    with saying(greeting=endless) as (port, _):
        began = time.monotonic()
        with pytest.raises(NotSent, match=r"el servidor de correo no responde: .*(pasa de|no termina|timed out)"):
            client_of(port, timeout=0.5)
    assert time.monotonic() - began < 4


@ENDLESS
def test_an_answer_without_end_is_given_up_and_nothing_was_sent(endless: Answer) -> None:
    with (
        saying(endless) as (port, _),
        closing(client_of(port, timeout=0.5)) as client,
        pytest.raises(NotSent, match="se cortó antes de enviar"),
    ):
        offer(client, "a@example.com", ["b@example.com"])


@ENDLESS
def test_an_answer_without_end_to_the_text_leaves_it_unknown(endless: Answer) -> None:
    with saying(b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", endless) as (port, _):
        client = client_of(port)
        offer(client, "a@example.com", ["b@example.com"])
        with pytest.raises(DeliveryUnknown, match=r"pasa de|no termina|timed out"):
            hand_over(client, MESSAGE, answer_seconds=0.5)


def test_an_answer_as_long_as_servers_give_is_read_whole() -> None:
    many = b"".join(b"250-X-EXTENSION-%d\r\n" % number for number in range(200)) + b"250 SMTPUTF8\r\n"
    with saying(many) as (port, _), closing(client_of(port)) as client:
        client.ehlo()
        assert client.has_extn("x-extension-199")
        assert client.has_extn("smtputf8")


def test_what_a_server_says_is_told_no_longer_than_a_person_reads() -> None:
    said = b"".join(b"554-" + b"palabras " * 60 + b"\r\n" for _ in range(100)) + b"554 no\r\n"
    with saying(b"250 hello\r\n", said) as (port, _), closing(client_of(port)) as client:
        with pytest.raises(NotSent, match=r"554 palabras .*…$") as told:
            offer(client, "a@example.com", ["b@example.com"])
        assert len(str(told.value)) < 600


def test_a_letter_beyond_ascii_is_for_servers_that_take_it() -> None:
    with saying(b"250 hello\r\n") as (port, _), closing(client_of(port)) as client:
        with pytest.raises(RefusedForGood, match=r"no admite letras con tilde.*muñoz@jamundi") as told:
            offer(client, "a@example.com", ["muñoz@jamundi.example"])
        assert "otra dirección" in told.value.remedy
    with (
        saying(b"250-hello\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n", b"250 ok\r\n", b"250 ok\r\n") as (port, heard),
        closing(client_of(port)) as client,
    ):
        offer(client, "a@example.com", ["muñoz@jamundi.example"])
    assert heard[1:] == ["mail FROM:<a@example.com> SMTPUTF8 BODY=8BITMIME", "rcpt TO:<muñoz@jamundi.example>"]


def test_so_are_fields_with_letters_beyond_ascii() -> None:
    with (
        saying(b"250 hello\r\n") as (port, _),
        closing(client_of(port)) as client,
        pytest.raises(RefusedForGood, match="no admite letras con tilde"),
    ):
        offer(client, "a@example.com", ["b@example.com"], ascii_only=False)


def test_a_server_that_turns_us_away_answered() -> None:
    with saying(greeting=b"554 5.7.1 IP on a list\r\n") as (port, _):
        with pytest.raises(NotSent, match=r"rechazó la conexión: 554 5\.7\.1 IP on a list") as told:
            client_of(port)
        assert told.value.permanent


REFUSALS = [
    (b"535 5.7.8 Error: authentication failed", "corrija usuario y clave"),
    (b"535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "Microsoft 365 ya no acepta"),
    (b"535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.", r"SMTP autenticado \(SMTP AUTH\)"),
    (b"535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 See help", "corrija usuario y clave"),
    (b"534-5.7.9 Application-specific password required.\r\n534 5.7.9 See help", "OAuth 2.*clave de aplicación"),
    (b"538 5.7.11 Encryption required for requested authentication mechanism", "exige cifrado"),
    (b"530 5.7.0 Must issue a STARTTLS command first", "exige cifrado"),
    (b"525 5.7.13 User account disabled", "corrija usuario y clave"),
    (b"504 5.5.4 Unrecognized authentication type", "corrija usuario y clave"),
]
OFFERING = b"250-hello\r\n250 AUTH PLAIN XOAUTH2\r\n"


@pytest.mark.parametrize(("said", "remedy"), REFUSALS, ids=lambda each: each[:12] if isinstance(each, bytes) else "")
def test_a_refused_login_is_for_good_and_says_what_to_do(said: bytes, remedy: str) -> None:
    with (
        saying(OFFERING, said + b"\r\n") as (port, _),
        closing(client_of(port)) as client,
        pytest.raises(RefusedForGood, match="rechazó el usuario o la clave") as told,
    ):
        log_in(client, "informes@smarttmt.example", "secreta")
    assert told.value.permanent
    assert re.search(remedy, told.value.remedy)
    assert told.value.said.startswith(said[:3].decode())
    assert "secreta" not in str(told.value)


@pytest.mark.parametrize("said", [b"454 4.7.0 Temporary authentication failure", b"421 4.3.2 try later"])
def test_a_login_that_is_refused_for_now_is_tried_again(said: bytes) -> None:
    with saying(OFFERING, said + b"\r\n") as (port, _), closing(client_of(port)) as client:
        with pytest.raises(NotSent, match="no aceptó por ahora") as told:
            log_in(client, "informes@smarttmt.example", "secreta")
        assert not told.value.permanent


def test_a_server_that_wants_a_login_before_it_takes_a_sender_is_told_like_a_refused_one() -> None:
    with (
        saying(b"250 hello\r\n", b"530 5.7.57 Client not authenticated to send mail\r\n") as (port, _),
        closing(client_of(port)) as client,
        pytest.raises(RefusedForGood) as told,
    ):
        offer(client, "a@example.com", ["b@example.com"])
    assert told.value.remedy.startswith("ponga usuario y clave en la conexión")


def test_a_server_that_asks_nobody_for_a_name_is_no_login() -> None:
    with (
        saying(b"250 hello\r\n") as (port, _),
        closing(client_of(port)) as client,
        pytest.raises(RefusedForGood, match="no ofrece AUTH"),
    ):
        log_in(client, "informes@smarttmt.example", "secreta")


def test_a_server_without_encryption_is_told_as_that() -> None:
    with saying(b"250 hello\r\n") as (port, _), pytest.raises(RefusedForGood, match="STARTTLS"):
        connect(MailServer("127.0.0.1", port, 5, ssl.create_default_context()))


def test_a_password_may_have_any_letters() -> None:
    with (
        saying(b"250-hello\r\n250 AUTH PLAIN\r\n", b"235 welcome\r\n") as (port, heard),
        closing(client_of(port)) as client,
    ):
        log_in(client, "informes@smarttmt.example", "Cláve ñ€")
    assert base64.b64decode(heard[1].split()[-1]).decode() == "\0informes@smarttmt.example\0Cláve ñ€"


def test_a_server_that_asks_without_end_lets_nobody_in() -> None:
    asking = [b"334 " + base64.b64encode(b"again") + b"\r\n"] * 20
    with saying(OFFERING, *asking) as (port, _), closing(client_of(port)) as client, pytest.raises(NotSent):
        log_in_by_token(client, "informes@smarttmt.example", "token")


@pytest.mark.parametrize("said", [b"", b"hola\r\n", b"\r\n", b"999999999999 x\r\n"])
def test_a_greeting_that_is_none_is_not_sent(said: bytes) -> None:
    with saying(greeting=said) as (port, _), pytest.raises(NotSent):
        client_of(port, timeout=0.5)


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example"])
def test_an_address_that_is_none_is_told_as_that(host: str) -> None:
    with pytest.raises(RefusedForGood, match="no es ninguna"):
        connect(MailServer(host, 25, 5, None))


def test_a_question_that_is_not_encoded_is_answered_all_the_same() -> None:
    with (
        saying(b"250-hello\r\n250 AUTH LOGIN\r\n", b"334 Pass\r\n", b"235 welcome\r\n") as (port, heard),
        closing(client_of(port)) as client,
    ):
        log_in(client, "informes@smarttmt.example", "secreta")
    assert base64.b64decode(heard[2]) == b"secreta"
