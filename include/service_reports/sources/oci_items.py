"""The items of OCI's answers, field by field, as the service wrote them.

The hook's clients leave answers as JSON: the SDK's own reading refuses a whole answer over one value that it cannot
read, and turns words that it does not know into another one. A client that reads answers into the SDK's models serves
as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from service_reports.sources.answer import OddAnswer

MOST_DEPTH = 30
ENDLESS = "(datos dentro de datos sin fin)"
_WORD = re.compile(r"_([a-z])")


def field(item: object, name: str) -> Any:  # noqa: ANN401 (whatever the service wrote there)
    """A field by its name in the SDK (``time_created``); ``None`` where an item has none, or is no item."""
    if isinstance(item, Mapping):
        return item.get(_WORD.sub(lambda match: match[1].upper(), name))
    return getattr(item, name, None)


def is_item(told: object) -> bool:
    """Whether it has fields at all; what has none is kept as it was told."""
    return not isinstance(told, str | int | float | list | None)


def items(told: object, place: str, page: object) -> Sequence[Any]:
    """The items of a page, whatever each of them is; ``page`` is all that was answered.

    In the place of one that has data within data without end stands ``ENDLESS``, which is no item.

    Raises:
        OddAnswer: it is no list, which is not to be taken for an empty one.
    """
    if not isinstance(told, list):
        raise OddAnswer(f"{place}: la respuesta no es una lista — limpie esta tarea", page)
    return [each if _ends(each) else ENDLESS for each in told]


def _ends(told: object) -> bool:
    """Whether data within data ends where services let it end: what goes on cannot be written again."""
    level = [told]
    for _ in range(MOST_DEPTH):
        held = (each for each in level if isinstance(each, dict | list))
        level = [each for some in held for each in (some.values() if isinstance(some, dict) else some)]
        if not level:
            return True
    return False


def moment(told: object) -> datetime | None:
    """The moment that a field tells, in UTC; ``None`` where it tells none. One without a zone is in UTC."""
    if not isinstance(told, str | datetime):
        return None
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else told
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
