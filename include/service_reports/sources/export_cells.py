"""What one cell of an export says: days, hours, texts. Pure; reasons are Spanish, for whoever fills the file in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from service_reports.sources.personal_data import masked

YEARS = range(2000, 2100)
_DAY_MONTH_YEAR = re.compile(r"(?P<day>\d{2})/(?P<month>\d{2})/(?P<year>\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?)?", re.ASCII)
_HOURS = re.compile(r"-?\d{1,6}(?:[.,]\d{1,2})?", re.ASCII)


class CellError(ValueError):
    """A cell that cannot be read: why, and after a dash what to do."""


def plain(text: str) -> str:
    """A text without case, accents, punctuation and superfluous blanks, to compare what people write.

    >>> plain("  No.  Módulo ")
    'no modulo'
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c))))


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def shown(value: object, ticket_ids: Collection[str] = ()) -> str:
    """A value as an error, and so a log, may repeat it: short, on one line, of personal data only ticket numbers."""
    text = masked(" ".join(str(value).split()), ticket_ids, classified=True)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 (a line of the log)


def parse_text(value: object) -> str:
    """A text, its blanks made single; a whole number is written without decimals.

    Raises:
        CellError: a date, a truth value or a number with decimals, which a text column does not have.
    """
    if is_blank(value):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise CellError("no es un texto — dé a la celda formato de texto y escriba el valor")
    if isinstance(value, float):
        if not value.is_integer():
            raise CellError("es un número con decimales — escriba el texto que corresponde")
        value = int(value)
    return " ".join(str(value).split())


def parse_day(value: object) -> date | None:
    """A calendar day: a date of Excel, ``dd/mm/aaaa`` or ``aaaa-mm-dd``; nothing for a blank cell.

    A time of day after the date is left out.

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
        match = _DAY_MONTH_YEAR.fullmatch(value.strip()) or _ISO.fullmatch(value.strip())
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


def parse_hours(value: object) -> Decimal:
    """A quantity of hours, with comma or point before at most two decimals.

    Raises:
        CellError: blank, no number, or a separator that could be one of thousands (``1.000``).
    """
    if isinstance(value, bool) or is_blank(value) or not isinstance(value, str | int | float):
        raise CellError("no es una cantidad de horas — escriba un número, como 1,5")
    if isinstance(value, float):
        value = str(int(value)) if value.is_integer() else repr(value)
    text = str(value).strip()
    if _HOURS.fullmatch(text) is None:
        raise CellError(
            "no es una cantidad de horas — escriba un número sin separador de miles y con dos decimales a lo sumo"
        )
    return Decimal(text.replace(",", "."))
