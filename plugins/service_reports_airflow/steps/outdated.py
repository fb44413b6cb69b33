"""Issued reports whose rows changed: they are marked, told of, and a person decides about a correction.

Nothing here changes what was issued. Every step may run again: what is known already is recorded once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract, ReportPeriod
from service_reports.failures import OneByOne
from service_reports.figures.model import FigureChange
from service_reports.figures.outdated import KIND, alerts, line
from service_reports.foreign_text import foreign_line
from service_reports.register import IssueKey, Outdated, Question
from service_reports.warehouse import keep_observations, review
from service_reports_airflow.answers import CORRECT, KEEP, FormRefused
from service_reports_airflow.contracts import UnknownContract
from service_reports_airflow.runs import CORRECTION
from service_reports_airflow.steps.computing import against_issued, present_figures
from service_reports_airflow.steps.version import skipped
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

NOT_CURRENT = "la versión emitida no está al día"


@told
def review_reports(everything: bool, run_id: str, at: datetime | None = None, *, stores: Stores = STORES) -> list[str]:
    """Compute the figures of issued reports again where rows may have changed (or of all), and keep what differs.

    Rows that come after ``at`` (aware; by default the moment at which each is looked at) are looked at the next time.

    Returns:
        What a person must look at (Spanish): the versions that this run was the first to find out of date in this
        way, in whichever of its tries, and those whose figures cannot be computed.
    """
    reviewing = OneByOne()
    with stores.warehouse() as db, stores.archive() as store:
        for contract in stores.contracts():
            touched: Sequence[tuple[ReportPeriod, int]] = ()
            with reviewing.item(contract.id):
                moment = at or datetime.now(UTC)
                touched = review.touched_reports(db, contract, everything=everything)
                others = {report.number for report in contract.reports} - {report.number for report, _ in touched}
                review.set_untouched(db, contract.id, sorted(others), moment)
            for report, version in touched:
                key, moment = IssueKey(contract.id, report.number, version), at or datetime.now(UTC)
                with reviewing.item(str(key)):  # one that fails is not noted as reviewed: the next run tries again
                    _keep(db, store, contract, report, key, run_id, stores=stores)
                    review.set_reviewed(db, contract.id, report.number, version, moment)
        register.archive_events(db, store)
        outdated = [each.key for each in register.read_outdated(db) if each.found_by == run_id]
    return [
        *(f"{subject}: no se pudo revisar: {reason}" for subject, reason in reviewing.failures),
        *(f"{key}: {NOT_CURRENT}" for key in outdated),
    ]


def _keep(
    db: psycopg.Connection[Any],
    store: Archive,
    contract: Contract,
    report: ReportPeriod,
    key: IssueKey,
    run_id: str,
    *,
    stores: Stores,
) -> None:
    """Mark a version with what would be another figure now, or as current."""
    differing = changes_of(db, store, contract, report, key, run_id, stores=stores)
    with register.writing(db):
        register.set_changes(db, key, [line(change) for change in differing], by=run_id)
        keep_observations(
            db,
            alerts(contract.id, report, key.version, differing),
            kinds=[KIND],
            scope=contract.id,
            first=report.period_from,
            last=report.period_to,
            run_id=run_id,
        )
    log.info("%s: %s", key, f"cifras que hoy serían otras: {len(differing)}" if differing else "está al día")


def changes_of(
    db: psycopg.Connection[Any],
    store: Archive,
    contract: Contract,
    report: ReportPeriod,
    key: IssueKey,
    run_id: str,
    *,
    stores: Stores,
) -> Sequence[FigureChange]:
    """The figures of a version that would be others now, with their causes, as a correction would print them."""
    made_as = present_figures(db, contract, report, run_id)
    return against_issued(db, store, contract, key, made_as, stores=stores).changed


@told
def to_look_at(found: Sequence[str], run_id: str, *, stores: Stores = STORES) -> list[str]:
    """What ``review_reports`` gave, and in any case what the register says that this run was the first to find."""
    with stores.warehouse() as db:
        marked = [f"{each.key}: {NOT_CURRENT}" for each in register.read_outdated(db) if each.found_by == run_id]
    return list(dict.fromkeys((*found, *marked)))


@told
def questions(*, stores: Stores = STORES) -> list[dict[str, Any]]:
    """A run of «Decidir una corrección» for each version that is out of date, unless a person has decided to keep it.

    The run's name is that of the event, so that nobody is asked twice about the same changes.
    """
    with stores.warehouse() as db:
        return [
            {
                "trigger_run_id": f"{each.contract_id}__{each.report_number}__v{each.version}__{each.position}",
                "note": f"{each.key}: {NOT_CURRENT}",
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


class ChangedAgain(AirflowFailException):
    """A version whose figures are yet others than the register says: it could not tell what was asked."""


class NeverAsked(AirflowFailException):
    """An answer of a task that asked about another version, or about none."""


class Asked(NamedTuple):
    """What a person is asked about a version that is out of date, and the reason that is proposed."""

    subject: str
    body: str
    reason: str


@told
def question(params: Mapping[str, Any], asking: Question, *, stores: Stores = STORES) -> Asked:
    """What a person is asked about a version that is out of date; the register keeps about which changes.

    Raises:
        ChangedAgain: the figures are not those of the register's newest event about them any more.
        FormRefused: an incomplete form, or a contract or report that does not exist.
        AirflowSkipException: there is nothing to ask.
    """
    contract_id, number = params.get("contrato"), params.get("informe")
    if not contract_id or not number:
        raise FormRefused("Indique «Contrato» e «Informe» en el formulario: los dos son necesarios")
    try:
        contract = stores.contract(contract_id)
        report = contract.report(number)
    except (UnknownContract, KeyError) as error:
        raise FormRefused(str(error.args[0])) from None
    with stores.warehouse() as db, stores.archive() as store:
        held = _outdated(db, contract_id, number, params.get("evento"))
        differing = changes_of(db, store, contract, report, held.key, asking.run_id, stores=stores)
        if "\n".join(line(change) for change in differing) != held.changes:
            raise ChangedAgain(
                f"{held.key}: sus cifras cambiaron otra vez después de la última revisión\n"
                "  → la revisión que sigue pregunta por las de ahora; si no llega, dispare «Revisar informes emitidos» "
                "con «Revisar todos»"
            )
        register.ask(db, held.key, asking, register.about_changes(held.position))
        register.archive_events(db, store)
    return Asked(
        f"{contract.entity.name}, informe {number}: la versión {held.version} no está al día",
        body(contract, report, held, differing),
        reason(held),
    )


MOST_ROWS = 60


def body(contract: Contract, report: ReportPeriod, held: Outdated, differing: Sequence[FigureChange]) -> str:
    """The question with a table of the figures, in Markdown."""
    from service_reports.documents.sections.changes import cells
    from service_reports.wording.es_co.formats import long_date

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


def reason(held: Outdated) -> str:
    """The reason of a correction, as it is proposed."""
    count = len(held.changes.split("\n"))
    if count == 1:
        return f"Se corrige una cifra cuyos datos cambiaron después de emitir la versión {held.version}."
    return f"Se corrigen {count} cifras cuyos datos cambiaron después de emitir la versión {held.version}."


@told
def decide(
    params: Mapping[str, Any],
    asking: Question,
    choice: str,
    *,
    by: str,
    said: Mapping[str, Any],
    stores: Stores = STORES,
) -> None:
    """Record what a person decided about the changes that were asked about; its log tells when it came too late.

    Raises:
        NeverAsked: the task has not asked about this version.
    """
    why = foreign_line(str(said.get("motivo") or ""))
    with stores.warehouse() as db, stores.archive() as store:
        try:
            held = _outdated(db, params["contrato"], params["informe"], params.get("evento"))
        except AirflowSkipException:
            return  # corrected, or others again, since it was asked: the log tells
        about = register.asked(db, held.key, asking)
        if about is None:
            raise NeverAsked(
                f"{held.key}: esta tarea no preguntó por esta versión; la respuesta no cuenta\n"
                "  → dispare «Decidir una corrección» con el contrato y el informe"
            )
        if about != register.about_changes(held.position):
            log.warning(
                "%s: las cifras volvieron a cambiar; responda la pregunta más reciente. No se hizo nada", held.key
            )
            return
        if choice == KEEP:
            if not held.kept:
                register.keep_outdated(db, held.key, held.position, by=by, detail=why or None, question=asking)
            log.info("%s: %s decidió conservar la versión emitida", held.key, by)
        else:
            register.request_correction(
                db,
                held.key,
                held.position,
                publication_of(asking.run_id),
                by=by,
                reason=why or reason(held),
                sends=bool(said.get("enviar", True)),
                question=asking,
            )
            log.info("%s: %s pide una corrección", held.key, by)
        register.archive_events(db, store)


def publication_of(run_id: str) -> str:
    """The run that publishes the correction which a run of «Decidir una corrección» decided on."""
    return f"{CORRECTION}{run_id}"


@told
def settle(run_id: str, *, stores: Stores = STORES) -> dict[str, Any]:
    """The form of the correction that a person decided on in a run, as the register has it.

    Raises:
        AirflowSkipException: nobody did: the version stays, or the answer came too late.
    """
    with stores.warehouse() as db:
        decided = register.requested_correction(db, publication_of(run_id))
    if decided is None:
        raise skipped("No se corrige nada: la versión se conserva, o la respuesta llegó tarde. Lo dice «Decidir»")
    return {
        "contrato": decided.contract_id,
        "informe": decided.report_number,
        "motivo": decided.reason,
        "enviar": decided.sends,
    }
