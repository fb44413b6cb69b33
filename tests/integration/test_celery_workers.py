"""Celery workers close the month as the scheduler's own processes do, whoever dies: nothing twice, nothing lost.

Redis and two workers are started with the commands and the environment of docker-compose.yaml's profile; that nothing
lies on a worker's disk is as deploy/helm says it. Two workers that take one lot: ``test_lots``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import redis
import yaml

from sandbox.airflow import COMPOSE_FILE, LocalAirflow, compose_service, free_port, make_secrets
from sandbox.connections import ARCHIVE_BUCKET
from sandbox.demo import PUBLISH_DAG, REASON
from sandbox.lifetime import end_with_launcher
from sandbox.supervisor import Sandbox
from service_reports.archive import Archive
from service_reports.contracts import load_contract
from tests.integration import installation as installations  # by another name: this Airflow is shared with nobody
from tests.integration.closing import SCENARIO
from tests.integration.databases import quick_folder
from tests.integration.killing import collect

pytestmark = [pytest.mark.integration, pytest.mark.system]
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"]
OF_A_CLUSTER = yaml.safe_load((COMPOSE_FILE.parent / "deploy" / "helm" / "values.yaml").read_text(encoding="utf-8"))
REMOTE_LOGS = {
    each["name"]: each["value"]
    for each in OF_A_CLUSTER["env"]
    if each["name"].startswith(("AIRFLOW__LOGGING__REMOTE", "AIRFLOW__LOGGING__DELETE", "AWS_"))
}
PASSWORD = "una-clave-de-prueba"
DAYS = {f"2026-{number:02}": f"2026-04-{number:02}" for number in range(1, 5)}
"""The one day that each report is about."""
LOST_SECONDS = "40"
"""After which a task is given anew that never began, or that has no heartbeat: minutes in docker-compose.yaml."""
PATIENCE_SECONDS = 180
ARCHIVING = {"operation": "s3", "name": f"/{ARCHIVE_BUCKET}/issued/*"}
WORKERS = ("one", "other")


class Redis:
    """The service `redis`, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._log = folder / "redis.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, with nothing in it, and wait until its health check holds."""
        command, settings = compose_service("redis", {"REDIS_PASSWORD": PASSWORD})
        here = [*command[:-1], f"{command[-1]} --port {self.port} --bind 127.0.0.1"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                here,
                env={"PATH": os.environ["PATH"], **settings},
                stdout=log,
                stderr=log,
                preexec_fn=partial(end_with_launcher, signal.SIGTERM),
            )
        _, program, *arguments = COMPOSE["redis"]["healthcheck"]["test"]
        asked = [program, "-p", str(self.port), *arguments]
        environment = {**os.environ, **settings}
        until(lambda: subprocess.run(asked, env=environment, capture_output=True, check=False).returncode == 0, "Redis")

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, password=PASSWORD)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


class Workers:
    """An installation whose tasks are done by two workers."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.redis = sandbox, Redis(folder)
        given = {"AIRFLOW_EXECUTOR": "CeleryExecutor", "REDIS_PASSWORD": PASSWORD}
        _, settings = compose_service("worker", {**make_secrets(), **given})
        self.airflow = LocalAirflow(
            folder / "airflow",
            sandbox.environment["SANDBOX_AIRFLOW_DSN"],
            {
                **sandbox.environment,
                **REMOTE_LOGS,
                "AIRFLOW__CORE__EXECUTOR": settings["AIRFLOW__CORE__EXECUTOR"],
                "AIRFLOW__CELERY__BROKER_URL": settings["AIRFLOW__CELERY__BROKER_URL"].replace(
                    "@redis:6379", f"@127.0.0.1:{self.redis.port}"
                ),
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": LOST_SECONDS,
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
                "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": LOST_SECONDS,
                "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "2",
            },
        )
        self.airflow.secrets |= given
        [path] = (sandbox.state / "contracts").glob("*.yaml")
        self.installation = installations.Installation(sandbox, self, load_contract(path))

    def used_by(self, _: Sandbox) -> LocalAirflow:
        return self.airflow

    def __enter__(self) -> Workers:
        self.redis.start()
        try:
            self.airflow.start()
            for name in WORKERS:
                self.airflow.add("worker", "--celery-hostname", name, name=name)
            for name in WORKERS:
                until(partial(self.said, name, " ready."), f"worker {name}")  # asking costs a processor's second
                until(partial(self.looks_well, name), f"health of worker {name}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.airflow.stop()
        self.redis.kill()

    def looks_well(self, name: str) -> bool:
        """What the health check of a worker's container says."""
        self.airflow.check()
        _, _, script = COMPOSE["worker"]["healthcheck"]["test"]
        asked = [sys.executable, script, name]
        environment = self.airflow.environment("worker")
        ended = subprocess.run(asked, env=environment, cwd=COMPOSE_FILE.parent, capture_output=True, check=False)
        return ended.returncode == 0

    def said(self, name: str, words: str) -> bool:
        """Whether these words stand in a worker's log."""
        log = self.airflow.home / "logs" / f"{name}.log"
        return log.exists() and words in log.read_text(encoding="utf-8", errors="replace")

    def at(self, run_id: str, task_id: str) -> str:
        """The worker that is at a task."""
        asked = "select pid from task_instance where run_id = %(run)s and task_id = %(task)s"
        [task] = self.installation.query(asked, "airflow", run=run_id, task=task_id)
        above = {parent.pid for parent in psutil.Process(task["pid"]).parents()}
        [worker] = (name for name in self.running if self.airflow.process(name) in above)
        return worker

    @property
    def running(self) -> list[str]:
        return [name for name in WORKERS if self.airflow.runs(name)]

    def trigger(self, report: str) -> str:
        form = {"contrato": self.installation.contract.id, "informe": report, "motivo": REASON}
        return self.airflow.trigger(PUBLISH_DAG, form)

    def reach_the_archive(self, report: str, run_id: str) -> None:
        """Wait until a run has registered a report, and not archived it."""
        failed = "select 1 from task_instance where run_id = %(run)s and state = 'failed'"
        asked = "select registered_at, archived_at from register.report where report_number = %(report)s"

        def reached() -> bool:
            self.airflow.check()
            assert not self.installation.query(failed, "airflow", run=run_id), self.installation.logs(
                PUBLISH_DAG, run_id
            )
            rows = self.installation.query(asked, report=report)
            return [(bool(row["registered_at"]), bool(row["archived_at"])) for row in rows] == [(True, False)]

        until(reached, f"{report} comes to its archive")

    def end(self, run_id: str) -> Mapping[str, int]:
        """Wait for the end of a run, which must be a good one; how often each task was tried."""
        assert self.installation.wait(PUBLISH_DAG, run_id) == "success", self.installation.logs(PUBLISH_DAG, run_id)
        asked = "select task_id, try_number from task_instance where run_id = %(run)s"
        return {row["task_id"]: row["try_number"] for row in self.installation.query(asked, "airflow", run=run_id)}

    def outcome(self, report: str) -> dict[str, Any]:
        """What everybody sees of a report in the end."""
        versions = "select version, state from register.report where report_number = %(report)s order by version"
        sent = "select message_id from register.delivery where report_number = %(report)s"
        received = [
            message_from_bytes(path.read_bytes())["Message-ID"] for path in self.sandbox.mail_folder.glob("*.eml")
        ]
        return {
            "versions": [tuple(row.values()) for row in self.installation.query(versions, report=report)],
            "messages": [received.count(row["message_id"]) for row in self.installation.query(sent, report=report)],
        }


CLOSED_ONCE = {"versions": [(1, "sent")], "messages": [1]}


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} takes too long"
        time.sleep(0.25)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    if shutil.which("redis-server") is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed (Debian's package of that name)")
    with quick_folder() as folder, Sandbox(SCENARIO, folder / "state") as sandbox:
        sandbox.clear_faults()
        [path] = (folder / "state" / "contracts").glob("*.yaml")
        contract = yaml.safe_load(path.read_text(encoding="utf-8"))
        contract["reports"] = [
            {"number": number, "period_from": day, "period_to": day, "report_date": "2026-04-10"}
            for number, day in DAYS.items()
        ]
        path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
        logs = urlsplit(REMOTE_LOGS["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"])
        client = sandbox.archive().client
        client.create_bucket(
            Bucket=logs.netloc, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name}
        )
        collect(sandbox, folder / "collector", first=min(DAYS.values()), last=max(DAYS.values()))
        with Workers(sandbox, folder) as running:
            yield running


@pytest.fixture(scope="module")
def in_one_task(workers: Workers) -> Workers:
    """The workers, where each report is closed in one task, as many are at a cut-off."""
    workers.airflow.post("/variables", {"key": "service_reports_lot", "value": "0"})
    return workers


def test_a_month_closes_on_two_workers_and_leaves_its_logs_in_a_bucket(workers: Workers) -> None:
    run = workers.trigger("2026-01")
    assert set(workers.end(run).values()) <= {0, 1}
    assert workers.outcome("2026-01") == CLOSED_ONCE
    assert all(workers.said(name, "Executing workload") for name in WORKERS)
    logs = workers.airflow.home / "logs"
    until(lambda: not any(logs.rglob("task_id=*/**/*.log")), "what tasks say to leave the disk")
    place = urlsplit(REMOTE_LOGS["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"])
    keys = list(Archive(workers.sandbox.archive().client, place.netloc).keys(f"{place.path.strip('/')}/dag_id="))
    assert len(keys) == 11
    told = workers.airflow.get(
        f"/dags/{PUBLISH_DAG}/dagRuns/{run}/taskInstances/report.deliver/logs/1?map_index=0&full_content=true"
    )
    assert any("supervisor@municipio-tres.example" in str(line) for line in told["content"]), told


def test_a_worker_that_is_killed_in_mid_close_is_replaced_by_the_other(in_one_task: Workers) -> None:
    workers = in_one_task
    workers.sandbox.set_faults({"kind": "hanging", **ARCHIVING})
    run = workers.trigger("2026-02")
    workers.reach_the_archive("2026-02", run)
    killed = workers.at(run, "close_lot")
    workers.airflow.kill(killed)
    workers.sandbox.clear_faults()
    assert workers.end(run)["close_lot"] == 2
    assert workers.outcome("2026-02") == CLOSED_ONCE
    assert not workers.looks_well(killed)


def test_redis_that_is_lost_with_all_that_is_in_it_loses_and_doubles_nothing(in_one_task: Workers) -> None:
    """One report is being closed meanwhile, and of another the first message is in Redis."""
    workers = in_one_task
    [worker] = workers.running
    workers.sandbox.set_faults({"kind": "slow", "seconds": 10, "times": 1, **ARCHIVING})
    closing = workers.trigger("2026-03")
    workers.reach_the_archive("2026-03", closing)
    process = workers.airflow.process(worker)
    os.kill(process, signal.SIGSTOP)
    workers.redis.client.client_kill_filter(_type="normal")  # where the worker had asked already
    waiting = workers.trigger("2026-04")
    until(lambda: bool(workers.redis.client.llen("default")), "a message to wait")
    workers.redis.kill()
    workers.installation.reach(PUBLISH_DAG, closing, "close_lot", "success")
    workers.installation.reach(PUBLISH_DAG, closing, "one_by_one", "queued")
    workers.redis.start()
    os.kill(process, signal.SIGCONT)
    for run in (closing, waiting):
        assert set(workers.end(run).values()) <= {0, 1}, "nothing was tried twice"
    for report in ("2026-03", "2026-04"):
        assert workers.outcome(report) == CLOSED_ONCE
