"""Backups of a period: the provider's, and the database dumps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from service_reports.contracts import Contract
from service_reports.figures.chapter import Chapter
from service_reports.figures.dump_sizes import stale_days
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import BackupFigures, DumpFigures, PeriodFigures
from service_reports.figures.rounding import rounded_quotient
from service_reports.records import DatabaseDump, OciBackup
from service_reports.sources.oci_backups import GOOD

FULL_TYPES = frozenset({"FULL", "VIRTUAL_FULL"})
"""Backups that can be restored without another one; the other kinds rest on the last of these."""


def resting_on_earlier(figures: BackupFigures) -> int:
    """How many good backups rest on a full one from before the period: all or, where it has a full one, none."""
    good = [backup.type for backup in figures.backups if backup.lifecycle_state == GOOD]
    return 0 if FULL_TYPES & set(good) else len(good)


def backup_figures(backups: Sequence[OciBackup], days: Sequence[date], unread: Collection[date] = ()) -> BackupFigures:
    """The provider's backups by UTC day of their start, and the days without one that is known to be good.

    One that was canceled, is not finished, or is in a state that nobody documents is not. Of days that were ``unread``
    it is not known whether they are without.
    """
    in_order = sorted(backups, key=lambda backup: (backup.time_started, backup.backup_ocid))
    good = {b.time_started.astimezone(UTC).date() for b in backups if b.lifecycle_state == GOOD}
    return BackupFigures(
        backups=tuple(in_order),
        days_missing=tuple(day for day in days if day not in good and day not in unread),
        days_unread=tuple(day for day in days if day not in good and day in unread),
        failed=sum(backup.lifecycle_state == "FAILED" for backup in backups),
    )


def dump_figures(
    dumps: Sequence[DatabaseDump], days: Sequence[date], listed_at: datetime | None, unread: Collection[date] = ()
) -> DumpFigures:
    """The dumps by the day in their name, days without one, and days that look like copies of the one before.

    Of days that were ``unread`` it is not known whether they are without.
    """
    in_order = sorted(dumps, key=lambda dump: (dump.dump_day, dump.file_name))
    have = {dump.dump_day for dump in dumps}
    return DumpFigures(
        dumps=tuple(in_order),
        days_missing=tuple(day for day in days if day not in have and day not in unread),
        days_unread=tuple(day for day in days if day not in have and day in unread),
        total_bytes=sum(dump.size_bytes for dump in dumps),
        stale_days=len(stale_days(dumps)),
        listed_at=listed_at,
    )


def longest_gap(backups: Sequence[OciBackup]) -> Decimal | None:
    """Hours between the starts of the two neighbouring backups that lie farthest apart, of those that are good."""
    starts = sorted(backup.time_started for backup in backups if backup.lifecycle_state == GOOD)
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    return rounded_quotient(Decimal(max(gaps) // timedelta(microseconds=1)), 3_600_000_000) if gaps else None


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    backups, dumps = figures.backups, figures.dumps
    yield make("backups.oci.count", len(backups.backups))
    yield make("backups.oci.failed", backups.failed)
    yield make("backups.oci.days_missing", len(backups.days_missing))
    if not backups.days_unread:
        yield from make.some("backups.oci.longest_gap", longest_gap(backups.backups))
    for kind, count in sorted(Counter(backup.type for backup in backups.backups).items()):
        yield make("backups.oci.type", count, type=kind)
    retention = {backup.retention_period_in_days for backup in backups.backups}
    if len(retention) == 1:
        yield from make.some("backups.oci.retention_days", retention.pop())
    for backup in backups.backups:
        yield make("backups.oci.started", backup.time_started, backup=backup.backup_ocid)
        yield from make.some("backups.oci.ended", backup.time_ended, backup=backup.backup_ocid)
    yield make("backups.dumps.count", len(dumps.dumps))
    yield make("backups.dumps.days_missing", len(dumps.days_missing))
    yield make("backups.dumps.bytes", dumps.total_bytes)
    yield make("backups.dumps.stale_days", dumps.stale_days)
    for dump in dumps.dumps:
        yield make("backups.dumps.size", dump.size_bytes, file=dump.file_name)
        yield make("backups.dumps.saved", dump.modified_at, file=dump.file_name)


CHAPTER = Chapter(
    name="backups",
    place=60,
    numbers=numbers,
    sources=("oci_backups", "database_dumps"),
    kinds={
        "backups": "oci_backups",
        "dumps": "database_dumps",
        "confirm_operation": "database_dumps",
        "explain_copies": "",
    },
    leads_to={
        "dumps.equal": "confirm_operation",
        "backups.missing": "explain_copies",
        "dumps.missing": "explain_copies",
    },
)
