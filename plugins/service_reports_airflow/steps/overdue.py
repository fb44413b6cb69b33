"""The daily look at the calendars: what is due and neither issued nor waiting is told, and issued late.

Every step may run again: a run of a report's own name issues it, and Airflow has each name once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.checks.observation import Observation
from service_reports.contracts import BOGOTA, ContractFile
from service_reports.register import calendar
from service_reports.register.calendar import Judged, Owed, Runs
from service_reports.warehouse import keep_observations, read_observations
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.steps.due import BY_CALENDAR, day_of, late_reason
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

SCOPE = "calendar"
"""Scope of the findings: they are about what was not issued, not about what a contract's reports tell."""
DUE, UNDELIVERED, UNREADABLE = "calendar.report_due", "calendar.not_delivered", "calendar.contract_unreadable"
EVER = date(2000, 1, 1), date(2100, 12, 31)
LONGEST_ERROR = 1000


class CalendarNotKept(AirflowFailException):
    """Reports that are due and neither issued nor waiting, or contract files that cannot be used; people must look."""


@told
def look(run_id: str, runs: Runs, at: datetime | None = None, *, stores: Stores = STORES) -> list[str]:
    """Compare every calendar with the register and keep what was found; returns what people must be told (Spanish)."""
    at = at or datetime.now(UTC)
    files = stores.contract_files()
    with stores.warehouse() as db:
        calendar.keep_calendars(db, files)
        judged = calendar.judge_all(db, runs, _readable(files), at)
        for each in judged:
            if each.verdict == "waits":
                log.info("%s: espera; ejecución «%s»", each.owed, each.run_id)
        found = [_unreadable(file) for file in files if file.error is not None]
        found += [_finding(each, files, at) for each in judged if each.open]
        kinds = (DUE, UNDELIVERED, UNREADABLE)
        keep_observations(db, found, kinds=kinds, scope=SCOPE, first=EVER[0], last=EVER[1], run_id=run_id)
    return [each.detail for each in found]


@told
def confirm(*, stores: Stores = STORES) -> None:
    """End the run in failure while a report is due that is neither issued nor waiting.

    Raises:
        CalendarNotKept: names each.
    """
    with stores.warehouse() as db:
        found = read_observations(db, [SCOPE], *EVER)
    if found:
        lines = "\n".join(f"Alerta: {each.detail} ({each.kind})" for each in found)
        raise CalendarNotKept(f"El calendario no se cumple; se dice cada día hasta resolverlo:\n{lines}")
    log.info("Todo lo que vence en los calendarios está emitido, o espera a alguien")


@told
def late_runs(runs: Runs, at: datetime | None = None, *, stores: Stores = STORES) -> list[dict[str, Any]]:
    """A run of the publication for each report that is due, and that no run ever set out to issue."""
    at = at or datetime.now(UTC)
    with stores.warehouse() as db:
        judged = calendar.judge_all(db, runs, _readable(stores.contract_files()), at)
    return [
        {
            "trigger_run_id": each.run_id,
            "note": f"{each.owed.contract_id} {each.owed.report_number}: {late_reason(each.owed.cut_off)}",
            "conf": {
                "contrato": each.owed.contract_id,
                "informe": each.owed.report_number,
                "motivo": late_reason(each.owed.cut_off),
                "enviar": True,
                "esperar": True,
                BY_CALENDAR: True,
            },
        }
        for each in judged
        if each.verdict == "late"
    ]


def _readable(files: Sequence[ContractFile]) -> list[str]:
    return [file.contract.id for file in files if file.contract is not None]


def _unreadable(file: ContractFile) -> Observation:
    error = str(file.error)
    said = error if len(error) <= LONGEST_ERROR else f"{error[:LONGEST_ERROR]}…"
    detail = f"un archivo de contrato no se puede usar, y no se sabe qué informes vencen\n  → {said}"
    return Observation(UNREADABLE, SCOPE, file.name, "alert", detail)


def _finding(judged: Judged, files: Sequence[ContractFile], at: datetime) -> Observation:
    owed = judged.owed
    what = f"{owed}: debía emitirse el {day_of(owed.cut_off)} y no está en el registro"
    by_hand = (
        "dispare «Publicar informes de servicio», o «Comprobar el calendario» con el motivo por el que no se emite"
    )
    match judged.verdict:
        case "late":
            said = f"{what}\n  → se emite ahora, fuera de plazo, en la ejecución «{judged.run_id}»: vea que termine"
        case "failed":
            said = f"{what}; la ejecución «{judged.run_id}» terminó sin emitirlo\n  → limpie su tarea roja, o {by_hand}"
        case "undelivered":
            what = f"{owed}: está firmado y registrado, pero su mensaje no ha salido y ninguna ejecución se ocupa de él"
            said = (
                f"{what}\n  → limpie la tarea roja de la ejecución «{judged.run_id}»; si Airflow ya no la tiene, envíe "
                "lo que da `service-reports register fetch` y dígalo al disparar «Comprobar el calendario»"
            )
        case _:
            said = f"{what}; {_why_left(owed, files, at)}\n  → {by_hand}"
    kind = UNDELIVERED if judged.verdict == "undelivered" else DUE
    return Observation(kind, SCOPE, str(owed), "alert", said, day=owed.cut_off.astimezone(BOGOTA).date())


def _why_left(owed: Owed, files: Sequence[ContractFile], at: datetime) -> str:
    if owed.contract_id in _readable(files):
        return f"venció hace {(at - owed.cut_off).days} días o antes de instalar este servicio, y no se emite solo"
    if any(file.name == owed.file_name for file in files):
        return f"su archivo {owed.file_name} ya no se puede usar: corríjalo primero"
    return f"ningún archivo tiene ya ese contrato (era {owed.file_name})"


@told
def settle(
    params: Mapping[str, Any],
    run_id: str,
    by: str | None,
    runs: Runs,
    at: datetime | None = None,
    *,
    stores: Stores = STORES,
) -> None:
    """Record why a report is not issued, or what became of its message, when the form says so.

    Raises:
        FormRefused: an incomplete form, or a report that is not due, is issued, or is being worked on.
    """
    contract_id, number, reason = (str(params.get(name) or "").strip() for name in ("contrato", "informe", "motivo"))
    if not (contract_id or number or reason):
        return
    fields = {"Contrato": contract_id, "Informe": number, "Motivo": reason}
    if lacking := [f"«{title}»" for title, value in fields.items() if not value]:
        raise FormRefused(f"Falta {' y '.join(lacking)}: llene el formulario, o déjelo vacío para solo comprobar")
    at = at or datetime.now(UTC)
    files = stores.contract_files()
    with stores.warehouse() as db, stores.archive() as store:
        calendar.keep_calendars(db, files)
        judged = [each for each in calendar.judge_all(db, runs, _readable(files), at) if _may_be_settled(each, runs)]
        pending = {each.owed.report_number: each.owed for each in judged if each.owed.contract_id == contract_id}
        if number not in pending:
            known = ", ".join(pending) or "ninguno"
            raise FormRefused(
                f"{contract_id} {number}: no es un informe vencido que falte por emitir y que nadie esté emitiendo; de "
                f"ese contrato lo son: {known}"
            )
        chosen = pending[number]
        for owed in pending.values():
            if owed is chosen or (params.get("anteriores") and owed.cut_off < chosen.cut_off):
                key = calendar.settle(db, owed, run_id, by=by or "sin nombre", reason=reason)
                log.info("%s: %s dejó dicho: %s", key, by, reason)
        register.archive_events(db, store)


def _may_be_settled(judged: Judged, runs: Runs) -> bool:
    rejected = judged.verdict == "waits" and judged.run_id is not None and runs(judged.run_id) != "alive"
    return judged.open or rejected
