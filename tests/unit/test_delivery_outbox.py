"""Handing a message over: refused is not sent, broken after the text is unknown, and nothing is tried twice."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from service_reports.delivery import DeliveryUnknown, NotSent, hand_over, offer, recipients

MESSAGE = b"From: a@example.com\r\nTo: b@example.com\r\nCc: c@example.com, D <d@example.com>\r\n\r\ntext\r\n"


@contextmanager
def server(answers: Callable[[str], str | None]) -> Iterator[tuple[smtplib.SMTP, list[str]]]:
    """A server on a socket that answers each command by a function; ``None`` drops the connection."""
    said: list[str] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with suppress(OSError), closing(connection), connection.makefile("rwb", buffering=0) as stream:
            stream.write(b"220 ready\r\n")
            while line := stream.readline():
                command = line.decode().strip()
                said.append(command)
                answer = answers(command)
                if answer is None:
                    return
                stream.write(answer.encode() + b"\r\n")
                if kind(command) == "DATA" and answer.startswith("354"):
                    while (text := stream.readline()) not in (b".\r\n", b""):
                        pass
                    if text == b"":
                        return
                    said.append("<text>")
                    after = answers("<text>")
                    if after is None:
                        return
                    stream.write(after.encode() + b"\r\n")

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        client = smtplib.SMTP("127.0.0.1", listener.getsockname()[1], timeout=5)
        try:
            yield client, said
        finally:
            client.close()
            thread.join(5)


def kind(command: str) -> str:
    return command.split(":")[0].split(" ")[0].upper()


def answering(**changes: str | None) -> Callable[[str], str | None]:
    usual = {"EHLO": "250 hello", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "<TEXT>": "250 taken"}
    return lambda command: {**usual, **changes}.get(kind(command), "250 ok")


def send(client: smtplib.SMTP) -> None:
    offer(client, "a@example.com", recipients(MESSAGE))
    hand_over(client, MESSAGE)


def test_to_and_cc_are_the_recipients() -> None:
    assert recipients(MESSAGE) == ("b@example.com", "c@example.com", "d@example.com")


def test_a_message_that_the_server_takes_is_handed_over_once() -> None:
    with server(answering()) as (client, said):
        send(client)
    assert [kind(command) for command in said] == ["EHLO", "MAIL", "RCPT", "RCPT", "RCPT", "DATA", "<TEXT>"]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "<TEXT>"])
def test_a_refusal_is_not_sent_and_says_the_servers_words(command: str) -> None:
    with server(answering(**{command: "550 no such mailbox"})) as (client, said), pytest.raises(NotSent, match="550"):
        send(client)
    if command in ("MAIL", "RCPT"):
        assert "DATA" not in map(kind, said)


@pytest.mark.parametrize(("code", "permanent"), [(421, False), (451, False), (500, True), (552, True)])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "<TEXT>"])
def test_only_a_refusal_of_the_500s_is_for_good(command: str, code: int, permanent: bool) -> None:
    with server(answering(**{command: f"{code} no"})) as (client, _), pytest.raises(NotSent) as refused:
        send(client)
    assert refused.value.permanent is permanent


def test_one_refused_recipient_keeps_the_message_from_all() -> None:
    def answer(command: str) -> str | None:
        return "550 unknown" if "c@example.com" in command else answering()(command)

    with server(answer) as (client, said), pytest.raises(NotSent, match=r"RCPT TO c@example\.com"):
        send(client)
    assert "DATA" not in map(kind, said)


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_connection_that_breaks_before_the_text_is_not_sent(command: str) -> None:
    with server(answering(**{command: None})) as (client, _), pytest.raises(NotSent):
        send(client)


@pytest.mark.parametrize("command", ["DATA", "<TEXT>"])
def test_a_connection_that_breaks_at_the_text_is_unknown(command: str) -> None:
    with server(answering(**{command: None})) as (client, _), pytest.raises(DeliveryUnknown):
        send(client)
