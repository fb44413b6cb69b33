"""Which reports a run of the publication is for, and who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service_reports.contracts import BOGOTA, ReportPeriod, report_due
from service_reports_airflow.contracts import UnknownContract, contract, contracts
from service_reports_airflow.dag_parts.forms import FormRefused

BY_HAND = frozenset({"manual", "operator_triggered"})
"""Types of runs that somebody asked for, by the form or by an answer in the UI."""


def due_reports(params: Mapping[str, Any], run_after: datetime, run_type: str) -> list[dict[str, Any]]:
    """The report of the trigger form, or those whose cut-off is the moment of this scheduled run.

    Raises:
        FormRefused: an incomplete form, a contract or report that does not exist, or one whose period goes on.
    """
    contract_id, number, reason = (str(params.get(name) or "").strip() for name in ("contrato", "informe", "motivo"))
    if run_type in BY_HAND or contract_id or number:
        fields = {"Contrato": contract_id, "Informe": number, "Motivo": reason}
        if lacking := [f"«{title}»" for title, value in fields.items() if not value]:
            raise FormRefused(f"Falta {' y '.join(lacking)}: llene el formulario y dispare de nuevo")
        try:
            reports = {report.number: report for report in contract(contract_id).reports}
        except UnknownContract as error:
            raise FormRefused(str(error)) from None
        if number not in reports:
            raise FormRefused(f"{contract_id} no tiene el informe «{number}»; su calendario tiene {', '.join(reports)}")
        if unended := goes_on(reports[number], datetime.now(UTC)):
            raise FormRefused(unended)
        return [{"contract_id": contract_id, "report_number": number, "reason": reason}]
    return [
        {"contract_id": due.contract.id, "report_number": due.report.number, "reason": None}
        for due in report_due(contracts(), run_after)
    ]


def goes_on(report: ReportPeriod, now: datetime) -> str | None:
    """Why a report cannot be made yet: its period has not ended (``now`` is aware); ``None`` when it has."""
    if now >= report.ends_at:
        return None
    ends = report.ends_at.astimezone(BOGOTA)
    return (
        f"El periodo del informe {report.number} no ha terminado: su último día es el {report.period_to} y termina el "
        f"{ends:%Y-%m-%d} a las {ends:%H:%M} (hora de Bogotá)\n  → dispárelo después de esa hora; antes, lo que aún no "
        "ha pasado se afirmaría como si no hubiera ocurrido"
    )


def requested_by(dag_run: Any) -> str | None:
    """Who asked for a run: who triggered it, or who gave the answer that did (``None``: the calendar).

    Only a task of ours can start a run of that type, so the form cannot name somebody else.
    """
    if dag_run.run_type == "operator_triggered":
        return (dag_run.conf or {}).get("solicitado_por")
    return dag_run.triggering_user_name  # type: ignore[no-any-return]
