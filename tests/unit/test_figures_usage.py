"""Daily use: missing, partial and complete days, zero and nothing, exact totals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures.chapters.usage import usage_table
from service_reports.records import UsageDay

DAYS = (date(2026, 2, 18), date(2026, 2, 19), date(2026, 2, 20))


def used(
    day: date, quantity: str, hours: int = 24, service: str = "COMPUTE", product: str = "E4", of_day: int = 0
) -> UsageDay:
    return UsageDay(
        usage_date=day,
        service_code=service,
        product_description=product,
        unit="OCPU Hours",
        quantity=Decimal(quantity),
        hours=hours,
        hours_of_day=of_day,
    )


def test_a_day_is_complete_partial_or_missing_by_the_hours_seen() -> None:
    table = usage_table([used(DAYS[0], "102"), used(DAYS[1], "65.875", hours=16)], DAYS)
    assert [row.state for row in table.rows] == ["complete", "partial", "missing"]
    assert [row.hours for row in table.rows] == [24, 16, 0]
    assert table.rows[2].quantities == (None,)


def test_a_day_on_which_one_product_took_the_place_of_another_is_complete() -> None:
    table = usage_table(
        [used(DAYS[0], "12", 12, product="E4", of_day=24), used(DAYS[0], "12", 12, product="E5", of_day=24)], DAYS[:1]
    )
    assert [(row.hours, row.state) for row in table.rows] == [(24, "complete")]


def test_a_correction_that_came_without_the_lines_of_its_day_is_in_the_days_row_as_it_is_in_the_total() -> None:
    table = usage_table([used(DAYS[0], "102"), used(DAYS[1], "-2", hours=0)], DAYS)
    assert [(row.hours, row.state, row.quantities) for row in table.rows] == [
        (24, "complete", (Decimal(102),)),
        (0, "partial", (Decimal(-2),)),
        (0, "missing", (None,)),
    ]
    assert table.totals == (Decimal(100),)
    assert [day.column for day in table.summaries if day.minimum == 102]


@given(
    st.lists(
        st.builds(
            used,
            st.sampled_from(DAYS),
            st.decimals(-100, 100, places=3).map(str),
            st.integers(0, 24),
            product=st.sampled_from(["E4", "E5"]),
        )
    )
)
def test_a_column_of_printed_days_adds_up_to_its_total(rows: list[UsageDay]) -> None:
    table = usage_table(rows, DAYS)
    for index, total in enumerate(table.totals):
        assert sum((row.quantities[index] or 0 for row in table.rows), Decimal(0)) == total


def test_a_product_without_rows_on_a_day_with_data_was_not_used() -> None:
    table = usage_table([used(DAYS[0], "1"), used(DAYS[0], "2", product="E5"), used(DAYS[1], "3")], DAYS[:2])
    assert table.rows[1].quantities == (Decimal(3), Decimal(0))


def test_a_day_outside_the_period_counts_nowhere() -> None:
    table = usage_table([used(date(2026, 1, 19), "102"), used(DAYS[0], "1")], DAYS)
    assert table.totals == (Decimal(1),)


def test_a_service_code_prints_as_the_consoles_name_and_an_unknown_one_as_it_is() -> None:
    table = usage_table([used(DAYS[0], "1", service="BLOCK_STORAGE"), used(DAYS[0], "1", service="NEW_THING")], DAYS)
    assert [column.label for column in table.columns] == [
        "Block Storage / E4 (OCPU Hours)",
        "NEW_THING / E4 (OCPU Hours)",
    ]


@given(st.lists(st.decimals(0, 10**9, places=16), min_size=3, max_size=3))
def test_a_total_is_the_exact_sum_of_its_column(quantities: list[Decimal]) -> None:
    from decimal import localcontext

    from service_reports.figures.period import EXACT_PRECISION

    with localcontext(prec=EXACT_PRECISION):
        table = usage_table([used(day, str(q)) for day, q in zip(DAYS, quantities, strict=True)], DAYS)
        assert table.totals[0] == sum(quantities, Decimal(0))


def test_a_column_is_summarised_over_its_complete_days_alone() -> None:
    table = usage_table([used(DAYS[0], "100"), used(DAYS[1], "10", hours=16), used(DAYS[2], "104")], DAYS)
    [summary] = table.summaries
    assert (summary.minimum, summary.mean, summary.maximum) == (100, 102, 104)


def test_a_column_without_a_complete_day_has_no_summary() -> None:
    [summary] = usage_table([used(DAYS[1], "10", hours=16)], DAYS).summaries
    assert (summary.minimum, summary.mean, summary.maximum) == (None, None, None)


@given(st.lists(st.decimals(0, 10**6, places=6), min_size=3, max_size=3))
def test_a_mean_lies_between_the_least_and_the_most(quantities: list[Decimal]) -> None:
    [summary] = usage_table([used(day, str(q)) for day, q in zip(DAYS, quantities, strict=True)], DAYS).summaries
    assert (summary.minimum, summary.maximum) == (min(quantities), max(quantities))
    assert summary.minimum <= summary.mean <= summary.maximum
