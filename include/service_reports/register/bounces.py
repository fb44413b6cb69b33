"""Reports of mail servers about messages that were sent, each known by the file it came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from service_reports.register.chain import append, writing
from service_reports.register.entries import IssueKey
from service_reports.register.outbox import settle_delivery
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
BounceAction = Literal["failed", "delayed", "expanded", "relayed", "delivered", "unreadable"]
SERVER = "servidor de correo"
"""Who says in the chain that a message came back."""


def keep_bounce(
    connection: Connection, object_key: str, sha256: str, action: BounceAction, message_ids: Sequence[str], detail: str
) -> tuple[bool, IssueKey | None]:
    """Keep a report, and move the version whose message came back (``failed``) to ``failed``.

    ``detail`` (Spanish) says what became of it for whom. A message that waits to be sent again
    goes on waiting: the report is about an earlier try.

    Returns:
        Whether the report is new, and the version that it is about, where one is known.
    """
    with writing(connection):
        row = connection.execute(
            statement("register/version_of_message"), {"message_ids": list(message_ids)}
        ).fetchone()
        message_id, key = (None, None) if row is None else (row[0], IssueKey(*row[1:]))
        about = asdict(key) if key else {"contract_id": None, "report_number": None, "version": None}
        values = {"object_key": object_key, "sha256": sha256, "action": action, "detail": detail}
        with connection.cursor(row_factory=dict_row) as cursor:
            message = {"message_id": message_id or next(iter(message_ids), None)}
            kept = cursor.execute(statement("register/insert_bounce"), {**values, **about, **message}).fetchone()
        if kept is None:
            return False, key
        if connection.execute(statement("register/has_bounce_event"), values).fetchone() is None:
            append(connection, key, "reported", by=SERVER, detail=f"{object_key}: {detail}", more={"bounce": kept})
        # A register that was restored reads its reports again; what the chain tells already, happened.
        again = connection.execute(statement("register/is_read_again"), {**values, **about}).fetchone() is not None
        if key is not None and action == "failed" and not again:
            came_back = f"{object_key}: {detail}"
            settle_delivery(connection, key, ["sent", "ambiguous", "failed"], "failed", by=SERVER, detail=came_back)
    return True, key
