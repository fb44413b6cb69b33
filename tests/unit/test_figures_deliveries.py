"""A delivery is a finished request of the hour bank that went into production in the period."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures.deliveries import delivered, delivered_hours
from service_reports.figures.hour_states import COMMITTED, CONSUMED, IN_EXECUTION
from service_reports.records import HourBankEntry

FIRST, LAST = date(2026, 1, 20), date(2026, 2, 22)


def entry(
    request: str = "Sobretasa", day: date | None = FIRST, status: str = "Terminado", hours: str = "32"
) -> HourBankEntry:
    return HourBankEntry(request=request, production_date=day, estimated_hours=Decimal(hours), status=status)


@pytest.mark.parametrize(
    ("day", "counts"),
    [(date(2026, 1, 19), 0), (FIRST, 1), (LAST, 1), (date(2026, 2, 23), 0), (None, 0)],
)
def test_both_ends_of_the_period_belong_to_it(day: date | None, counts: int) -> None:
    assert len(delivered([entry(day=day)], FIRST, LAST)) == counts


@pytest.mark.parametrize("status", sorted(IN_EXECUTION | COMMITTED))
def test_what_is_not_finished_is_not_delivered_even_with_a_date(status: str) -> None:
    assert delivered([entry(status=status)], FIRST, LAST) == ()


ENTRIES = st.lists(
    st.builds(
        entry,
        request=st.text(min_size=1, max_size=5),
        day=st.dates(date(2026, 1, 10), date(2026, 3, 1)),
        status=st.sampled_from(sorted(CONSUMED | IN_EXECUTION)),
        hours=st.decimals(0, 100, places=2).map(str),
    ),
    max_size=8,
)


@given(entries=ENTRIES, order=st.randoms())
def test_acts_are_numbered_by_what_was_delivered_not_by_how_it_was_read(entries, order) -> None:
    made = delivered(entries, FIRST, LAST)
    order.shuffle(entries)
    assert delivered(entries, FIRST, LAST) == made
    assert [each.position for each in made] == list(range(1, len(made) + 1))
    assert [each.production_date for each in made] == sorted(each.production_date for each in made)


@given(entries=ENTRIES)
def test_delivered_hours_are_those_of_the_finished_entries_of_the_period(entries: list[HourBankEntry]) -> None:
    finished = [
        each.estimated_hours
        for each in entries
        if each.status == "Terminado" and each.production_date is not None and FIRST <= each.production_date <= LAST
    ]
    assert delivered_hours(delivered(entries, FIRST, LAST)) == sum(finished, Decimal(0))
