"""The ways of rounding in figures: quotients that do not end, and whole percentages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext

QUOTIENT_PLACES = Decimal("0.000000001")
"""A quotient that does not end is rounded here (half even), far below what is ever printed."""


def rounded_quotient(dividend: Decimal, divisor: Decimal | int) -> Decimal:
    """The quotient, exact where it has at most nine decimals.

    >>> rounded_quotient(Decimal(1), 3)
    Decimal('0.333333333')
    """
    with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
        quotient = dividend / divisor
        rounded = quotient.quantize(QUOTIENT_PLACES)
        return quotient if quotient == rounded else rounded


def whole_percentages(parts: Sequence[Decimal | int]) -> tuple[int, ...]:
    """Whole percentages of the parts that add to exactly 100 (largest remainder, ties to the first).

    All zeros where the parts add to nothing. Parts must not be negative.

    >>> whole_percentages([1, 1, 1])
    (34, 33, 33)
    """
    amounts = [Decimal(part) for part in parts]
    if any(amount < 0 for amount in amounts):
        raise ValueError(f"a share cannot be negative: {parts}")
    total = sum(amounts, Decimal(0))
    if total == 0:
        return (0,) * len(amounts)
    floors = [int((amount * 100 / total).to_integral_value(ROUND_FLOOR)) for amount in amounts]
    # Remainders are compared as amount·100 − floor·total: exact, without a division.
    remainders = [amount * 100 - floor * total for amount, floor in zip(amounts, floors, strict=True)]
    by_remainder = sorted(range(len(amounts)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: 100 - sum(floors)]:
        floors[index] += 1
    return tuple(floors)
