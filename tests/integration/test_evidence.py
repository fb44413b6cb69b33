"""What a registered report rests on is sealed: edits are named, what becomes of a row later is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from service_reports import register
from service_reports.audit.carried import open_report
from service_reports.audit.rows import Rows
from service_reports.audit.verification import verify
from service_reports.checks.verdict import CheckResult
from service_reports.contracts import load_contract
from service_reports.register.restoring import restore
from service_reports.sources import Answer
from service_reports.warehouse import ensure_schema, keep_verdicts, record_batch, set_state
from tests.integration.closing import CONTRACT, REPORT, SCENARIO, Beginning, Closing
from tests.integration.test_register_verified import behind_the_triggers

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def issued(closing: Closing) -> Beginning:
    """A report that was issued and archived."""
    closing.restart()
    run = closing.new_run("first")
    closing.succeed(run, until="archive")
    assert closing.findings() == []
    return closing.keep(run)


@pytest.fixture
def ledger(closing: Closing, issued: Beginning) -> list[dict[str, Any]]:
    """The sealed rows of the ledger."""
    closing.restart(issued)
    return closing.rows("select * from raw.batch where sealed_at is not null order by batch_id")


def verdicts(closing: Closing, where: str) -> list[dict[str, Any]]:
    return closing.rows(f"select * from core.quality_result where sealed_at is not null and {where} order by 1")


def test_every_source_and_every_step_of_the_run_is_sealed(closing: Closing, ledger: list[dict[str, Any]]) -> None:
    loaded = closing.rows("select distinct source from raw.batch where state = 'loaded'")
    assert {row["source"] for row in ledger} == {row["source"] for row in loaded}
    assert {row["run_id"] for row in verdicts(closing, "contract_id is not null")} == {
        "first",
        "first/figures",
        "first/documents",
    }
    assert verdicts(closing, "batch_id is not null")


EDITS = (
    "sha256 = repeat('0', 64)",
    "fetched_at = fetched_at - interval '1 day'",
    "window_to = window_to + 1, window_from = window_from - 1",
    "row_count = row_count + 1",
    "state = 'superseded'",
    "state = 'unreadable'",
    "sealed_at = null, name = 'otro'",
)


def test_every_edited_row_is_named(closing: Closing, ledger: list[dict[str, Any]]) -> None:
    """By somebody with the rights of the database's owner, for whom no trigger works."""
    newest = {(row["source"], row["scope"]): row["batch_id"] for row in ledger}
    windowed = [row for row in ledger if row["window_from"] and row["batch_id"] in newest.values()]
    others = [row for row in ledger if row not in windowed]
    edited = dict(zip(EDITS, [*windowed, *others], strict=False))
    assert len(edited) == len(EDITS)
    spared = [row for row in ledger if row not in edited.values()]
    checked = verdicts(closing, f"batch_id = {spared[0]['batch_id']}")[0]
    of_run = verdicts(closing, "contract_id is not null")
    with closing.warehouse() as db, behind_the_triggers(db):
        for edit, row in edited.items():
            db.execute(f"update raw.batch set {edit} where batch_id = {row['batch_id']}")
        db.execute("update core.quality_result set passed = not passed where result_id = %s", [checked["result_id"]])
        db.execute("update core.quality_result set detail = 'x' where result_id = %s", [of_run[0]["result_id"]])
        db.execute("delete from core.quality_result where result_id = %s", [of_run[1]["result_id"]])
        db.execute(
            "insert into core.quality_result"
            " (run_id, contract_id, check_id, subject, severity, passed, detail, sealed_at)"
            " values ('first', %s, 'gate.planted', 'x', 'warning', true, '', %s)",
            [CONTRACT, of_run[0]["sealed_at"]],
        )
    found = closing.findings()
    named = [
        *(f"raw.batch {row['batch_id']} (" for row in edited.values()),
        f"raw.batch {spared[0]['batch_id']} (",
        *(f"core.quality_result {row['result_id']} (" for row in of_run[:2]),
    ]
    for name in named:
        assert any(finding.startswith(name) for finding in found), (name, found)
    assert any("(gate.planted): no estaba cuando se firmó" in finding for finding in found)
    assert not [each for each in found for row in spared[1:] if each.startswith(f"raw.batch {row['batch_id']} (")]


def test_rows_that_were_removed_are_named(closing: Closing, ledger: list[dict[str, Any]]) -> None:
    with closing.warehouse() as db, behind_the_triggers(db):
        db.execute("truncate raw.batch, core.quality_result cascade")
    missing = [finding for finding in closing.findings() if finding.startswith("raw.batch ")]
    assert len(missing) == len(ledger)


def test_the_database_refuses_to_change_what_a_report_rests_on(closing: Closing, ledger: list[dict[str, Any]]) -> None:
    with closing.warehouse() as db:
        for change in (
            "update raw.batch set sha256 = repeat('0', 64)",
            "update raw.batch set sealed_at = null",
            "delete from raw.batch",
            "update core.quality_result set passed = true",
            "delete from core.quality_result",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="a registered version rests on the row"):
                db.execute(change)


def test_what_was_sealed_before_is_rested_on_and_not_written_again(
    closing: Closing, ledger: list[dict[str, Any]]
) -> None:
    """The answers of a tenancy are those of all its contracts, which are closed at the same time."""
    written = closing.rows("select batch_id, xmin::text from raw.batch order by 1")
    contract = load_contract(SCENARIO / "contract.yaml")
    period, scopes = contract.report(REPORT), (CONTRACT, contract.oci.tenancy_ocid)
    with closing.warehouse() as db, db.transaction():
        key = register.IssueKey(CONTRACT, REPORT, 1)
        sealed = register.seal_evidence(db, key, "first", scopes, period.period_from, period.period_to)
    assert [row["batch_id"] for row in json.loads(sealed)["batches"]] == [row["batch_id"] for row in ledger]
    assert closing.rows("select batch_id, xmin::text from raw.batch order by 1") == written


def test_what_becomes_of_the_rows_later_is_no_finding(
    closing: Closing, issued: Beginning, ledger: list[dict[str, Any]]
) -> None:
    """Answers are replaced, read again by the run that read them first, checked again; the close is cleared."""
    with closing.warehouse() as db:
        for row in ledger:
            answer = Answer(row["name"], b"another answer", row["etag"], row["window_from"], row["window_to"])
            batch_id = record_batch(
                db, source=row["source"], scope=row["scope"], answer=answer, archive_key="k", run_id=row["run_id"]
            )
            assert batch_id != row["batch_id"]
            set_state(db, row["batch_id"], "superseded", reason=f"replaced by batch {batch_id}")
            set_state(db, batch_id, "loaded", rows=0)
            again = CheckResult("x.again", "subject", "warning", False, "con otras palabras")
            keep_verdicts(db, [again], run_id=row["run_id"], batch_ids={"subject": row["batch_id"]})
    run = closing.new_run("first", beginning=issued)
    run.clear("gate")
    closing.run(run)
    assert closing.findings() == []


def test_a_correction_seals_what_it_rests_on_beside_the_version_before(
    closing: Closing, ledger: list[dict[str, Any]]
) -> None:
    with closing.warehouse() as db:
        keep_verdicts(
            db,
            [CheckResult("x.again", "subject", "warning", True, "")],
            run_id=ledger[0]["run_id"],
            batch_ids={"subject": ledger[0]["batch_id"]},
        )
    closing.change_a_row()
    closing.succeed(closing.new_run("second", "Corrección"), until="archive")
    assert len(closing.rows("select evidence_key from register.report where evidence_key is not null")) == 2
    assert closing.findings() == []


@contextmanager
def lost_database(closing: Closing) -> Iterator[psycopg.Connection[Any]]:
    with closing._server() as postgres:
        postgres.execute("drop database if exists restored")
        postgres.execute("create database restored")
    with psycopg.connect(f"{closing._host} dbname=restored", autocommit=True) as connection:
        ensure_schema(connection)
        yield connection


def test_a_register_that_was_rebuilt_from_the_archive_alone_holds_without_its_facts(
    closing: Closing, ledger: list[dict[str, Any]]
) -> None:
    with lost_database(closing) as lost:
        assert restore(lost, closing.store, lambda _: None) == 1
        # A new warehouse counts its batches from one again.
        answer = Answer("n", b"x", None)
        record_batch(lost, source="tickets", scope=CONTRACT, answer=answer, archive_key="k", run_id="r")
        found = register.verify_all(lost, closing.store)
        assert list(map(str, found)) == []


def test_a_list_of_evidence_that_is_gone_is_named(closing: Closing, ledger: list[dict[str, Any]]) -> None:
    [row] = closing.rows("select evidence_key from register.report")
    closing.store.client.delete_object(Bucket=closing.bucket, Key=row["evidence_key"])
    [found] = closing.findings()
    assert found.endswith(f" respaldo: falta en el archivo: {row['evidence_key']}")


def test_what_was_issued_proves_itself_from_the_files_that_were_delivered(closing: Closing, issued: Beginning) -> None:
    closing.restart(issued)
    files = {document.file_name: document.content for document in closing.printed(1)}
    verified = verify(files)
    assert [each for each in verified.checks if each.passed is False] == []
    assert {each.check for each in verified.checks if each.passed is None} == {"signature.path"}
    assert verified.unreadable == ()
    report = next(open_report(name, content) for name, content in files.items() if "Tecnico" in name)
    origin = json.loads(report.files["origin.json"])
    assert set(origin) == {"code_version", "contract_sha256", "register_head", "templates_sha256"}
    rows = Rows(report.files)
    assert {row["source"] for row in rows.of("sources.csv")} >= {"oci_cost_reports", "tickets", "hour_bank"}
    assert {row["passed"] for row in rows.of("checks.csv")} == {"true"}
    assert {len(row["hour"]) for row in rows.of("usage_hours.csv")} == {len("2026-01-20T00:00:00Z")}
