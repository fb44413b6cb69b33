"""Use of OCI: by day, summed up, and against the period before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from service_reports.figures.model.frozen import Frozen


class UsageColumn(Frozen):
    """One metered product; ``label`` is ``service / description (unit)``."""

    label: str
    service: str
    product_description: str
    unit: str


class UsageDayRow(Frozen):
    """One UTC day of the period: hours seen and one quantity per column (``None``: no data).

    A day is ``missing`` that was read and has no line, ``unread`` one without a line of which that is not known.
    """

    day: date
    hours: int
    state: Literal["complete", "partial", "missing", "unread"]
    quantities: tuple[Decimal | None, ...]


class LevelChange(Frozen):
    """A step in the daily use of one product: the levels on both sides are medians of complete UTC days.

    ``column`` is the label of a ``UsageColumn``; ``percent`` is the change in hundredths of the
    old level, ``None`` where that was zero.
    """

    column: str
    from_day: date
    """The last day of the old level."""
    to_day: date
    """The first day of the new one."""
    before: Decimal
    after: Decimal
    percent: Decimal | None


class Growth(Frozen):
    """The mean of the first and of the last seven days with a value, and the change; ``None`` of it from nothing."""

    first: Decimal
    last: Decimal
    percent: Decimal | None


class UsageSummary(Frozen):
    """A day of one product as it usually was: mean, least and most of the complete UTC days (``None``: there are none).

    ``column`` is the label of a ``UsageColumn``.
    """

    column: str
    mean: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    growth: Growth | None = None
    """Of its complete days."""


class UsageTable(Frozen):
    """Daily use, days ascending, columns by service then description; totals and summaries by column."""

    columns: tuple[UsageColumn, ...]
    rows: tuple[UsageDayRow, ...]
    totals: tuple[Decimal, ...]
    summaries: tuple[UsageSummary, ...] = ()
    level_changes: tuple[LevelChange, ...] = ()


class ColumnComparison(Frozen):
    """Daily means of one product in two periods; ``percent`` is the change, ``None`` where there was no use before."""

    label: str
    before: Decimal
    now: Decimal
    percent: Decimal | None


class UsageComparison(Frozen):
    """Use of the period against the report before it: means of the complete UTC days, largest change first.

    There are no columns when one of the two periods has no complete day.
    """

    period_from: date
    """First day of the earlier period."""
    period_to: date
    days_before: int
    days_now: int
    columns: tuple[ColumnComparison, ...]
