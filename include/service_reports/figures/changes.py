"""What an issued version says, against what would be issued now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from service_reports.figures.causes import Cause, explain
from service_reports.figures.labels import label
from service_reports.figures.model import Figure, FigureChange


def compare(issued: Sequence[Figure], now: Sequence[Figure], causes: Sequence[Cause] = ()) -> tuple[FigureChange, ...]:
    """Every figure that changed, appeared or is gone, with its cause, in the order of the figures.

    A figure that is gone stands where it stood. ``causes`` is what is known to have come or
    changed since the issued figures were computed; see :mod:`service_reports.figures.causes`.
    """
    before, after = ({figure.id: figure for figure in figures} for figures in (issued, now))
    return tuple(
        FigureChange(
            figure_id=each,
            label=label(each),
            unit=(after.get(each) or before[each]).unit,
            before=before[each].value if each in before else None,
            now=after[each].value if each in after else None,
            cause=explain(each, causes, whole=each not in before or each not in after),
        )
        for each in _merged(list(before), list(after))
        if each not in before or each not in after or _printed(before[each]) != _printed(after[each])
    )


def _printed(figure: Figure) -> tuple[Decimal, str]:
    return figure.value, figure.unit


def _merged(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The ids of the later figures, each earlier one that is gone behind the one it stood behind."""
    kept, anchor = set(after), ""
    gone: dict[str, list[str]] = defaultdict(list)
    for each in before:
        if each in kept:
            anchor = each
        else:
            gone[anchor].append(each)
    return [*gone[""], *(each for one in after for each in (one, *gone[one]))]
