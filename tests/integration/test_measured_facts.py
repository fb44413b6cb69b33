"""Facts that sources forget or only whisper stay in the warehouse."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO

import psycopg
import pytest

from service_reports.records import MetricPoint, OciBackup, UsageDay, UsageHour
from service_reports.records.period_rows import PeriodRows
from service_reports.sources import SOURCES, Answer
from service_reports.sources.source import Reading
from service_reports.warehouse import load_batch, read_batches, read_days, read_period, record_batch
from tests.golden.sample_figures import sample_contract

pytestmark = pytest.mark.integration
CONTRACT = sample_contract()
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 10)


def load(db: psycopg.Connection, source: str, content: bytes, run_id: str) -> PeriodRows:
    answer = Answer("listing", content, None, FIRST, LAST)
    batch_id = record_batch(db, source=source, scope=CONTRACT.id, answer=answer, archive_key="key", run_id=run_id)
    [batch] = read_batches(db, [batch_id])
    assert load_batch(db, batch, SOURCES[source].parse(Reading(batch, (CONTRACT,), partial(BytesIO, content))))
    return read_days(db, CONTRACT, FIRST, LAST)


def load_use(db: psycopg.Connection, *days: date) -> None:
    """One hour of use on each of these days."""
    answer = Answer("report", b"lines", "etag", days[0], days[-1])
    batch_id = record_batch(
        db, source="oci_cost_reports", scope=CONTRACT.oci.tenancy_ocid, answer=answer, archive_key="key", run_id="run-1"
    )
    [batch] = read_batches(db, [batch_id])
    rows = [
        UsageHour(
            charge_period_start=datetime(day.year, day.month, day.day, tzinfo=UTC),
            service_code="COMPUTE",
            compartment_ocid=CONTRACT.oci.compartment_ocids[0],
            product_description="Standard - E5",
            unit="OCPU Hours",
            currency="USD",
            quantity=Decimal(3),
            cost=Decimal(1),
            lines=1,
            corrections=0,
        )
        for day in days
    ]
    assert load_batch(db, batch, rows)


def test_a_report_is_read_with_the_use_of_the_period_before_and_the_first_without(db: psycopg.Connection) -> None:
    first, second, *_ = CONTRACT.reports
    load_use(db, first.period_from, first.period_to, second.period_from)
    rows = read_period(db, CONTRACT, second)
    assert [row.usage_date for row in rows.previous_usage] == [first.period_from, first.period_to]
    assert [row.usage_date for row in rows.of(UsageDay)] == [second.period_from]
    assert read_period(db, CONTRACT, first).previous_usage == ()


def test_hours_of_a_day_are_those_of_any_product_and_a_correction_is_of_none(db: psycopg.Connection) -> None:
    answer = Answer("report", b"lines", "etag", FIRST, FIRST)
    batch_id = record_batch(
        db, source="oci_cost_reports", scope=CONTRACT.oci.tenancy_ocid, answer=answer, archive_key="key", run_id="run-1"
    )
    [batch] = read_batches(db, [batch_id])
    seen = {"Standard - E4": range(12), "Standard - E5": range(11, 24), "Corrected": range(3)}
    rows = [
        UsageHour(
            charge_period_start=datetime(2026, 2, 1, hour, tzinfo=UTC),
            service_code="COMPUTE",
            compartment_ocid=CONTRACT.oci.compartment_ocids[0],
            product_description=product,
            unit="OCPU Hours",
            currency="USD",
            quantity=Decimal(1),
            cost=Decimal(1),
            lines=1,
            corrections=int(product == "Corrected"),
        )
        for product, hours in seen.items()
        for hour in hours
    ]
    assert load_batch(db, batch, rows)
    used = read_days(db, CONTRACT, FIRST, LAST).of(UsageDay)
    assert {each.product_description: (each.quantity, each.hours, each.hours_of_day) for each in used} == {
        "Standard - E4": (12, 12, 24),
        "Standard - E5": (13, 13, 24),
        "Corrected": (3, 0, 24),
    }


def listing(*days: int, state: str = "ACTIVE") -> bytes:
    return json.dumps(
        [
            {
                "id": f"ocid1.dbbackup.oc1..{day}",
                "databaseId": "d",
                "displayName": "Automatic Backup",
                "type": "NEW",
                "lifecycleState": state,
                "timeStarted": f"2026-02-{day:02}T03:00:00Z",
                "databaseSizeInGBs": 256.5,
                "retentionPeriodInDays": 30,
            }
            for day in days
        ]
    ).encode()


def test_a_shrunken_listing_loses_no_backup(db: psycopg.Connection) -> None:
    load(db, "oci_backups", listing(1, 2, 3), "run-1")
    kept = load(db, "oci_backups", listing(3, 4), "run-2").of(OciBackup)
    assert [backup.time_started.day for backup in kept] == [1, 2, 3, 4]
    assert load(db, "oci_backups", listing(), "run-3").of(OciBackup) == kept


def test_a_backup_listed_again_takes_its_newest_state_and_keeps_size_retention_and_words(
    db: psycopg.Connection,
) -> None:
    load(db, "oci_backups", listing(1, state="CREATING"), "run-1")
    [backup] = load(db, "oci_backups", listing(1), "run-2").of(OciBackup)
    assert (backup.lifecycle_state, backup.type) == ("ACTIVE", "NEW")
    assert (backup.database_size_in_gbs, backup.retention_period_in_days) == (Decimal("256.5"), 30)


def hour(*streams: tuple[str, str, list[str]]) -> bytes:
    midnight = datetime(2026, 2, 1, tzinfo=UTC)
    lines = [
        {
            "resource_name": "ALCJAM DB",
            "namespace": "oci_database_cluster",
            "metric_name": "NodeStatus",
            "interval": interval,
            "statistic": statistic,
            "stamps": "start",
            "points": [[(midnight + timedelta(minutes=5 * n)).isoformat(), value] for n, value in enumerate(values)],
        }
        for interval, statistic, values in streams
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_an_hour_asked_again_when_its_samples_are_forgotten_keeps_them(db: psycopg.Connection) -> None:
    load(db, "oci_metrics", hour(("1h", "mean", ["0.98"]), ("5m", "min", ["1"] * 11 + ["0"])), "run-1")
    [point] = load(db, "oci_metrics", hour(("1h", "mean", ["0.99"]), ("1h", "min", ["0"])), "run-2").of(MetricPoint)
    assert point == MetricPoint(
        resource_name="ALCJAM DB",
        namespace="oci_database_cluster",
        metric_name="NodeStatus",
        hour=datetime(2026, 2, 1, tzinfo=UTC),
        value=Decimal("0.99"),
        minimum=Decimal(0),
        maximum=None,
        five_minute_samples=12,
        five_minute_samples_up=11,
        five_minute_minimum=Decimal(0),
    )
