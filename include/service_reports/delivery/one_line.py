"""Text in one line, as a header, a sentence or the register's chain takes it."""

from __future__ import annotations

from unicodedata import category

from service_reports.foreign_text import normalised

CONTROL_OR_HALF_A_CHARACTER = frozenset({"Cc", "Cs"})
"""General categories: PostgreSQL stores no NUL, and half of a pair (a surrogate) has no bytes in UTF-8."""


def one_line(text: str) -> str:
    """Text of others as the gate lets it in, in one line: line ends and runs of blanks become one blank."""
    return " ".join(normalised(text).split())


def header_line(text: str) -> str:
    """Our own text, or an identifier, in one line and otherwise as it is: nothing in it is mended."""
    return " ".join("".join(" " if category(each) in CONTROL_OR_HALF_A_CHARACTER else each for each in text).split())
