"""A collection that is killed anywhere, or runs twice at once, leaves the tables that an undisturbed one leaves.

Side effects repeat object by object: one is tried of every kind after every other kind, and with
``KILL_EVERYWHERE=1`` in the environment every single one (about ten minutes).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.airflow import PROJECT
from sandbox.supervisor import Sandbox

pytestmark = pytest.mark.integration
SCENARIO = PROJECT / "sandbox" / "scenarios" / "late-and-corrected"
FIRST, LAST = "2026-04-06", "2026-04-06"
FACTS = (
    "raw.oci_cost_hour",
    "core.oci_usage_daily",
    "core.metric_point",
    "core.oci_backup",
    "core.database_dump",
    "core.ticket",
    "core.hour_bank_entry",
    "core.ticket_state",
    "core.oci_compartment",
    "core.oci_usage_total",
    "core.usage_reconciliation",
)
NOT_FACTS = "'{batch_id,loaded_by,run_id,reconciled_at,first_seen_at,last_seen_at}'"
OBSERVED = """select kind, scope, subject, day::text, severity, detail from core.observation
                where resolved_at is null order by 1, 2, 3, 4"""
LOADED = "select source, scope, name, etag, sha256, row_count, count(*) from raw.batch where state = 'loaded'"
KILLED = -9


class Collector:
    """The driver process, and the warehouse that it fills."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        described = json.loads(sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
        self._dsn = {"host": described["host"], "user": described["login"], "dbname": described["schema"]}
        self._archive = sandbox.archive()
        self._folder = folder
        path = f"{PROJECT / 'include'}:{PROJECT / 'plugins'}:{PROJECT}"
        self.errors = folder / "driver.log"
        self._errors = self.errors.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.ingest_driver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._errors, text=True,
            env={**sandbox.environment, "PATH": "/usr/bin:/bin", "PYTHONPATH": path, "GX_ANALYTICS_ENABLED": "False",
                 "AIRFLOW_HOME": str(folder / "airflow")},
        )  # fmt: skip

    def run(self, *run_ids: str, kill_after: int | None = None) -> list[dict[str, Any]]:
        """Run collections at the same time; how each ended, and its side effects in order."""
        commands = []
        for run_id in run_ids:
            commands.append({"run_id": run_id, "first": FIRST, "last": LAST, "kill_after": kill_after,
                             "trace_folder": str(self._folder)})  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(commands) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self.errors.read_text(encoding="utf-8")[-4000:]
        return json.loads(line)  # type: ignore[no-any-return]

    def succeed(self, *run_ids: str) -> list[str]:
        """Run collections that must end well; the side effects of the first."""
        ended = self.run(*run_ids)
        assert [each["exit"] for each in ended] == [0] * len(run_ids), self.errors.read_text(encoding="utf-8")[-4000:]
        return list(ended[0]["trace"])

    def facts(self) -> dict[str, Any]:
        """Every row of every table of facts, and of the ledger's what is loaded, without ids and times."""
        with psycopg.connect(**self._dsn) as db:
            rows = {
                table: db.execute(
                    f"select (to_jsonb(t) - {NOT_FACTS}::text[])::text from {table} t order by 1"  # type: ignore[arg-type]
                ).fetchall()
                for table in FACTS
            }
            cost = LOADED + " and source = 'oci_cost_reports' group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3"
            return {
                **rows,
                "loaded cost reports": db.execute(cost).fetchall(),  # type: ignore[arg-type]
                "open observations": db.execute(OBSERVED).fetchall(),
            }

    def forget(self) -> None:
        """Empty the warehouse and the archive."""
        with psycopg.connect(**self._dsn) as db:
            db.execute("truncate raw.batch, core.observation, core.usage_reconciliation cascade")
        for page in self._archive.client.get_paginator("list_objects_v2").paginate(Bucket=self._archive.bucket):
            for entry in page.get("Contents", ()):
                self._archive.client.delete_object(Bucket=self._archive.bucket, Key=entry["Key"])

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            assert pipe is not None
            pipe.close()


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("kills")
    with Sandbox(SCENARIO, folder / "state") as sandbox:
        sandbox.clear_faults()
        running = Collector(sandbox, folder)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def undisturbed(collector: Collector) -> tuple[list[str], dict[str, Any]]:
    """The side effects of a collection in order, and the facts that it leaves."""
    collector.succeed("the one that makes the tables")
    collector.forget()
    trace = collector.succeed("undisturbed")
    return trace, collector.facts()


def kill_points(trace: list[str]) -> list[tuple[int, str]]:
    """The position of one side effect of each kind after each other kind, and of the very first and last."""
    if os.environ.get("KILL_EVERYWHERE"):
        return list(enumerate(trace, start=1))
    chosen = {}
    for position, (before, label) in enumerate(pairwise(["", *trace]), start=1):
        chosen.setdefault((before, label), position)
    return sorted((position, trace[position - 1]) for position in {*chosen.values(), len(trace)})


def test_an_undisturbed_collection_fills_every_table(undisturbed: tuple[list[str], dict[str, Any]]) -> None:
    trace, facts = undisturbed
    assert all(facts.values()), {table: len(rows) for table, rows in facts.items()}
    assert {"s3 PutObject", "insert into raw.batch", "commit"} <= set(trace)
    assert all(count == 1 for *_, count in facts["loaded cost reports"])


def test_a_kill_after_any_side_effect_loses_and_doubles_nothing(
    collector: Collector, undisturbed: tuple[list[str], dict[str, Any]]
) -> None:
    trace, facts = undisturbed
    points = kill_points(trace)
    assert len(points) > 12
    for number, (position, label) in enumerate(points):
        collector.forget()
        [ended] = collector.run("first", kill_after=position)
        assert (ended["exit"], len(ended["trace"])) == (KILLED, position), f"{label} ({position} of {len(trace)})"
        # A task that is tried again has the same run; the next run of the schedule has another.
        collector.succeed("first" if number % 2 else "next")
        assert collector.facts() == facts, f"killed after {label} ({position} of {len(trace)})"


def test_two_collections_at_the_same_time_load_once(
    collector: Collector, undisturbed: tuple[list[str], dict[str, Any]]
) -> None:
    collector.forget()
    collector.succeed("one", "other")
    assert collector.facts() == undisturbed[1]
    collector.succeed("afterwards")
    assert collector.facts() == undisturbed[1]
