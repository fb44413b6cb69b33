"""Which days of tickets a scheduled run reads."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service_reports.contracts import Contract, ExportedTable, HelpDeskExport, load_contract
from service_reports.sources.help_desk import days_to_ask
from service_reports.sources.source import Asked, Stores, Window

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
NOTHING = cast(Stores, None)
"""No store is reached to know the days."""


@pytest.fixture(scope="module")
def held() -> Contract:
    return load_contract(SAMPLE)


def days(
    held: Contract, last: date, open_since: date | None = None, *, by_hand: bool = False, unissued: str = ""
) -> tuple[date, date]:
    """The days that a run asks for that was started for ``last`` alone; all reports are issued when due but one."""
    issued = frozenset(report.number for report in held.reports if report.report_date <= last)
    known = {"oldest_open_ticket": lambda _: open_since, "concluded_reports": lambda _: issued - {unissued}}
    ledger = cast(Any, SimpleNamespace(**known))
    asked = Asked(held.id, "oci", (held,), Window(last, last), NOTHING, ledger, by_hand=by_hand)
    return days_to_ask(asked)


def test_the_report_that_lists_a_warranty_has_its_days_read(held: Contract) -> None:
    assert days(held, date(2026, 1, 31)) == (date(2026, 1, 1), date(2026, 1, 31))


def test_another_report_begins_with_its_period(held: Contract) -> None:
    assert days(held, date(2026, 4, 30)) == (date(2026, 2, 23), date(2026, 4, 30))


def test_a_request_that_is_still_open_is_read_until_it_is_not(held: Contract) -> None:
    read = days(held, date(2026, 4, 30), open_since=date(2026, 1, 28))
    assert read == (date(2026, 1, 28), date(2026, 4, 30))


def test_a_report_that_is_not_issued_yet_has_its_days_read(held: Contract) -> None:
    read = days(held, date(2026, 7, 31), unissued=held.reports[1].number)
    assert read == (date(2026, 2, 23), date(2026, 7, 31))


def test_the_days_of_the_form_are_read_and_no_others(held: Contract) -> None:
    read = days(held, date(2026, 4, 30), open_since=date(2026, 1, 28), by_hand=True)
    assert read == (date(2026, 4, 30), date(2026, 4, 30))


def test_an_export_is_not_asked_for_days_that_it_may_not_hold(held: Contract) -> None:
    file = ExportedTable(file_pattern="xlsx")
    desk = HelpDeskExport(kind="export", connection="archive", bucket="help-desk", tickets=file, hour_bank=file)
    by_export = held.model_copy(update={"help_desk": desk})
    read = days(by_export, date(2026, 4, 30), open_since=date(2026, 1, 28))
    assert read == (date(2026, 2, 23), date(2026, 4, 30))
