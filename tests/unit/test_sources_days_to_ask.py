"""Which days a scheduled run asks for, besides those of its schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from service_reports.contracts import Contract, load_contract
from service_reports.sources.days_to_ask import from_oldest_missed, open_days
from service_reports.sources.listing import told_from
from service_reports.sources.source import Asked, Stores, Window

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
NOTHING = cast(Stores, None)
"""No store is reached to know the days."""
SCHEDULED = Window(date(2026, 5, 28), date(2026, 5, 30))
"""Some days after the end of the second period, whose report was due on the 25th."""


class Known:
    """A ledger that knows which reports are concluded, and the days that were missed of each name."""

    def __init__(self, concluded: Sequence[str] = (), missed: Sequence[date] = ()) -> None:
        self.concluded, self.missed = frozenset(concluded), missed
        self.looked_for: list[tuple[str, Sequence[str], Window]] = []

    def concluded_reports(self, _: str) -> frozenset[str]:
        return self.concluded

    def oldest_missed(self, _: str, scope: str, names: Sequence[str], days: Window) -> date | None:
        self.looked_for.append((scope, names, days))
        return min((day for day in self.missed if days.first <= day <= days.last), default=None)


@pytest.fixture(scope="module")
def held() -> Contract:
    return load_contract(SAMPLE)


def asked(held: Contract, known: Known, days: Window = SCHEDULED, *, by_hand: bool = False) -> Asked:
    return Asked(held.id, "oci", (held,), days, NOTHING, cast(Any, known), by_hand=by_hand)


def test_a_listing_is_kept_whole_from_the_first_day_of_the_oldest_report_that_is_not_issued(held: Contract) -> None:
    first, second, *_ = held.reports
    assert open_days(asked(held, Known())).first == first.period_from
    assert open_days(asked(held, Known([first.number]))).first == second.period_from


def test_an_issued_report_that_was_just_due_is_still_open(held: Contract) -> None:
    first, second, third, *_ = held.reports
    known = Known([first.number, second.number])
    late = second.report_date + timedelta(days=10)
    assert open_days(asked(held, known)).first == second.period_from
    assert open_days(asked(held, known, Window(late, late))).first == second.period_from
    assert open_days(asked(held, known, Window(late, late + timedelta(days=1)))).first == third.period_from


def test_with_days_in_the_form_no_others_are_asked_for(held: Contract) -> None:
    by_hand = asked(held, Known(missed=[date(2026, 5, 1)]), by_hand=True)
    assert open_days(by_hand) == SCHEDULED
    assert from_oldest_missed(by_hand, "s", [(held, held.id, "")], horizon_days=90) == SCHEDULED


def test_days_are_asked_from_the_oldest_that_was_missed_within_the_horizon(held: Contract) -> None:
    known = Known(missed=[date(2026, 4, 20), date(2026, 5, 1)])
    names = [(held, held.id, "one"), (held, held.id, "two")]
    assert from_oldest_missed(asked(held, known), "s", names, horizon_days=90).first == date(2026, 4, 20)
    assert from_oldest_missed(asked(held, known), "s", names, horizon_days=40).first == date(2026, 5, 1)
    assert known.looked_for[0] == (held.id, ["one", "two"], Window(date(2026, 3, 2), date(2026, 5, 27)))


def test_no_day_outside_of_a_contract_was_missed(held: Contract) -> None:
    ended = held.model_copy(update={"valid_from": date(2026, 3, 1), "valid_to": date(2026, 4, 30)})
    known = Known()
    names = [(ended, ended.id, "")]
    from_oldest_missed(asked(ended, known), "s", names, horizon_days=365)
    assert known.looked_for == [(ended.id, [""], Window(date(2026, 3, 1), date(2026, 4, 30)))]
    from_oldest_missed(asked(ended, known), "s", names, horizon_days=20)
    assert len(known.looked_for) == 1


@pytest.mark.parametrize(
    ("certain_from", "oldest", "told"),
    [
        (None, None, date(2026, 5, 1)),
        (date(2026, 5, 28), None, date(2026, 5, 28)),
        (date(2026, 5, 28), date(2026, 5, 10), date(2026, 5, 10)),
        (date(2026, 5, 28), date(2026, 4, 10), date(2026, 5, 1)),
        (date(2026, 5, 28), date(2026, 5, 29), date(2026, 5, 28)),
    ],
)
def test_a_listing_tells_of_the_days_that_its_entries_reach(
    certain_from: date | None, oldest: date | None, told: date
) -> None:
    assert told_from(Window(date(2026, 5, 1), date(2026, 5, 30)), certain_from, oldest) == told
