"""A collection that is killed anywhere, or runs twice at once, leaves the tables that an undisturbed one leaves.

Side effects repeat object by object: one is tried of every kind after every other kind, and of each kind of commit
the first; with ``KILL_EVERYWHERE=1`` in the environment every single one (more than ten minutes).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.airflow import PROJECT
from sandbox.supervisor import Sandbox
from tests.integration.databases import quick_folder
from tests.integration.killing import COMMIT, EVERYWHERE, UNCOMMITTED, Driver, Ended, distinct

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


class Collector:
    """The driver process, and the warehouse that it fills."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        described = json.loads(sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
        self._dsn = {"host": described["host"], "user": described["login"], "dbname": described["schema"]}
        self._archive = sandbox.archive()
        self.driver = Driver("tests.integration.ingest_driver", sandbox.environment, folder)
        self.driver.run({"warm": True})

    def kill(self, run_id: str, kill_after: int) -> Ended:
        """Run a collection that dies after its n-th side effect."""
        return self.driver.run({**command(run_id), "kill_after": kill_after})[0]

    def succeed(self, *run_ids: str) -> list[str]:
        """Run collections at the same time, which must end well; the side effects of the first."""
        return list(self.driver.succeed(*(command(run_id) for run_id in run_ids))[0].trace)

    def facts(self) -> dict[str, Any]:
        """Every row of every table of facts, and of the ledger's what is loaded, without ids and times."""
        with psycopg.connect(**self._dsn) as db:
            rows = {
                table: db.execute(
                    f"select (to_jsonb(t) - {NOT_FACTS}::text[])::text from {table} t order by 1"
                ).fetchall()
                for table in FACTS
            }
            cost = LOADED + " and source = 'oci_cost_reports' group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3"
            return {
                **rows,
                "loaded cost reports": db.execute(cost).fetchall(),
                "open observations": db.execute(OBSERVED).fetchall(),
            }

    def forget(self) -> None:
        """Empty the warehouse and the archive."""
        with psycopg.connect(**self._dsn) as db:
            db.execute("truncate raw.batch, raw.oci_cost_use, core.observation, core.usage_reconciliation cascade")
        for page in self._archive.client.get_paginator("list_objects_v2").paginate(Bucket=self._archive.bucket):
            for entry in page.get("Contents", ()):
                self._archive.client.delete_object(Bucket=self._archive.bucket, Key=entry["Key"])


def command(run_id: str) -> dict[str, str]:
    return {"run_id": run_id, "first": FIRST, "last": LAST}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with quick_folder() as folder, Sandbox(SCENARIO, folder / "state") as sandbox:
        sandbox.clear_faults()
        running = Collector(sandbox, folder)
        try:
            yield running
        finally:
            running.driver.stop()


@pytest.fixture(scope="module")
def undisturbed(collector: Collector) -> tuple[list[str], dict[str, Any]]:
    """The side effects of a collection in order, and the facts that it leaves."""
    collector.succeed("the one that makes the tables")
    collector.forget()
    trace = collector.succeed("undisturbed")
    return trace, collector.facts()


def kill_points(trace: list[str]) -> list[tuple[int, str]]:
    """The first side effect of each kind that follows one of another kind, the first of each commit, and the last."""
    effects = distinct(trace)
    if EVERYWHERE:
        return effects
    chosen = {}
    for (_, before), (position, label) in pairwise([(0, ""), *effects]):
        chosen.setdefault(label if label.startswith(COMMIT) else (before, label), (position, label))
    return sorted({*chosen.values(), effects[-1]})


def test_an_undisturbed_collection_fills_every_table(undisturbed: tuple[list[str], dict[str, Any]]) -> None:
    trace, facts = undisturbed
    assert all(facts.values()), {table: len(rows) for table, rows in facts.items()}
    assert {"s3 PutObject", "copy raw.oci_cost_use" + UNCOMMITTED, COMMIT} <= set(trace)
    assert all(count == 1 for *_, count in facts["loaded cost reports"])


def test_a_kill_after_any_side_effect_loses_and_doubles_nothing(
    collector: Collector, undisturbed: tuple[list[str], dict[str, Any]]
) -> None:
    trace, facts = undisturbed
    points = kill_points(trace)
    assert len(points) > 12
    for number, (position, label) in enumerate(points):
        collector.forget()
        ended = collector.kill("first", position)
        assert (ended.killed, len(ended.trace)) == (True, position), f"{label} ({position} of {len(trace)})"
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
