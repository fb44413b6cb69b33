"""What a person is asked about a message, held against the register: an answer speaks of what was asked alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.register import Delivery, Question
from service_reports_airflow.steps.version import key_of, version_of_run
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)


class NeverAsked(AirflowFailException):
    """An answer of a task that asked about another version, or about none."""


@told
def message_of_run(issue: Mapping[str, Any], run_id: str, *, stores: Stores = STORES) -> dict[str, Any]:
    """The version whose message a run looks after, as it is handed on.

    Raises:
        NotOfThisRun: the run has not made this version.
    """
    with stores.warehouse() as db:
        key, _ = version_of_run(db, issue, run_id)
    return asdict(key)


@told
def asks(issue: Mapping[str, Any], question: Question, *, stores: Stores = STORES) -> None:
    """Record that a person is asked what is to become of a version's message."""
    key = key_of(issue)
    with stores.warehouse() as db, stores.archive() as store:
        delivery = register.read_delivery(db, key)
        assert delivery is not None
        register.ask(db, key, question, _about(delivery))
        register.archive_events(db, store)


@told
def still_speaks_of(issue: Mapping[str, Any], question: Question, *, stores: Stores = STORES) -> bool:
    """Whether the answer to a question speaks of a version's message as it is now; its log tells when it does not.

    Raises:
        NeverAsked: nobody was asked about this version.
    """
    key = key_of(issue)
    with stores.warehouse() as db:
        about, delivery = register.asked(db, key, question), register.read_delivery(db, key)
    if about is None or delivery is None:
        raise NeverAsked(
            f"{key}: esta tarea no preguntó por el mensaje de esta versión; la respuesta no cuenta\n"
            "  → limpie esta tarea, que pregunta de nuevo"
        )
    if about != _about(delivery):
        log.warning("%s: el mensaje ya no está como cuando se preguntó; la respuesta no cambia nada", key)
        return False
    return True


def _about(delivery: Delivery) -> str:
    return f"{delivery.message_id} {delivery.state}, intento {delivery.attempts}"
