"""Facts that sources forget or only whisper stay in the warehouse."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from service_reports.sources import PARSERS, Answer
from service_reports.sources.records import MetricPoint
from service_reports.warehouse import PeriodRows, load_batch, read_batches, read_days, record_batch
from tests.golden.sample_figures import sample_contract

pytestmark = pytest.mark.integration
CONTRACT = sample_contract()
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 10)


def load(db: psycopg.Connection, source: str, content: bytes, run_id: str) -> PeriodRows:
    answer = Answer("listing", content, None, FIRST, LAST)
    batch_id = record_batch(db, source=source, scope=CONTRACT.id, answer=answer, archive_key="key", run_id=run_id)
    [batch] = read_batches(db, [batch_id])
    assert load_batch(db, batch, PARSERS[source](content))
    return read_days(db, CONTRACT, FIRST, LAST)


def listing(*days: int, state: str = "ACTIVE") -> bytes:
    return json.dumps(
        [
            {
                "id": f"ocid1.dbbackup.oc1..{day}", "databaseId": "d", "displayName": "Automatic Backup", "type": "NEW",
                "lifecycleState": state, "timeStarted": f"2026-02-{day:02}T03:00:00Z", "databaseSizeInGBs": 256.5,
                "retentionPeriodInDays": 30,
            }
            for day in days
        ]
    ).encode()  # fmt: skip


def test_a_shrunken_listing_loses_no_backup(db: psycopg.Connection) -> None:
    load(db, "oci_backups", listing(1, 2, 3), "run-1")
    kept = load(db, "oci_backups", listing(3, 4), "run-2").backups
    assert [backup.time_started.day for backup in kept] == [1, 2, 3, 4]
    assert load(db, "oci_backups", listing(), "run-3").backups == kept


def test_a_backup_listed_again_takes_its_newest_state_and_keeps_size_retention_and_words(
    db: psycopg.Connection,
) -> None:
    load(db, "oci_backups", listing(1), "run-1")
    [backup] = load(db, "oci_backups", listing(1, state="DELETING"), "run-2").backups
    assert (backup.lifecycle_state, backup.type) == ("DELETING", "NEW")
    assert (backup.database_size_in_gbs, backup.retention_period_in_days) == (Decimal("256.5"), 30)


def hour(*streams: tuple[str, str, list[str]]) -> bytes:
    midnight = datetime(2026, 2, 1, tzinfo=UTC)
    lines = [
        {
            "resource_name": "ALCJAM DB", "namespace": "oci_database_cluster", "metric_name": "NodeStatus",
            "interval": interval, "statistic": statistic,
            "points": [[(midnight + timedelta(minutes=5 * n)).isoformat(), value] for n, value in enumerate(values)],
        }
        for interval, statistic, values in streams
    ]  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_an_hour_asked_again_when_its_samples_are_forgotten_keeps_them(db: psycopg.Connection) -> None:
    load(db, "oci_metrics", hour(("1h", "mean", ["0.98"]), ("5m", "min", ["1"] * 11 + ["0"])), "run-1")
    [point] = load(db, "oci_metrics", hour(("1h", "mean", ["0.99"]), ("1h", "min", ["0"])), "run-2").metrics
    assert point == MetricPoint(
        resource_name="ALCJAM DB", namespace="oci_database_cluster", metric_name="NodeStatus",
        hour=datetime(2026, 2, 1, tzinfo=UTC), value=Decimal("0.99"), minimum=Decimal(0), maximum=None,
        five_minute_samples=12, five_minute_samples_up=11, five_minute_minimum=Decimal(0),
    )  # fmt: skip
