"""Whether the register can still be trusted: its chain, its rows, its files. Findings are Spanish."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row, dict_row

from service_reports.archive import Archive, ArchiveConflict, ArchiveMissing
from service_reports.canonical_json import plain
from service_reports.failures import OneByOne
from service_reports.register.archiving import (
    EVENT_NAME,
    EVENTS,
    HEAD_NAME,
    HEADS,
)
from service_reports.register.chain import Event, Finding, event_facts, read_events, snapshot
from service_reports.register.decisions import NOT_OURS, decision_findings, drafts_told_by
from service_reports.register.entries import Draft, IssueKey
from service_reports.register.extending import extension_name
from service_reports.register.versions import figures_listing, read_figures
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
ISSUED, REGISTER = "issued/", "register/"
OWN_FOLDERS = frozenset({ISSUED, REGISTER, EVENTS, HEADS})
OWN_NAME = re.compile(f"{EVENT_NAME.pattern}|{HEAD_NAME.pattern}")
"""What lies under ``register/``; that each is what it must be is seen with the chain."""
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
    drafts: Mapping[int, Draft] = field(default_factory=dict)
    """The drafts that its documents were made of, by position; none in events from before they were pinned."""
    extensions: list[Mapping[str, Any]] = field(default_factory=list)
    """What was added to its documents later, in order."""
    returned: list[Mapping[str, Any]] = field(default_factory=list)
    """What came back of its documents, signed, in order."""
    signed: int = 0
    """Position of the event that signed it."""


class File(NamedTuple):
    """A file that the archive must hold: its key there, its SHA-256, and the draft that it was made of, if known.

    ``extends`` are size and SHA-256 of the file that it begins with, of one that was added to later.
    """

    name: str
    archive_key: str
    sha256: str
    draft: Draft | None = None
    extends: tuple[int, str] | None = None


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
        match facts.get("event"):
            case "claimed" | "computed":
                told.drafts = {}
            case "drafted":
                with suppress(*NOT_OURS):
                    told.drafts = {draft.position: draft for draft in drafts_told_by(facts).documents}
            case "signed":
                told.signed = event.position
            case "extended" if isinstance(extension := facts.get("extension"), dict):
                told.extensions.append(extension)
            case "returned" if isinstance(returned := facts.get("returned"), dict):
                told.returned.append(returned)
        told.delivery = facts["delivery"] or told.delivery
        if told.delivery is not None and told.delivery["state"] in LEFT:
            told.left = list(dict.fromkeys((*told.left, told.delivery["message_key"])))
    return versions


@contextmanager
def one_moment(connection: Connection) -> Iterator[None]:
    """A transaction that sees the register as it is now, whoever writes meanwhile."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        yield


def verify_rows(connection: Connection) -> list[Finding]:
    """Every row of the register that is not what its events say, or that no event speaks of."""
    with one_moment(connection):
        return row_findings(connection)


def row_findings(connection: Connection) -> list[Finding]:
    """The same within the caller's transaction."""
    checking = OneByOne()
    findings: list[Finding] = []
    for contract_id in known_contracts(connection):
        for key in versions_of_contract(connection, contract_id):
            with checking.item(f"register.report {key}"):
                findings += version_findings(connection, key)[0]
    with checking.item("register.bounce"):
        findings += bounce_findings(connection, read_events(connection))
        findings += bounces_without_event(connection)
    return sorted([*findings, *not_checked(checking)])


def known_contracts(connection: Connection) -> list[str]:
    """The contracts of which the register knows a version, or an event."""
    return [contract_id for (contract_id,) in connection.execute(statement("register/known_contracts"))]


def versions_of_contract(connection: Connection, contract_id: str) -> list[IssueKey]:
    """The versions of a contract, whether a row or only events tell of them."""
    rows = connection.execute(statement("register/versions_of_contract"), {"contract_id": contract_id})
    return [IssueKey(*row) for row in rows]


def events_of(connection: Connection, key: IssueKey) -> list[Event]:
    """The events of a version, in order."""
    with connection.cursor(row_factory=class_row(Event)) as cursor:
        return cursor.execute(statement("register/events_of_version"), asdict(key)).fetchall()


def version_findings(connection: Connection, key: IssueKey) -> tuple[list[Finding], Told | None]:
    """What is wrong with a version's rows and with what was decided on it; and what its events tell of it."""
    events = events_of(connection, key)
    told = told_by(events).get(key)
    held = bool(snapshot(connection, "report", key))
    if told is None:
        return [Finding(f"register.report {key}", "ningún evento habla de esta fila")] if held else [], None
    return [*_rows_of(connection, key, told, held), *decision_findings(events)], told


def not_checked(checking: OneByOne) -> Iterator[Finding]:
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


def bounce_findings(connection: Connection, events: Iterable[Event]) -> Iterator[Finding]:
    """Reports of mail servers that are not what these events say."""
    told = {}
    for event in events:
        facts = event_facts(event)
        if facts.get("event") == "reported" and isinstance(kept := facts.get("bounce"), dict):
            told[kept["object_key"], kept["sha256"]] = event.position, kept
    if not told:
        return
    with connection.cursor(row_factory=dict_row) as cursor:
        named = {"object_keys": sorted({object_key for object_key, _ in told})}
        rows = cursor.execute(statement("register/bounces_of_events"), named)
        held = {(row["object_key"], row["sha256"]): plain(row) for row in rows}
    for (object_key, sha256), (position, kept) in told.items():
        row = f"register.bounce {object_key}"
        if (object_key, sha256) not in held:
            yield Finding(row, f"falta: el evento {position} la tiene")
            continue
        told_of = {name: value for name, value in kept.items() if name != "read_at"}  # it may have been read again
        yield from _differences(row, held[object_key, sha256], told_of, position)


def bounces_without_event(connection: Connection, store: Archive | None = None) -> Iterator[Finding]:
    """Reports of mail servers that no event speaks of.

    Of one from before they had events, the file that it was read from must be there; it is looked for in ``store``.
    """
    for object_key, sha256, older in connection.execute(statement("register/bounces_without_event")).fetchall():
        row = f"register.bounce {object_key}"
        if not older:
            yield Finding(row, "ningún evento habla de esta fila")
        elif store is not None and (detail := file_problem(store, File("", object_key, sha256))) is not None:
            yield Finding(row, f"ningún evento habla de esta fila, y {detail}")


def files_of(key: IssueKey, told: Told) -> Iterator[File]:
    """Every file that a version must have in the archive."""
    if told.report["registered_at"] is None:
        return
    archived = told.report["archived_at"] is not None
    for document in told.documents:
        name, sha256 = document["file_name"], document["sha256"]
        yield File(name, document["blob_key"], sha256, told.drafts.get(document["position"]))
        if archived:
            yield File(name, document["archive_key"], sha256)
    yield from _extensions(told)
    yield from _returned(told)
    if (figures_key := told.report["figures_key"]) is not None:
        yield File("cifras", figures_key, figures_key.rpartition("/")[2])
    if archived and told.report["figures_sha256"] is not None:
        yield File("figures.json", issued_name(key, "figures.json"), told.report["figures_sha256"])
    if (evidence_key := told.report.get("evidence_key")) is not None:
        yield File("respaldo", evidence_key, evidence_key.rpartition("/")[2])
    if told.delivery is not None:
        for message_key in dict.fromkeys((*told.left, told.delivery["message_key"])):
            yield File("mensaje", message_key, message_key.rpartition("/")[2])


def _extensions(told: Told) -> Iterator[File]:
    """What was added to documents later, each beginning with the one before."""
    newest = {each["position"]: (each["file_name"], each["size_bytes"], each["sha256"]) for each in told.documents}
    for each in told.extensions:
        name, size_bytes, sha256 = newest[each["position"]]
        numbered = extension_name(name, each["number"])
        yield File(numbered, each["blob_key"], each["sha256"], extends=(size_bytes, sha256))
        newest[each["position"]] = name, each["size_bytes"], each["sha256"]


def _returned(told: Told) -> Iterator[File]:
    """What came back signed, beginning with what was sent; the copy of a page begins with nothing of ours."""
    names = {each["position"]: each["file_name"] for each in told.documents}
    for number, each in enumerate(told.returned, start=1):
        begins = None if each["begins_sha256"] is None else (each["begins_size_bytes"], each["begins_sha256"])
        name = extension_name(names[each["position"]], f"firmado-{number}")
        yield File(name, each["blob_key"], each["sha256"], extends=begins)


def issued_name(key: IssueKey, file_name: str) -> str:
    """Where a file of a version lies in the archive under its own name."""
    return f"{ISSUED}{key.contract_id}/{key.report_number}/v{key.version}/{file_name}"


def file_problem(store: Archive, file: File) -> str | None:
    """What is wrong with a file of the archive, if anything.

    A signature adds to a PDF and changes none of its bytes (PAdES), so that a signed document begins with its draft;
    one that nobody signs is its draft.
    """
    try:
        content = store.read(file.archive_key)
    except ArchiveMissing:
        return f"falta en el archivo: {file.archive_key}"
    except ArchiveConflict as error:
        return f"fue cambiado en el archivo: {error}"
    held = hashlib.sha256(content).hexdigest()
    if held != file.sha256:
        return f"{file.archive_key} tiene la huella {held}; se registró {file.sha256}"
    if file.extends is not None:
        size_bytes, sha256 = file.extends
        if hashlib.sha256(content[:size_bytes]).hexdigest() != sha256:
            return f"{file.archive_key} no empieza por el archivo que amplía ({sha256})"
    if file.draft is not None:
        begins = hashlib.sha256(content[: file.draft.size_bytes]).hexdigest() == file.draft.sha256
        if not begins or (file.draft.vendor_box is None and len(content) != file.draft.size_bytes):
            return f"{file.archive_key} no es el borrador que se aprobó ({file.draft.sha256}), firmado"
    return None


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
