"""Gradual growth: the first week of a period against its last, and when what grows so reaches a limit.

A week is seven days with a value: the first ones, and the last ones, of which none is among the first. Steps are told
apart (:mod:`service_reports.figures.level_changes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from service_reports.figures.model import Growth
from service_reports.figures.rounding import change_percent, rounded_quotient

DAYS_OF_A_WEEK = 7
FARTHEST_YEARS = 3
FARTHEST_DAYS = FARTHEST_YEARS * 365
"""What is farther away than that is no forecast."""
Daily = Sequence[tuple[date, Decimal]]
"""The days with a value, ascending."""


def growth(daily: Daily) -> Growth | None:
    """The means of both weeks and the change from one to the other; ``None`` of fewer than two weeks."""
    if len(daily) < 2 * DAYS_OF_A_WEEK:
        return None
    first, last = _mean(daily[:DAYS_OF_A_WEEK]), _mean(daily[-DAYS_OF_A_WEEK:])
    return Growth(first=first, last=last, percent=change_percent(first, last))


def reached_on(daily: Daily, limit: Decimal) -> date | None:
    """The day on which a value that goes on as from the first week to the last reaches a limit above it.

    The way is a straight line through both means, each in the middle of its week. ``None``: it does not grow, is there
    already, or is not there within ``FARTHEST_DAYS`` after the last day.
    """
    found = growth(daily)
    if found is None or not found.first < found.last < limit:
        return None
    begins, ends = (
        Fraction(sum(day.toordinal() for day, _ in week), DAYS_OF_A_WEEK)
        for week in (daily[:DAYS_OF_A_WEEK], daily[-DAYS_OF_A_WEEK:])
    )
    first, last = Fraction(found.first), Fraction(found.last)
    reached = floor(ends + (Fraction(limit) - last) * (ends - begins) / (last - first) + Fraction(1, 2))
    return date.fromordinal(reached) if reached <= daily[-1][0].toordinal() + FARTHEST_DAYS else None


def _mean(week: Daily) -> Decimal:
    return rounded_quotient(sum((value for _, value in week), Decimal(0)), DAYS_OF_A_WEEK)
