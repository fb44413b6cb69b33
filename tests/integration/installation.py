"""A running product with its outside world, as the tests of the whole month use it.

All installations of a test run share one Airflow, whose start costs more than most tests. Connections and contracts are
those of the installation that uses it; warehouse, archive and everything outside are each installation's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from sandbox.airflow import PROJECT, USER, LocalAirflow
from sandbox.demo import REVIEW_DAG, RUN_SECONDS, failure_logs
from sandbox.supervisor import Sandbox
from service_reports.contracts import Contract
from service_reports.contracts.loader import FOLDER_VARIABLE
from tests.integration.collector import Collector

POLL_SECONDS = 0.25
ANOTHER = "otra_persona"
"""A user besides the operator: may answer questions, and approves nothing."""
SETTINGS = Path(__file__).with_name("shared_airflow")
"""What the shared Airflow imports: the policy that no run starts by the clock, and connections that can change."""


class SharedAirflow:
    """One Airflow for several installations, of which one uses it at a time: a context manager.

    Assets start runs in it, the clock does not. What collections start (``REVIEW_DAG``) is paused, though: an
    installation that wants it lets it go on. It tells a collector of OpenTelemetry what its tasks do.
    """

    def __init__(self, home: Path, dsn: str, collector: Collector) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._connections, self._contracts = home / "connections.json", home / "contracts"
        self._used_by: Sandbox | None = None
        self._airflow = LocalAirflow(
            home,
            dsn,
            {
                "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True",
                "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin,{ANOTHER}:op",
                "AIRFLOW__SECRETS__BACKEND": "connections_of_the_installation.ConnectionsOfTheInstallation",
                "INSTALLATION_CONNECTIONS": str(self._connections),
                FOLDER_VARIABLE: str(self._contracts),
                "SERVICE_REPORTS_WAIT_SECONDS": "2",
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
                "OTEL_TRACES_EXPORTER": "otlp_proto_http",
                "AIRFLOW__TRACES__OTEL_ON": "True",
                "PYTHONPATH": os.pathsep.join(str(folder) for folder in (PROJECT / "include", PROJECT, SETTINGS)),
            },
        )

    def __enter__(self) -> SharedAirflow:
        self._connections.write_text("{}", encoding="utf-8")
        self._contracts.symlink_to(self._connections.parent)
        self._airflow.start()
        self._airflow.pause(REVIEW_DAG, True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it; once it is ended, this does nothing."""
        self._airflow.stop()

    def used_by(self, sandbox: Sandbox) -> LocalAirflow:
        """The Airflow, where it now finds this sandbox; runs of another installation that still go on are ended."""
        if self._used_by is not sandbox:
            for run in self._airflow.get("/dags/~/dagRuns?state=running&state=queued&limit=100")["dag_runs"]:
                self._airflow.patch(f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}", {"state": "failed"})
            self._connections.write_text(json.dumps(sandbox.environment), encoding="utf-8")
            self._contracts.unlink()
            self._contracts.symlink_to(sandbox.environment[FOLDER_VARIABLE])
            self._used_by = sandbox
        return self._airflow


@dataclass
class Installation:
    """A running product with its outside world."""

    sandbox: Sandbox
    shared: SharedAirflow
    contract: Contract

    @property
    def airflow(self) -> LocalAirflow:
        return self.shared.used_by(self.sandbox)

    def run(self, dag_id: str, **form: Any) -> tuple[str, str]:
        """Trigger a DAG as its form would, wait for its end; returns run id and state."""
        run_id = self.airflow.trigger(dag_id, form)
        return run_id, self.wait(dag_id, run_id)

    def collect(self, days: Mapping[str, str], *dag_ids: str) -> dict[str, str]:
        """Run these DAGs together over some days, which must end well; their run ids."""
        runs = {dag_id: self.airflow.trigger(dag_id, days) for dag_id in dag_ids}
        for dag_id, state in self.follow(runs).items():
            assert state == "success", self.logs(dag_id, runs[dag_id])
        return runs

    def wait(self, dag_id: str, run_id: str) -> str:
        return self.follow({dag_id: run_id})[dag_id]

    def follow(self, runs: Mapping[str, str]) -> dict[str, str]:
        """Wait for the end of runs (``dag_id`` → run id); their states.

        Airflow's database is asked: its API takes longer to tell how the tasks stand than many a task takes.
        """
        these = [list(runs), list(runs.values())]
        of_these = "unnest(%s::text[], %s::text[]) as these (dag_id, run_id)"
        asked = f"select dag_id, state from dag_run join {of_these} using (dag_id, run_id)"
        deadline = time.monotonic() + RUN_SECONDS
        with psycopg.connect(self.airflow.metadata_dsn, autocommit=True) as metadata:
            while True:
                states = dict(metadata.execute(asked, these).fetchall())
                if states.keys() == runs.keys() and set(states.values()) <= {"success", "failed"}:
                    return states
                self._check()
                assert time.monotonic() < deadline, f"they did not end in {RUN_SECONDS} s: {states}"
                time.sleep(POLL_SECONDS)

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str]:
        asked = "select * from task_instance where dag_id = %(dag)s and run_id = %(run)s order by map_index"
        return {row["task_id"]: row["state"] for row in self.query(asked, "airflow", dag=dag_id, run=run_id)}

    def reach(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        """Wait until a task of a run is in a state."""
        deadline = time.monotonic() + RUN_SECONDS
        while self.tasks(dag_id, run_id).get(task_id) != state:
            self._check()
            assert time.monotonic() < deadline, f"{task_id} is not {state}: {self.tasks(dag_id, run_id)}"
            time.sleep(POLL_SECONDS)

    def _check(self) -> None:
        self.sandbox.check()
        self.airflow.check()

    def logs(self, dag_id: str, run_id: str) -> str:
        return failure_logs(self.airflow, dag_id, run_id)

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """What the UI's «Clear» does to one task and those after it."""
        body = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "include_downstream": True,
            "only_failed": False,
            "reset_dag_runs": True,
        }
        self.airflow.post(f"/dags/{dag_id}/clearTaskInstances", body)

    def query(self, statement: str, database: str = "warehouse", **values: Any) -> list[dict[str, Any]]:
        with (
            psycopg.connect(self.airflow.metadata_dsn if database == "airflow" else self._dsn(database)) as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def _dsn(self, database: str) -> str:
        name = {"help_desk": self.contract.help_desk.connection.upper()}.get(database, "WAREHOUSE")
        described = json.loads(self.sandbox.environment[f"AIRFLOW_CONN_{name}"])
        return make_conninfo(host=described["host"], user=described["login"], dbname=described["schema"])


def succeed(*command: str | Path) -> str:
    """Run a program that must end well; returns all it printed."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, f"{command[0]} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}"
    return ended.stdout + ended.stderr
