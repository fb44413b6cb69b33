"""Handing a message over: refused is not sent, broken after the text is unknown, and nothing is tried twice."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
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


@pytest.mark.parametrize("answer", ["200 OK", "252 queued", "259"])
def test_any_answer_of_the_200s_to_the_text_says_that_it_was_taken(answer: str) -> None:
    with server(answering(**{"<TEXT>": answer})) as (client, _):
        send(client)


@pytest.mark.parametrize("answer", ["354 go on", "100 wait", "queued as 4711", ""])
def test_an_answer_to_the_text_that_says_neither_yes_nor_no_is_unknown(answer: str) -> None:
    """It may have been taken: sending it again could make the supervisor read it twice."""
    with server(answering(**{"<TEXT>": answer})) as (client, _), pytest.raises(DeliveryUnknown, match="respondió"):
        send(client)


def test_the_answer_to_the_text_may_take_longer_than_any_other() -> None:
    """A server that looks for viruses answers late; who gives up early must ask a person."""

    def slow(command: str) -> str | None:
        if kind(command) == "<TEXT>":
            time.sleep(0.5)
        return answering()(command)

    with server(slow) as (client, _):
        offer(client, "a@example.com", recipients(MESSAGE))
        assert client.sock is not None
        client.sock.settimeout(0.1)
        hand_over(client, MESSAGE)


def test_a_server_that_never_answers_the_text_is_given_up() -> None:
    def silent(command: str) -> str | None:
        if kind(command) == "<TEXT>":
            time.sleep(0.5)
        return answering()(command)

    with server(silent) as (client, _):
        offer(client, "a@example.com", recipients(MESSAGE))
        with pytest.raises(DeliveryUnknown):
            hand_over(client, MESSAGE, answer_seconds=0.1)


def test_what_a_server_says_is_kept_in_one_line_of_text_that_the_register_can_hold() -> None:
    with (
        server(answering(**{"<TEXT>": "550-no\r\n550 \0\x1b[31mspam"})) as (client, _),
        pytest.raises(NotSent) as refused,
    ):
        send(client)
    assert str(refused.value) == "el servidor rechazó DATA: 550 no spam"


@pytest.mark.parametrize(("command", "ended"), [("EHLO", NotSent), ("RCPT", NotSent), ("<TEXT>", DeliveryUnknown)])
@pytest.mark.parametrize("endless", ["250-again\r\n" * 100_000 + "250 ok", "250 " + "x" * 1_000_000])
def test_an_answer_without_end_is_given_up(command: str, ended: type[Exception], endless: str) -> None:
    with server(answering(**{command: endless})) as (client, _), pytest.raises(ended, match="pasa de"):
        send(client)
