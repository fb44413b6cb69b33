"""Whether the register can still be trusted: its chain, its rows, its files. Findings are Spanish."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import class_row

from service_reports.archive import Archive, ArchiveConflict, ArchiveMissing
from service_reports.failures import OneByOne
from service_reports.register.archiving import Head, archived_events, archived_heads, event_key
from service_reports.register.chain import Event, Finding, check_chain, event_facts, read_events, snapshot
from service_reports.register.entries import IssueKey
from service_reports.register.versions import figures_listing, read_figures
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
ON_ITS_WAY = frozenset({"pending", "queued", "sending"})
"""States of a message that a sender changes without an event (``pending`` is an older name of ``queued``)."""
OF_SENDER = frozenset({"state", "attempts", "detail", "claimed_at", "sent_at"})
"""What a sender then changes of it."""
LEFT = frozenset({"sending", "sent", "ambiguous", "unknown"})
"""States of a message that the server has, or may have."""
OLDER_NAMES: Mapping[str, str] = {"pending": "queued", "unknown": "ambiguous"}
"""What older events call the states of a message."""


@dataclass
class Told:
    """What the chain tells of a version: the rows that its events hold, the newest of each."""

    position: int = 0
    report: Mapping[str, Any] = field(default_factory=dict)
    documents: list[Mapping[str, Any]] = field(default_factory=list)
    delivery: Mapping[str, Any] | None = None
    left: list[str] = field(default_factory=list)
    """Keys of the messages that left, or may have: more than one where one came back and was composed anew."""


def told_by(events: Iterable[Event]) -> dict[IssueKey, Told]:
    """What a chain tells of every version."""
    versions: dict[IssueKey, Told] = {}
    for event in events:
        facts = event_facts(event)
        if not {"contract_id", "report_number", "version", "report", "delivery"} <= facts.keys():
            continue  # no event of ours: the chain tells that it was edited
        key = IssueKey(facts["contract_id"], facts["report_number"], facts["version"])
        told = versions.setdefault(key, Told())
        told.position, told.report = event.position, facts["report"]
        told.documents = facts.get("documents", told.documents)
        told.delivery = facts["delivery"] or told.delivery
        if told.delivery is not None and told.delivery["state"] in LEFT:
            told.left = list(dict.fromkeys((*told.left, told.delivery["message_key"])))
    return versions


@contextmanager
def _one_moment(connection: Connection) -> Iterator[None]:
    """A transaction that sees the register as it is now, whoever writes meanwhile."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        yield


def verify_chain(connection: Connection, store: Archive) -> list[Finding]:
    """What is wrong with the chain: in itself, and against the events and heads that were archived.

    What was noted as archived is read before the archive, and the chain after it: whoever writes
    meanwhile adds to the archive after the chain, and notes it after both.
    """
    noted = {position for (position,) in connection.execute(statement("register/archived_positions"))}
    archived, damaged = archived_events(store)
    heads, damaged_heads = archived_heads(store)
    with _one_moment(connection):
        events = list(read_events(connection))
    missing = sorted(noted - {event.position for event in archived} - damaged.keys())
    return [
        *check_chain(events),
        *_against_archive(events, archived, heads),
        *damaged.values(),
        *(Finding(f"register.event {each}", f"falta en el archivo: {event_key(each)}") for each in missing),
        *damaged_heads,
    ]


def _against_archive(events: Iterable[Event], archived: Iterable[Event], heads: Iterable[Head]) -> Iterator[Finding]:
    held = {event.position: event.sha256 for event in events}
    last = max(held, default=0)
    for event in archived:
        if event.position > last:
            detail = f"está en el archivo y ya no en el registro, que termina en {last}"
            yield Finding(f"register.event {event.position}", detail)
        elif held.get(event.position, event.sha256) != event.sha256:
            yield Finding(f"register.event {event.position}", "no es el que se archivó: fue reemplazado")
    for day, position, sha256 in heads:
        if position > last:
            detail = f"falta: la cabeza archivada el {day} lo nombra, y el registro termina en {last}"
            yield Finding(f"register.event {position}", detail)
        elif held.get(position, sha256) != sha256:
            yield Finding(f"register.event {position}", f"no es el de la cabeza archivada el {day}")


def verify_rows(connection: Connection) -> list[Finding]:
    """Every row of the register that is not what its events say, or that no event speaks of."""
    with _one_moment(connection):
        return row_findings(connection)


def row_findings(connection: Connection) -> list[Finding]:
    """The same within the caller's transaction."""
    told = told_by(read_events(connection))
    held = {IssueKey(*row) for row in connection.execute(statement("register/read_keys"))}
    findings = [Finding(f"register.report {key}", "ningún evento habla de esta fila") for key in held - told.keys()]
    checking = OneByOne()
    for key, version in told.items():
        with checking.item(f"register.report {key}"):
            findings += _rows_of(connection, key, version, key in held)
    return sorted([*findings, *_not_checked(checking)])


def _not_checked(checking: OneByOne) -> Iterator[Finding]:
    """What could not even be compared is a finding of its own, and keeps nothing else from being compared."""
    for subject, reason in checking.failures:
        yield Finding(subject, f"no se pudo comprobar: {reason}")


def _rows_of(connection: Connection, key: IssueKey, told: Told, held: bool) -> Iterator[Finding]:
    if not held:
        yield Finding(f"register.report {key}", f"falta: el evento {told.position} la tiene")
        return
    [report] = snapshot(connection, "report", key)
    yield from _differences(f"register.report {key}", report, told.report, told.position)
    documents = {row["file_name"]: row for row in snapshot(connection, "documents", key)}
    expected = {row["file_name"]: row for row in told.documents}
    for name in sorted(documents.keys() | expected.keys()):
        row = f"register.document {key} {name}"
        if name not in documents:
            yield Finding(row, "falta: se firmó y se registró")
        elif name not in expected:
            yield Finding(row, "ningún evento habla de esta fila")
        else:
            yield from _differences(row, documents[name], expected[name], told.position)
    if (figures_sha256 := told.report["figures_sha256"]) is not None:
        listing = hashlib.sha256(figures_listing(read_figures(connection, key))).hexdigest()
        if listing != figures_sha256:
            detail = f"las cifras no dan la huella registrada ({figures_sha256}): una fila se editó, falta o sobra"
            yield Finding(f"register.figure {key}", detail)
    message = next(iter(snapshot(connection, "delivery", key)), None)
    if message is None and told.delivery is not None:
        yield Finding(f"register.delivery {key}", "falta: se registró el mensaje")
    elif message is not None and told.delivery is None:
        yield Finding(f"register.delivery {key}", "ningún evento habla de esta fila")
    elif message is not None and told.delivery is not None:
        yield from _differences(f"register.delivery {key}", message, _settled(told.delivery, message), told.position)


def _settled(told: Mapping[str, Any], held: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an event tells of a message, without what a sender may have changed since."""
    told = {**told, "state": OLDER_NAMES.get(told["state"], told["state"])}
    if told["state"] in ON_ITS_WAY and held["state"] in ON_ITS_WAY | {"ambiguous"}:  # ambiguous: restored
        return {name: value for name, value in told.items() if name not in OF_SENDER}
    return told


def _differences(row: str, held: Mapping[str, Any], told: Mapping[str, Any], position: int) -> Iterator[Finding]:
    # Only what the event knew: a column that came with a later version of the schema is not in it.
    for column in told:
        if held.get(column) != told[column]:
            detail = f"«{column}» es {held.get(column)!r}; el evento {position} dice {told[column]!r}"
            yield Finding(row, detail)


def verify_files(connection: Connection, store: Archive) -> list[Finding]:
    """Every registered file that the archive does not hold with its hash."""
    with _one_moment(connection):
        told = told_by(read_events(connection))
    findings: list[Finding] = []
    checking = OneByOne()
    for key, version in told.items():
        with checking.item(str(key)):
            for name, archive_key, sha256 in files_of(key, version):
                detail = file_problem(store, archive_key, sha256)
                if detail:
                    findings.append(Finding(f"{key} {name}", detail))
    return [*findings, *_not_checked(checking)]


def files_of(key: IssueKey, told: Told) -> Iterator[tuple[str, str, str]]:
    """Name, key in the archive and SHA-256 of every file that a version must have there."""
    if told.report["registered_at"] is None:
        return
    archived = told.report["archived_at"] is not None
    for document in told.documents:
        yield document["file_name"], document["blob_key"], document["sha256"]
        if archived:
            yield document["file_name"], document["archive_key"], document["sha256"]
    if (figures_key := told.report["figures_key"]) is not None:
        yield "cifras", figures_key, figures_key.rpartition("/")[2]
    if archived and told.report["figures_sha256"] is not None:
        yield "figures.json", issued_name(key, "figures.json"), told.report["figures_sha256"]
    if told.delivery is not None:
        for message_key in dict.fromkeys((*told.left, told.delivery["message_key"])):
            yield "mensaje", message_key, message_key.rpartition("/")[2]


def issued_name(key: IssueKey, file_name: str) -> str:
    """Where a file of a version lies in the archive under its own name."""
    return f"issued/{key.contract_id}/{key.report_number}/v{key.version}/{file_name}"


def file_problem(store: Archive, archive_key: str, sha256: str) -> str | None:
    """What is wrong with a file of the archive, if anything."""
    try:
        content = store.read(archive_key)
    except ArchiveMissing:
        return f"falta en el archivo: {archive_key}"
    except ArchiveConflict as error:
        return f"fue cambiado en el archivo: {error}"
    held = hashlib.sha256(content).hexdigest()
    return None if held == sha256 else f"{archive_key} tiene la huella {held}; se registró {sha256}"


def verify_retention(store: Archive, days: int | None) -> list[Finding]:
    """Whether the bucket keeps what is put into it for so many days; nothing is asked where ``days`` is ``None``."""
    if days is None:
        return []
    held = store.retention_days()
    if held is not None and held >= days:
        return []
    detail = f"la retención por Object Lock es de {held or 0} días; la conexión pide {days} (retention_days)"
    return [Finding(f"s3://{store.bucket}", detail)]


def versions_without_event(connection: Connection) -> list[IssueKey]:
    """The versions that the chain knows nothing of: issued before there was one, or slipped in."""
    with connection.cursor(row_factory=class_row(IssueKey)) as cursor:
        return cursor.execute(statement("register/versions_without_event")).fetchall()
