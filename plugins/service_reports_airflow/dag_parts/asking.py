"""Tasks that ask a person. Imports only airflow.sdk and its operator: DAG files load it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from airflow.sdk import Context

    from service_reports.register import Question


BY_NAME = (".NamedUsersFabAuthManager", ".SimpleAuthManager")
"""Auth managers that know who is asked by the user's name."""


class NobodyAnswered(AirflowFailException):
    """An answer that Airflow names no user of: nobody decided anything."""


class Asking(HITLOperator):
    """A task that asks a person and is parked as *awaiting input* for as long as it takes, without a worker.

    Airflow keeps the text of the first question that a task instance asks, and its options, for
    all its tries: a task asks about one thing only. What it asked about is kept in the register, and the answer
    counts for that alone, whatever the tasks before hand on by then.

    :param options: what may be answered.
    :param form: what may be said besides; the form of the DAG's run is no part of a question.
    """

    def __init__(self, *, options: Sequence[str], form: dict[str, Param], subject: str = "", **kwargs: Any) -> None:
        kwargs.pop("params", None)  # the DAG's, which every operator is given
        limit = kwargs.pop("execution_timeout", None) or kwargs.get("default_args", {}).get("execution_timeout")
        super().__init__(subject=subject, options=list(options), params=form, execution_timeout=None, **kwargs)
        self.execution_timeout = limit  # of each of its short runs; the base class would take it for the answer's

    def execute(self, context: Context) -> Any:
        """Say that somebody is asked, so that alerts tell it, and ask."""
        from service_reports_airflow.steps import stops

        stops.note(context, "asks", self.subject)
        return super().execute(context)

    def ask_only(self, names: Sequence[str]) -> None:
        """Have Airflow refuse the answer of anybody but the users of these names; of nobody where there are none.

        An auth manager that does not know users by their names would refuse everybody: there, answers are held against
        the contract when they come.
        """
        known_by_name = conf.get("core", "auth_manager", fallback="").endswith(BY_NAME)
        self.assigned_users = [{"id": name, "name": name} for name in names] if known_by_name else None

    @staticmethod
    def question(context: Context) -> Question:
        """What the register knows this task's question by."""
        from service_reports.register import Question

        instance = context["ti"]
        return Question(str(context["run_id"]), f"{instance.task_id}/{instance.map_index}")

    def answered(self, context: Context, event: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
        """What was chosen, by the user who answered as Airflow knows them, and what was said besides.

        Raises:
            NobodyAnswered: Airflow names no user.
        """
        answer = super().execute_complete(context, event)
        [choice] = answer["chosen_options"]
        name = str((answer["responded_by_user"] or {}).get("name") or "")
        if not name:
            raise NobodyAnswered(
                "Airflow no dice quién respondió; la respuesta no cuenta\n"
                "  → responda con un usuario propio en «Acciones requeridas»; limpie esta tarea para que pregunte"
            )
        return str(choice), name, dict(answer["params_input"])
