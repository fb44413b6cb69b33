"""Which days a scheduled run asks for: those of its schedule, and all that were missed before.

What was missed is known from the ledger, never from when a run should have been: a collection that was off for weeks
asks for them all when it is on again, and one that missed nothing asks for no more than its schedule. A run by hand
asks for the days of its form.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from service_reports.contracts import Contract, ReportPeriod
from service_reports.sources.source import Asked, Window

LOOK_BACK_DAYS = 3
"""A scheduled run reads these many whole days again, as data arrives late: a day is settled when they have passed."""
OPEN_AFTER_CUT_OFF_DAYS = 10
"""What a period tells of is read again for so long after its report's date: the close may wait that long."""


def open_reports(asked: Asked) -> list[ReportPeriod]:
    """The reports whose period has begun and that are not issued yet, or were just due.

    One of which a person has said why it is not issued is as good as issued.
    """
    last, concluded = asked.days.last, asked.ledger.concluded_reports(asked.contract.id)
    return [
        report
        for report in asked.contract.reports
        if report.period_from <= last and (report.number not in concluded or was_just_due(report, last))
    ]


def was_just_due(report: ReportPeriod, on: date) -> bool:
    """Whether a report whose period has begun may still be waiting for its data on a day."""
    return on <= report.report_date + timedelta(days=OPEN_AFTER_CUT_OFF_DAYS)


def open_days(asked: Asked) -> Window:
    """The days of the form, or those from the first day of the oldest open report on."""
    if asked.by_hand:
        return asked.days
    return Window(min([asked.days.first, *(report.period_from for report in open_reports(asked))]), asked.days.last)


def days_of_contracts(asked: Asked, contracts: Iterable[Contract]) -> Window:
    """The days of the form, or all since the first of these contracts began."""
    if asked.by_hand:
        return asked.days
    return Window(min([asked.days.first, *(held.valid_from for held in contracts)]), asked.days.last)


def from_oldest_missed(
    asked: Asked, source: str, names: Iterable[tuple[Contract, str, str]], *, horizon_days: int
) -> Window:
    """The days of the form, or those from the oldest on that no answer tells of as it settled.

    ``names`` are what is read by itself, each with its contract and the scope of its answers (an empty name: any
    answer). Older days than ``horizon_days`` are not asked for: the provider has forgotten them.
    """
    if asked.by_hand:
        return asked.days
    horizon = asked.days.last - timedelta(days=horizon_days - 1)
    by_scope: dict[tuple[str, Window], list[str]] = {}
    for held, scope, name in names:
        days = Window(max(horizon, held.valid_from), min(held.valid_to, asked.days.first - timedelta(days=1)))
        if days.first <= days.last:
            by_scope.setdefault((scope, days), []).append(name)
    missed = (asked.ledger.oldest_missed(source, scope, of, days) for (scope, days), of in by_scope.items())
    return Window(min([asked.days.first, *(day for day in missed if day is not None)]), asked.days.last)
