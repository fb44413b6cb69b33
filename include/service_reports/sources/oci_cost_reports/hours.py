"""The hours that a line tells of, and what of its quantity falls into each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from itertools import accumulate, pairwise

from service_reports.records.bounds import FIRST_YEAR, LAST_YEAR

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
LONGEST = timedelta(days=366)
FINER_DIGITS = 6
"""A share of a quantity has so many decimals more than the quantity; the last one takes the rest."""
_ROUNDING = Context(prec=300, rounding=ROUND_DOWN)


def hours_of(start: datetime, end: datetime) -> list[tuple[datetime, int]]:
    """The hours (UTC) that a span touches, and the microseconds of each; one without length is of its start's hour."""
    found = []
    hour = first = start.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        found.append((hour, (min(hour + HOUR, end) - max(hour, start)) // MICROSECOND))
        hour += HOUR
    return found or [(first, 1)]


def shares(quantity: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Parts of a finite quantity in proportion to some weights; their sum is the quantity, to the last digit.

    >>> shares(Decimal("0.1"), [1, 1, 1])
    [Decimal('0.0333333'), Decimal('0.0333333'), Decimal('0.0333334')]
    """
    if len(weights) == 1:
        return [quantity]
    exponent = quantity.normalize(_ROUNDING).as_tuple().exponent
    assert isinstance(exponent, int)
    finest = Decimal(1).scaleb(min(exponent, 0) - FINER_DIGITS)
    whole = sum(weights)
    reached = [
        _ROUNDING.quantize(_ROUNDING.divide(_ROUNDING.multiply(quantity, Decimal(part)), Decimal(whole)), finest)
        for part in accumulate(weights[:-1], initial=0)
    ]
    return [_ROUNDING.subtract(after, before) for before, after in pairwise([*reached, quantity])]


def instant(text: str) -> datetime:
    """An instant in UTC; one without a zone is in UTC.

    Raises:
        ValueError: it is none, or far from our years; the message is Spanish.
    """
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("no es un instante ISO") from None
    if not FIRST_YEAR <= told.year <= LAST_YEAR:
        raise ValueError(f"no está entre los años {FIRST_YEAR} y {LAST_YEAR}")
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
