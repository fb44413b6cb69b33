"""docker-compose.yaml holds: its commands start, its settings are Airflow's, it has no default secret."""

from __future__ import annotations

import re
import shlex
import subprocess
import urllib.request
from pathlib import Path

import psycopg
import pytest
import yaml

from sandbox.airflow import COMPOSE_FILE, AirflowError, LocalAirflow, compose_service, make_secrets
from sandbox.postgres import dsn
from sandbox.supervisor import Sandbox

COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
DECIDED_BY_THE_FILE = ("AIRFLOW__CORE__AUTH_MANAGER", "AIRFLOW__CORE__EXECUTOR")
AIRFLOW_SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")


def read_all_services(secrets_given: dict[str, str]) -> None:
    for service in ("postgres", "migrate", *AIRFLOW_SERVICES):
        compose_service(service, secrets_given)


def test_it_has_every_component_each_with_a_health_check() -> None:
    assert set(COMPOSE["services"]) == {"postgres", "migrate", *AIRFLOW_SERVICES}
    for name in ("postgres", *AIRFLOW_SERVICES):
        assert COMPOSE["services"][name]["healthcheck"]["test"], name


def test_every_secret_must_be_given_and_none_has_a_default() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    variables = re.findall(r"(?<!\$)\$\{([^}]*)\}", text)
    assert {variable.split(":?")[0] for variable in variables} == set(make_secrets())
    assert all(re.fullmatch(r"\w+:\?set \w+", variable) for variable in variables), variables
    for name in make_secrets():
        lacking = {key: value for key, value in make_secrets().items() if key != name}
        with pytest.raises(AirflowError, match=f"set {name}"):
            read_all_services(lacking)


def test_its_settings_are_settings_that_airflow_knows() -> None:
    from airflow.configuration import conf

    for service in ("migrate", *AIRFLOW_SERVICES):
        _, environment = compose_service(service, make_secrets())
        for name in environment:
            if match := re.fullmatch(r"AIRFLOW__([A-Z_]+?)__([A-Z_]+)", name):
                section, key = match[1].lower(), match[2].lower()
                assert key in conf.configuration_description.get(section, {}).get("options", {}), name


def test_mounted_and_copied_paths_exist() -> None:
    project = COMPOSE_FILE.parent
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (project / source).exists(), volume
    for line in (project / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY "):
            for source in shlex.split(line)[1:-1]:
                assert (project / source).exists(), line


@pytest.mark.integration
def test_its_commands_start_every_component_with_its_own_auth_manager(tmp_path: Path, servers: Sandbox) -> None:
    """The same commands and environment as on a server, without Docker: only places and ports differ."""
    socket_folder = servers.endpoints.postgres_socket_folder
    with psycopg.connect(dsn(socket_folder, "postgres"), autocommit=True) as postgres:
        postgres.execute("create database airflow_of_a_server")
        own = {name: COMPOSE["x-environment"][name] for name in DECIDED_BY_THE_FILE}
        metadata = f"postgresql+psycopg2://postgres@/airflow_of_a_server?host={socket_folder}"
        airflow = LocalAirflow(tmp_path / "airflow", metadata, {**servers.environment, **own}, AIRFLOW_SERVICES)
        try:
            migrate, _ = compose_service("migrate", airflow.secrets)
            environment = airflow.environment("migrate")
            (tmp_path / "airflow" / "logs").mkdir(parents=True)
            ended = subprocess.run(migrate, env=environment, capture_output=True, text=True, check=False, timeout=300)
            assert ended.returncode == 0, ended.stderr[-3000:]
            airflow.user, airflow.password = "admin", airflow.secrets["AIRFLOW_ADMIN_PASSWORD"]
            airflow.launch()
            health = airflow.get("/monitor/health")
            for component in ("metadatabase", "scheduler", "dag_processor", "triggerer"):
                assert health[component]["status"] == "healthy", health
            with pytest.raises(AirflowError, match="401"):
                airflow.log_in("admin", "not the password")
            scheduler = airflow.environment("scheduler")["AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT"]
            with urllib.request.urlopen(f"http://127.0.0.1:{scheduler}/health", timeout=10) as answer:
                assert answer.status == 200
        finally:
            airflow.stop()
            postgres.execute("drop database airflow_of_a_server with (force)")
