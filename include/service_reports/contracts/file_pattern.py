"""Patterns of file names that a contract gives: matched in linear time, whatever they are.

Python's own ``re`` takes longer than anybody waits over ``(a+)+$``; RE2 has no such pattern, nor look-arounds
and references back.
"""

from __future__ import annotations

from typing import Any

import re2

LONGEST = 500
OPTIONS = re2.Options()
OPTIONS.log_errors = False


class BadPattern(ValueError):
    """A pattern that cannot be used; the message is Spanish."""


def compiled(pattern: str) -> Any:
    """A pattern ready for :func:`search`.

    Raises:
        BadPattern: it is no regular expression of RE2's, or too long.
    """
    if len(pattern) > LONGEST:
        raise BadPattern(f"tiene {len(pattern)} caracteres, y el máximo es {LONGEST}: acórtelo")
    try:
        return re2.compile(pattern, OPTIONS)
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise BadPattern(
            f"no es una expresión regular de RE2 ({said}): corríjala, sin `(?=`, `(?!` ni referencias"
        ) from error


def search(pattern: Any, name: str) -> Any:
    """The match of a compiled pattern in a file's name, whatever bytes that has; ``None`` where there is none."""
    return pattern.search(name.encode(errors="replace").decode())
