"""What is one thing under two names or in two places is counted once, and where it was at the time."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO
from typing import Any

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import Contract, load_contract
from service_reports.records import DatabaseDump
from service_reports.sources import SOURCES, Answer
from service_reports.sources.source import Reading
from service_reports.warehouse import load_batch, read_batches, read_days, record_batch
from service_reports.warehouse.review import read_usage_days
from tests.integration.test_cost_collection import HEADER, line

pytestmark = pytest.mark.integration
DAY = date(2026, 1, 25)
MOVING, ELSEWHERE = "ocid1.compartment.oc1..moving", "ocid1.compartment.oc1..elsewhere"
TENANCY = "ocid1.tenancy.oc1..smarttmt"


@pytest.fixture
def contract() -> Contract:
    return load_contract(DEFAULT_SCENARIO / "contract.yaml")


def load(
    db: psycopg.Connection, contract: Contract, source: str, answer: Answer, run_id: str = "run", scope: str = ""
) -> None:
    scope = scope or contract.oci.tenancy_ocid
    batch_id = record_batch(db, source=source, scope=scope, answer=answer, archive_key="key", run_id=run_id)
    [batch] = read_batches(db, [batch_id])
    reading = Reading(batch, (contract,), partial(BytesIO, answer.content))
    load_batch(db, batch, SOURCES[source].parse(reading), (contract,))


def listed(db: psycopg.Connection, contract: Contract, parent: str, hour: int, above: str = TENANCY) -> None:
    """A listing of some hour of the day, in which the compartment lies under a parent; the other one, above."""
    tree = [
        {"compartment_ocid": each, "parent_ocid": under, "name": each[-6:], "lifecycle_state": "ACTIVE"}
        for each, under in ((ELSEWHERE, above), (MOVING, parent))
    ]
    at = datetime(2026, 1, 25, hour, tzinfo=UTC)
    answer = Answer("compartments", json.dumps(tree).encode(), observed_at=at)
    load(db, contract, "oci_compartments", answer, f"run-{hour}")


def used(db: psycopg.Connection, contract: Contract) -> int:
    """Use of the day, of which the compartment has one an hour in six hours."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(line("1", hour=hour, compartment=MOVING) for hour in range(6))
    load(db, contract, "oci_cost_reports", Answer("1.csv.gz", gzip.compress(text.getvalue().encode()), "e", DAY, DAY))
    return int(sum(row.quantity for row in read_usage_days(db, contract, DAY, DAY)))


def test_a_compartment_that_leaves_leaves_its_past(db: psycopg.Connection, contract: Contract) -> None:
    own = contract.oci.compartment_ocids[0]
    listed(db, contract, own, 1)
    listed(db, contract, ELSEWHERE, 4)
    assert used(db, contract) == 4


def test_a_compartment_that_comes_brings_its_future_alone(db: psycopg.Connection, contract: Contract) -> None:
    own = contract.oci.compartment_ocids[0]
    listed(db, contract, ELSEWHERE, 1)
    listed(db, contract, own, 4)
    assert used(db, contract) == 2


def test_a_listing_that_is_loaded_late_moves_nothing(db: psycopg.Connection, contract: Contract) -> None:
    own = contract.oci.compartment_ocids[0]
    listed(db, contract, own, 3)
    listed(db, contract, ELSEWHERE, 2)
    listed(db, contract, own, 4)
    assert used(db, contract) == 6


def test_a_compartment_that_moves_within_a_contract_is_counted_once(db: psycopg.Connection, contract: Contract) -> None:
    own = contract.oci.compartment_ocids[0]
    listed(db, contract, own, 1, above=own)
    listed(db, contract, ELSEWHERE, 4, above=own)
    assert used(db, contract) == 6


def dumps(db: psycopg.Connection, contract: Contract, *files: tuple[str, int, int]) -> list[tuple[Any, ...]]:
    """Name, size and hour of the dumps of a day whose files have these, told by one listing after the other."""
    for number, (name, size, hour) in enumerate(files):
        row = {"file_name": name, "dump_day": str(DAY), "size_bytes": size, "modified_at": f"{DAY}T{hour:02d}:00:00Z"}
        load(db, contract, "database_dumps", Answer("s3", json.dumps([row]).encode()), f"r{number}", contract.id)
    found = read_days(db, contract, DAY, DAY).of(DatabaseDump)
    return [(each.file_name, each.size_bytes, each.modified_at.astimezone(UTC).hour) for each in found]


def test_a_dump_that_is_compressed_later_is_one_dump(db: psycopg.Connection, contract: Contract) -> None:
    assert dumps(db, contract, ("X.DMP", 900, 7), ("X.DMP.gz", 360, 9)) == [("X.DMP.gz", 360, 7)]
    packed = ["gz", "Z", "bz2", "xz", "lz", "lz4", "LZMA", "lzo", "zst", "br", "zip", "7z", "rar", "tar.gz", "zst.gpg"]
    told = db.execute("select distinct core.dump_as_made('X.DMP.' || e) from unnest(%s::text[]) e", [packed])
    assert told.fetchall() == [("X.DMP",)]
    for name in ("X.DMP", "X.DMP.1", "X.gzip2", "gz"):
        assert db.execute("select core.dump_as_made(%s)", [name]).fetchone() == (name,)


def test_two_dumps_of_a_day_stay_two(db: psycopg.Connection, contract: Contract) -> None:
    assert [name for name, *_ in dumps(db, contract, ("X.DMP.gz", 900, 7), ("Y.DMP.gz", 360, 9))] == [
        "X.DMP.gz",
        "Y.DMP.gz",
    ]
