"""The daily look at the calendars in a real Airflow: red, told, and one late run of each report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import yaml

from sandbox.airflow import PROJECT
from service_reports.warehouse import ensure_schema
from tests.integration.installation import Installation

pytestmark = pytest.mark.integration
LOOK, PUBLISH, CONTRACT = "check_calendar", "publish_service_reports", "municipio-atrasado"


@pytest.fixture
def late(own_installation: Installation) -> Iterator[str]:
    """A contract that is added three days after its cut-off to a product that was installed a month ago; the number."""
    sample = PROJECT / "sandbox" / "scenarios" / "late-and-corrected" / "contract.yaml"
    contract = yaml.safe_load(sample.read_text(encoding="utf-8"))
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    number = f"{day.year}-01"
    report = {
        "number": number,
        "period_from": day - timedelta(days=2),
        "period_to": day - timedelta(days=1),
        "report_date": day,
    }
    contract |= {
        "id": CONTRACT,
        "reports": [report],
        "valid_from": day - timedelta(days=30),
        "valid_to": day + timedelta(days=30),
        "wait_for_data_hours": 0,
    }
    described = json.loads(own_installation.sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
    with psycopg.connect(
        host=described["host"], user=described["login"], dbname=described["schema"], autocommit=True
    ) as db:
        ensure_schema(db)
    own_installation.query("update public.migration set applied_at = applied_at - interval '30 days'")
    path = own_installation.sandbox.state / "contracts" / f"{CONTRACT}.yaml"
    path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    yield number
    path.unlink()
    own_installation.query("update public.migration set applied_at = applied_at + interval '30 days'")
    own_installation.query("delete from core.calendar where contract_id = %(id)s", id=CONTRACT)


def test_a_report_that_was_missed_is_told_and_issued_by_one_late_run_until_a_person_settles_it(
    own_installation: Installation, late: str
) -> None:
    run_id, state = own_installation.run(LOOK)
    logs = own_installation.logs(LOOK, run_id)
    assert state == "failed"
    assert f"{CONTRACT} {late}: debía emitirse el " in logs
    assert "se emite ahora, fuera de plazo, en la ejecución «calendario__" in logs
    [run] = [
        each["dag_run_id"]
        for each in own_installation.airflow.get(f"/dags/{PUBLISH}/dagRuns")["dag_runs"]
        if CONTRACT in each["dag_run_id"]
    ]
    assert run in logs
    assert own_installation.wait(PUBLISH, run) == "failed"  # nothing was ever collected for it
    [begun] = own_installation.query("select * from core.publication where contract_id = %(id)s", id=CONTRACT)
    assert begun["run_id"] == run
    assert begun["late_since"] is not None

    run_id, state = own_installation.run(LOOK)
    assert state == "failed"
    assert f"la ejecución «{run}» terminó sin emitirlo" in own_installation.logs(LOOK, run_id)
    assert own_installation.tasks(LOOK, run_id)["issue"] == "skipped"

    form = {"contrato": CONTRACT, "informe": late, "motivo": "Se entregó en papel"}
    run_id, _ = own_installation.run(LOOK, **form)
    assert CONTRACT not in own_installation.logs(LOOK, run_id)
    [settled] = own_installation.query(
        "select body::jsonb ->> 'detail' as why from register.event where event = 'settled' and contract_id = %(id)s",
        id=CONTRACT,
    )
    assert settled["why"] == "Se entregó en papel"
