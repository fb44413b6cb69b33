"""The register and its archive in parts, each small enough to be verified by itself; together they are all of both.

A part leads to others: the root to stretches of the chain, months of heads and contracts, a contract to its versions.
Findings are Spanish. Names in the archive are read before the register, everywhere: whoever publishes meanwhile adds to
the register first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.archive import Archive, ArchiveConflict, ArchiveMissing
from service_reports.failures import OneByOne
from service_reports.register.archiving import (
    EVENT_NAME,
    EVENTS,
    HEAD_NAME,
    HEADS,
    archived_events,
    archived_heads,
    chain_end,
    event_key,
)
from service_reports.register.chain import Event, Finding, check_chain, event_facts
from service_reports.register.entries import IssueKey
from service_reports.register.evidence import evidence_findings
from service_reports.register.verification import (
    ISSUED,
    File,
    Told,
    bounce_findings,
    bounces_without_event,
    file_problem,
    files_of,
    issued_name,
    known_contracts,
    not_checked,
    one_moment,
    version_findings,
    versions_of_contract,
)
from service_reports.register.versions import read_documents
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
Kind = Literal["root", "heads", "bounces", "events", "contract", "version"]
REGISTER = "register/"
STRETCH = 50
"""So many events of the chain are one part, of which the open end is read again. The ledger knows them by number."""


class Part(NamedTuple):
    """A part, known by its kind and what it is about: a stretch's number, a month, a contract, a version."""

    kind: Kind
    about: tuple[str, ...] = ()


ROOT = Part("root")
OF_CHAIN: frozenset[Kind] = frozenset({"events", "heads"})


def of_version(key: IssueKey) -> Part:
    """The part that a version is."""
    return Part("version", (key.contract_id, key.report_number, str(key.version)))


def stretches(after: int, last: int) -> list[Part]:
    """The parts of the chain that hold the events after a position, and the one in which the next event will lie."""
    return [Part("events", (str(number),)) for number in range(after // STRETCH, last // STRETCH + 1)]


def verify_all(connection: Connection, store: Archive) -> list[Finding]:
    """What is wrong anywhere: every event, row and file that was ever registered is read."""
    findings: list[Finding] = []
    waiting = [ROOT]
    while waiting:
        found, under = look_at(connection, store, waiting.pop(0))
        findings += found
        waiting += under
    return list(dict.fromkeys(findings))


def look_at(connection: Connection, store: Archive, part: Part) -> tuple[list[Finding], list[Part]]:
    """What is wrong with a part, and the parts that it leads to; none where they cannot be told, which is a finding."""
    findings, under = verify_part(connection, store, part), list[Part]()
    telling = OneByOne()
    with telling.item(" ".join((part.kind, *part.about))):
        under = parts_under(connection, store, part)
    return list(dict.fromkeys([*findings, *not_checked(telling)])), under


def parts_under(connection: Connection, store: Archive, part: Part, after: int = 0) -> list[Part]:
    """The parts that a part leads to; of the chain, those with events after a position."""
    match part.kind:
        case "root":
            months = {name.removeprefix(HEADS)[:7] for name in filter(HEAD_NAME.fullmatch, store.keys(HEADS))}
            _, folders = store.folder(ISSUED)
            contracts = {folder.removeprefix(ISSUED).removesuffix("/") for folder in folders}
            contracts.update(known_contracts(connection))
            return [
                *stretches(after, chain_end(connection)[0]),
                *(Part("heads", (month,)) for month in sorted(months)),
                Part("bounces"),
                *(Part("contract", (contract_id,)) for contract_id in sorted(contracts)),
            ]
        case "contract":
            return [of_version(key) for key in versions_of_contract(connection, part.about[0])]
        case _:
            return []


def verify_part(connection: Connection, store: Archive, part: Part) -> list[Finding]:
    """What is wrong with a part; what could not even be looked at is a finding of its own."""
    checking = OneByOne()
    findings: list[Finding] = []
    with checking.item(" ".join((part.kind, *part.about))):
        match part.kind:
            case "root":
                findings += _planted(connection, store, _strange(store), frozenset())
            case "events":
                findings += _of_stretch(connection, store, int(part.about[0]))
            case "heads":
                findings += _of_heads(connection, store, part.about[0])
            case "bounces":
                findings += bounces_without_event(connection, store)
            case "contract":
                findings += _of_contract(connection, store, part.about[0])
            case "version":
                contract_id, number, version = part.about
                findings += _of_version(connection, store, IssueKey(contract_id, number, int(version)), checking)
    return [*findings, *not_checked(checking)]


def _strange(store: Archive) -> Iterator[str]:
    """Names that are in no other part: right under the folders, under folders not of ours, and among the heads."""
    names, _ = store.folder(ISSUED)
    yield from (name for name in names if name != ISSUED)
    names, folders = store.folder(REGISTER)
    yield from (name for name in names if name != REGISTER)
    for folder in folders:
        if folder not in (EVENTS, HEADS):
            yield from store.keys(folder)
    heads = set(store.keys(HEADS))
    stamps = {f"{name.removesuffix('.json')}.tst" for name in filter(HEAD_NAME.fullmatch, heads)}
    yield from sorted(name for name in heads - stamps - {HEADS} if not HEAD_NAME.fullmatch(name))


def _planted(connection: Connection, store: Archive, names: Iterable[str], known: frozenset[str]) -> Iterator[Finding]:
    """Files that nobody registered. What a person has noted is known, as long as it stays what it was."""
    unknown = [name for name in names if name not in known]
    noted = noted_files(connection) if unknown else {}
    for name in unknown:
        if name not in noted:
            yield Finding(name, "está en el archivo, y el registro no lo conoce: nadie lo emitió")
        elif (detail := file_problem(store, File(name, name, noted[name]))) is not None:
            yield Finding(name, f"no es el archivo que se anotó: {detail}")


def noted_files(connection: Connection) -> dict[str, str]:
    """The files that a person has noted as none of the register's, by name, with their SHA-256."""
    return {str(each.get("object")): str(each.get("sha256")) for each in said_by_persons(connection, "noted")}


def said_by_persons(connection: Connection, event: Literal["noted", "explained"]) -> list[Mapping[str, Any]]:
    """What events of this name tell, in order."""
    rows = connection.execute(statement("register/said_by_persons"), {"event": event}).fetchall()
    return [event_facts(Event(0, body, "")) for (body,) in rows]


def _of_stretch(connection: Connection, store: Archive, number: int) -> Iterator[Finding]:
    """The chain in itself, and against what was archived of it.

    What was noted as archived is read before the archive, and the chain after it: whoever writes meanwhile adds to the
    archive after the chain, and notes it after both.
    """
    first, last = number * STRETCH + 1, (number + 1) * STRETCH
    of_stretch = {"first": first, "last": last}
    end = chain_end(connection)[0]
    noted = {position for (position,) in connection.execute(statement("register/archived_positions"), of_stretch)}
    names: Iterable[str] = store.keys(EVENTS, after=event_key(first - 1) if number else "")
    if end > last:  # the last one also has what lies behind the end, and what is no event
        names = takewhile(lambda name: name <= event_key(last), names)
    names = list(names)
    own = {event_key(position) for position in range(first, last + 1)}
    archived, damaged = archived_events(store, [name for name in names if name in own])
    with one_moment(connection):
        with connection.cursor(row_factory=class_row(Event)) as cursor:
            events = cursor.execute(statement("register/segment_of_events"), of_stretch).fetchall()
        before = {"positions": [first - 1]}
        row = connection.execute(statement("register/hashes_of_events"), before).fetchone()
        end = chain_end(connection)[0]
    previous = "" if first == 1 else row and row[1]
    yield from check_chain(events, first, previous, min(end, last))
    held = {event.position: event.sha256 for event in events}
    for name in filter(EVENT_NAME.fullmatch, names):
        position = int(name.removeprefix(EVENTS).removesuffix(".json"))
        if position > end:
            detail = f"está en el archivo y ya no en el registro, que termina en {end}"
            yield Finding(f"register.event {position}", detail)
    for event in archived:
        if held.get(event.position, event.sha256) != event.sha256:
            yield Finding(f"register.event {event.position}", "no es el que se archivó: fue reemplazado")
    yield from damaged.values()
    for position in sorted(noted - {event.position for event in archived} - damaged.keys()):
        yield Finding(f"register.event {position}", f"falta en el archivo: {event_key(position)}")
    yield from bounce_findings(connection, events)
    strange = (name for name in names if name != EVENTS and not EVENT_NAME.fullmatch(name))
    yield from _planted(connection, store, strange, frozenset())


def _of_heads(connection: Connection, store: Archive, month: str) -> Iterator[Finding]:
    heads, damaged = archived_heads(store, month)
    with one_moment(connection):
        asked = {"positions": [head.position for head in heads]}
        held = dict(connection.execute(statement("register/hashes_of_events"), asked).fetchall())
        end = chain_end(connection)[0]
    for day, position, sha256 in heads:
        if position > end:
            detail = f"falta: la cabeza archivada el {day} lo nombra, y el registro termina en {end}"
            yield Finding(f"register.event {position}", detail)
        elif held.get(position, sha256) != sha256:
            yield Finding(f"register.event {position}", f"no es el de la cabeza archivada el {day}")
    yield from damaged


def _of_contract(connection: Connection, store: Archive, contract_id: str) -> Iterator[Finding]:
    """Files that lie under a contract and in the folder of no version; those of a version are looked at with it."""
    names = list(store.keys(f"{ISSUED}{contract_id}/"))
    keys = versions_of_contract(connection, contract_id)
    versions = {issued_name(key, "") for key in keys}
    used = {f"{folder}/" for version in versions for folder in map(str, PurePosixPath(version).parents)}
    yield from _planted(
        connection, store, (name for name in names if _version_folder(name) not in versions), frozenset(used)
    )


def _version_folder(name: str) -> str:
    """The folder of the version in which a name lies: ``issued/<contract>/<report>/v<n>/``."""
    return "/".join([*name.split("/")[:4], ""])


def _of_version(connection: Connection, store: Archive, key: IssueKey, checking: OneByOne) -> Iterator[Finding]:
    """Its rows against its events, its files, what lies beside them, and the rows of the warehouse that it rests on."""
    folder = issued_name(key, "")
    names = list(store.keys(folder))
    with one_moment(connection):
        findings, told = version_findings(connection, key)
        # That no event speaks of a row is told of the row; its files are no others.
        documents = read_documents(connection, key) if told is None else []
    yield from findings
    yield from _planted(connection, store, names, _known_in(key, told, [each.archive_key for each in documents]))
    if told is None:
        return
    with checking.item(str(key)):
        for file in files_of(key, told):
            if (detail := file_problem(store, file)) is not None:
                yield Finding(f"{key} {file.name}", detail)
        if (evidence_key := told.report.get("evidence_key")) is not None:
            row = connection.execute(statement("register/restored_position")).fetchone()
            restored = row is not None and row[0] >= told.signed
            with suppress(ArchiveMissing, ArchiveConflict):  # told above
                yield from evidence_findings(connection, store, key, evidence_key, restored=restored)


def _known_in(key: IssueKey, told: Told | None, of_rows: Iterable[str]) -> frozenset[str]:
    """The names in a version's folder that the register put there; a console's marker of a folder in use is no file."""
    if told is None:
        files = {*of_rows, issued_name(key, "figures.json")}
    elif told.report["registered_at"] is None:
        return frozenset()
    else:
        files = {*(document["archive_key"] for document in told.documents), issued_name(key, "figures.json")}
    return frozenset(files | {f"{folder}/" for name in files for folder in map(str, PurePosixPath(name).parents)})
