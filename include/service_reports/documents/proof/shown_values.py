"""Reads printed numbers, days and instants by itself, and tells whether they say a value.

Nothing that prints has a part in this: what one of both reads or writes wrongly, the other finds.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

ABSENT = frozenset({"—", "Sin leer", "sin leer"})
"""What stands in the place of a value that there is not, or that nobody read."""
BOGOTA = ZoneInfo("America/Bogota")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CENTURY = 2000
WHOLE = Decimal(100)
EXACT = Context(prec=120)
SCALES = {
    ("MB", "bytes"): Decimal(1_000_000),
    ("GB", "bytes"): Decimal(1_000_000_000),
    ("TB", "bytes"): Decimal(1_000_000_000_000),
}
"""How many of the figure's unit one of the printed unit is."""
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
    *("agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_NUMBER = re.compile(
    r"(?P<sign>[−+-])?(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+|0|[1-9]\d*)(?:,(?P<fraction>\d+))?"
    r"(?:\s?(?P<percent>%)|\s(?P<unit>[^\W\d_][^\d]*))?"
)
_BROKEN = re.compile(r"(?<=[\d.,−-]) (?=[\d.,])")
"""Where a line broke within a number that is wider than its cell: its points of thousands tell that it is one."""
_LONG = re.compile(rf"(\d{{1,2}}) de ({'|'.join(MONTHS)}) de (\d{{4}})")
_MONTH = re.compile(rf"({'|'.join(MONTHS)}) de (\d{{4}})")
_ISO_MONTH = re.compile(r"\d{4}-\d{2}")
_SHORT = re.compile(r"(\d{1,2})/(\d{2})/(\d{2}|\d{4})")
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}))?")
_IN_BOGOTA = re.compile(r"(.*\d) ?(?:\((?:hora de )?Bogotá(?:, UTC−5)?\))")


class Number(NamedTuple):
    """A printed number: its value as printed, how many decimals are shown, and the unit that stands with it."""

    value: Decimal
    decimals: int
    unit: str = ""
    signed: bool = False


def number(text: str) -> Number | None:
    """The number that a text says, ``None`` where it is none. Four digits or more may have points of thousands.

    >>> number("−1.093,50 %")
    Number(value=Decimal('-1093.50'), decimals=2, unit='%', signed=True)
    """
    line = " ".join(text.split())
    whole = _BROKEN.sub("", line)
    found = _NUMBER.fullmatch(whole if "." in whole else line)
    if found is None:
        return None
    fraction = found["fraction"] or ""
    value = Decimal(found["whole"].replace(".", "") + (f".{fraction}" if fraction else ""))
    sign = found["sign"] or ""
    unit = found["percent"] or (found["unit"] or "").strip()
    return Number(EXACT.minus(value) if sign in ("−", "-") and value else value, len(fraction), unit, bool(sign))


def says_number(text: str, value: Decimal, unit: str, *, availability: bool = False) -> bool:
    """Whether a text is a value, rounded half up at the decimals that it shows.

    ``unit`` is the figure's. An availability is never rounded up to the hundred that it did not reach.
    """
    shown = number(text)
    if shown is None or (shown.unit == "%" and unit != "percent"):
        return False
    scale = SCALES.get((shown.unit.partition(" ")[0], unit), Decimal(1))
    return _rounds_to(value, scale, shown, availability)


def says_megabytes(text: str, value: Decimal) -> bool:
    """The same of bytes under a heading that says megabytes."""
    shown = number(text)
    return shown is not None and _rounds_to(value, SCALES["MB", "bytes"], shown, False)


def _rounds_to(value: Decimal, scale: Decimal, shown: Number, availability: bool) -> bool:
    step = Decimal(1).scaleb(-shown.decimals)
    # Half up on the exact quotient: the scales are powers of ten, so it is a shift.
    exact = EXACT.divide(value, scale)
    right = exact.quantize(step, rounding=ROUND_HALF_UP, context=EXACT)
    if availability and exact < WHOLE <= right:
        right = WHOLE - step
    return right == shown.value


def says_day(text: str, day: date) -> bool:
    """Whether a text is a day, as tables or sentences write it, or its month."""
    text = " ".join(text.split())
    if found := _MONTH.fullmatch(text):
        return (MONTHS.index(found[1]) + 1, int(found[2])) == (day.month, day.year)
    return read_day(text) == day


def read_day(text: str) -> date | None:
    """The day that a text says, ``None`` where it says none or one that does not exist."""
    text = " ".join(text.split())
    try:
        if found := _LONG.fullmatch(text):
            return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
        if found := _SHORT.fullmatch(text):
            year = int(found[3])
            return date(year if year > CENTURY else CENTURY + year, int(found[2]), int(found[1]))
    except ValueError:
        pass
    return None


def says_instant(text: str, instant: datetime) -> bool:
    """Whether a text is an instant, or its day or its time of day: in UTC, or in Bogotá where it says so."""
    text = " ".join(text.split())
    local = _IN_BOGOTA.fullmatch(text)
    if local:
        return _says(local[1], instant.astimezone(BOGOTA))
    return _says(text, instant.astimezone(UTC))


def _says(text: str, instant: datetime) -> bool:
    day, _, clock = text.rpartition(" ")
    if _CLOCK.fullmatch(text):
        day, clock = "", text
    elif not _CLOCK.fullmatch(clock):
        day, clock = text, ""
    if clock and f"{instant:%H:%M:%S}"[: len(clock)] != clock:
        return False
    return says_day(day, instant.date()) if day else bool(clock)


def says_date(text: str, name: str) -> bool:
    """Whether a text is the day, the month or the instant (UTC) that ``name`` writes in ISO 8601.

    A day of Bogotá that an instant is may be printed as a day alone.
    """
    try:
        if _ISO_MONTH.fullmatch(name):
            found = _MONTH.fullmatch(" ".join(text.split()))
            return found is not None and f"{found[2]}-{MONTHS.index(found[1]) + 1:02}" == name
        if "T" not in name:
            return says_day(text, date.fromisoformat(name))
        instant = datetime.fromisoformat(name)
    except ValueError:
        return False
    return instant.tzinfo is not None and (
        says_instant(text, instant) or _says(" ".join(text.split()), instant.astimezone(BOGOTA))
    )


def instant_of(value: Decimal) -> datetime:
    """The instant of a figure of unit ``instant``: seconds since 1970 began in UTC."""
    return EPOCH + timedelta(microseconds=int(value * 1_000_000))
