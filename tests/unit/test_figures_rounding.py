"""A percentage is what its part is of its whole, and nothing is moved to make others fit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures.rounding import percentage


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_percentage_is_its_quotient_to_nine_decimals(part: int, whole: int) -> None:
    assert abs(Fraction(percentage(part, whole)) - Fraction(100 * part, whole)) <= Fraction(1, 2 * 10**9)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_equal_parts_have_equal_percentages_and_larger_ones_larger(parts: list[int]) -> None:
    total = sum(parts)
    percentages = {part: percentage(part, total) for part in sorted(parts)}
    assert list(percentages.values()) == sorted(percentages.values())


def test_the_sample_modules_have_the_percentages_that_they_have() -> None:
    assert [f"{percentage(part, 72):.1f}" for part in (32, 16, 14, 5, 2, 1, 1, 1)] == [
        *("44.4", "22.2", "19.4", "6.9", "2.8", "1.4", "1.4", "1.4")
    ]


def test_nothing_has_no_parts() -> None:
    assert percentage(0, 0) == Decimal(0)
