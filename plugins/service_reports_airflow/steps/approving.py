"""A person's yes or no to the drafts of a version."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from service_reports import register
from service_reports.foreign_text import LONGEST_LINE, foreign_text
from service_reports.register import IssueKey, Question
from service_reports_airflow.steps.gate import GateRefused, pinned_drafts
from service_reports_airflow.steps.version import kept_figures, key_of, version_of_run
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from service_reports.delivery import ApprovalRequest

log = logging.getLogger(__name__)

DRAFT_LINKS_LAST = timedelta(days=7)
"""As long as S3 lets a link last."""


@told
def approval_request(
    issue: Mapping[str, Any], question: Question, *, stores: Stores = STORES
) -> ApprovalRequest | None:
    """What a person must be asked before the drafts of a version are signed; the register keeps what was asked.

    ``None`` when nobody is asked: the contract does not want it, or these very drafts were approved, or the version
    is registered.

    Raises:
        GateRefused: there are no drafts of the version's figures, or this task has asked about other drafts before, or
            somebody has rejected them.
        NotOfThisRun: another run has taken the version over.
    """
    from service_reports import delivery
    from service_reports.documents import highlights
    from service_reports.warehouse import read_not_passed

    with stores.warehouse() as db, stores.archive() as store:
        key, entry = version_of_run(db, issue, question.run_id)
        held = stores.contract(key.contract_id)
        if entry.registered_at is not None or not entry.needs_approval:
            log.info("%s: no se pregunta a nadie", key)
            return None
        if rejected := register.rejection(db, key, question.run_id):
            raise _rejected(key, *rejected)
        drafts = pinned_drafts(db, key)
        if entry.state == "approved":
            log.info("%s ya está aprobada", key)
            return None
        if not register.ask(db, key, question, drafts.sha256, once=True):
            raise GateRefused(
                f"{key}: esta ejecución ya preguntó por otros borradores, y Airflow seguiría mostrando aquellos: "
                "dispare el informe de nuevo; toma el mismo número de versión"
            )
        register.archive_events(db, store)
        return delivery.compose_approval_request(
            held,
            held.report(key.report_number),
            key.version,
            entry.correction_reason,
            entry.requested_by,
            highlights(held, kept_figures(store, drafts.figures_key)),
            read_not_passed(db, question.run_id, held.id),
            [
                delivery.Draft(
                    draft.title,
                    draft.file_name,
                    draft.sha256,
                    store.link(draft.blob_key, f"BORRADOR-{draft.file_name}", DRAFT_LINKS_LAST),
                )
                for draft in drafts.documents
            ],
            datetime.now(UTC) + DRAFT_LINKS_LAST,
        )


@told
def approvers(issue: Mapping[str, Any], *, stores: Stores = STORES) -> tuple[str, ...]:
    """The names of the users whose answer counts; none: whoever may answer in Airflow."""
    return stores.contract(key_of(issue).contract_id).approvers


@told
def settle_approval(
    issue: Mapping[str, Any], question: Question, approved: bool, user: str, comment: str, *, stores: Stores = STORES
) -> bool:
    """Record a person's answer on the drafts that were asked about; ``False`` when it does not count: ask again.

    Raises:
        GateRefused: the drafts were rejected, or they are not those that were asked about.
        NotOfThisRun: another run has taken the version over.
    """
    comment = foreign_text(comment, LONGEST_LINE)
    with stores.warehouse() as db, stores.archive() as store:
        key, _ = version_of_run(db, issue, question.run_id)
        approvers = stores.contract(key.contract_id).approvers
        if approvers and user not in approvers:
            log.warning("%s: no cuenta la respuesta de %s; pueden responder: %s", key, user, ", ".join(approvers))
            return False
        if not approved and not comment:
            log.warning("%s: %s rechazó sin decir qué se debe corregir: se pregunta de nuevo", key, user)
            return False
        try:
            if approved:
                register.approve(db, key, question, by=user, comment=comment or None)
            else:
                register.reject(db, key, question, by=user, comment=comment)
        except register.NotAsked as error:
            raise GateRefused(str(error)) from error
        register.archive_events(db, store)
    if not approved:
        raise _rejected(key, user, comment)
    log.info("%s: %s aprobó los borradores", key, user)
    return True


def _rejected(key: IssueKey, user: str, comment: str) -> GateRefused:
    return GateRefused(
        f"{key}: {user} rechazó los borradores: {comment} — corrija lo que dice y dispare el informe de "
        "nuevo; toma el mismo número de versión"
    )
