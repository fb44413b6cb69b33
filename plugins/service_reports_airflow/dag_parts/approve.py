"""A person's approval before anything is signed. Light: DAG files load it."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param

from service_reports_airflow.dag_parts.asking import Asking

APPROVE, REJECT = "Aprobar", "Rechazar"


class Approve(Asking):
    """Lets documents go on to the signature when a person has approved them, at once where nobody is to be asked.

    An answer that does not count (of somebody else than the contract's approvers, or a
    rejection without a comment) is put aside and the question stays. Returns what it was given.

    :param rendered: the version and its documents, as ``documents`` gives them.
    """

    template_fields = ("rendered",)

    def __init__(self, *, rendered: Any, **kwargs: Any) -> None:
        comment = Param(
            "",
            type=["null", "string"],
            format="multiline",
            title="Comentario",
            description="Obligatorio para rechazar: qué se debe corregir.",
        )
        super().__init__(options=[APPROVE, REJECT], form={"comentario": comment}, **kwargs)
        self.rendered = rendered

    def execute(self, context: Any) -> Any:
        """Go on at once, or ask and wait."""
        from service_reports_airflow.steps import approving

        request = approving.approval_request(self.rendered, context["run_id"])
        if request is None:
            return self.rendered
        self.subject, self.body = request.subject, request.body
        return super().execute(context)

    def execute_complete(self, context: Any, event: Any) -> Any:
        """Record the answer; ask again when it does not count."""
        from service_reports_airflow.steps import approving

        choice, user, said = self.answered(context, event)
        comment = str(said.get("comentario") or "").strip()
        if approving.settle_approval(self.rendered, context["run_id"], choice == APPROVE, user, comment):
            return self.rendered
        return self.execute(context)
