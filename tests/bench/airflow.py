"""What a report costs through a real Airflow: a cut-off of so many contracts, from the run's start to the last mail.

The month is collected beforehand. Then Airflow is started, as docker-compose.yaml does, and the cut-off comes a few
minutes later: the scheduler starts its run by itself. Counted is what all of Airflow's processes and PostgreSQL take
from the cut-off to the end of the run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from sandbox.airflow import LocalAirflow, as_on_a_server

PROJECT = Path(__file__).resolve().parents[2]
UNTIL_CUT_OFF = timedelta(minutes=4)
"""Airflow must be up by then, on a machine that does other things too."""
DAYS = 30
GOAL = "goal: 12 CPU minutes for 100"
LONGEST_SECONDS = 3600
POLL_SECONDS = 3


def bench_airflow(counts: Sequence[int]) -> None:
    """A line: the same cut-off with so many contracts, each in an installation of its own."""
    for count in counts:
        subprocess.run([sys.executable, "-m", "tests.bench.airflow", str(count)], check=True, cwd=PROJECT)


def _close(count: int) -> tuple[float, float, int]:
    """Close a month of so many contracts; seconds of Airflow and of PostgreSQL, and how many messages left."""
    from sandbox.demo import PUBLISH_DAG
    from sandbox.supervisor import Sandbox
    from service_reports.contracts import BOGOTA
    from service_reports.contracts.loader import FOLDER_VARIABLE
    from tests.integration.databases import quick_folder
    from tests.simulation.customers import Month, contract_text, customer_id, write_scenario

    today = datetime.now(BOGOTA).date()
    month = Month(today - timedelta(days=DAYS), today - timedelta(days=1), today)
    with TemporaryDirectory() as scenario, quick_folder() as state:
        write_scenario(Path(scenario), count, [month])
        with Sandbox(Path(scenario), state) as sandbox:
            os.environ.update({**sandbox.environment, "AIRFLOW_HOME": str(state / "airflow")})
            os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
            from tests.simulation.year import Year  # Airflow reads the environment when it is loaded

            year = Year(sandbox, count, count, [month], _say)
            year.clock.pass_to(datetime.now(UTC))
            year.collect(month)
            _say(f"{count} contracts collected")
            cut_off = datetime.now(BOGOTA).replace(second=0, microsecond=0) + UNTIL_CUT_OFF
            due = Month(month.first, month.last, cut_off.date(), cut_off.time())
            for number in range(1, count + 1):
                path = Path(sandbox.environment[FOLDER_VARIABLE]) / f"{customer_id(number)}.yaml"
                path.write_text(contract_text(number, [due]), encoding="utf-8")
            dsn = sandbox.environment["SANDBOX_AIRFLOW_DSN"]
            with LocalAirflow(state / "airflow", dsn, {**sandbox.environment, **as_on_a_server()}) as airflow:
                for dag in airflow.get("/dags")["dags"]:
                    if dag["dag_id"] != PUBLISH_DAG:
                        airflow.pause(dag["dag_id"], True)
                time.sleep(max(0.0, (cut_off - datetime.now(BOGOTA)).total_seconds() - POLL_SECONDS))
                with psycopg.connect(dsn.replace("+psycopg2", "")) as asking:
                    server = server_of(asking)
                roots = [psutil.Process(each.pid) for each in airflow._processes.values()]
                before = seconds_of(*roots), seconds_of(server)
                _wait(airflow, PUBLISH_DAG)
                spent = seconds_of(*roots) - before[0], seconds_of(server) - before[1]
            with year.warehouse() as db:
                sent = db.execute("select count(*) from register.delivery where state = 'sent'").fetchone()
            assert sent is not None
            return *spent, sent[0]


def _wait(airflow: LocalAirflow, dag_id: str) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    state, told = "none", ""
    while state not in ("success", "failed"):
        assert time.monotonic() < until, "the run did not end"
        time.sleep(POLL_SECONDS)
        with suppress(OSError):  # a busy machine answers late: looking again is all there is to do
            runs = airflow.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]
            state = runs[0]["state"] if runs else "none"
        if state != told:
            _say(f"{dag_id}: {state}")
            told = state


def server_of(connection: psycopg.Connection) -> psutil.Process:
    """The PostgreSQL that a connection leads to."""
    server = psutil.Process(connection.info.backend_pid).parent()
    assert server is not None
    return server


def seconds_of(*roots: psutil.Process) -> float:
    """Seconds of the processor of processes and all that they started, also of what has ended."""
    used = 0.0
    for root in roots:
        for process in (root, *root.children(recursive=True)):
            try:
                used += sum(process.cpu_times()[:4])
            except psutil.NoSuchProcess:  # its parent has it now
                continue
    return used


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    count = int(sys.argv[1])
    airflow, postgres, sent = _close(count)
    spent = airflow + postgres
    print(
        f"{f'{count} contracts through a real Airflow':<44} {spent:6.1f} s  {spent / count:6.2f} s a contract"
        f"{'':22} {GOAL}  (Airflow {airflow:.1f} s, PostgreSQL {postgres:.1f} s)",
        flush=True,
    )
    assert sent == count, f"{sent} of {count} were sent"


if __name__ == "__main__":
    main()
