"""One round of alerts: what stands is looked at, and what is new is told, once, to whoever is to know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.contracts import BOGOTA, Contract
from service_reports.delivery import DeliveryUnknown, NotSent, RefusedForGood, hand_over, offer
from service_reports.failures import OneByOne
from service_reports.register.calendar import Runs
from service_reports.warehouse.statements import statement
from service_reports.wording.es_co.alerts import TITLES
from service_reports.wording.es_co.formats import counted
from service_reports_airflow.alerts import channels, ledger, messages
from service_reports_airflow.alerts.causes import Cause, day
from service_reports_airflow.alerts.channels import Channel, read_channel
from service_reports_airflow.alerts.ledger import Kept
from service_reports_airflow.alerts.messages import Told
from service_reports_airflow.alerts.standing import States, standing
from service_reports_airflow.stores import ALERTS, STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
MONDAY, DIGEST_HOUR = 0, 7
CLOSED_SINCE, COMING_UNTIL = timedelta(days=7), timedelta(days=14)
EVERYBODY = Channel("mail", "")
"""Stands in the ledger for a week's digest that is put up for all its channels."""
DIED = "la tarea terminó mientras enviaba"
DELIVERY = {
    "withheld": "su mensaje espera que alguien decida",
    "queued": "su mensaje está por salir",
    "sending": "su mensaje está saliendo",
    "sent": "enviado",
    "ambiguous": "nadie sabe si su mensaje llegó",
    "failed": "su mensaje no llegó",
}
"""What became of the message of a version, in a digest."""


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
        kept = ledger.keep_causes(db, standing(db, states, runs, held, at))
        new = [each.cause for each in kept.values() if not each.routed]
        if new:
            _route(db, new, held, stores)
        ledger.remind(db, at)
        log.info("Asuntos que necesitan a alguien: %d; nuevos: %d", len(kept), len(new))
        telling = OneByOne()
        for channel in ledger.to_do(db):
            with telling.item(channel.name):
                _tell(db, channel, at, stores)
        _digest(db, kept, held, at, telling, stores)
    if telling.failures:
        failed = "\n".join(map(str, telling.failures))
        raise AlertsNotSent(
            f"No se pudo avisar a todos:\n{failed}\n  → corrija lo que dice; lo que espera sale en la próxima ejecución"
        )


def _route(db: Connection, new: Sequence[Cause], held: Callable[[], Sequence[Contract]], stores: Stores) -> None:
    everything = channels.of_all(stores.alerts_for_all())
    of_contracts = {contract.id: channels.of_contract(contract) for contract in held()}
    routed = list(channels.routed(new, everything, of_contracts))
    ledger.route(db, routed, new)
    reached = {cause.cause_id for cause, _ in routed}
    for cause in new:
        log.warning("%s: %s: %s\n  → %s", TITLES[cause.kind], cause.about, cause.said, cause.remedy)
    if len(reached) < len(new):
        log.warning(
            "A nadie se avisa de %s; la página «Informes» muestra lo que necesita a alguien\n"
            "  → diga a quién en la variable «%s» de Airflow, o en `alerts` de cada contrato",
            counted(len(new) - len(reached), "asunto nuevo", "asuntos nuevos"),
            ALERTS,
        )


def _tell(db: Connection, channel: Channel, at: datetime, stores: Stores) -> None:
    with register.sending_alone(db, f"aviso {channel}") as alone:
        if not alone:
            log.info("%s: otra tarea le avisa en este momento", channel.name)
            return
        if ledger.settle(db, channel, "sending", "ambiguous", detail=DIED):
            log.warning("%s: %s; si el asunto sigue mañana, se recuerda", channel.name, DIED)
        if causes := ledger.queued(db, channel):
            message = messages.alert(causes, stores.ui_address())
            _send(db, channel, message, [cause.cause_id for cause, _ in causes], at, stores)


def _send(
    db: Connection, channel: Channel, message: Told, cause_ids: Collection[str], at: datetime, stores: Stores
) -> None:
    """Give a message to the other end once, and keep how that ended.

    Raises:
        NotSent: it was not taken; what it tells is told by the next round, unless the other end never will.
    """
    name = f"avisos.{uuid4().hex}"
    try:
        if channel.form == "mail":
            message_id = f"<{name}@{channel.sender.rpartition('@')[2]}>"
            content = messages.as_mail(
                message, sender=channel.sender, recipient=channel.recipient, message_id=message_id, at=at
            )
            with stores.mail_server(channel.connection) as (client, answer_seconds):
                offer(client, channel.sender, [channel.recipient], ascii_only=content.isascii())
                ledger.claim(db, channel, cause_ids, name)
                hand_over(client, content, answer_seconds)
                ledger.settle(db, channel, "sending", "sent", message_id=name)
        else:
            payload = messages.as_teams(message) if channel.form == "teams" else messages.as_slack(message)
            ledger.claim(db, channel, cause_ids, name)
            stores.webhook(channel.connection, payload)
            ledger.settle(db, channel, "sending", "sent", message_id=name)
    except DeliveryUnknown as error:
        ledger.settle(db, channel, "sending", "ambiguous", message_id=name, detail=str(error))
        log.warning("%s: quizás no llegó: %s; si el asunto sigue mañana, se recuerda", channel.name, error)
        return
    except NotSent as error:
        never = error.permanent and not isinstance(error, RefusedForGood)
        ledger.settle(db, channel, "sending", "failed" if never else "queued", message_id=name, detail=str(error))
        if never:
            ledger.settle(db, channel, "queued", "failed", detail=str(error))
        raise
    except AirflowFailException as error:  # no such connection: nothing left
        ledger.settle(db, channel, "sending", "queued", message_id=name, detail=str(error))
        raise
    log.info("%s: se avisó de %s", channel.name, counted(len(cause_ids), "asunto", "asuntos"))


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
    everything = channels.of_all(stores.alerts_for_all())
    week_of = _Week(db, [each.cause for each in kept.values()], at)
    for channel in waiting:
        with telling.item(channel.name), register.sending_alone(db, f"aviso {channel}") as alone:
            if alone and ledger.told(db, channel, week) == "queued":
                reaching = _reaching(channel)
                own = None if channel in everything else {each.id for each in held() if reaching(each)}
                _send(db, channel, week_of.digest(own, stores.ui_address()), [week], at, stores)


def _reaching(channel: Channel) -> Callable[[Contract], bool]:
    """Whether a contract tells the recipient of a channel."""

    def reaching(contract: Contract) -> bool:
        return any(
            (each.recipient or each) == (channel.recipient or channel) for each in channels.of_contract(contract)
        )

    return reaching


class _Week:
    """What a digest tells, for all or for some contracts."""

    def __init__(self, db: Connection, standing: Sequence[Cause], at: datetime) -> None:
        self.standing, self.at = sorted(standing, key=lambda cause: cause.since), at
        self.closed = db.execute(statement("alerts/closed"), {"since": at - CLOSED_SINCE}).fetchall()
        self.coming = db.execute(statement("alerts/coming"), {"at": at, "until": at + COMING_UNTIL}).fetchall()

    def digest(self, contract_ids: Collection[str] | None, base_url: str) -> Told:
        """The digest of some contracts; ``None``: of all, and of the installation."""

        def concerns(contract_id: str) -> bool:
            return contract_ids is None or contract_id in contract_ids

        return messages.digest(
            [
                f"{contract_id} {number}, versión {version}: {DELIVERY.get(state or '', 'sin mensaje')}"
                for contract_id, number, version, _, state in self.closed
                if concerns(contract_id)
            ],
            [each for each in self.standing if contract_ids is None or not each.contract_ids.isdisjoint(contract_ids)],
            [
                f"{contract_id} {number}: {day(cut_off)}"
                for contract_id, number, cut_off in self.coming
                if concerns(contract_id)
            ],
            self.at,
            base_url,
        )
