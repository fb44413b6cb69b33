"""What is missing from a period: which days of which source were not read after they had ended, and why.

Decided once, from what the ledger tells of readings, and read by all that say how complete a report
is: whether it may be made, how long it waits, and what its documents may say. A day that was not
read is never a day without: nothing is none, zero or complete by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, Protocol

from service_reports.checks.observation import Observation
from service_reports.contracts import BOGOTA, Contract
from service_reports.figures import catalogue
from service_reports.figures.figure import Figure
from service_reports.figures.model import Gap
from service_reports.records import DayRead, RefusedBatch
from service_reports.sources import SOURCES

LONGEST_REASON = 300
CHECK = re.compile(r"([a-z_]+\.[a-z_]+): ")
COUNTS = frozenset({"days", "tickets", "samples", "minutes", "backups", "files", "bytes"})
"""Units of figures whose zero says that there was none."""


class Ledger(Protocol):
    """What the warehouse knows of readings; ``Rows`` hold it."""

    @property
    def read_at(self) -> Mapping[str, datetime]: ...  # noqa: D102
    @property
    def days_read(self) -> Sequence[DayRead]: ...  # noqa: D102
    @property
    def refused(self) -> Sequence[RefusedBatch]: ...  # noqa: D102


class Subject(NamedTuple):
    """One thing that is read by itself: a source, and of metrics the series."""

    source: str
    name: str = ""


def subjects(contract: Contract) -> Iterator[Subject]:
    """What a contract names to be read; a source that it does not name can lack nothing."""
    for source in SOURCES.values():
        if source.printed:
            for name in source.subjects(contract):
                yield Subject(source.name, name)


def named(contract: Contract) -> tuple[str, ...]:
    """The sources that a contract names, of those that reports print."""
    return tuple(dict.fromkeys(each.source for each in subjects(contract)))


def ended(source: str, day: date) -> datetime:
    """When a day of a source is over, in the zone whose days it tells of; of one that tells of none, in Bogotá's."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=SOURCES[source].days_end_in or BOGOTA)


def whole(source: str) -> bool:
    """Whether a source tells everything at once, of no days: it is read up to the moment that it tells of."""
    return SOURCES[source].days_end_in is None


def gaps(contract: Contract, days: Sequence[date], ledger: Ledger) -> tuple[Gap, ...]:
    """The days of each source that were not read after their end, by source and subject, and what was refused.

    What came and was refused about days of which another reading stands is there too, marked as ``replaced``. A cost
    report tells of days that others tell of too: while one of them is refused, no other stands for it.
    """
    return tuple(gap for subject in subjects(contract) for gap in _of_subject(subject, days, ledger))


def _of_subject(subject: Subject, days: Sequence[date], ledger: Ledger) -> Iterator[Gap]:
    source, name = subject
    if whole(source):
        told = ledger.read_at.get(source)
        newest = dict.fromkeys(days, told) if told else {}
    else:
        newest = {each.day: each.read_at for each in ledger.days_read if (each.source, each.subject) == subject}
    read = {day for day in days if (at := newest.get(day)) is not None and at >= ended(source, day)}
    refused = [
        each for each in ledger.refused if each.source == source and (source != "oci_metrics" or each.name == name)
    ]
    for each in refused:
        stands = tuple(day for day in days if day in read and (whole(source) or day in each.days))
        if stands and each.state in IN_FORCE:
            yield _refused(subject, each, stands, replaced=True)
    refused = [each for each in refused if each.state not in IN_FORCE]
    if source == "oci_cost_reports":
        read -= {day for each in refused for day in each.days}
    told_of: set[date] = set()
    newest_first = sorted(refused, key=lambda batch: batch.came_at, reverse=True)
    # What nobody has answered for is told before what a person left so, each of which is told.
    for each in sorted(newest_first, key=lambda batch: batch.settled_by is not None):
        concerned = [day for day in days if whole(source) or day in each.days]
        lost = tuple(
            day for day in concerned if day not in read and (day not in told_of or each.settled_by is not None)
        )
        told_of.update(lost)
        for some, replaced in ((lost, False), (tuple(day for day in concerned if day in read), True)):
            if some and not (replaced and KINDS[each.state] == "not_loaded"):
                yield _refused(subject, each, some, replaced=replaced)
    left = [day for day in days if day not in read and day not in told_of]
    for at in sorted({newest.get(day) for day in left}, key=lambda moment: (moment is not None, moment or 0)):
        yield Gap(
            source=source,
            subject=name,
            kind="never_read" if at is None else "read_early",
            read_at=at,
            days=tuple(day for day in left if newest.get(day) == at),
        )


def _refused(subject: Subject, batch: RefusedBatch, days: tuple[date, ...], *, replaced: bool) -> Gap:
    # What checks and readers say names rows, columns and numbers, and repeats no personal data.
    reason = " ".join((batch.reason or "").split())
    check = CHECK.match(reason)
    return Gap(
        source=subject.source,
        subject=subject.name,
        kind=KINDS[batch.state],
        days=days,
        read_at=batch.came_at,
        batch_id=batch.batch_id,
        check=check[1] if check else None,
        reason=reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…",
        replaced=replaced,
        settled_by=batch.settled_by,
        settled_why=batch.settled_why,
        settled_as=batch.settled_as,
    )


KINDS: Mapping[str, Literal["refused", "unreadable", "not_loaded", "released", "in_part"]] = {
    "quarantined": "refused",
    "unreadable": "unreadable",
    "fetched": "not_loaded",
    "released": "released",
    "loaded": "in_part",
}
"""What the state of a batch that was refused, in whole or in part, or is not loaded yet, says of its days."""
IN_FORCE = frozenset({"released", "loaded"})


def unread(found: Iterable[Gap], source: str, subject: str | None = None) -> frozenset[date]:
    """The days of a source, or of one of its subjects, of which nothing may be denied."""
    return frozenset(
        day
        for gap in found
        if gap.source == source and not gap.replaced and subject in (None, gap.subject)
        for day in gap.days
    )


def never_read(contract: Contract, days: Sequence[date], found: Collection[Gap]) -> list[str]:
    """The sources of a contract of which no day was read after its end."""
    named: dict[str, list[str]] = {}
    for source, name in subjects(contract):
        named.setdefault(source, []).append(name)
    return [
        source
        for source, names in named.items()
        if days and all(unread(found, source, name) >= set(days) for name in names)
    ]


def supported(figure: Figure, found: Collection[Gap]) -> bool:
    """Whether a figure may be listed: no zero of a count may while days that could hold some are unread.

    What is of one day or of one resource could hold none of another's; and what is of one request is no count.
    """
    return not _leaving_open(figure, found)


def _leaving_open(figure: Figure, found: Collection[Gap]) -> list[Gap]:
    """The gaps by which a zero may be none: of a figure that they cannot make greater there are none."""
    if figure.value or figure.unit not in COUNTS:
        return []
    told = catalogue.parse(figure.id)
    of, resource, metric = told.family, told.parameters.get("resource"), told.parameters.get("metric")
    if "ticket" in told.parameters or (of.chapter == "summary" and of.source == "oci_cost_reports"):
        return []
    return [
        gap
        for gap in found
        if gap.source == of.source
        and not gap.replaced
        and (told.day is None or told.day in gap.days)
        and (resource is None or gap.subject.startswith(f"{resource}/"))
        and (metric is None or gap.subject.endswith(f"/{metric}"))
        and (of.chapter != "availability" or gap.subject.rpartition("/")[2] in figure.source)
    ]


def as_far_as_read(figure: Figure, found: Collection[Gap], days: Collection[date]) -> Iterator[Figure]:
    """The figure; a zero that is not supported says what was read, under an id that says so, where any day was.

    What was read of a day before its end was read for that, but of metrics: their days are measured whole.
    """
    open_to = _leaving_open(figure, found)
    untold = {day for gap in open_to if gap.kind != "read_early" or gap.source == "oci_metrics" for day in gap.days}
    if not open_to:
        yield figure
    elif not untold >= set(days):
        yield figure.model_copy(update={"id": catalogue.figure_id("read", figure=figure.id)})


DENIES: Mapping[str, str] = {
    "usage.day_missing": "oci_cost_reports",
    "metrics.samples_missing": "oci_metrics",
    "backup.missing": "oci_backups",
    "dump.missing": "database_dumps",
}
"""Kinds of observations that say that a day is without something, which only a reading of it can tell."""


def may_be_said(observation: Observation, found: Iterable[Gap]) -> bool:
    """Whether an observation does not deny what was not read; of metrics its subject is the series."""
    source = DENIES.get(observation.kind)
    if source is None:
        return True
    return observation.day not in unread(found, source, observation.subject if source == "oci_metrics" else None)
