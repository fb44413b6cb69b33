"""The service levels of the contract against their targets.

What was not read is never taken for good or for bad: a level is met, or missed, only where it would be so whatever the
missing readings had said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from service_reports.contracts import Contract, LevelKind, ServiceLevel
from service_reports.figures.attention import MOMENTS, Milestone, outcome, told_until
from service_reports.figures.categories import reading
from service_reports.figures.chapter import OF_ALL, Chapter
from service_reports.figures.chapters.published import services_of
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import (
    Ask,
    BackupFigures,
    DumpFigures,
    Finding,
    Outcomes,
    PeriodFigures,
    ServiceLevelFigures,
    Verdict,
)
from service_reports.figures.rounding import percentage
from service_reports.records import Ticket, TicketColumn

AT_MOST: frozenset[LevelKind] = frozenset({"backups", "dumps"})
"""Of these the target is the most that may be; of the others it is the least."""


class _Measured(NamedTuple):
    """What was measured, and the least and the most that it can have been."""

    value: Decimal
    least: Decimal
    most: Decimal


def service_levels(contract: Contract, figures: PeriodFigures) -> tuple[ServiceLevelFigures, ...]:
    """Every service level of the contract, in its order."""
    return tuple(_level(contract, level, figures) for level in contract.service_levels)


def _level(contract: Contract, level: ServiceLevel, figures: PeriodFigures) -> ServiceLevelFigures:
    outcomes = _outcomes(contract, level, figures)
    found = _in_time(outcomes) if outcomes else _measured(level, figures)
    verdict: Verdict = "open"
    if found is not None and level.target is not None:
        verdict = _verdict(found, level.target, at_most=level.kind in AT_MOST)
    return ServiceLevelFigures(
        id=level.id,
        name=level.name,
        kind=level.kind,
        unit="days" if level.kind in AT_MOST else "percent",
        verdict=verdict,
        target=level.target,
        subject=level.subject,
        within_days=level.days,
        within_hours=level.hours,
        in_service_hours=level.in_service_hours,
        priorities=level.priorities,
        outcomes=outcomes,
        lacking=_lacking(level, figures),
        measured=found and found.value,
        least=found and found.least,
        most=found and found.most,
        obligation=level.obligation,
        exclusions=level.exclusions,
        consequence=level.consequence,
        needed=level.needed,
    )


def _verdict(found: _Measured, target: Decimal, *, at_most: bool) -> Verdict:
    worst, best = (found.most, found.least) if at_most else (found.least, found.most)
    reached = (worst <= target, best <= target) if at_most else (worst >= target, best >= target)
    return "met" if all(reached) else "open" if any(reached) else "missed"


def _measured(level: ServiceLevel, figures: PeriodFigures) -> _Measured | None:
    match level.kind:
        case "node_availability":
            return _node(level, figures)
        case "published_availability":
            return _published(level, figures)
        case "backups":
            return _copies(figures.backups, figures)
        case "dumps":
            return _copies(figures.dumps, figures)
        case "closed_within":
            return _closed(level, figures)
        case _:
            return None


def _node(level: ServiceLevel, figures: PeriodFigures) -> _Measured | None:
    """Per cent of the received samples, and of all that were expected were the missing ones down, or up."""
    part = next((each for each in figures.availability if each.resource_name == level.subject), None)
    if part is None or part.percent is None:
        return None
    whole = part.samples + part.samples_missing
    return _Measured(
        part.percent, percentage(part.samples_up, whole), percentage(part.samples_up + part.samples_missing, whole)
    )


def _published(level: ServiceLevel, figures: PeriodFigures) -> _Measured | None:
    """Per cent of the questions that were answered; a step without one may have been either."""
    service = next((each for each in services_of(figures) if each.name == level.subject), None)
    if service is None or service.percent is None:
        return None
    share = percentage(service.steps_measured, service.steps_expected)
    least = service.percent * share / 100
    return _Measured(service.percent, least, least + 100 - share)


def _copies(copies: BackupFigures | DumpFigures, figures: PeriodFigures) -> _Measured | None:
    """Days without a good copy; of an unread day it is not known."""
    missing, unread = Decimal(len(copies.days_missing)), Decimal(len(copies.days_unread))
    if unread == len(figures.days):
        return None
    return _Measured(missing, missing, missing + unread)


def _closed(level: ServiceLevel, figures: PeriodFigures) -> _Measured | None:
    """Per cent of the requests of the period that were closed in time, of those whose time is over.

    One that is open and still within its time is in neither; of one that was found closed when it was first read it is
    not known when that was. Nothing is measured where days of the period are not exported.
    """
    assert level.days is not None
    support = figures.support
    if support.days_not_exported:
        return None
    in_time = late = unknown = 0
    for timing in support.timings:
        if timing.days_to_close is not None:
            in_time, late = in_time + (timing.days_to_close <= level.days), late + (timing.days_to_close > level.days)
        elif timing.age_days is not None:
            late += timing.age_days > level.days
        else:
            unknown += 1
    return _in_time(Outcomes(in_time=in_time, late=late, waiting=0, unknown=unknown))


def _in_time(requests: Outcomes) -> _Measured | None:
    """Per cent of those whose time is over; of the unknown ones each may have been in time, or not."""
    known = requests.in_time + requests.late
    if not known:
        return None
    whole = known + requests.unknown
    most = requests.in_time + requests.unknown
    return _Measured(percentage(requests.in_time, known), percentage(requests.in_time, whole), percentage(most, whole))


def _milestone(level: ServiceLevel) -> Milestone | None:
    return level.kind if level.kind == "first_answer" or level.kind == "solution" else None


def _outcomes(contract: Contract, level: ServiceLevel, figures: PeriodFigures) -> Outcomes | None:
    """The requests of the period that a level is about; ``None`` where days of it are not exported.

    One without a priority may be of any.
    """
    milestone = _milestone(level)
    if milestone is None or level.hours is None or figures.support.days_not_exported:
        return None
    until = told_until(contract, contract.report(figures.report_number), figures.sources.tickets_read_at)
    hours = contract.service_hours if level.in_service_hours else None
    limit = timedelta(microseconds=int(level.hours * 3_600_000_000))
    named = {reading(each) for each in level.priorities}
    found: list[str] = [
        "unknown" if named and not ticket.priority else outcome(ticket, milestone, limit, hours, until)
        for ticket in figures.support.tickets
        if not named or not ticket.priority or reading(ticket.priority) in named
    ]
    return Outcomes(**{each: found.count(each) for each in Outcomes.model_fields})


def _lacking(level: ServiceLevel, figures: PeriodFigures) -> tuple[TicketColumn, ...]:
    """What a level is measured from, and the help desk does not tell of every request."""
    milestone = _milestone(level)
    if milestone is None:
        return ()
    priority: tuple[TicketColumn, ...] = ("priority",) if level.priorities else ()
    needed: tuple[TicketColumn, ...] = (*priority, "registered_at", MOMENTS[milestone])
    return tuple(name for name in needed if any(name not in each.told for each in figures.support.tickets))


def unnamed_priorities(contract: Contract, tickets: Sequence[Ticket]) -> dict[Milestone, list[str]]:
    """Priorities of requests that no level names, where the contract has such levels and each names some."""
    found: dict[Milestone, list[str]] = {}
    for milestone in MOMENTS:
        levels = [level for level in contract.service_levels if level.kind == milestone]
        named = {reading(each) for level in levels for each in level.priorities}
        if levels and all(level.priorities for level in levels):
            others = {each.priority for each in tickets if each.priority and reading(each.priority) not in named}
            found[milestone] = sorted(others)
    return {milestone: others for milestone, others in found.items() if others}


def findings(figures: PeriodFigures) -> Iterator[Finding]:
    """One a level that was missed."""
    for level in figures.service_levels:
        if level.verdict == "missed" and level.measured is not None and level.target is not None:
            yield Finding(
                kind="service_levels.missed",
                severity="alert",
                section="obligations",
                subject=level.id,
                unit=level.unit,
                values={"measured": level.measured, "target": level.target},
            )


def asks(figures: PeriodFigures, _: Sequence[Finding]) -> Iterator[Ask]:
    """What is to follow of the targets that were missed."""
    if missed := tuple(level.name for level in figures.service_levels if level.verdict == "missed"):
        yield Ask(kind="decide_consequences", subjects=missed)


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    for level in figures.service_levels:
        for name in ("target", "measured"):
            yield from make.some(f"service_level.{name}", getattr(level, name), level.unit, level=level.id)
        yield from make.some("service_level.within_days", level.within_days, level=level.id)
        yield from make.some("service_level.within_hours", level.within_hours, level=level.id)
        for name, count in level.outcomes or ():
            yield make("service_level.requests", count, level=level.id, outcome=name)
        if level.verdict == "open":
            for name in ("least", "most"):
                yield from make.some(f"service_level.{name}", getattr(level, name), level.unit, level=level.id)
    if figures.service_levels:
        for verdict in ("met", "missed", "open"):
            count = sum(level.verdict == verdict for level in figures.service_levels)
            yield make("service_levels.verdict", count, verdict=verdict)


CHAPTER = Chapter(
    name="obligations",
    place=80,
    numbers=numbers,
    report="management_report",
    kinds=dict.fromkeys(("service_levels", "decide_consequences"), OF_ALL),
    leads_to={"service_levels.missed": "decide_consequences"},
    findings=findings,
    asks=asks,
)
