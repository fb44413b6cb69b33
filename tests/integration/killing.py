"""Real steps in processes that die where they are told to.

A *driver* (``ingest_driver``, ``publish_driver``) is a server that imports everything once, then reads
one list of commands a line (JSON) and runs each in a child process of its own, those of one line at the
same time. What a child does to the outside is counted, so that it can be killed (SIGKILL) right after
any of it. A list of one command that says ``warm`` is carried out in the driver itself, so that what it makes
(clients, templates, fonts) is there for every child. A command whose ``environment`` names connections is carried out
with these. :class:`Driver` starts one and talks to it.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import multiprocessing
import os
import re
import signal
import smtplib
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import botocore.client
import psycopg
from psycopg.pq import TransactionStatus

from sandbox.airflow import PROJECT
from sandbox.supervisor import Sandbox

KILLED = -signal.SIGKILL
WRITES = re.compile(r"^\s*(insert into|update|delete from|copy)\s+([\w.]+)", re.IGNORECASE | re.MULTILINE)
COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
END_OF_TEXT = b"\r\n.\r\n"
COMMIT = "commit"
UNCOMMITTED = " in a transaction"
EVERYWHERE = bool(os.environ.get("KILL_EVERYWHERE"))
"""Kill after every single side effect, not only where another state is left behind."""


class SideEffects:
    """Counts what is written to the archive and the warehouse and said to a mail server; kills after the n-th.

    Or it has the database end all connections then, as one that is restarted does. Each is a line of the trace, a file:
    what a killed process has written there stays written.
    """

    def __init__(self, kill_after: int | None, trace: IO[str], cut_after: int | None = None) -> None:
        self.kill_after, self.cut_after = kill_after, cut_after
        self.trace = trace
        self._written_to: psycopg.Connection[Any] | None = None
        self.seen = 0

    def happened(self, label: str) -> None:
        self.seen += 1
        self.trace.write(label + "\n")
        self.trace.flush()
        if self.seen == self.kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.seen == self.cut_after and self._written_to is not None:
            at = self._written_to.info
            with psycopg.connect(host=at.host, port=at.port, user=at.user, dbname=at.dbname, autocommit=True) as other:
                other.execute(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )

    def watch(self) -> None:
        """Wrap the ways out of the process: S3 calls, SQL statements and SMTP commands."""
        self._after(botocore.client.BaseClient, "_make_api_call", lambda _, name, *__: f"s3 {name}", {"s3 PutObject"})
        for method in ("execute", "executemany"):
            self._after(psycopg.Cursor, method, self._statement, None)
        copy, transaction = psycopg.Cursor.copy, psycopg.Connection.transaction

        @contextmanager
        def watched_copy(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Iterator[Any]:
            with copy(cursor, statement, *arguments, **options) as copying:
                yield copying
            self.happened(str(self._statement(cursor, statement)))

        @contextmanager
        def watched_transaction(connection: Any, *arguments: Any, **options: Any) -> Iterator[Any]:
            before = self.seen
            with transaction(connection, *arguments, **options) as open_transaction:
                yield open_transaction
            if self.seen > before:
                self.happened(COMMIT)

        psycopg.Cursor.copy = watched_copy  # type: ignore[method-assign, assignment]
        psycopg.Connection.transaction = watched_transaction  # type: ignore[method-assign, assignment]

        for method, label in (("mail", "smtp mail"), ("rcpt", "smtp rcpt"), ("data", "smtp answer")):
            self._after(smtplib.SMTP, method, lambda *_, label=label: label, None)
        send = smtplib.SMTP.send

        def watched_send(client: Any, text: Any) -> None:
            ends = isinstance(text, bytes) and text.endswith(END_OF_TEXT)
            if ends:
                self.happened("smtp data")
            send(client, text)
            if ends:
                self.happened("smtp text")

        smtplib.SMTP.send = watched_send  # type: ignore[assignment, method-assign]

    def _statement(self, cursor: psycopg.Cursor[Any], statement: Any, *_: Any) -> str | None:
        match = WRITES.search(COMMENT.sub("", statement if isinstance(statement, str) else str(statement)))
        if match is None:
            return None
        self._written_to = cursor.connection
        open_transaction = cursor.connection.info.transaction_status is TransactionStatus.INTRANS
        return f"{match[1].lower()} {match[2]}" + (UNCOMMITTED if open_transaction else "")

    def _after(self, owner: Any, method: str, label: Callable[..., str | None], only: set[str] | None) -> None:
        original = getattr(owner, method)

        def wrapped(this: Any, *arguments: Any, **options: Any) -> Any:
            result = original(this, *arguments, **options)
            text = label(this, *arguments)
            if text is not None and (only is None or text in only):
                self.happened(text)
            return result

        setattr(owner, method, wrapped)


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status, its side effects in order, and the error it ended with, if any."""

    exit: int
    trace: tuple[str, ...]
    error: str | None = None

    @property
    def killed(self) -> bool:
        return self.exit == KILLED


def distinct(trace: Sequence[str]) -> list[tuple[int, str]]:
    """Positions (from 1) and labels of the side effects after which a death leaves something else behind.

    What a transaction writes is gone with the process, as if it had died before: one death within the longest of them
    shows it. A commit is labelled by all that it keeps. With ``KILL_EVERYWHERE`` every side effect.
    """
    chosen: list[tuple[int, str]] = []
    written: list[str] = []
    longest, within = 0, None
    for position, label in enumerate(trace, start=1):
        if label.endswith(UNCOMMITTED):
            written.append(label.removesuffix(UNCOMMITTED))
        elif label == COMMIT and written:
            if len(written) > longest:
                longest, within = len(written), (position - 1, trace[position - 2])
            chosen.append((position, f"{COMMIT} of {', '.join(sorted(set(written)))}"))
            written.clear()
        else:
            chosen.append((position, label))
    if EVERYWHERE:
        return list(enumerate(trace, start=1))
    return sorted([*chosen, *([within] if within else [])])


def serve(work: Callable[[dict[str, Any]], None]) -> None:
    """A driver's main loop: answer each line of commands with what became of them."""
    answers_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever is logged goes to the error stream
    context = multiprocessing.get_context("fork")
    for line in sys.stdin:
        children = []
        commands = json.loads(line)
        if commands[0].get("warm"):
            work(commands[0])
            commands = []
        gc.freeze()  # a child that looks for garbage in what it was given would have to copy all of it
        for number, command in enumerate(commands):
            path = Path(command["folder"]) / f"{number}.trace"
            path.with_suffix(".error").unlink(missing_ok=True)
            children.append((path, context.Process(target=_child, args=(work, command, path))))
        for _, child in children:
            child.start()
        answers = []
        for path, child in children:
            child.join()
            error = path.with_suffix(".error")
            answers.append(
                {
                    "exit": child.exitcode,
                    "trace": path.read_text(encoding="utf-8").splitlines(),
                    "error": error.read_text(encoding="utf-8") if error.exists() else None,
                }
            )
        answers_to.write(json.dumps(answers) + "\n")
        answers_to.flush()


def _child(work: Callable[[dict[str, Any]], None], command: dict[str, Any], path: Path) -> None:
    with path.open("w", encoding="utf-8") as trace:
        os.environ.update(command.get("environment", {}))
        SideEffects(command.get("kill_after"), trace, command.get("cut_after")).watch()
        try:
            work(command)
        except Exception as error:
            traceback.print_exc()
            path.with_suffix(".error").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
            sys.exit(1)


@functools.cache
def collector() -> Driver:
    """A driver for every collection that is to end well, whosever: what it imports takes five seconds."""
    folder = tempfile.TemporaryDirectory(prefix="collector-")
    driver = Driver("tests.integration.ingest_driver", {}, Path(folder.name))
    atexit.register(folder.cleanup)
    atexit.register(driver.stop)  # which is done first
    return driver


def collect(sandbox: Sandbox, first: str, last: str, run_id: str = "collection") -> None:
    """Run the steps of a whole collection of some days once, which must end well."""
    collector().succeed({"run_id": run_id, "first": first, "last": last, "environment": sandbox.environment})


class Driver:
    """A driver's process, as a test talks to it."""

    def __init__(self, module: str, environment: Mapping[str, str], folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._log = folder / "driver.log"
        self._errors = self._log.open("wb")
        path = f"{PROJECT / 'include'}:{PROJECT / 'plugins'}:{PROJECT}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={
                **environment,
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": path,
                "GX_ANALYTICS_ENABLED": "False",
                "AIRFLOW_HOME": str(folder / "airflow"),
            },
        )

    def run(self, *commands: Mapping[str, Any]) -> list[Ended]:
        """Carry out commands at the same time; each may say ``kill_after``, a number of side effects."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([{**command, "folder": str(self._folder)} for command in commands]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self.log_tail()
        return [Ended(answer["exit"], tuple(answer["trace"]), answer["error"]) for answer in json.loads(line)]

    def succeed(self, *commands: Mapping[str, Any]) -> list[Ended]:
        """Carry out commands that must end well."""
        ended = self.run(*commands)
        assert [each.exit for each in ended] == [0] * len(commands), self.log_tail()
        return ended

    @property
    def cpu_seconds(self) -> float:
        """Seconds of the processor that its children took which have ended."""
        told = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(told[13]) + int(told[14])) / os.sysconf("SC_CLK_TCK")

    def log_tail(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            assert pipe is not None
            pipe.close()
