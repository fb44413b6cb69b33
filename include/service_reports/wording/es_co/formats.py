"""Numbers, dates and lists as Colombia writes them (CLDR ``es_CO``, by Babel).

Only printed text passes through here. Rounding is half up, done on exact ``Decimal`` before
Babel sees the number; a missing value prints as an em dash. Of a figure comes a text that knows which figure it says,
of a day or an instant one that knows which; see :mod:`service_reports.wording.shown`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_decimal, parse_pattern

from service_reports.wording.shown import Composed, Quoted, Shown

LOCALE = "es_CO"
MISSING = "—"
TABLE_DATE = "dd/MM/yyyy"
BOGOTA = ZoneInfo("America/Bogota")

LEAST_DECIMALS = 2
MOST_DECIMALS = 12
AVAILABILITY_DECIMALS = 4
CHANGE_DECIMALS = SHARE_DECIMALS = 1
WHOLE = Decimal(100)
SIGNIFICANT_DIGITS = 4
SOUNDS_LIKE_I = re.compile(r"h?[ií](?![aeou])", re.IGNORECASE)
BYTES_PER_MEGABYTE = Decimal(1_000_000)


class Measured(Protocol):
    """A figure: a value that has an id."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> Decimal: ...  # noqa: D102


Value = Measured | Decimal | int
"""What is printed as a number: a figure, whose text then says which, or a number without a name."""


def value_of(value: Value) -> Decimal:
    """The number."""
    return Decimal(value) if isinstance(value, Decimal | int) else value.value


def _said(text: str, value: Value) -> str:
    return text if isinstance(value, Decimal | int) else Shown(text, "figure", value.id)


def declared(value: object) -> Shown:
    """A number that is nobody's result: an ordinal, a rule's threshold, a version, a number of the contract."""
    return Shown(quantity(value) if isinstance(value, Decimal | int) else str(value), "declared")


def missing(figure_id: str) -> Shown:
    """What stands in the place of a figure that the period does not have."""
    return Shown(MISSING, "figure", figure_id)


@lru_cache(maxsize=32)
def _pattern(decimals: int, optional: bool) -> NumberPattern:
    fraction = ("#" if optional else "0") * decimals
    return parse_pattern(f"#,##0.{fraction}" if fraction else "#,##0")


@lru_cache(maxsize=4096)
def _formatted(shown: Decimal, decimals: int, optional: bool) -> str:
    """A rounded number as CLDR writes it; tables print few numbers many times, and Babel takes its time for each."""
    written: str = format_decimal(shown, format=_pattern(decimals, optional), locale=LOCALE)
    return written


def rounded(value: Decimal, decimals: int) -> Decimal:
    """``value`` rounded half up to a fixed number of decimals, never a negative zero."""
    result = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(result) if result.is_zero() else result


def number(value: Value | None, decimals: int = 0, instead: str = MISSING) -> str:
    """A number with exactly ``decimals`` decimals: ``1.093,53``; ``instead`` where there is none.

    >>> number(Decimal("1093.525"), 2)
    '1.093,53'
    """
    if value is None:
        return instead
    return _said(_formatted(rounded(value_of(value), decimals), decimals, False), value)


def quantity(value: Value | None, most_decimals: int = LEAST_DECIMALS) -> str:
    """A number with as many decimals as it needs, at most ``most_decimals``: ``32``, ``0,7``."""
    if value is None:
        return MISSING
    return _said(_formatted(rounded(value_of(value), most_decimals), most_decimals, True), value)


def percent(value: Value | None, most_decimals: int = LEAST_DECIMALS) -> str:
    """A percentage, already multiplied by a hundred, with its sign: ``16 %``."""
    return MISSING if value is None else _said(f"{quantity(value, most_decimals)} %", value)


def pesos(value: Value) -> str:
    """An amount in Colombian pesos, without its sign; cents only where there are some: ``40.000.000``, ``0,50``."""
    return number(value, LEAST_DECIMALS if value_of(value) % 1 else 0)


def share(value: Value, decimals: int = SHARE_DECIMALS) -> str:
    """A part of a whole in percent, always with its decimal: ``44,4 %``; printed parts need not add to ``100,0 %``."""
    return _said(f"{number(value, decimals)} %", value)


def change(value: Value, decimals: int = CHANGE_DECIMALS) -> str:
    """A change in percent with its sign, whichever it is: ``+54,9 %``, ``−2,2 %``; no change is ``0,0 %``."""
    shown = rounded(value_of(value), decimals)
    sign = "" if shown.is_zero() else "+" if shown > 0 else "−"
    return _said(f"{sign}{number(abs(shown), decimals)} %", value)


def difference(value: Value, decimals: int) -> str:
    """A number with its minus sign where it has one: ``−0,02``."""
    shown = rounded(value_of(value), decimals)
    return _said(f"{'−' if shown < 0 else ''}{number(abs(shown), decimals)}", value)


def parsed(text: str) -> Decimal:
    """The number that a printed number says: ``1.093,53``, ``−0,02``.

    Raises:
        decimal.InvalidOperation: the text is not a number.
    """
    return Decimal(text.replace("−", "-").replace(".", "").replace(",", "."))


def availability(share: Value | None) -> str:
    """An availability in percent, at most four decimals, never rounded up to a hundred it did not reach.

    >>> availability(Decimal("99.99999"))
    '99,9999 %'
    """
    if share is None:
        return MISSING
    value = value_of(share)
    if value < WHOLE <= rounded(value, AVAILABILITY_DECIMALS):
        value = WHOLE - Decimal(1).scaleb(-AVAILABILITY_DECIMALS)
    return _said(percent(value, AVAILABILITY_DECIMALS), share)


def decimals_for(total: Decimal) -> int:
    """How many decimals a column needs so that its total shows four significant digits (at least two).

    >>> decimals_for(Decimal("0.000053842522"))
    8
    """
    if total.is_zero():
        return LEAST_DECIMALS
    needed = SIGNIFICANT_DIGITS - 1 - total.adjusted()
    return min(max(LEAST_DECIMALS, needed), MOST_DECIMALS)


def significant(value: Value, digits: int = 3) -> str:
    """A number to as many significant digits, whole digits never cut: ``33,7``, ``0,0323``, ``2.592``.

    >>> significant(Decimal("33.681765606197")), significant(Decimal("47.999999999962"))
    ('33,7', '48')
    """
    exact = value_of(value)
    return quantity(value, max(0, digits - 1 - exact.adjusted()) if exact else 0)


def in_megabytes(size_bytes: int) -> Decimal:
    """Bytes as decimal megabytes (1 MB is a million bytes)."""
    return Decimal(size_bytes) / BYTES_PER_MEGABYTE


def megabytes(size: Value, decimals: int = LEAST_DECIMALS) -> str:
    """A size in bytes as decimal megabytes (1 MB is a million bytes), without the unit: ``353,75``."""
    return _said(number(value_of(size) / BYTES_PER_MEGABYTE, decimals), size)


def in_megabytes_of(size: Value, decimals: int = LEAST_DECIMALS) -> str:
    """The same with its unit, which is not the figure's: ``353,75 MB``."""
    return _said(f"{megabytes(size, decimals)} MB", size)


def _dated(text: str, day: date) -> Shown:
    return Shown(text, "date", day.isoformat())


def _timed(text: str, instant: datetime) -> Shown:
    return Shown(text, "date", f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


def long_date(day: date) -> str:
    """A date in prose: ``23 de febrero de 2026``."""
    return _dated(format_date(day, "d 'de' MMMM 'de' y", locale=LOCALE), day)


def month(day: date) -> str:
    """The month of a day: ``febrero de 2026``."""
    return Shown(format_date(day, "MMMM 'de' y", locale=LOCALE), "date", f"{day:%Y-%m}")


def bogota_date(instant: datetime) -> str:
    """The Bogotá day of an instant, as in a table: ``23/02/2026``."""
    return table_date(instant.astimezone(BOGOTA).date())


@lru_cache(maxsize=4096)
def _table_date(day: date) -> Shown:
    return _dated(format_date(day, TABLE_DATE, locale=LOCALE), day)


def table_date(day: date | None) -> str:
    """A date in a table: ``23/02/2026``."""
    return MISSING if day is None else _table_date(day)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _instant(instant: Measured | datetime) -> datetime:
    if isinstance(instant, datetime):
        return instant.astimezone(UTC)
    return EPOCH + timedelta(microseconds=int(instant.value * 1_000_000))


def _instant_text(instant: Measured | datetime, pattern: str) -> str:
    moment = _instant(instant)
    text = format_datetime(moment, pattern, locale=LOCALE)
    return _timed(text, moment) if isinstance(instant, datetime) else Shown(text, "figure", instant.id)


def utc_instant(instant: Measured | datetime | None) -> str:
    """An instant, or a figure that is one, in a table of UTC times: ``20/01/2026 03:05:21``."""
    return MISSING if instant is None else _instant_text(instant, f"{TABLE_DATE} HH:mm:ss")


def utc_date(instant: Measured | datetime | None) -> str:
    """The UTC day of an instant: ``20/01/2026``."""
    return MISSING if instant is None else _instant_text(instant, TABLE_DATE)


def utc_clock(instant: Measured | datetime | None) -> str:
    """The UTC time of day of an instant: ``03:05:21``."""
    return MISSING if instant is None else _instant_text(instant, "HH:mm:ss")


def read_instant(instant: datetime | None) -> str:
    """When a source was read, in Bogotá's time and saying so."""
    if instant is None:
        return "sin lectura registrada"
    local = format_datetime(instant.astimezone(BOGOTA), f"{TABLE_DATE} HH:mm", locale=LOCALE)
    return Composed(_timed(local, instant), " (hora de Bogotá, ", declared("UTC−5"), ")")


def left_and_read(left: datetime, read: datetime) -> str:
    """On which Bogotá days a register was left as it is, and read: ``23/02/2026, consultado ese día``."""
    left_on, read_on_day = bogota_date(left), bogota_date(read)
    return Composed(left_on, ", consultado ", "ese día" if left_on == read_on_day else Composed("el ", read_on_day))


def read_on(instant: datetime | None, word: str) -> str:
    """That and when a source was read, with a participle that agrees with it; a source that never was is unread."""
    return Composed(f"{word} el ", read_instant(instant)) if instant else "sin leer"


def listed(items: Iterable[str]) -> str:
    """Items in a Spanish sentence: ``a, b y c`` (``e`` before a word that begins with the sound i).

    >>> listed(["capacitaciones", "desarrollos", "consultorías"])
    'capacitaciones, desarrollos y consultorías'
    """
    texts = list(items)
    if len(texts) <= 1:
        return Composed(*texts)
    *before, last = texts
    conjunction = "e" if SOUNDS_LIKE_I.match(last) else "y"
    parts = [part for text in before for part in (text, ", ")]
    return Composed(*parts[:-1], f" {conjunction} ", last)


def listed_days(days: Sequence[date]) -> str:
    """Days in a sentence, consecutive ones as a range: ``20/02/2026 a 22/02/2026 y 25/02/2026``."""
    runs: list[list[date]] = []
    for day in sorted(set(days)):
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    pair = 2
    texts: list[str] = []
    for run in runs:
        if len(run) <= pair:
            texts.extend(table_date(day) for day in run)
        else:
            texts.append(Composed(table_date(run[0]), " a ", table_date(run[-1])))
    return listed(texts)


def desk_noun(name: str) -> str:
    """What stands before the name of a help desk, unless it says itself that it is one.

    >>> desk_noun("PRINX Plus"), desk_noun("Mesa de Servicio")
    ('mesa de servicio ', '')
    """
    return "" if name.casefold().startswith("mesa de ") else "mesa de servicio "


def agree(count: Value, singular: str, plural: str) -> str:
    """The form of a word that agrees with a count."""
    return singular if value_of(count) == 1 else plural


def counted(count: Value | None, singular: str, plural: str, none: str = MISSING) -> str:
    """A count with its noun: ``1 solicitud``, ``72 solicitudes``; the words ``none`` where there is no count."""
    if count is None:
        return none
    return Composed(quantity(count), f" {agree(count, singular, plural)}")


def none_of(items: Iterable[str]) -> str:
    """Items that a Spanish sentence denies: ``a, b ni c``.

    >>> none_of(["sin consumo", "sin copia", "sin volcado"])
    'sin consumo, sin copia ni sin volcado'
    """
    *before, last = items
    return Composed(", ".join(before), " ni ", last) if before else Composed(last)


def joined(items: Iterable[str], between: str = "; ") -> str:
    """Items one after the other, with a sign between them."""
    parts = [part for text in items for part in (between, text)]
    return Composed(*parts[1:])


NUMBERED = re.compile(r"(?P<quoted>«[^»]*»)|(?P<declared>[^\s«»]*\d[^\s«»]*)")
ENDING = ".,;:)"


def declaring(text: str) -> Composed:
    """A text in which no word says a figure or a date: what has a digit is declared, what stands in «» is a quotation.

    >>> declaring("percentil 95, «a 1»").parts
    ('percentil ', '95', ',', ' ', '«', 'a 1', '»')
    """
    parts: list[str] = []
    end = 0
    for found in NUMBERED.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        if found["quoted"]:
            parts += ["«", Quoted(found["quoted"][1:-1]), "»"]
            continue
        word = found["declared"].rstrip(ENDING)
        opening = len(word) - len(word.lstrip("("))
        parts += [word[:opening], Shown(word[opening:], "declared"), found["declared"][len(word) :]]
    parts.append(text[end:])
    return Composed(*(part for part in parts if part))
