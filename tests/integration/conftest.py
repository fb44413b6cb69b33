"""One sandbox and one Airflow for the tests of the whole month."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import yaml

from sandbox.demo import DEFAULT_SCENARIO, INGEST_DAGS
from sandbox.supervisor import Sandbox
from service_reports.archive import Archive
from service_reports.contracts import load_contract
from service_reports.warehouse import ensure_schema
from tests.integration.closing import SCENARIO, Closing
from tests.integration.collector import Collector
from tests.integration.databases import copy_database, quick_folder
from tests.integration.desk_world import Desk, brought_about
from tests.integration.installation import Installation, SharedAirflow
from tests.integration.killing import collect

AIRFLOW = "airflow"
"""Group of the files whose tests share the Airflow, so that one worker runs them all."""
CLOSING = "closing"
"""Group of the files whose tests close the same small report, which is collected once for them."""
LATER = 5
"""How much less of a processor a worker asks for that may well end later."""
SHARED = pytest.StashKey[SharedAirflow]()
LONGEST_FIRST = (
    AIRFLOW,
    CLOSING,
    "test_server",
    "test_kills",
    "test_outbox",
)
"""Groups that take minutes, so that no worker is left alone with one at the end."""


@cache
def group(file: Path) -> str:
    """Tests of one group are run by one worker: those of a file, of all that use an installation, or that close."""
    text = file.read_text(encoding="utf-8")
    uses_an_installation = any(
        f"from tests.integration.{name} import" in text for name in ("installation", "desk_world")
    )
    if uses_an_installation:
        return AIRFLOW
    return CLOSING if "closing: Closing" in text else file.stem


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the groups to the workers, where ``--dist loadfile`` would the files."""
    from xdist.scheduler import LoadScopeScheduling

    class LoadGroups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group(config.rootpath / nodeid.split("::", 1)[0])

    return LoadGroups(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_configure(config: pytest.Config) -> None:
    """Let the first worker go before the others: it is given the longest queue, and the run ends with it."""
    if getattr(config, "workerinput", {}).get("workerid", "gw0") != "gw0":
        os.nice(LATER)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the groups for several workers (``--no-loadscope-reorder``)."""
    if hasattr(config, "workerinput"):
        places = {name: place for place, name in enumerate(LONGEST_FIRST)}
        items.sort(key=lambda item: places.get(group(item.path), len(places)))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the Airflow with the last test of its group: with nothing to do it still takes a tenth of a processor."""
    ordered = hasattr(item.config, "workerinput")
    if ordered and SHARED in item.session.stash and nextitem is not None and group(nextitem.path) != AIRFLOW:
        item.session.stash[SHARED].stop()


@pytest.fixture(scope="session")
def servers() -> Iterator[Sandbox]:
    """The outside world alone, without Airflow."""
    with quick_folder() as folder, Sandbox(DEFAULT_SCENARIO, folder) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def empty_warehouse(servers: Sandbox) -> str:
    """Where the sandbox's PostgreSQL is; its database ``empty_warehouse`` has the schema, to be copied."""
    host = f"host={servers.endpoints.postgres_socket_folder} user=postgres"
    with psycopg.connect(f"{host} dbname=postgres", autocommit=True) as postgres:
        postgres.execute("create database empty_warehouse")
    with psycopg.connect(f"{host} dbname=empty_warehouse", autocommit=True) as empty:
        ensure_schema(empty)
    return host


@pytest.fixture
def database(empty_warehouse: str) -> Iterator[str]:
    """The DSN of an empty warehouse of the test's own, with its schema."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(f"{empty_warehouse} dbname=postgres", autocommit=True) as postgres:
        copy_database(postgres, name, "empty_warehouse")
        yield f"{empty_warehouse} dbname={name}"
        postgres.execute(f"drop database {name} with (force)")


@pytest.fixture
def own_warehouse(servers: Sandbox, database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The DSN of an empty warehouse of the test's own, which the steps of the DAGs open as well."""
    for name, value in servers.environment.items():
        monkeypatch.setenv(name, value)
    described = json.loads(servers.environment["AIRFLOW_CONN_WAREHOUSE"])
    described["schema"] = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(described))
    return database


@pytest.fixture
def db(database: str) -> Iterator[psycopg.Connection]:
    """An open connection to that warehouse, which prints instants in UTC."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("set time zone 'UTC'")
        yield connection


@pytest.fixture
def empty_archive(servers: Sandbox) -> Archive:
    """An empty archive of the test's own."""
    client = servers.archive().client
    bucket = f"test-{uuid4().hex}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name})
    return Archive(client, bucket)


@pytest.fixture(scope="session")
def closing() -> Iterator[Closing]:
    """A small report, collected once and closed again and again, without Airflow."""
    with quick_folder() as folder, Sandbox(SCENARIO, folder / "state") as sandbox:
        running = Closing(sandbox, folder)
        yield running
        running.stop()


@pytest.fixture(scope="session")
def told_by_airflow() -> Iterator[Collector]:
    """What the one Airflow of all installations tells a collector of OpenTelemetry."""
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="session")
def airflow(
    servers: Sandbox,
    told_by_airflow: Collector,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[SharedAirflow]:
    """The one Airflow of all installations."""
    home = tmp_path_factory.mktemp("airflow")
    with SharedAirflow(home, servers.environment["SANDBOX_AIRFLOW_DSN"], told_by_airflow) as shared:
        request.session.stash[SHARED] = shared
        yield shared


@pytest.fixture(scope="session")
def installation(airflow: SharedAirflow) -> Iterator[Installation]:
    with quick_folder() as state, Sandbox(DEFAULT_SCENARIO, state) as sandbox:
        yield Installation(sandbox, airflow, load_contract(DEFAULT_SCENARIO / "contract.yaml"))


@pytest.fixture
def own_installation(airflow: SharedAirflow) -> Iterator[Installation]:
    """An installation of the test's own, whose register nobody else writes to."""
    with quick_folder() as state, Sandbox(DEFAULT_SCENARIO, state) as sandbox:
        yield Installation(sandbox, airflow, load_contract(DEFAULT_SCENARIO / "contract.yaml"))


@pytest.fixture(scope="session")
def collected(installation: Installation) -> Installation:
    """The installation with the whole period collected."""
    report = installation.contract.reports[0]
    days = {"desde": report.period_from.isoformat(), "hasta": report.period_to.isoformat()}
    installation.collect(days, *INGEST_DAGS)
    return installation


@pytest.fixture(scope="session")
def asking(airflow: SharedAirflow) -> Iterator[Installation]:
    """An installation whose contract closes a day at a time and wants each close approved; the third was never read."""
    with quick_folder() as state, Sandbox(DEFAULT_SCENARIO, state) as sandbox:
        [path] = (state / "contracts").glob("*.yaml")
        contract = yaml.safe_load(path.read_text(encoding="utf-8"))
        contract |= {"approval": "required", "approvers": ["operador"]}
        contract["reports"] = [
            {"number": number, "period_from": day, "period_to": day, "report_date": f"2026-02-{number[-2:]}"}
            for number, day in (("2026-01", "2026-01-22"), ("2026-02", "2026-01-23"), ("2026-03", "2026-01-24"))
        ]
        path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
        collect(sandbox, first="2026-01-22", last="2026-01-23")
        yield Installation(sandbox, airflow, load_contract(path))


@pytest.fixture(scope="session")
def desk(asking: Installation) -> Desk:
    """That installation, with a corrected report and one that stopped."""
    return brought_about(asking)
