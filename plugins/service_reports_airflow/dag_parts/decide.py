"""The question whether an issued version is corrected. Light: DAG files load it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from service_reports_airflow.answers import CORRECT, KEEP
from service_reports_airflow.dag_parts.asking import Asking
from service_reports_airflow.dag_parts.showing import ReportPage

if TYPE_CHECKING:
    from airflow.sdk import Context


class Decide(Asking):
    """Asks whether a version that is out of date is corrected, and records what is decided and by whom.

    The report, and which of its changes, are those of the run's form.
    """

    operator_extra_links = (ReportPage(),)
    report: dict[str, str] | None = None
    """What it asks about, once it knows: its links lead there."""

    def __init__(self, **kwargs: Any) -> None:
        form = {
            "motivo": Param("", type="string", title="Motivo", description="Se imprime en la versión corregida."),
            "enviar": Param(True, type="boolean", title="Enviar", description="Al supervisor, por correo."),
        }
        super().__init__(options=[CORRECT, KEEP], form=form, **kwargs)

    def execute(self, context: Context) -> Any:
        """Propose a reason, and ask."""
        from service_reports_airflow.steps import outdated

        form = context["params"]
        self.report = {"contract_id": form["contrato"], "report_number": form["informe"]}
        asked = outdated.question(form, self.question(context))
        self.subject, self.body, self.params["motivo"] = asked.subject, asked.body, asked.reason
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        """Record the answer; the next task does what it says."""
        from service_reports_airflow.steps import outdated

        choice, user, said = self.answered(context, event)
        outdated.decide(context["params"], self.question(context), choice, by=user, said=said)
