"""Canonical JSON in the manner of RFC 8785: equal values give equal bytes, so that a hash speaks of what they say.

It holds only text, whole numbers, booleans and nulls under ASCII names, for which the sorted, compact form below is
that of the RFC. Any other number is given as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

LARGEST_WHOLE_NUMBER = 2**53 - 1
"""Beyond it JSON numbers are not read alike everywhere; RFC 8785 has none."""


def canonical(value: object) -> str:
    """The canonical JSON of a value: sorted names, no blanks, instants in UTC.

    Raises:
        TypeError: a value, or a name, that canonical JSON cannot hold exactly.
    """
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> Any:  # noqa: ANN401 (JSON)
    """A value as JSON can hold it: as :func:`canonical` writes it."""
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) <= LARGEST_WHOLE_NUMBER:
            return value
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case Mapping() if all(isinstance(name, str) and name.isascii() for name in value):
            return {name: plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    raise TypeError(f"{value!r} has no canonical form: give it as text")
