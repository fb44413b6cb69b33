"""The page's data: for whoever may read runs, from the register and the ledger, and nothing for anybody else."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.demo import RUN_SECONDS
from tests.integration.desk_world import CORRECTED, DATA, STOPPED, Desk
from tests.integration.installation import Installation

pytestmark = pytest.mark.integration
TOLD = "direccion@example.com"
SECRET_ADDRESSES = (
    "/reports",
    "/causes",
    "/contracts/{contract}",
    "/contracts/{contract}/certificate",
    "/contracts/{contract}/reports/2026-01/coverage",
    "/contracts/{contract}/reports/2026-01/checks",
    "/contracts/{contract}/reports/2026-01/versions",
    "/contracts/{contract}/reports/2026-01/versions/1/changes",
    "/contracts/{contract}/reports/2026-01/versions/1/documents/1",
)


@pytest.fixture(scope="session")
def token(desk: Desk) -> str:
    return desk.operator()


def told(desk: Desk, token: str, path: str) -> Any:
    answer = desk.ask(f"{DATA}{path}", token)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def row(told: dict[str, Any], number: str) -> dict[str, Any]:
    return next(each for each in told["rows"] if each["report_number"] == number)


@pytest.mark.parametrize("address", SECRET_ADDRESSES)
def test_nothing_is_told_to_who_did_not_log_in(desk: Desk, address: str) -> None:
    assert desk.ask(f"{DATA}{address.format(contract=desk.contract)}", None).status == 401


def test_only_the_script_is_public(desk: Desk) -> None:
    script = desk.ask("/service-reports/desk.js", None)
    assert script.status == 200
    assert script.headers["Content-Type"].startswith("text/javascript")
    for guessed in ("/docs", "/openapi.json", "/desk.py", "/app.py", "/api"):
        assert desk.ask(f"/service-reports{guessed}", None).status in (401, 404)


def test_every_address_asks_for_the_right_to_read_runs() -> None:
    from service_reports_airflow.desk.app import api

    assert {route.path for route in api.routes} == {  # type: ignore[attr-defined]
        f"/api{address}".replace("{contract}", "{contract_id}")
        .replace("2026-01", "{number}")
        .replace("/versions/1", "/versions/{version}")
        .replace("/documents/1", "/documents/{position}")
        for address in SECRET_ADDRESSES
    }
    [needed] = api.dependencies
    assert "requires_access_dag" in needed.dependency.__qualname__


def test_the_list_has_what_stopped_before_what_is_issued_and_says_where(desk: Desk, token: str) -> None:
    found = told(desk, token, "/reports")
    stopped, issued = row(found, STOPPED), row(found, CORRECTED)
    assert (stopped["state"], issued["state"], issued["version"]) == ("failed", "issued", 2)
    assert found["rows"].index(stopped) < found["rows"].index(issued)
    assert stopped["run"] == f"dags/publish_service_reports/runs/{desk.stopped}"
    address = f"{stopped['run']}/tasks/report.gate/mapped/0"
    assert stopped["stopped"] == [{"task": "Verificar", "address": address}]


def test_a_round_of_alerts_finds_the_task_that_failed_and_the_page_tells_it(desk: Desk, token: str) -> None:
    run_id, state = desk.installation.run("send_alerts")
    assert state == "success", desk.installation.logs("send_alerts", run_id)
    run = quote(desk.stopped, safe="")
    [failed] = [each for each in told(desk, token, "/causes") if run in (each["address"] or "")]
    assert failed["title"] == "Una tarea se detuvo"
    assert failed["said"] == "la tarea «Verificar» de «Publicar informes de servicio» terminó en rojo"
    assert failed["about"].startswith(f"{desk.contract} {STOPPED}")
    assert failed["address"] == f"dags/publish_service_reports/runs/{run}/tasks/report.gate/mapped/0"
    answered = desk.installation.query(
        "select distinct contract_id from core.stopped_task where state = 'asks' and ended_at is not null"
    )
    assert {each["contract_id"] for each in answered} == {desk.contract}


def test_nobody_is_told_twice_where_the_scheduler_was_killed_while_a_mail_left(
    desk: Desk,
) -> None:
    installation, airflow = desk.installation, desk.installation.airflow
    to_all = {
        "to": [TOLD],
        "mail": {"connection": installation.contract.mail.connection, "sender": "avisos@example.com"},
    }
    airflow.post("/variables", {"key": "service_reports_alerts", "value": json.dumps(to_all)})
    installation.sandbox.set_faults({"kind": "mail_delayed", "at": "answer", "seconds": 30})
    dying = airflow.trigger("send_alerts", {})
    wait_until(lambda: alerts_told(installation) != [])
    airflow.kill("scheduler")
    installation.sandbox.set_faults()
    airflow.add("scheduler")
    airflow.patch(f"/dags/send_alerts/dagRuns/{dying}", {"state": "failed"})  # or in five minutes by itself
    for _ in range(2):
        run_id, state = installation.run("send_alerts")
        assert state == "success", installation.logs("send_alerts", run_id)
    [told_once] = alerts_told(installation)
    assert desk.contract in told_once


def alerts_told(installation: Installation) -> list[str]:
    """What the mail server took for who is told of everything, as it came."""
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(installation.sandbox.mail_folder.glob("*.eml"))
    ]
    return [mail.get_body(("plain",)).get_content() for mail in mails if mail["To"] == TOLD]


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + RUN_SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_list_is_cut_into_pages_and_filtered(desk: Desk, token: str) -> None:
    every = told(desk, token, "/reports")
    pages = [told(desk, token, f"/reports?limit=1&offset={place}") for place in range(every["total"])]
    assert [page["rows"][0] for page in pages] == every["rows"]
    assert [each["report_number"] for each in told(desk, token, "/reports?state=failed")["rows"]] == [STOPPED]
    assert told(desk, token, "/reports?text=otra-entidad")["total"] == 0
    assert desk.ask(f"{DATA}/reports?limit=100000", token).status == 422


def test_why_it_stopped_is_what_the_gate_said(desk: Desk, token: str) -> None:
    checks = told(desk, token, f"/contracts/{desk.contract}/reports/{STOPPED}/checks")
    assert checks[0]["severity"] == "blocking"
    assert {each["check"] for each in checks if each["severity"] == "blocking"} >= {"gate.source_read"}
    assert "dispare «Recolectar" in checks[0]["detail"]


def test_days_that_nobody_read_are_missing_and_days_that_were_read_are_whole(desk: Desk, token: str) -> None:
    lacking = told(desk, token, f"/contracts/{desk.contract}/reports/{STOPPED}/coverage")
    assert lacking["days"] == ["2026-01-24"]
    states = {each["source"]: each["days"] for each in lacking["sources"]}
    assert states["oci_metrics"] == ["missing"]
    assert states["oci_backups"] == ["missing"]
    read = told(desk, token, f"/contracts/{desk.contract}/reports/{CORRECTED}/coverage")
    assert {each["source"]: each["days"] for each in read["sources"]}["oci_metrics"] == ["whole"]


def test_a_version_tells_what_changed_in_it(desk: Desk, token: str) -> None:
    base = f"/contracts/{desk.contract}/reports/{CORRECTED}"
    second, first = told(desk, token, f"{base}/versions")["versions"]
    assert (second["version"], second["correction_reason"]) == (2, "Un consumo llegó tarde")
    assert first["state"] == "superseded"
    changed = told(desk, token, f"{base}/versions/2/changes")
    assert changed["replaces"] == 1
    assert {each["figure_id"].split("/")[0] for each in changed["figures"]} >= {"usage.day", "usage.total"}
    assert told(desk, token, f"{base}/versions/1/changes")["total"] == 0


def test_messages_and_hours_are_those_of_the_register(desk: Desk, token: str) -> None:
    found = told(desk, token, f"/contracts/{desk.contract}/reports/{CORRECTED}/versions")
    assert [(each["version"], each["state"]) for each in found["messages"]] == [(2, "sent"), (1, "sent")]
    assert found["hour_bank"]["contracted"] == "200"


def test_a_document_is_given_out_as_it_was_signed(desk: Desk, token: str) -> None:
    [registered] = desk.installation.query(
        "select * from register.document where report_number = '2026-01' and version = 2 and position = 1"
    )
    answer = desk.ask(f"{DATA}/contracts/{desk.contract}/reports/{CORRECTED}/versions/2/documents/1", token)
    assert answer.status == 200
    assert hashlib.sha256(answer.body).hexdigest() == registered["sha256"]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f"inline; filename*=UTF-8''{registered['file_name']}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    log = (desk.installation.airflow.home / "logs" / "api-server.log").read_text(encoding="utf-8")
    assert f"operador abrió {registered['file_name']} de {desk.contract} {CORRECTED} v2" in log


def test_a_document_with_other_bytes_than_were_registered_is_given_to_nobody(desk: Desk, token: str) -> None:
    store = desk.installation.sandbox.archive()
    [registered] = desk.installation.query(
        "select * from register.document where report_number = '2026-01' and version = 1 and position = 1"
    )
    kept = store.read(registered["blob_key"])
    address = f"{DATA}/contracts/{desk.contract}/reports/{CORRECTED}/versions/1/documents/1"
    try:
        store.client.put_object(Bucket=store.bucket, Key=registered["blob_key"], Body=kept + b"\n")
        answer = desk.ask(address, token)
    finally:
        store.client.put_object(Bucket=store.bucket, Key=registered["blob_key"], Body=kept)
    assert answer.status == 502
    assert b"%PDF" not in answer.body
    assert "no son los que se registraron" in json.loads(answer.body)["detail"]
    assert desk.ask(address, token).body == kept


def test_what_is_not_there_is_said_to_be_missing(desk: Desk, token: str) -> None:
    for path in (
        "/contracts/ninguno",
        f"/contracts/{desk.contract}/reports/1999-01/coverage",
        f"/contracts/{desk.contract}/reports/{CORRECTED}/versions/9/documents/1",
        f"/contracts/{desk.contract}/reports/{CORRECTED}/versions/9/changes",
    ):
        assert desk.ask(f"{DATA}{path}", token).status == 404, path


def test_until_when_the_key_signs_is_told(desk: Desk, token: str) -> None:
    assert told(desk, token, f"/contracts/{desk.contract}/certificate")["days"] > 0
