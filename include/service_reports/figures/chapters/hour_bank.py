"""The hour bank at the cut-off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from service_reports.contracts import Contract
from service_reports.figures.chapter import Chapter
from service_reports.figures.deliveries import Delivery, delivered, delivered_hours
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.free_texts import Detail, label, request_name
from service_reports.figures.hour_ledger import requests_of
from service_reports.figures.hour_states import state_at
from service_reports.figures.model import (
    ChargedState,
    ChargeInIssuedPeriod,
    HourBankFigures,
    HourBankLedger,
    HourMovement,
    PeriodFigures,
)
from service_reports.figures.rounding import percentage
from service_reports.records import HourBankEntry

Row = TypeVar("Row")


def printable_entries(
    entries: Sequence[HourBankEntry], detail: Detail, known: Collection[str] = ()
) -> tuple[HourBankEntry, ...]:
    """The entries with as much of their words as the contract lets out."""
    return tuple(entry.model_copy(update={"request": request_name(entry.request, detail, known)}) for entry in entries)


def hour_bank_figures(entries: Sequence[HourBankEntry], contracted: Decimal, cut_off: date) -> HourBankFigures:
    """Hours consumed, in execution, committed and available at the end of a Bogotá day.

    Raises:
        UnknownStatus: an entry has a status that belongs to no group.
    """
    hours: dict[ChargedState, Decimal] = dict.fromkeys(("consumed", "in_execution", "committed"), Decimal(0))
    for entry in entries:
        hours[state_at(entry, cut_off)] += entry.estimated_hours
    available = contracted - sum(hours.values())
    return HourBankFigures(
        contracted=contracted,
        **hours,
        available=available,
        entries=tuple(entries),
    )


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id; none where the bank was not read after the period's end."""
    if (bank := figures.hour_bank) is not None:
        first, last = figures.period_from, figures.period_to
        yield from bank_numbers(bank, contract.valid_from, first, last, make)


def bank_numbers(bank: HourBankFigures, start: date, first: date, last: date, make: Maker) -> Iterator[Figure]:
    """The numbers of a bank from ``first`` to ``last``; ``start`` is the contract's first day."""
    for state in ("contracted", "consumed", "in_execution", "committed", "available"):
        yield make("hour_bank.balance", getattr(bank, state), state=state)
    for state in ("consumed", "in_execution", "committed", "available"):
        yield make("hour_bank.percent", percentage(getattr(bank, state), bank.contracted), state=state)
    if bank.ledger is not None:
        yield from _ledger_numbers(bank.ledger, make)
    for request in requests_of(bank.entries, None, start):
        for charged, hours in request.closing(last).items():
            if hours:
                yield make("hour_bank.request", hours, charged=charged, request=label(request.name))
    for entry, about in estimated(bank.entries):
        yield make("hour_bank.estimated", entry.estimated_hours, **about)
    if bank.entries:
        yield make("hour_bank.charged", sum((entry.estimated_hours for entry in bank.entries), Decimal(0)))
    made = delivered(bank.entries, first, last)
    yield make("hour_bank.deliveries", len(made))
    yield make("hour_bank.delivered", delivered_hours(made))


def _ledger_numbers(ledger: HourBankLedger, make: Maker) -> Iterator[Figure]:
    for line in ledger.lines:
        for name in ("opening", "credits", "debits"):
            yield make(f"hour_bank.{name}", getattr(line, name), state=line.state)
    for move, about in moved(ledger):
        yield make("hour_bank.movement", move.hours, **about)
        yield make("hour_bank.movement.available", move.balance, **about)
    for late, about in in_issued(ledger):
        yield make("hour_bank.in_issued", late.hours, **about)
    for each in ledger.opening_differences:
        about = {"state": each.state, "issued": each.report}
        yield make("hour_bank.difference.issued", each.issued, **about)
        yield make("hour_bank.difference.computed", each.computed, **about)
        yield make("hour_bank.difference.change", each.difference, **about)


def moved(ledger: HourBankLedger) -> Iterator[tuple[HourMovement, dict[str, str]]]:
    """The movements with what their ids tell apart; of several alike, all but the first are numbered."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for move in ledger.movements:
        key = (str(move.on or "undated"), label(move.subject), f"{move.source or 'contracted'}-{move.target}")
        seen[key] += 1
        number = f" ({seen[key]})" if seen[key] > 1 else ""
        yield move, {"moved_on": key[0], "request": key[1], "moved": key[2] + number}


def estimated(entries: Iterable[HourBankEntry]) -> Iterator[tuple[HourBankEntry, dict[str, str]]]:
    """The entries with what their ids tell apart: of several of the same words the second is ``2``, and so on."""
    return _counted(entries, lambda entry: entry.request)


def in_issued(ledger: HourBankLedger) -> Iterator[tuple[ChargeInIssuedPeriod, dict[str, str]]]:
    """The hours of periods already reported, with what their ids tell apart."""
    return _counted(ledger.in_issued_periods, lambda late: late.request)


def charge_of(delivery: Delivery, entries: Iterable[HourBankEntry]) -> dict[str, str]:
    """What the id of the entry that was delivered tells apart.

    Raises:
        StopIteration: no entry was delivered so.
    """
    made = (delivery.request, delivery.production_date, delivery.hours, delivery.status)
    return next(
        about
        for entry, about in estimated(entries)
        if (entry.request, entry.production_date, entry.estimated_hours, entry.status) == made
    )


def _counted(rows: Iterable[Row], request: Callable[[Row], str]) -> Iterator[tuple[Row, dict[str, str]]]:
    seen: Counter[str] = Counter()
    for row in rows:
        name = label(request(row))
        seen[name] += 1
        yield row, {"nth": str(seen[name]), "request": name}


CHAPTER = Chapter(
    name="hour_bank",
    place=30,
    numbers=numbers,
    report="management_report",
    sources=("hour_bank",),
    kinds=dict.fromkeys(("hour_bank", "agree_hours", "sign_acts"), "hour_bank"),
    leads_to={"hour_bank.overdrawn": "agree_hours"},
)
