"""Whatever goes wrong outside, the figures are right, or the run is red and says why, and the next one heals.

One installation lives through four rounds of collection, with other faults each; the tests look at what came of
them. The faults whose handling is easily mistaken for another's have a day of the period to themselves.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from sandbox.airflow import PROJECT
from sandbox.supervisor import Sandbox
from service_reports.contracts import load_contract
from tests.integration.databases import quick_folder
from tests.integration.installation import Installation, SharedAirflow

pytestmark = pytest.mark.integration
SCENARIO = PROJECT / "sandbox" / "scenarios" / "everything-breaks"
DAYS = {"desde": "2026-05-01", "hasta": "2026-05-05"}
COST, METRICS, BACKUPS = "ingest_oci_cost_reports", "ingest_oci_metrics", "ingest_backups"


def report(number: int) -> str:
    """Pattern of one cost report's name: there is one for every six hours, from the first of May on."""
    return f"*{600_000 + number}.csv.gz"


SKEWED = ({"kind": "clock_skew", "minutes": 9},)
DOTTED = ({"kind": "dotted_name", "name": report(11)},)
BROKEN = (
    {"kind": "reset", "operation": "get_object", "name": report(4), "times": 1},
    {"kind": "slow", "operation": "get_object", "name": report(3), "seconds": 1},
    {"kind": "truncated", "operation": "get_object", "name": report(0)},
    {"kind": "wrong_md5", "operation": "get_object", "name": report(17)},
    {"kind": "older_version", "name": report(1)},
    {"kind": "absent", "name": report(2)},
    {"kind": "changed_header", "change": "case", "name": report(3)},
    {"kind": "changed_header", "change": "order", "name": report(5)},
    {"kind": "changed_header", "change": "extra_columns", "name": report(6)},
    {"kind": "changed_header", "change": "without_optional", "name": report(7)},
    {"kind": "changed_header", "change": "without_required", "name": report(8)},
    {"kind": "absent", "name": report(9)},
    {"kind": "listed_twice", "name": report(10)},
    {"kind": "copied", "name": report(13)},
    *DOTTED,
    {"kind": "http_error", "status": 429, "operation": "summarize_metrics_data", "times": 1},
    {"kind": "http_error", "status": 503, "operation": "list_backups"},
    {"kind": "hanging", "operation": "s3", "name": "/database-dumps*", "times": 1},
)
BOMBED = ({"kind": "gzip_bomb", "name": report(9), "megabytes": 256},)


@dataclass
class Round:
    """How the runs of one collection ended."""

    states: dict[str, str]
    logs: dict[str, str]
    attempts: dict[str, int]


@dataclass
class History:
    """An installation and the rounds that it went through."""

    installation: Installation
    rounds: dict[str, Round]

    def hours(self, day: str) -> dict[str, Decimal]:
        """Quantity by product of one day, as the warehouse has it."""
        [compartment] = self.installation.contract.oci.compartment_ocids
        rows = self.installation.query(
            "select product_description, sum(quantity) as quantity from core.oci_usage_daily"
            " where usage_date = %(day)s and compartment_ocid = %(compartment)s group by 1",
            day=day,
            compartment=compartment,
        )
        return {row["product_description"]: row["quantity"] for row in rows}


def collect(installation: Installation, dags: tuple[str, ...], *faults: dict[str, Any]) -> Round:
    """Run DAGs together under these faults."""
    installation.sandbox.set_faults(*faults)
    runs = {dag_id: installation.airflow.trigger(dag_id, DAYS) for dag_id in dags}
    states = installation.follow(runs)
    logs = {dag_id: installation.logs(dag_id, run_id) for dag_id, run_id in runs.items()}
    attempts = {}
    for dag_id, run_id in runs.items():
        answer = installation.airflow.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=50")
        attempts |= {f"{dag_id}.{task['task_id']}": task["try_number"] for task in answer["task_instances"]}
    return Round(states, logs, attempts)


@pytest.fixture(scope="module")
def history(airflow: SharedAirflow) -> Iterator[History]:
    with quick_folder() as state, Sandbox(SCENARIO, state) as sandbox:
        installation = Installation(sandbox, airflow, load_contract(SCENARIO / "contract.yaml"))
        rounds = {
            "skewed": collect(installation, (COST,), *SKEWED),
            "broken": collect(installation, (COST, METRICS, BACKUPS), *BROKEN),
        }
        # A dotted name that was taken stays the object's; one that was refused is put right by who gave it.
        taken = installation.query("select 1 from raw.batch where name like %(dots)s and state = 'loaded'", dots="%..%")
        dotted = DOTTED if taken else ()
        rounds["bombed"] = collect(installation, (COST, BACKUPS), *BOMBED, *dotted)
        rounds["healed"] = collect(installation, (COST,), *dotted)
        yield History(installation, rounds)


@pytest.fixture(scope="module")
def scenario() -> dict[str, dict[str, Decimal]]:
    """Quantity by product of every day, as the scenario has it."""
    quantities: dict[str, dict[str, Decimal]] = defaultdict(dict)
    with (SCENARIO / "oci_daily_usage.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            quantities[row["usage_date"]][row["product_description"]] = Decimal(row["quantity"])
    return quantities


def test_a_clock_that_is_wrong_fails_the_run_with_connection_and_cause(history: History) -> None:
    skewed = history.rounds["skewed"]
    assert skewed.states == {COST: "failed"}
    assert "La conexión «oci_smart_tmt»" in skewed.logs[COST]
    assert "more than five minutes away" in skewed.logs[COST]


@pytest.mark.parametrize("day", ["2026-05-01", "2026-05-02", "2026-05-03"])
def test_after_the_faults_every_day_is_right_to_the_last_digit(
    history: History, scenario: dict[str, dict[str, Decimal]], day: str
) -> None:
    """Resets, truncations, late, lower-named, replaced and doubly listed objects, headers, dotted names, slowness."""
    assert history.rounds["healed"].states == {COST: "success"}, history.rounds["healed"].logs
    assert history.hours(day) == scenario[day]


def test_a_run_that_left_reports_out_is_red_and_names_each_with_its_reason(history: History) -> None:
    broken = history.rounds["broken"]
    assert broken.states[COST] == "failed"
    log = broken.logs[COST].lower()
    assert "600000.csv.gz" in log, "the truncated report"
    assert "600008.csv.gz" in log, "the report without a required column"
    assert "usage/billedquantity" in log


def test_a_reset_in_mid_body_is_an_error_of_the_connection_and_tried_again(history: History) -> None:
    assert history.rounds["broken"].attempts[f"{COST}.fetch_oci_cost_reports"] == 2


def test_a_burst_of_429_is_waited_for_where_it_strikes(history: History) -> None:
    broken = history.rounds["broken"]
    assert (broken.states[METRICS], broken.attempts[f"{METRICS}.fetch_oci_metrics"]) == ("success", 1), broken.logs[
        METRICS
    ]
    points = history.installation.query("select count(*), min(value) from core.metric_point")
    assert points[0]["count"] == 2 * 5 * 24


def test_a_service_that_stays_down_fails_the_run_and_the_next_collects(history: History) -> None:
    broken = history.rounds["broken"]
    assert broken.states[BACKUPS] == "failed"
    assert "La conexión «oci_smart_tmt»" in broken.logs[BACKUPS]
    assert "503" in broken.logs[BACKUPS]
    assert history.rounds["bombed"].states[BACKUPS] == "success", history.rounds["bombed"].logs[BACKUPS]
    [count] = history.installation.query("select count(*) from core.oci_backup")
    assert count["count"] == 5


def test_an_answer_that_never_comes_ends_at_the_connections_read_timeout_and_is_tried_again(history: History) -> None:
    assert history.rounds["broken"].attempts[f"{BACKUPS}.fetch_database_dumps"] == 2
    [dumps] = history.installation.query("select count(*), sum(size_bytes) as bytes from core.database_dump")
    with (SCENARIO / "local_dumps.csv").open(encoding="utf-8", newline="") as file:
        sizes = [int(row["size_bytes"]) for row in csv.DictReader(file)]
    assert (dumps["count"], dumps["bytes"]) == (len(sizes), sum(sizes))


def test_a_body_that_is_not_the_one_of_its_md5_is_never_counted(
    history: History, scenario: dict[str, dict[str, Decimal]]
) -> None:
    log = history.rounds["broken"].logs[COST]
    assert "600017.csv.gz" in log
    assert "md5" in log.lower()
    assert history.hours("2026-05-05") == scenario["2026-05-05"]


def test_a_gzip_bomb_makes_the_run_red(history: History) -> None:
    assert history.rounds["bombed"].states[COST] == "failed"


def test_a_gzip_bomb_is_refused_by_name_and_the_rest_of_the_run_loaded(history: History) -> None:
    bombed = history.rounds["bombed"]
    assert bombed.states[COST] == "failed"
    assert "600009.csv.gz" in bombed.logs[COST]
    assert history.installation.query(
        "select 1 from raw.batch where name like %(whole)s and state = 'loaded'"
        " and loaded_at < (select max(loaded_at) from raw.batch where name like %(bomb)s)",
        whole="%600002.csv.gz",
        bomb="%600009.csv.gz",
    )


def test_the_same_bytes_under_a_further_name_count_once(
    history: History, scenario: dict[str, dict[str, Decimal]]
) -> None:
    assert history.hours("2026-05-04") == scenario["2026-05-04"]


def test_a_dotted_name_is_told_or_taken_but_leads_nowhere(history: History) -> None:
    dots = history.installation.query("select state, archive_key from raw.batch where name like %(dots)s", dots="%..%")
    if not any(row["state"] == "loaded" for row in dots):
        assert "600011.csv.gz" in history.rounds["broken"].logs[COST]
    store = history.installation.sandbox.archive()
    listed = store.client.get_paginator("list_objects_v2").paginate(Bucket=store.bucket)
    assert {entry["Key"].split("/")[0] for page in listed for entry in page["Contents"]} == {"blobs"}
