"""Two loads of one source at the same time end as if they had come one after the other."""

from __future__ import annotations

import threading
import time
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from service_reports.sources import Answer
from service_reports.sources.records import HourBankEntry
from service_reports.warehouse import load_batch, read_batches, record_batch

pytestmark = pytest.mark.integration
ENTRY = HourBankEntry(
    request="Capacitación", production_date=date(2026, 2, 9), estimated_hours=Decimal(32), status="Terminado"
)


def test_two_exports_of_the_hour_bank_at_the_same_time_leave_one(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as one, psycopg.connect(database, autocommit=True) as other:
        batches = {}
        for run_id in ("one", "other"):
            batch_id = record_batch(one, source="hour_bank", scope="contract", answer=Answer("hour_bank", b"[]", None),
                                    archive_key="blobs/x", run_id=run_id)  # fmt: skip
            [batches[run_id]] = read_batches(one, [batch_id])
        failures: list[BaseException] = []

        def load_other() -> None:
            try:
                load_batch(other, batches["other"], [ENTRY])
            except BaseException as error:
                failures.append(error)

        with one.transaction():
            load_batch(one, batches["one"], [ENTRY])
            meanwhile = threading.Thread(target=load_other)
            meanwhile.start()
            time.sleep(0.5)
            assert meanwhile.is_alive(), "the other load must wait for this one's end"
        meanwhile.join(20)
        assert failures == []
        rows = one.execute("select position, estimated_hours from core.hour_bank_entry").fetchall()
    assert rows == [(1, Decimal(32))]
