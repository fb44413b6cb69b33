"""What a version rests on: the answers of its sources as the ledger has them, and the verdicts on them and on its run.

The rows are sealed when the version is registered: what they say of an answer, or of a check, never changes from then
on; what becomes of an answer later (another one takes its place) does. Their list lies in the archive, and the event
that signs the version names it by its hash, so that the daily check tells of every row that was edited or removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row, dict_row

from service_reports.archive import Archive
from service_reports.canonical_json import canonical, plain
from service_reports.register.chain import Finding
from service_reports.register.entries import IssueKey
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
FOLLOWS: Mapping[str, frozenset[str]] = {
    "fetched": frozenset({"quarantined", "loaded", "superseded"}),
    "validated": frozenset({"fetched", "quarantined", "loaded", "superseded"}),
    "quarantined": frozenset({"fetched", "loaded", "superseded"}),
    "loaded": frozenset({"quarantined", "superseded"}),
}
"""What may become of an answer later; the rest stays what it is. Lists of before migration 089 have ``validated``."""


def seal_evidence(
    connection: Connection, key: IssueKey, run_id: str, scopes: Sequence[str], first: date, last: date
) -> bytes:
    """Seal the rows that a version rests on, and list them as canonical JSON; the caller is in a transaction.

    ``scopes`` are the contract and its tenancy, ``first`` and ``last`` the days of its period (both included). It costs
    as much as the answers about these days are many, however many others there are.
    """
    days = {"scopes": list(scopes), "first": first, "last": last}
    sealed = connection.execute(statement("evidence/seal_batches"), {**asdict(key), **days}).fetchall()
    about = {"batch_ids": [row[0] for row in sealed], "contract_id": key.contract_id, "run_id": run_id}
    connection.execute(statement("evidence/seal_verdicts"), about)
    moment = connection.execute("select now()").fetchone()
    assert moment is not None
    listed = _rows(connection, {**about, "sealed_by": moment[0]})
    batches = [{name: value for name, value in row.items() if name != "replaced"} for row in listed["batches"]]
    return canonical({"sealed_by": moment[0], "run_id": run_id, **listed, "batches": batches}).encode()


class AnswerInForce(NamedTuple):
    """An answer of a source that is in force, as the ledger has it; ``md5`` is the source's own hash."""

    batch_id: int
    source: str
    name: str
    etag: str | None
    sha256: str
    md5: str | None
    size_bytes: int
    row_count: int | None
    fetched_at: datetime


class Checked(NamedTuple):
    """The result of one check of one subject."""

    check_id: str
    subject: str
    severity: str
    passed: bool


def answers_in_force(connection: Connection, scopes: Sequence[str], first: date, last: date) -> list[AnswerInForce]:
    """The answers that the facts of some days (both included) rest on; ``scopes`` are the contract and its tenancy."""
    about = {"scopes": list(scopes), "first": first, "last": last}
    with connection.cursor(row_factory=class_row(AnswerInForce)) as cursor:
        return cursor.execute(statement("evidence/answers"), about).fetchall()


def checks_of(connection: Connection, answers: Sequence[AnswerInForce], contract_id: str, run_id: str) -> list[Checked]:
    """What was checked of some answers, and by a run on a contract."""
    about = {"batch_ids": [each.batch_id for each in answers], "contract_id": contract_id, "run_id": run_id}
    with connection.cursor(row_factory=class_row(Checked)) as cursor:
        return cursor.execute(statement("evidence/checked"), about).fetchall()


def head_before(connection: Connection, key: IssueKey) -> dict[str, Any] | None:
    """The chain's head before a version was begun: position, hash and moment; ``None`` where it is the first event."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement("register/head_before"), asdict(key)).fetchone()


def _rows(connection: Connection, about: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return {
            name: [plain(row) for row in cursor.execute(statement(f"evidence/{name}"), about).fetchall()]
            for name in ("batches", "verdicts")
        }


def evidence_findings(
    connection: Connection, store: Archive, key: IssueKey, evidence_key: str, *, restored: bool
) -> Iterator[Finding]:
    """Every row that a version rests on and that is not what it was, or not there.

    ``restored``: the register was rebuilt since; without any of these rows, its facts were not taken along.

    Raises:
        ArchiveConflict: the list was changed.
        ArchiveMissing: the list is gone.
    """
    listed = json.loads(store.read(evidence_key))
    about = {
        "batch_ids": [row["batch_id"] for row in listed["batches"]],
        "contract_id": key.contract_id,
        "run_id": listed["run_id"],
        "sealed_by": datetime.fromisoformat(listed["sealed_by"]),
    }
    held = _rows(connection, about)
    batches = {row["batch_id"]: row for row in held["batches"]}
    verdicts = {row["result_id"]: row for row in held["verdicts"]}
    if restored and not any(
        batches.get(row["batch_id"], {}).get("fetched_at") == row["fetched_at"] for row in listed["batches"]
    ):
        return
    for row in listed["batches"]:
        name = f"raw.batch {row['batch_id']} ({row['source']}, {row['name']})"
        if (now := batches.get(row["batch_id"])) is None:
            yield Finding(name, f"falta: {key} se apoya en este lote")
        else:
            yield from _of_batch(name, key, row, now)
    for row in listed["verdicts"]:
        name = f"core.quality_result {row['result_id']} ({row['check_id']})"
        if (now := verdicts.pop(row["result_id"], None)) is None:
            yield Finding(name, f"falta: {key} se apoya en este control")
            continue
        yield from _differences(name, key, row, now)
    for added in verdicts.values():
        yield Finding(
            f"core.quality_result {added['result_id']} ({added['check_id']})", f"no estaba cuando se firmó {key}"
        )


def _of_batch(name: str, key: IssueKey, told: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[Finding]:
    apart: tuple[str, ...] = ("state", "verdicts_sha256")
    if told["row_count"] is None:
        apart = (*apart, "row_count")  # it is known once an answer is loaded
    yield from _differences(name, key, {each: told[each] for each in told if each not in apart}, held)
    before, state = told["state"], held["state"]
    if state != before and (
        state not in FOLLOWS.get(before, frozenset()) or (state == "superseded" and not held["replaced"])
    ):
        yield Finding(name, f"«state» es {state!r}; era {before!r} cuando se firmó {key}, y nada lo explica")
    if held["verdicts_sha256"] != told["verdicts_sha256"]:
        yield Finding(name, f"sus controles (core.quality_result) no son los que había cuando se firmó {key}")


def _differences(name: str, key: IssueKey, told: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[Finding]:
    for column, value in told.items():
        if held.get(column) != value:
            yield Finding(name, f"«{column}» es {held.get(column)!r}; era {value!r} cuando se firmó {key}")
