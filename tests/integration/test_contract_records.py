"""The workbook of contract records, from the sandbox's S3 through the ledger to the figures, however often loaded."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import boto3
import psycopg
import pytest
from openpyxl import Workbook, load_workbook

from sandbox.contract_records import RECORDS_FILE
from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.contracts import Contract
from service_reports.figures.figure import Maker
from service_reports.figures.model import request_code
from service_reports.records import Reply
from service_reports.sources import Answer
from service_reports.sources.contract_records import SHEETS
from service_reports.sources.source import Window
from service_reports.warehouse import read_batches, read_observations, read_period, record_batch
from service_reports_airflow import stores
from service_reports_airflow.steps import ingest
from service_reports_airflow.stores import Stores
from tests.golden.sample_figures import sample_contract, sample_registers

pytestmark = pytest.mark.integration
DAYS = Window(date(2026, 1, 20), date(2026, 1, 21))
"""Of any days the whole workbook is told."""
ALL = "select register, position, record from core.contract_record order by position"


@pytest.fixture
def db(own_warehouse: str) -> Iterator[psycopg.Connection[Any]]:
    """The test's own warehouse, which the ingest steps write to as well."""
    with psycopg.connect(own_warehouse, autocommit=True) as connection:
        yield connection


def collect(contract: Contract, run_id: str) -> list[int]:
    fetched = ingest.fetch("contract_records", DAYS, run_id, contract_id=contract.id)
    ingest.validate_and_load(fetched, run_id)
    return fetched


def test_loading_a_workbook_twice_changes_nothing(db: psycopg.Connection[Any]) -> None:
    contract = sample_contract()
    batches = collect(contract, "first")
    first = db.execute(ALL).fetchall()
    ingest.validate_and_load(batches, "first")
    assert db.execute(ALL).fetchall() == first
    collect(contract, "second")
    assert db.execute(ALL).fetchall() == first
    found = read_period(db, contract, contract.report("2026-01")).registers
    assert dict(found.rows) == sample_registers().rows
    assert found.left_at is not None
    assert found.read_at is not None
    assert found.left_at <= found.read_at


def left_workbook(contract: Contract, servers: Sandbox) -> tuple[Any, dict[str, str]]:
    """An S3 client, and where in it the contract's workbook lies."""
    assert contract.records is not None
    described = json.loads(servers.environment[f"AIRFLOW_CONN_{contract.records.connection.upper()}"])
    client = boto3.client(
        "s3",
        endpoint_url=described["extra"]["endpoint_url"],
        region_name=described["extra"]["region_name"],
        aws_access_key_id=described["login"],
        aws_secret_access_key=described["password"],
    )
    key = {"Bucket": contract.records.bucket, "Key": f"{contract.records.prefix}{RECORDS_FILE}"}
    return client, key


def changed(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    """A workbook after a change."""
    book = load_workbook(io.BytesIO(content))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_that_does_not_hold_is_quarantined_and_the_earlier_rows_stay(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    contract = sample_contract()
    assert contract.records is not None
    client, key = left_workbook(contract, servers)
    sound = client.get_object(**key)["Body"].read()
    collect(contract, "sound")
    before = db.execute(ALL).fetchall()
    book = load_workbook(io.BytesIO(sound))
    book["Constancias"]["D3"] = "31/02/2026"
    spoilt = io.BytesIO()
    book.save(spoilt)
    try:
        client.put_object(**key, Body=spoilt.getvalue())
        [batch] = read_batches(db, collect(contract, "spoilt"))
    finally:
        client.put_object(**key, Body=sound)
    assert batch.state == "quarantined"
    assert batch.reason is not None
    assert "hoja «Constancias», fila 3, columna «Fecha» (D): «31/02/2026» no es una fecha que exista" in batch.reason
    assert f"«{RECORDS_FILE}»" in batch.reason
    with stores.archive() as archive:
        assert archive.read(batch.archive_key) == spoilt.getvalue()
    assert db.execute(ALL).fetchall() == before
    with pytest.raises(ingest.Incomplete, match="Lote en cuarentena contract_records/"):
        ingest.confirm([batch.batch_id], "spoilt")


def test_a_contract_without_records_collects_none(db: psycopg.Connection[Any]) -> None:
    contract = sample_contract().model_copy(update={"records": None})
    held = Stores(contract=lambda _: contract)
    assert ingest.fetch("contract_records", DAYS, "run", contract_id=contract.id, stores=held) == []
    assert db.execute("select count(*) from raw.batch").fetchone() == (0,)


def test_a_register_that_came_empty_does_not_take_the_place_of_one_with_rows(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    contract = sample_contract()
    assert contract.records is not None
    client, key = left_workbook(contract, servers)
    sound = client.get_object(**key)["Body"].read()
    collect(contract, "sound")
    before = db.execute(ALL).fetchall()
    try:
        client.put_object(**key, Body=changed(sound, without_two_registers))
        [lost] = read_batches(db, collect(contract, "lost"))
        after = db.execute(ALL).fetchall()
        client.put_object(**key, Body=changed(sound, say_that_there_are_none))
        [on_purpose] = read_batches(db, collect(contract, "on purpose"))
    finally:
        client.put_object(**key, Body=sound)
    assert (lost.state, after) == ("quarantined", before)
    assert lost.reason is not None
    assert "la hoja «Constancias» llegó sin filas, y en el libro anterior tenía " in lost.reason
    assert "escriba «Sin registros» en la primera celda bajo los encabezados" in lost.reason
    assert "falta la hoja «Entregables», que en el libro anterior tenía " in lost.reason
    assert on_purpose.state == "loaded"
    assert read_period(db, contract, contract.report("2026-01")).registers.rows["attestations"] == ()


def test_a_reply_to_a_request_that_no_report_made_is_left_out_and_told_until_it_is_corrected(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    contract = sample_contract()
    client, key = left_workbook(contract, servers)
    sound = client.get_object(**key)["Body"].read()
    made, unmade = request_code("sign_reports", "2026-01"), "P-00000"
    issued = register.claim_version(db, contract.id, "2026-01", "run-1", None)
    figure = Maker()("request.reports", 1, asked="sign_reports", code=made)
    register.register_issue(db, issued, "run-1", [], [figure])

    def left(*codes: str) -> list[str]:
        def add(book: Workbook) -> None:
            sheet = book.create_sheet("Respuestas")
            sheet.append([field.title for field in SHEETS["replies"].fields.values()])
            for code in codes:
                sheet.append(
                    [code, date(2026, 2, 25), "Supervisor del contrato", "Se devuelve con observaciones", None]
                )

        client.put_object(**key, Body=changed(sound, add))
        [batch] = read_batches(db, collect(contract, "-".join(codes)))
        assert batch.state == "loaded"
        rows = read_period(db, contract, contract.report("2026-02")).registers.rows["replies"]
        return [row.code for row in rows if isinstance(row, Reply)]

    def told() -> list[tuple[str, str]]:
        found = read_observations(db, [contract.id], date(2026, 2, 1), date(2026, 2, 28))
        return [(each.severity, each.subject) for each in found if each.kind == "records.reply_set_aside"]

    try:
        assert left(made, unmade) == [made]
        assert told() == [("alert", unmade)]
        with pytest.raises(ingest.Incomplete, match="ningún informe de este contrato hizo esa petición"):
            ingest.confirm([], f"{made}-{unmade}")
        assert left(made) == [made]
        assert told() == []
    finally:
        client.put_object(**key, Body=sound)


def without_two_registers(book: Workbook) -> None:
    book["Constancias"].delete_rows(3, 1000)
    book.remove(book["Entregables"])


def say_that_there_are_none(book: Workbook) -> None:
    book["Constancias"].delete_rows(3, 1000)
    book["Constancias"]["A3"] = "Sin registros"


def test_an_exported_hour_bank_that_came_empty_does_not_take_the_place_of_one_with_hours(
    db: psycopg.Connection[Any],
) -> None:
    contract = sample_contract()
    entry = {"request": "Reporte", "production_date": None, "estimated_hours": "8", "status": "Activo"}

    def exported(run_id: str, name: str, *entries: dict[str, Any]) -> str:
        with stores.archive() as archive:
            answer = Answer(name, json.dumps(entries).encode())
            key = archive.keep(answer.content)
        batch_id = record_batch(
            db, source="hour_bank", scope=contract.id, answer=answer, archive_key=key, run_id=run_id
        )
        ingest.validate_and_load([batch_id], run_id)
        [batch] = read_batches(db, [batch_id])
        return f"{batch.state}: {batch.reason}"

    assert exported("first", "s3://b/h.xlsx", entry) == "loaded: None"
    assert exported("emptied", "s3://b/h.xlsx").startswith(
        "quarantined: hour_bank.readable: la bolsa de horas llegó sin ningún consumo, y la anterior tenía 1 — "
    )
    assert db.execute("select count(*) from core.hour_bank_entry").fetchone() == (1,)
    assert exported("asked for", "hour_bank") == "loaded: None"
