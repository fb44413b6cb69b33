"""Backups and dumps as listings tell of them day by day: what was good stays known, what goes early is told."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, date, datetime, timedelta

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import Contract, load_contract
from service_reports.records import DatabaseDump, OciBackup
from service_reports.sources import Answer
from service_reports.sources.oci_backups import parse
from service_reports.warehouse import load_batch, read_batches, read_days, read_observations, record_batch
from tests.integration.outside_world import Collecting, OutsideWorld, backup

pytestmark = pytest.mark.integration
DAY = date(2026, 1, 25)
NEXT_DAY = DAY + timedelta(days=1)
MORNING = datetime(2026, 1, 27, 10, 45, tzinfo=UTC)


@pytest.fixture
def contract() -> Contract:
    return load_contract(DEFAULT_SCENARIO / "contract.yaml")


@pytest.fixture
def world(contract: Contract) -> OutsideWorld:
    return OutsideWorld(contract, MORNING)


@pytest.fixture
def collecting(world: OutsideWorld, db: psycopg.Connection) -> Collecting:
    return Collecting(world, db)


def collect(collecting: Collecting, on: datetime, **params: str) -> None:
    collecting.world.now = on
    collecting.run(f"run-{on}-{params}", only=["backups"], **params)


def found(db: psycopg.Connection, contract: Contract, kind: str) -> list[date | None]:
    told = read_observations(db, [contract.id], DAY, date(2026, 12, 31))
    return [each.day for each in told if each.kind == kind]


def states(db: psycopg.Connection, contract: Contract) -> list[str]:
    return [each.lifecycle_state for each in read_days(db, contract, DAY, NEXT_DAY).of(OciBackup)]


def test_a_day_with_a_canceled_backup_alone_is_told_as_one_without(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    world.backups = [backup(DAY), backup(NEXT_DAY, "CANCELED")]
    collect(collecting, MORNING)
    assert found(db, world.contract, "backup.missing") == [NEXT_DAY]


@pytest.mark.parametrize("state", ["CREATING", "RESTORING"])
def test_a_backup_that_is_not_finished_is_looked_at_until_it_is_however_long_its_period_is_over(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting, state: str
) -> None:
    world.contract = world.contract.model_copy(update={"reports": ()})
    world.backups = [backup(DAY, state, timeEnded=None), backup(NEXT_DAY)]
    collect(collecting, MORNING)
    assert found(db, world.contract, "backup.missing") == [DAY]
    world.backups[0] = backup(DAY)
    collect(collecting, MORNING + timedelta(days=60))
    assert states(db, world.contract) == ["ACTIVE", "ACTIVE"]
    assert DAY not in found(db, world.contract, "backup.missing")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_a_backup_that_is_deleted_after_it_was_good_stays_good_whichever_listing_is_loaded_first(
    db: psycopg.Connection, contract: Contract, order: tuple[int, ...]
) -> None:
    told = [
        backup(DAY, state, timeEnded=None if state == "CREATING" else f"{DAY}T03:20:00Z")
        for state in ("CREATING", "ACTIVE", "DELETED")
    ]
    for number in order:
        rows = parse(as_listed(told[number]))
        load(db, contract, rows, MORNING + timedelta(days=number))
    [held] = read_days(db, contract, DAY, DAY).of(OciBackup)
    assert (held.lifecycle_state, held.time_ended is not None) == ("ACTIVE", True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("state", "held"), [("CREATING", "ACTIVE"), ("FAILED", "FAILED"), ("CANCELED", "CANCELED")])
def test_a_good_backup_is_not_unmade_by_a_listing_that_lags_and_is_none_once_it_failed(
    db: psycopg.Connection, contract: Contract, state: str, held: str, order: tuple[int, ...]
) -> None:
    told = [backup(DAY), backup(DAY, state, timeEnded=None)]
    for number in order:
        load(db, contract, parse(as_listed(told[number])), MORNING + timedelta(days=number))
    assert states(db, contract) == [held]


def test_a_backup_that_was_never_seen_good_is_not_good_when_it_is_deleted(
    db: psycopg.Connection, contract: Contract
) -> None:
    for number, state in enumerate(("CREATING", "DELETED")):
        load(db, contract, parse(as_listed(backup(DAY, state))), MORNING + timedelta(days=number))
    assert states(db, contract) == ["DELETED"]


def as_listed(told: dict[str, object]) -> bytes:
    return json.dumps([told]).encode()


def load(db: psycopg.Connection, contract: Contract, rows: list[OciBackup], at: datetime) -> None:
    answer = Answer("database", b"[]", None, DAY, DAY, at)
    batch_id = record_batch(
        db, source="oci_backups", scope=contract.id, answer=answer, archive_key="key", run_id=f"run-{at}"
    )
    [batch] = read_batches(db, [batch_id])
    assert load_batch(db, batch, rows, [contract])


def test_a_dump_that_goes_before_its_retention_is_over_is_told_until_it_is_back(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    for number in range(7):
        name = world.dump(DAY + timedelta(days=number - 5))
    collect(collecting, MORNING)
    assert found(db, world.contract, "dump.vanished") == []
    left = world.dumps.pop(name)
    collect(collecting, MORNING + timedelta(days=1))
    assert found(db, world.contract, "dump.vanished") == [NEXT_DAY]
    assert NEXT_DAY not in found(db, world.contract, "dump.missing"), "it was there when it was listed"
    retained = world.contract.dumps.retention_days
    collect(collecting, MORNING + timedelta(days=retained + 1))
    assert NEXT_DAY in found(db, world.contract, "dump.vanished"), "that it went early stays true"
    world.dumps[name] = left
    collect(collecting, MORNING + timedelta(days=retained + 2))
    assert NEXT_DAY not in found(db, world.contract, "dump.vanished")


def test_a_dump_whose_retention_is_over_may_go(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    for number in range(10):
        world.dump(DAY + timedelta(days=number))
    collect(collecting, MORNING + timedelta(days=8))
    world.dumps.pop(f"SGI_ALCJAM40-{DAY}.DMP.gz")
    collect(collecting, MORNING + timedelta(days=world.contract.dumps.retention_days))
    assert found(db, world.contract, "dump.vanished") == []


def test_a_folder_that_was_emptied_is_told_of_each_of_its_last_dumps(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    for number in range(2):
        world.dump(DAY + timedelta(days=number))
    collect(collecting, MORNING)
    world.dumps.clear()
    collect(collecting, MORNING + timedelta(hours=1))
    assert found(db, world.contract, "dump.vanished") == [DAY, NEXT_DAY]


def test_a_dump_that_is_compressed_later_is_not_gone_until_it_goes_compressed(
    db: psycopg.Connection, contract: Contract
) -> None:
    either = r"^SGI_ALCJAM40-(?P<day>\d{4}-\d{2}-\d{2})\.DMP(\.gz)?$"
    dumps = contract.dumps.model_copy(update={"file_pattern": either})
    world = OutsideWorld(contract.model_copy(update={"dumps": dumps}), MORNING)
    collecting = Collecting(world, db)
    world.dump(NEXT_DAY)
    made = f"SGI_ALCJAM40-{DAY}.DMP"
    world.dumps[made] = 900, MORNING
    collect(collecting, MORNING)
    world.dumps[f"{made}.gz"] = 360, MORNING
    del world.dumps[made]
    collect(collecting, MORNING + timedelta(hours=6))
    assert found(db, contract, "dump.vanished") == []
    del world.dumps[f"{made}.gz"]
    collect(collecting, MORNING + timedelta(hours=12))
    assert found(db, contract, "dump.vanished") == [DAY], "once, though it had two names"


def test_a_name_with_a_day_that_no_calendar_has_keeps_no_other_dump_out(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    world.dump(DAY)
    world.dumps["SGI_ALCJAM40-2026-01-32.DMP.gz"] = 5, MORNING
    collect(collecting, MORNING)
    assert [each.dump_day for each in read_days(db, world.contract, DAY, NEXT_DAY).of(DatabaseDump)] == [DAY]
