"""The clock of a simulation: PostgreSQL tells its time, and steps are given it where they take a moment.

In the sessions that are held to it ``now()`` is a function of a schema that comes before the catalogue.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg

AHEAD = "coalesce(nullif(current_setting('clock.ahead', true), ''), '0')::interval"
FUNCTIONS = f"""
create schema if not exists clock;
create or replace function clock.now() returns timestamptz language sql stable
    as $$ select pg_catalog.now() + {AHEAD} $$;
create or replace function clock.clock_timestamp() returns timestamptz language sql volatile
    as $$ select pg_catalog.clock_timestamp() + {AHEAD} $$;
"""
HOLD = "select set_config('search_path', 'clock, pg_catalog, public', false), set_config('clock.ahead', %s, false)"


class Clock:
    """A clock that goes on as any does, and is put forward between two steps."""

    def __init__(self, at: datetime) -> None:
        self._ahead = at - datetime.now(UTC)

    def now(self) -> datetime:
        """The simulated moment, aware."""
        return datetime.now(UTC) + self._ahead

    def pass_to(self, at: datetime) -> datetime:
        """Let it be a later moment; a slow machine may have got there already."""
        if at > self.now():
            self._ahead = at - datetime.now(UTC)
        return self.now()

    @staticmethod
    def put_up(connection: psycopg.Connection[Any]) -> None:
        """Give an empty database the clock, before its schema, whose defaults then go by it."""
        connection.execute(FUNCTIONS)

    def hold(self, connection: psycopg.Connection[Any]) -> None:
        """Hold a session to the present moment of this clock, from which it goes on by itself."""
        connection.execute(HOLD, (f"{self._ahead.total_seconds():f} seconds",))
