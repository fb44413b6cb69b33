"""Headers that nobody folds."""

from __future__ import annotations

from collections.abc import Sequence
from email.policy import Policy


class WrittenHeader(str):
    """A header in the lines in which it was written, one parameter a line: folding would encode what is long."""

    name: str
    content_disposition = "attachment"

    def __new__(cls, name: str, value: str, parameters: Sequence[str] = ()) -> WrittenHeader:
        """Join a header's value and its parameters, which are ASCII."""
        header = super().__new__(cls, "; ".join([value, *parameters]))
        header.name = name
        header._lines = [value, *parameters]
        return header

    def fold(self, *, policy: Policy) -> str:
        """The header as it goes out."""
        return f"{self.name}: " + f";{policy.linesep} ".join(self._lines) + policy.linesep

    _lines: list[str]
