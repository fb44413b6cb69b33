"""How long requests waited for their first answer and their solution: by the clock, or in hours of service.

What is told of a request may contradict itself. A moment is measured only where registration, answer and solution
follow each other; of any other it is not known how long the request waited.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from statistics import median
from typing import Literal

from service_reports.contracts import BOGOTA, Contract, ReportPeriod, ServiceHours
from service_reports.figures.model import PriorityTimes, TicketFigures
from service_reports.figures.rounding import rounded_quotient
from service_reports.records import Ticket, TicketColumn

Milestone = Literal["first_answer", "solution"]
Outcome = Literal["in_time", "late", "waiting", "unknown"]
"""Of a request against its time: it is over in the first two, still runs, or nobody can say."""
MOMENTS: dict[Milestone, TicketColumn] = {"first_answer": "first_answered_at", "solution": "solved_at"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def told_until(contract: Contract, report: ReportPeriod, read_at: datetime | None) -> datetime:
    """The moment (aware) of which a report tells: when the help desk was last read, at most the cut-off."""
    cut_off = contract.cut_off(report)
    return cut_off if read_at is None else min(cut_off, read_at)


@cache
def holidays(year: int) -> frozenset[date]:
    """Colombia's holidays of a year, those that are moved to a Monday on that day."""
    from holidays import country_holidays  # four tenths of a second, of contracts with hours of service alone

    return frozenset(country_holidays("CO", years=year))


def closed_days(first: date, last: date) -> list[date]:
    """The holidays from one day to another, both included."""
    of_years = (holidays(year) for year in range(first.year, last.year + 1))
    return sorted(day for days in of_years for day in days if first <= day <= last)


def waited(start: datetime, end: datetime, hours: ServiceHours | None) -> timedelta:
    """What lies between two moments (aware, in order): all of it, or the hours of service in it."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if hours is None:
        return end - start
    day, found = start.astimezone(BOGOTA).date(), timedelta()
    while day <= end.astimezone(BOGOTA).date():
        if WEEKDAYS[day.weekday()] in hours.days and (hours.holidays or day not in holidays(day.year)):
            closing = day + DAY if hours.closes == time() else day
            opens = datetime.combine(day, hours.opens, tzinfo=BOGOTA).astimezone(UTC)
            closes = datetime.combine(closing, hours.closes, tzinfo=BOGOTA).astimezone(UTC)
            found += max(timedelta(), min(closes, end) - max(opens, start))
        day += DAY
    return found


def _reached(ticket: Ticket, milestone: Milestone, until: datetime) -> datetime | None:
    at: datetime | None = getattr(ticket, MOMENTS[milestone])
    return at if at is not None and at <= until else None


def _registered(ticket: Ticket) -> datetime | None:
    """The moment of registration; none that is of another day (Bogotá) than the request."""
    at = ticket.registered_at
    return at if at is not None and at.astimezone(BOGOTA).date() == ticket.registered_on else None


def reached(ticket: Ticket, milestone: Milestone, until: datetime) -> tuple[datetime, datetime] | None:
    """When a request was registered and when it was answered or solved (aware), by a moment; ``None``: not known."""
    start, at = _registered(ticket), _reached(ticket, milestone, until)
    if start is None or at is None or at < start:
        return None
    solved = _reached(ticket, "solution", until)
    return None if milestone == "first_answer" and solved is not None and solved < at else (start, at)


def outcome(
    ticket: Ticket, milestone: Milestone, limit: timedelta, hours: ServiceHours | None, until: datetime
) -> Outcome:
    """How a request stands against its time at a moment (aware).

    One that is not answered, or not solved, is late once its time is over; if the help desk tells of such moments,
    and neither its state nor its solution says that one of them must have been there.
    """
    if found := reached(ticket, milestone, until):
        return "in_time" if waited(*found, hours) <= limit else "late"
    start, settled = _registered(ticket), ticket.finished or _reached(ticket, "solution", until) is not None
    told = MOMENTS[milestone] in ticket.told and _reached(ticket, milestone, until) is None
    if start is None or start > until or settled or not told:
        return "unknown"
    return "late" if waited(start, until, hours) > limit else "waiting"


def in_hours(span: timedelta) -> Decimal:
    """A span of time in hours, to nine decimals."""
    return rounded_quotient(Decimal(span // timedelta(microseconds=1)), HOUR // timedelta(microseconds=1))


def attended(tickets: TicketFigures, until: datetime) -> TicketFigures:
    """The same tickets with the hours until they were answered and solved, and with the medians of each priority.

    Every hour of the clock counts. Nothing is there where the help desk tells of none of it.
    """

    def hours(ticket: Ticket, milestone: Milestone) -> Decimal | None:
        found = reached(ticket, milestone, until)
        return in_hours(waited(*found, None)) if found else None

    timed: dict[str, dict[str, Decimal | None]] = {
        each.ticket_id: {name: hours(each, milestone) for milestone, name in HOURS_TO.items()}
        for each in tickets.tickets
    }
    timings = tuple(each.model_copy(update=timed[each.ticket_id]) for each in tickets.timings)
    told = any(not set(MOMENTS.values()).isdisjoint(each.told) for each in tickets.tickets)
    priorities = dict.fromkeys(sorted(each.priority or "" for each in tickets.tickets)) if told else {}
    waits = (
        _times(priority, [timed[each.ticket_id] for each in tickets.tickets if (each.priority or "") == priority])
        for priority in priorities
    )
    ranked = sorted(waits, key=lambda each: (each.priority == "", -each.count, each.priority))
    return tickets.model_copy(update={"timings": timings, "priorities": tuple(ranked)})


HOURS_TO: dict[Milestone, str] = {"first_answer": "hours_to_first_answer", "solution": "hours_to_solution"}
"""Where a ticket's timing holds its hours."""


def _times(priority: str, timed: list[dict[str, Decimal | None]]) -> PriorityTimes:
    answered, solved = (_known(each[name] for each in timed) for name in HOURS_TO.values())
    return PriorityTimes(
        priority=priority,
        count=len(timed),
        answered=len(answered),
        solved=len(solved),
        median_first_answer=_median(answered),
        median_solution=_median(solved),
    )


def _known(hours: Iterable[Decimal | None]) -> list[Decimal]:
    return [each for each in hours if each is not None]


def _median(hours: list[Decimal]) -> Decimal | None:
    """The middle one, or the mean of both in the middle, to nine decimals."""
    return rounded_quotient(median(hours), 1) if hours else None
