"""The page «Informes» of an installation that closes, corrects, and stops at a day that was never read."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any

from sandbox.demo import PUBLISH_DAG
from tests.integration.installation import Installation

CORRECTED, APPROVED, STOPPED = "2026-01", "2026-02", "2026-03"
LATE = (
    "update raw.oci_cost_use set quantity = quantity + 1 where (tableoid, ctid) ="
    " (select u.tableoid, u.ctid from raw.oci_cost_use u join raw.oci_cost_place using (place_id)"
    "  where charge_period_start >= %(day)s"
    "   and charge_period_start < %(day)s::date + 1 and compartment_ocid like '%%.alcjam' limit 1)"
)
"""Usage of a day that came late, so that its report has something to correct."""
DATA = "/service-reports/api"


@dataclass(frozen=True)
class Answer:
    """What the web server says."""

    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Desk:
    """An installation, looked at by its page; ``stopped`` is the run that the gate refused."""

    installation: Installation
    stopped: str

    @property
    def contract(self) -> str:
        return self.installation.contract.id

    @property
    def url(self) -> str:
        return self.installation.airflow.url

    def ask(self, path: str, token: str | None) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def ask_for_approval(self) -> str:
        """The run of a report that waits for its approval."""
        self.installation.query(LATE, day="2026-01-23")
        run_id = self.installation.airflow.trigger(PUBLISH_DAG, _form(self.installation, APPROVED, "Cierre"))
        self.installation.airflow.question(PUBLISH_DAG, run_id)
        return run_id

    def operator(self) -> str:
        airflow = self.installation.airflow
        return airflow.log_in(airflow.user, airflow.password)


def brought_about(installation: Installation) -> Desk:
    """One report with two versions, and one that stopped because nothing was ever read of its day."""
    registered = "select version from register.report where report_number = '2026-01' and registered_at is not null"
    if not installation.query(registered):
        _issue(installation, CORRECTED, "Cierre")
    installation.query(LATE, day="2026-01-22")
    _issue(installation, CORRECTED, "Un consumo llegó tarde")
    stopped, state = installation.run(PUBLISH_DAG, **_form(installation, STOPPED, "Cierre"))
    assert state == "failed", installation.tasks(PUBLISH_DAG, stopped)
    return Desk(installation, stopped)


def _form(installation: Installation, number: str, reason: str) -> dict[str, Any]:
    return {"contrato": installation.contract.id, "informe": number, "motivo": reason}


def _issue(installation: Installation, number: str, reason: str) -> None:
    run_id = installation.airflow.trigger(PUBLISH_DAG, _form(installation, number, reason))
    installation.airflow.question(PUBLISH_DAG, run_id)
    installation.airflow.answer(PUBLISH_DAG, run_id, "Aprobar")
    assert installation.wait(PUBLISH_DAG, run_id) == "success", installation.logs(PUBLISH_DAG, run_id)
