"""Which reports a run of the publication is for, and who asked for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from service_reports import register
from service_reports.contracts import BOGOTA, Contract, ReportPeriod, report_due
from service_reports.foreign_text import foreign_line
from service_reports.register import calendar
from service_reports.register.calendar import Runs, RunState
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.contracts import UnknownContract
from service_reports_airflow.runs import CORRECTION
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol as DagRun
    from airflow.sdk.types import RuntimeTaskInstanceProtocol as TaskInstance

log = logging.getLogger(__name__)

PUBLICATION = "publish_service_reports"
BY_CALENDAR = "calendario"
"""Set in the ``conf`` of a late run, which only a task of ours can start."""
BY_HAND = frozenset({"manual", "operator_triggered"})
"""Types of runs that somebody asked for, by the form or by an answer in the UI."""


@told
def due_reports(
    params: Mapping[str, Any],
    run_after: datetime,
    run_type: str,
    now: datetime | None = None,
    *,
    stores: Stores = STORES,
) -> list[dict[str, Any]]:
    """The report of the trigger form, or those whose cut-off is the moment of this scheduled run.

    Whether a period goes on is told by ``now`` (aware; by default the machine's clock).

    Raises:
        FormRefused: an incomplete form, a contract or report that does not exist, or one whose period goes on.
    """
    contract_id, number, reason = (
        foreign_line(str(params.get(name) or "")) for name in ("contrato", "informe", "motivo")
    )
    if run_type in BY_HAND or contract_id or number:
        fields = {"Contrato": contract_id, "Informe": number, "Motivo": reason}
        if lacking := [f"«{title}»" for title, value in fields.items() if not value]:
            raise FormRefused(f"Falta {' y '.join(lacking)}: llene el formulario y dispare de nuevo")
        try:
            reports = {report.number: report for report in stores.contract(contract_id).reports}
        except UnknownContract as error:
            raise FormRefused(str(error)) from None
        if number not in reports:
            raise FormRefused(f"{contract_id} no tiene el informe «{number}»; su calendario tiene {', '.join(reports)}")
        if unended := goes_on(reports[number], now or datetime.now(UTC)):
            raise FormRefused(unended)
        return [{"contract_id": contract_id, "report_number": number, "reason": reason}]
    return [
        {"contract_id": due.contract.id, "report_number": due.report.number, "reason": None}
        for due in report_due(stores.contracts(), run_after)
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


@told
def of_run(
    report: Mapping[str, Any], params: Mapping[str, Any], dag_run: DagRun, *, stores: Stores = STORES
) -> dict[str, Any]:
    """A report as this run is asked for it; what was handed on only says which one.

    Returns:
        ``contract_id``, ``report_number``, ``reason`` and ``sends``: whether its message may leave by itself.

    Raises:
        FormRefused: the report is none of this run, or no decision in the register asks for the correction.
    """
    # Asked of its contract alone: a run has one of these questions for each of its reports.
    own = replace(stores, contracts=lambda: _named(report, stores))
    for each in due_reports(params, dag_run.run_after, dag_run.run_type, stores=own):
        if all(report.get(name) == each[name] for name in ("contract_id", "report_number")):
            break
    else:
        raise FormRefused(
            f"«{report.get('contract_id')} {report.get('report_number')}» no es un informe de esta ejecución\n"
            "  → dispare el informe a mano si se debe emitir"
        )
    if not _corrects(dag_run):
        return {**each, "sends": bool(params.get("enviar", True))}
    decided = _decided(dag_run, stores=stores)
    if decided is None or (decided.contract_id, decided.report_number) != (each["contract_id"], each["report_number"]):
        raise FormRefused(
            f"{each['contract_id']} {each['report_number']}: en el registro nadie pidió la corrección que dice hacer "
            "esta ejecución\n  → dispare «Decidir una corrección»"
        )
    return {**each, "reason": decided.reason, "sends": decided.sends}


def _named(report: Mapping[str, Any], stores: Stores) -> tuple[Contract, ...]:
    try:
        return (stores.contract(str(report.get("contract_id"))),)
    except UnknownContract:
        return ()


def requested_by(dag_run: DagRun, *, stores: Stores = STORES) -> str | None:
    """Who asked for a run: who triggered it, or who decided on the correction that it makes (``None``: the calendar).

    Who decided is told by the register: no form can name somebody else.
    """
    if _corrects(dag_run):
        decided = _decided(dag_run, stores=stores)
        return decided and decided.by
    return dag_run.triggering_user_name


def _corrects(dag_run: DagRun) -> bool:
    """Whether a task of «Decidir una corrección» started a run; only tasks of ours can start one of that type."""
    return dag_run.run_type == "operator_triggered" and dag_run.run_id.startswith(CORRECTION)


def _decided(dag_run: DagRun, *, stores: Stores) -> register.RequestedCorrection | None:
    with stores.warehouse() as db:
        return register.requested_correction(db, dag_run.run_id)


@told
def airflow_runs(ti: TaskInstance) -> Runs:
    """What Airflow knows of runs of the publication, asked by a task instance."""

    def state(run_id: str) -> RunState:
        if ti.get_dr_count(dag_id=PUBLICATION, run_ids=[run_id], states=["queued", "running"]):
            return "alive"
        return "ended" if ti.get_dr_count(dag_id=PUBLICATION, run_ids=[run_id]) else "unknown"

    return state


@told
def begin(
    reports: Sequence[Mapping[str, Any]],
    dag_run: DagRun,
    runs: Runs,
    at: datetime | None = None,
    *,
    stores: Stores = STORES,
) -> list[Mapping[str, Any]]:
    """Note that a run sets out to issue these reports; those that a run of the calendar must not issue are left out.

    Left out are reports that were issued or settled, that another run works on, and that are too late to be issued
    without a person. What somebody asked for is never left out.
    """
    if not reports:
        return []
    at = at or datetime.now(UTC)
    started_late = dag_run.run_type == "operator_triggered" and bool((dag_run.conf or {}).get(BY_CALENDAR))
    by_hand = dag_run.run_type in BY_HAND and not started_late
    cut_offs = {
        (file.contract.id, report.number): file.contract.cut_off(report)
        for file in (() if by_hand else stores.contract_files())
        if file.contract is not None
        for report in file.contract.reports
    }
    begun = []
    with stores.warehouse() as db:
        installed = calendar.installed_at(db)
        for report in reports:
            key = report["contract_id"], report["report_number"]
            late_since = None
            if not by_hand:
                cut_off = cut_offs[key]
                if why := _left_out(calendar.standing(db, *key), dag_run.run_id, runs):
                    log.info("%s %s: no se emite en esta ejecución: %s", *key, why)
                    continue
                if cut_off > at:
                    log.info("%s %s: no vence antes del %s", *key, day_of(cut_off))
                    continue
                if not calendar.issued_by_itself(cut_off, installed, at):
                    log.warning("%s %s: venció el %s y no se emite solo: lo decide una persona", *key, day_of(cut_off))
                    continue
                late_since = cut_off if started_late or at - cut_off > calendar.LATE_AFTER else None
            calendar.begin_publication(db, *key, dag_run.run_id, late_since)
            begun.append(report)
    return begun


def _left_out(known: calendar.Standing, run_id: str, runs: Runs) -> str | None:
    if known.last_word == calendar.SETTLED:
        return "una persona dijo que no se emite"
    if known.registered and known.run_id != run_id:
        return f"la versión {known.version} ya se emitió"
    other = next((each for each in known.runs if each != run_id and runs(each) == "alive"), None)
    return f"lo hace la ejecución «{other}»" if other else None


def late_reason(late_since: datetime) -> str:
    """Why a report is issued late, as its version keeps it."""
    local = late_since.astimezone(BOGOTA)
    return (
        f"Fuera de plazo: el calendario del contrato fijaba su emisión para el {day_of(late_since)} a las {local:%H:%M}"
    )


def day_of(instant: datetime) -> str:
    """The Bogotá day of an instant, in prose."""
    from service_reports.wording.es_co.formats import long_date

    return long_date(instant.astimezone(BOGOTA).date())
