"""What one cell or one typed line answers, as a contract file would hold it; whether it holds, the model says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal

from service_reports.contract_forms.form import NO, YES, Leaf
from service_reports.foreign_text import normalised
from service_reports.sources.exports.cells import CellError, is_blank, parse_day, parse_text, plain

NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?:[.,]\d{3})+", re.ASCII)
WORDS = {plain(YES): True, plain(NO): False, "s": True, "n": False, "true": True, "false": False}


def answer(leaf: Leaf, value: object, between: str = "\n") -> object:
    """The value of a cell or line; ``None`` where it is blank. Several texts stand apart by ``between``.

    Raises:
        CellError: it is of another kind than can be meant; the message is Spanish.
    """
    if is_blank(value):
        return None
    if leaf.several:
        parts = normalised(value).split(between) if isinstance(value, str) else [value]
        return [READERS[leaf.kind](part) for part in parts if not is_blank(part)]
    return READERS[leaf.kind](value)


def _text(value: object) -> str:
    return normalised(value).strip() if isinstance(value, str) else parse_text(value)


def _time(value: object) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if not isinstance(value, str):
        raise CellError("no es una hora — dé a la celda formato de texto y escriba la hora, como 06:00")
    return value.strip()


def _truth(value: object) -> bool:
    said = value if isinstance(value, bool) else WORDS.get(plain(str(value)))
    if said is None:
        raise CellError(f"no es {YES} ni {NO} — escriba uno de los dos")
    return said


def _number(value: object) -> object:
    """The number; what is none, the model refuses."""
    if isinstance(value, float):
        value = str(int(value)) if value.is_integer() else repr(value)
    text = str(value).strip()
    if isinstance(value, str) and THOUSANDS.fullmatch(text):
        raise CellError("puede ser de miles o de decimales — escriba el número sin separador de miles")
    if isinstance(value, bool | date | time) or NUMBER.fullmatch(text) is None:
        return text
    number = Decimal(text.replace(",", "."))
    return int(number) if number == number.to_integral_value() else number


READERS: Mapping[str, Callable[[object], object]] = {
    "string": _text,
    "date": parse_day,
    "time": _time,
    "boolean": _truth,
    "integer": _number,
    "number": _number,
}
