"""What an issued version says, against what would be issued now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from service_reports.figures import catalogue
from service_reports.figures.causes import Cause, explain
from service_reports.figures.figure import Figure
from service_reports.figures.model import FigureChange
from service_reports.wording.es_co import labels
from service_reports.wording.shown import Quoted


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


def label(figure_id: str) -> str:
    """What a figure is, for a reader; an id of no family, as another revision may have issued it, stands for itself."""
    found = catalogue.known(figure_id)
    if found is None:
        return Quoted(figure_id)
    inner = {name: label(found.parameters[name]) for name in ("figure", "headline") if name in found.parameters}
    return labels.whole(found.family.name, {**found.parameters, **inner})


SHARES = {"tickets.category.percent": "tickets.category", "hour_bank.percent": "hour_bank.balance"}
"""Families of shares, with that of the parts that they are computed from."""


OF_OTHER_REPORTS = frozenset({"trend"})
"""Families of figures that another report was issued with."""


def of_data(
    issued: Sequence[Figure], now: Sequence[Figure], found: Sequence[FigureChange], *, same_code: bool
) -> tuple[FigureChange, ...]:
    """Without what other reports were issued with meanwhile: this one said what they said when it was issued.

    Of another revision of the code also without what only one of both prints: a family of which one version has no
    figure. A share is no other data either where no part of its kind is another: revisions round it differently.
    Otherwise every report that was ever issued would be out of date on the day of an update.
    """
    found = [change for change in found if family_of(change.figure_id) not in OF_OTHER_REPORTS]
    if same_code:
        return tuple(found)
    known = set.intersection(*({family_of(figure.id) for figure in figures} for figures in (issued, now)))
    told = {family_of(change.figure_id) for change in found}
    return tuple(
        change
        for change in found
        for family in [family_of(change.figure_id)]
        if family in known and SHARES.get(family, family) in told
    )


def family_of(figure_id: str) -> str:
    """The name of a figure's family; of an id of no family what comes before the first ``/``."""
    found = catalogue.known(figure_id)
    return found.family.name if found else figure_id.partition("/")[0]
