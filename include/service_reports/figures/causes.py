"""What can have changed a figure of an issued version: rows that came or changed since, the contract, the code.

Each cause says what it is, and which figures it can touch. How near it stands to a
figure is its rank: the rows themselves first, then readings that may have brought them, then
the contract's file and the code, which may touch anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import zip_longest
from operator import eq
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service_reports.contracts import BOGOTA
from service_reports.figures import catalogue
from service_reports.figures.chapters.usage import service_names
from service_reports.figures.model import PeriodFigures, TicketFigures
from service_reports.records import HourBankEntry, Record, Ticket
from service_reports.records.arrivals import Arrival
from service_reports.sources import SOURCES
from service_reports.sources.exports.cells import plain
from service_reports.wording.es_co import causes as words

ROWS, READING, SETTING = 0, 1, 2
SHOWN = 4
"""So many causes are named for one figure; more are counted."""
LONGEST_NAMED = 200
"""Characters of a request that a figure's id has at least."""
UTC = ZoneInfo("UTC")
READINGS: Mapping[str, frozenset[str]] = {
    **{name: frozenset({name}) for name, source in SOURCES.items() if source.printed and name != "oci_cost_reports"},
    "oci_compartments": frozenset({"oci_cost_reports"}),
    "contract_records": frozenset({"contract_records", "hour_bank"}),
}
"""The sources of the figures that are computed from the answers of a source."""


def _rests_on(figure_id: str) -> str:
    """The source of a figure, ``all`` where it rests on facts of every kind; empty where nothing is known of it."""
    found = catalogue.known(figure_id)
    return found.source if found else ""


def _of_sources(sources: Collection[str]) -> Callable[[str], bool]:
    return lambda figure_id: _rests_on(figure_id) in {"all", *sources}


class Cause(NamedTuple):
    """One thing that came or changed: its words, and whether it can touch a figure, told by the figure's id."""

    words: str
    touches: Callable[[str], bool]
    rank: int = ROWS
    whole: bool = False
    """Whether it only makes figures appear or go, and changes the value of none."""


class Settings(NamedTuple):
    """What a version was made with besides rows: the SHA-256 of the contract's file, and the revision of the code."""

    contract_sha256: str | None
    code_version: str | None


def explain(figure_id: str, causes: Sequence[Cause], *, whole: bool) -> str:
    """The causes of a change of one figure, the nearest only, or that none is known.

    ``whole`` is whether the figure appeared or is gone.
    """
    touching = [cause for cause in causes if (whole or not cause.whole) and cause.touches(figure_id)]
    nearest = min((cause.rank for cause in touching), default=ROWS)
    return words.listed((cause.words for cause in touching if cause.rank == nearest), SHOWN)


def explain_texts(causes: Sequence[Cause]) -> str:
    """The causes of texts that changed and no figure with them: the contract and the code, or else rows."""
    settings = [cause for cause in causes if cause.rank == SETTING]
    return words.listed((cause.words for cause in settings or causes), SHOWN)


def causes_of_arrivals(arrivals: Iterable[Arrival], first: date, last: date) -> tuple[Cause, ...]:
    """What arrivals can have changed in the report of a period, whose days are given (both included)."""
    found: list[Cause] = []
    readings: dict[str, list[Arrival]] = {}
    arrivals = sorted(arrivals, key=lambda each: (each.loaded_at, each.name, each.first or date.min))
    replaced = {each.name for each in arrivals if each.replaces}
    for arrival in arrivals:
        if arrival.source == "oci_cost_reports":
            told = _of_cost(arrival, arrival.name in replaced)
            found.append(Cause(told, _touched_by_use(arrival, first, last)))
            # A day that had no data, or a column that nothing was used of, gets its zeros from the lines of others.
            found.append(Cause(told, _touched_by_use(arrival, first, last, nearly=True), READING, whole=True))
        elif arrival.source in READINGS and _within(arrival, first, last):
            readings.setdefault(arrival.source, []).append(arrival)
    for source, same in readings.items():
        rank = ROWS if source == "contract_records" else READING
        touches = _touched_by_records if source == "contract_records" else _of_sources(READINGS[source])
        found.append(Cause(words.readings(source, [_loaded_on(each) for each in same]), touches, rank))
    return tuple(found)


def causes_of_rows(issued: PeriodFigures, now: PeriodFigures) -> tuple[Cause, ...]:
    """What changed among the rows that the figures of both versions hold: requests, hours, backups, dumps."""
    return (
        *_of_tickets("support", issued.support, now.support),
        *_of_tickets("warranty", issued.warranty, now.warranty),
        *_of_entries(
            issued.hour_bank.entries if issued.hour_bank else (), now.hour_bank.entries if now.hour_bank else ()
        ),
        *_of_rows(
            "oci_backups",
            {row.backup_ocid: row for row in issued.backups.backups},
            {row.backup_ocid: row for row in now.backups.backups},
        ),
        *_of_rows(
            "database_dumps",
            {row.file_name: row for row in issued.dumps.dumps},
            {row.file_name: row for row in now.dumps.dumps},
        ),
        *_of_earlier_reports(issued, now),
    )


def _of_earlier_reports(issued: PeriodFigures, now: PeriodFigures) -> Iterator[Cause]:
    """Reports of earlier periods that were issued, or corrected, since."""
    told = {each.report for figures in (issued, now) for trend in figures.trends for each in trend.before}
    for number in sorted(told):
        beginning = catalogue.figure_id("trend", period=number, headline="")
        old, new = ({each.id: each.value for each in figures.matching(beginning)} for figures in (issued, now))
        if old != new:
            yield Cause(words.earlier_report(number), _begins(beginning))


def _begins(beginning: str) -> Callable[[str], bool]:
    return lambda figure_id: figure_id.startswith(beginning)


def causes_of_settings(issued: Settings, now: Settings) -> tuple[Cause, ...]:
    """The contract's file and the code, where they are not those of the issued version."""
    found = []
    if issued.contract_sha256 != now.contract_sha256:
        found.append(Cause(words.CONTRACT_CHANGED, lambda _: True, SETTING))
    if issued.code_version != now.code_version:
        told = words.program_changed(issued.code_version, now.code_version)
        found.append(Cause(told, lambda _: True, SETTING))
    return tuple(found)


def _of_cost(arrival: Arrival, replaced: bool) -> str:
    name = arrival.name.rpartition("/")[2]
    if arrival.reference is not None:
        assert arrival.first is not None
        assert arrival.quantity is not None
        return words.correction(arrival.reference, arrival.back_reference, arrival.first, arrival.quantity, name)
    return words.cost_report(name, _loaded_on(arrival), replaced=replaced)


def _loaded_on(arrival: Arrival) -> date:
    return arrival.loaded_at.astimezone(BOGOTA).date()


def _within(arrival: Arrival, first: date, last: date) -> bool:
    return (arrival.first or first) <= last and (arrival.last or last) >= first


def _touched_by_records(figure_id: str) -> bool:
    """What rests on the contract's registers: the bank's change controls and what a warranty covers, too."""
    found = catalogue.known(figure_id)
    of_warranty = found is not None and found.of.parameters.get("service") == "warranty"
    return of_warranty or _of_sources(READINGS["contract_records"])(figure_id)


def _touched_by_use(arrival: Arrival, first: date, last: date, *, nearly: bool = False) -> Callable[[str], bool]:
    """A line touches the day and the product it is of, and what is derived from them; a replaced object, all its days.

    The period before counts for the comparison with it alone. ``nearly`` asks for the day or
    the product instead of both.
    """
    service = service_names().get(arrival.service_code or "", arrival.service_code)
    column = f"{service} / {arrival.product_description} ({arrival.unit})" if arrival.service_code else None
    in_period = _within(arrival, first, last)
    before = arrival.first is not None and arrival.first < first

    def touches(figure_id: str) -> bool:
        rests_on = _rests_on(figure_id)
        if rests_on == "all":
            return in_period
        if rests_on != "oci_cost_reports":
            return False
        family, parameters = found = catalogue.parse(figure_id).of
        day, label = found.day, parameters.get("column", "")
        if family.name in ("comparison.before", "comparison.days.before"):
            reached = before
        else:
            reached = in_period or (before and family.name == "comparison.percent")
        own_day = family.name in ("usage.day", "usage.hours")
        same_day = not own_day or day is None or _within(arrival, day, day)
        same_column = column is None or not label or label == column
        either = nearly and family.name == "usage.day"
        return reached and (same_day or same_column if either else same_day and same_column)

    return touches


def _of_tickets(service: str, issued: TicketFigures, now: TicketFigures) -> Iterator[Cause]:
    before = {ticket.ticket_id: ticket for ticket in issued.tickets}
    after = {ticket.ticket_id: ticket for ticket in now.tickets}
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number)
        if told := _difference(words.ticket(number), old, new):
            yield Cause(told, _touched_by_ticket(service, number, old, new))
    for ticket_id, timing in now.timing.items():
        known = issued.timing.get(ticket_id)
        if known is not None and ticket_id in before and timing.closed_on != known.closed_on and timing.closed_on:
            told = words.closing_seen(ticket_id, timing.closed_on)
            closing = catalogue.figure_id("tickets.days_to_close", service=service, ticket=ticket_id)
            yield Cause(told, partial(eq, closing))


def _touched_by_ticket(service: str, number: str, old: Ticket | None, new: Ticket | None) -> Callable[[str], bool]:
    """Counts of the categories that it left or joined, its own days, and what is counted of all."""
    present = [ticket for ticket in (old, new) if ticket is not None]
    came_or_went = len(present) == 1
    crossed = {(ticket.module, ticket.status) for ticket in present}

    def touches(figure_id: str) -> bool:
        rests_on = _rests_on(figure_id)
        if rests_on != "tickets":
            return rests_on == "all"
        family, about = catalogue.parse(figure_id).of
        if about.get("service", "support") != service:
            return False
        if about.get("ticket"):
            return about["ticket"] == number and not family.name.startswith("tickets.earlier.")
        match family.name:
            case "tickets.category" | "tickets.category.percent":
                values = {getattr(ticket, about["dimension"]) for ticket in present}
                of_all = came_or_went and family.name == "tickets.category.percent"
                return of_all or ((came_or_went or len(values) > 1) and about["category"] in values)
            case "tickets.priority" | "tickets.priority.reached" | "tickets.priority.median":
                return about["priority"] in {ticket.priority or "" for ticket in present}
            case "tickets.crossed":
                return (about["module"], about["status"]) in crossed
            case "tickets.total":
                return came_or_went
            case "tickets.days_not_exported" | "tickets.earlier.open":
                return False
        return True

    return touches


def _of_rows(source: str, before: Mapping[str, Record], after: Mapping[str, Record]) -> Iterator[Cause]:
    """A cause for each row that is another, of its own figures and of what is counted of all from its source."""
    for key in dict.fromkeys([*before, *after]):
        row = after.get(key) or before.get(key)
        started = getattr(row, "time_started", None)
        what = words.row(source, key, started.astimezone(UTC).date() if started else None)
        if told := _difference(what, before.get(key), after.get(key)):
            yield Cause(told, partial(_touched_by_row, key, READINGS[source]))


def _touched_by_row(key: str, sources: Collection[str], figure_id: str) -> bool:
    found = catalogue.known(figure_id)
    own = {found.parameters.get(name) for name in ("backup", "file")} - {None} if found else set()
    return _of_sources(sources)(figure_id) and own <= {key}


def _of_entries(issued: Sequence[HourBankEntry], now: Sequence[HourBankEntry]) -> Iterator[Cause]:
    """A cause for each entry of the hour bank that is another.

    Entries have no number. Of several with the same words those that are as they were are set
    against each other first, so that none seems to have changed because another one came or is gone.
    """
    for request in dict.fromkeys(entry.request for entry in (*issued, *now)):
        before, after = (Counter(entry for entry in entries if entry.request == request) for entries in (issued, now))
        several = max(before.total(), after.total()) > 1
        for old, new in zip_longest((before - after).elements(), (after - before).elements()):
            entry = old or new
            assert entry is not None
            equal = max(before[entry], after[entry])
            what = words.entry(request, entry.estimated_hours, entry.production_date, several=several, equal=equal)
            if told := _difference(what, old, new):
                yield Cause(told, partial(_touched_by_request, request))


def _touched_by_request(request: str, figure_id: str) -> bool:
    """Whether a figure of the hour bank is about this request, or about no single one; long ones are cut in ids."""
    rests_on = _rests_on(figure_id)
    if rests_on != "hour_bank":
        return rests_on == "all"
    named = plain(" ".join(request.split())[:LONGEST_NAMED])
    return named in plain(catalogue.parse(figure_id).parameters.get("request") or request)


def _difference(what: str, old: Record | None, new: Record | None) -> str | None:
    """What became of a row, field by field where it has words; nothing when it is the same."""
    if old == new:
        return None
    if old is None:
        return words.appeared(what)
    if new is None:
        return words.gone(what)
    told = [
        (name, getattr(old, name), getattr(new, name))
        for name in words.FIELDS
        if name in type(old).model_fields and getattr(old, name) != getattr(new, name)
    ]
    return words.differs(what, told) if told else None
