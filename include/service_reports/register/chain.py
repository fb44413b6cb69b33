"""The chain of events: what happened to any version, each event naming the hash of the one before it.

An event is a text: canonical JSON in the manner of RFC 8785. It holds only text, whole
numbers, booleans and nulls under ASCII names, for which the sorted, compact form below is
that of the RFC. Its hash is the SHA-256 of the text's UTF-8 bytes, so ``sha256sum`` can
check it, and so can SQL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row, dict_row

from service_reports.canonical_json import canonical, plain
from service_reports.register.entries import IssueKey
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]


class Event(NamedTuple):
    """One event of the chain: ``body`` is canonical JSON, ``sha256`` the hash of its bytes."""

    position: int
    body: str
    sha256: str


class Finding(NamedTuple):
    """A row of the register, or a file, that is not what it must be; both texts are Spanish."""

    row: str
    detail: str

    def __str__(self) -> str:
        """As operators read it."""
        return f"{self.row}: {self.detail}"


def sha256_of(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """A transaction that alone writes to the register; it may lie in another one.

    The lock comes before any row's, everywhere: two writers cannot wait for each other.
    """
    with connection.transaction():
        connection.execute(statement("register/lock_register"))
        yield


def snapshot(connection: Connection, name: str, key: IssueKey) -> list[dict[str, Any]]:
    """The rows of ``report``, ``documents`` or ``delivery`` of a version, as an event holds them."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement(f"register/snapshot_{name}"), asdict(key)).fetchall()
    return [plain(row) for row in rows]


def append(
    connection: Connection,
    key: IssueKey | None,
    event: str,
    *,
    by: str | None = None,
    detail: str | None = None,
    documents: bool = False,
    more: Mapping[str, Any] | None = None,
) -> Event:
    """Append an event to the chain, with the version's rows as they are now; the caller is ``writing``.

    ``by`` is who did it, ``detail`` what else is to be known (Spanish). ``documents`` adds
    the rows of the documents, which is needed once: they never change. ``more`` are facts that only this event has.
    Without a ``key`` it is about no version.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        head = cursor.execute(statement("register/chain_head")).fetchone()
    assert head is not None
    facts = {
        **(more or {}),
        "position": head["position"] + 1,
        "previous": head["sha256"],
        "at": head["moment"],
        "event": event,
        "by": by,
        "detail": detail,
    }
    if key is not None:
        [report] = snapshot(connection, "report", key)
        message = next(iter(snapshot(connection, "delivery", key)), None)
        facts |= {**asdict(key), "state": report["state"], "report": report, "delivery": message}
    if key is not None and documents:
        facts["documents"] = snapshot(connection, "documents", key)
    body = canonical(facts)
    appended = Event(head["position"] + 1, body, sha256_of(body))
    connection.execute(statement("register/append_event"), appended._asdict())
    return appended


def read_events(connection: Connection) -> Iterator[Event]:
    """Every event of the chain, in order; needs an open transaction."""
    with connection.cursor(name="chain", row_factory=class_row(Event)) as cursor:
        yield from cursor.execute(statement("register/read_events"))


def check_chain(
    events: Iterable[Event], first: int = 1, previous: str | None = "", through: int = 0
) -> Iterator[Finding]:
    """What is wrong with a chain in itself: an event that was edited, is missing, or does not follow.

    Of a part of it: from position ``first`` on, after an event with the hash ``previous`` (``None``: not known), and
    at least to ``through``.
    """
    expected = first
    for event in events:
        row = f"register.event {event.position}"
        if event.position != expected:
            yield _missing(expected, event.position - 1)
        if sha256_of(event.body) != event.sha256:
            yield Finding(row, f"fue modificado: su contenido no da su huella {event.sha256}")
        told = event_facts(event)
        if told.get("position") != event.position:
            yield Finding(row, f"dice ser el evento {told.get('position')}")
        if event.position == expected and previous is not None and told.get("previous") != previous:
            yield Finding(row, f"no sigue al evento {event.position - 1}: su antecesora tiene otra huella")
        expected, previous = event.position + 1, event.sha256
    if expected <= through:
        yield _missing(expected, through)


def _missing(first: int, last: int) -> Finding:
    if first == last:
        return Finding(f"register.event {first}", "falta en la cadena: la fila fue borrada")
    return Finding(f"register.event {first} a {last}", "faltan en la cadena: las filas fueron borradas")


def event_facts(event: Event) -> dict[str, Any]:
    """What the text of an event says; nothing when it is not even a JSON object."""
    try:
        facts = json.loads(event.body)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
