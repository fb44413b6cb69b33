"""Whole percentages always add to 100."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures.rounding import whole_percentages

counts = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


@given(counts)
def test_they_add_to_100_or_to_nothing(parts: list[int]) -> None:
    assert sum(whole_percentages(parts)) == (100 if any(parts) else 0)


@given(counts)
def test_each_is_less_than_one_away_from_the_exact_share(parts: list[int]) -> None:
    total = sum(parts)
    if total:
        for part, percent in zip(parts, whole_percentages(parts), strict=True):
            assert abs(Decimal(part) * 100 / total - percent) < 1


@given(counts)
def test_a_larger_part_never_has_a_smaller_percentage(parts: list[int]) -> None:
    ranked = sorted(parts, reverse=True)
    percentages = whole_percentages(ranked)
    assert list(percentages) == sorted(percentages, reverse=True)


def test_the_sample_modules_that_added_to_98_add_to_100() -> None:
    assert sum(whole_percentages([32, 16, 14, 5, 2, 1, 1, 1])) == 100


def test_a_negative_share_is_an_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        whole_percentages([1, -1])
