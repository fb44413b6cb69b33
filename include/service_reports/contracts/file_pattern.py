"""Patterns of file names that a contract gives: matched in linear time, whatever they are.

Python's own ``re`` takes longer than anybody waits over ``(a+)+$``; RE2 has no such pattern, nor look-arounds
and references back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import re2

LONGEST = 500
OPTIONS = re2.Options()
OPTIONS.log_errors = False


class Match(Protocol):
    """Where a pattern was found, as in ``re``."""

    def __getitem__(self, group: int | str) -> str:
        """What a group of the pattern stands for."""

    def groupdict(self) -> dict[str, str | None]:
        """What each named group stands for."""


class Pattern(Protocol):
    """A pattern as RE2 holds it."""

    groupindex: Mapping[str, int]

    def search(self, text: str) -> Match | None:
        """Where it is first found."""


class BadPattern(ValueError):
    """A pattern that cannot be used; the message is Spanish."""


def compiled(pattern: str) -> Pattern:
    """A pattern ready for :func:`search`.

    Raises:
        BadPattern: it is no regular expression of RE2's, or too long.
    """
    if len(pattern) > LONGEST:
        raise BadPattern(f"tiene {len(pattern)} caracteres, y el máximo es {LONGEST}: acórtelo")
    try:
        pattern_of_names: Pattern = re2.compile(pattern, OPTIONS)
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise BadPattern(
            f"no es una expresión regular de RE2 ({said}): corríjala, sin `(?=`, `(?!` ni referencias"
        ) from error
    return pattern_of_names


def search(pattern: Pattern, name: str) -> Match | None:
    """The match of a compiled pattern in a file's name, whatever bytes that has; ``None`` where there is none."""
    return pattern.search(name.encode(errors="replace").decode())
