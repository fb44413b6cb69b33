"""How long requests waited, from the moments that a report carries: on the clock, or in hours of service.

The hours of service up to a moment are counted from a fixed day on, and what lies between two moments is the
difference of both counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from service_reports.audit.rows import NotReadable, Row, Rows, instant

BOGOTA = timedelta(hours=-5)
"""Of UTC, all the year."""
DAY = 24 * 3600 * 1_000_000
"""Microseconds, as all lengths of time here."""
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REACHED = {"first_answer": "first_answered_at", "solution": "solved_at"}
FINISHED = "Terminado"


class Hours(NamedTuple):
    """The hours of service: on which weekdays (Monday is 0), from when to when, and the days without any."""

    days: frozenset[int]
    opens: int
    closes: int
    closed: Sequence[date]

    def before(self, moment: int) -> int:
        """How much of them lies between the first day of all and a moment, in Bogotá's microseconds since then."""
        day, clock = divmod(moment, DAY)
        weeks, rest = divmod(day - 1, 7)  # 0001-01-01, ordinal 1, was a Monday
        whole = weeks * len(self.days) + sum(each < rest for each in self.days)
        whole -= sum(each.toordinal() < day and each.weekday() in self.days for each in self.closed)
        today = date.fromordinal(day)
        served = today.weekday() in self.days and today not in self.closed
        return whole * (self.closes - self.opens) + served * max(0, min(clock, self.closes) - self.opens)


def service_hours(rows: Rows) -> Hours | None:
    """Those of the contract, where it has some."""
    told: Mapping[str, Any] | None = rows.period.get("service_hours")
    if told is None:
        return None
    closes = _of_day(told["closes"])
    return Hours(
        frozenset(map(NAMES.index, told["days"])),
        _of_day(told["opens"]),
        closes or DAY,
        [date.fromisoformat(each) for each in told["closed"]],
    )


def _of_day(clock: str) -> int:
    hour, minute, second = map(int, clock.split(":"))
    return ((hour * 60 + minute) * 60 + second) * 1_000_000


def _local(moment: datetime) -> int:
    """Bogotá's microseconds since the first day of all, whose ordinal is 1."""
    there = moment.replace(tzinfo=None) + BOGOTA
    return there.toordinal() * DAY + (there - datetime.combine(there.date(), datetime.min.time())) // MICROSECOND


MICROSECOND = timedelta(microseconds=1)


class Waiting:
    """The requests of a report with what it tells of their moments, as far as it was known when the report was due."""

    def __init__(self, rows: Rows) -> None:
        cut_off, read_at = rows.period["cut_off"], rows.period["read_at"].get("tickets")
        self.until = min(instant(each) for each in (cut_off, read_at) if each)
        self.hours = service_hours(rows)
        self._told = {row["ticket"]: row for row in rows.of("ticket_times.csv")}

    def told(self, ticket: str) -> Row:
        """What is told of a request; nothing where its help desk tells none of it."""
        return self._told.get(ticket, {"told": "", "priority": ""})

    def _moment(self, row: Row, column: str) -> datetime | None:
        at = instant(row[column]) if row.get(column) else None
        return at if at is None or column == "registered_at" or at <= self.until else None

    def _start(self, request: Row) -> datetime | None:
        at = self._moment(self.told(request["ticket"]), "registered_at")
        return at if at is not None and (at + BOGOTA).date().isoformat() == request["registered_on"] else None

    def span(self, request: Row, milestone: str) -> tuple[datetime, datetime] | None:
        """When a request came and when it was answered or solved; ``None`` where one of both cannot be relied on."""
        told = self.told(request["ticket"])
        start, end = self._start(request), self._moment(told, REACHED[milestone])
        solved = self._moment(told, "solved_at")
        if start is None or end is None or end < start or (milestone == "first_answer" and solved and solved < end):
            return None
        return start, end

    def length(self, start: datetime, end: datetime, *, served: bool) -> int:
        """Microseconds from one moment to another, of the clock or of service.

        Raises:
            NotReadable: hours of service are asked for, and the report does not carry them.
        """
        if not served:
            return _local(end) - _local(start)
        if self.hours is None:
            raise NotReadable("period.json no dice el horario de atención")
        return self.hours.before(_local(end)) - self.hours.before(_local(start))

    def outcome(self, request: Row, milestone: str, limit: int, *, served: bool) -> str:
        """How a request stands against its time, in microseconds."""
        if (span := self.span(request, milestone)) is not None:
            return "in_time" if self.length(*span, served=served) <= limit else "late"
        told, start = self.told(request["ticket"]), self._start(request)
        is_over = request["status"] == FINISHED or self._moment(told, "solved_at") is not None
        reached = self._moment(told, REACHED[milestone]) is not None
        if start is None or start > self.until or is_over or reached or REACHED[milestone] not in told["told"].split():
            return "unknown"
        return "late" if self.length(start, self.until, served=served) > limit else "waiting"
