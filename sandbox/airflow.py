"""Runs Airflow as docker-compose.yaml does, as local processes against the sandbox.

Commands and settings are read from that file: a setting that is wrong there fails here.
Only what a laptop must have otherwise is replaced, see :func:`local_settings`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg
import yaml
from psycopg import sql

from sandbox.lifetime import end_with_launcher
from service_reports_airflow.dag_parts.pools import POOLS

PROJECT = Path(__file__).resolve().parents[1]
COMPOSE_FILE = PROJECT / "docker-compose.yaml"
START_SECONDS = 180
STOP_SECONDS = 20
QUESTION_SECONDS = 300
PARKING_SECONDS = 1.5
LOG_TAIL_LINES = 25
TASKS_PER_PAGE = 100
USER = "operador"
SERVED = ("api-server", "scheduler", "dag-processor")
"""What runs of the sandbox need. Only runs that wait for data need the triggerer as well."""
WAITING = (*SERVED, "triggerer")

CODE_MAY_CHANGE = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",  # the server's loads what tasks import once
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
}
"""Settings of an Airflow that sees changed code and contracts while it runs, at the price of time."""

_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::(?P<unset>[?-])(?P<word>[^}]*))?\}")


class AirflowError(RuntimeError):
    """A component that did not start, died, or an answer of the API that is not as expected."""


def _substitute(text: str, values: Mapping[str, str]) -> str:
    """Compose's own substitution of ``${NAME:?message}``, ``${NAME:-default}`` and ``$$``."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if match["name"] in values:
            return values[match["name"]]
        if match["unset"] != "-":
            raise AirflowError(f"docker-compose.yaml: {match['word'] or match['name'] + ' is not set'}")
        return str(match["word"])

    return _VARIABLE.sub(value, text)


def compose_service(name: str, secrets_given: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Command and environment of a service of docker-compose.yaml, secrets filled in.

    What the file only passes on, where it is set outside, has no value here.
    """
    service = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"][name]
    command = [_substitute(word, secrets_given) for word in service.get("command", [])]
    valued = {key: value for key, value in service["environment"].items() if value is not None}
    environment = {key: _substitute(str(value), secrets_given) for key, value in valued.items()}
    return command, environment


def make_secrets() -> dict[str, str]:
    """Throw-away values for every secret that docker-compose.yaml asks for, and an address."""
    from cryptography.fernet import Fernet

    return {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "AIRFLOW_DB_PASSWORD": secrets.token_urlsafe(24),
        "WAREHOUSE_DB_PASSWORD": secrets.token_urlsafe(24),
        "AIRFLOW_FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW_API_SECRET": secrets.token_urlsafe(32),
        "AIRFLOW_JWT_SECRET": secrets.token_urlsafe(64),
        "AIRFLOW_ADMIN_PASSWORD": secrets.token_urlsafe(12),
        "AIRFLOW_BASE_URL": "https://informes.example.com",
    }


def decides_the_metadata() -> str:
    """What a migrated metadata database depends on: Airflow and its providers as they are installed, and our pools."""
    installed = sorted(path.stem for path in Path(sysconfig.get_path("purelib")).glob("apache_airflow*.dist-info"))
    return " ".join([*installed, *(f"{pool.name}={pool.slots}" for pool in POOLS)])


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def local_settings(home: Path, port: int, dsn: str) -> dict[str, str]:
    """What differs from a server: places, ports, the light auth manager, no schedules of its own."""
    return {
        "AIRFLOW_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(PROJECT / "include"), str(PROJECT)]),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": dsn,
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(free_port()),
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        # Runs are started by hand here: a sandbox that stays up must not ask for days it does not have.
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        # Nobody changes the code meanwhile: DAGs are read once.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "86400",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "1",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "2",
        "SERVICE_REPORTS_DELIVERY_RETRY_SECONDS": "1",
        "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "2",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "2",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }


def as_on_a_server() -> dict[str, str]:
    """Settings of an Airflow whose cost is measured: docker-compose.yaml's, or Airflow's own where it says nothing."""
    _, settings = compose_service("dag-processor", make_secrets())
    of_airflow = {
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True",
        "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "5",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "5",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1",
    }
    reading = "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL"
    return {
        **of_airflow,
        **{name: settings[name] for name in of_airflow if name in settings},
        reading: settings[reading],
    }


class LocalAirflow:
    """The Airflow of docker-compose.yaml as local processes: a context manager.

    Args:
        home: folder for its logs and passwords.
        dsn: SQLAlchemy URL of an empty or earlier metadata database.
        environment: connections and settings of the outside world, e.g. the sandbox's.
        services: which of the compose file's services to run.
    """

    def __init__(self, home: Path, dsn: str, environment: Mapping[str, str], services: Sequence[str] = SERVED) -> None:
        self.home = home.resolve()
        self.port = free_port()
        self.user = USER
        self.password = secrets.token_urlsafe(12)
        self.secrets = make_secrets()
        self._services = services
        self._dsn = dsn
        self._local = {**local_settings(self.home, self.port, dsn), **environment}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._token: str | None = None

    @property
    def url(self) -> str:
        """Address of the UI and the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def metadata_dsn(self) -> str:
        """Where its own database is, as libpq takes it."""
        return self._dsn.replace("+psycopg2", "")

    def environment(self, service: str) -> dict[str, str]:
        """The whole environment of one component."""
        _, settings = compose_service(service, self.secrets)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', '')}"
        return {**inherited, **settings, **self._local, "PATH": path}

    def __enter__(self) -> LocalAirflow:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Migrate the metadata database, start the components and wait until the API and the DAGs are there.

        Raises:
            AirflowError: a component ended or was not ready in time; the message shows its log's end.
        """
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        passwords = self.home / "passwords.json"
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({USER: self.password}), encoding="utf-8")
        self.migrate()
        self.launch()

    def migrate(self) -> None:
        """Bring the metadata database to the installed Airflow, where another one or none has made it.

        Raises:
            AirflowError: it failed; the message shows the end of what it said.
        """
        decides = decides_the_metadata()
        commands = (["airflow", "db", "migrate"], [sys.executable, str(PROJECT / "deploy" / "create_pools.py")])
        comment = "select datname, shobj_description(oid, 'pg_database') from pg_database where datname = %s"
        with psycopg.connect(self.metadata_dsn, autocommit=True) as metadata:
            [(database, migrated_by)] = metadata.execute(comment, [metadata.info.dbname]).fetchall()
            if migrated_by == decides:
                return
            for command in commands:
                ended = subprocess.run(
                    command, env=self.environment("migrate"), capture_output=True, text=True, check=False
                )
                if ended.returncode != 0:
                    raise AirflowError(f"{shlex.join(command)} failed:\n{ended.stderr[-3000:]}")
            metadata.execute(
                sql.SQL("comment on database {} is {}").format(sql.Identifier(database), sql.Literal(decides))
            )

    def launch(self) -> None:
        """Start the components on a migrated database and wait until the API and the DAGs are there.

        Raises:
            AirflowError: a component ended or was not ready in time; the message shows its log's end.
        """
        try:
            for service in self._services:
                self.add(service)
            self._wait_for_dags()
        except BaseException:
            self.stop()
            raise

    def add(self, service: str, *arguments: str, name: str | None = None) -> None:
        """Start one more component, by a ``name`` and with ``arguments`` of its own where a service has several."""
        command, _ = compose_service(service, self.secrets)
        name = name or service
        with (self.home / "logs" / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*command, *arguments],
                env=self.environment(service),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                preexec_fn=partial(end_with_launcher, signal.SIGTERM),
            )

    def _wait_for_dags(self) -> None:
        expected = {path.stem for path in (PROJECT / "dags").glob("*.py")}
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.check()
            try:
                found = {dag["dag_id"] for dag in self.get("/dags")["dags"]}
                health = self.get("/monitor/health")
                if expected <= found and health["scheduler"]["status"] == "healthy":
                    return
                errors = self.get("/importErrors")["import_errors"]
                if errors:
                    raise AirflowError(f"{errors[0]['filename']}: {errors[0]['stack_trace']}")
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise AirflowError(f"the DAGs were not there in {START_SECONDS} s; see {self.home / 'logs'}")
            time.sleep(0.5)

    def check(self) -> None:
        """Look after the components.

        Raises:
            AirflowError: one of them ended; the message shows the end of its log.
        """
        for service, process in self._processes.items():
            if process.poll() is not None:
                log = self.home / "logs" / f"{service}.log"
                tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
                raise AirflowError("\n".join([f"{shlex.join([service])} ended with {process.returncode}:", *tail]))

    def stop(self, *services: str) -> None:
        """End these components or all, and whatever they started."""
        ending = [self._processes.pop(service) for service in services or tuple(self._processes)]
        for process in ending:
            if process.poll() is None:
                process.terminate()
        for process in ending:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()

    def runs(self, name: str) -> bool:
        """Whether a component was started and not ended from here."""
        return name in self._processes

    def process(self, name: str) -> int:
        """The process id of a component."""
        return self._processes[name].pid

    def kill(self, name: str) -> None:
        """End a component and all that it started at once, as a machine ends that loses its power."""
        component = psutil.Process(self._processes[name].pid)
        for process in (component, *component.children(recursive=True)):
            process.kill()
        self._processes.pop(name).wait()

    def get(self, path: str) -> dict[str, Any]:
        """An answer of the REST API, e.g. ``get("/dags")``; asked for again where a busy machine answers late."""
        try:
            return self._call("GET", path, None)
        except TimeoutError:
            return self._call("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send to the REST API and return its answer."""
        return self._call("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change something by the REST API and return its answer."""
        return self._call("PATCH", path, body)

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Start a run with the values of its trigger form; returns its run id."""
        return str(self.post(f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": dict(conf)})["dag_run_id"])

    def tasks(self, runs: Mapping[str, str]) -> list[dict[str, Any]]:
        """The tasks of runs (``dag_id`` → run id) as they are now, each mapped one by itself."""
        asked = {"dag_ids": list(runs), "dag_run_ids": list(runs.values()), "page_limit": TASKS_PER_PAGE}
        tasks: list[dict[str, Any]] = []
        while True:
            page = self.post("/dags/~/dagRuns/~/taskInstances/list", {**asked, "page_offset": len(tasks)})
            tasks += page["task_instances"]
            if not page["task_instances"] or len(tasks) >= page["total_entries"]:
                return [task for task in tasks if runs.get(task["dag_id"]) == task["dag_run_id"]]

    def pause(self, dag_id: str, paused: bool) -> None:
        """Pause a DAG, or let it go on; what updates an asset starts no run of a DAG that is paused then."""
        self.patch(f"/dags/{dag_id}", {"is_paused": paused})

    def question(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """What a run asks a person, as the UI shows it under «Required Actions»; waits until it asks.

        And a moment longer: Airflow takes an answer that comes before the scheduler has seen the end
        of the asking process for that of a task that was killed, and asks again.

        Raises:
            AirflowError: the run ended without asking, or does not come to it.
        """
        deadline = time.monotonic() + QUESTION_SECONDS
        while True:
            self.check()
            for asked in self.get(f"/dags/{dag_id}/dagRuns/{run_id}/hitlDetails?response_received=false")[
                "hitl_details"
            ]:
                if asked["task_instance"]["state"] == "awaiting_input":
                    time.sleep(PARKING_SECONDS)
                    return dict(asked)
            state = self.get(f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
            if state in ("success", "failed") or time.monotonic() > deadline:
                raise AirflowError(f"{run_id} of {dag_id} asks nothing: it is {state}")
            time.sleep(0.5)

    def answer(self, dag_id: str, run_id: str, option: str, **form: object) -> None:
        """Answer what a run asks, as a click in the UI does."""
        asking = self.question(dag_id, run_id)["task_instance"]
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{asking['task_id']}/{asking['map_index']}/hitlDetails"
        self.patch(path, {"chosen_options": [option], "params_input": form})

    def log_in(self, user: str, password: str) -> str:
        """A token of the REST API.

        Raises:
            AirflowError: the password is wrong.
        """
        login = {"username": user, "password": password}
        return str(self._send("POST", f"{self.url}/auth/token", login, {})["access_token"])

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        if self._token is None:
            self._token = self.log_in(self.user, self.password)
        return self._send(method, f"{self.url}/api/v2{path}", body, {"Authorization": f"Bearer {self._token}"})

    @staticmethod
    def _send(method: str, url: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            raise AirflowError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')}") from error
