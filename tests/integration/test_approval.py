"""A contract that asks for approval: a person reads the drafts in Airflow, and approves or rejects them."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest

from sandbox.airflow import AirflowError
from sandbox.demo import PUBLISH_DAG
from tests.integration.installation import ANOTHER, Installation

pytestmark = pytest.mark.integration
APPROVE = "report.approve"
DRAFT = re.compile(r"^- \[(?P<title>[^]]+)\]\((?P<address>\S+)\): `(?P<name>\S+)`, SHA-256 `(?P<sha256>\w+)`$", re.M)


def publish(asking: Installation, number: str) -> str:
    form = {"contrato": asking.contract.id, "informe": number, "motivo": "Prueba de aprobación"}
    return asking.airflow.trigger(PUBLISH_DAG, form)


def question(asking: Installation, run_id: str) -> dict[str, Any]:
    return asking.airflow.question(PUBLISH_DAG, run_id)


def answer(asking: Installation, run_id: str, option: str, **form: str) -> None:
    asking.airflow.answer(PUBLISH_DAG, run_id, option, **form)


def answered_by_another(asking: Installation, run_id: str) -> int:
    """The status that somebody gets who may answer questions, and is not asked."""
    airflow = asking.airflow
    passwords = json.loads((airflow.home / "passwords.json").read_text(encoding="utf-8"))
    path = f"/api/v2/dags/{PUBLISH_DAG}/dagRuns/{run_id}/taskInstances/{APPROVE}/0/hitlDetails"
    body = {"chosen_options": ["Aprobar"], "params_input": {"comentario": ""}}
    headers = {
        "Authorization": f"Bearer {airflow.log_in(ANOTHER, passwords[ANOTHER])}",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(airflow.url + path, json.dumps(body).encode(), headers, method="PATCH")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def events(asking: Installation, number: str) -> list[dict[str, Any]]:
    return asking.query(
        "select event, state, body::jsonb ->> 'by' as by, body::jsonb ->> 'detail' as detail"
        "  from register.event where report_number = %(number)s order by position",
        number=number,
    )


def issue(asking: Installation, number: str) -> dict[str, Any]:
    [row] = asking.query("select * from register.report where report_number = %(number)s", number=number)
    return row


def test_what_is_approved_is_what_is_signed_and_sent(asking: Installation) -> None:
    run_id = publish(asking, "2026-01")
    asked = question(asking, run_id)
    assert asked["subject"] == "¿Se aprueba el informe 2026-01 v1 de Alcaldía de Jamundí?"
    assert asked["options"] == ["Aprobar", "Rechazar"]
    assert "Motivo: Prueba de aprobación" in asked["body"]
    assert issue(asking, "2026-01")["state"] == "draft"

    drafts = list(DRAFT.finditer(asked["body"]))
    assert len(drafts) >= 3
    for draft in drafts:
        with urllib.request.urlopen(draft["address"], timeout=30) as read:
            content = read.read()
            assert read.headers["Content-Disposition"] == f'attachment; filename="BORRADOR-{draft["name"]}"'
        assert hashlib.sha256(content).hexdigest() == draft["sha256"]
        assert b"/ETSI.CAdES.detached" not in content

    assert [each["name"] for each in asked["assigned_users"]] == [asking.airflow.user]
    assert asked["task_instance"]["rendered_map_index"] == f"{asking.contract.id} 2026-01 v1"
    assert answered_by_another(asking, run_id) == 403

    answer(asking, run_id, "Rechazar")
    asked = question(asking, run_id)  # a rejection without a comment is no answer
    assert asked["responded_by_user"] is None
    answer(asking, run_id, "Aprobar", comentario="Revisado con el supervisor")
    assert asking.wait(PUBLISH_DAG, run_id) == "success", asking.logs(PUBLISH_DAG, run_id)
    approved = next(event for event in events(asking, "2026-01") if event["event"] == "approved")
    assert (approved["by"], approved["detail"]) == (asking.airflow.user, "Revisado con el supervisor")
    assert issue(asking, "2026-01")["state"] == "sent"
    names = {row["file_name"] for row in asking.query("select file_name from register.document")}
    assert names == {draft["name"] for draft in drafts}


def test_clearing_what_was_approved_and_sent_asks_nobody(asking: Installation) -> None:
    [run] = asking.query("select run_id from register.report where report_number = '2026-01'")
    before = events(asking, "2026-01")
    asking.clear(PUBLISH_DAG, run["run_id"], APPROVE)
    assert asking.wait(PUBLISH_DAG, run["run_id"]) == "success"
    assert events(asking, "2026-01") == before


def test_a_rejected_report_is_not_signed_and_its_number_is_taken_by_the_next_run(asking: Installation) -> None:
    run_id = publish(asking, "2026-02")
    question(asking, run_id)
    answer(asking, run_id, "Rechazar", comentario="Falta una solicitud")
    assert asking.wait(PUBLISH_DAG, run_id) == "failed"
    tasks = asking.tasks(PUBLISH_DAG, run_id)
    assert tasks[APPROVE] == "failed"
    assert tasks["report.sign_and_register"] == "upstream_failed"
    logs = asking.logs(PUBLISH_DAG, run_id)
    assert "operador rechazó los borradores: Falta una solicitud" in logs
    assert events(asking, "2026-02")[-1] == {
        "event": "rejected",
        "state": "draft",
        "by": asking.airflow.user,
        "detail": "Falta una solicitud",
    }

    again = publish(asking, "2026-02")
    question(asking, again)
    asking.clear(PUBLISH_DAG, run_id, "report.sign_and_register")  # a way around the question
    assert asking.wait(PUBLISH_DAG, run_id) == "failed"
    with pytest.raises(AirflowError, match="Invalid options"):
        answer(asking, again, "Approve")
    answer(asking, again, "Aprobar")
    assert asking.wait(PUBLISH_DAG, again) == "success", asking.logs(PUBLISH_DAG, again)
    assert issue(asking, "2026-02")["version"] == 1
    assert issue(asking, "2026-02")["run_id"] == again
    assert len(list(asking.sandbox.mail_folder.glob("*.eml"))) == 2
