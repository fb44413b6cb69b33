"""Patterns that are looked for only where a text holds a piece of them: most texts hold none, and a search costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

DIGIT = re.compile(r"\d")
DIGITS = ("0",)
"""Of a pattern that has a digit: any digit counts as this one."""


@dataclass(frozen=True)
class Rare:
    """A pattern, and pieces of which a text that it matches holds one: small letters, blanks as one."""

    pieces: tuple[str, ...]
    pattern: re.Pattern[str]

    def may_match(self, text: str) -> bool:
        """Whether a text holds one of the pieces."""
        plain = _plain(text)
        return any(piece in plain for piece in self.pieces)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """The text with each match replaced."""
        return self.pattern.sub(replacement, text) if self.may_match(text) else text

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches of a text."""
        return self.pattern.finditer(text) if self.may_match(text) else iter(())


def rare(pieces: str | tuple[str, ...], pattern: str, flags: re.RegexFlag = re.IGNORECASE) -> Rare:
    """A pattern with its pieces; a string holds several, apart by ``|``."""
    return Rare(tuple(pieces.split("|")) if isinstance(pieces, str) else pieces, re.compile(pattern, flags))


@lru_cache(maxsize=2)
def _plain(text: str) -> str:
    return DIGIT.sub("0", " ".join(text.casefold().split()))
