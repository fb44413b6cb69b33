"""The provider's backups and the dumps of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import quotient
from service_reports.audit.recomputing.metrics import Values, seconds
from service_reports.audit.rows import Row, Rows, instant

GOOD = "ACTIVE"
STALE, RUN = Decimal("0.0001"), 3


def days_without(rows: Rows, source: str, have: set[str]) -> tuple[list[str], list[str]]:
    """The days without a copy that were read, and those that were not."""
    unread = rows.unread(source)
    lacking = [day for day in rows.days if day not in have]
    return [day for day in lacking if day not in unread], [day for day in lacking if day in unread]


def backup_days(rows: Rows) -> tuple[list[str], list[str]]:
    """The days without a good backup: read, and unread."""
    good = {row["started"][:10] for row in rows.of("oci_backups.csv") if row["state"] == GOOD}
    return days_without(rows, "oci_backups", good)


def dump_days(rows: Rows) -> tuple[list[str], list[str]]:
    """The days without a dump: read, and unread."""
    return days_without(rows, "database_dumps", {row["day"] for row in rows.of("database_dumps.csv")})


def backup_values(rows: Rows) -> Values:
    """Every figure of the provider's backups by its id."""
    backups = rows.of("oci_backups.csv")
    missing, unread = backup_days(rows)
    yield "backups.oci.count", len(backups)
    yield "backups.oci.failed", sum(row["state"] == "FAILED" for row in backups)
    yield "backups.oci.days_missing", len(missing)
    starts = sorted(instant(row["started"]) for row in backups if row["state"] == GOOD)
    if len(starts) > 1 and not unread:
        longest = max(later - earlier for earlier, later in pairwise(starts))
        yield "backups.oci.longest_gap", quotient(longest // timedelta(microseconds=1), 3_600_000_000)
    for kind, count in Counter(row["type"] for row in backups).items():
        yield f"backups.oci.type/{kind}", count
    kept = {row["retention_days"] for row in backups}
    if len(kept) == 1 and (days := kept.pop()):
        yield "backups.oci.retention_days", int(days)
    for row in backups:
        yield f"backups.oci.started/{row['backup']}", seconds(row["started"])
        if row["ended"]:
            yield f"backups.oci.ended/{row['backup']}", seconds(row["ended"])


def dump_values(rows: Rows) -> Values:
    """Every figure of the dumps by its id."""
    dumps = rows.of("database_dumps.csv")
    yield "backups.dumps.count", len(dumps)
    yield "backups.dumps.days_missing", len(dump_days(rows)[0])
    yield "backups.dumps.bytes", sum(int(row["size_bytes"]) for row in dumps)
    yield "backups.dumps.stale_days", sum(len(run) - 1 for run in stale_runs(dumps))
    for row in dumps:
        yield f"backups.dumps.size/{row['file']}", int(row["size_bytes"])
        yield f"backups.dumps.saved/{row['file']}", seconds(row["saved"])


class Pair(NamedTuple):
    """The sizes of a day's dump and of the one before it."""

    day: str
    before: int
    now: int

    @property
    def change(self) -> Decimal:
        """By which share the size changed."""
        return Decimal(self.now - self.before) / self.before


class Sized(NamedTuple):
    """The size of the last dump of a day."""

    day: str
    size: int


def newest(dumps: Sequence[Row]) -> list[Sized]:
    """The dump of each day that was finished last."""
    ordered = sorted(dumps, key=lambda row: (row["day"], instant(row["saved"]), row["file"]))
    return [Sized(day, int(size)) for day, size in {row["day"]: row["size_bytes"] for row in ordered}.items()]


def pairs(dumps: Sequence[Row]) -> list[Pair]:
    """Each dump with the one before it, where that has a size."""
    return [Pair(now.day, before.size, now.size) for before, now in pairwise(newest(dumps)) if before.size]


def stale_runs(dumps: Sequence[Row]) -> list[list[Sized]]:
    """Dumps that hardly differ from the one before, three days or more in a row, with the one that they repeat."""
    before = {now.day: earlier for earlier, now in pairwise(newest(dumps))}
    found = []
    for stale, run in groupby(pairs(dumps), key=lambda pair: abs(pair.change) < STALE):
        listed = list(run)
        if stale and len(listed) >= RUN:
            found.append([before[listed[0].day], *(Sized(pair.day, pair.now) for pair in listed)])
    return found


def days_read(rows: Rows, sources: Iterator[str]) -> Values:
    """Of each source of which some days were not read, how many were."""
    known = {"oci_backups": backup_days, "database_dumps": dump_days}
    for source in sources:
        lost = len(known[source](rows)[1]) if source in known else len(rows.unread(source))
        yield f"summary.days_read/{source}", len(rows.days) - lost
