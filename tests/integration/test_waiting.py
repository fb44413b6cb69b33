"""The close waits for its data without a worker, goes on when they arrive, and goes on when patience runs out."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest
import yaml

from sandbox.demo import DEFAULT_SCENARIO, PUBLISH_DAG
from sandbox.supervisor import Sandbox
from service_reports.contracts import load_contract
from tests.integration.databases import quick_folder
from tests.integration.installation import Installation, SharedAirflow
from tests.integration.killing import collect

pytestmark = pytest.mark.integration
WAIT = "report.wait_for_data"
POOL = "/pools/default_pool"
ONE_OF_THEM = "ingest_service_desk"
"""One of the collections that the report waits for."""


@pytest.fixture(scope="module")
def waiting(airflow: SharedAirflow) -> Iterator[Installation]:
    """An installation with one worker slot, whose contract closes two days at a time."""
    with quick_folder() as state, Sandbox(DEFAULT_SCENARIO, state) as sandbox:
        [path] = (state / "contracts").glob("*.yaml")
        contract = yaml.safe_load(path.read_text(encoding="utf-8"))
        contract["reports"] = [
            {"number": number, "period_from": f"{month}-22", "period_to": f"{month}-23", "report_date": f"{month}-24"}
            for number, month in (("2026-01", "2026-01"), ("2026-02", "2026-03"), ("2026-03", "2026-04"))
        ]
        path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
        installation = Installation(sandbox, airflow, load_contract(path))
        pool = installation.airflow.get(POOL)["slots"]
        installation.airflow.patch(f"{POOL}?update_mask=slots", {"slots": 1})
        installation.airflow.add("triggerer")
        try:
            yield installation
        finally:
            installation.airflow.stop("triggerer")
            installation.airflow.patch(f"{POOL}?update_mask=slots", {"slots": pool})


def until(installation: Installation, run_id: str, task: str, state: str, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while (seen := installation.tasks(PUBLISH_DAG, run_id).get(task)) != state:
        assert time.monotonic() < deadline, f"{task} is {seen}, not {state}"
        assert seen != "failed", installation.logs(PUBLISH_DAG, run_id)
        time.sleep(0.25)


def started_days_ago(installation: Installation, run_id: str, days: int) -> None:
    """Have a run have begun some days ago, before its first task can read when that was."""
    begun = (
        "update dag_run set start_date = now() - make_interval(days => %(days)s)"
        " where run_id = %(run)s and state = 'running' returning start_date"
    )
    deadline = time.monotonic() + 60
    while not installation.query(begun, "airflow", run=run_id, days=days):
        assert time.monotonic() < deadline, f"{run_id} does not begin"
        time.sleep(0.05)


def verdict(installation: Installation, number: str) -> tuple[bool, str]:
    [row] = installation.query(
        "select passed, detail from core.quality_result where check_id = 'gate.data_complete' and subject = %(name)s",
        name=f"{installation.contract.id} {number}",
    )
    return row["passed"], row["detail"]


def memory_mb(installation: Installation) -> float:
    """What Airflow's processes hold in all, each page counted once."""
    total = 0
    for process in installation.airflow._processes.values():
        parent = psutil.Process(process.pid)
        for each in (parent, *parent.children(recursive=True)):
            try:
                total += each.memory_full_info().pss
            except psutil.NoSuchProcess:
                continue
    return total / 1e6


def test_a_run_whose_patience_ran_out_goes_on_and_says_what_is_lacking(waiting: Installation) -> None:
    form = {"contrato": waiting.contract.id, "informe": "2026-02", "motivo": "Prueba", "esperar": True}
    run_id = waiting.airflow.trigger(PUBLISH_DAG, form)
    started_days_ago(waiting, run_id, 5)
    until(waiting, run_id, WAIT, "success")
    passed, detail = verdict(waiting, "2026-02")
    assert not passed
    assert detail.startswith("Se agotó la espera de 72 horas desde la siguiente recolección (")
    for source in ("consumo de OCI", "volcados de la base de datos", "solicitudes de la mesa de servicio"):
        assert f"{source}, días sin leer: 2026-03-22, 2026-03-23" in detail
    # It went on to the gate, which asks for a reading of each source.
    assert waiting.wait(PUBLISH_DAG, run_id) == "failed"
    assert "dispare «Recolectar mesa de servicio» con Desde 2026-03-22 y Hasta 2026-03-23" in waiting.logs(
        PUBLISH_DAG, run_id
    )


def test_a_run_by_hand_does_not_wait_unless_it_is_told_to(waiting: Installation) -> None:
    run_id = waiting.airflow.trigger(
        PUBLISH_DAG, {"contrato": waiting.contract.id, "informe": "2026-03", "motivo": "Prueba"}
    )
    until(waiting, run_id, WAIT, "success")
    passed, detail = verdict(waiting, "2026-03")
    assert not passed
    assert detail.startswith("Sin esperar; el informe se hace con estos vacíos: consumo de OCI")


def test_a_run_waits_without_a_worker_until_the_data_are_there(waiting: Installation) -> None:
    form = {"contrato": waiting.contract.id, "informe": "2026-01", "motivo": "Prueba", "esperar": True}
    run_id = waiting.airflow.trigger(PUBLISH_DAG, form)
    until(waiting, run_id, WAIT, "deferred")
    waiting.collect({"desde": "2026-01-22", "hasta": "2026-01-23"}, ONE_OF_THEM)  # through the only worker slot
    assert waiting.tasks(PUBLISH_DAG, run_id)[WAIT] == "deferred"
    collect(waiting.sandbox, first="2026-01-22", last="2026-01-23")
    until(waiting, run_id, WAIT, "success")
    assert verdict(waiting, "2026-01") == (True, "El periodo está completo")
    until(waiting, run_id, "report.gate", "success")
    assert memory_mb(waiting) < 4000, "Airflow with its triggerer is to fit a small server"
