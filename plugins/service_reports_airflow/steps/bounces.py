"""Reports about deliveries that somebody, or a rule of the mailbox, leaves in the archive's bucket."""

from __future__ import annotations

import hashlib
import logging
from functools import partial
from typing import Any, NamedTuple

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.archive import Archive
from service_reports.checks.observation import Observation
from service_reports.failures import OneByOne
from service_reports.warehouse import add_observation, new_alerts
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]

PREFIX = "bounces/"
SCOPE = "register"
"""Scope of the findings: they are about what was sent, not about what a contract's reports tell."""


class Bounced(AirflowFailException):
    """Messages came back; a person must look, and reading them again would not change that."""


@told
def collect(run_id: str, *, stores: Stores = STORES) -> None:
    """Read every report under ``bounces/`` and tell of the new ones. Reading one again changes nothing.

    A file that cannot be read, or not be kept, is set aside and told of, once; the others are read.

    Raises:
        Bounced: names each version whose message came back, and each file that was set aside.
    """
    reading = OneByOne()
    with stores.warehouse() as db, stores.archive() as store:
        for object_key in store.keys(PREFIX):
            if object_key.endswith("/"):
                continue  # what consoles make of a folder
            with reading.item(object_key, partial(_set_aside, db, object_key, run_id)):
                _take(db, store, object_key, run_id)
        register.archive_events(db, store)
        alerts = new_alerts(db, run_id)
    if alerts:
        lines = "\n".join(f"Alerta: {alert.detail} ({alert.kind}, {alert.subject})" for alert in alerts)
        raise Bounced(
            f"{lines}\nCorrija lo que dice la devolución (`register.bounce`); después limpie «Confirmar envío» "
            "(`confirm`) de esa publicación, que pregunta si se envía de nuevo, o emita una versión nueva"
        )


def _take(db: Connection, store: Archive, object_key: str, run_id: str) -> None:
    content = store.read(object_key)
    sha256 = hashlib.sha256(content).hexdigest()
    if register.is_kept(db, object_key, sha256):
        return
    told = _read(db, store, content)
    with register.writing(db):
        kept = register.keep_bounce(db, object_key, sha256, *told)
        if not kept.new:
            return
        finding = _finding(object_key, told.action, told.about, kept.objection)
        add_observation(db, finding, run_id)
    log.info("%s: %s: %s", object_key, finding.detail, told.detail)


def _set_aside(db: Connection, object_key: str, run_id: str, reason: str) -> None:
    """Keep that a file could not be read. It is known by the reason, which names the hashes of one that was changed."""
    with register.writing(db):
        sha256 = hashlib.sha256(reason.encode()).hexdigest()
        if register.keep_bounce(db, object_key, sha256, "unreadable", reason).new:
            detail = f"No se pudo leer y quedó aparte, sin relacionarlo con ningún envío: {reason}. Ábralo y léalo"
            add_observation(db, Observation("delivery.bounce_set_aside", SCOPE, object_key, "alert", detail), run_id)


class _Told(NamedTuple):
    """What a file says, as the register keeps it."""

    action: register.BounceAction
    detail: str
    about: register.IssueKey | None = None
    message_id: str | None = None
    objection: str | None = None


def _read(db: Connection, store: Archive, content: bytes) -> _Told:
    """What a report says of which version; only what it says of those to whom the message was addressed counts."""
    from service_reports.delivery import NotABounce, read_bounce, recipients, sender
    from service_reports.delivery.bounce import worst

    try:
        bounce = read_bounce(content)
    except NotABounce as error:
        named = register.message_named(db, error.message_ids, ())
        about, message_id = (named.key, named.message_id) if named else (None, next(iter(error.message_ids), None))
        return _Told("unreadable", str(error), about, message_id)
    named = register.message_named(db, bounce.message_ids, bounce.versions)
    everybody = "; ".join(map(str, bounce.recipients))
    if named is None:
        return _Told(bounce.action, everybody, None, next(iter(bounce.message_ids), None))
    message = store.read(named.message_key)
    addressed = bounce.about(recipients(message))
    stated = register.message_named(db, (), bounce.versions)
    action, objection = worst(addressed or bounce.recipients), None
    if action == "failed":
        if not addressed:
            objection = "el mensaje no se dirigió a quien dice"
        elif not bounce.is_from(sender(message)):
            objection = "el mensaje que devuelve tiene otro remitente"
        elif stated is not None and stated.key != named.key:
            objection = f"el mensaje que devuelve dice ser de {stated.key}"
    return _Told(action, everybody, named.key, named.message_id, objection)


def _finding(
    object_key: str, action: register.BounceAction, key: register.IssueKey | None, objection: str | None
) -> Observation:
    from service_reports.delivery.bounce import IN_SPANISH

    if action == "unreadable":
        about = f", y nombra el mensaje de {key}: léalo" if key else ""
        detail = f"No es un informe de entrega{about}"
        return Observation("delivery.bounce_unmatched", SCOPE, object_key, "warning", detail)
    if key is None:
        detail = "Un informe de entrega sobre un mensaje que el registro no conoce"
        return Observation("delivery.bounce_unmatched", SCOPE, object_key, "warning", detail)
    if objection is not None:
        detail = f"Un informe de entrega que no cambia nada de {key}: {objection}"
        return Observation("delivery.bounce_unmatched", SCOPE, object_key, "warning", detail)
    if action == "failed":
        detail = f"El mensaje de {key} se devolvió"
        return Observation("delivery.bounced", SCOPE, object_key, "alert", detail)
    return Observation("delivery.reported", SCOPE, object_key, "notice", f"Del mensaje de {key}: {IN_SPANISH[action]}")
