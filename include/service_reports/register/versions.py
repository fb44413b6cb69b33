"""Versions of reports: claimed by a run, then registered with their documents and figures, for ever.

Every change is one transaction that compares, sets and appends an event to the chain.
States: ``draft → approved → signed → archived → queued → sent | held | failed``; a
registered version whose successor is signed becomes ``superseded``. What was approved is
pinned by the hash of its drafts; when it changes, the version is a draft again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.rows import class_row

from service_reports.figures.model import Figure
from service_reports.register.chain import append, writing
from service_reports.register.entries import Issue, IssuedDocument, IssueKey, NotApproved, NotClaimed, Origin, State
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
AUTOMATIC = "automático"
"""Who approves where the contract asks for nobody's approval."""
CHANGES: Mapping[State, frozenset[State]] = {
    "draft": frozenset({"approved"}),
    "approved": frozenset({"signed", "draft"}),  # draft: what was approved changed
    "signed": frozenset({"archived", "superseded"}),
    "archived": frozenset({"queued", "superseded"}),
    "queued": frozenset({"sent", "held", "failed", "superseded"}),
    "held": frozenset({"sent", "queued", "failed", "superseded"}),
    "failed": frozenset({"queued", "superseded"}),
    "sent": frozenset({"failed", "superseded"}),  # failed: the message came back
    "superseded": frozenset({"queued", "sent", "held", "failed"}),  # recorded of its message; it stays superseded
}
"""Where a version may go from each state. Claiming makes a draft of what was never registered."""
OF_DELIVERY: frozenset[State] = frozenset({"queued", "sent", "held", "failed"})


def claim_version(
    connection: Connection,
    contract_id: str,
    report_number: str,
    run_id: str,
    correction_reason: str | None,
    origin: Origin | None = None,
) -> IssueKey:
    """The version that this run makes: the one it has, one that was never finished, or the next.

    A version that is claimed anew is a draft.

    Raises:
        NotClaimed: another run took the version at the same moment.
    """
    report = {"contract_id": contract_id, "report_number": report_number, "run_id": run_id}
    origin = origin or Origin()
    with writing(connection):
        row = connection.execute(statement("register/version_of_run"), report).fetchone()
        if row is not None:
            return IssueKey(contract_id, report_number, int(row[0]))
        row = connection.execute(
            statement("register/claim_version"), {**report, **asdict(origin), "correction_reason": correction_reason}
        ).fetchone()
        if row is None:
            raise NotClaimed(
                f"{contract_id} {report_number}: otra ejecución lo está emitiendo; limpie esta tarea cuando termine"
            )
        key = IssueKey(contract_id, report_number, int(row[0]))
        append(connection, key, "claimed", by=origin.requested_by, detail=correction_reason)
    return key


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
        raise NotClaimed(f"{key}: el registro no tiene esa versión")
    return issue


def issue_of_run(connection: Connection, key: IssueKey, run_id: str) -> Issue:
    """The register's row of a version, while it is this run's.

    Raises:
        NotClaimed: another run has taken the version over.
    """
    issue = read_issue(connection, key)
    if issue.run_id != run_id:
        raise NotClaimed(f"{key}: la ejecución {issue.run_id} tomó esta versión: siga en esa ejecución")
    return issue


def change_state(
    connection: Connection, key: IssueKey, old: State, new: State, *, by: str | None = None, detail: str | None = None
) -> bool:
    """Move a version from one state to another and record it, in one transaction (or in the caller's).

    ``by`` is who did it, ``detail`` why or how (Spanish). A superseded version stays so: what
    still happens to its message (``queued``, ``sent``, ``held``, ``failed``) is recorded only.
    The event holds the row of ``register.delivery``: change that first, in the same transaction.

    Returns:
        ``False``, and nothing was changed or recorded, when the version is not in ``old``.

    Raises:
        ValueError: no version goes from ``old`` to ``new``.
    """
    if new not in CHANGES[old]:
        raise ValueError(f"{key}: a version does not go from {old} to {new}")
    with writing(connection):
        if new in OF_DELIVERY and read_issue(connection, key).state == "superseded":
            append(connection, key, new, by=by, detail=detail)
            return True
        changed = connection.execute(statement("register/change_state"), {**asdict(key), "old": old, "new": new})
        if changed.fetchone() is None:
            return False
        append(connection, key, new, by=by, detail=detail, documents=new == "signed")
    return True


def set_figures(connection: Connection, key: IssueKey, figures_key: str, origin: Origin | None = None) -> None:
    """Point a version that is not yet registered to its figures in the archive, and to what they were made with.

    It is a draft then: an approval speaks of the figures that it saw.
    """
    with writing(connection):
        values = {**asdict(key), **asdict(origin or Origin()), "figures_key": figures_key}
        if connection.execute(statement("register/set_figures"), values).fetchone() is not None:
            append(connection, key, "computed")


def note_unchanged(connection: Connection, key: IssueKey, detail: str) -> None:
    """Record that a version which is not registered would say what the one before says, and is not issued.

    It stays what it is; the next run takes it over.
    """
    with writing(connection):
        if read_issue(connection, key).registered_at is None:
            append(connection, key, "unchanged", detail=detail)


def drafts_sha256(figures_key: str | None, documents: Iterable[tuple[str, str]]) -> str:
    """What an approval speaks of: the SHA-256 of a list, as ``sha256sum`` writes it, of the figures and the drafts.

    ``documents`` are names and keys of the unsigned documents in the archive.
    """
    listed = sorted((name, key.rpartition("/")[2]) for name, key in (("cifras", figures_key or ""), *documents))
    return hashlib.sha256("".join(f"{sha256}  {name}\n" for name, sha256 in listed).encode()).hexdigest()


def ask(connection: Connection, key: IssueKey, run_id: str, drafts: str) -> bool:
    """Record that a run asks a person about these drafts; ``False`` when it has asked about others before.

    Airflow shows the first question of a task for ever: an answer to it would speak of those others.
    """
    with writing(connection):
        row = connection.execute(statement("register/first_asked"), {**asdict(key), "run_id": run_id}).fetchone()
        if row is None:
            append(connection, key, "asked", detail=drafts)
        return row is None or bool(row[0] == drafts)


def approve(connection: Connection, key: IssueKey, run_id: str, drafts: str, *, by: str, comment: str | None) -> bool:
    """Record that a person approved these drafts (:func:`drafts_sha256`); ``False`` when the version is no draft.

    Raises:
        NotClaimed: another run has taken the version over.
    """
    with writing(connection):
        if issue_of_run(connection, key, run_id).state != "draft":
            return False
        connection.execute(statement("register/set_approved"), {**asdict(key), "drafts_sha256": drafts})
        return change_state(connection, key, "draft", "approved", by=by, detail=comment)


def reject(connection: Connection, key: IssueKey, run_id: str, *, by: str, comment: str) -> None:
    """Record that a person rejected the drafts of a version, and why; it stays a draft, which any run may take over.

    Raises:
        NotClaimed: another run has taken the version over.
    """
    with writing(connection):
        issue_of_run(connection, key, run_id)
        append(connection, key, "rejected", by=by, detail=comment)


def rejection(connection: Connection, key: IssueKey, run_id: str) -> tuple[str, str] | None:
    """Who rejected the drafts of a version in a run, and why; ``None`` where nobody did."""
    row = connection.execute(statement("register/rejection"), {**asdict(key), "run_id": run_id}).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


def register_issue(
    connection: Connection,
    key: IssueKey,
    run_id: str,
    documents: Sequence[IssuedDocument],
    figures: Iterable[Figure],
    drafts: str | None = None,
) -> bool:
    """Fix the documents and figures of a version, for ever; ``False`` when that was done before.

    A draft that nobody has to approve is approved by this. ``drafts`` is the
    :func:`drafts_sha256` of what was signed. Earlier versions are superseded.

    Raises:
        NotApproved: the version needs a person's approval and has none, or one of other drafts.
        NotClaimed: another run has taken the version over.
    """
    with writing(connection):
        issue = issue_of_run(connection, key, run_id)
        if issue.registered_at is not None:
            return False
        if issue.needs_approval:
            if issue.state != "approved":
                raise NotApproved(f"{key}: nadie ha aprobado los borradores, y el contrato lo pide")
            if drafts is None or issue.drafts_sha256 != drafts:
                raise NotApproved(f"{key}: lo que se va a firmar no es lo que se aprobó")
        elif issue.state == "draft":
            change_state(connection, key, "draft", "approved", by=AUTOMATIC)
        insert_documents(connection, [{**asdict(key), **asdict(document)} for document in documents])
        insert_figures(connection, key, [figure.model_dump() for figure in figures])
        listing = figures_listing(read_figures(connection, key))
        connection.execute(
            statement("register/set_registered"),
            {**asdict(key), "figures_sha256": hashlib.sha256(listing).hexdigest()},
        )
        change_state(connection, key, "approved", "signed")
        for version, state in connection.execute(statement("register/versions_to_supersede"), asdict(key)).fetchall():
            earlier = IssueKey(key.contract_id, key.report_number, version)
            change_state(connection, earlier, state, "superseded", detail=f"la reemplaza la versión {key.version}")
    return True


def insert_documents(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Enter documents of a version, columns as in ``register.document``."""
    with connection.cursor() as cursor:
        cursor.executemany(statement("register/insert_document"), rows)


def insert_figures(connection: Connection, key: IssueKey, figures: Iterable[Mapping[str, Any]]) -> None:
    """Enter the figures of a version, in the order in which they are given."""
    with connection.cursor() as cursor:
        cursor.executemany(
            statement("register/insert_figure"),
            [
                {**asdict(key), "position": position, "figure_id": figure["id"], "value": figure["value"],
                 "unit": figure["unit"], "source": figure["source"]}
                for position, figure in enumerate(figures, start=1)
            ],
        )  # fmt: skip


def figures_listing(figures: Iterable[Figure]) -> bytes:
    """The figures of a version as its ``figures.json`` in the archive lists them."""
    return json.dumps([figure.model_dump(mode="json") for figure in figures], ensure_ascii=False, indent=1).encode()


def set_archived(connection: Connection, key: IssueKey) -> None:
    """Note that every document of a version lies in the archive under its own name."""
    with writing(connection):
        if read_issue(connection, key).archived_at is not None:
            return
        connection.execute(statement("register/set_archived"), asdict(key))
        if not change_state(connection, key, "signed", "archived"):
            append(connection, key, "archived")  # superseded meanwhile


def read_documents(connection: Connection, key: IssueKey) -> Sequence[IssuedDocument]:
    """The documents of a version, in the order of its annexes."""
    with connection.cursor(row_factory=class_row(IssuedDocument)) as cursor:
        return cursor.execute(statement("register/read_documents"), asdict(key)).fetchall()


def read_figures(connection: Connection, key: IssueKey) -> Sequence[Figure]:
    """The figures that a version prints, in order."""
    with connection.cursor(row_factory=class_row(Figure)) as cursor:
        return cursor.execute(statement("register/read_figures"), asdict(key)).fetchall()
