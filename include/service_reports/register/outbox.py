"""The outbox: one message a version, sent by one sender at a time, settled once.

States: ``withheld`` (a person must say that it may leave) or ``queued`` from the registration
on; ``sending``; ``sent``, ``queued`` again (the server did not take it), ``failed`` (it never
will, or the message came back) or ``ambiguous`` (nobody can know; a person must look).

How senders keep out of each other's way:

- A sender first takes the lock of the message (:func:`sending_alone`): an advisory lock of its
  session, not of a transaction, so that it is held throughout the SMTP conversation without a
  transaction that stays open, and goes away with the session when the process dies. It is
  waited for no longer than the database may need to notice that death, and by somebody who
  holds no other lock. Who does not get it knows that somebody is sending right now. Who gets
  it and finds ``sending`` knows that the sender who set that is dead, and holds the message as
  ambiguous. A lock on the row would leave a moment without any: the row must be
  committed as ``sending`` before the conversation, and that commit releases it.
- :func:`claim_delivery` sets ``sending`` in one statement of its own (``for update skip
  locked``), after the recipients were accepted and before the first byte of the text. It waits
  for nothing while it has the row.
- Everything else that changes a message is ``writing``: the register's lock, then rows. Rows are
  held for longer by nobody else, so that there is no circle of who waits for whom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.rows import class_row

from service_reports.register.chain import append, writing
from service_reports.register.entries import Delivery, DeliveryState, IssueKey, State
from service_reports.register.versions import change_state, read_issue
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
DEATH_NOTICED_SECONDS = 2
OF_VERSION: Mapping[DeliveryState, State] = {
    "queued": "queued",
    "sent": "sent",
    "ambiguous": "held",
    "failed": "failed",
}
"""The state of a version whose message is in that state; a message that waits or is being sent says nothing of it."""
SERVER = "servidor de correo"
"""Who says in the chain that a message came back."""


def put_in_outbox(
    connection: Connection,
    key: IssueKey,
    *,
    message_id: str,
    recipient: str,
    message_key: str,
    state: DeliveryState = "queued",
) -> Delivery:
    """Enter the message of a version in the outbox; a message that is there already stays.

    It belongs into the transaction that registers the version, before ``register_issue``: its
    event then holds the message.
    """
    message = {"message_id": message_id, "recipient": recipient, "message_key": message_key, "state": state}
    connection.execute(statement("register/insert_delivery"), {**asdict(key), **message})
    delivery = read_delivery(connection, key)
    assert delivery is not None
    return delivery


def read_delivery(connection: Connection, key: IssueKey) -> Delivery | None:
    """The message of a version, if one was composed."""
    with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(statement("register/read_delivery"), asdict(key)).fetchone()


@contextmanager
def sending_alone(connection: Connection, key: IssueKey | str) -> Iterator[bool]:
    """Look after the message of a version alone; ``False``: another session does so right now.

    What is sent besides versions, as alerts, has names of its own.
    """
    message = {"message": str(key)}
    alone = True
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = '{DEATH_NOTICED_SECONDS}s'")
            connection.execute(statement("register/lock_message"), message)
    except psycopg.errors.LockNotAvailable:
        alone = False
    try:
        yield alone
    finally:
        if alone and not connection.closed:
            connection.execute(statement("register/unlock_message"), message)


def claim_delivery(connection: Connection, key: IssueKey) -> bool:
    """Take the queued message of an archived version; ``False`` when it is not queued, or superseded meanwhile."""
    return connection.execute(statement("register/claim_delivery"), asdict(key)).fetchone() is not None


def queue_archived(connection: Connection, key: IssueKey) -> None:
    """Note that the message of an archived version may leave; nothing when it is withheld or superseded."""
    with writing(connection):
        delivery = read_delivery(connection, key)
        if delivery is not None and delivery.state == "queued" and read_issue(connection, key).state == "archived":
            change_state(connection, key, "archived", "queued")


def settle_delivery(
    connection: Connection,
    key: IssueKey,
    old: Collection[DeliveryState],
    new: DeliveryState,
    *,
    by: str | None = None,
    detail: str | None = None,
) -> bool:
    """Move a message from one of some states to another, and its version with it, in one transaction.

    Recorded in the chain are a change of the version's state, that a message is withheld, and
    whatever a person (``by``) decided. ``detail`` says why or how (Spanish). A message that came
    back while it was being sent is ``failed`` right after.

    Returns:
        ``False``, and nothing was changed or recorded, when the message is in no state of ``old``.
    """
    with writing(connection):
        before = read_delivery(connection, key)
        values = {**asdict(key), "old": list(old), "new": new, "detail": detail}
        if connection.execute(statement("register/settle_delivery"), values).fetchone() is None:
            return False
        state = read_issue(connection, key).state
        version = OF_VERSION.get(new)
        if version is not None and version != state:
            change_state(connection, key, state, version, by=by, detail=detail)
        elif new == "withheld" or by is not None:
            append(connection, key, new, by=by, detail=detail)
        if new in ("sent", "ambiguous") and before is not None and before.state == "sending":
            came_back = connection.execute(statement("register/bounced_while_sending"), asdict(key)).fetchone()
            if came_back is not None:
                settle_delivery(connection, key, [new], "failed", by=SERVER, detail=": ".join(came_back))
    return True


def replace_message(connection: Connection, key: IssueKey, recipient: str, message_key: str, detail: str) -> bool:
    """Put other bytes in the place of a message that waits to be sent; ``False`` when it is not queued."""
    with writing(connection):
        values = {**asdict(key), "recipient": recipient, "message_key": message_key}
        if connection.execute(statement("register/replace_message"), values).fetchone() is None:
            return False
        append(connection, key, "recomposed", detail=detail)
    return True
