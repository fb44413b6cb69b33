"""What one cell of an export says: days, hours, texts. Pure; reasons are Spanish, for whoever fills the file in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal

from service_reports.contracts import BOGOTA
from service_reports.foreign_text import LONGEST_TEXT, foreign_line, looks_damaged, normalised
from service_reports.masking.personal_data import masked

YEARS = range(2000, 2100)
_SERIAL = 35_000, 74_000
"""Days of these years as numbers of Excel, by either way of counting."""
SEEN, ESCAPE = re.compile(r"[0-9A-Za-z]"), re.compile(r"[&_]")
DIGITS_LOST = 10**15
_TIME = r"(?:[ ,T]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[ap]\.? ?m\.?)?)?"
_DAY_MONTH_YEAR = re.compile(
    rf"(?P<day>\d{{1,2}})/(?P<month>\d{{2}})/(?P<year>\d{{4}}){_TIME}", re.ASCII | re.IGNORECASE
)
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}}){_TIME}", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(
    r"[ ,T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,]\d+)?(?: ?(?P<half>[ap]|)\.? ?m?\.?)$",
    re.ASCII | re.IGNORECASE,
)
NOON = 12
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:Z|[+-]\d{2}:?\d{2})", re.ASCII)
_NOBODYS = re.compile(
    r"(?:\d{1,2}/\d{1,2}/\d{1,5}|\d{1,2}([-.])\d{1,2}\1(?:\d\d|[12]\d{3})|[12]\d{3}([-/.])\d{1,2}\2\d{1,2})"
    rf"{_TIME}(?: ?Z|[+-]\d\d:?\d\d)?|\d{{1,2}}:\d\d(?::\d\d)?"
    r"|[-+]?(?:\d{1,5}(?:[.,]\d{1,3})?|\d{1,3}[.,' ]\d{3}(?:[.,]\d{1,2})?)(?: ?(?:%|h|horas?))?"
    r"|-?(?:[$] ?\d{1,3}(?:[.,]\d{3})*(?:[.,]\d{1,2})?|\d{1,3}(?:[.,]\d{3})+[.,]\d{1,2})",
    re.ASCII | re.IGNORECASE,
)
"""A day in whatever order, a time of day, an amount, a number of few digits: what no number of a person looks like."""
_PESOS = re.compile(r"(?P<whole>\d{1,13}|\d{1,3}(?:\.\d{3}){1,4})(?:,(?P<cents>\d{1,2}))?", re.ASCII)
_HOURS = re.compile(r"-?\d{1,6}(?:[.,]\d{1,2})?", re.ASCII)


DASHES = re.compile(r"[-‐-―−\s]+")
NONE = frozenset({"n a", "na", "no aplica", "sin fecha", "sin dato", "null"})
"""As :func:`plain` makes it, what people and programs write where there is none; «ninguna» may be a category."""


class CellError(ValueError):
    """A cell that cannot be read: why, and after a dash what to do."""


def plain(text: str) -> str:
    """A text without case, accents, punctuation and superfluous blanks, to compare what people write.

    >>> plain("  No.  Módulo ")
    'no modulo'
    """
    letters = unicodedata.normalize("NFKD", normalised(text)).casefold()
    return " ".join(re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c))))


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing that anybody can see."""
    if value is None or not isinstance(value, str):
        return value is None
    return not (SEEN.search(value) and not ESCAPE.search(value)) and not normalised(value)


def says_none(value: object) -> bool:
    """Whether a cell says that there is nothing to say: blank, or as people write it (``-``, ``—``, ``N/A``)."""
    if is_blank(value):
        return True
    if not isinstance(value, str):
        return False
    text = normalised(value)
    return DASHES.fullmatch(text) is not None or plain(text) in NONE


def shown(value: object, ticket_ids: Collection[str] = ()) -> str:
    """A value as an error, and so a log, may repeat it: short, on one line, of personal data only ticket numbers.

    What is nothing but a day or a small number is nobody's, and says what is wrong with it.
    """
    text = foreign_line(str(value))
    if _NOBODYS.fullmatch(text) is None:
        text = masked(text, ticket_ids, classified=True)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 (a line of the log)


def parse_text(value: object) -> str:
    """A text as the gate lets it in, in one line; a whole number is written without decimals.

    Raises:
        CellError: a date, a truth value or a number with decimals, which a text column does not have, or one of more
            digits than Excel keeps.
    """
    if is_blank(value):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise CellError("no es un texto — dé a la celda formato de texto y escriba el valor")
    if isinstance(value, float):
        if not value.is_integer():
            raise CellError("es un número con decimales — escriba el texto que corresponde")
        value = int(value)
    if not isinstance(value, str) and abs(value) >= DIGITS_LOST:
        raise CellError(
            "tiene más cifras de las que Excel guarda — dé a la celda formato de texto y escríbala de nuevo"
        )
    return foreign_line(str(value), LONGEST_TEXT)


def parse_category(value: object) -> str:
    """A text of which every letter counts: a name, a state, a code.

    Raises:
        CellError: no text, or one with letters that were lost on the way.
    """
    text = parse_text(value)
    if looks_damaged(text):
        raise CellError("tiene letras dañadas — vuelva a exportar como UTF-8, o corrija el texto en su origen")
    return text


def parse_serial_day(value: object, from_1904: bool) -> object:
    """The day that a bare number of a workbook stands for, where it can be one; any other value as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _SERIAL[0] <= value < _SERIAL[1]:
        return value
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    return from_excel(value, CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900)


def parse_day(value: object) -> date | None:
    """A calendar day: a date of Excel, ``dd/mm/aaaa``, ``d/mm/aaaa`` or ``aaaa-mm-dd``; nothing for a blank cell.

    A time of day after the date is left out; with a zone it says which day it is in Bogotá.

    Raises:
        CellError: a date that does not exist, or one that can be read in more than one way
            (one-digit days, two-digit years, other orders, bare numbers).
    """
    if is_blank(value):
        return None
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        if not isinstance(value, str):
            raise CellError("no es una fecha — dé a la celda formato de fecha, o escriba dd/mm/aaaa")
        text = foreign_line(value)
        if _INSTANT.fullmatch(text):
            text = _bogota_day(text)
        match = _DAY_MONTH_YEAR.fullmatch(text) or _ISO.fullmatch(text)
        if match is None:
            raise CellError(
                "no se sabe qué día, mes y año dice — escriba dd/mm/aaaa con dos, dos y cuatro cifras, o aaaa-mm-dd"
            )
        try:
            value = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            raise CellError("no es una fecha que exista — el orden es día, mes y año: corríjala") from None
    if value.year not in YEARS:
        raise CellError(f"tiene el año {value.year} — corrija el año")
    return value


def parse_instant(value: object) -> datetime | None:
    """A moment, aware: a date of Excel with a time, or a day as :func:`parse_day` reads it and a time of day.

    Without a zone it is the clock of Bogotá. Nothing for a blank cell.

    Raises:
        CellError: there is no time of day, no such one, or what is wrong with the day.
    """
    day = parse_day(value)
    if day is None:
        return None
    if isinstance(value, datetime) and value.time() != time():  # at midnight a sheet has but a day
        return value if value.tzinfo is not None else value.replace(tzinfo=BOGOTA)
    text = foreign_line(value) if isinstance(value, str) else ""
    if _INSTANT.fullmatch(text):
        return datetime.fromisoformat(text.replace(" Z", "Z")).astimezone(BOGOTA)
    match = _CLOCK.search(text)
    if match is None:
        raise CellError("no dice la hora — escriba fecha y hora, así: 05/01/2026 14:30")
    hour, half = int(match["hour"]), match["half"].casefold()
    if half and 1 <= hour <= NOON:
        hour = hour % NOON + (NOON if half == "p" else 0)
    elif half:
        hour = 24
    try:
        clock = time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        raise CellError("no es una hora que exista — escriba fecha y hora, así: 05/01/2026 14:30") from None
    return datetime.combine(day, clock, tzinfo=BOGOTA)


def _bogota_day(instant: str) -> str:
    """The day in Bogotá; the text itself where there is no such instant."""
    try:
        return datetime.fromisoformat(instant.replace(" Z", "Z")).astimezone(BOGOTA).date().isoformat()
    except (ValueError, OverflowError):
        return instant


def _as_excel_shows(number: float) -> str:
    """A number of a workbook to the fifteen digits that Excel shows: a sum of cells is off behind them."""
    return f"{Decimal(f'{number:.15g}'):f}"


def parse_hours(value: object) -> Decimal:
    """A quantity of hours, with comma or point before at most two decimals.

    Raises:
        CellError: blank, no number, or a separator that could be one of thousands (``1.000``).
    """
    if isinstance(value, bool) or is_blank(value) or not isinstance(value, str | int | float):
        raise CellError("no es una cantidad de horas — escriba un número, como 1,5")
    text = foreign_line(_as_excel_shows(value) if isinstance(value, float) else str(value))
    if _HOURS.fullmatch(text) is None:
        raise CellError(
            "no es una cantidad de horas — escriba un número sin separador de miles y con dos decimales a lo sumo"
        )
    return Decimal(text.replace(",", "."))


def parse_pesos(value: object) -> Decimal:
    """An amount in Colombian pesos, more than nothing: a number, or a text with points of thousands and decimal comma.

    Raises:
        CellError: blank, no such amount, one with more than two decimals, or a sign of a currency.
    """
    error = CellError("no es un valor en pesos — escriba solo el número, mayor que cero, como 40.000.000 o 40000000,50")
    if isinstance(value, bool) or is_blank(value) or not isinstance(value, str | int | float):
        raise error
    text = foreign_line(value) if isinstance(value, str) else _as_excel_shows(value).replace(".", ",")
    match = _PESOS.fullmatch(text)
    if match is None:
        raise error
    amount = Decimal(f"{match['whole'].replace('.', '')}.{match['cents'] or 0}").normalize()
    if not amount:
        raise error
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount
