"""The service levels of the contract: what was measured, what it can have been, and the verdict that holds for both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple
from unicodedata import combining, normalize

from service_reports.audit.recomputing.arithmetic import HUNDRED, share
from service_reports.audit.recomputing.attention import Waiting
from service_reports.audit.recomputing.chapters.published import STEP_SECONDS, answered, published, steps_asked
from service_reports.audit.recomputing.copies import backup_days, dump_days
from service_reports.audit.recomputing.metrics import (
    HOURS,
    SAMPLES,
    Values,
    availability,
)
from service_reports.audit.recomputing.tickets import DayCount, listed, timings
from service_reports.audit.rows import Rows, quantity

DECIDING = ("in_time", "late", "unknown")
AT_MOST = ("backups", "dumps")
"""Of these the target is the most that may be; of the others the least."""


class Measured(NamedTuple):
    """What the rows say, and the least and the most that it is, whatever was not read."""

    value: Decimal
    least: Decimal
    most: Decimal


class Level(NamedTuple):
    """A service level with its verdict: met, missed, or open."""

    id: str
    kind: str
    obligation: int | None
    target: Decimal | None
    days: int | None
    hours: Decimal | None
    requests: dict[str, int] | None
    measured: Measured | None

    @property
    def verdict(self) -> str:
        """Met or missed only where it is so for the least and the most."""
        if self.measured is None or self.target is None:
            return "open"
        ends = (self.measured.least, self.measured.most)
        reached = [end <= self.target if self.kind in AT_MOST else end >= self.target for end in ends]
        return "met" if all(reached) else "open" if any(reached) else "missed"


def levels(rows: Rows) -> list[Level]:
    """Every service level of the contract, in its order."""
    return [
        Level(
            each["id"],
            each["kind"],
            each["obligation"],
            quantity(each["target"]) if each["target"] is not None else None,
            each["days"],
            quantity(each["hours"]) if each["hours"] is not None else None,
            outcomes(rows, each) if each["kind"] in ("first_answer", "solution") else None,
            _measured(rows, each),
        )
        for each in rows.period["service_levels"]
    ]


def _measured(rows: Rows, level: dict[str, Any]) -> Measured | None:
    match level["kind"]:
        case "node_availability":
            return _node(rows, level["subject"])
        case "published_availability":
            return _published(rows, level["subject"])
        case "backups":
            return _copies(rows, *backup_days(rows))
        case "dumps":
            return _copies(rows, *dump_days(rows))
        case "closed_within":
            return _closed(rows, level["days"])
        case "first_answer" | "solution":
            requests = outcomes(rows, level)
            return None if requests is None else _share_in_time(**{name: requests[name] for name in DECIDING})
    return None


def _node(rows: Rows, resource: str) -> Measured | None:
    found = next((each for each in availability(rows) if each.resource == resource and each.samples), None)
    if found is None:
        return None
    lacking = max(0, len(rows.days) * HOURS * SAMPLES - found.samples)
    whole = found.samples + lacking
    return Measured(share(found.up, found.samples), share(found.up, whole), share(found.up + lacking, whole))


def _published(rows: Rows, address: str) -> Measured | None:
    found = next((each for each in published(rows) if each.address == address and each.asked), None)
    if found is None:
        return None
    percent = share(sum(map(answered, found.asked)), len(found.asked))
    asked = share(steps_asked(found.asked), len(rows.days) * 24 * 3600 // STEP_SECONDS)
    least = percent * asked / HUNDRED
    return Measured(percent, least, least + HUNDRED - asked)


def _copies(rows: Rows, missing: list[str], unread: list[str]) -> Measured | None:
    if len(unread) == len(rows.days):
        return None
    return Measured(Decimal(len(missing)), Decimal(len(missing)), Decimal(len(missing) + len(unread)))


def _closed(rows: Rows, days: int) -> Measured | None:
    """Of the requests whose time is over; of one that nobody saw open it is not known when it was closed."""
    if rows.unread("tickets") & set(rows.days):
        return None
    counted = [_in_time(each, days) for each in timings(rows, "support")]
    return _share_in_time(**{name: counted.count(name) for name in DECIDING})


def _share_in_time(in_time: int, late: int, unknown: int) -> Measured | None:
    """Of those whose time is over, with those that may have been in time, or not."""
    known = in_time + late
    if not known:
        return None
    whole = known + unknown
    return Measured(share(in_time, known), share(in_time, whole), share(in_time + unknown, whole))


def outcomes(rows: Rows, level: dict[str, Any]) -> dict[str, int] | None:
    """The requests of a level by how they stand against its time; ``None`` where days were not exported."""
    if rows.unread("tickets") & set(rows.days):
        return None
    waiting, found = Waiting(rows), dict.fromkeys((*DECIDING, "waiting"), 0)
    priorities = {spelled_alike(each) for each in level["priorities"]}
    limit = int(quantity(level["hours"]) * 3_600_000_000)
    for request in listed(rows, "support"):
        urgency = waiting.told(request["ticket"])["priority"]
        if priorities and urgency and spelled_alike(urgency) not in priorities:
            continue
        stands = "unknown"
        if urgency or not priorities:
            stands = waiting.outcome(request, level["kind"], limit, served=level["in_service_hours"])
        found[stands] += 1
    return found


def spelled_alike(category: str) -> str:
    """A word without case, accents and what is no letter or digit, as people write one priority in several ways."""
    letters = "".join(each for each in normalize("NFD", category).casefold() if not combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in letters).split()) or category


def _in_time(timing: DayCount, days: int) -> str:
    if timing.to_close is not None:
        return "in_time" if timing.to_close <= days else "late"
    if timing.age is not None:
        return "late" if timing.age > days else "waiting"
    return "unknown"


def level_values(rows: Rows) -> Values:
    """Every figure of service levels by its id."""
    found = levels(rows)
    for level in found:
        if level.target is not None:
            yield f"service_level.target/{level.id}", level.target
        if level.days is not None:
            yield f"service_level.within_days/{level.id}", level.days
        if level.hours is not None:
            yield f"service_level.within_hours/{level.id}", level.hours
        for name, count in (level.requests or {}).items():
            yield f"service_level.requests/{level.id}/{name}", count
        if level.measured is not None:
            yield f"service_level.measured/{level.id}", level.measured.value
            yield f"service_level.least/{level.id}", level.measured.least
            yield f"service_level.most/{level.id}", level.measured.most
    for verdict in ("met", "missed", "open"):
        yield f"service_levels.{verdict}", sum(level.verdict == verdict for level in found)
