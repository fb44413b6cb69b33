"""One round of alerts: what stands is looked at, and what is new is told, once, to whoever is to know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports.contracts import BOGOTA, Contract
from service_reports.failures import OneByOne
from service_reports.register.calendar import Runs
from service_reports.warehouse.statements import statement
from service_reports.wording.es_co.alerts import TITLES
from service_reports.wording.es_co.formats import counted
from service_reports_airflow.alerts import channels, gauges, ledger
from service_reports_airflow.alerts.causes import Cause
from service_reports_airflow.alerts.channels import Channel, read_channel
from service_reports_airflow.alerts.ledger import Kept
from service_reports_airflow.alerts.standing import States, standing
from service_reports_airflow.stores import ALERTS, STORES, Stores
from service_reports_airflow.telemetry import recording
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
MONDAY, DIGEST_HOUR = 0, 7
EVERYBODY = Channel("mail", "")
"""Stands in the ledger for a week's digest that is put up for all its channels."""


class AlertsNotSent(AirflowFailException):
    """Somebody was not told; what is queued is told by the next round."""


@told
def look_and_tell(states: States, runs: Runs, at: datetime | None = None, *, stores: Stores = STORES) -> None:
    """Look at what stands, note who is to be told of what is new, and tell it.

    Each channel is told by itself: one that does not answer keeps no other waiting.

    Raises:
        AlertsNotSent: names each channel that could not be told, and why.
    """
    at = at or datetime.now(UTC)
    held = cache(stores.contracts)
    with stores.warehouse() as db:
        stands = standing(db, states, runs, held, at)
        for gauge in gauges.of(stands, at):
            recording.record(*gauge)
        kept = ledger.keep_causes(db, stands.causes)
        untold = [each.cause for each in kept.values() if not each.routed]
        if untold:
            _route(db, untold, held, stores)
        ledger.remind(db, at)
        log.info("Asuntos que necesitan a alguien: %d; por avisar por primera vez: %d", len(kept), len(untold))
        telling = OneByOne()
        if to_do := ledger.to_do(db):
            from service_reports_airflow.alerts import sending  # what composes is a second of imports

            for channel in to_do:
                with telling.item(channel.name):
                    sending.tell(db, channel, at, stores)
        _digest(db, kept, held, at, telling, stores)
    if telling.failures:
        failed = "\n".join(map(str, telling.failures))
        raise AlertsNotSent(
            f"No se pudo avisar a todos:\n{failed}\n  → corrija lo que dice; lo que espera sale en la próxima ejecución"
        )


def _route(db: Connection, untold: Sequence[Cause], held: Callable[[], Sequence[Contract]], stores: Stores) -> None:
    everything = channels.of_all(stores.alerts_for_all())
    concerned = any(cause.contract_ids for cause in untold)  # each round asks again while nobody is named
    of_contracts = {contract.id: channels.of_contract(contract) for contract in held()} if concerned else {}
    routed = list(channels.routed(untold, everything, of_contracts))
    ledger.route(db, routed)
    reached = {cause.cause_id for cause, _ in routed}
    for cause in untold:
        log.warning("%s: %s: %s\n  → %s", TITLES[cause.kind], cause.about, cause.said, cause.remedy)
    if len(reached) < len(untold):
        log.warning(
            "A nadie se avisa de %s; la página «Informes» muestra lo que necesita a alguien\n"
            "  → diga a quién en la variable «%s» de Airflow, o en `alerts` de cada contrato",
            counted(len(untold) - len(reached), "asunto", "asuntos"),
            ALERTS,
        )


def _digest(
    db: Connection,
    kept: Mapping[str, Kept],
    held: Callable[[], Sequence[Contract]],
    at: datetime,
    telling: OneByOne,
    stores: Stores,
) -> None:
    """On Monday mornings (Bogotá) tell everybody how the week stands, also when all is well."""
    local = at.astimezone(BOGOTA)
    if local.weekday() != MONDAY or local.hour < DIGEST_HOUR:
        return
    week = f"digest/{local.date()}"
    if ledger.told(db, EVERYBODY, week) is None:
        everything = channels.of_all(stores.alerts_for_all())
        reached = {channel.recipient or channel: channel for channel in sorted(everything)}
        for contract in held():
            for channel in sorted(channels.of_contract(contract)):
                reached.setdefault(channel.recipient or channel, channel)
        with db.transaction():
            for channel in (*reached.values(), EVERYBODY):
                ledger.put_up(db, channel, week)
            ledger.settle_one(db, EVERYBODY, week, "sent")
    waiting = [read_channel(row[0]) for row in db.execute(statement("alerts/digests"), {"cause_id": week}).fetchall()]
    if not waiting:
        return
    from service_reports_airflow.alerts import sending

    sending.tell_week(db, week, waiting, [each.cause for each in kept.values()], held, at, telling, stores)
