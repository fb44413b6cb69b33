"""Tasks that ask a person. Imports only airflow.sdk and its operator: DAG files load it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param


class Asking(HITLOperator):
    """A task that asks a person and is parked as *awaiting input* for as long as it takes, without a worker.

    Airflow keeps the text of the first question that a task instance asks, and its options, for
    all its tries: a task asks about one thing only.

    :param options: what may be answered.
    :param form: what may be said besides; the form of the DAG's run is no part of a question.
    """

    def __init__(self, *, options: Sequence[str], form: dict[str, Param], subject: str = "", **kwargs: Any) -> None:
        kwargs.pop("params", None)  # the DAG's, which every operator is given
        limit = kwargs.pop("execution_timeout", None) or kwargs.get("default_args", {}).get("execution_timeout")
        super().__init__(subject=subject, options=list(options), params=form, execution_timeout=None, **kwargs)
        self.execution_timeout = limit  # of each of its short runs; the base class would take it for the answer's

    def answered(self, context: Any, event: Any) -> tuple[str, str, dict[str, Any]]:
        """What was chosen, by which user, and what was said besides."""
        answer = super().execute_complete(context, event)
        [choice] = answer["chosen_options"]
        user = answer["responded_by_user"] or {}
        return str(choice), str(user.get("name") or "sin nombre"), dict(answer["params_input"])
