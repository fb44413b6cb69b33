"""A person's yes or no to the drafts of a version."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from service_reports import register
from service_reports.foreign_text import LONGEST_LINE, foreign_text
from service_reports.register import IssueKey
from service_reports_airflow.contracts import contract
from service_reports_airflow.steps.gate import GateRefused
from service_reports_airflow.steps.version import drafts_of, kept_figures, key_of
from service_reports_airflow.stores import archive, warehouse
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from service_reports.delivery import ApprovalRequest

log = logging.getLogger(__name__)

DRAFT_LINKS_LAST = timedelta(days=7)
"""As long as S3 lets a link last."""


@told
def approval_request(rendered: Mapping[str, Any], run_id: str) -> ApprovalRequest | None:
    """What a person must be asked before these documents are signed.

    ``None`` when nobody is asked: the contract does not want it, or this very figures and
    documents were approved, or the version is registered. Others than those that were
    approved make the version a draft again.

    Raises:
        GateRefused: another run has taken the version over, or this one has asked about other drafts before, or
            somebody has rejected its drafts.
    """
    from service_reports.delivery import Draft, compose_approval_request
    from service_reports.documents import highlights
    from service_reports.warehouse import read_not_passed

    key = key_of(rendered["issue"])
    held = contract(key.contract_id)
    with warehouse() as db, archive() as store:
        entry = register.read_issue(db, key)
        if entry.registered_at is not None or not entry.needs_approval:
            log.info("%s: no se pregunta a nadie", key)
            return None
        if entry.run_id != run_id:
            raise GateRefused(f"{key}: la ejecución {entry.run_id} tomó esta versión: apruebe o rechace la suya")
        if rejected := register.rejection(db, key, run_id):
            raise _rejected(key, *rejected)
        if entry.state == "approved":
            if entry.drafts_sha256 == drafts_of(rendered):
                log.info("%s ya está aprobada", key)
                return None
            register.change_state(db, key, "approved", "draft", detail="los borradores ya no son los que se aprobaron")
        if not register.ask(db, key, run_id, drafts_of(rendered)):
            raise GateRefused(
                f"{key}: esta ejecución ya preguntó por otros borradores, y Airflow seguiría mostrando aquellos: "
                "dispare el informe de nuevo; toma el mismo número de versión"
            )
        register.archive_events(db, store)
        return compose_approval_request(
            held,
            held.report(key.report_number),
            key.version,
            entry.correction_reason,
            entry.requested_by,
            highlights(held, kept_figures(store, rendered["figures_key"])),
            read_not_passed(db, run_id, held.id),
            [
                Draft(
                    described["title"],
                    described["file_name"],
                    described["blob_key"].rpartition("/")[2],
                    store.link(described["blob_key"], f"BORRADOR-{described['file_name']}", DRAFT_LINKS_LAST),
                )
                for described in rendered["documents"]
            ],
            datetime.now(UTC) + DRAFT_LINKS_LAST,
        )


@told
def settle_approval(rendered: Mapping[str, Any], run_id: str, approved: bool, user: str, comment: str) -> bool:
    """Record a person's answer on these documents; ``False`` when it does not count and must be asked again.

    Raises:
        GateRefused: the documents were rejected, or another run has taken the version over.
    """
    key = key_of(rendered["issue"])
    comment = foreign_text(comment, LONGEST_LINE)
    approvers = contract(key.contract_id).approvers
    if approvers and user not in approvers:
        log.warning("%s: no cuenta la respuesta de %s; pueden responder: %s", key, user, ", ".join(approvers))
        return False
    if not approved and not comment:
        log.warning("%s: %s rechazó sin decir qué se debe corregir: se pregunta de nuevo", key, user)
        return False
    with warehouse() as db, archive() as store:
        try:
            if approved:
                register.approve(db, key, run_id, drafts_of(rendered), by=user, comment=comment or None)
            else:
                register.reject(db, key, run_id, by=user, comment=comment)
        except register.NotClaimed as error:
            raise GateRefused(
                f"{key}: otra ejecución tomó esta versión, la respuesta no cuenta: apruebe o rechace la suya"
            ) from error
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
