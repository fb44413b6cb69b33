"""The last step of a publication: its message leaves once, or a person says what became of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import psycopg
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract
from service_reports.delivery import (
    DeliveryUnknown,
    NotSent,
    RefusedForGood,
    hand_over,
    links_until,
    offer,
    recipients,
    sender,
    too_large,
)
from service_reports.foreign_text import LONGEST_LINE, foreign_text
from service_reports.register import Delivery, DeliveryState, IssueKey
from service_reports_airflow.answers import ARRIVED, RESEND, SEND, WITHHOLD
from service_reports_airflow.steps.composing import compose_again
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
DIED = "la tarea terminó mientras enviaba"
SUPERSEDED = "la reemplaza una versión posterior: no se envía"
DECISIONS: Mapping[str, Mapping[DeliveryState, DeliveryState]] = {
    ARRIVED: {"ambiguous": "sent"},
    RESEND: {"ambiguous": "queued"},
    SEND: {"withheld": "queued", "failed": "queued"},
    WITHHOLD: {"withheld": "withheld", "failed": "failed"},
}
"""What each answer makes of a message in each state."""


class Refused(AirflowFailException):
    """The server will not take the message as it is; a person must mend something first."""


@dataclass(frozen=True)
class Question:
    """What only a person can decide about a message, in Spanish; ``body`` is Markdown."""

    subject: str
    body: str
    options: tuple[str, str]


@dataclass(frozen=True)
class _Asked:
    subject: str
    why: str
    what_to_do: str
    options: tuple[str, str]


ASKED: Mapping[str, _Asked] = {
    "ambiguous": _Asked(
        "¿Llegó el informe?",
        "**Nadie puede saber desde aquí si el servidor de correo recibió este mensaje.** No se envía de nuevo hasta "
        "que una persona lo diga: el supervisor no debe recibirlo dos veces.",
        "**Dónde mirar.** En el registro del servidor de correo (conexión `{server}`), busque el `Message-ID` a esa "
        "hora: si lo aceptó, llegó. Si no tiene ese registro, pregunte al destinatario.\n\n"
        "- «Sí llegó: darlo por enviado»: no se envía nada más.\n"
        "- «No llegó: enviarlo de nuevo»: sale el mismo mensaje, con el mismo `Message-ID`.",
        (ARRIVED, RESEND),
    ),
    "withheld": _Asked(
        "¿Se envía el informe?",
        "**El informe está firmado, registrado y archivado, y su mensaje espera.** Al pedirlo no se marcó «Enviar».",
        "- «Enviar»: el mensaje sale ahora.\n"
        "- «No enviar»: se queda así. Para enviarlo después, limpie esta tarea, que pregunta de nuevo.",
        (SEND, WITHHOLD),
    ),
    "failed": _Asked(
        "¿Se envía de nuevo el informe?",
        "**El servidor aceptó este mensaje y después se devolvió.** Otros destinatarios pueden haberlo recibido.",
        "Corrija primero lo que dice la devolución; una dirección equivocada, en el archivo del contrato.\n\n"
        "- «Enviar»: sale a todos los destinatarios que tenga entonces el contrato.\n"
        "- «No enviar»: se queda así.",
        (SEND, WITHHOLD),
    ),
}
"""What is asked about a message, by its state."""


@told
def attempt(issue: Mapping[str, Any], *, last_try: bool, stores: Stores = STORES) -> Question | None:
    """Send the message of a version, unless it was sent or must not be; what to ask where nobody can know.

    ``last_try``: nobody will call this again by itself after a failure.

    Raises:
        AirflowException: nothing was sent, and trying again may help: the server did not answer
            or refused, or another task is sending it.
        Refused: on the last try, the server said that it will never take the message.
    """
    key = IssueKey(**issue)
    held = stores.contract(key.contract_id)
    with stores.warehouse() as db, stores.archive() as store:
        try:
            with register.sending_alone(db, key) as alone:
                if not alone:
                    raise AirflowException(f"{key}: otra tarea lo está enviando en este momento; se mira de nuevo")
                return _attempt(db, store, held, key, last_try, stores=stores)
        finally:
            if not db.closed:
                register.archive_events(db, store)


@told
def permission(issue: Mapping[str, Any], *, stores: Stores = STORES) -> Question | None:
    """What to ask before the message of a version may leave; ``None``: it may, or has, or never will."""
    key = IssueKey(**issue)
    with stores.warehouse() as db, stores.archive() as store:
        delivery, version = register.read_delivery(db, key), register.read_issue(db, key).state
        if delivery is None or version == "superseded":
            return None
        if delivery.state == "withheld" or _came_back(delivery):
            return _question(db, store, stores.contract(key.contract_id), key)
    return None


def _came_back(delivery: Delivery) -> bool:
    return delivery.state == "failed" and delivery.sent_at is not None


@told
def answer(issue: Mapping[str, Any], choice: str, *, by: str, comment: str | None, stores: Stores = STORES) -> None:
    """Record what a person decided about a message, and who; ``attempt`` then does what is left to do."""
    key = IssueKey(**issue)
    said = foreign_text(comment or "", LONGEST_LINE)
    detail = f"{choice}. {said}" if said else choice
    with stores.warehouse() as db, stores.archive() as store:
        done = any(
            register.settle_delivery(db, key, [old], new, by=by, detail=detail)
            for old, new in DECISIONS[choice].items()
        )
        register.archive_events(db, store)
    if done:
        log.info("%s: %s (%s)", key, detail, by)
    else:
        log.warning("%s: ya se había decidido de otra manera; «%s» no cambia nada", key, choice)


def _attempt(
    db: Connection, store: Archive, held: Contract, key: IssueKey, last_try: bool, *, stores: Stores
) -> Question | None:
    delivery, version = register.read_delivery(db, key), register.read_issue(db, key).state
    if delivery is None:
        raise AirflowFailException(f"{key}: se registró sin mensaje; para enviarla, emita una versión nueva")
    if delivery.state == "sent":
        log.info("%s se envió el %s", key, delivery.sent_at)
        return None
    if delivery.state in ("sending", "ambiguous"):
        detail = DIED if delivery.state == "sending" else delivery.detail
        if delivery.state == "sending" or version == "queued":  # queued: as the register was restored
            register.settle_delivery(db, key, [delivery.state], "ambiguous", detail=detail)
        return _doubt(db, store, held, key)
    if version == "superseded":
        if delivery.state == "queued":
            register.settle_delivery(db, key, ["queued"], "withheld", detail=SUPERSEDED)
        log.info("%s: %s", key, SUPERSEDED)
        return None
    if delivery.state == "withheld" or _came_back(delivery):
        log.info("%s no se envía (%s). Para decidirlo, limpie «Confirmar envío» (`confirm`)", key, delivery.detail)
        return None
    if delivery.state == "failed":
        register.settle_delivery(db, key, ["failed"], "queued", detail="vuelve a la cola")
    return _send(db, store, held, key, last_try, stores=stores)


def _send(
    db: Connection, store: Archive, held: Contract, key: IssueKey, last_try: bool, *, stores: Stores
) -> Question | None:
    message = _that_serves(db, store, held, key)
    to = recipients(message)
    try:
        with stores.mail_server(held.mail.connection) as (client, answer_seconds):
            offer(client, held.mail.sender, to, ascii_only=message.isascii())
            # Whoever restores the register must learn from the archive that this message could leave.
            register.archive_events(db, store)
            if not register.claim_delivery(db, key):
                raise AirflowException(f"{key}: el mensaje cambió mientras se preparaba el envío; se mira de nuevo")
            hand_over(client, message, answer_seconds)
            register.settle_delivery(db, key, ["sending"], "sent")
    except RefusedForGood as error:
        register.settle_delivery(db, key, ["queued"], "failed", detail=str(error))
        raise Refused(
            f"Conexión «{held.mail.connection}»: {error.what}. No se envió nada\n"
            f"  → {error.remedy}; después limpie esta tarea: el mensaje vuelve a la cola\n"
            f"{error.said}".rstrip()
        ) from None
    except NotSent as error:
        never = error.permanent and last_try
        register.settle_delivery(db, key, ["queued", "sending"], "failed" if never else "queued", detail=str(error))
        told = f"Conexión «{held.mail.connection}»: {error}. No se envió nada"
        if never:
            raise Refused(
                f"{told}: corrija lo que dice el servidor (direcciones y tamaño están en el contrato; el permiso para "
                "enviar, en el servidor) y limpie esta tarea: el mensaje vuelve a la cola"
            ) from error
        then = "limpie esta tarea cuando el servidor responda" if last_try else "se intenta de nuevo más tarde"
        raise AirflowException(f"{told}; {then}") from error
    except DeliveryUnknown as error:
        register.settle_delivery(db, key, ["sending"], "ambiguous", detail=str(error))
        return _doubt(db, store, held, key)
    log.info("%s enviado a %s", key, ", ".join(to))
    return None


def _doubt(db: Connection, store: Archive, held: Contract, key: IssueKey) -> Question | None:
    """What to ask about a message that may have been taken; nothing where it came back meanwhile, and so was."""
    delivery = register.read_delivery(db, key)
    if delivery is not None and _came_back(delivery):
        log.warning("%s se devolvió mientras se enviaba (%s)", key, delivery.detail)
        return None
    return _question(db, store, held, key)


def _that_serves(db: Connection, store: Archive, held: Contract, key: IssueKey) -> bytes:
    """The bytes of a message that waits to be sent.

    It is composed anew, under its ``Message-ID``, when its links have served half of their time,
    and when the contract has other addresses, or allows less, by now: what was wrong is corrected there.
    """
    delivery = register.read_delivery(db, key)
    assert delivery is not None
    content = store.read(delivery.message_key)
    until = links_until(content)
    contracts = held.mail.sender, {held.supervisor.email, *held.mail.cc}
    if (sender(content), set(recipients(content))) != contracts:
        why = "el contrato tiene otras direcciones"
    elif until is None and too_large(held, content):
        why = "es más grande de lo que el contrato permite"
    elif until is not None and until - datetime.now(UTC) < timedelta(days=held.mail.link_days) / 2:
        why = "los enlaces estaban por vencer"
    else:
        return content
    message = compose_again(db, store, held, key, datetime.now(UTC))
    register.replace_message(db, key, message["recipient"], message["message_key"], f"se compuso de nuevo: {why}")
    return store.read(message["message_key"])


def _question(db: Connection, store: Archive, held: Contract, key: IssueKey) -> Question:
    from service_reports.wording.es_co.formats import read_instant

    delivery = register.read_delivery(db, key)
    assert delivery is not None
    message = store.read(delivery.message_key)
    headers = message_from_bytes(message.partition(b"\r\n\r\n")[0], policy=SMTP)
    facts = {
        "Informe": f"{held.entity.name}, {key.report_number}, versión {key.version}",
        "Para": ", ".join(recipients(message)),
        "Asunto": headers["Subject"],
        "Message-ID": f"`{delivery.message_id}`",
        "Último intento": f"{read_instant(delivery.claimed_at)}, número {delivery.attempts}",
        "Detalle": f"`{delivery.detail.replace('`', chr(39))}`" if delivery.detail else "",
    }
    if delivery.claimed_at is None:
        facts.pop("Último intento")
    asked = ASKED[delivery.state]
    again = (
        "Airflow conserva el texto de la primera pregunta de esta tarea: si pregunta otra vez, lo último que pasó está "
        "en sus registros (Logs)."
    )
    listed = "\n".join(f"- **{name}**: {fact}" for name, fact in facts.items() if fact)
    body = "\n\n".join((asked.why, listed, asked.what_to_do.format(server=held.mail.connection), again))
    return Question(f"{asked.subject}: {key}", body, asked.options)
