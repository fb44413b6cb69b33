"""How a channel is told: a message is composed, claimed right before it leaves, and how that ended is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.contracts import Contract
from service_reports.delivery import DeliveryUnknown, NotSent, RefusedForGood, hand_over, offer
from service_reports.failures import OneByOne
from service_reports.warehouse.statements import statement
from service_reports.wording.es_co.formats import counted
from service_reports_airflow.alerts import channels, ledger, messages
from service_reports_airflow.alerts.causes import Cause, day
from service_reports_airflow.alerts.channels import Channel
from service_reports_airflow.alerts.messages import Told
from service_reports_airflow.stores import Stores

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
CLOSED_SINCE, COMING_UNTIL = timedelta(days=7), timedelta(days=14)
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


def tell(db: Connection, channel: Channel, at: datetime, stores: Stores) -> None:
    """Tell a channel what waits for it, unless another session does."""
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


def tell_week(
    db: Connection,
    week: str,
    waiting: Sequence[Channel],
    standing: Sequence[Cause],
    held: Callable[[], Sequence[Contract]],
    at: datetime,
    telling: OneByOne,
    stores: Stores,
) -> None:
    """Send the week's digest, by its name in the ledger, to the channels that wait for it."""
    everything = channels.of_all(stores.alerts_for_all())
    week_of = _Week(db, standing, at)
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
