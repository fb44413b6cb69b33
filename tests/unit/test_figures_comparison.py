"""Use against the period before: by means of complete days, whatever the periods' lengths and gaps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service_reports.contracts import ReportPeriod
from service_reports.figures.chapters.usage import usage_table
from service_reports.figures.comparison import compare_usage, noteworthy
from service_reports.figures.model import UsageComparison
from service_reports.records import UsageDay
from tests.golden.sample_figures import sample_contract

BEFORE = ReportPeriod(
    number="2026-01", period_from=date(2026, 1, 1), period_to=date(2026, 1, 10), report_date=date(2026, 1, 11)
)
NOW = ReportPeriod(
    number="2026-02", period_from=date(2026, 1, 11), period_to=date(2026, 1, 15), report_date=date(2026, 1, 16)
)


def use(day: date, quantity: Decimal | str, product: str = "E5", hours: int = 24) -> UsageDay:
    return UsageDay(
        usage_date=day,
        service_code="COMPUTE",
        product_description=product,
        unit="OCPU Hours",
        quantity=Decimal(quantity),
        hours=hours,
    )


def every_day(period: ReportPeriod, quantity: Decimal | str, product: str = "E5") -> list[UsageDay]:
    return [use(day, quantity, product) for day in period.days]


def compared(now: list[UsageDay], before: list[UsageDay]) -> UsageComparison:
    return compare_usage(usage_table(now, NOW.days), BEFORE, before)


def test_periods_of_different_length_with_the_same_use_a_day_do_not_differ() -> None:
    comparison = compared(every_day(NOW, "72"), every_day(BEFORE, "72"))
    assert (comparison.days_before, comparison.days_now) == (10, 5)
    [column] = comparison.columns
    assert (column.before, column.now, column.percent) == (72, 72, 0)
    assert noteworthy(comparison) == ()


def test_partial_days_do_not_count() -> None:
    now = [*every_day(NOW, "72")[:-1], use(NOW.period_to, "12", hours=4)]
    comparison = compared(now, every_day(BEFORE, "48"))
    assert comparison.days_now == 4
    [column] = comparison.columns
    assert (column.now, column.percent) == (72, 50)


def test_a_product_that_is_new_has_no_percentage_and_one_that_is_gone_fell_by_all() -> None:
    now = [*every_day(NOW, "5", "new"), *every_day(NOW, "1", "same")]
    before = [*every_day(BEFORE, "3", "gone"), *every_day(BEFORE, "1", "same")]
    comparison = compared(now, before)
    assert [(column.label.split()[2], column.percent) for column in comparison.columns] == [
        ("new", None),
        ("gone", -100),
        ("same", 0),
    ]
    assert [column.label.split()[2] for column in noteworthy(comparison)] == ["new", "gone"]


def test_hardly_any_use_is_not_worth_a_line() -> None:
    comparison = compared(every_day(NOW, "0.0004"), every_day(BEFORE, "0.0002"))
    assert comparison.columns[0].percent == 100
    assert noteworthy(comparison) == ()


def test_without_a_complete_day_there_is_nothing_to_compare() -> None:
    assert compared(every_day(NOW, "72"), []).columns == ()
    assert compared([], every_day(BEFORE, "72")).columns == ()


@given(
    before=st.decimals("0.1", "100000", places=6),
    factor=st.decimals("0", "50", places=3),
)
def test_the_change_brings_what_was_before_to_what_is_now(before: Decimal, factor: Decimal) -> None:
    now = before * factor
    [column] = compared(every_day(NOW, now), every_day(BEFORE, before)).columns
    assert column.percent is not None
    assert abs(column.before * (1 + column.percent / 100) - column.now) < Decimal("0.0001")


def test_the_report_before_is_the_last_of_the_calendar_that_ended_before_this_one_begins() -> None:
    contract = sample_contract()
    first, second, third, _ = contract.reports
    assert contract.report_before(first) is None
    assert contract.report_before(second) == first
    assert contract.report_before(third) == second
    assert second.period_from - first.period_to == timedelta(days=1)
