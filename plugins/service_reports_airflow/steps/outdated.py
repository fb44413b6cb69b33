"""Issued reports whose rows changed: they are marked, told of, and a person decides about a correction.

Nothing here changes what was issued. Every step may run again: what is known already is recorded once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract, ReportPeriod
from service_reports.failures import OneByOne
from service_reports.figures.changes import compare
from service_reports.figures.model import FigureChange
from service_reports.figures.outdated import KIND, alerts, line, of_data
from service_reports.foreign_text import foreign_line
from service_reports.register import IssueKey, Outdated
from service_reports.warehouse import keep_observations, review
from service_reports_airflow import contracts
from service_reports_airflow.dag_parts.decide import CORRECT, KEEP
from service_reports_airflow.dag_parts.forms import FormRefused
from service_reports_airflow.steps.computing import against_issued, present_figures
from service_reports_airflow.steps.version import skipped
from service_reports_airflow.stores import archive, warehouse
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)


@told
def review_reports(everything: bool, run_id: str) -> list[str]:
    """Compute the figures of issued reports again where rows may have changed (or of all), and keep what differs.

    Returns:
        What a person must look at (Spanish): the versions that this run was the first to find out of date in this
        way, in whichever of its tries, and those whose figures cannot be computed.
    """
    reviewing = OneByOne()
    with warehouse() as db, archive() as store:
        for contract in contracts.contracts():
            touched: Sequence[tuple[ReportPeriod, int]] = ()
            with reviewing.item(contract.id):
                touched = review.touched_reports(db, contract, everything=everything)
            for report, version in touched:
                key, at = IssueKey(contract.id, report.number, version), datetime.now(UTC)
                with reviewing.item(str(key)):  # one that fails is not noted as reviewed: the next run tries again
                    _keep(db, store, contract, report, key, run_id)
                    review.set_reviewed(db, contract.id, report.number, version, at)
        register.archive_events(db, store)
        outdated = [each.key for each in register.read_outdated(db) if each.found_by == run_id]
    return [
        *(f"{subject}: no se pudo revisar: {reason}" for subject, reason in reviewing.failures),
        *(f"{key}: la versión emitida no está al día" for key in outdated),
    ]


def _keep(
    db: psycopg.Connection[Any], store: Archive, contract: Contract, report: ReportPeriod, key: IssueKey, run_id: str
) -> None:
    """Mark a version with what would be another figure now, or as current."""
    differing = changes_of(db, store, contract, report, key, run_id)
    with register.writing(db):
        register.set_changes(db, key, [line(change) for change in differing], by=run_id)
        keep_observations(
            db, alerts(contract.id, report, key.version, differing), kinds=[KIND], scope=contract.id,
            first=report.period_from, last=report.period_to, run_id=run_id,
        )  # fmt: skip
    log.info("%s: %s", key, f"cifras que hoy serían otras: {len(differing)}" if differing else "está al día")


def changes_of(
    db: psycopg.Connection[Any], store: Archive, contract: Contract, report: ReportPeriod, key: IssueKey, run_id: str
) -> Sequence[FigureChange]:
    """The figures of a version that would be others now, with their causes, as a correction would print them."""
    made_as = present_figures(db, contract, report, run_id)
    issued, now, causes = against_issued(db, store, contract, key, made_as)
    found = compare(issued.figures, now.figures, causes)
    same_code = register.read_issue(db, key).code_version == register.code_version()
    return of_data(issued.figures, now.figures, found, same_code=same_code)


@told
def questions() -> list[dict[str, Any]]:
    """A run of «Decidir una corrección» for each version that is out of date, unless a person has decided to keep it.

    The run's name is that of the event, so that nobody is asked twice about the same changes.
    """
    with warehouse() as db:
        return [
            {
                "trigger_run_id": f"{each.contract_id}__{each.report_number}__v{each.version}__{each.position}",
                "conf": {"contrato": each.contract_id, "informe": each.report_number, "evento": each.position},
            }
            for each in register.read_outdated(db)
            if not each.kept
        ]


def _outdated(db: psycopg.Connection[Any], contract_id: str, report_number: str, position: int | None) -> Outdated:
    """The version of a report that is out of date.

    Raises:
        AirflowSkipException: there is none, or its changes are not those of the event any more.
    """
    subject = f"{contract_id} {report_number}"
    for each in register.read_outdated(db):
        if (each.contract_id, each.report_number) == (contract_id, report_number):
            if position in (None, each.position):
                return each
            raise skipped(
                f"{subject}: las cifras volvieron a cambiar; responda la pregunta más reciente. No se hizo nada"
            )
    raise skipped(f"{subject}: la versión emitida está al día o ya se corrigió. No se hizo nada")


@told
def question(params: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    """What a person is asked about a version that is out of date.

    Raises:
        FormRefused: an incomplete form, or a contract or report that does not exist.
        AirflowSkipException: there is nothing to ask.
    """
    contract_id, number = params.get("contrato"), params.get("informe")
    if not contract_id or not number:
        raise FormRefused("Indique «Contrato» e «Informe» en el formulario: los dos son necesarios")
    try:
        contract = contracts.contract(contract_id)
        report = contract.report(number)
    except (contracts.UnknownContract, KeyError) as error:
        raise FormRefused(str(error.args[0])) from None
    with warehouse() as db, archive() as store:
        held = _outdated(db, contract_id, number, params.get("evento"))
        differing = changes_of(db, store, contract, report, held.key, run_id)
    return {
        "subject": f"{contract.entity.name}, informe {number}: la versión {held.version} no está al día",
        "body": body(contract, report, held, differing),
        "reason": reason(held.version, len(differing)),
        "position": held.position,
    }


MOST_ROWS = 60


def body(contract: Contract, report: ReportPeriod, held: Outdated, differing: Sequence[FigureChange]) -> str:
    """The question with a table of the figures, in Markdown."""
    from service_reports.documents.changes import cells
    from service_reports.documents.format import long_date

    rows = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells(change))} |" for change in differing]
    more = len(rows) - MOST_ROWS
    return "\n".join(
        [
            f"La versión {held.version} del informe {report.number} de {contract.entity.name} (del "
            f"{long_date(report.period_from)} al {long_date(report.period_to)}) se emitió con cifras que hoy serían "
            "otras, porque cambiaron datos de su periodo.",
            "",
            "| Cifra | Emitida | Ahora | Causa |",
            "|---|---:|---:|---|",
            *rows[:MOST_ROWS],
            *([f"| … y {more} más | | | |"] if more > 0 else []),
            "",
            f"**{CORRECT}** publica la versión {held.version + 1}, que dice qué cambió y por qué. "
            f"**{KEEP}** no cambia nada, y el registro guarda quién lo decidió.",
        ]
    )


def reason(version: int, count: int) -> str:
    """The reason of a correction, as it is proposed."""
    if count == 1:
        return f"Se corrige una cifra cuyos datos cambiaron después de emitir la versión {version}."
    return f"Se corrigen {count} cifras cuyos datos cambiaron después de emitir la versión {version}."


@told
def settle(params: Mapping[str, Any], position: int, proposed: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Do what the answer says: the form of a correction, or a note in the register that the version stays.

    Raises:
        AirflowSkipException: the version stays, or it was corrected or changed again since it was asked.
    """
    who = (answer.get("responded_by_user") or {}).get("name")
    given = answer.get("params_input") or {}
    why = foreign_line(given.get("motivo") or "") or proposed
    with warehouse() as db, archive() as store:
        held = _outdated(db, params["contrato"], params["informe"], position)
        if answer["chosen_options"] == [KEEP]:
            if not held.kept:
                register.keep_outdated(db, held.key, position, by=who, detail=given.get("motivo") and why)
                register.archive_events(db, store)
            raise skipped(f"{held.key}: {who} decidió conservar la versión emitida")
    log.info("%s: %s pide una corrección: %s", held.key, who, why)
    return {
        "contrato": held.contract_id,
        "informe": held.report_number,
        "motivo": why,
        "enviar": bool(given.get("enviar", True)),
        "solicitado_por": who,
    }
