"""The server that docker-compose.yaml describes, with its profile of workers: what is served, and whoever dies.

All is started with the commands and the environment of that file, without Docker: only places and ports differ. That
nothing lies on a worker's disk is as deploy/helm says it. Celery workers close the month as the scheduler's own
processes do, whoever dies: nothing twice, nothing lost. Two workers that take one lot: ``test_lots``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis
import yaml

from sandbox.airflow import COMPOSE_FILE, WAITING, AirflowError, LocalAirflow, compose_service, free_port, make_secrets
from sandbox.connections import ARCHIVE_BUCKET
from sandbox.demo import PUBLISH_DAG, REASON
from sandbox.lifetime import end_with_launcher
from sandbox.postgres import dsn
from sandbox.supervisor import Sandbox
from service_reports.archive import Archive
from service_reports.contracts import load_contract
from service_reports_airflow.dag_parts.pools import POOLS
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
METADATA = "airflow_of_a_server"
"""Airflow's database, which `migrate` finds empty."""
IN_ONE_PROCESS = """
import io, runpy, sys
given = sys.stdin.read()
for script in sys.argv[1:]:
    sys.stdin = io.StringIO(given)
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            raise
"""


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


class Server:
    """An installation as on a server, whose tasks are done by two workers."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.redis = sandbox, Redis(folder)
        given = {"AIRFLOW_EXECUTOR": "CeleryExecutor", "REDIS_PASSWORD": PASSWORD}
        _, settings = compose_service("worker", {**make_secrets(), **given})
        socket_folder = sandbox.endpoints.postgres_socket_folder
        self.metadata = dsn(socket_folder, METADATA)
        self.airflow = LocalAirflow(
            folder / "airflow",
            f"postgresql+psycopg2://postgres@/{METADATA}?host={socket_folder}",
            {
                **sandbox.environment,
                **REMOTE_LOGS,
                "AIRFLOW__CORE__AUTH_MANAGER": settings["AIRFLOW__CORE__AUTH_MANAGER"],
                "AIRFLOW__CORE__EXECUTOR": settings["AIRFLOW__CORE__EXECUTOR"],
                "AIRFLOW__CELERY__BROKER_URL": settings["AIRFLOW__CELERY__BROKER_URL"].replace(
                    "@redis:6379", f"@127.0.0.1:{self.redis.port}"
                ),
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": LOST_SECONDS,
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
                "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": LOST_SECONDS,
                "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "2",
            },
            WAITING,
        )
        self.airflow.secrets |= given
        [path] = (sandbox.state / "contracts").glob("*.yaml")
        self.installation = installations.Installation(sandbox, self, load_contract(path))

    def migrate(self) -> None:
        """What the service `migrate` does, of a database that is empty; its administrator is who logs in here."""
        with psycopg.connect(
            dsn(self.sandbox.endpoints.postgres_socket_folder, "postgres"), autocommit=True
        ) as postgres:
            postgres.execute(f"create database {METADATA}")
        (self.airflow.home / "logs").mkdir(parents=True)
        command, _ = compose_service("migrate", self.airflow.secrets)
        self.succeed("migrate", command)
        self.airflow.user, self.airflow.password = "admin", self.airflow.secrets["AIRFLOW_ADMIN_PASSWORD"]

    def succeed(self, service: str, command: list[str], given: str = "") -> list[str]:
        """Carry out a command that must end well in the environment of a service; the lines that it prints."""
        ended = subprocess.run(
            command,
            env=self.airflow.environment(service),
            cwd=COMPOSE_FILE.parent,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ended.returncode == 0, ended.stderr[-3000:]
        return ended.stdout.splitlines()

    def status(self, path: str, token: str, body: dict[str, Any] | None = None) -> int:
        """The status of an answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        try:
            asked = urllib.request.Request(self.airflow.url + path, data, headers)
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def used_by(self, _: Sandbox) -> LocalAirflow:
        return self.airflow

    def __enter__(self) -> Server:
        self.redis.start()
        try:
            self.migrate()
            self.airflow.launch()
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
def server() -> Iterator[Server]:
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
        collect(sandbox, first=min(DAYS.values()), last=max(DAYS.values()))
        with Server(sandbox, folder) as running:
            yield running


@pytest.fixture(scope="module")
def in_one_task(server: Server) -> Server:
    """The workers, where each report is closed in one task, as many are at a cut-off."""
    server.airflow.post("/variables", {"key": "service_reports_lot", "value": "0"})
    return server


def test_every_component_is_healthy_and_its_health_check_says_so(server: Server) -> None:
    health = server.airflow.get("/monitor/health")
    for component in ("metadatabase", "scheduler", "dag_processor", "triggerer"):
        assert health[component]["status"] == "healthy", health
    asked = {**os.environ, "API_SERVER": server.airflow.url}
    for service in ("dag-processor", "triggerer"):
        _, *command = COMPOSE[service]["healthcheck"]["test"]
        assert subprocess.run(command, cwd=COMPOSE_FILE.parent, env=asked, check=False).returncode == 0, service
        ended = subprocess.run([*command[:-1], "nothing"], cwd=COMPOSE_FILE.parent, env=asked, check=False)
        assert ended.returncode != 0
    scheduler = server.airflow.environment("scheduler")["AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT"]
    with urllib.request.urlopen(f"http://127.0.0.1:{scheduler}/health", timeout=10) as answer:
        assert answer.status == 200


def test_roles_that_read_runs_find_the_page_in_the_menu_and_its_data_and_others_do_not(server: Server) -> None:
    administrator = server.airflow.log_in("admin", server.airflow.password)
    for role, menu, data in (("Viewer", 200, 200), ("User", 200, 200), ("Public", 403, 403)):
        person = {
            "username": role.lower(),
            "password": "una clave de prueba",
            "first_name": role,
            "last_name": "Prueba",
            "email": f"{role.lower()}@example.com",
            "roles": [{"name": role}],
        }
        assert server.status("/auth/fab/v1/users", administrator, person) == 200, role
        token = server.airflow.log_in(role.lower(), person["password"])
        assert server.status("/api/v2/plugins", token) == menu, role
        assert server.status("/service-reports/api/reports", token) == data, role
        if role != "User":  # the form of the page starts runs by Airflow's own address
            run = {"logical_date": None, "conf": {}}
            assert server.status("/api/v2/dags/publish_service_reports/dagRuns", token, run) == 403, role


def test_pools_stay_as_an_operator_made_them_and_connections_are_replaced(server: Server) -> None:
    """Where the server is brought up again, and where connections are imported again."""

    def slots() -> dict[str, int]:
        return {pool["name"]: pool["slots"] for pool in server.airflow.get("/pools")["pools"]}

    made = {pool.name: pool.slots for pool in POOLS}
    assert slots().items() >= made.items()
    [pool, *_] = made
    server.airflow.patch(f"/pools/{pool}?update_mask=slots", {"pool": pool, "slots": 6, "include_deferred": False})
    connections = {"archive": {"conn_type": "aws", "login": "key", "password": "a secret"}}
    scripts = ["deploy/create_pools.py", *["deploy/import_connections.py"] * 2]
    printed = server.succeed("migrate", [sys.executable, "-c", IN_ONE_PROCESS, *scripts], json.dumps(connections))
    assert printed[-2:] == ["archive", "archive"]
    assert slots()[pool] == 6


def test_old_runs_and_logs_go_publications_stay_and_so_does_each_newest_run(server: Server) -> None:
    """What `housekeeping` does every week."""
    runs = [("publish_service_reports", 400), ("ingest_backups", 400), ("ingest_backups", 300), ("ingest_backups", 3)]
    logs = server.airflow.home / "logs"
    with psycopg.connect(server.metadata, autocommit=True) as database:
        for dag_id, days in runs:
            database.execute(
                "insert into dag_run (dag_id, run_id, run_type, state, start_date, run_after, clear_number)"
                " values (%(dag)s, %(run)s, 'manual', 'success', now() - %(age)s, now() - %(age)s, 0)",
                {"dag": dag_id, "run": f"{days} days", "age": timedelta(days=days)},
            )
            log = logs / f"dag_id={dag_id}" / f"run_id={days} days" / "attempt=1.log"
            log.parent.mkdir(parents=True)
            log.touch()
            os.utime(log, (time.time() - days * 86400,) * 2)
        server.succeed("housekeeping", ["bash", "deploy/clean_airflow.sh", "once"])
        kept = database.execute("select dag_id, run_id from dag_run where run_id like '%days' order by 1, 2").fetchall()
    assert kept == [("ingest_backups", "3 days"), ("publish_service_reports", "400 days")]
    assert sorted(str(log.relative_to(logs).parent) for log in logs.glob("dag_id=*/run_id=*days/*.log")) == [
        "dag_id=ingest_backups/run_id=3 days",
        "dag_id=publish_service_reports/run_id=400 days",
    ]


def test_an_address_waits_after_ten_wrong_passwords_and_cookies_go_over_tls_only(server: Server) -> None:
    """Who asks, and how, is what the proxy says."""
    airflow = server.airflow
    for _ in range(10):
        with pytest.raises(AirflowError, match="401"):
            airflow.log_in("admin", "not the password")
    with pytest.raises(AirflowError, match=r"429 Demasiadas claves"):
        airflow.log_in("admin", airflow.password)
    over_tls = urllib.request.Request(
        f"{airflow.url}/auth/token",
        json.dumps({"username": "admin", "password": airflow.password}).encode(),
        {"Content-Type": "application/json", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"},
    )
    with urllib.request.urlopen(over_tls, timeout=30) as answer:
        assert answer.status == 201, "another address"
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers["Content-Security-Policy"]
    page = urllib.request.Request(f"{airflow.url}/auth/login/", headers={"X-Forwarded-Proto": "https"})
    with urllib.request.urlopen(page, timeout=30) as answer:
        cookies = answer.headers.get_all("Set-Cookie")
        assert cookies
        assert all("Secure" in cookie for cookie in cookies), cookies


def test_a_month_closes_on_two_workers_and_leaves_its_logs_in_a_bucket(server: Server) -> None:
    run = server.trigger("2026-01")
    assert set(server.end(run).values()) <= {0, 1}
    assert server.outcome("2026-01") == CLOSED_ONCE
    assert all(server.said(name, "Executing workload") for name in WORKERS)
    logs = server.airflow.home / "logs"
    until(lambda: not any(logs.rglob("task_id=*/**/*.log")), "what tasks say to leave the disk")
    place = urlsplit(REMOTE_LOGS["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"])
    keys = list(Archive(server.sandbox.archive().client, place.netloc).keys(f"{place.path.strip('/')}/dag_id="))
    assert len(keys) == 11
    told = server.airflow.get(
        f"/dags/{PUBLISH_DAG}/dagRuns/{run}/taskInstances/report.deliver/logs/1?map_index=0&full_content=true"
    )
    assert any("supervisor@municipio-tres.example" in str(line) for line in told["content"]), told


def test_a_worker_that_is_killed_in_mid_close_is_replaced_by_the_other(in_one_task: Server) -> None:
    server = in_one_task
    server.sandbox.set_faults({"kind": "hanging", **ARCHIVING})
    run = server.trigger("2026-02")
    server.reach_the_archive("2026-02", run)
    killed = server.at(run, "close_lot")
    server.airflow.kill(killed)
    server.sandbox.clear_faults()
    assert server.end(run)["close_lot"] == 2
    assert server.outcome("2026-02") == CLOSED_ONCE
    assert not server.looks_well(killed)


def test_redis_that_is_lost_with_all_that_is_in_it_loses_and_doubles_nothing(in_one_task: Server) -> None:
    """One report is being closed meanwhile, and of another the first message is in Redis."""
    server = in_one_task
    [worker] = server.running
    server.sandbox.set_faults({"kind": "slow", "seconds": 10, "times": 1, **ARCHIVING})
    closing = server.trigger("2026-03")
    server.reach_the_archive("2026-03", closing)
    process = server.airflow.process(worker)
    os.kill(process, signal.SIGSTOP)
    server.redis.client.client_kill_filter(_type="normal")  # where the worker had asked already
    waiting = server.trigger("2026-04")
    until(lambda: bool(server.redis.client.llen("default")), "a message to wait")
    server.redis.kill()
    server.installation.reach(PUBLISH_DAG, closing, "close_lot", "success")
    server.installation.reach(PUBLISH_DAG, closing, "one_by_one", "queued")
    server.redis.start()
    os.kill(process, signal.SIGCONT)
    for run in (closing, waiting):
        assert set(server.end(run).values()) <= {0, 1}, "nothing was tried twice"
    for report in ("2026-03", "2026-04"):
        assert server.outcome(report) == CLOSED_ONCE
