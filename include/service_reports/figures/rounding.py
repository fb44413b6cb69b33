"""Quotients that do not end, as figures hold them: far finer than what is printed of them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

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


def percentage(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """What a part is of a whole, in hundredths: exact where it has at most nine decimals; 0 of nothing.

    >>> percentage(32, 72)
    Decimal('44.444444444')
    """
    return rounded_quotient(Decimal(100 * part), whole) if whole else Decimal(0)


def change_percent(before: Decimal, now: Decimal) -> Decimal | None:
    """The change in percent of what was before, to nine decimals (half even); ``None`` where that was nothing."""
    if before == 0:
        return None if now else Decimal(0)
    return rounded_quotient((now - before) * 100, before)
