"""Versions that are out of date: rows behind their figures changed after they were issued.

The version itself stays as it is. The register marks it, its chain keeps which figures would be
others, and what a person decided about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.canonical_json import canonical
from service_reports.register.chain import append, sha256_of, writing
from service_reports.register.entries import IssueKey, Question
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]


class Outdated(NamedTuple):
    """A version that is out of date, and nobody has superseded it.

    ``position`` is that of the event that says so, ``changes`` what it lists, a line a figure, ``found_by`` the
    review that found it; ``kept``: a person has decided since to leave the version as it is.
    """

    contract_id: str
    report_number: str
    version: int
    outdated_at: datetime
    position: int
    changes: str
    found_by: str | None
    kept: bool

    @property
    def key(self) -> IssueKey:
        """The version."""
        return IssueKey(self.contract_id, self.report_number, self.version)


def set_changes(connection: Connection, key: IssueKey, changes: Sequence[str], *, by: str | None = None) -> bool:
    """Record which figures of a version would be others now; none: it is current (again).

    ``changes`` has a line for each of these figures: its id first, then both values. ``by`` is the review.

    Returns:
        ``False``, and nothing was recorded, when that was known already, or the version is superseded.
    """
    digest = sha256_of(canonical(list(changes))) if changes else None
    with writing(connection):
        marked = connection.execute(statement("register/set_outdated"), {**asdict(key), "changes_sha256": digest})
        if marked.fetchone() is None:
            return False
        append(connection, key, "outdated" if changes else "current", by=by, detail="\n".join(changes) or None)
    return True


def read_outdated(connection: Connection) -> Sequence[Outdated]:
    """The versions that are out of date."""
    with connection.cursor(row_factory=class_row(Outdated)) as cursor:
        return cursor.execute(statement("register/read_outdated")).fetchall()


def about_changes(position: int) -> str:
    """What a question is about that speaks of the changes which the event at ``position`` lists."""
    return f"evento {position}"


def keep_outdated(
    connection: Connection,
    key: IssueKey,
    position: int,
    *,
    by: str | None,
    detail: str | None,
    question: Question | None = None,
) -> bool:
    """Record that a person leaves a version as it is, knowing the changes of the event at ``position``.

    ``question`` is the one that was answered.

    Returns:
        ``False``, and nothing was recorded, when these are not its changes any more, or it is superseded.
    """
    with writing(connection):
        if (key, position) not in {(each.key, each.position) for each in read_outdated(connection)}:
            return False
        append(connection, key, "kept", by=by, detail=detail, more=question and {"question": str(question)})
    return True


class RequestedCorrection(NamedTuple):
    """What a person decided: a version is corrected, for this reason; ``sends``: the correction leaves by itself."""

    contract_id: str
    report_number: str
    version: int
    by: str
    reason: str
    sends: bool


def request_correction(
    connection: Connection,
    key: IssueKey,
    position: int,
    publishes: str,
    *,
    by: str,
    reason: str,
    sends: bool,
    question: Question,
) -> bool:
    """Record that a person has a version corrected, knowing the changes of the event at ``position``.

    ``question`` is the one that was answered. ``publishes`` is the run of the publication that does so, and that takes
    from here what it is asked for.

    Returns:
        ``False``, and nothing was recorded, when these are not its changes any more, or it is superseded.
    """
    with writing(connection):
        if requested_correction(connection, publishes) is not None:
            return True
        if (key, position) not in {(each.key, each.position) for each in read_outdated(connection)}:
            return False
        append(
            connection,
            key,
            "correction_requested",
            by=by,
            detail=reason,
            more={"publishes": publishes, "sends": sends, "question": str(question)},
        )
    return True


def requested_correction(connection: Connection, run_id: str) -> RequestedCorrection | None:
    """The decision that asked for the publication of this run; ``None`` where nobody decided so."""
    with connection.cursor(row_factory=class_row(RequestedCorrection)) as cursor:
        return cursor.execute(statement("register/requested_correction"), {"run_id": run_id}).fetchone()
