"""The same month from other sources: dumps by SSH and a help desk by export give the rows of S3 and SQL."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
import yaml

from sandbox.demo import DEFAULT_SCENARIO
from sandbox.supervisor import Sandbox
from service_reports.sources.source import Window
from service_reports.warehouse import read_before
from service_reports_airflow.contracts import contracts
from service_reports_airflow.steps import ingest
from tests.integration.databases import quick_folder

pytestmark = pytest.mark.integration
DAYS = Window(date(2026, 1, 20), date(2026, 2, 22))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("scenarios") / "other-sources"
    shutil.copytree(DEFAULT_SCENARIO, folder)
    contract = yaml.safe_load((folder / "contract.yaml").read_text(encoding="utf-8"))
    contract["dumps"] = {
        "kind": "ssh",
        "connection": "dump_server",
        "folder": "/u01/dumps",
        **{name: contract["dumps"][name] for name in ("file_pattern", "retention_days")},
    }
    contract["help_desk"] = {
        "kind": "export",
        "connection": "exports",
        "bucket": "help-desk",
        "prefix": "ALCJAM/",
        "tickets": {"file_pattern": r"\.xlsx$", "sheet": "Solicitudes"},
        "hour_bank": {"file_pattern": r"\.xlsx$", "sheet": "Bolsa de horas"},
    }
    (folder / "contract.yaml").write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    with quick_folder() as state, Sandbox(folder, state) as running:
        yield running


@pytest.fixture(scope="module")
def loaded(sandbox: Sandbox) -> Iterator[psycopg.Connection[Any]]:
    """The warehouse after both sources were fetched and loaded."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        [contract] = contracts()
        for feed in ("database_dumps", "help_desk"):
            ingest.validate_and_load(ingest.fetch(feed, DAYS, "run", contract_id=contract.id), "run")
        described = json.loads(sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
        with psycopg.connect(host=described["host"], user=described["login"], dbname=described["schema"]) as db:
            yield db


def scenario_rows(name: str) -> list[dict[str, str]]:
    with (DEFAULT_SCENARIO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_dumps_by_ssh_are_those_of_the_server(loaded: psycopg.Connection[Any]) -> None:
    rows = loaded.execute("select file_name, size_bytes from core.database_dump").fetchall()
    assert sorted(rows) == sorted(
        (row["file_name"], int(row["size_bytes"])) for row in scenario_rows("local_dumps.csv")
    )


def test_tickets_and_hours_by_export_are_those_of_the_workbook(loaded: psycopg.Connection[Any]) -> None:
    columns = ("ticket_id", "registered_on", "status", "product", "module", "process", "subprocess")
    for service in ("support", "warranty"):
        rows = loaded.execute(
            f"select ticket_id, coalesce(registered_on::text, ''), status, product, module, process, subprocess"
            f" from core.ticket where service = '{service}'"
        ).fetchall()
        assert sorted(rows) == sorted(
            tuple(row[name] for name in columns) for row in scenario_rows(f"tickets_{service}.csv")
        )
    assert loaded.execute("select sum(estimated_hours) from core.hour_bank_entry").fetchone() == (32,)


def test_the_export_is_as_old_as_its_file_and_its_bytes_are_archived(
    loaded: psycopg.Connection[Any], sandbox: Sandbox
) -> None:
    sha256, scope, name, observed_at, fetched_at = loaded.execute(
        "select etag, scope, name, observed_at, fetched_at from raw.batch where source = 'tickets'"
    ).fetchone()  # type: ignore[misc]
    assert read_before(loaded, "tickets", scope, sha256) == {name: observed_at}, "it is known again by its bytes"
    assert observed_at < fetched_at <= datetime.now(UTC)
    [kept] = [key for key in archived_keys(sandbox) if sha256 in key]
    assert sandbox.archive().read(kept).startswith(b"PK")


def archived_keys(sandbox: Sandbox) -> list[str]:
    import boto3

    described = json.loads(sandbox.environment["AIRFLOW_CONN_ARCHIVE"])
    client = boto3.client(
        "s3",
        endpoint_url=described["extra"]["endpoint_url"],
        region_name=described["extra"]["region_name"],
        aws_access_key_id=described["login"],
        aws_secret_access_key=described["password"],
    )
    return [entry["Key"] for entry in client.list_objects_v2(Bucket="archive")["Contents"]]
