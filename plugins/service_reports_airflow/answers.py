"""What people may answer, and what refuses a form that they filled in. Imports nothing but airflow.sdk."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowFailException

ARRIVED, RESEND = "Sí llegó: darlo por enviado", "No llegó: enviarlo de nuevo"
"""About a message of which nobody here can know whether it arrived."""
SEND, WITHHOLD = "Enviar", "No enviar"
"""About a message that was withheld or came back."""
CORRECT, KEEP = "Emitir corrección", "Conservar la versión emitida"
"""About a version that is out of date."""

LEAVE, RELEASE = "dejar", "liberar"
"""About a batch that was refused: it is left so, or taken as good on a person's word."""


class FormRefused(AirflowFailException):
    """A trigger form that cannot be used as it was filled in."""
