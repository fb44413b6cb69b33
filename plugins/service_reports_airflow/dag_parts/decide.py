"""The question whether an issued version is corrected. Light: DAG files load it."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param

from service_reports_airflow.dag_parts.asking import Asking

CORRECT, KEEP = "Emitir corrección", "Conservar la versión emitida"


class Decide(Asking):
    """Asks whether a version that is out of date is corrected; returns the whole answer.

    :param reason: the reason that is proposed; who answers may write another one.
    """

    template_fields = ("subject", "body", "reason")

    def __init__(self, *, reason: str, **kwargs: Any) -> None:
        form = {
            "motivo": Param("", type="string", title="Motivo", description="Se imprime en la versión corregida."),
            "enviar": Param(True, type="boolean", title="Enviar", description="Al supervisor, por correo."),
        }
        super().__init__(options=[CORRECT, KEEP], form=form, **kwargs)
        self.reason = reason

    def execute(self, context: Any) -> Any:
        """Propose the reason, and ask."""
        self.params["motivo"] = self.reason
        return super().execute(context)
