"""The register rebuilt from the archive alone, and what was sent fetched back as files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from service_reports.archive import Archive
from service_reports.canonical_json import canonical
from service_reports.register.archiving import archived_events, archived_heads
from service_reports.register.chain import Event, append, check_chain, event_facts, writing
from service_reports.register.entries import IssueKey, NotClaimed
from service_reports.register.outbox import read_delivery
from service_reports.register.verification import (
    OLDER_NAMES,
    File,
    Told,
    events_of,
    file_problem,
    files_of,
    row_findings,
    told_by,
    versions_without_event,
)
from service_reports.register.versions import figures_listing, insert_figures, read_documents, read_figures, read_issue
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
Say = Callable[[str], None]


class NotRestored(RuntimeError):
    """The archive does not give the whole register, or there is one already; nothing was written."""


class NotAsSent(RuntimeError):
    """A file of the archive is not the one that was issued or sent."""


def restore(connection: Connection | None, store: Archive, say: Say) -> int:
    """Rebuild the register from the archive, in one transaction; returns how many versions it has.

    Without a connection nothing is written: the archive is read and checked, every file of it.

    Raises:
        NotRestored: a gap or an edited event in the archive, a file that is missing or not its
            hash, a register that is not empty, or rows that are not those of the events.
    """
    events, damaged = archived_events(store)
    heads, damaged_heads = archived_heads(store)
    problems = [str(finding) for finding in (*damaged.values(), *damaged_heads, *check_chain(events))]
    hashes = {event.position: event.sha256 for event in events}
    problems += [
        f"la cabeza archivada el {head.day} nombra el evento {head.position} con la huella {head.sha256}"
        for head in heads
        if hashes.get(head.position) != head.sha256
    ]
    say(f"Events in the archive: {len(events)}")
    versions = told_by(events)
    for number, (key, told) in enumerate(sorted(versions.items(), key=lambda item: str(item[0])), start=1):
        files = list(files_of(key, told))
        found = [detail for file in files if (detail := file_problem(store, file)) is not None]
        problems += [f"{key}: {detail}" for detail in found]
        say(f"[{number}/{len(versions)}] {key}: {told.report['state']}, files: {len(files)}, problems: {len(found)}")
    if problems:
        raise NotRestored("\n".join(problems))
    if connection is None:
        return len(versions)
    with writing(connection):
        _restore_rows(connection, store, events, versions)
    return len(versions)


def _restore_rows(
    connection: Connection, store: Archive, events: Sequence[Event], versions: Mapping[IssueKey, Told]
) -> None:
    for table in ("report", "event"):
        if connection.execute(f"select 1 from register.{table} limit 1").fetchone():  # noqa: S608 (two fixed names)
            raise NotRestored(f"register.{table} has rows: only an empty register is restored")
    for event in events:
        connection.execute(statement("register/append_event"), event._asdict())
    positions = [event.position for event in events]
    connection.execute(statement("register/set_events_archived"), {"positions": positions})
    for key, told in versions.items():
        _restore_version(connection, store, key, told)
    for event in events:
        if isinstance(bounce := event_facts(event).get("bounce"), dict):
            connection.execute(statement("register/restore_bounce"), {"row": Jsonb(bounce)})
    last = max((event.position for event in events), default=0)
    connection.execute(statement("register/set_restored"), {"position": last})
    if differences := row_findings(connection):
        raise NotRestored("\n".join(map(str, differences)))


def _restore_version(connection: Connection, store: Archive, key: IssueKey, told: Told) -> None:
    def insert(table: str, row: Mapping[str, Any]) -> None:
        connection.execute(statement(f"register/restore_{table}"), {"row": Jsonb(row)})

    insert("report", told.report)
    for document in told.documents:
        insert("document", document)
    if told.delivery is not None:
        insert("delivery", _restored_message(told))
    if told.report["registered_at"] is not None and told.report["figures_key"] is not None:
        insert_figures(connection, key, json.loads(store.read(told.report["figures_key"]))["figures"])


def _restored_message(told: Told) -> Mapping[str, Any]:
    """A message as it is restored: one that could leave may have left after its last archived event.

    That it could is archived before it does.
    """
    assert told.delivery is not None
    row = {**told.delivery}
    row["state"] = OLDER_NAMES.get(row["state"], row["state"])
    if row["state"] in ("queued", "sending") and told.report["state"] not in ("signed", "archived"):
        row["state"] = "ambiguous"
        row["detail"] = "restaurado del archivo: no se sabe si salió después del último evento archivado"
    return row


def adopt(connection: Connection, by: str) -> list[IssueKey]:
    """Give every version that was issued before there was a chain its first event; returns these versions."""
    with writing(connection):
        adopted = versions_without_event(connection)
        for key in adopted:
            if read_issue(connection, key).registered_at is not None:
                listing = hashlib.sha256(figures_listing(read_figures(connection, key))).hexdigest()
                connection.execute(statement("register/set_registered"), {**asdict(key), "figures_sha256": listing})
            append(connection, key, "adopted", by=by, detail="emitida antes de que hubiera cadena", documents=True)
    return adopted


def note_file(connection: Connection, store: Archive, archive_key: str, *, by: str, why: str) -> str:
    """Record that a person knows of a file in the archive that the register did not put there; returns its SHA-256.

    Raises:
        ArchiveMissing: there is no such file.
    """
    sha256 = hashlib.sha256(store.read(archive_key)).hexdigest()
    with writing(connection):
        append(connection, None, "noted", by=by, detail=why, more={"object": archive_key, "sha256": sha256})
    return sha256


def fetch(connection: Connection, store: Archive, key: IssueKey, folder: Path) -> list[Path]:
    """Write what was issued and sent of a version into a folder: documents, figures, message, events, ``SHA256SUMS``.

    Raises:
        NotClaimed: the version was never registered.
        NotAsSent: a file is not the registered one, or the message carries others than were issued.
        FileExistsError: the folder has one of the files already.
    """
    issue = read_issue(connection, key)
    if issue.registered_at is None:
        raise NotClaimed(f"{key}: it was never registered, so nothing of it was issued or sent")
    contents: dict[str, bytes] = {}
    for document in read_documents(connection, key):
        contents[document.file_name] = _checked(store, document.blob_key, document.sha256)
    issued = dict(contents)
    listing = figures_listing(read_figures(connection, key))
    if hashlib.sha256(listing).hexdigest() != issue.figures_sha256:
        raise NotAsSent(f"{key}: the figures of the register are not those that were registered")
    contents["figures.json"] = listing
    events = events_of(connection, key)
    delivery = read_delivery(connection, key)
    told = told_by(events)
    for held in files_of(key, told[key]) if key in told else ():
        if held.extends is not None:
            contents[held.name] = _checked(store, held.archive_key, held.sha256)
    if delivery is not None:
        earlier = [each for each in (told[key].left if key in told else ()) if each != delivery.message_key]
        names = {f"message-{number}.eml": each for number, each in enumerate(earlier, start=1)}
        for name, message_key in {**names, "message.eml": delivery.message_key}.items():
            message = _checked(store, message_key, message_key.rpartition("/")[2])
            _check_carried(key, message_from_bytes(message, policy=SMTP), issued)
            contents[name] = message
    contents["events.json"] = canonical([event_facts(event) for event in events]).encode()
    contents["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()
    ).encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with (folder / name).open("xb") as file:
            file.write(content)
    return [folder / name for name in contents]


def _check_carried(key: IssueKey, message: EmailMessage, issued: Mapping[str, bytes]) -> None:
    """A message carries the documents themselves, or names each by its hash beside the link to it."""
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    body = message.get_body(("plain",))
    text = "" if attached or body is None else body.get_content()
    for name, content in issued.items():
        carried = attached.get(name) == content if attached else hashlib.sha256(content).hexdigest() in text
        if not carried:
            raise NotAsSent(f"{key}: {name} in the message is not the document that was registered")


def _checked(store: Archive, archive_key: str, sha256: str) -> bytes:
    problem = file_problem(store, File(archive_key, archive_key, sha256))
    if problem is not None:
        raise NotAsSent(problem)
    return store.read(archive_key)
