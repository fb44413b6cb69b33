"""A person's approval before anything is signed. Imports only airflow.sdk and its operator: DAG files load it."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

from service_reports_airflow.forms import DEFAULT_ARGS

APPROVE, REJECT = "Aprobar", "Rechazar"


class Approve(HITLOperator):
    """Lets documents go on to the signature when a person has approved them, at once where nobody is to be asked.

    In between it is parked as *awaiting input*, for as long as it takes: no worker and no triggerer
    is busy. An answer that does not count (of somebody else than the contract's approvers, or a
    rejection without a comment) is put aside and the question stays. Returns what it was given.

    :param rendered: the version and its documents, as ``documents`` gives them.
    """

    template_fields = ("rendered",)

    def __init__(self, *, rendered: Any, **kwargs: Any) -> None:
        limit = kwargs.pop("execution_timeout", DEFAULT_ARGS["execution_timeout"])
        kwargs.pop("params", None)  # the DAG's, which every operator is given: they are no part of the question
        super().__init__(
            subject="",
            options=[APPROVE, REJECT],
            params={
                "comentario": Param(
                    "",
                    type=["null", "string"],
                    format="multiline",
                    title="Comentario",
                    description="Obligatorio para rechazar: qué se debe corregir.",
                )
            },
            execution_timeout=None,
            **kwargs,
        )
        self.execution_timeout = limit  # of each of its two short runs; HITLOperator would take it for the answer's
        self.rendered = rendered

    def execute(self, context: Any) -> Any:
        """Go on at once, or ask and wait."""
        from service_reports_airflow import publish

        request = publish.approval_request(self.rendered, context["run_id"])
        if request is None:
            return self.rendered
        self.subject, self.body = request.subject, request.body
        return super().execute(context)

    def execute_complete(self, context: Any, event: Any) -> Any:
        """Record the answer; ask again when it does not count."""
        from service_reports_airflow import publish

        answer = super().execute_complete(context, event)
        approved = answer["chosen_options"] == [APPROVE]
        comment = str(answer["params_input"].get("comentario") or "").strip()
        user = answer["responded_by_user"]["name"]
        if publish.settle_approval(self.rendered, context["run_id"], approved, user, comment):
            return self.rendered
        return self.execute(context)
