"""A row that fails a check of rows is left out and told of; the rest of its batch is loaded."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import nullcontext
from typing import Any

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest

from service_reports.sources import Answer
from service_reports.warehouse import read_batches, record_batch
from service_reports_airflow.steps import ingest
from service_reports_airflow.stores import Stores
from tests.golden.sample_figures import sample_contract
from tests.stand_ins import ArchiveInMemory

pytestmark = pytest.mark.integration
CONTRACT = sample_contract()


def dump(name: str, size_bytes: int) -> dict[str, Any]:
    return {"file_name": name, "dump_day": "2026-02-18", "size_bytes": size_bytes, "modified_at": "2026-02-18T07:00Z"}


@pytest.fixture
def stores(db: psycopg.Connection) -> Stores:
    blobs = ArchiveInMemory()
    return Stores(
        warehouse=lambda: nullcontext(db),
        archive=lambda: nullcontext(blobs),
        contract=lambda _: CONTRACT,
        contracts=lambda: (CONTRACT,),
    )


def listing(db: psycopg.Connection, stores: Stores, *rows: dict[str, Any]) -> int:
    answer = Answer("dumps", json.dumps(rows).encode())
    with stores.archive() as store:
        key = store.keep(answer.content)
    return record_batch(db, source="database_dumps", scope=CONTRACT.id, answer=answer, archive_key=key, run_id="run")


def loaded(db: psycopg.Connection) -> list[str]:
    return [name for (name,) in db.execute("select file_name from core.database_dump order by 1")]


def test_the_others_are_loaded_and_the_run_says_which_row_and_why(db: psycopg.Connection, stores: Stores) -> None:
    batch_id = listing(db, stores, dump("uno", 5), dump("vacío", 0), dump("tres", 7))
    ingest.validate_and_load([batch_id], "run", stores=stores)
    assert loaded(db) == ["tres", "uno"]
    [batch] = read_batches(db, [batch_id])
    assert (batch.state, batch.reason) == (
        "loaded",
        "fila 2: database_dumps.size_positive (vacío, 2026-02-18, 0, 2026-02-18T07:00:00Z)",
    )
    with pytest.raises(ingest.Incomplete, match=r"Filas que quedaron aparte en database_dumps/.*: fila 2: "):
        ingest.confirm([batch_id], "run", stores=stores)


def test_a_batch_that_is_checked_again_forgets_what_was_refused_before(
    db: psycopg.Connection, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = listing(db, stores, dump("uno", 5), dump("vacío", 0))
    db.execute("insert into raw.refused_row values (%s, 1, 'de un control que ya no existe')", [batch_id])
    for _ in range(2):
        ingest.validate_and_load([batch_id], "run", stores=stores)
    assert loaded(db) == ["uno"]
    assert db.execute("select place from raw.refused_row").fetchall() == [(2,)]


def test_a_batch_of_which_no_row_is_left_is_not_taken_for_an_empty_one(db: psycopg.Connection, stores: Stores) -> None:
    batch_id = listing(db, stores, dump("uno", 0), dump("dos", 0))
    ingest.validate_and_load([batch_id], "run", stores=stores)
    [batch] = read_batches(db, [batch_id])
    assert batch.state == "quarantined"
    assert batch.reason is not None
    assert batch.reason.startswith("database_dumps.size_positive: No cumplen 2 de 2 filas: ")


def test_two_rows_of_which_one_must_be_wrong_are_both_left_out(db: psycopg.Connection, stores: Stores) -> None:
    batch_id = listing(db, stores, dump("uno", 5), dump("uno", 6), dump("dos", 7))
    ingest.validate_and_load([batch_id], "run", stores=stores)
    assert loaded(db) == ["dos"]
