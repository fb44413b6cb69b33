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

    def __getnewargs__(self) -> tuple[str, Says, str]:  # type: ignore[override]
        """What a copy is made from."""
        return str(self), self.says, self.name


class Composed(str):
    """A text of parts, some of which know what they say: ``72 solicitudes``. Nested compositions are flat."""

    __slots__ = ("parts",)

    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Composed:
        """The parts one after the other."""
        flat = [each for part in parts for each in (part.parts if isinstance(part, Composed) else (part,))]
        composed = super().__new__(cls, "".join(flat))
        composed.parts = tuple(flat)
        return composed

    def __getnewargs__(self) -> tuple[str, ...]:  # type: ignore[override]
        """What a copy is made from."""
        return self.parts
