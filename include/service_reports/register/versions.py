"""Versions of reports: claimed by a run, then registered with their documents and figures, for ever.

Every change is one transaction that compares, sets and appends an event to the chain.
States: ``draft → approved → signed → archived → queued → sent | held | failed``; a
registered version whose successor is signed becomes ``superseded``. The drafts of a version are
pinned by an event (``drafted``): a person is asked about these, approves these, and these are signed.
When they change, the version is a draft again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.rows import class_row

from service_reports.figures.figure import Figure
from service_reports.register.chain import append, writing
from service_reports.register.entries import (
    Draft,
    Drafts,
    Issue,
    IssuedDocument,
    IssueKey,
    NotApproved,
    NotAsked,
    NotClaimed,
    NotPinned,
    Origin,
    Question,
    Signature,
    State,
)
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
    connection: Connection,
    key: IssueKey,
    old: State,
    new: State,
    *,
    by: str | None = None,
    detail: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> bool:
    """Move a version from one state to another and record it, in one transaction (or in the caller's).

    ``by`` is who did it, ``detail`` why or how (Spanish), ``more`` what only this event has. A superseded
    version stays so: what still happens to its message (``queued``, ``sent``, ``held``, ``failed``) is recorded only.
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
            append(connection, key, new, by=by, detail=detail, more=more)
            return True
        changed = connection.execute(statement("register/change_state"), {**asdict(key), "old": old, "new": new})
        if changed.fetchone() is None:
            return False
        append(connection, key, new, by=by, detail=detail, documents=new == "signed", more=more)
    return True


def set_figures(
    connection: Connection, key: IssueKey, run_id: str, figures_key: str, origin: Origin | None = None
) -> None:
    """Point a version that is not yet registered to its figures in the archive, and to what they were made with.

    It is a draft then: an approval speaks of the figures that it saw.

    Raises:
        NotClaimed: another run has taken the version over, whose figures stay.
    """
    with writing(connection):
        issue_of_run(connection, key, run_id)
        values = {**asdict(key), **asdict(origin or Origin()), "figures_key": figures_key}
        if connection.execute(statement("register/set_figures"), values).fetchone() is not None:
            append(connection, key, "computed")


def note_unchanged(connection: Connection, key: IssueKey, run_id: str, detail: str) -> None:
    """Record that a version which is not registered would say what the one before says, and is not issued.

    It stays what it is; the next run takes it over.

    Raises:
        NotClaimed: another run has taken the version over.
    """
    with writing(connection):
        if issue_of_run(connection, key, run_id).registered_at is None:
            append(connection, key, "unchanged", detail=detail)


def pin_drafts(connection: Connection, key: IssueKey, run_id: str, drafts: Drafts) -> None:
    """Record the drafts of a version: only these can be asked about, approved and signed.

    Others than those that were approved make the version a draft again. The same again change nothing.

    Raises:
        NotClaimed: another run has taken the version over.
        NotPinned: the version is registered, or its figures were computed again since.
    """
    with writing(connection):
        issue = issue_of_run(connection, key, run_id)
        if issue.registered_at is not None:
            raise NotPinned(
                f"{key}: ya está registrada, y sus documentos quedan como están\n  → emita una versión nueva"
            )
        if issue.figures_key != drafts.figures_key:
            raise NotPinned(
                f"{key}: las cifras se calcularon otra vez mientras se elaboraban los documentos\n"
                "  → limpie «Elaborar documentos» (`documents`)"
            )
        if issue.state == "approved" and issue.drafts_sha256 != drafts.sha256:
            detail = "los borradores ya no son los que se aprobaron"
            change_state(connection, key, "approved", "draft", detail=detail)
        if read_drafts(connection, key) != drafts:
            pinned = {"drafts": [asdict(draft) for draft in drafts.documents]}
            append(connection, key, "drafted", detail=drafts.sha256, more=pinned)


def read_drafts(connection: Connection, key: IssueKey) -> Drafts | None:
    """The drafts of a version; ``None`` when none were made of its present figures."""
    row = connection.execute(statement("register/read_drafts"), asdict(key)).fetchone()
    if row is None or row[0] != "drafted":
        return None
    return Drafts(row[1], tuple(Draft(**draft) for draft in row[2]))


def ask(connection: Connection, key: IssueKey, question: Question, about: str, *, once: bool = False) -> bool:
    """Record what a person is asked about a version; asking about the same again records nothing.

    ``about`` tells what the answer will speak of. Airflow shows the first text of a question for ever: with ``once``
    nothing is recorded, and the result is ``False``, when this question was about something else before.
    """
    with writing(connection):
        before = asked(connection, key, question)
        if before == about:
            return True
        if before is not None and once:
            return False
        append(connection, key, "asked", detail=about, more={"question": str(question)})
    return True


def asked(connection: Connection, key: IssueKey, question: Question) -> str | None:
    """What a question about a version was about when it was put last; ``None`` when it was not."""
    values = {**asdict(key), "question": str(question), "run_id": question.run_id}
    row = connection.execute(statement("register/asked"), values).fetchone()
    return None if row is None else str(row[0])


def approve(connection: Connection, key: IssueKey, question: Question, *, by: str, comment: str | None) -> bool:
    """Record that a person approved the drafts that the question was about; ``False`` when the version is no draft.

    Raises:
        NotAsked: nobody was asked about the drafts that the version has now.
        NotClaimed: another run has taken the version over.
    """
    with writing(connection):
        state = issue_of_run(connection, key, question.run_id).state
        drafts = _asked_drafts(connection, key, question)
        if state != "draft":
            return False
        connection.execute(statement("register/set_approved"), {**asdict(key), "drafts_sha256": drafts})
        answered = {"question": str(question)}
        return change_state(connection, key, "draft", "approved", by=by, detail=comment, more=answered)


def reject(connection: Connection, key: IssueKey, question: Question, *, by: str, comment: str) -> None:
    """Record that a person rejected the drafts of a version, and why; it stays a draft, which any run may take over.

    Raises:
        NotAsked: nobody was asked about the drafts that the version has now.
        NotClaimed: another run has taken the version over.
    """
    with writing(connection):
        issue_of_run(connection, key, question.run_id)
        _asked_drafts(connection, key, question)
        append(connection, key, "rejected", by=by, detail=comment, more={"question": str(question)})


def _asked_drafts(connection: Connection, key: IssueKey, question: Question) -> str:
    """The hash of the version's drafts, which the question was about."""
    drafts = read_drafts(connection, key)
    if drafts is None or asked(connection, key, question) != drafts.sha256:
        raise NotAsked(
            f"{key}: los borradores no son aquellos por los que se preguntó; la respuesta no cuenta\n"
            "  → dispare el informe de nuevo; toma el mismo número de versión"
        )
    return drafts.sha256


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
    evidence_key: str | None = None,
    signatures: Sequence[Signature] = (),
) -> bool:
    """Fix the documents and figures of a version, for ever; ``False`` when that was done before.

    A draft that nobody has to approve is approved by this. Earlier versions are superseded. ``evidence_key`` is the
    list of what the version rests on (:func:`seal_evidence`) in the archive, ``signatures`` is how the documents that
    are signed were signed.

    Raises:
        NotApproved: the version needs a person's approval and has none, or one of other drafts.
        NotClaimed: another run has taken the version over.
        NotPinned: a document was not made of the draft that the register has of it.
    """
    with writing(connection):
        issue = issue_of_run(connection, key, run_id)
        if issue.registered_at is not None:
            return False
        drafts = read_drafts(connection, key)
        if issue.needs_approval:
            if issue.state != "approved":
                raise NotApproved(f"{key}: nadie ha aprobado los borradores, y el contrato lo pide")
            if drafts is None or issue.drafts_sha256 != drafts.sha256:
                raise NotApproved(f"{key}: lo que se va a firmar no es lo que se aprobó")
        elif issue.state == "draft":
            approved = drafts and drafts.sha256
            connection.execute(statement("register/set_approved"), {**asdict(key), "drafts_sha256": approved})
            change_state(connection, key, "draft", "approved", by=AUTOMATIC)
        if drafts is not None:
            unlike = list(unlike_drafts(drafts.documents, documents))
            if unlike:
                raise NotPinned(f"{key}: no se firmaron los borradores que el registro tiene: {'; '.join(unlike)}")
        insert_documents(connection, [{**asdict(key), **asdict(document)} for document in documents])
        insert_figures(connection, key, [figure.model_dump() for figure in figures])
        connection.execute(statement("register/set_evidence"), {**asdict(key), "evidence_key": evidence_key})
        listing = figures_listing(read_figures(connection, key))
        connection.execute(
            statement("register/set_registered"),
            {**asdict(key), "figures_sha256": hashlib.sha256(listing).hexdigest()},
        )
        how = {"signatures": [asdict(each) for each in signatures]} if signatures else None
        change_state(connection, key, "approved", "signed", more=how)
        for version, state in connection.execute(statement("register/versions_to_supersede"), asdict(key)).fetchall():
            earlier = IssueKey(key.contract_id, key.report_number, version)
            change_state(connection, earlier, state, "superseded", detail=f"la reemplaza la versión {key.version}")
    return True


def unlike_drafts(drafts: Iterable[Draft], documents: Iterable[IssuedDocument]) -> Iterator[str]:
    """Where documents are not what became of some drafts (Spanish): others, or not signed but changed.

    That a signed document begins with the bytes of its draft is seen in the bytes (:func:`verify_files`).
    """
    made = {document.position: document for document in documents}
    for draft in drafts:
        document = made.pop(draft.position, None)
        if document is None:
            yield f"falta {draft.file_name}"
            continue
        for name in ("kind", "title", "code", "file_name", "media_type"):
            if getattr(draft, name) != getattr(document, name):
                yield f"{document.file_name}: «{name}» es {getattr(document, name)!r}, no {getattr(draft, name)!r}"
        if draft.vendor_box is None and draft.sha256 != document.sha256:
            yield f"{document.file_name}: su huella es {document.sha256}; la del borrador, {draft.sha256}"
    yield from (f"sobra {document.file_name}" for document in made.values())


def insert_documents(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Enter documents of a version, columns as in ``register.document``."""
    with connection.cursor() as cursor:
        cursor.executemany(statement("register/insert_document"), rows)


def insert_figures(connection: Connection, key: IssueKey, figures: Iterable[Mapping[str, Any]]) -> None:
    """Enter the figures of a version, in the order in which they are given."""
    with connection.cursor() as cursor, cursor.copy(statement("register/copy_figures")) as copying:
        for position, figure in enumerate(figures, start=1):
            told = figure["id"], figure["value"], figure["unit"], figure["source"]
            copying.write_row((*asdict(key).values(), position, *told))


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
