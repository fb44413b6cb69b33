"""A running product with its outside world, as the tests of the whole month use it."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sandbox.airflow import LocalAirflow
from sandbox.demo import POLL_SECONDS, RUN_SECONDS, failure_logs, watch
from sandbox.supervisor import Sandbox
from service_reports.contracts import Contract


@dataclass
class Installation:
    """A running product with its outside world."""

    sandbox: Sandbox
    airflow: LocalAirflow
    contract: Contract

    def run(self, dag_id: str, **form: Any) -> tuple[str, str]:
        """Trigger a DAG as its form would, wait for its end; returns run id and state."""
        run_id = self.airflow.trigger(dag_id, form)
        return run_id, self.wait(dag_id, run_id)

    def wait(self, dag_id: str, run_id: str) -> str:
        return watch(self.airflow, self.sandbox, {dag_id: run_id}, lambda _: None)[dag_id]

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str]:
        answer = self.airflow.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=200")
        return {task["task_id"]: task["state"] for task in answer["task_instances"]}

    def reach(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        """Wait until a task of a run is in a state."""
        deadline = time.monotonic() + RUN_SECONDS
        while self.tasks(dag_id, run_id).get(task_id) != state:
            self.airflow.check()
            assert time.monotonic() < deadline, f"{task_id} is not {state}: {self.tasks(dag_id, run_id)}"
            time.sleep(POLL_SECONDS)

    def logs(self, dag_id: str, run_id: str) -> str:
        return failure_logs(self.airflow, dag_id, run_id)

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """What the UI's «Clear» does to one task and those after it."""
        body = {"dry_run": False, "dag_run_id": run_id, "task_ids": [task_id], "include_downstream": True,
                "only_failed": False, "reset_dag_runs": True}  # fmt: skip
        self.airflow.post(f"/dags/{dag_id}/clearTaskInstances", body)

    def query(self, statement: str, database: str = "warehouse", **values: Any) -> list[dict[str, Any]]:
        name = {"help_desk": self.contract.help_desk.connection.upper()}.get(database, "WAREHOUSE")
        described = json.loads(self.sandbox.environment[f"AIRFLOW_CONN_{name}"])
        if database == "airflow":
            described["schema"] = "airflow"
        with (
            psycopg.connect(host=described["host"], user=described["login"], dbname=described["schema"]) as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


def succeed(*command: str | Path) -> str:
    """Run a program that must end well; returns all it printed."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, f"{command[0]} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}"
    return ended.stdout + ended.stderr
