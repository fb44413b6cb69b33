"""The ledger of what sources answered: raw.batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from service_reports.failures import storable
from service_reports.sources import Answer
from service_reports.sources.source import Batch
from service_reports.spooled import digest
from service_reports.warehouse.statements import statement


def record_batch(
    connection: psycopg.Connection[Any], *, source: str, scope: str, answer: Answer, archive_key: str, run_id: str
) -> int:
    """Enter one archived answer in the ledger and return its id; the same run enters it once."""
    row = connection.execute(
        statement("ingest/record_batch"),
        {
            "source": source,
            "scope": scope,
            "name": answer.name,
            "etag": answer.etag,
            "archive_key": archive_key,
            **digest(answer.told)._asdict(),
            "window_from": answer.window_from,
            "window_to": answer.window_to,
            "run_id": run_id,
            "observed_at": answer.observed_at,
        },
    ).fetchone()
    assert row is not None
    return int(row[0])


def record_unreadable(
    connection: psycopg.Connection[Any],
    *,
    source: str,
    scope: str,
    name: str,
    etag: str | None,
    reason: str,
    run_id: str,
    window_from: date | None = None,
    window_to: date | None = None,
) -> int:
    """Enter what could not be read in the ledger, with the reason and the days that it may tell of; return its id."""
    row = connection.execute(
        statement("ingest/record_unreadable"),
        {
            "source": source,
            "scope": scope,
            "name": storable(name),
            "etag": etag and storable(etag),
            "reason": storable(reason),
            "run_id": run_id,
            "window_from": window_from,
            "window_to": window_to,
        },
    ).fetchone()
    assert row is not None
    return int(row[0])


def record_listing(
    connection: psycopg.Connection[Any], source: str, scope: str, days: tuple[date, date], run_id: str
) -> None:
    """Note that a run looked through a place for some days (both included), and read all that was new there."""
    window = {"window_from": days[0], "window_to": days[1]}
    connection.execute(
        statement("ingest/record_listing"), {"source": source, "scope": scope, "run_id": run_id, **window}
    )


def loaded_objects(
    connection: psycopg.Connection[Any], source: str, scope: str, names: Iterable[str], tag_keys: Sequence[str] = ()
) -> set[tuple[str, str | None]]:
    """Name and etag of those of some objects of a source that are loaded, with the values of all these tags.

    A name that PostgreSQL cannot hold is that of none.
    """
    storable_names = [name for name in names if storable(name) == name]
    wanted = {"source": source, "scope": scope, "names": storable_names, "tag_keys": list(tag_keys)}
    return {(name, etag) for name, etag in connection.execute(statement("ingest/loaded_objects"), wanted)}


def objects_of_run(
    connection: psycopg.Connection[Any], source: str, scope: str, run_id: str
) -> dict[tuple[str, str | None], int]:
    """Name and etag of every object that a run has read already, with its batch."""
    wanted = {"source": source, "scope": scope, "run_id": run_id}
    rows = connection.execute(statement("ingest/objects_of_run"), wanted)
    return {(name, etag): int(batch_id) for name, etag, batch_id in rows}


def is_held(connection: psycopg.Connection[Any], source: str, scope: str, answer: Answer) -> bool:
    """Whether the newest loaded answer under this name has the same bytes: nothing new was said."""
    wanted = {"source": source, "scope": scope, "name": answer.name}
    row = connection.execute(statement("ingest/last_hash"), wanted).fetchone()
    return row is not None and row[0] == digest(answer.told).sha256


def read_before(connection: psycopg.Connection[Any], source: str, scope: str, sha256: str) -> dict[str, datetime]:
    """The names under which bytes of a hash were read, each with the moment (aware) of which they were first."""
    wanted = {"source": source, "scope": scope, "sha256": sha256}
    return dict(connection.execute(statement("ingest/read_before"), wanted).fetchall())


def read_batches(connection: psycopg.Connection[Any], batch_ids: Iterable[int]) -> Sequence[Batch]:
    """The batches with these ids, by id."""
    with connection.cursor(row_factory=class_row(Batch)) as cursor:
        return cursor.execute(statement("ingest/read_batches"), {"batch_ids": list(batch_ids)}).fetchall()


def oldest_missed_day(
    connection: psycopg.Connection[Any],
    source: str,
    scope: str,
    names: Sequence[str],
    days: tuple[date, date],
    *,
    settles_after: int,
) -> date | None:
    """The oldest of some UTC days (both included) of which, for one of the names, no loaded answer tells as it settled.

    A day is settled ``settles_after`` days after it began. An empty name stands for any answer of the source.
    """
    wanted = {"source": source, "scope": scope, "names": list(names), "settles_after": settles_after}
    window = {"first": days[0], "last": days[1]}
    row = connection.execute(statement("ingest/oldest_missed_day"), {**wanted, **window}).fetchone()
    return None if row is None else row[0]


def days_lacking_hours(
    connection: psycopg.Connection[Any], contract_id: str, days: tuple[date, date]
) -> dict[tuple[str, str, str], dict[date, int]]:
    """How many hours are known of those UTC days (both included) that lack some, by resource, namespace and metric.

    A metric's days before the first of which anything is known are none of them.
    """
    window = {"contract_id": contract_id, "first": days[0], "last": days[1]}
    lacking: dict[tuple[str, str, str], dict[date, int]] = {}
    for resource, namespace, metric, day, hours in connection.execute(statement("ingest/days_lacking_hours"), window):
        lacking.setdefault((resource, namespace, metric), {})[day] = hours
    return lacking


def concluded_reports(connection: psycopg.Connection[Any], contract_id: str) -> frozenset[str]:
    """Numbers of the reports of a contract that were issued, or of which a person said why they are not."""
    rows = connection.execute(statement("ingest/concluded_reports"), {"contract_id": contract_id})
    return frozenset(str(row[0]) for row in rows)


def oldest_unfinished_backup(connection: psycopg.Connection[Any], contract_id: str) -> date | None:
    """The UTC day of the oldest backup that had not ended when it was last listed; ``None``: there is none."""
    row = connection.execute(statement("ingest/oldest_unfinished_backup"), {"contract_id": contract_id}).fetchone()
    return None if row is None else row[0]


def first_day_of_run(connection: psycopg.Connection[Any], run_id: str, scopes: Sequence[str]) -> date | None:
    """The first day (UTC) that the answers of a run tell of, of those that were loaded; ``None``: there are none."""
    row = connection.execute(
        statement("ingest/first_day_of_run"), {"run_id": run_id, "scopes": list(scopes)}
    ).fetchone()
    return None if row is None else row[0]


def refused_of_run(connection: psycopg.Connection[Any], run_id: str) -> list[int]:
    """Ids of the answers of a run that were refused or could not be read."""
    return [int(row[0]) for row in connection.execute(statement("ingest/refused_of_run"), {"run_id": run_id})]


def set_refused_rows(connection: psycopg.Connection[Any], batch_id: int, refused: Mapping[int, str]) -> None:
    """Say which rows of a batch checks leave out, by place from 1, and why."""
    told = Jsonb({str(place): storable(reason) for place, reason in refused.items()})
    connection.execute(statement("ingest/set_refused_rows"), {"batch_id": batch_id, "refused": told})


def set_state(
    connection: psycopg.Connection[Any],
    batch_id: int,
    state: str,
    *,
    reason: str | None = None,
    rows: int | None = None,
) -> None:
    """Say what became of a batch: ``quarantined`` (with the reason), ``loaded``, or ``fetched``: to be loaded."""
    connection.execute(
        statement("ingest/set_batch_state"),
        {"batch_id": batch_id, "state": state, "reason": reason and storable(reason), "row_count": rows},
    )
