"""A question to a person about a correction. Imports nothing of the product: DAG files load it."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict

CORRECT, KEEP = "Emitir corrección", "Conservar la versión emitida"


class AskForCorrection(HITLOperator):
    """Asks whether a version that is out of date is corrected, and waits for the answer without a worker.

    :param reason: the reason that is proposed; who answers may write another one.
    """

    template_fields = ("subject", "body", "reason")

    def __init__(self, *, reason: str, **kwargs: Any) -> None:
        kwargs |= {"execution_timeout": None}  # it would end the wait
        super().__init__(options=[CORRECT, KEEP], **kwargs)
        self.params = ParamsDict(
            {
                "motivo": Param("", type="string", title="Motivo", description="Se imprime en la versión corregida."),
                "enviar": Param(True, type="boolean", title="Enviar", description="Al supervisor, por correo."),
            }
        )
        self.reason = reason

    def execute(self, context: Any) -> Any:
        """Propose the reason, and ask."""
        self.params["motivo"] = self.reason
        return super().execute(context)
