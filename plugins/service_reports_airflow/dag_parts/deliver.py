"""Sending a report's message, and asking a person where only a person can know. Light: DAG files load it."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from service_reports_airflow.answers import ARRIVED, RESEND, SEND, WITHHOLD
from service_reports_airflow.dag_parts.asking import Asking
from service_reports_airflow.dag_parts.pools import MAIL
from service_reports_airflow.dag_parts.showing import FirstDocument, ReportPage

if TYPE_CHECKING:
    from airflow.sdk import Context

    from service_reports_airflow.steps.sending import Question

RETRY_VARIABLE = "SERVICE_REPORTS_DELIVERY_RETRY_SECONDS"
"""Environment variable: seconds before the first new try; one minute when unset."""
RETRIES = 6
LONGEST_WAIT = 16
"""The pause doubles with every try, up to so many times the first: six tries more take three quarters of an hour."""


class _AskingAboutMessage(Asking):
    """A task that may have to ask a person about the message of a version.

    :param issue: the key of the version, as the steps before give it.
    """

    template_fields = ("issue",)
    operator_extra_links = (ReportPage(), FirstDocument())

    def __init__(self, *, issue: Any, **kwargs: Any) -> None:
        comment = Param(
            None,
            type=["null", "string"],
            title="Comentario",
            description="Opcional: qué encontró y dónde. Queda en el registro.",
        )
        super().__init__(form={"comentario": comment}, **kwargs)
        self.issue = issue

    def name_version(self, context: Context) -> None:
        """Hold the version to be this run's, and show it as the task's label."""
        from service_reports_airflow.steps import consulting

        self.issue = consulting.message_of_run(self.issue, context["run_id"])

    def ask(self, context: Context, question: Question) -> Any:
        """Put a question, and park until it is answered."""
        from service_reports_airflow.steps import consulting

        self.subject, self.body = question.subject, question.body
        consulting.asks(self.issue, self.question(context))
        self.log.info("%s\n%s", question.subject, question.body)
        return super().execute(context)

    def settle(self, context: Context, event: dict[str, Any]) -> None:
        """Record the answer and who gave it, if it speaks of the message as it is."""
        from service_reports_airflow.steps import consulting, sending

        choice, user, said = self.answered(context, event)
        if consulting.still_speaks_of(self.issue, self.question(context)):
            sending.answer(self.issue, choice, by=user, comment=said.get("comentario"))


class ConfirmDelivery(_AskingAboutMessage):
    """Asks before a message leaves that was withheld, or that came back; any other one passes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(options=[SEND, WITHHOLD], **kwargs)

    def execute(self, context: Context) -> Any:
        """Ask, or go on."""
        from service_reports_airflow.steps import sending

        self.name_version(context)
        question = sending.permission(self.issue)
        return self.issue if question is None else self.ask(context, question)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Record the answer; the next task does what it says."""
        self.name_version(context)
        self.settle(context, event)
        return self.issue


class Deliver(_AskingAboutMessage):
    """Sends the message of a version, once.

    What the server clearly did not take is tried again by Airflow, with growing pauses. When
    nobody can know whether it arrived, the task asks in the UI.
    """

    def __init__(self, **kwargs: Any) -> None:
        pause = timedelta(seconds=float(os.environ.get(RETRY_VARIABLE, "60")))
        super().__init__(
            options=[ARRIVED, RESEND],
            retries=RETRIES,
            retry_delay=pause,
            retry_exponential_backoff=2.0,
            max_retry_delay=pause * LONGEST_WAIT,
            pool=MAIL.name,
            **kwargs,
        )

    def execute(self, context: Context) -> None:
        """Send, or ask."""
        from service_reports_airflow.steps import sending

        self.name_version(context)
        instance = context["ti"]
        question = sending.attempt(self.issue, last_try=instance.try_number > instance.max_tries)
        if question is not None:
            self.ask(context, question)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        """Record the answer, and send again where it says so: which may have to be asked again."""
        self.name_version(context)
        self.settle(context, event)
        self.execute(context)
