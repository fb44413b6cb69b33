"""Text that comes from elsewhere, as a header, a sentence or the register's chain takes it."""

from __future__ import annotations

from service_reports.foreign_text import normalised


def one_line(text: str) -> str:
    """Text as the gate lets it in, in one line: line ends and runs of blanks become one blank."""
    return " ".join(normalised(text).split())
