"""The outbox: one message a version, taken by one task, settled once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row

from service_reports.register.entries import Delivery, IssueKey
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]


def put_in_outbox(
    connection: Connection, key: IssueKey, *, message_id: str, recipient: str, message_key: str
) -> Delivery:
    """Enter the message of a version in the outbox; a message that is there already stays."""
    with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        cursor.execute(
            statement("register/insert_delivery"),
            {**asdict(key), "message_id": message_id, "recipient": recipient, "message_key": message_key},
        )
    delivery = read_delivery(connection, key)
    assert delivery is not None
    return delivery


def read_delivery(connection: Connection, key: IssueKey) -> Delivery | None:
    """The message of a version, if one was composed."""
    with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(statement("register/read_delivery"), asdict(key)).fetchone()


def claim_delivery(connection: Connection, key: IssueKey) -> bool:
    """Take the pending message of a version, alone; ``False`` when it is not pending."""
    return connection.execute(statement("register/claim_delivery"), asdict(key)).fetchone() is not None


def settle_delivery(
    connection: Connection, key: IssueKey, state: Literal["sent", "pending", "unknown"], detail: str | None = None
) -> None:
    """Say how sending ended: ``sent``; ``pending``, nothing left this machine; ``unknown``, a person must look."""
    connection.execute(statement("register/settle_delivery"), {**asdict(key), "state": state, "detail": detail})
