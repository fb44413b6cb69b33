"""The hour bank as a ledger: opening + credits − debits = closing for every state, with the movements behind it.

Every close recomputes it from the first entry on. The help desk dates only what is finished; of
the rest nothing is known but its state today, and what the report before printed of it. So an
undated state is taken to be as it was issued, and what differs today to be a movement of the
period, without a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, cast

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.catalogue import known
from service_reports.figures.free_texts import label
from service_reports.figures.hour_states import CONSUMED, state_at
from service_reports.figures.model import (
    BankState,
    ChargedState,
    ChargeInIssuedPeriod,
    HourBankLedger,
    HourBankLine,
    HourMovement,
    OpeningDifference,
    PeriodFigures,
)
from service_reports.records import HourBankEntry, IssuedFigure
from service_reports.sources.exports.cells import plain

STATES: tuple[BankState, ...] = ("contracted", "available", "committed", "in_execution", "consumed")
CHARGED: tuple[ChargedState, ...] = ("in_execution", "committed", "consumed")
"""Where hours may be that are not available; one that moves on leaves them in this order."""
ZERO = Decimal(0)
Hours = Mapping[ChargedState, Decimal]


class Credit(NamedTuple):
    """Hours that the contract gives, from a day on; ``act`` is empty for the contract itself."""

    on: date
    act: str
    hours: Decimal


class IssuedBank(NamedTuple):
    """The bank as the newest version of an earlier report printed it, at the end of ``closed_on``.

    ``requests`` has the hours of each request by state; ``None`` in reports that did not list them.
    """

    report: ReportPeriod
    version: int
    totals: Mapping[BankState, Decimal]
    requests: Mapping[str, Hours] | None

    @property
    def closed_on(self) -> date:
        """The last day of its period."""
        return self.report.period_to


def credits_of(contract: Contract) -> tuple[Credit, ...]:
    """The contracted hours at the contract's start, and what amendments added, oldest first."""
    bank = contract.hour_bank
    added = sorted(Credit(each.on, each.act, each.hours) for each in bank.additions)
    return (Credit(contract.valid_from, "", bank.contracted_hours), *added)


def credited(credits: Iterable[Credit], day: date) -> Decimal:
    """The hours that the contract had given by the end of a day."""
    return sum((credit.hours for credit in credits if credit.on <= day), ZERO)


def contracted_hours(contract: Contract, figures: PeriodFigures) -> Decimal:
    """The hours that the contract had given by the period's end, whether the bank was read or not."""
    if figures.hour_bank is not None:
        return figures.hour_bank.contracted
    return credited(credits_of(contract), figures.period_to)


def issued_banks(contract: Contract, report: ReportPeriod, figures: Sequence[IssuedFigure]) -> list[IssuedBank]:
    """The bank as each earlier report that was registered printed it, oldest first."""
    found = []
    for earlier in sorted(contract.reports, key=lambda each: each.period_to):
        printed = [figure for figure in figures if figure.report_number == earlier.number]
        if not printed or earlier.period_to >= report.period_from:
            continue
        totals: dict[BankState, Decimal] = {}
        requests: dict[str, dict[ChargedState, Decimal]] = {}
        listed = False
        for figure in printed:
            of, about = known(figure.figure_id) or (None, {})
            match of and of.name:
                case "hour_bank.balance":
                    totals[cast("BankState", about["state"])] = figure.value
                case "hour_bank.request":
                    hours = requests.setdefault(about["request"], dict.fromkeys(CHARGED, ZERO))
                    hours[cast("ChargedState", about["charged"])] = figure.value
                case "hour_bank.opening":
                    listed = True
        found.append(IssuedBank(earlier, printed[0].version, totals, requests if listed else None))
    return found


class Request:
    """All entries of one request, and what the report before printed of it."""

    def __init__(self, name: str, entries: Sequence[HourBankEntry], issued: Hours, start: date) -> None:
        self.name = name
        self.entries = entries
        self.issued = dict.fromkeys(CHARGED, ZERO) | dict(issued)
        self.start = start

    def charged_on(self, entry: HourBankEntry) -> date | None:
        """The day an entry takes its hours, never before the contract's; ``None`` where nobody dated it."""
        finished = entry.status in CONSUMED and entry.production_date is not None
        return max(entry.production_date, self.start) if finished and entry.production_date else None

    def dated(self, after: date, by: date) -> list[tuple[date, Decimal]]:
        """Day and hours of the entries that were finished in some days, oldest first."""
        days = ((self.charged_on(entry), entry.estimated_hours) for entry in self.entries)
        return sorted((day, hours) for day, hours in days if day is not None and after < day <= by)

    def opening(self, day: date) -> Hours:
        """Its hours at the end of a day: what is dated by its date, the rest as it was issued."""
        finished = sum((hours for _, hours in self.dated(date.min, day)), ZERO)
        undated = any(self.charged_on(entry) is None for entry in self.entries)
        # What turned out to be finished by then was not in execution, nor committed, any more.
        late = max(finished - self.issued["consumed"], ZERO)
        executing = max(self.issued["in_execution"] - late, ZERO)
        late -= self.issued["in_execution"] - executing
        return {
            "in_execution": executing,
            "committed": max(self.issued["committed"] - late, ZERO),
            "consumed": max(finished, self.issued["consumed"]) if undated else finished,
        }

    def closing(self, day: date) -> Hours:
        """Its hours at the end of a day as the report of that day prints them."""
        hours = dict.fromkeys(CHARGED, ZERO)
        for entry in self.entries:
            hours[state_at(entry, day)] += entry.estimated_hours
        return hours

    def steps(self, before: date, by: date) -> Iterator[tuple[date | None, BankState, BankState, Decimal]]:
        """Its movements after one day, to the end of another: day, from, to, hours."""
        opening, closing = self.opening(before), self.closing(by)
        dated = self.dated(before, by)
        change = {state: closing[state] - opening[state] for state in CHARGED}
        change["consumed"] -= sum((hours for _, hours in dated), ZERO)
        left = {state: -change[state] for state in CHARGED if change[state] < 0}
        came = [(None, state, change[state]) for state in reversed(CHARGED) if change[state] > 0]
        for day, state, hours in (*((day, "consumed", hours) for day, hours in dated), *came):
            wanted = hours
            for source in left:
                taken = min(wanted, left[source])
                if taken:
                    yield day, source, state, taken
                left[source] -= taken
                wanted -= taken
            if wanted:
                yield day, "available", state, wanted
        for source, hours in left.items():
            if hours:
                yield None, source, "available", hours


def requests_of(entries: Iterable[HourBankEntry], issued: Mapping[str, Hours] | None, start: date) -> list[Request]:
    """Entries of the same words are one request, and what was printed of a request that is gone is one too."""
    named: dict[str, list[HourBankEntry]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    printed: dict[str, Hours] = {}
    for entry in entries:
        named[plain(label(entry.request))].append(entry)
        names[plain(label(entry.request))].add(" ".join(entry.request.split()))
    for name, hours in (issued or {}).items():
        printed[plain(name)] = hours
        if plain(name) not in named:
            names[plain(name)].add(name)
    return [Request(min(names[key]), named.get(key, []), printed.get(key, {}), start) for key in sorted(names)]


def hour_bank_ledger(
    entries: Sequence[HourBankEntry],
    credits: Sequence[Credit],
    report: ReportPeriod,
    issued: Sequence[IssuedBank] = (),
    change_codes: Mapping[str, str] | None = None,
) -> HourBankLedger:
    """The ledger of a period, after what earlier reports printed (``issued``, oldest first).

    ``change_codes`` are codes of change controls by the plain words of their request. The order
    of the entries changes nothing.

    Raises:
        UnknownStatus: an entry has a status that belongs to no group.
    """
    before, by = report.period_from - timedelta(days=1), report.period_to
    start = min(credit.on for credit in credits)
    last = issued[-1] if issued else None
    requests = requests_of(entries, last and last.requests, start)
    opening = _balances(requests, credits, before)
    movements = _movements(requests, credits, before, by, opening["available"], change_codes or {})
    lines = []
    for state in STATES:
        gained = sum((each.hours for each in movements if each.target == state), ZERO)
        if state == "contracted":
            gained = sum((each.hours for each in movements if each.source is None), ZERO)
        lost = sum((each.hours for each in movements if each.source == state), ZERO)
        lines.append(
            HourBankLine(
                state=state, opening=opening[state], credits=gained, debits=lost, closing=opening[state] + gained - lost
            )
        )
    return HourBankLedger(
        lines=tuple(lines),
        movements=tuple(movements),
        opening_differences=tuple(_differences(requests, credits, last)) if last else (),
        in_issued_periods=tuple(_in_issued_periods(requests, issued)),
    )


def _balances(requests: Iterable[Request], credits: Iterable[Credit], day: date) -> dict[BankState, Decimal]:
    contracted = credited(credits, day)
    balances: dict[BankState, Decimal] = dict.fromkeys(STATES, ZERO)
    for request in requests:
        for state, hours in request.opening(day).items():
            balances[state] += hours
    available = contracted - sum(balances.values(), ZERO)
    return {**balances, "contracted": contracted, "available": available}


def _movements(
    requests: Iterable[Request],
    credits: Iterable[Credit],
    before: date,
    by: date,
    available: Decimal,
    change_codes: Mapping[str, str],
) -> list[HourMovement]:
    """The movements of some days, oldest first and undated ones last, with what is available after each."""
    found = [
        HourMovement(on=credit.on, subject=credit.act, hours=credit.hours, source=None, target="available")
        for credit in credits
        if before < credit.on <= by
    ]
    for request in requests:
        code = change_codes.get(plain(request.name))
        found += [
            HourMovement(on=on, subject=request.name, change_code=code, hours=hours, source=source, target=target)
            for on, source, target, hours in request.steps(before, by)
        ]
    found.sort(key=lambda each: (each.on or date.max, each.source is not None, each.subject))
    balanced = []
    for each in found:
        available += each.hours * ((each.target == "available") - (each.source == "available"))
        balanced.append(each.model_copy(update={"balance": available}))
    return balanced


def _differences(
    requests: Sequence[Request], credits: Sequence[Credit], last: IssuedBank
) -> Iterator[OpeningDifference]:
    """What the report before printed as its closing, against the same day computed anew."""
    again = _balances(requests, credits, last.closed_on)
    compared: Collection[BankState] = STATES if last.requests is not None else ("contracted", "consumed")
    for state in STATES:
        if state in compared and state in last.totals and last.totals[state] != again[state]:
            yield OpeningDifference(
                state=state,
                report=last.report.number,
                version=last.version,
                issued=last.totals[state],
                computed=again[state],
            )


def _in_issued_periods(requests: Iterable[Request], issued: Sequence[IssuedBank]) -> Iterator[ChargeInIssuedPeriod]:
    """Hours whose date lies in the period of an issued report, and that the newest issued closing did not have.

    Of several entries of one request the youngest are taken to be the new ones.
    """
    last = issued[-1] if issued else None
    if last is None or last.requests is None:
        return
    for request in requests:
        dated = request.dated(date.min, last.closed_on)
        lacking = sum((hours for _, hours in dated), ZERO) - request.issued["consumed"]
        for day, hours in reversed(dated):
            told = min(hours, lacking)
            lacking -= told
            for bank in issued:
                if told > 0 and bank.report.period_from <= day <= bank.closed_on:
                    yield ChargeInIssuedPeriod(
                        request=request.name, on=day, hours=told, report=bank.report.number, version=bank.version
                    )
