"""The daily check of the register, in a real Airflow: green over what holds, red with the row's name otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest

from service_reports.archive import Archive
from service_reports.register import IssueKey
from tests.integration.installation import Installation
from tests.integration.test_register_verified import behind_the_triggers, issue

pytestmark = pytest.mark.integration
NUMBER = "2025-12"


@pytest.fixture
def warehouse(own_installation: Installation) -> Iterator[psycopg.Connection]:
    described = json.loads(own_installation.sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
    with psycopg.connect(
        host=described["host"], user=described["login"], dbname=described["schema"], autocommit=True
    ) as db:
        yield db


def test_the_daily_check_archives_the_head_and_goes_red_over_a_row_that_was_edited(
    own_installation: Installation, warehouse: psycopg.Connection
) -> None:
    run_id, state = own_installation.run("verify_register")  # also the first to open the warehouse, where it runs alone
    assert state == "success", own_installation.logs("verify_register", run_id)
    store: Archive = own_installation.sandbox.archive()
    key: IssueKey = issue(warehouse, store, number=NUMBER)

    run_id, state = own_installation.run("verify_register")
    assert state == "success", own_installation.logs("verify_register", run_id)
    [(position,)] = warehouse.execute("select max(position) from register.event").fetchall()
    assert any(name.endswith(f"-{position:012}.json") for name in store.keys("register/heads/"))

    with behind_the_triggers(warehouse):
        warehouse.execute("update register.report set correction_reason = 'otro' where report_number = %s", [NUMBER])
        warehouse.execute("update register.event set body = body || ' ' where position = %s", [position])
    run_id, state = own_installation.run("verify_register", todo=True)
    assert state == "failed"
    tasks = own_installation.tasks("verify_register", run_id)
    assert tasks == {
        "plan": "success",
        "verify_parts": "success",
        "chain": "failed",
        "head": "upstream_failed",
        "rows_and_files": "failed",
        "signing_keys": "success",
    }
    logs = own_installation.logs("verify_register", run_id)
    assert f"register.event {position}: fue modificado" in logs
    assert f"register.report {key}: «correction_reason» es 'otro'" in logs

    with behind_the_triggers(warehouse):
        warehouse.execute(
            "update register.report set correction_reason = 'motivo de run-1' where report_number = %s", [NUMBER]
        )
        warehouse.execute("update register.event set body = rtrim(body) where position = %s", [position])
    own_installation.clear("verify_register", run_id, "chain")
    own_installation.clear("verify_register", run_id, "rows_and_files")
    assert own_installation.wait("verify_register", run_id) == "success"
