"""Spanish cardinal numbers in words, in the feminine of *horas*, up to 999 999."""

from __future__ import annotations

UNITS = (
    "cero",
    "una",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuna",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
)
TENS = ("", "", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
HUNDREDS = (
    "",
    "ciento",
    "doscientas",
    "trescientas",
    "cuatrocientas",
    "quinientas",
    "seiscientas",
    "setecientas",
    "ochocientas",
    "novecientas",
)

TEN, HUNDRED, THOUSAND = 10, 100, 1000
LIMIT = 1_000_000
"""From here on numbers are written in digits alone."""


def feminine_words(value: int) -> str:
    """The words that count a feminine noun: 200 is ``doscientas`` (horas), 21 ``veintiuna``.

    Empty where a number is negative or a million or more: such a one stands in digits alone.

    >>> feminine_words(200), feminine_words(121000), feminine_words(1), feminine_words(1_000_000)
    ('doscientas', 'ciento veintiuna mil', 'una', '')
    """
    if not 0 <= value < LIMIT:
        return ""
    thousands, rest = divmod(value, THOUSAND)
    words: list[str] = []
    if thousands:
        words.append("mil" if thousands == 1 else f"{_below_thousand(thousands)} mil")
    if rest or not thousands:
        words.append(_below_thousand(rest))
    return " ".join(words)


def _below_thousand(value: int) -> str:
    if value == HUNDRED:
        return "cien"
    hundreds, rest = divmod(value, HUNDRED)
    words = [HUNDREDS[hundreds]] if hundreds else []
    if rest or not hundreds:
        words.append(_below_hundred(rest))
    return " ".join(words)


def _below_hundred(value: int) -> str:
    if value < len(UNITS):
        return UNITS[value]
    tens, unit = divmod(value, TEN)
    return f"{TENS[tens]} y {UNITS[unit]}" if unit else TENS[tens]
