"""The ledger of alerts: which causes stand, and who was told of them.

A cause is kept while it stands, and routed once: for each channel that is to be told, a row waits in the ledger as a
message waits in the outbox. Who sends holds the lock of the channel, and claims what the message tells right before it
leaves: whoever gets the lock and finds ``sending`` knows that the sender died, and nobody can know whether it arrived.
That is told again after a day, as a reminder, where the cause still stands; never at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import psycopg

from service_reports.warehouse.statements import statement
from service_reports_airflow.alerts.causes import Cause
from service_reports_airflow.alerts.channels import Channel, read_channel

Connection = psycopg.Connection[Any]
State = Literal["queued", "sending", "sent", "ambiguous", "failed", "ended"]
AGAIN_AFTER = timedelta(days=1)
"""As long after it was told a question that waits is told again, and what may not have arrived."""


class Kept(NamedTuple):
    """A cause that stands, and whether it is known who is told."""

    cause: Cause
    routed: bool


def open_causes(connection: Connection) -> Mapping[str, Kept]:
    """The causes that stood at the last look, by id, the oldest first."""
    return {row[0]: Kept(_cause(row[:-1]), row[-1]) for row in connection.execute(statement("alerts/open_causes"))}


def _cause(row: tuple[Any, ...]) -> Cause:
    cause_id, kind, about, contract_ids, *rest = row
    return Cause(cause_id, kind, about, frozenset(contract_ids), *rest)


def keep_causes(connection: Connection, causes: Iterable[Cause]) -> Mapping[str, Kept]:
    """Keep what stands now, and only write what changed; returns it by id."""
    now = {cause.cause_id: cause for cause in causes}
    before = open_causes(connection)
    with connection.transaction():
        for cause_id, cause in now.items():
            if cause_id not in before or before[cause_id].cause != cause:
                values = {**vars(cause), "contract_ids": sorted(cause.contract_ids)}
                connection.execute(statement("alerts/keep_cause"), values)
        if ended := [cause_id for cause_id in before if cause_id not in now]:
            connection.execute(statement("alerts/end_causes"), {"cause_ids": ended})
    return {cause_id: Kept(cause, cause_id in before and before[cause_id].routed) for cause_id, cause in now.items()}


def route(connection: Connection, routed: Collection[tuple[Cause, Channel]]) -> None:
    """Note who is told of some causes; one that nobody is to be told of yet waits for somebody to be named."""
    with connection.transaction():
        for cause, channel in routed:
            put_up(connection, channel, cause.cause_id)
        connection.execute(statement("alerts/set_routed"), {"cause_ids": [cause.cause_id for cause, _ in routed]})


def put_up(connection: Connection, channel: Channel, cause_id: str) -> None:
    """Note that a channel is to be told of something; what was told and stands is not told again."""
    connection.execute(statement("alerts/route"), {"channel": str(channel), "cause_id": cause_id})


def remind(connection: Connection, at: datetime) -> None:
    """Note that what was told a day ago is told again: a question that waits, and what may not have arrived."""
    connection.execute(statement("alerts/remind"), {"before": at - AGAIN_AFTER})


def to_do(connection: Connection) -> list[Channel]:
    """The channels that something is to be told to, or that a sender that may be dead told something."""
    return [read_channel(row[0]) for row in connection.execute(statement("alerts/to_do"))]


def queued(connection: Connection, channel: Channel) -> list[tuple[Cause, int]]:
    """What a channel is to be told of, the oldest first, and how often it was told each."""
    rows = connection.execute(statement("alerts/queued"), {"channel": str(channel)})
    return [(_cause(row[:-1]), row[-1]) for row in rows]


def claim(connection: Connection, channel: Channel, cause_ids: Collection[str], message_id: str) -> int:
    """Take what a message is about to tell; returns how much of it was still to be told."""
    values = {"channel": str(channel), "cause_ids": list(cause_ids), "message_id": message_id}
    return len(connection.execute(statement("alerts/claim"), values).fetchall())


def settle(
    connection: Connection,
    channel: Channel,
    old: State,
    new: State,
    *,
    message_id: str | None = None,
    detail: str | None = None,
) -> int:
    """Say what became of a message, or of all that is in one state; returns of how many causes."""
    values = {"channel": str(channel), "old": old, "new": new, "message_id": message_id, "detail": detail}
    return len(connection.execute(statement("alerts/settle"), values).fetchall())


def told(connection: Connection, channel: Channel, cause_id: str) -> State | None:
    """What became of something that a channel is told, as a week's digest; ``None``: it is not in the ledger."""
    row = connection.execute(statement("alerts/told"), {"channel": str(channel), "cause_id": cause_id}).fetchone()
    return None if row is None else row[0]


def settle_one(connection: Connection, channel: Channel, cause_id: str, state: State) -> None:
    """Say of one thing that a channel was told what became of it."""
    values = {"channel": str(channel), "cause_id": cause_id, "state": state}
    connection.execute(statement("alerts/settle_one"), values)
