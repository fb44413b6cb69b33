"""What was parsed to be checked is what is loaded: an object is read from the archive once, whatever becomes of it."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from typing import Any, BinaryIO

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import Contract, load_contract
from service_reports.sources import SOURCES, TURNS, Answer
from service_reports.warehouse import read_batches, record_batch
from service_reports_airflow.steps import ingest
from tests.integration.test_cost_collection import OTHER, OWN, Bucket, fetch, line, numbered, used
from tests.stand_ins import ArchiveInMemory

pytestmark = pytest.mark.integration
NAMELESS = {"product/Description": ""}


class CountingArchive(ArchiveInMemory):
    """An archive that knows how often each key was read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: Counter[str] = Counter()

    def opened(self, key: str) -> BinaryIO:
        self.reads[key] += 1
        return super().opened(key)


class DiesAtTheSecond(psycopg.Cursor[Any]):
    """What a step uses that dies when the second batch is written and not called loaded yet."""

    loaded = 0

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if isinstance(params, Mapping) and params.get("state") == "loaded":
            type(self).loaded += 1
            if type(self).loaded == 2:
                raise KeyboardInterrupt
        return super().execute(query, params, **options)


@pytest.fixture
def contract() -> Contract:
    return load_contract(DEFAULT_SCENARIO / "contract.yaml")


@pytest.fixture
def archive() -> CountingArchive:
    return CountingArchive()


@pytest.fixture
def bucket(db: psycopg.Connection, contract: Contract, archive: CountingArchive) -> Bucket:
    return Bucket(db, contract, blobs=archive)


def states(db: psycopg.Connection, batch_ids: list[int]) -> list[str]:
    return [batch.state for batch in read_batches(db, batch_ids)]


def test_what_is_loaded_and_what_is_refused_is_read_once(bucket, contract, db, archive) -> None:
    refused = bucket.put(700, line("1"))
    bucket.objects[refused] = b"no report"
    bucket.put(701, line("2"), line("4", hour=1))
    batch_ids = fetch(bucket, "run-1")
    ingest.validate_and_load(batch_ids, "run-1", stores=bucket.stores)
    assert states(db, batch_ids) == ["quarantined", "loaded"]
    assert used(db, contract) == 6
    assert sorted(archive.reads.values()) == [1, 1]


def test_an_object_that_has_lines_of_another_one_is_read_again_without_them(bucket, contract, db, archive) -> None:
    """After its check, with the first object of its group loaded meanwhile."""
    bucket.put(700, *numbered(1, 2))
    bucket.put(701, *numbered(2, 3))
    ingest.validate_and_load(fetch(bucket, "run-1"), "run-1", stores=bucket.stores)
    assert used(db, contract) == 3 * 2
    assert sorted(archive.reads.values()) == [1, 2]


@pytest.mark.parametrize("at_once", [1, ingest.MOST_ROWS_AT_ONCE], ids=["one by one", "together"])
def test_a_task_that_dies_in_the_middle_and_is_tried_again_loads_the_rest_and_nothing_twice(
    bucket, contract, db, monkeypatch, at_once
) -> None:
    monkeypatch.setattr(ingest, "MOST_ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(DiesAtTheSecond, "loaded", 0)
    for number in (1, 2, 4):
        bucket.put(700 + number, line(str(number), hour=number))
    batch_ids = fetch(bucket, "run-1")
    db.cursor_factory = DiesAtTheSecond
    with pytest.raises(KeyboardInterrupt):
        ingest.validate_and_load(batch_ids, "run-1", stores=bucket.stores)
    db.cursor_factory = psycopg.Cursor
    assert states(db, batch_ids) == ["loaded", "fetched", "fetched"]
    ingest.validate_and_load(batch_ids, "run-1", stores=bucket.stores)
    assert states(db, batch_ids) == ["loaded"] * 3
    assert used(db, contract) == 7
    twice = "select from core.quality_result group by batch_id, check_id having count(*) > 1"
    assert db.execute(twice).fetchall() == []


def test_a_line_may_be_ours_in_a_compartment_that_the_same_run_brought_after_it(bucket, contract, db) -> None:
    bucket.put(701, line("1"), line("1", compartment=OTHER, **NAMELESS))
    batch_ids = fetch(bucket, "run-1")
    under_ours = {"compartment_ocid": OTHER, "parent_ocid": OWN, "name": "hijo", "lifecycle_state": "ACTIVE"}
    tree = Answer("compartments", json.dumps([under_ours]).encode())
    key, scope = bucket.blobs.keep(tree.content), contract.oci.tenancy_ocid
    batch_ids.append(
        record_batch(db, source="oci_compartments", scope=scope, answer=tree, archive_key=key, run_id="run-1")
    )
    ingest.validate_and_load(batch_ids, "run-1", stores=bucket.stores)
    costs, _ = read_batches(db, batch_ids)
    assert costs.state == "loaded"
    assert str(costs.reason).startswith("línea 3, product/Description")


def test_each_source_has_one_turn_after_all_that_it_rests_on() -> None:
    turn = {source: number for number, sources in enumerate(TURNS) for source in sources}
    assert sorted(turn) == sorted(SOURCES)
    assert sum(map(len, TURNS)) == len(SOURCES)
    assert [each.name for each in SOURCES.values() if any(turn[of] >= turn[each.name] for of in each.rests_on)] == []
