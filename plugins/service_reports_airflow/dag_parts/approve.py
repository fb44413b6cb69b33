"""A person's approval before anything is signed. Light: DAG files load it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from service_reports_airflow.dag_parts.asking import Asking
from service_reports_airflow.dag_parts.showing import ReportPage

if TYPE_CHECKING:
    from airflow.sdk import Context

APPROVE, REJECT = "Aprobar", "Rechazar"


class Approve(Asking):
    """Lets a version go on to the signature when a person has approved its drafts, at once where nobody is to be asked.

    Airflow takes no answer of anybody but the contract's approvers, where it names some. An answer that does not count
    (of somebody else all the same, or a rejection without a comment) is put aside and the question stays. Returns what
    it was given.

    :param issue: the key of the version, as the steps before give it.
    """

    template_fields = ("issue",)
    operator_extra_links = (ReportPage(),)

    def __init__(self, *, issue: Any, **kwargs: Any) -> None:
        comment = Param(
            "",
            type=["null", "string"],
            format="multiline",
            title="Comentario",
            description="Obligatorio para rechazar: qué se debe corregir.",
        )
        super().__init__(options=[APPROVE, REJECT], form={"comentario": comment}, **kwargs)
        self.issue = issue

    def execute(self, context: Context) -> Any:
        """Go on at once, or ask and wait."""
        from service_reports_airflow.steps import approving

        request = approving.approval_request(self.issue, self.question(context))
        if request is None:
            return self.issue
        self.subject, self.body = request.subject, request.body
        self.ask_only(approving.approvers(self.issue))
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Record the answer; ask again when it does not count."""
        from service_reports_airflow.steps import approving

        choice, user, said = self.answered(context, event)
        comment = str(said.get("comentario") or "").strip()
        if approving.settle_approval(self.issue, self.question(context), choice == APPROVE, user, comment):
            return self.issue
        return self.execute(context)
