"""What was delivered with charge to the hour bank in a period: each delivery gets its act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from service_reports.figures.hour_states import CONSUMED
from service_reports.figures.model import ChangeControl, Frozen, PeriodFigures
from service_reports.records import HourBankEntry
from service_reports.sources.exports.cells import plain

LINKED = (
    *("requested_on", "approved_on", "specified_on", "ticket_id"),
    *("title", "deliverable", "evidence", "acceptance_criteria"),
)
"""What a delivery has of its change control, besides the code."""


class Delivery(Frozen):
    """A finished request of the hour bank that went into production in the period.

    ``position`` counts from 1 in the order of the acts; ``hours`` are those the help desk has,
    which are estimated ones. What records of the change control would add is ``None`` while
    there is none: its code, the days of request, approval and specification, the ticket, its title in print, what is
    delivered, where that can be seen and by what it is accepted; a text is empty where the contract lets none out.
    """

    position: int
    request: str
    production_date: date
    hours: Decimal
    status: str
    change_code: str | None = None
    requested_on: date | None = None
    approved_on: date | None = None
    specified_on: date | None = None
    ticket_id: str | None = None
    title: str | None = None
    deliverable: str | None = None
    evidence: str | None = None
    acceptance_criteria: str | None = None


def delivered(entries: Iterable[HourBankEntry], first: date, last: date) -> tuple[Delivery, ...]:
    """The finished entries that went into production from ``first`` to ``last``, oldest first.

    The order rests on what the entries say alone, so that the codes of the acts do too.
    """
    dated = [
        (entry.production_date, entry.request, entry.estimated_hours, entry.status)
        for entry in entries
        if entry.status in CONSUMED and entry.production_date is not None and first <= entry.production_date <= last
    ]
    return tuple(
        Delivery(position=position, production_date=day, request=request, hours=hours, status=status)
        for position, (day, request, hours, status) in enumerate(sorted(dated), start=1)
    )


def deliveries(figures: PeriodFigures) -> tuple[Delivery, ...]:
    """The deliveries of a report's period, in the order of their acts; none are known where the bank was not read."""
    if figures.hour_bank is None:
        return ()
    controls = {plain(control.request): control for control in figures.change_controls}
    made = delivered(figures.hour_bank.entries, figures.period_from, figures.period_to)
    return tuple(_linked(delivery, controls.get(plain(delivery.request))) for delivery in made)


def _linked(delivery: Delivery, control: ChangeControl | None) -> Delivery:
    """The delivery with what its change control records."""
    if control is None:
        return delivery
    links = {name: getattr(control, name) for name in LINKED}
    return delivery.model_copy(update={"change_code": control.code, **links})


def delivered_hours(delivered: Iterable[Delivery]) -> Decimal:
    """The hours of the bank that these deliveries take."""
    return sum((delivery.hours for delivery in delivered), Decimal(0))
