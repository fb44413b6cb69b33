"""Reports of mail servers about messages that were sent, each known by the file it came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg.rows import dict_row

from service_reports.register.chain import append, writing
from service_reports.register.entries import Delivery, IssueKey
from service_reports.register.outbox import SERVER, read_delivery, settle_delivery
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
BounceAction = Literal["failed", "delayed", "expanded", "relayed", "delivered", "unreadable"]
NEVER_LEFT = "ese mensaje no había salido cuando llegó el informe"
EARLIER_TRY = "ese mensaje espera salir otra vez: el informe es de un envío anterior"


class SentMessage(NamedTuple):
    """The message of a version, as somebody names it who got it."""

    key: IssueKey
    message_id: str
    message_key: str


class KeptBounce(NamedTuple):
    """What became of a report: whether it is new, and why it changes nothing although it says so (Spanish)."""

    new: bool
    objection: str | None


def message_named(
    connection: Connection, message_ids: Sequence[str], versions: Sequence[tuple[str, str, int]]
) -> SentMessage | None:
    """The message that has one of some ids, the first that is known; else that of the first version that has one."""
    row = connection.execute(statement("register/version_of_message"), {"message_ids": list(message_ids)}).fetchone()
    keys = [IssueKey(*row[1:])] if row is not None else [IssueKey(*each) for each in versions]
    for key in keys:
        delivery = read_delivery(connection, key)
        if delivery is not None:
            return SentMessage(key, delivery.message_id, delivery.message_key)
    return None


def is_kept(connection: Connection, object_key: str, sha256: str) -> bool:
    """Whether this report was read before."""
    values = {"object_key": object_key, "sha256": sha256}
    return connection.execute(statement("register/bounce_kept"), values).fetchone() is not None


def keep_bounce(
    connection: Connection,
    object_key: str,
    sha256: str,
    action: BounceAction,
    detail: str,
    about: IssueKey | None = None,
    message_id: str | None = None,
    objection: str | None = None,
) -> KeptBounce:
    """Keep a report, and move the version it is ``about`` to ``failed`` where it says that its message came back.

    ``detail`` (Spanish) says what became of it for whom; ``objection`` why it does not count. A message that has not
    left, or waits to be sent again, is not failed by a report. One that is being sent right now fails as soon as
    its sender knows that the server took it.
    """
    with writing(connection):
        delivery = read_delivery(connection, about) if about else None
        if action == "failed" and delivery is not None:
            objection = objection or _too_early(delivery)
        version = asdict(about) if about else {"contract_id": None, "report_number": None, "version": None}
        values = {"object_key": object_key, "sha256": sha256, "action": action, "detail": detail, **version}
        with connection.cursor(row_factory=dict_row) as cursor:
            row = {**values, "message_id": message_id, "objection": objection}
            kept = cursor.execute(statement("register/insert_bounce"), row).fetchone()
        if kept is None:
            return KeptBounce(False, objection)
        if connection.execute(statement("register/has_bounce_event"), values).fetchone() is None:
            append(connection, about, "reported", by=SERVER, detail=f"{object_key}: {detail}", more={"bounce": kept})
        # A register that was restored reads its reports again; what the chain tells already, happened.
        again = connection.execute(statement("register/is_read_again"), values).fetchone() is not None
        if about is not None and action == "failed" and objection is None and not again:
            came_back = f"{object_key}: {detail}"
            settle_delivery(connection, about, ["sent", "ambiguous", "failed"], "failed", by=SERVER, detail=came_back)
    return KeptBounce(True, objection)


def _too_early(delivery: Delivery) -> str | None:
    match delivery.state:
        case "queued" if delivery.claimed_at is not None:
            return EARLIER_TRY
        case "withheld" | "queued":
            return NEVER_LEFT
        case "failed" if delivery.sent_at is None:
            return NEVER_LEFT
    return None
