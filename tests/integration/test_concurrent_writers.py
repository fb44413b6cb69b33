"""Two writers of the same rows at the same time end as if they had come one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest

from service_reports.checks.observation import Observation
from service_reports.checks.verdict import CheckResult
from service_reports.figures.reconciliation import ReconciledColumn
from service_reports.records import HourBankEntry, UsageTotal
from service_reports.sources import Answer
from service_reports.warehouse import keep_observations, keep_verdicts, load_batch, read_batches, record_batch, review

pytestmark = pytest.mark.integration
DAY = date(2026, 2, 20)
ENTRY = HourBankEntry(
    request="Capacitación", production_date=date(2026, 2, 9), estimated_hours=Decimal(32), status="Terminado"
)
TOTAL = UsageTotal(
    usage_date=DAY,
    compartment_ocid="c",
    service="COMPUTE",
    product_description="E4",
    unit="OCPU Hours",
    quantity=Decimal(24),
)
Write = Callable[[psycopg.Connection, str], None]


def load(db: psycopg.Connection, source: str, run_id: str, name: str, row: object) -> None:
    batch_id = record_batch(
        db,
        source=source,
        scope="contract",
        answer=Answer(name, b"[]", None, DAY, DAY),
        archive_key="blobs/x",
        run_id=run_id,
    )
    [batch] = read_batches(db, [batch_id])
    load_batch(db, batch, [row])


def load_hour_bank(db: psycopg.Connection, run_id: str) -> None:
    load(db, "hour_bank", run_id, "hour_bank", ENTRY)


def load_totals_of_overlapping_windows(db: psycopg.Connection, run_id: str) -> None:
    load(db, "oci_usage", run_id, f"totals of {run_id}", TOTAL)


def reconcile(db: psycopg.Connection, run_id: str) -> None:
    column = ReconciledColumn(DAY, "Cómputo", Decimal(24), Decimal(24), Decimal(0), within_tolerance=True)
    review.keep_reconciliation(db, "contract", [column], DAY, DAY, run_id)


def observe(db: psycopg.Connection, run_id: str, *subjects: str) -> None:
    found = [Observation("usage.day_missing", "contract", each, "warning", "Sin datos", DAY) for each in subjects]
    keep_observations(db, found, kinds=["usage.day_missing"], scope="contract", first=DAY, last=DAY, run_id=run_id)


def judge(db: psycopg.Connection, run_id: str) -> None:
    """A task that Airflow takes for dead is started again while it still runs: both are of the same run."""
    keep_verdicts(db, [CheckResult("check", "contract", "blocking", True, "")], run_id="same", contract_id="contract")


@pytest.fixture
def one(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def meanwhile(database: str) -> Iterator[Callable[..., Future[None]]]:
    """Starts a writer of its own connection, and gives it the time to come to where it must wait."""
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor(1) as thread:

        def start(write: Callable[..., None], *arguments: object) -> Future[None]:
            future = thread.submit(write, other, *arguments)
            time.sleep(0.3)
            assert not future.done(), "the other writer must wait for this one's end"
            return future

        yield start


@pytest.mark.parametrize(
    ("write", "query", "row"),
    [
        (load_hour_bank, "select estimated_hours from core.hour_bank_entry", (Decimal(32),)),
        (load_totals_of_overlapping_windows, "select quantity from core.oci_usage_total", (Decimal(24),)),
        (reconcile, "select quantity from core.usage_reconciliation", (Decimal(24),)),
        (judge, "select passed from core.quality_result", (True,)),
    ],
)
def test_the_second_writer_waits_for_the_first_ones_end(
    one: psycopg.Connection,
    meanwhile: Callable[..., Future[None]],
    write: Write,
    query: LiteralString,
    row: tuple[object],
) -> None:
    with one.transaction():
        write(one, "one")
        other = meanwhile(write, "other")
    other.result(20)
    assert one.execute(query).fetchall() == [row]


def test_a_load_is_of_the_moment_its_turn_came_and_not_of_the_one_it_began_to_wait(
    one: psycopg.Connection, meanwhile: Callable[..., Future[None]]
) -> None:
    """A version that was claimed in between was computed without it."""
    with one.transaction():
        load_hour_bank(one, "one")
        other = meanwhile(load_hour_bank, "other")
        claimed = one.execute("select clock_timestamp()").fetchone()
    other.result(20)
    assert claimed is not None
    found = one.execute("select run_id from raw.batch where loaded_at > %s", claimed).fetchall()
    assert found == [("other",)]


def test_two_looks_that_find_the_same_in_another_order_do_not_wait_for_each_other(
    one: psycopg.Connection, meanwhile: Callable[..., Future[None]]
) -> None:
    with one.transaction():
        observe(one, "one", "a")
        other = meanwhile(observe, "other", "b", "a")
        observe(one, "one", "a", "b")
    other.result(20)
    assert one.execute("select count(*), count(resolved_at) from core.observation").fetchone() == (2, 0)
