"""What grows without a step: the first week against the last, and when a storage is full at this pace."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service_reports.audit.recomputing.metrics import metric_values
from service_reports.audit.rows import Rows
from service_reports.documents.evidence.rows import table
from service_reports.figures.figure import instant_of
from service_reports.figures.growth import FARTHEST_DAYS, growth, reached_on
from service_reports.figures.model import Growth

FIRST = date(2026, 1, 20)
FULL = Decimal(100)
VALUES = st.decimals("0.000001", 100_000, places=6)
SERIES = st.lists(VALUES, min_size=14, max_size=62)
USED = st.lists(st.decimals(0, 100, places=4), min_size=0, max_size=40)


def daily(values: list[Decimal] | list[int], *, left_out: frozenset[int] = frozenset()) -> list[tuple[date, Decimal]]:
    """A value a day; of some days there is none."""
    days = (FIRST + timedelta(days=place) for place in range(1000) if place not in left_out)
    return [(day, Decimal(value)) for day, value in zip(days, values, strict=False)]


def line(begin: Decimal, pace: Decimal, length: int) -> list[Decimal]:
    return [begin + pace * place for place in range(length)]


def test_the_first_week_is_compared_with_the_last_whatever_lies_between() -> None:
    assert growth(daily([10] * 7 + [99] * 5 + [12] * 7)) == Growth(first=10, last=12, percent=20)


def test_fewer_than_two_weeks_tell_no_growth_and_from_nothing_there_is_no_percentage() -> None:
    assert growth(daily([1] * 13)) is None
    assert reached_on(daily(list(range(13))), FULL) is None
    assert growth(daily([0] * 7 + [3] * 7)) == Growth(first=0, last=3, percent=None)


@given(SERIES, st.integers(2, 1000))
def test_growth_in_percent_knows_no_unit_and_a_constant_series_none(values: list[Decimal], unit: int) -> None:
    found, scaled = growth(daily(values)), growth(daily([value * unit for value in values]))
    assert found is not None
    assert scaled is not None
    assert found.percent is not None
    assert scaled.percent is not None
    assert abs(found.percent - scaled.percent) <= Decimal("0.01") * (1 + abs(found.percent))
    assert growth(daily([values[0]] * len(values))) == Growth(first=values[0], last=values[0], percent=0)


@given(SERIES)
def test_read_backwards_the_weeks_change_places(values: list[Decimal]) -> None:
    found, back = growth(daily(values)), growth(daily(values[::-1]))
    assert found is not None
    assert back is not None
    assert (found.first, found.last) == (back.last, back.first)


@given(
    st.decimals(0, 60, places=3),
    st.decimals("0.05", "0.9", places=3),
    st.integers(14, 40),
    st.frozensets(st.integers(1, 30)),
)
def test_what_grows_by_the_same_every_day_is_full_on_the_day_that_it_says(
    begin: Decimal, pace: Decimal, length: int, left_out: frozenset[int]
) -> None:
    days = [(day, begin + pace * (day - FIRST).days) for day, _ in daily([0] * length, left_out=left_out)]
    found = reached_on(days, FULL)
    if days[-1][1] >= FULL or found is None:
        return
    of = begin + pace * (found - FIRST).days
    assert of - pace <= FULL <= of + pace


def test_a_line_is_full_to_the_day() -> None:
    assert reached_on(daily(line(Decimal(40), Decimal("0.5"), 34)), FULL) == FIRST + timedelta(days=120)


@given(st.decimals(1, 60, places=3), st.decimals("0.1", "0.5", places=3), st.decimals("0.1", "0.5", places=3))
def test_the_faster_it_grows_the_sooner_it_is_full(begin: Decimal, one: Decimal, other: Decimal) -> None:
    slow, fast = sorted([one, other])
    later, sooner = (reached_on(daily(line(begin, pace, 20)), FULL) for pace in (slow, fast))
    assert sooner is not None
    assert later is not None
    assert sooner <= later


@given(USED)
def test_nothing_is_foretold_of_what_does_not_grow_nor_far_ahead(values: list[Decimal]) -> None:
    days = daily(values)
    found, week = reached_on(days, FULL), growth(days)
    if week is None or week.last <= week.first or week.last >= FULL:
        assert found is None
    if found is not None:
        assert FIRST < found <= days[-1][0] + timedelta(days=FARTHEST_DAYS)
    assert reached_on(daily(sorted(values, reverse=True)), FULL) is None


@given(USED)
def test_an_auditor_comes_to_the_same_weeks_and_the_same_day(values: list[Decimal]) -> None:
    about = {"resource": "DB", "namespace": "oci_database", "metric": "StorageUtilization", "availability": False}
    days = daily(values)
    names = "resource namespace metric hour value minimum maximum"
    cells = [(*list(about.values())[:3], f"{day}T00:00:00+00:00", value, value, value) for day, value in days]
    rows = Rows({"metric_hours.csv": table("metric_hours.csv", names, cells, ()).content})
    last = days[-1][0] if days else FIRST
    rows.__dict__["period"] = {"first": str(FIRST), "last": str(last), "gaps": [], "series": [about]}
    found = {name: value for name, value in metric_values(rows) if name.startswith("metric.growth/")}
    week, full = growth(days), reached_on(days, FULL)
    assert found.get("metric.growth/DB/StorageUtilization/first") == (week and week.first)
    assert found.get("metric.growth/DB/StorageUtilization/last") == (week and week.last)
    told = found.get("metric.growth/DB/StorageUtilization/full_on")
    assert (None if told is None else instant_of(Decimal(told)).date()) == full
