"""Reports about deliveries that somebody, or a rule of the mailbox, leaves in the archive's bucket."""

from __future__ import annotations

import hashlib
import logging

from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.quality.observation import Observation
from service_reports.warehouse import add_observation, new_alerts
from service_reports_airflow.stores import archive, warehouse

log = logging.getLogger(__name__)

PREFIX = "bounces/"
SCOPE = "register"
"""Scope of the findings: they are about what was sent, not about what a contract's reports tell."""


class Bounced(AirflowFailException):
    """Messages came back; a person must look, and reading them again would not change that."""


def collect(run_id: str) -> None:
    """Read every report under ``bounces/`` and tell of the new ones. Reading one again changes nothing.

    Raises:
        Bounced: names each version whose message came back.
    """
    from service_reports.delivery import NotABounce, read_bounce

    with warehouse() as db, archive() as store:
        for object_key in store.keys(PREFIX):
            if object_key.endswith("/"):
                continue  # what consoles make of a folder
            content = store.read(object_key)
            action: register.BounceAction
            try:
                bounce = read_bounce(content)
            except NotABounce as error:
                action, ids, detail = "unreadable", error.message_ids, str(error)
            else:
                action, ids = bounce.action, bounce.message_ids
                detail = "; ".join(map(str, bounce.recipients))
            with register.writing(db):
                new, key = register.keep_bounce(
                    db, object_key, hashlib.sha256(content).hexdigest(), action, ids, detail
                )
                if not new:
                    continue
                finding = _finding(object_key, action, key)
                add_observation(db, finding, run_id)
            log.info("%s: %s: %s", object_key, finding.detail, detail)
        register.archive_events(db, store)
        alerts = new_alerts(db, run_id)
    if alerts:
        lines = "\n".join(f"Alerta: {alert.detail} ({alert.kind}, {alert.subject})" for alert in alerts)
        raise Bounced(
            f"{lines}\nCorrija lo que dice la devolución (`register.bounce`); después limpie «Confirmar envío» "
            "(`confirm`) de esa publicación, que pregunta si se envía de nuevo, o emita una versión nueva"
        )


def _finding(object_key: str, action: register.BounceAction, key: register.IssueKey | None) -> Observation:
    from service_reports.delivery.bounce import IN_SPANISH

    if action == "unreadable":
        about = f", y nombra el mensaje de {key}: léalo" if key else ""
        detail = f"No es un informe de entrega{about}"
        return Observation("delivery.bounce_unmatched", SCOPE, object_key, "warning", detail)
    if key is None:
        detail = "Un informe de entrega sobre un mensaje que el registro no conoce"
        return Observation("delivery.bounce_unmatched", SCOPE, object_key, "warning", detail)
    if action == "failed":
        detail = f"El mensaje de {key} se devolvió"
        return Observation("delivery.bounced", SCOPE, object_key, "alert", detail)
    return Observation("delivery.reported", SCOPE, object_key, "notice", f"Del mensaje de {key}: {IN_SPANISH[action]}")
