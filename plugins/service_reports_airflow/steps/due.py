"""Which reports a run of the publication is for, and who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service_reports import register
from service_reports.contracts import report_due
from service_reports.foreign_text import foreign_line
from service_reports_airflow.contracts import UnknownContract, contract, contracts
from service_reports_airflow.dag_parts.forms import CORRECTION, FormRefused
from service_reports_airflow.stores import warehouse

BY_HAND = frozenset({"manual", "operator_triggered"})
"""Types of runs that somebody asked for, by the form or by an answer in the UI."""


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


def of_run(report: Mapping[str, Any], params: Mapping[str, Any], dag_run: Any) -> dict[str, Any]:
    """A report as this run is asked for it; what was handed on only says which one.

    Returns:
        ``contract_id``, ``report_number``, ``reason`` and ``sends``: whether its message may leave by itself.

    Raises:
        FormRefused: the report is none of this run, or no decision in the register asks for the correction.
    """
    for each in due_reports(params, dag_run.run_after, dag_run.run_type):
        if all(report.get(name) == each[name] for name in ("contract_id", "report_number")):
            break
    else:
        raise FormRefused(
            f"«{report.get('contract_id')} {report.get('report_number')}» no es un informe de esta ejecución\n"
            "  → dispare el informe a mano si se debe emitir"
        )
    if not _corrects(dag_run):
        return {**each, "sends": bool(params.get("enviar", True))}
    decided = _decided(dag_run)
    if decided is None or (decided.contract_id, decided.report_number) != (each["contract_id"], each["report_number"]):
        raise FormRefused(
            f"{each['contract_id']} {each['report_number']}: en el registro nadie pidió la corrección que dice hacer "
            "esta ejecución\n  → dispare «Decidir una corrección»"
        )
    return {**each, "reason": decided.reason, "sends": decided.sends}


def requested_by(dag_run: Any) -> str | None:
    """Who asked for a run: who triggered it, or who decided on the correction that it makes (``None``: the calendar).

    Who decided is told by the register: no form can name somebody else.
    """
    if _corrects(dag_run):
        decided = _decided(dag_run)
        return decided and decided.by
    return dag_run.triggering_user_name  # type: ignore[no-any-return]


def _corrects(dag_run: Any) -> bool:
    """Whether a task of «Decidir una corrección» started a run; only tasks of ours can start one of that type."""
    return dag_run.run_type == "operator_triggered" and dag_run.run_id.startswith(CORRECTION)


def _decided(dag_run: Any) -> register.RequestedCorrection | None:
    with warehouse() as db:
        return register.requested_correction(db, dag_run.run_id)
