"""Loads the rows of one batch in one transaction; loading a batch again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.failures import said
from service_reports.sources import SOURCES
from service_reports.sources.rows import told_of
from service_reports.sources.source import Batch
from service_reports.warehouse.batches import set_state
from service_reports.warehouse.observations import add_observation, keep_observations
from service_reports.warehouse.statements import statement
from service_reports.warehouse.turns import in_turn

Connection = psycopg.Connection[Any]


NOT_TO_LOAD = frozenset({"loaded", "superseded", "unreadable"})
"""States of a batch that is loaded already, or has no bytes: whoever asks for it."""


class RowRefused(ValueError):
    """PostgreSQL did not take a row of a batch; the message does not repeat the row, which may hold personal data."""


class OpenLoad(NamedTuple):
    """What a source loads its rows through: see ``sources.source.Loading``."""

    connection: Connection
    batch: Batch
    contracts: Sequence[Contract]

    @property
    def _about(self) -> dict[str, Any]:
        return {**self.batch._asdict(), "told_at": self.batch.observed_at}

    def execute(self, name: str, /, **parameters: object) -> Sequence[tuple[Any, ...]]:
        """As ``Loading``'s."""
        done = self.connection.execute(statement(name), {**self._about, **parameters})
        return done.fetchall() if done.description else ()

    def write(self, name: str, rows: Iterable[object], /, **parameters: object) -> None:
        """As ``Loading``'s."""
        keys = {**self._about, **parameters}
        values = [{**keys, "position": position, **_fields(row)} for position, row in enumerate(rows, start=1)]
        with self.connection.cursor() as cursor:
            cursor.executemany(statement(name), values)

    def copy(self, name: str, rows: Iterable[Sequence[object]], /) -> None:
        """As ``Loading``'s."""
        with self.connection.cursor() as cursor, cursor.copy(statement(name)) as copying:
            for row in rows:
                copying.write_row([Jsonb(dict(each)) if isinstance(each, Mapping) else each for each in row])

    def observe(self, found: Observation) -> None:
        """As ``Loading``'s."""
        add_observation(self.connection, found, self.batch.run_id)

    def keep(self, found: Sequence[Observation], kind: str) -> None:
        """As ``Loading``'s."""
        first, last = self.batch.window_from or date.min, self.batch.window_to or date.max
        keep_observations(
            self.connection,
            found,
            kinds=[kind],
            scope=self.batch.scope,
            first=first,
            last=last,
            run_id=self.batch.run_id,
        )


def _fields(row: object) -> dict[str, Any]:
    """The columns of a row; what is a mapping in one is a document of the database, and what is a tuple an array."""
    told = row._asdict() if isinstance(row, tuple) else dict(row)  # type: ignore[attr-defined, call-overload]
    return {name: _stored(value) for name, value in told.items()}


def _stored(value: object) -> object:
    if isinstance(value, Mapping):
        return Jsonb(dict(value))
    return list(value) if isinstance(value, tuple) else value


def load_batch(connection: Connection, batch: Batch, rows: Sequence[Any], contracts: Sequence[Contract] = ()) -> bool:
    """Load the rows of a batch that no check refused; ``False`` when they were loaded before, or later ones were.

    Whatever the order of loading, what an answer of a later moment (``observed_at``) says stays.
    ``contracts`` are those of the batch's scope.

    Raises:
        RowRefused: a row does not fit its table; nothing of the batch is loaded.
    """
    try:
        return _load(connection, batch, rows, contracts)
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        raise RowRefused(f"una fila no cabe en su tabla: {said(error)}") from None


def _load(connection: Connection, batch: Batch, rows: Sequence[Any], contracts: Sequence[Contract]) -> bool:
    source = SOURCES[batch.source]
    with in_turn(connection, "load", batch.source, batch.scope):
        held = connection.execute(statement("ingest/lock_batch"), {"batch_id": batch.batch_id}).fetchone()
        if held is None or held[0] in NOT_TO_LOAD:
            return False
        if source.whole and (later := _told_later(connection, batch)) is not None:
            reason = f"el lote {later}, ya cargado, es de un momento posterior"
            set_state(connection, batch.batch_id, "superseded", reason=reason)
            return False
        source.load(OpenLoad(connection, batch, contracts), rows)
        set_state(connection, batch.batch_id, "loaded", rows=len(rows), reason=told_of(getattr(rows, "aside", ())))
    return True


def _told_later(connection: Connection, batch: Batch) -> int | None:
    """The loaded batch of a later moment that says all that this one could, and so takes its place."""
    later = connection.execute(statement("ingest/told_later"), {"batch_id": batch.batch_id}).fetchone()
    return None if later is None else int(later[0])
