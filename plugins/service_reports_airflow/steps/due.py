"""Which reports a run of the publication is for, and who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service_reports.contracts import report_due
from service_reports.foreign_text import foreign_line
from service_reports_airflow.contracts import UnknownContract, contract, contracts
from service_reports_airflow.dag_parts.forms import FormRefused
from service_reports_airflow.telling import told

BY_HAND = frozenset({"manual", "operator_triggered"})
"""Types of runs that somebody asked for, by the form or by an answer in the UI."""


@told
def due_reports(params: Mapping[str, Any], run_after: datetime, run_type: str) -> list[dict[str, Any]]:
    """The report of the trigger form, or those whose cut-off is the moment of this scheduled run.

    Raises:
        FormRefused: an incomplete form, or a contract or report that does not exist.
    """
    contract_id, number, reason = (
        foreign_line(str(params.get(name) or "")) for name in ("contrato", "informe", "motivo")
    )
    if run_type in BY_HAND or contract_id or number:
        fields = {"Contrato": contract_id, "Informe": number, "Motivo": reason}
        if lacking := [f"«{title}»" for title, value in fields.items() if not value]:
            raise FormRefused(f"Falta {' y '.join(lacking)}: llene el formulario y dispare de nuevo")
        try:
            numbers = [report.number for report in contract(contract_id).reports]
        except UnknownContract as error:
            raise FormRefused(str(error)) from None
        if number not in numbers:
            raise FormRefused(f"{contract_id} no tiene el informe «{number}»; su calendario tiene {', '.join(numbers)}")
        return [{"contract_id": contract_id, "report_number": number, "reason": reason}]
    return [
        {"contract_id": due.contract.id, "report_number": due.report.number, "reason": None}
        for due in report_due(contracts(), run_after)
    ]


def requested_by(dag_run: Any) -> str | None:
    """Who asked for a run: who triggered it, or who gave the answer that did (``None``: the calendar).

    Only a task of ours can start a run of that type, so the form cannot name somebody else.
    """
    if dag_run.run_type == "operator_triggered":
        return (dag_run.conf or {}).get("solicitado_por")
    return dag_run.triggering_user_name  # type: ignore[no-any-return]
