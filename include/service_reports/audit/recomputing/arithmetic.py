"""Quotients, percentages, means and percentiles, by the rules that docs/figures.md states."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

NINE = Decimal("1e-9")
ZERO = Decimal(0)
HUNDRED = Decimal(100)


def quotient(dividend: Decimal | int, divisor: Decimal | int) -> Decimal:
    """Exact where it has at most nine decimals, else rounded there, half to even."""
    with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
        exact = Decimal(dividend) / divisor
        near = exact.quantize(NINE)
    return exact if exact == near else near


def share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """A part in hundredths of a whole, 0 of nothing."""
    return quotient(HUNDRED * part, whole) if whole else ZERO


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean of some values; there is at least one."""
    return quotient(sum(values, ZERO), len(values))


def percentile(values: Sequence[Decimal], hundredths: int) -> Decimal:
    """By nearest rank: the value that so many hundredths of all reach at most."""
    ordered = sorted(values)
    return ordered[-(-hundredths * len(ordered) // 100) - 1]


def change(before: Decimal, now: Decimal) -> Decimal | None:
    """From one to the other in hundredths; ``None`` from nothing to something."""
    if before:
        return quotient(HUNDRED * (now - before), before)
    return None if now else ZERO


def two_weeks(values: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """The means of the first and of the last seven values; none where they would share one."""
    week = 7
    return (mean(values[:week]), mean(values[-week:])) if len(values) >= week + week else None
