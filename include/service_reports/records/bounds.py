"""How large a number and how far a moment can be that a source tells.

Beyond it stands a mistake, which no table holds and no arithmetic bears. What is within stays exactly as it was told.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

MOST_DIGITS = 100
"""Before the point, and after it."""
LONGEST_KEY_BYTES = 400
"""Five of them fit an entry of an index; an identifier of OCI has up to 255."""
FIRST_YEAR, LAST_YEAR = 1970, 9998
"""A day more or less, as zones need it, is still one that a calendar has."""


def is_bearable(value: Decimal) -> bool:
    """Whether a number is finite, and has no more digits than any quantity can need."""
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return not value or (value.adjusted() < MOST_DIGITS and isinstance(exponent, int) and exponent >= -MOST_DIGITS)


def _bearable(value: Decimal) -> Decimal:
    if not is_bearable(value):
        raise ValueError(f"no es un número de hasta {MOST_DIGITS} dígitos")
    return value


def _in_calendar(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"su año no está entre {FIRST_YEAR} y {LAST_YEAR}")
    return value


def as_key(text: str) -> str:
    """The same text; ``ValueError`` where an index could not hold it."""
    if len(text.encode(errors="surrogatepass")) > LONGEST_KEY_BYTES:
        raise ValueError(f"es demasiado largo: por él se conoce la fila, y ocupa más de {LONGEST_KEY_BYTES} bytes")
    return text


Key = Annotated[str, AfterValidator(as_key)]
"""What a row is known by, in an index of its table: one that is longer would keep the whole answer out of it."""
Quantity = Annotated[Decimal, AfterValidator(_bearable)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_calendar)]
Bytes = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""A ``bigint`` of PostgreSQL; whether it may be negative is for the checks to say."""
Count = Annotated[int, Field(ge=-(2**31), lt=2**31)]
"""An ``integer`` of PostgreSQL."""
