"""Tickets of a period: counted, crossed, and how long each was or has been open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Literal, TypeVar

from service_reports.contracts import BOGOTA, Contract, Warranty
from service_reports.figures.attention import HOURS_TO
from service_reports.figures.chapter import Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.free_texts import Detail
from service_reports.figures.model import (
    CountRow,
    CountTable,
    CrossRow,
    CrossTable,
    EarlierTickets,
    PeriodFigures,
    TicketFigures,
    TicketTiming,
)
from service_reports.figures.rounding import percentage
from service_reports.masking.personal_data import masked
from service_reports.records import EarlierTicket, Ticket, TicketState
from service_reports.sources.help_desk.tickets_suite import STATUSES, categories

Dimension = Literal["status", "product", "module", "process", "subprocess"]
DIMENSIONS: tuple[Dimension, ...] = ("status", "product", "module", "process", "subprocess")
TicketType = TypeVar("TicketType", bound=Ticket)

SUPPORT_ROWS = "core.ticket, service support, registered in the period"
WARRANTY_ROWS = "core.ticket, service warranty, registered in the warranty or undated"


def known_categories(contract: Contract) -> dict[str, tuple[str, ...]]:
    """The right spelling of the categories that are known, along each dimension; those of the contract first."""
    first: dict[str, tuple[str, ...]] = {
        "product": tuple(product.code for product in contract.products),
        "status": STATUSES,
        "priority": tuple(each for level in contract.service_levels for each in level.priorities),
    }
    return {each: first.get(each, ()) + categories(each) for each in (*DIMENSIONS, "priority")}


def ticket_figures(tickets: Sequence[Ticket]) -> TicketFigures:
    """The tickets, newest first (undated last), and their count along each of the five dimensions."""
    dated = sorted(
        tickets,
        key=lambda ticket: (ticket.registered_on or date.min, ticket.ticket_id),
        reverse=True,
    )
    return TicketFigures(
        tickets=tuple(dated),
        tables=tuple(_count_table(dimension, tickets) for dimension in DIMENSIONS),
        cross=_cross_table("module", "status", tickets),
    )


def known_at(states: Iterable[TicketState], moment: datetime) -> tuple[TicketState, ...]:
    """The stretches of each ticket that had begun at a moment (aware); the first one, where none had.

    What is read later changes nothing of it: a report says what was true when it was due.
    """
    begun: dict[str, list[TicketState]] = {}
    for state in sorted(states, key=lambda state: (state.ticket_id, state.first_seen_at)):
        known = begun.setdefault(state.ticket_id, [])
        if not known or state.first_seen_at <= moment:
            known.append(state)
    return tuple(state for known in begun.values() for state in known)


def in_last_state(tickets: Iterable[Ticket], states: Iterable[TicketState]) -> tuple[Ticket, ...]:
    """The tickets as now, each in the last of these states of its own, where it has one."""
    last = {state.ticket_id: state.status for state in sorted(states, key=lambda state: state.first_seen_at)}
    return tuple(ticket.model_copy(update={"status": last.get(ticket.ticket_id, ticket.status)}) for ticket in tickets)


def timed(tickets: TicketFigures, states: Iterable[TicketState], cut_off: date) -> TicketFigures:
    """The same tickets with how old the open ones are at the end of a Bogotá day, and how long the others took.

    ``states`` is what the history holds of them.
    """
    seen: dict[str, list[TicketState]] = {}
    for state in states:
        seen.setdefault(state.ticket_id, []).append(state)
    timings = (_timing(ticket, seen.get(ticket.ticket_id, ()), cut_off) for ticket in tickets.tickets)
    return tickets.model_copy(update={"timings": tuple(timings)})


def with_days(tickets: TicketFigures, days: Iterable[date], unread: Collection[date]) -> TicketFigures:
    """The same tickets with the days (Bogotá) of which an export tells that none was registered.

    Of the ``unread`` ones no export tells that was made after their end.
    """
    days = tuple(days)
    known = [day for day in days if day not in unread]
    registered = {ticket.registered_on for ticket in tickets.tickets}
    return tickets.model_copy(
        update={
            "days_without": tuple(day for day in known if day not in registered),
            "days_not_exported": tuple(day for day in days if day in unread),
        }
    )


def left_open(tickets: Iterable[EarlierTicket], cut_off: date, unread: Iterable[date] = ()) -> EarlierTickets:
    """Requests from before a period with their age at the end of a Bogotá day, oldest first.

    ``unread`` are the days before the period of which it is not known whether others are left.
    """
    ordered = sorted(tickets, key=lambda ticket: (ticket.registered_on, ticket.ticket_id))
    ages = tuple((cut_off - ticket.registered_on).days for ticket in ordered)
    return EarlierTickets(tickets=tuple(ordered), age_days=ages, days_unread=tuple(sorted(unread)))


def under_warranty(tickets: Iterable[Ticket], warranty: Warranty | None) -> tuple[list[Ticket], tuple[str, ...]]:
    """The warranty tickets registered on the warranty's days or without a day, and the numbers of the others."""
    listed: list[Ticket] = []
    left_out: list[str] = []
    for ticket in tickets:
        day = ticket.registered_on
        if warranty is not None and (day is None or warranty.valid_from <= day <= warranty.valid_to):
            listed.append(ticket)
        else:
            left_out.append(ticket.ticket_id)
    return listed, tuple(sorted(left_out))


def closed_on(states: Sequence[TicketState]) -> date | None:
    """The Bogotá day of the reading that first found a ticket finished, where an earlier one found it open.

    A ticket that was opened again counts from its last closing; one that is open has none.
    """
    ordered = sorted(states, key=lambda state: state.first_seen_at)
    runs = [(finished, list(run)) for finished, run in groupby(ordered, key=lambda state: state.finished)]
    if len(runs) < 2 or not runs[-1][0]:  # noqa: PLR2004 (an open stretch, then a finished one)
        return None
    return runs[-1][1][0].first_seen_at.astimezone(BOGOTA).date()


def printable(tickets: Iterable[TicketType], detail: Detail, known: Collection[str] = ()) -> tuple[TicketType, ...]:
    """The tickets with as much of what people wrote as a contract lets out: nothing, masked, or all of it."""
    tickets = tuple(tickets)
    if detail == "full":
        return tickets
    known = {ticket.ticket_id for ticket in tickets} | set(known)
    return tuple(
        ticket.model_copy(
            update={
                **{dimension: masked(getattr(ticket, dimension), known, classified=True) for dimension in DIMENSIONS},
                "priority": masked(ticket.priority, known, classified=True) if ticket.priority else ticket.priority,
                "summary": masked(ticket.summary, known) if ticket.summary and detail == "masked" else None,
            }
        )
        for ticket in tickets
    )


def _timing(ticket: Ticket, states: Sequence[TicketState], cut_off: date) -> TicketTiming:
    registered = ticket.registered_on
    if not ticket.finished:
        return TicketTiming(ticket_id=ticket.ticket_id, age_days=registered and (cut_off - registered).days)
    closed = closed_on(states)
    return TicketTiming(
        ticket_id=ticket.ticket_id, closed_on=closed, days_to_close=closed and registered and (closed - registered).days
    )


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _count_table(dimension: Dimension, tickets: Sequence[Ticket]) -> CountTable:
    ranked = _ranked(Counter(str(getattr(ticket, dimension)) for ticket in tickets))
    rows = tuple(CountRow(value=value, count=count) for value, count in ranked)
    return CountTable(dimension=dimension, rows=rows, total=len(tickets))


def _cross_table(dimension: Dimension, across: Dimension, tickets: Sequence[Ticket]) -> CrossTable | None:
    """``None`` where one of the dimensions has a single category: the other's counts tell it all."""
    pairs = Counter((str(getattr(ticket, dimension)), str(getattr(ticket, across))) for ticket in tickets)
    columns = tuple(value for value, _ in _ranked(Counter(str(getattr(ticket, across)) for ticket in tickets)))
    if min(len(columns), len({value for value, _ in pairs})) <= 1:
        return None
    return CrossTable(
        dimension=dimension,
        across=across,
        columns=columns,
        rows=tuple(
            CrossRow(value=value, counts=tuple(pairs[value, column] for column in columns), total=total)
            for value, total in _ranked(Counter(str(getattr(ticket, dimension)) for ticket in tickets))
        ),
        totals=tuple(sum(pairs[pair] for pair in pairs if pair[1] == column) for column in columns),
        total=len(tickets),
    )


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    yield from of_service("support", figures.support, make.within(tickets=SUPPORT_ROWS))
    yield from of_priorities(figures.support, make.within(tickets=SUPPORT_ROWS))
    yield make("tickets.days_without", len(figures.support.days_without))
    yield make("tickets.days_not_exported", len(figures.support.days_not_exported))
    if figures.earlier is not None:
        yield make("tickets.earlier.open", len(figures.earlier.tickets))
        for ticket, age in zip(figures.earlier.tickets, figures.earlier.age_days, strict=True):
            yield make("tickets.earlier.age", age, ticket=ticket.ticket_id)
    yield from of_service("warranty", figures.warranty, make.within(tickets=WARRANTY_ROWS))
    if figures.warranty.left_out:
        yield make("tickets.warranty.left_out", len(figures.warranty.left_out))


def of_service(service: str, tickets: TicketFigures, make: Maker) -> Iterator[Figure]:
    """The numbers of the tickets of one service; ``make`` knows the ``tickets`` that they are counted from."""
    yield make("tickets.total", tickets.total, service=service)
    for table in tickets.tables:
        for row in table.rows:
            about = {"service": service, "dimension": table.dimension, "category": row.value}
            yield make("tickets.category", row.count, **about)
            yield make("tickets.category.percent", percentage(row.count, tickets.total), **about)
    yield make("tickets.open", len(tickets.open_tickets), service=service)
    if tickets.cross is not None:
        for cross in tickets.cross.rows:
            for status, count in zip(tickets.cross.columns, cross.counts, strict=True):
                yield make("tickets.crossed", count, service=service, module=cross.value, status=status)
    for timing in tickets.timings:
        yield from make.some("tickets.age", timing.age_days, service=service, ticket=timing.ticket_id)
        yield from make.some("tickets.days_to_close", timing.days_to_close, service=service, ticket=timing.ticket_id)
        for milestone, name in HOURS_TO.items():
            about = {"service": service, "milestone": milestone, "ticket": timing.ticket_id}
            yield from make.some("tickets.hours_to", getattr(timing, name), **about)


def of_priorities(tickets: TicketFigures, make: Maker) -> Iterator[Figure]:
    """The numbers of the tickets of each priority: how many, how many were answered and solved, and how soon."""
    for each in tickets.priorities:
        yield make("tickets.priority", each.count, priority=each.priority)
        for milestone, count, middle in (
            ("first_answer", each.answered, each.median_first_answer),
            ("solution", each.solved, each.median_solution),
        ):
            about = {"milestone": milestone, "priority": each.priority}
            yield make("tickets.priority.reached", count, **about)
            yield from make.some("tickets.priority.median", middle, **about)


CHAPTER = Chapter(
    name="tickets",
    place=20,
    numbers=numbers,
    report="management_report",
    sources=("tickets",),
    kinds={"tickets": "tickets", "review_tickets": "tickets"},
    leads_to={"tickets.ageing": "review_tickets"},
)
