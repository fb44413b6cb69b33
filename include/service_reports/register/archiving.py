"""The chain in the archive: every event under its position, and once a day the chain's head.

Both are create-only, so that a chain which is cut off and continued differently meets its
own past. From the events the register can be rebuilt (``restoring``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.archive import Archive, ArchiveMissing
from service_reports.register.chain import Event, canonical, sha256_of
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
EVENTS = "register/events/"
HEADS = "register/heads/"
JSON = "application/json"
TOKEN = "application/timestamp-token"  # noqa: S105 (a media type)


class Head(NamedTuple):
    """The last event of the chain as it was on a day."""

    day: str
    position: int
    sha256: str


def event_key(position: int) -> str:
    """Where an event lies in the archive."""
    return f"{EVENTS}{position:012}.json"


def archive_events(connection: Connection, store: Archive) -> int:
    """Put every event that is not there yet into the archive, in order; returns how many.

    Raises:
        ArchiveConflict: the archive holds another event at this position: the chain was cut off and continued.
    """
    with connection.cursor(row_factory=class_row(Event)) as cursor:
        lacking = cursor.execute(statement("register/unarchived_events")).fetchall()
    for event in lacking:
        store.create(event_key(event.position), event.body.encode(), JSON)
        connection.execute(statement("register/set_event_archived"), {"position": event.position})
    return len(lacking)


def archived_events(store: Archive) -> Iterator[Event]:
    """Every event that lies in the archive, in order of its position."""
    for key in store.keys(EVENTS):
        body = store.read(key).decode()
        yield Event(int(key.removeprefix(EVENTS).removesuffix(".json")), body, sha256_of(body))


def archive_head(
    connection: Connection, store: Archive, day: date, time_stamp: Callable[[bytes], bytes] | None = None
) -> Head | None:
    """Put the chain's head into the archive under the day, and beside it the time stamp that an authority gives it.

    An empty chain has no head. Doing it again on the same day, without new events, changes nothing.
    """
    row = connection.execute(statement("register/chain_head")).fetchone()
    assert row is not None
    if row[0] == 0:
        return None
    head = Head(day.isoformat(), row[0], row[1])
    name = f"{HEADS}{head.day}-{head.position:012}"
    content = canonical(head._asdict()).encode()
    store.create(f"{name}.json", content, JSON)
    if time_stamp is not None:
        try:
            store.read(f"{name}.tst")
        except ArchiveMissing:
            store.create(f"{name}.tst", time_stamp(content), TOKEN)
    return head


def archived_heads(store: Archive) -> Iterator[Head]:
    """Every head that was archived, by day."""
    for key in store.keys(HEADS):
        if key.endswith(".json"):
            yield Head(**json.loads(store.read(key)))
