"""The number of a request at the help desk: what spreadsheets add to it, or take from it, makes no other one."""

from __future__ import annotations

import re
from decimal import Decimal
from unicodedata import normalize

from service_reports.foreign_text import foreign_line

LONGEST = 40
DIGITS_KEPT = 10**15
"""Beyond these, a number of a spreadsheet is no longer the one that was typed."""
_ADDED = re.compile(r"""(?:'|=")?([0-9]+)(?:\.0)?"?""")


def as_written(told: object) -> object:
    """A number without what a spreadsheet put around it (``123.0``, ``'00123``, ``="00123"``); all else as it is.

    >>> as_written(123.0), as_written('="00123"'), as_written("Módulo 1.0")
    ('123', '00123', 'Módulo 1.0')
    """
    if isinstance(told, bool):
        return told
    if isinstance(told, int | float | Decimal):
        return str(int(told)) if -DIGITS_KEPT < told < DIGITS_KEPT and told == int(told) else told
    if not isinstance(told, str) or len(told) > LONGEST:
        return told
    match = _ADDED.fullmatch(normalize("NFKC", foreign_line(told)))
    return match[1] if match else told


def identity(number: str) -> str:
    """What is the same of all ways to write one number: leading zeros are no part of it, as Excel takes them away."""
    return number.lstrip("0") if number.isascii() and number.isdecimal() else number
