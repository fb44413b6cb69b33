"""Cells of tables that are figures, under the titles that the figures' labels declare."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from service_reports.figures.catalogue import figure_id
from service_reports.figures.figure import Figure
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import labels


def cell(figures: PeriodFigures, write: Callable[[Figure], str], family: str, **parameters: object) -> str:
    """A figure as ``write`` writes it; where the period has none, the mark of what is missing, which says of which.

    A zero of what was read, while other days of its source were not, names itself as such.

    Raises:
        UnknownFigure: the catalogue has no such family.
    """
    figure = figures.figure(family, **parameters)
    return es_co.missing(figure_id(family, **parameters)) if figure is None else write(figure)


def number(figures: PeriodFigures, decimals: int, family: str, **parameters: object) -> str:
    """The same, as a number with so many decimals."""
    return cell(figures, partial(es_co.number, decimals=decimals), family, **parameters)


def heading(family: str, unit: str = "") -> str:
    """The title of a column of such figures, with the unit in which they are printed where the column says it.

    >>> heading("metric.day.p95", "%")
    'P95 (%)'
    """
    title = labels()[family].title + (f" ({unit})" if unit else "")
    return es_co.declared(title) if any(sign.isdigit() for sign in title) else title
