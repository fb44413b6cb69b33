"""A sheet of the workbook: one table, typed values, no localised text.

Quantities are those of the figures, as exact as a spreadsheet holds a number. Instants lose
their zone, which a cell cannot hold: the title of the column says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from service_reports.contracts.model import Contract
from service_reports.documents.sections.readings import unread_days
from service_reports.figures.figure import instant_of
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

Value = str | int | Decimal | date | datetime | None
WHOLE, HOURS, PERCENT, CHANGE, EXACT = "#,##0", "#,##0.00", "0.0%", "+0.0%;−0.0%;0.0%", "General"
QUANTITY = "[>=1]#,##0.00;[>0]0.00########;#,##0.00"
"""Of a column of quantities of any size: the cell holds all its digits, and shows those that can be read."""
HUNDRED = Decimal(100)


class Heading(NamedTuple):
    """A column: its title, and the number format of its cells where the type does not say it."""

    title: str
    number_format: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet with its one table; ``table`` is the ASCII name of the table object.

    ``source`` and ``read_at`` tell where its rows come from; the columns before ``frozen`` stay
    in view. ``total`` stands under the table, outside of its filters, and under that what is not known of the period,
    the ``days_unread``, so that no rows do not mean none.
    """

    title: str
    table: str
    content: str
    source: str
    read_at: datetime | None
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] | None = None
    frozen: int = 1
    days_unread: Sequence[date] = ()

    @property
    def unread(self) -> str:
        """Which days are unread, as readers are told; empty where none is."""
        return unread_days(self.days_unread).strip()


def value(figures: PeriodFigures, family: str, **about: object) -> Decimal | int | None:
    """The value of a figure as a cell holds it; empty where the period has none."""
    figure = figures.figure(family, **about)
    if figure is None:
        return None
    return int(figure.value) if figure.value == figure.value.to_integral_value() else figure.value


def share(figures: PeriodFigures, family: str, **about: object) -> Decimal | None:
    """A percentage as a spreadsheet holds it: of one."""
    percent = figures.figure(family, **about)
    return None if percent is None else percent.value / HUNDRED


def instant(figures: PeriodFigures, family: str, **parameters: object) -> datetime | None:
    """The instant that a figure is, without its zone, which a cell cannot hold: it is UTC."""
    figure = figures.figure(family, **parameters)
    return None if figure is None else cell_instant(figure.value)


def cell_instant(seconds: Decimal) -> datetime:
    """An instant of a figure, without its zone."""
    return instant_of(seconds).replace(tzinfo=None)


def desk(contract: Contract) -> str:
    """Where requests and hours come from, as readers know it."""
    name = contract.contractor.help_desk_name
    return Quoted(f"{es_co.desk_noun(name).capitalize()}{name}")
