"""Backups of a period: the provider's, and the database dumps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime

from service_reports.figures.dump_sizes import stale_days
from service_reports.figures.model import BackupFigures, DumpFigures
from service_reports.sources.records import DatabaseDump, OciBackup


def backup_figures(backups: Sequence[OciBackup], days: Sequence[date], unread: Collection[date] = ()) -> BackupFigures:
    """The provider's backups by UTC day of their start, and the days without one that did not fail.

    Of days that were ``unread`` it is not known whether they are without.
    """
    in_order = sorted(backups, key=lambda backup: (backup.time_started, backup.backup_ocid))
    good = {b.time_started.astimezone(UTC).date() for b in backups if b.lifecycle_state != "FAILED"}
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
