"""By which mail documents leave, and who is told of what needs a person."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from service_reports.contracts.addresses import Email
from service_reports.contracts.model.fields import ConnectionId, Frozen


class Mail(Frozen):
    """How the reports are sent."""

    connection: ConnectionId = Field(title="Conexión de Airflow al servidor SMTP")
    sender: Email = Field(title="Remitente")
    cc: tuple[Email, ...] = Field(default=(), title="Copia")
    reply_to: Email | None = Field(default=None, title="Responder a")
    largest_message_mb: int = Field(
        default=20, ge=1, le=100, title="Tamaño máximo del mensaje, en MB; si lo supera, lleva enlaces"
    )
    link_days: int = Field(default=7, ge=1, le=7, title="Días que sirven los enlaces")
    answer_days: int | None = Field(
        default=None, ge=1, le=90, title="Días que el contrato da al supervisor para firmar o devolver los informes"
    )


class Webhook(Frozen):
    """A chat that is told of alerts, by an incoming webhook."""

    connection: ConnectionId = Field(title="Conexión de Airflow al webhook")
    form: Literal["teams", "slack"] = Field(title="Forma del mensaje")


class Alerts(Frozen):
    """Who is told at once of what needs a person."""

    to: tuple[Email, ...] = Field(default=(), title="Correos", max_length=20)
    webhooks: tuple[Webhook, ...] = Field(default=(), title="Chats, por webhook", max_length=10)


class AlertMail(Frozen):
    """By which mail server and address alerts leave that are no contract's."""

    connection: ConnectionId = Field(title="Conexión de Airflow al servidor SMTP")
    sender: Email = Field(title="Remitente")


class AlertsForAll(Alerts):
    """Who is told of all contracts and of the installation; the value of an Airflow Variable, not of a contract."""

    mail: AlertMail | None = Field(default=None, title="Correo")

    @model_validator(mode="after")
    def _mail_for_addresses(self) -> AlertsForAll:
        if self.to and self.mail is None:
            raise ValueError("`mail`: falta; escriba con qué conexión y remitente salen los correos de `to`")
        return self
