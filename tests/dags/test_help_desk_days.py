"""Which days of tickets a scheduled run reads."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from service_reports.contracts import Contract, ExportedTable, HelpDeskExport, load_contract
from service_reports_airflow.steps import ingest

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"


@pytest.fixture(scope="module")
def held() -> Contract:
    return load_contract(SAMPLE)


def days(
    monkeypatch: pytest.MonkeyPatch, held: Contract, run_after: datetime, open_since: date | None = None
) -> tuple[date, date]:
    monkeypatch.setattr(ingest, "contract", lambda contract_id: held)
    monkeypatch.setattr(ingest, "warehouse", nullcontext)
    monkeypatch.setattr(ingest, "oldest_open_ticket", lambda db, contract_id: open_since)
    window = ingest.help_desk_days(held.id, {}, run_after)
    return window.first, window.last


def test_the_report_that_lists_a_warranty_has_its_days_read(monkeypatch: pytest.MonkeyPatch, held: Contract) -> None:
    read = days(monkeypatch, held, datetime(2026, 2, 1, 10, tzinfo=UTC))
    assert read == (date(2026, 1, 1), date(2026, 1, 31))


def test_another_report_begins_with_its_period(monkeypatch: pytest.MonkeyPatch, held: Contract) -> None:
    read = days(monkeypatch, held, datetime(2026, 5, 1, 10, tzinfo=UTC))
    assert read == (date(2026, 2, 23), date(2026, 4, 30))


def test_a_request_that_is_still_open_is_read_until_it_is_not(monkeypatch: pytest.MonkeyPatch, held: Contract) -> None:
    read = days(monkeypatch, held, datetime(2026, 5, 1, 10, tzinfo=UTC), open_since=date(2026, 1, 28))
    assert read == (date(2026, 1, 28), date(2026, 4, 30))


def test_an_export_is_not_asked_for_days_that_it_may_not_hold(monkeypatch: pytest.MonkeyPatch, held: Contract) -> None:
    file = ExportedTable(file_pattern="xlsx")
    desk = HelpDeskExport(kind="export", connection="archive", bucket="help-desk", tickets=file, hour_bank=file)
    by_export = held.model_copy(update={"help_desk": desk})
    read = days(monkeypatch, by_export, datetime(2026, 5, 1, 10, tzinfo=UTC), open_since=date(2026, 1, 28))
    assert read == (date(2026, 2, 23), date(2026, 4, 30))
