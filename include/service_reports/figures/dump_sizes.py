"""What the sizes and times of database dumps give away: copies of nothing new, jumps, late files."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import median

from service_reports.contracts import BOGOTA
from service_reports.records import DatabaseDump

STALE_CHANGE = Decimal("0.0001")
"""A size that changes by less than this share has hardly changed."""
STALE_RUN = 3
"""As many days in a row that hardly change are stale."""
JUMP = Decimal("0.02")
"""A size that changes by more than this share has jumped."""
LATE = timedelta(hours=1)
"""A dump is late when it was finished longer than this after the usual time of day."""


def newest_by_day(dumps: Sequence[DatabaseDump]) -> dict[date, DatabaseDump]:
    """The last finished dump of every day, days in order."""
    in_order = sorted(dumps, key=lambda dump: (dump.dump_day, dump.modified_at, dump.file_name))
    return {dump.dump_day: dump for dump in in_order}


def changes(dumps: Sequence[DatabaseDump]) -> dict[date, tuple[DatabaseDump, DatabaseDump, Decimal]]:
    """By day: the dump before, the dump of the day, and the share by which its size changed (with its sign)."""
    pairs = itertools.pairwise(newest_by_day(dumps).values())
    return {
        later.dump_day: (earlier, later, Decimal(later.size_bytes - earlier.size_bytes) / earlier.size_bytes)
        for earlier, later in pairs
        if earlier.size_bytes
    }


def stale_runs(dumps: Sequence[DatabaseDump]) -> list[list[DatabaseDump]]:
    """Dumps in a row of which each hardly differs from the one before, that for three days or more; days in order.

    A run begins with the dump that the following ones repeat.
    """
    found: list[list[DatabaseDump]] = []
    hardly = itertools.groupby(changes(dumps).values(), key=lambda change: abs(change[2]) < STALE_CHANGE)
    for stale, run in hardly:
        pairs = list(run)
        if stale and len(pairs) >= STALE_RUN:
            found.append([pairs[0][0], *(later for _, later, _ in pairs)])
    return found


def stale_days(dumps: Sequence[DatabaseDump]) -> tuple[date, ...]:
    """The days whose dump hardly differs from the one before, where that went on for three days or more."""
    return tuple(dump.dump_day for run in stale_runs(dumps) for dump in run[1:])


def delays(dumps: Sequence[DatabaseDump]) -> Mapping[date, timedelta]:
    """By day: how much later than the usual (median) time the dump was finished, negative when earlier.

    Times are counted from Bogotá's midnight at which the day in the file's name begins.
    """
    since_midnight = {day: _since_midnight(dump) for day, dump in newest_by_day(dumps).items()}
    if not since_midnight:
        return {}
    usual = median(since_midnight.values())
    return {day: timedelta(seconds=seconds - usual) for day, seconds in since_midnight.items()}


def _since_midnight(dump: DatabaseDump) -> float:
    return (dump.modified_at - datetime.combine(dump.dump_day, time(), tzinfo=BOGOTA)).total_seconds()
