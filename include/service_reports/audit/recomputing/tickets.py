"""Requests at the help desk: counted, crossed, aged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import quotient, share
from service_reports.audit.recomputing.attention import REACHED, Waiting
from service_reports.audit.recomputing.metrics import Values
from service_reports.audit.rows import Row, Rows, days_apart, instant

FINISHED = "Terminado"
DIMENSIONS = ("status", "product", "module", "process", "subprocess")
BOGOTA = timedelta(hours=-5)
"""Of UTC, all the year."""
HOUR = 3_600_000_000
"""In microseconds."""
AGES: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 15), (16, 30), (31, None))


def listed(rows: Rows, kind: str) -> list[Row]:
    """The requests that a report lists as of one kind."""
    return [row for row in rows.of("tickets.csv") if row["listed"] == kind]


def ticket_values(rows: Rows) -> Values:
    """Every figure of requests by its id."""
    last = rows.period["last"]
    for service in ("support", "warranty"):
        yield from _of_service(rows, service)
    unread = rows.unread("tickets")
    registered = {row["registered_on"] for row in listed(rows, "support")}
    yield "tickets.support.days_without", sum(day not in unread and day not in registered for day in rows.days)
    yield "tickets.support.days_not_exported", sum(day in unread for day in rows.days)
    earlier = listed(rows, "earlier")
    yield "tickets.earlier.open", len(earlier)
    for row in earlier:
        yield f"tickets.earlier.age/{row['ticket']}", days_apart(row["registered_on"], last)
    yield "tickets.warranty.left_out", len(listed(rows, "left_out"))
    yield from _summary(rows, last)


def _of_service(rows: Rows, service: str) -> Values:
    of = listed(rows, service)
    about = f"tickets.{service}"
    yield f"{about}.total", len(of)
    yield f"{about}.open", sum(row["status"] != FINISHED for row in of)
    for dimension in DIMENSIONS:
        for category, count in Counter(row[dimension] for row in of).items():
            yield f"{about}.{dimension}/{category}", count
            yield f"{about}.{dimension}.percent/{category}", share(count, len(of))
    crossed = Counter((row["module"], row["status"]) for row in of)
    for module in {row["module"] for row in of}:
        for status in {row["status"] for row in of}:
            yield f"{about}.module_status/{module}/{status}", crossed[module, status]
    for each in timings(rows, service):
        if each.age is not None:
            yield f"{about}.age/{each.ticket}", each.age
        if each.to_close is not None:
            yield f"{about}.days_to_close/{each.ticket}", each.to_close
    if service == "support":
        yield from _attended(rows, of)


def _attended(rows: Rows, requests: Sequence[Row]) -> Values:
    """How soon requests were answered and solved, one by one and in the middle of those of each priority."""
    waiting = Waiting(rows)
    told = {row["ticket"]: waiting.told(row["ticket"]) for row in requests}
    if not any(name in each["told"].split() for each in told.values() for name in REACHED.values()):
        return
    for priority in {each["priority"] for each in told.values()}:
        of = [row for row in requests if told[row["ticket"]]["priority"] == priority]
        end = f"/{priority}" if priority else ""
        yield f"tickets.support.priority{end}", len(of)
        for milestone in REACHED:
            hours = []
            for row in of:
                if span := waiting.span(row, milestone):
                    hours.append(quotient(waiting.length(*span, served=False), HOUR))
                    yield f"tickets.support.hours_to_{milestone}/{row['ticket']}", hours[-1]
            yield f"tickets.support.{milestone}{end}", len(hours)
            if hours:
                hours.sort()
                middle = (hours[(len(hours) - 1) // 2] + hours[len(hours) // 2]) / 2
                yield f"tickets.support.median_hours_to_{milestone}{end}", quotient(middle, 1)


class DayCount(NamedTuple):
    """The days of one request: its age while it is open, else how long it took; ``None`` where that is not known."""

    ticket: str
    age: int | None
    to_close: int | None


def timings(rows: Rows, service: str) -> list[DayCount]:
    """The days of every request of a service."""
    readings: dict[str, list[Row]] = {}
    for row in rows.of("ticket_states.csv"):
        readings.setdefault(row["ticket"], []).append(row)
    found = []
    for row in listed(rows, service):
        registered, age, took = row["registered_on"], None, None
        if registered and row["status"] != FINISHED:
            age = days_apart(registered, rows.period["last"])
        elif registered and (closed := closed_on(readings.get(row["ticket"], ()))):
            took = days_apart(registered, closed)
        found.append(DayCount(row["ticket"], age, took))
    return found


def closed_on(readings: Sequence[Row]) -> str:
    """The day (Bogotá) of the reading that found a request finished for the last time after one that found it open."""
    closed, open_before = "", False
    for row in sorted(readings, key=lambda each: instant(each["first_seen"])):
        if row["finished"] != "true":
            closed, open_before = "", True
        elif open_before and not closed:
            day: date = (instant(row["first_seen"]) + BOGOTA).date()
            closed = day.isoformat()
    return closed


def open_tickets(rows: Rows, *kinds: str) -> list[tuple[int, str, str]]:
    """Listed requests that are not finished: age in days, number, day of registration; oldest first."""
    last = rows.period["last"]
    found = [
        (days_apart(row["registered_on"], last), row["ticket"], row["registered_on"])
        for kind in kinds
        for row in listed(rows, kind)
        if row["status"] != FINISHED and row["registered_on"]
    ]
    return sorted(found, key=lambda each: (-each[0], each[1]))


def _summary(rows: Rows, last: str) -> Values:
    waiting = open_tickets(rows, "support")
    yield "summary.tickets.closed", sum(row["status"] == FINISHED for row in listed(rows, "support"))
    yield "summary.tickets.open", len(waiting)
    for least, most in AGES:
        ages = f"{least}-{'' if most is None else most}"
        count = sum(least <= age and (most is None or age <= most) for age, *_ in waiting)
        yield f"summary.tickets.age/{ages}", count
    if waiting:
        yield "summary.tickets.oldest_days", waiting[0][0]
