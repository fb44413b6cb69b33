"""Printed texts that know what they say: a figure, a date, a declared number, or somebody else's words.

A text of these kinds is an ordinary ``str`` until it reaches the page, where it is tagged with what it says, so that
whoever reads the file back holds each against its source. Anything made of it by ``+`` or formatting is plain text.
"""

from __future__ import annotations

from typing import Literal

Says = Literal["figure", "date", "declared"]
"""``figure``: the value of one figure; ``date``: a calendar day or an instant; ``declared``: a number that is
nobody's result: an ordinal, a rule's threshold, a version, a number of the contract."""


class Quoted(str):
    """A text that others wrote, on its way to a cell or a paragraph; what is made from it by ``+`` is no quotation."""

    __slots__ = ()


class Shown(str):
    """A printed value: its text, what kind of value it says, and which.

    ``name`` is the id of the figure, the ISO 8601 form of the date or instant (UTC), or empty for what is declared.
    """

    __slots__ = ("name", "says")

    says: Says
    name: str

    def __new__(cls, text: str, says: Says, name: str = "") -> Shown:
        """A text that says a value."""
        shown = super().__new__(cls, text)
        shown.says = says
        shown.name = name
        return shown
