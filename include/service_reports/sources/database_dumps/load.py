"""Loads one listing of dumps, and tells of those that are gone before their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from service_reports.checks.observation import Observation
from service_reports.contracts import BOGOTA
from service_reports.records import DatabaseDump
from service_reports.sources.source import Loading
from service_reports.wording.es_co import findings as words

VANISHED = "dump.vanished"


def load(loading: Loading, rows: Sequence[DatabaseDump]) -> None:
    """The dumps of the listing; those of its days that were listed before and are gone stay, and are told."""
    loading.write("ingest/upsert_database_dump", rows)
    if loading.batch.window_from is not None:
        for contract in loading.contracts:
            if contract.dumps is not None:
                _tell_vanished(loading, rows, contract.dumps.retention_days)


def _tell_vanished(loading: Loading, rows: Sequence[DatabaseDump], retention_days: int) -> None:
    """A dump whose retention is over may go. One that went before stays told until it is listed again."""
    # One day of grace: who removes counts from an hour of its own.
    expired = loading.batch.observed_at.astimezone(UTC).date() - timedelta(days=retention_days - 1)
    listed = [row.file_name for row in rows]
    gone = loading.execute("ingest/vanished_dumps", kind=VANISHED, expired=expired, file_names=listed)
    found = [
        Observation(
            VANISHED,
            loading.batch.scope,
            file_name,
            "warning",
            words.dump_vanished(last_seen_at.astimezone(BOGOTA).date(), retention_days),
            day,
        )
        for file_name, day, last_seen_at in gone
    ]
    loading.keep(found, VANISHED)
