"""One sandbox and one Airflow for the tests of the whole month."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from sandbox.airflow import LocalAirflow
from sandbox.demo import DEFAULT_SCENARIO, INGEST_DAGS, watch
from sandbox.supervisor import Sandbox
from service_reports.contracts import load_contract
from service_reports.warehouse import ensure_schema
from tests.integration.installation import Installation


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The outside world alone, without Airflow."""
    with Sandbox(DEFAULT_SCENARIO, tmp_path_factory.mktemp("servers")) as sandbox:
        yield sandbox


@pytest.fixture
def database(servers: Sandbox) -> Iterator[str]:
    """The DSN of an empty warehouse of the test's own, with its schema."""
    name = f"test_{uuid4().hex}"
    host = f"host={servers.endpoints.postgres_socket_folder} user=postgres"
    with psycopg.connect(f"{host} dbname=postgres", autocommit=True) as postgres:
        postgres.execute(f"create database {name}")
        with psycopg.connect(f"{host} dbname={name}", autocommit=True) as empty:
            ensure_schema(empty)
        yield f"{host} dbname={name}"
        postgres.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    state = tmp_path_factory.mktemp("installation")
    with (
        Sandbox(DEFAULT_SCENARIO, state) as sandbox,
        LocalAirflow(state / "airflow", sandbox.environment["SANDBOX_AIRFLOW_DSN"], sandbox.environment) as airflow,
    ):
        yield Installation(sandbox, airflow, load_contract(DEFAULT_SCENARIO / "contract.yaml"))


@pytest.fixture(scope="session")
def collected(installation: Installation) -> Installation:
    """The installation with the whole period collected."""
    report = installation.contract.reports[0]
    days = {"desde": report.period_from.isoformat(), "hasta": report.period_to.isoformat()}
    runs = {dag_id: installation.airflow.trigger(dag_id, days) for dag_id in INGEST_DAGS}
    states = watch(installation.airflow, installation.sandbox, runs, lambda _: None)
    for dag_id, state in states.items():
        assert state == "success", installation.logs(dag_id, runs[dag_id])
    return installation
