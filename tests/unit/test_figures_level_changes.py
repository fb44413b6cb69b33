"""Where daily use settled on another level, and what is never taken for that."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures.level_changes import level_changes, overall_changes
from service_reports.figures.model import UsageColumn, UsageDayRow, UsageTable
from service_reports.figures.period import compute_figures
from service_reports.figures.rounding import rounded_quotient
from service_reports.records import UsageDay
from service_reports.records.period_rows import PeriodRows, by_type
from tests.golden.readings import all_read
from tests.golden.sample_figures import sample

FIRST = date(2026, 1, 20)
COLUMN = UsageColumn(label="Compute / E4 (OCPU Hours)", service="Compute", product_description="E4", unit="OCPU Hours")
LEVELS = st.decimals("0.01", 10_000, places=2)


def table(quantities: list[Decimal | int | None], hours: dict[int, int] | None = None) -> UsageTable:
    """Days in a row; ``None`` is a missing day, ``hours`` are those of partial ones by their index."""
    rows = []
    for index, quantity in enumerate(quantities):
        seen = 0 if quantity is None else (hours or {}).get(index, 24)
        rows.append(
            UsageDayRow(
                day=FIRST + timedelta(days=index),
                hours=seen,
                state="missing" if not seen else "complete" if seen == 24 else "partial",
                quantities=(None if quantity is None else Decimal(quantity),),
            )
        )
    total = sum((row.quantities[0] or Decimal(0) for row in rows), Decimal(0))
    return UsageTable(columns=(COLUMN,), rows=tuple(rows), totals=(total,))


def steps(quantities: list[Decimal | int | None], hours: dict[int, int] | None = None) -> list[tuple[int, int, str]]:
    """The first day of each new level by its index, and the levels around it."""
    changes = level_changes(table(quantities, hours))
    return [((change.to_day - FIRST).days, int(change.before), f"{change.after:f}") for change in changes]


@pytest.mark.parametrize(
    ("label", "steps_found"),
    [
        ("Database / Database Cloud Service - Standard (OCPU Hours)", [("02-05", "02-06", "24.00", "48.00", "100.0")]),
        (
            "Block Storage / Block Volume - Storage (GB Months)",
            [("02-11", "02-12", "21.74", "28.19", "29.7"), ("02-17", "02-18", "28.19", "33.68", "19.5")],
        ),
        (
            "Compute / Standard - E5 (OCPU Hours)",
            [("02-13", "02-14", "72.00", "96.00", "33.3"), ("02-17", "02-18", "96.00", "119.00", "24.0")],
        ),
        ("Virtual Cloud Network / Outbound Data Transfer Zone (GB Months)", []),
        (
            "Oracle Web Application Firewall (WAF) / Web Application Firewall - Requests "
            "(100000 Incoming Requests Per Month)",
            [],
        ),
        ("File Storage / File Storage (GB Months)", []),
        ("Compute / Standard - E4 (OCPU Hours)", []),
    ],
)
def test_the_sample_month_steps_where_its_capacity_changed(
    label: str, steps_found: list[tuple[str, str, str, str, str]]
) -> None:
    _, figures = sample()
    assert [
        (
            f"{each.from_day:%m-%d}",
            f"{each.to_day:%m-%d}",
            f"{each.before:.2f}",
            f"{each.after:.2f}",
            f"{each.percent:.1f}",
        )
        for each in figures.usage.level_changes
        if each.column == label
    ] == steps_found


def test_several_steps_of_a_column_are_one_change_from_its_first_level_to_its_last() -> None:
    _, figures = sample()
    storage = next(
        change
        for change in overall_changes(figures.usage.level_changes)
        if change.column == "Block Storage / Block Volume - Storage (GB Months)"
    )
    assert (storage.from_day, storage.to_day) == (date(2026, 2, 11), date(2026, 2, 18))
    assert (f"{storage.before:.1f}", f"{storage.after:.1f}") == ("21.7", "33.7")


def test_the_levels_of_a_step_are_figures_and_so_are_the_first_and_the_last_of_the_period() -> None:
    contract, _ = sample()
    report = contract.report("2026-01")
    quantities = [24] * 10 + [48] * 10 + [60] * (len(report.days) - 20)
    usage = [
        UsageDay(
            usage_date=day,
            service_code="DATABASE",
            product_description="DB",
            unit="OCPU Hours",
            quantity=Decimal(quantity),
            hours=24,
        )
        for day, quantity in zip(report.days, quantities, strict=True)
    ]
    rows = PeriodRows(by_type(usage), days_read=all_read(contract, report))
    figures = compute_figures(contract, report, 1, None, rows)
    found = {
        figure.id.replace("Database / DB (OCPU Hours)", "DB"): figure.value
        for figure in figures.matching("usage.level")
    }
    assert found == {
        "usage.level_change/2026-01-30/DB/before": 24,
        "usage.level_change/2026-01-30/DB/after": 48,
        "usage.level_change/2026-01-30/DB/percent": 100,
        "usage.level_change/2026-02-09/DB/before": 48,
        "usage.level_change/2026-02-09/DB/after": 60,
        "usage.level_change/2026-02-09/DB/percent": 25,
        "usage.level/DB/first": 24,
        "usage.level/DB/last": 60,
        "usage.level/DB/percent": 150,
    }
    assert figures.value("usage.mean/Database / DB (OCPU Hours)") == rounded_quotient(
        Decimal(sum(quantities)), len(quantities)
    )


def test_a_step_is_found_at_its_day_with_both_levels() -> None:
    assert steps([*[24] * 16, *[48] * 12]) == [(16, 24, "48")]
    assert steps([*[48] * 16, *[24] * 12]) == [(16, 48, "24")]


def test_the_day_on_which_a_step_happened_belongs_to_the_nearer_level() -> None:
    assert steps([*[24] * 10, 30, *[48] * 10]) == [(11, 24, "48")]
    assert steps([*[24] * 10, 42, *[48] * 10]) == [(10, 24, "48")]


def test_missing_days_around_a_step_do_not_hide_it() -> None:
    assert steps([*[24] * 10, None, None, *[48] * 10]) == [(12, 24, "48")]


def test_two_days_of_a_new_level_are_enough_where_the_data_end_and_one_is_not() -> None:
    assert steps([*[24] * 10, 48, 48]) == [(10, 24, "48")]
    assert steps([*[24] * 10, 48]) == []
    assert steps([*[24] * 10, *[48] * 4, *[24] * 10]) == []


def test_a_partial_day_counts_by_its_hours_and_is_no_level_of_its_own() -> None:
    assert steps([*[24] * 10, 48, 32], {11: 16}) == [(10, 24, "48")]
    assert steps([*[24] * 10, 48, 16], {11: 16}) == []
    assert steps([*[24] * 10, 32, 32], {10: 16, 11: 16}) == []
    assert steps([*[24] * 10, 16], {10: 16}) == []


def test_use_that_begins_or_ends_has_no_percentage_it_cannot_have() -> None:
    (begins,) = level_changes(table([*[0] * 10, *[5] * 10]))
    (ends,) = level_changes(table([*[5] * 10, *[0] * 10]))
    assert (begins.percent, ends.percent) == (None, Decimal(-100))


@given(LEVELS, st.decimals("1.2", 50, places=2), st.integers(7, 24), st.booleans())
def test_one_clean_step_is_found_whatever_its_size_place_and_direction(
    low: Decimal, factor: Decimal, at: int, rises: bool
) -> None:
    before, after = (low, low * factor) if rises else (low * factor, low)
    (change,) = level_changes(table([*[before] * at, *[after] * (34 - at)]))
    assert ((change.to_day - FIRST).days, change.before, change.after) == (at, before, after)
    assert change.to_day - change.from_day == timedelta(days=1)


@given(
    st.lists(st.decimals(0, 1000, places=2), min_size=7, max_size=7), st.integers(10, 34), st.sets(st.integers(0, 33))
)
def test_a_weekly_rhythm_is_no_step_even_with_days_missing(week: list[Decimal], length: int, missing: set[int]) -> None:
    assert steps([None if index in missing else week[index % 7] for index in range(length)]) == []


@given(LEVELS, LEVELS, st.integers(1, 34), st.data())
def test_a_single_day_out_of_line_is_no_step(usual: Decimal, odd: Decimal, length: int, data: st.DataObject) -> None:
    quantities: list[Decimal | int | None] = [usual] * length
    quantities[data.draw(st.integers(0, length - 1))] = odd
    assert steps(quantities) == []


@given(st.lists(st.decimals(100, "109.99", places=2), max_size=34))
def test_noise_within_a_tenth_is_no_step(quantities: list[Decimal]) -> None:
    assert steps([*quantities]) == []


@given(st.lists(st.none() | st.decimals(-10, 100, places=1), max_size=34), st.integers(1, 1000))
def test_the_same_use_in_another_unit_steps_on_the_same_days(quantities: list[Decimal | None], factor: int) -> None:
    days = [change.to_day for change in level_changes(table([*quantities]))]
    scaled = [None if quantity is None else quantity * factor for quantity in quantities]
    assert [change.to_day for change in level_changes(table([*scaled]))] == days
