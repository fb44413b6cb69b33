"""What steps cost: seconds of the processor here and of PostgreSQL, SQL statements, requests to the object storage."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from service_reports.warehouse.statements import FOLDER

LONGEST_NAME = 48
NANOSECONDS = 1e9


@dataclass
class Cost:
    """What was spent on some contracts; ``statements`` and ``seconds``, those of PostgreSQL's
    processor, are by the statement's name."""

    contracts: int = 0
    here: float = 0.0
    postgres: float = 0.0
    wall: float = 0.0
    statements: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    requests: Counter[str] = field(default_factory=Counter)

    def each(self, measure: Callable[[Cost], float]) -> float:
        """A measure for each contract."""
        return measure(self) / max(self.contracts, 1)


MEASURES: Mapping[str, Callable[[Cost], float]] = {
    "CPU s": lambda cost: cost.here + cost.postgres,
    "SQL statements": lambda cost: float(cost.statements.total()),
    "S3 requests": lambda cost: float(cost.requests.total()),
}


class Meter:
    """Counts what passes the connections that it watches, for the step that is being measured."""

    def __init__(self) -> None:
        self._now: Cost = Cost()

    @contextmanager
    def measuring(self, contracts: int) -> Iterator[Cost]:
        """All that is done within it, for so many contracts."""
        self._now = cost = Cost(contracts)
        begun, here = time.perf_counter(), time.process_time()
        try:
            yield cost
        finally:
            cost.wall = time.perf_counter() - begun
            cost.here = time.process_time() - here
            self._now = Cost()

    @contextmanager
    def watching(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """Count and time the statements of a connection, and what its own process of the server takes."""
        before = backend_seconds(connection)
        connection.cursor_factory = self._counting()
        try:
            yield
        finally:
            if not connection.closed:
                self._now.postgres += backend_seconds(connection) - before

    def watch_requests(self, client: Any) -> Any:
        """Count what an S3 client sends."""
        client.meta.events.register("before-send.s3", self._sent)
        return client

    def _sent(self, event_name: str, **_: object) -> None:
        self._now.requests[event_name.rpartition(".")[2]] += 1

    @cache  # noqa: B019 (there is one meter)
    def _counting(self) -> type[psycopg.Cursor[Any]]:
        meter = self

        class Counting(psycopg.Cursor[Any]):
            def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
                with meter._statement(self.connection, query):
                    return super().execute(query, *arguments, **options)

            def executemany(self, query: Any, *arguments: Any, **options: Any) -> None:
                with meter._statement(self.connection, query):  # all of its rows go at once
                    super().executemany(query, *arguments, **options)

            @contextmanager
            def copy(self, statement: Any, *arguments: Any, **options: Any) -> Iterator[Any]:
                with (
                    meter._statement(self.connection, statement),
                    super().copy(statement, *arguments, **options) as copying,
                ):
                    yield copying

        return Counting

    @contextmanager
    def _statement(self, connection: psycopg.Connection[Any], text: object) -> Iterator[None]:
        begun = backend_seconds(connection)
        try:
            yield
        finally:
            name = statement_name(str(text))
            self._now.statements[name] += 1
            if not connection.closed:
                self._now.seconds[name] += backend_seconds(connection) - begun


def backend_seconds(connection: psycopg.Connection[Any]) -> float:
    """Seconds of the processor that the server's process of a connection has taken."""
    told = Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text(encoding="ascii")
    return int(told.split()[0]) / NANOSECONDS


@cache
def _names() -> Mapping[str, str]:
    paths = (path for path in FOLDER.rglob("*.sql") if path.parent.name != "migrations")
    return {path.read_text(encoding="utf-8"): str(path.relative_to(FOLDER).with_suffix("")) for path in paths}


@cache
def statement_name(text: str) -> str:
    """The file of a statement, or how it begins."""
    return _names().get(text) or " ".join(text.split())[:LONGEST_NAME]
