"""Text that comes from elsewhere, as a header, a sentence or the register's chain takes it."""

from __future__ import annotations

from unicodedata import category

CONTROL_OR_HALF_A_CHARACTER = frozenset({"Cc", "Cs"})
"""General categories: PostgreSQL stores no NUL, and half of a pair (a surrogate) has no bytes in UTF-8."""


def one_line(text: str) -> str:
    """Text in one line: control characters, line ends and runs of blanks become one blank."""
    return " ".join("".join(" " if category(each) in CONTROL_OR_HALF_A_CHARACTER else each for each in text).split())
