"""Versions of reports: claimed by a run, then registered with their documents and figures, for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from service_reports.figures.model import Figure
from service_reports.register.entries import Issue, IssuedDocument, IssueKey, NotClaimed
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]


def claim_version(
    connection: Connection, contract_id: str, report_number: str, run_id: str, correction_reason: str | None
) -> IssueKey:
    """The version that this run makes: the one it has, one that was never finished, or the next.

    Raises:
        NotClaimed: another run took the version at the same moment.
    """
    report = {"contract_id": contract_id, "report_number": report_number, "run_id": run_id}
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{contract_id}/{report_number}",))
        row = connection.execute(statement("register/version_of_run"), report).fetchone()
        if row is None:
            row = connection.execute(
                statement("register/claim_version"), {**report, "correction_reason": correction_reason}
            ).fetchone()
        if row is None:
            raise NotClaimed(f"{contract_id} {report_number}: another run is issuing it; start this run again")
    return IssueKey(contract_id, report_number, int(row[0]))


def latest_registered(connection: Connection, contract_id: str, report_number: str) -> int | None:
    """The newest version of a report that was registered, if any."""
    row = connection.execute(
        statement("register/latest_registered"), {"contract_id": contract_id, "report_number": report_number}
    ).fetchone()
    return None if row is None else row[0]


def is_run_of(connection: Connection, contract_id: str, report_number: str, run_id: str) -> bool:
    """Whether this run has claimed a version of the report before."""
    report = {"contract_id": contract_id, "report_number": report_number, "run_id": run_id}
    return connection.execute(statement("register/version_of_run"), report).fetchone() is not None


def read_issue(connection: Connection, key: IssueKey) -> Issue:
    """The register's row of a version.

    Raises:
        NotClaimed: the register has no such version.
    """
    with connection.cursor(row_factory=class_row(Issue)) as cursor:
        issue = cursor.execute(statement("register/read_report"), asdict(key)).fetchone()
    if issue is None:
        raise NotClaimed(f"{key}: the register has no such version")
    return issue


def set_figures(connection: Connection, key: IssueKey, figures_key: str) -> None:
    """Point a version that is not yet registered to its figures in the archive."""
    connection.execute(statement("register/set_figures"), {**asdict(key), "figures_key": figures_key})


def register_issue(
    connection: Connection, key: IssueKey, run_id: str, documents: Sequence[IssuedDocument], figures: Iterable[Figure]
) -> bool:
    """Fix the documents and figures of a version, for ever; ``False`` when that was done before.

    Raises:
        NotClaimed: another run has taken the version over.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        held = cursor.execute(statement("register/lock_report"), asdict(key)).fetchone()
        issue = read_issue(connection, key)
        if issue.run_id != run_id:
            raise NotClaimed(f"{key}: run {issue.run_id} has taken it over from {run_id}")
        if held is not None and held["registered_at"] is not None:
            return False
        cursor.executemany(
            statement("register/insert_document"), [{**asdict(key), **asdict(document)} for document in documents]
        )
        cursor.executemany(
            statement("register/insert_figure"),
            [
                {**asdict(key), "position": position, "figure_id": figure.id, "value": figure.value,
                 "unit": figure.unit, "source": figure.source}
                for position, figure in enumerate(figures, start=1)
            ],
        )  # fmt: skip
        cursor.execute(statement("register/set_registered"), asdict(key))
    return True


def set_archived(connection: Connection, key: IssueKey) -> None:
    """Note that every document of a version lies in the archive under its own name."""
    connection.execute(statement("register/set_archived"), asdict(key))


def read_documents(connection: Connection, key: IssueKey) -> Sequence[IssuedDocument]:
    """The documents of a version, in the order of its annexes."""
    with connection.cursor(row_factory=class_row(IssuedDocument)) as cursor:
        return cursor.execute(statement("register/read_documents"), asdict(key)).fetchall()


def read_figures(connection: Connection, key: IssueKey) -> Sequence[Figure]:
    """The figures that a version prints, in order."""
    with connection.cursor(row_factory=class_row(Figure)) as cursor:
        return cursor.execute(statement("register/read_figures"), asdict(key)).fetchall()
