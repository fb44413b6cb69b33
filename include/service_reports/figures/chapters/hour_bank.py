"""The hour bank at the cut-off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal

from service_reports.contracts import Contract
from service_reports.figures.deliveries import delivered, delivered_hours
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.free_texts import Detail, label, request_name
from service_reports.figures.hour_ledger import requests_of
from service_reports.figures.hour_states import state_at
from service_reports.figures.model import ChargedState, HourBankFigures, HourBankLedger, HourMovement, PeriodFigures
from service_reports.figures.rounding import whole_percentages
from service_reports.sources.records import HourBankEntry


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
    # An overdrawn bank has nothing available; the shares are then those of what was used.
    shares = whole_percentages([*hours.values(), max(available, Decimal(0))])
    return HourBankFigures(
        contracted=contracted,
        **hours,
        available=available,
        percent_consumed=shares[0],
        percent_in_execution=shares[1],
        percent_committed=shares[2],
        percent_available=shares[3],
        entries=tuple(entries),
    )


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id; none where the bank was not read after the period's end."""
    if figures.hour_bank is not None and figures.hour_bank.ledger is not None:
        first, last = figures.period_from, figures.period_to
        yield from bank_numbers(figures.hour_bank, figures.hour_bank.ledger, contract.valid_from, first, last, make)


def bank_numbers(
    bank: HourBankFigures, ledger: HourBankLedger, start: date, first: date, last: date, make: Maker
) -> Iterator[Figure]:
    """The numbers of a bank from ``first`` to ``last``; ``start`` is the contract's first day."""
    for state in ("contracted", "consumed", "in_execution", "committed", "available"):
        yield make("hour_bank.balance", getattr(bank, state), state=state)
    for state in ("consumed", "in_execution", "committed", "available"):
        yield make("hour_bank.percent", getattr(bank, f"percent_{state}"), state=state)
    for line in ledger.lines:
        for name in ("opening", "credits", "debits"):
            yield make(f"hour_bank.{name}", getattr(line, name), state=line.state)
    for move, about in moved(ledger):
        yield make("hour_bank.movement", move.hours, **about)
        yield make("hour_bank.movement.available", move.balance, **about)
    for request in requests_of(bank.entries, None, start):
        for charged, hours in request.closing(last).items():
            if hours:
                yield make("hour_bank.request", hours, charged=charged, request=label(request.name))
    made = delivered(bank.entries, first, last)
    yield make("hour_bank.deliveries", len(made))
    yield make("hour_bank.delivered", delivered_hours(made))


def moved(ledger: HourBankLedger) -> Iterator[tuple[HourMovement, dict[str, str]]]:
    """The movements with what their ids tell apart; of several alike, all but the first are numbered."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for move in ledger.movements:
        key = (str(move.on or "undated"), label(move.subject), f"{move.source or 'contracted'}-{move.target}")
        seen[key] += 1
        number = f" ({seen[key]})" if seen[key] > 1 else ""
        yield move, {"moved_on": key[0], "request": key[1], "moved": key[2] + number}
