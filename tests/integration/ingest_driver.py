"""Runs the steps of a whole collection without Airflow's scheduler, and dies where it is told to.

A server for :mod:`tests.integration.test_kills`: it imports everything once, then reads one command a
line (JSON) and runs each in a child process of its own, several of one line at the same time. What a
run does to the outside is counted, so that it can be killed (SIGKILL) right after any of it.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import botocore.client
import great_expectations  # noqa: F401 (imported before the children are made, each needs it)
import oci.database
import oci.identity
import oci.monitoring
import oci.object_storage
import oci.usage_api  # noqa: F401
import polars  # noqa: F401
import psycopg

from service_reports_airflow import ingest, observe, stores
from service_reports_airflow.review import review_costs

AGE = timedelta(days=3)
"""How old the days are when they are looked at: old enough to be judged."""
WRITES = re.compile(r"^\s*(insert into|update|delete from|copy)\s+([\w.]+)", re.IGNORECASE | re.MULTILINE)
COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


class SideEffects:
    """Counts what is written to the archive and the warehouse; kills its own process after the n-th.

    Each is a line of the trace, a file: what a killed process has written there stays written.
    """

    def __init__(self, kill_after: int | None, trace: IO[str]) -> None:
        self.kill_after = kill_after
        self.trace = trace
        self.seen = 0

    def happened(self, label: str) -> None:
        self.seen += 1
        self.trace.write(label + "\n")
        self.trace.flush()
        if self.seen == self.kill_after:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Wrap the two ways out of the process: S3 calls and SQL statements."""
        self._after(botocore.client.BaseClient, "_make_api_call", lambda name, *_: f"s3 {name}", {"s3 PutObject"})
        for method in ("execute", "executemany"):
            self._after(psycopg.Cursor, method, self._statement, None)
        copy, transaction = psycopg.Cursor.copy, psycopg.Connection.transaction

        @contextmanager
        def watched_copy(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Iterator[Any]:
            with copy(cursor, statement, *arguments, **options) as copying:
                yield copying
            self.happened(str(self._statement(statement)))

        @contextmanager
        def watched_transaction(connection: Any, *arguments: Any, **options: Any) -> Iterator[Any]:
            before = self.seen
            with transaction(connection, *arguments, **options) as open_transaction:
                yield open_transaction
            if self.seen > before:
                self.happened("commit")

        psycopg.Cursor.copy = watched_copy  # type: ignore[method-assign, assignment]
        psycopg.Connection.transaction = watched_transaction  # type: ignore[method-assign, assignment]

    @staticmethod
    def _statement(statement: Any, *_: Any) -> str | None:
        match = WRITES.search(COMMENT.sub("", statement if isinstance(statement, str) else str(statement)))
        return f"{match[1].lower()} {match[2]}" if match else None

    def _after(self, owner: Any, method: str, label: Callable[..., str | None], only: set[str] | None) -> None:
        original = getattr(owner, method)

        def wrapped(this: Any, *arguments: Any, **options: Any) -> Any:
            result = original(this, *arguments, **options)
            text = label(*arguments)
            if text is not None and (only is None or text in only):
                self.happened(text)
            return result

        setattr(owner, method, wrapped)


def collect(run_id: str, first: str, last: str) -> None:
    """Every step of every ingest DAG, in their order."""
    days = ingest.Window(date.fromisoformat(first), date.fromisoformat(last))
    batch_ids: list[int] = []
    for tenancy in ingest.tenancies():
        batch_ids += ingest.fetch_compartments(tenancy, run_id)
        for fetch in (ingest.fetch_cost_reports, ingest.fetch_usage_totals, ingest.fetch_metrics):
            batch_ids += fetch(tenancy, days, run_id)
    for contract_id in ingest.contract_ids():
        for fetch in (ingest.fetch_oci_backups, ingest.fetch_database_dumps, ingest.fetch_help_desk):
            batch_ids += fetch(contract_id, days, run_id)
    ingest.load(ingest.validate(batch_ids, run_id))
    review_costs(batch_ids, days, run_id)
    run_after = datetime.combine(days.last, datetime.min.time(), tzinfo=UTC) + AGE
    for look in observe.LOOKS:
        observe.observe(look, {"desde": first, "hasta": last}, run_after, run_id)
    # What a person must look at was kept before; that a new alert ends a run red is no failure here.
    with suppress(ingest.Incomplete):
        ingest.confirm(batch_ids, run_id)


def _run(command: dict[str, Any], path: Path) -> None:
    with path.open("w", encoding="utf-8") as trace:
        SideEffects(command["kill_after"], trace).watch()
        # A client takes 0.2 s to make; a run of the DAGs makes one a task, here one is enough.
        ingest.s3_client = stores.s3_client = functools.cache(stores.s3_client)
        collect(command["run_id"], command["first"], command["last"])


def main() -> None:
    """Answer each line of commands with what became of them."""
    answers_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever is logged goes to the error stream
    context = multiprocessing.get_context("fork")
    for line in sys.stdin:
        commands = json.loads(line)
        children = []
        for number, command in enumerate(commands):
            path = Path(command["trace_folder"]) / f"{number}.trace"
            children.append((path, context.Process(target=_run, args=(command, path))))
        for _, child in children:
            child.start()
        answers = []
        for path, child in children:
            child.join()
            answers.append({"exit": child.exitcode, "trace": path.read_text(encoding="utf-8").splitlines()})
        answers_to.write(json.dumps(answers) + "\n")
        answers_to.flush()


if __name__ == "__main__":
    main()
