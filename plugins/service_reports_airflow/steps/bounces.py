"""Reports about deliveries that somebody, or a rule of the mailbox, leaves in the archive's bucket."""

from __future__ import annotations

import hashlib
import logging
from functools import partial
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.archive import Archive
from service_reports.failures import OneByOne
from service_reports.quality.observation import Observation
from service_reports.warehouse import add_observation, new_alerts
from service_reports_airflow.stores import archive, warehouse
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

PREFIX = "bounces/"
SCOPE = "register"
"""Scope of the findings: they are about what was sent, not about what a contract's reports tell."""


class Bounced(AirflowFailException):
    """Messages came back; a person must look, and reading them again would not change that."""


@told
def collect(run_id: str) -> None:
    """Read every report under ``bounces/`` and tell of the new ones. Reading one again changes nothing.

    A file that cannot be read, or not be kept, is set aside and told of, once; the others are read.

    Raises:
        Bounced: names each version whose message came back, and each file that was set aside.
    """
    reading = OneByOne()
    with warehouse() as db, archive() as store:
        for object_key in store.keys(PREFIX):
            if object_key.endswith("/"):
                continue  # what consoles make of a folder
            with reading.item(object_key, partial(_set_aside, db, object_key, run_id)):
                _read(db, store, object_key, run_id)
        register.archive_events(db, store)
        alerts = new_alerts(db, run_id)
    if alerts:
        lines = "\n".join(f"Alerta: {alert.detail} ({alert.kind}, {alert.subject})" for alert in alerts)
        raise Bounced(
            f"{lines}\nCorrija lo que dice la devolución (`register.bounce`); después limpie «Confirmar envío» "
            "(`confirm`) de esa publicación, que pregunta si se envía de nuevo, o emita una versión nueva"
        )


def _read(db: Any, store: Archive, object_key: str, run_id: str) -> None:
    from service_reports.delivery import NotABounce, read_bounce

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
        new, key = register.keep_bounce(db, object_key, hashlib.sha256(content).hexdigest(), action, ids, detail)
        if not new:
            return
        finding = _finding(object_key, action, key)
        add_observation(db, finding, run_id)
    log.info("%s: %s: %s", object_key, finding.detail, detail)


def _set_aside(db: Any, object_key: str, run_id: str, reason: str) -> None:
    """Keep that a file could not be read. It is known by the reason, which names the hashes of one that was changed."""
    with register.writing(db):
        sha256 = hashlib.sha256(reason.encode()).hexdigest()
        new, _ = register.keep_bounce(db, object_key, sha256, "unreadable", (), reason)
        if new:
            detail = f"No se pudo leer y quedó aparte, sin relacionarlo con ningún envío: {reason}. Ábralo y léalo"
            add_observation(db, Observation("delivery.bounce_set_aside", SCOPE, object_key, "alert", detail), run_id)


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
