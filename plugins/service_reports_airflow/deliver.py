"""Sending a report's message, and asking a person where only a person can know. Light: DAG files load it."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

RETRY_VARIABLE = "SERVICE_REPORTS_DELIVERY_RETRY_SECONDS"
"""Environment variable: seconds before the first new try; one minute when unset."""
RETRIES = 6
LONGEST_WAIT = 16
"""The pause doubles with every try, up to so many times the first: six tries more take three quarters of an hour."""
ARRIVED, RESEND = "Sí llegó: darlo por enviado", "No llegó: enviarlo de nuevo"
SEND, KEEP = "Enviar", "No enviar"


class Deliver(HITLOperator):
    """Sends the message of a version, once.

    What the server clearly did not take is tried again by Airflow, with growing pauses. When
    nobody can know whether it arrived, or when the message was withheld or came back, the task
    asks in the UI, parked without a worker for as long as it takes; the answer, and who gave
    it, are recorded in the register.

    :param issue: the key of the version, as the steps before give it.
    """

    template_fields = ("issue",)

    def __init__(self, *, issue: Any, **kwargs: Any) -> None:
        kwargs.pop("params", None)  # the form of the DAG's run is not the one of the question
        limit = kwargs.pop("execution_timeout", None) or kwargs.get("default_args", {}).get("execution_timeout")
        pause = timedelta(seconds=float(os.environ.get(RETRY_VARIABLE, "60")))
        super().__init__(
            subject="Envío de un informe",  # what is asked in fact is known when the task runs
            options=[ARRIVED, RESEND, SEND, KEEP],
            params={
                "comentario": Param(
                    None,
                    type=["null", "string"],
                    title="Comentario",
                    description="Opcional: qué encontró y dónde. Queda en el registro.",
                )
            },
            retries=RETRIES,
            retry_delay=pause,
            retry_exponential_backoff=2.0,
            max_retry_delay=pause * LONGEST_WAIT,
            # The base class takes it for how long a person may need to answer; that has no limit here.
            execution_timeout=None,
            **kwargs,
        )
        self.execution_timeout = limit
        self.issue = issue

    def execute(self, context: Any) -> Any:
        """Send, or ask."""
        from service_reports.register import IssueKey
        from service_reports_airflow import sending

        context["informe"] = str(IssueKey(**self.issue))
        question = sending.attempt(self.issue, last_try=_is_last(context))
        if question is None:
            return None
        self.subject, self.body, self.options = question.subject, question.body, list(question.options)
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Record the answer, and send where it says so.

        Raises:
            AirflowException: it must be asked again, which a new try does: an answered question is not asked twice.
        """
        from airflow.sdk.exceptions import AirflowException

        from service_reports.register import IssueKey
        from service_reports_airflow import sending

        context["informe"] = str(IssueKey(**self.issue))
        answer = super().execute_complete(context, event)
        [choice] = answer["chosen_options"]
        user = answer["responded_by_user"] or {}
        sending.answer(self.issue, choice, by=user.get("name"), comment=answer["params_input"].get("comentario"))
        if choice in (RESEND, SEND):
            question = sending.attempt(self.issue, last_try=_is_last(context))
            if question is not None:
                raise AirflowException(f"{question.subject}: se pregunta de nuevo en el próximo intento")


def _is_last(context: Any) -> bool:
    instance = context["ti"]
    return bool(instance.try_number > instance.max_tries)
