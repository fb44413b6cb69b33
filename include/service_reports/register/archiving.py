"""The chain in the archive: every event under its position, and once a day the chain's head.

Both are create-only, so that a chain which is cut off and continued differently meets its
own past. From the events the register can be rebuilt (``restoring``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.archive import Archive, ArchiveConflict, ArchiveMissing
from service_reports.canonical_json import canonical
from service_reports.register.chain import Event, Finding, sha256_of
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
EVENTS = "register/events/"
HEADS = "register/heads/"
EVENT_NAME = re.compile(rf"{EVENTS}(\d{{12}})\.json")
HEAD_NAME = re.compile(rf"{HEADS}\d{{4}}-\d\d-\d\d-\d{{12}}\.json")
JSON = "application/json"
TOKEN = "application/timestamp-token"  # noqa: S105 (a media type)


class RegisterBehind(RuntimeError):
    """The archive holds events that the register does not: an older backup was restored, or its end was cut off."""


class Head(NamedTuple):
    """The last event of the chain as it was on a day."""

    day: str
    position: int
    sha256: str


def event_key(position: int) -> str:
    """Where an event lies in the archive."""
    return f"{EVENTS}{position:012}.json"


def head_key(head: Head) -> str:
    """Where a head lies in the archive."""
    return f"{HEADS}{head.day}-{head.position:012}.json"


def archive_events(connection: Connection, store: Archive, *, gaps: bool = False) -> int:
    """Put every new event into the archive, in order; returns how many.

    With ``gaps`` also those between others whose note was taken away, for which the whole chain is looked through.

    Raises:
        ArchiveConflict: the archive holds another event at this position: the chain was cut off and continued.
        RegisterBehind: the archive holds a later event than the register.
    """
    last, _ = chain_end(connection)
    with connection.cursor(row_factory=class_row(Event)) as cursor:
        wanted = "unarchived_events" if gaps else "new_events"
        lacking = cursor.execute(statement(f"register/{wanted}")).fetchall()
    archived = []
    try:
        for event in lacking:
            store.create(event_key(event.position), event.body.encode(), JSON)
            archived.append(event.position)
    finally:
        if archived:
            connection.execute(statement("register/set_events_archived"), {"positions": archived})
    try:
        store.read(event_key(last + 1))
    except ArchiveMissing:
        return len(lacking)
    if chain_end(connection)[0] <= last:  # else another writer was here meanwhile
        raise RegisterBehind(
            f"el registro termina en el evento {last}, y el archivo ya tiene el {last + 1}: se restauró una copia "
            "antigua de la base de datos, o se cortó el final. Nada sigue ni se envía hasta aclararlo: vea "
            "docs/register.md"
        )
    return len(lacking)


def chain_end(connection: Connection) -> tuple[int, str]:
    """Position and hash of the last event; 0 where there is none."""
    row = connection.execute(statement("register/chain_head")).fetchone()
    assert row is not None
    return row[0], row[1]


def archived_events(store: Archive, keys: Iterable[str] | None = None) -> tuple[list[Event], dict[int, Finding]]:
    """Events that lie in the archive, in order, and by position those that cannot be read any more.

    All of them, or those of some keys.
    """
    events, damaged = [], {}
    for key in filter(EVENT_NAME.fullmatch, store.keys(EVENTS) if keys is None else keys):
        position = int(key.removeprefix(EVENTS).removesuffix(".json"))
        try:
            body = store.read(key).decode()
        except (ArchiveConflict, UnicodeDecodeError) as error:
            damaged[position] = Finding(f"register.event {position}", f"fue cambiado en el archivo: {error}")
        else:
            events.append(Event(position, body, sha256_of(body)))
    return events, damaged


def archive_head(
    connection: Connection, store: Archive, day: date, time_stamp: Callable[[bytes], bytes] | None = None
) -> Head | None:
    """Put the chain's head into the archive under the day, and beside it the time stamp that an authority gives it.

    An empty chain has no head. Doing it again on the same day, without new events, changes nothing.
    The events are put there first: a head that names one which is not there is that of an archive with a gap.
    """
    position, sha256 = chain_end(connection)
    archive_events(connection, store, gaps=True)
    if position == 0:
        return None
    head = Head(day.isoformat(), position, sha256)
    name = head_key(head).removesuffix(".json")
    content = canonical(head._asdict()).encode()
    store.create(f"{name}.json", content, JSON)
    if time_stamp is not None:
        try:
            store.read(f"{name}.tst")
        except ArchiveMissing:
            store.create(f"{name}.tst", time_stamp(content), TOKEN)
    return head


def archived_heads(store: Archive, days: str = "") -> tuple[list[Head], list[Finding]]:
    """Heads that were archived, by day, and those that cannot be read any more or do not fit their time stamp.

    All of them, or those of days that begin so (``2026-03``).
    """
    heads, damaged = [], []
    names = set(store.keys(f"{HEADS}{days}"))
    for key in sorted(filter(HEAD_NAME.fullmatch, names)):
        try:
            content = store.read(key)
            head = Head(**json.loads(content))
            if head_key(head) != key:
                raise ValueError(f"dice {head.day}, evento {head.position}")
            heads.append(head)
        except (ArchiveConflict, ValueError, TypeError) as error:
            damaged.append(Finding(key, f"fue cambiada en el archivo: {error}"))
            continue
        if (token := f"{key.removesuffix('.json')}.tst") in names:
            damaged += _unfit(store, token, content)
    return heads, damaged


def _unfit(store: Archive, key: str, content: bytes) -> Iterator[Finding]:
    from service_reports.signing import TimeStampError, check_time_stamp

    try:
        check_time_stamp(store.read(key), content)
    except (ArchiveConflict, TimeStampError) as error:
        yield Finding(key, f"no es un sello de tiempo de su cabeza: {error}")
