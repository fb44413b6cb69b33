"""Tickets of a period, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Literal

from service_reports.figures.model import CountRow, CountTable, TicketFigures
from service_reports.figures.rounding import whole_percentages
from service_reports.sources.records import Ticket

Dimension = Literal["status", "product", "module", "process", "subprocess"]
DIMENSIONS: tuple[Dimension, ...] = ("status", "product", "module", "process", "subprocess")


def ticket_figures(tickets: Sequence[Ticket]) -> TicketFigures:
    """The tickets, newest first (undated last), and their count along each of the five dimensions."""
    dated = sorted(
        tickets,
        key=lambda ticket: (ticket.registered_on or date.min, ticket.ticket_id),
        reverse=True,
    )
    return TicketFigures(
        tickets=tuple(dated), tables=tuple(_count_table(dimension, tickets) for dimension in DIMENSIONS)
    )


def _count_table(dimension: Dimension, tickets: Sequence[Ticket]) -> CountTable:
    counts = Counter(str(getattr(ticket, dimension)) for ticket in tickets)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    percentages = whole_percentages([count for _, count in ranked])
    return CountTable(
        dimension=dimension,
        rows=tuple(
            CountRow(value=value, count=count, percent=percent)
            for (value, count), percent in zip(ranked, percentages, strict=True)
        ),
        total=len(tickets),
    )
