"""Readings for tests that are not about them: every day of every source was read after its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.gaps import subjects, whole
from service_reports.records import DayRead
from service_reports.sources import SOURCES


def after(days: Sequence[date]) -> datetime:
    """A moment at which these days are over everywhere."""
    return datetime.combine(max(days) + timedelta(days=2), datetime.min.time(), tzinfo=UTC)


def all_read(contract: Contract, report: ReportPeriod) -> tuple[DayRead, ...]:
    """What the ledger tells when every day of the period was read."""
    return tuple(
        DayRead(source, name, day, after(report.days))
        for source, name in subjects(contract)
        if not whole(source)
        for day in report.days
    )


def whole_read(report: ReportPeriod) -> dict[str, datetime]:
    """When the sources that tell everything at once were read."""
    return dict.fromkeys((name for name in SOURCES if whole(name)), after(report.days))
