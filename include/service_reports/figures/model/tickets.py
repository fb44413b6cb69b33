"""Requests to the help desk."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, model_validator

from service_reports.figures.model.frozen import Frozen
from service_reports.records import EarlierTicket, Ticket


class CountRow(Frozen):
    """One category of a ticket table."""

    model_config = ConfigDict(extra="ignore")  # figures that were kept before hold a whole percentage

    value: str
    count: int


class CountTable(Frozen):
    """Tickets counted along one dimension, largest count first, then by name."""

    dimension: Literal["status", "product", "module", "process", "subprocess"]
    rows: tuple[CountRow, ...]
    total: int


class CrossRow(Frozen):
    """One category of a cross tabulation: its tickets by the categories of the other dimension, and together."""

    value: str
    counts: tuple[int, ...]
    total: int


class CrossTable(Frozen):
    """Tickets counted along two dimensions at once; both sums of it are the total, or there is no such table."""

    dimension: Literal["status", "product", "module", "process", "subprocess"]
    across: Literal["status", "product", "module", "process", "subprocess"]
    columns: tuple[str, ...]
    rows: tuple[CrossRow, ...]
    totals: tuple[int, ...]
    total: int

    @model_validator(mode="after")
    def _adds_up(self) -> CrossTable:
        by_column = tuple(sum(counts) for counts in zip(*(row.counts for row in self.rows), strict=True))
        if any(sum(row.counts) != row.total for row in self.rows) or by_column != self.totals:
            raise ValueError(f"{self.dimension} by {self.across}: rows or columns do not add up")
        if sum(self.totals) != self.total or sum(row.total for row in self.rows) != self.total:
            raise ValueError(f"{self.dimension} by {self.across}: the sums are not {self.total}")
        return self


class TicketTiming(Frozen):
    """The days of one ticket, in Bogotá: its age at the period's end while it is open, else how long it took.

    ``closed_on`` is the day of the reading that first found it finished; ``None`` where no
    earlier reading had found it open. The hours to its first answer and its solution are the clock's, all of them.
    """

    ticket_id: str
    age_days: int | None = None
    closed_on: date | None = None
    days_to_close: int | None = None
    hours_to_first_answer: Decimal | None = None
    hours_to_solution: Decimal | None = None


class PriorityTimes(Frozen):
    """The tickets of one priority, those whose hours to the first answer and the solution are known, and their medians.

    ``priority`` is the help desk's word, empty for those without one. A median is absent where nothing is known.
    """

    priority: str
    count: int
    answered: int
    solved: int
    median_first_answer: Decimal | None = None
    median_solution: Decimal | None = None


class TicketFigures(Frozen):
    """The tickets of one kind, their count tables (empty when there are none), and their days.

    ``days_without`` are days of the period on which none was registered, ``days_not_exported``
    those that had not ended when the help desk was last asked for them: of them nothing is known. ``left_out``
    are the numbers of warranty tickets that were registered outside the warranty's days. ``priorities`` are there
    where the help desk tells when requests are answered or solved.
    """

    tickets: tuple[Ticket, ...]
    tables: tuple[CountTable, ...]
    cross: CrossTable | None = None
    timings: tuple[TicketTiming, ...] = ()
    priorities: tuple[PriorityTimes, ...] = ()
    days_without: tuple[date, ...] = ()
    days_not_exported: tuple[date, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many tickets."""
        return len(self.tickets)

    @property
    def known(self) -> bool:
        """Whether something can be said of the period: there are tickets, or every day was read."""
        return bool(self.tickets) or not self.days_not_exported

    @property
    def open_tickets(self) -> tuple[Ticket, ...]:
        """Those that are not finished, oldest first; undated ones last."""
        waiting = [ticket for ticket in self.tickets if not ticket.finished]
        return tuple(sorted(waiting, key=lambda ticket: (ticket.registered_on or date.max, ticket.ticket_id)))

    @property
    def timing(self) -> dict[str, TicketTiming]:
        """The days of every ticket by its number; empty ones where none are known."""
        unknown = {ticket.ticket_id: TicketTiming(ticket_id=ticket.ticket_id) for ticket in self.tickets}
        return unknown | {timing.ticket_id: timing for timing in self.timings}


class EarlierTickets(Frozen):
    """The requests from before the period that were not finished at the cut-off, oldest first.

    ``age_days`` go with them, one by one: from registration to the period's last day, in Bogotá.
    ``days_unread`` are days of the contract before the period that were not read after their end.
    """

    tickets: tuple[EarlierTicket, ...] = ()
    age_days: tuple[int, ...] = ()
    days_unread: tuple[date, ...] = ()


class OpenTicket(Frozen):
    """A request of the period that was not finished; ``days`` is its age at the cut-off, in Bogotá's days."""

    ticket_id: str
    registered_on: date
    days: int


class AgeBand(Frozen):
    """How many open requests are ``least`` to ``most`` days old, both included (``None``: or more)."""

    least: int
    most: int | None
    count: int

    @property
    def name(self) -> str:
        """How the id of its figure tells it apart: ``8-15``, ``31-``."""
        return f"{self.least}-{'' if self.most is None else self.most}"
