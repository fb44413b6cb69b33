"""The hour bank as a ledger, from its requests, the hours that the contract gives, and what earlier reports printed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import ZERO, share
from service_reports.audit.recomputing.metrics import Values
from service_reports.audit.rows import NotReadable, Row, Rows, label, quantity

FINISHED = "Terminado"
STATES = ("contracted", "available", "committed", "in_execution", "consumed")
CHARGED = ("in_execution", "committed", "consumed")
OF_STATUS = {
    FINISHED: "consumed",
    "En ejecución": "in_execution",
    "Activo": "in_execution",
    "Programado": "committed",
    "Comprometido": "committed",
    "Aprobado": "committed",
}
Hours = dict[str, Decimal]


def words(text: str) -> str:
    """A text without case, accents and punctuation: requests of the same words are one."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"\w+", "".join(each for each in letters if not unicodedata.combining(each))))


class Issued(NamedTuple):
    """What the newest version of an earlier report printed: its period, and figures by id."""

    number: str
    first: str
    last: str
    values: Mapping[str, Decimal]

    @property
    def requests(self) -> dict[str, Hours] | None:
        """Hours by request and state; ``None`` of a report that did not list them."""
        if not any(each.startswith("hour_bank.opening.") for each in self.values):
            return None
        found: dict[str, Hours] = {}
        for name, value in self.values.items():
            of = re.fullmatch(rf"hour_bank\.({'|'.join(CHARGED)})/(.*)", name, re.DOTALL)
            if of:
                found.setdefault(of[2], dict.fromkeys(CHARGED, ZERO))[of[1]] = value
        return found


class Move(NamedTuple):
    """Hours that went from one state to another; ``on`` is empty where nobody dated it."""

    on: str
    subject: str
    hours: Decimal
    source: str
    target: str


@dataclass
class Request:
    """All entries of one request, and what the report before printed of it."""

    name: str
    entries: list[Row]
    start: str
    issued: Hours = field(default_factory=lambda: dict.fromkeys(CHARGED, ZERO))

    def dated(self, after: str, by: str) -> list[tuple[str, Decimal]]:
        """Day and hours of what was finished after a day and by another."""
        found = []
        for row in self.entries:
            day = self._day(row)
            if day and after < day <= by:
                found.append((day, quantity(row["hours"])))
        return sorted(found)

    def _day(self, row: Row) -> str:
        if row["status"] != FINISHED or not row["production_date"]:
            return ""
        return max(row["production_date"], self.start)

    def opening(self, day: str) -> Hours:
        """Its hours at a day's end: what is dated by its date, the rest as it was printed."""
        done = sum((hours for _, hours in self.dated("", day)), ZERO)
        undated = any(not self._day(row) for row in self.entries)
        rest = max(done - self.issued["consumed"], ZERO)
        executing = max(self.issued["in_execution"] - rest, ZERO)
        rest -= self.issued["in_execution"] - executing
        return {
            "in_execution": executing,
            "committed": max(self.issued["committed"] - rest, ZERO),
            "consumed": max(done, self.issued["consumed"]) if undated else done,
        }

    def closing(self, day: str) -> Hours:
        """Its hours at a day's end by the states of its entries."""
        hours = dict.fromkeys(CHARGED, ZERO)
        for row in self.entries:
            hours[state_at(row, day)] += quantity(row["hours"])
        return hours

    def moves(self, before: str, by: str) -> Iterator[Move]:
        """What moved after one day and by another."""
        opening, closing, dated = self.opening(before), self.closing(by), self.dated(before, by)
        change = {state: closing[state] - opening[state] for state in CHARGED}
        change["consumed"] -= sum((hours for _, hours in dated), ZERO)
        givers = {state: -change[state] for state in CHARGED if change[state] < 0}
        takers = [(day, "consumed", hours) for day, hours in dated]
        takers += [("", state, change[state]) for state in reversed(CHARGED) if change[state] > 0]
        for day, target, hours in takers:
            wanted = hours
            for source, left in list(givers.items()):
                taken = min(wanted, left)
                if taken:
                    yield Move(day, self.name, taken, source, target)
                givers[source] -= taken
                wanted -= taken
            if wanted:
                yield Move(day, self.name, wanted, "available", target)
        for source, left in givers.items():
            if left:
                yield Move("", self.name, left, source, "available")


def state_at(row: Row, day: str) -> str:
    """Where the hours of an entry are at a day's end."""
    if row["status"] not in OF_STATUS:
        raise NotReadable(f"la bolsa de horas tiene un estado que no se conoce: «{row['status'][:40]}»")
    late = row["status"] == FINISHED and row["production_date"] > day
    return "in_execution" if late else OF_STATUS[row["status"]]


def requests(entries: Sequence[Row], issued: Mapping[str, Hours] | None, start: str) -> list[Request]:
    """Requests by their words, also those that only an earlier report has."""
    of: dict[str, list[Row]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    for row in entries:
        key = words(label(row["request"]))
        of[key].append(row)
        names[key].add(" ".join(row["request"].split()))
    printed: dict[str, Hours] = {}
    for name, hours in (issued or {}).items():
        printed[words(name)] = hours
        if words(name) not in of:
            names[words(name)].add(name)
    found = []
    for key in sorted(names):
        request = Request(min(names[key]), of.get(key, []), start)
        request.issued = {**request.issued, **printed.get(key, {})}
        found.append(request)
    return found


class Bank(NamedTuple):
    """What is needed of the bank everywhere: its entries, the hours given, and where they are at the period's end."""

    entries: Sequence[Row]
    credits: Sequence[Row]
    contracted: Decimal
    closing: Hours
    start: str

    @property
    def available(self) -> Decimal:
        """What is left."""
        return self.contracted - sum(self.closing.values(), ZERO)


def bank(rows: Rows) -> Bank | None:
    """The bank; ``None`` where it was not read, or the contract has none."""
    credits = rows.of("hour_credits.csv")
    if not credits:
        return None
    last, entries = rows.period["last"], rows.of("hour_bank.csv")
    closing = dict.fromkeys(CHARGED, ZERO)
    for row in entries:
        closing[state_at(row, last)] += quantity(row["hours"])
    return Bank(entries, credits, given(credits, last), closing, min(row["on"] for row in credits))


def given(credits: Sequence[Row], day: str) -> Decimal:
    """The hours that the contract had given by a day's end."""
    return sum((quantity(row["hours"]) for row in credits if row["on"] <= day), ZERO)


def delivered(rows: Rows) -> list[Row]:
    """The finished requests that went into production in the period."""
    first, last = rows.period["first"], rows.period["last"]
    return [
        row
        for row in rows.of("hour_bank.csv")
        if row["status"] == FINISHED and row["production_date"] and first <= row["production_date"] <= last
    ]


def hour_values(rows: Rows) -> Values:
    """Every figure of the hour bank by its id."""
    held = bank(rows)
    if held is None:
        return
    last = rows.period["last"]
    balances = {**held.closing, "contracted": held.contracted, "available": held.available}
    for state, hours in balances.items():
        yield f"hour_bank.{state}", hours
        if state != "contracted":
            yield f"hour_bank.percent.{state}", share(hours, held.contracted)
    for request in requests(held.entries, None, rows.period["contract_first"]):
        for state, hours in request.closing(last).items():
            if hours:
                yield f"hour_bank.{state}/{label(request.name)}", hours
    seen: Counter[str] = Counter()
    for row in held.entries:
        name = label(row["request"])
        seen[name] += 1
        yield f"hour_bank.estimated/{seen[name]}/{name}", quantity(row["hours"])
    yield "hour_bank.charged", sum((quantity(row["hours"]) for row in held.entries), ZERO)
    made = delivered(rows)
    yield "hour_bank.deliveries", len(made)
    yield "hour_bank.delivered", sum((quantity(row["hours"]) for row in made), ZERO)
    yield from _ledger(rows, held)


def _issued(rows: Rows) -> list[Issued]:
    """The earlier reports that were issued, oldest first."""
    found = []
    for report in sorted(rows.period["reports"], key=lambda each: each["last"]):
        printed = {
            row["figure"]: quantity(row["value"])
            for row in rows.of("issued_hours.csv")
            if row["report"] == report["number"]
        }
        if printed and report["last"] < rows.period["first"]:
            found.append(Issued(report["number"], report["first"], report["last"], printed))
    return found


def _balances(of: Sequence[Request], credits: Sequence[Row], day: str) -> Hours:
    found = dict.fromkeys(CHARGED, ZERO)
    for request in of:
        for state, hours in request.opening(day).items():
            found[state] += hours
    contracted = given(credits, day)
    return {**found, "contracted": contracted, "available": contracted - sum(found.values(), ZERO)}


def _ledger(rows: Rows, held: Bank) -> Values:
    issued = _issued(rows)
    last = issued[-1] if issued else None
    of = requests(held.entries, last and last.requests, held.start)
    before = (date.fromisoformat(rows.period["first"]) - timedelta(days=1)).isoformat()
    by = rows.period["last"]
    opening = _balances(of, held.credits, before)
    moves = [
        Move(row["on"], row["act"], quantity(row["hours"]), "contracted", "available")
        for row in sorted(held.credits, key=lambda row: (row["on"], row["act"], quantity(row["hours"])))
        if before < row["on"] <= by
    ]
    for request in of:
        moves += request.moves(before, by)
    moves.sort(key=lambda move: (move.on or "9999-12-31", move.source != "contracted", move.subject))
    for state in STATES:
        came = sum((move.hours for move in moves if move.target == state), ZERO)
        went = sum((move.hours for move in moves if move.source == state), ZERO)
        if state == "contracted":
            came, went = went, ZERO
        yield f"hour_bank.opening.{state}", opening[state]
        yield f"hour_bank.credits.{state}", came
        yield f"hour_bank.debits.{state}", went
    seen: Counter[tuple[str, str, str]] = Counter()
    available = opening["available"]
    for move in moves:
        available += move.hours * ((move.target == "available") - (move.source == "available"))
        key = move.on or "undated", label(move.subject), f"{move.source}-{move.target}"
        seen[key] += 1
        number = f" ({seen[key]})" if seen[key] > 1 else ""
        about = "/".join(part for part in (key[0], key[1], f"{key[2]}{number}") if part)
        yield f"hour_bank.movement/{about}", move.hours
        yield f"hour_bank.movement_balance/{about}", available
    if last is not None:
        yield from _differences(of, held, last)
        yield from _in_issued(of, issued, last)


def _differences(of: Sequence[Request], held: Bank, last: Issued) -> Values:
    again = _balances(of, held.credits, last.last)
    compared = STATES if last.requests is not None else ("contracted", "consumed")
    for state in compared:
        printed = last.values.get(f"hour_bank.{state}")
        if printed is not None and printed != again[state]:
            about = f"hour_bank.difference.{state}/{last.number}"
            yield f"{about}/issued", printed
            yield f"{about}/computed", again[state]
            yield f"{about}/change", again[state] - printed


def _in_issued(of: Sequence[Request], issued: Sequence[Issued], last: Issued) -> Values:
    """Hours dated in a period that was reported without them; of several the youngest are the new ones."""
    if last.requests is None:
        return
    seen: Counter[str] = Counter()
    for request in of:
        dated = request.dated("", last.last)
        lacking = sum((hours for _, hours in dated), ZERO) - request.issued["consumed"]
        for day, hours in reversed(dated):
            told = min(hours, lacking)
            lacking -= told
            for report in issued:
                if told > 0 and report.first <= day <= report.last:
                    name = label(request.name)
                    seen[name] += 1
                    yield f"hour_bank.in_issued/{seen[name]}/{name}", told
