"""Completar firmas: lo que les faltó cuando una autoridad no respondía.

- Un contrato puede pedir un nivel de firma (`signing.level`) y dejar que el informe salga aunque la autoridad de
  sellado de tiempo o la entidad de certificación no responda (`signing.unreachable: degrade`). Cada mañana se añade a
  esos informes lo que les falta, en un archivo nuevo que empieza por el emitido; **lo emitido no cambia**.
- Mientras la autoridad siga sin responder, la tarea queda en verde y el asunto, entre los avisos.
- **Si está en rojo**: una firma no se puede completar, como cuando su certificado fue revocado después. El registro
  (Logs) dice cuál; emita una versión nueva con otro certificado.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE
from service_reports_airflow.dag_parts.nodes import task
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Completar firmas",
    schedule=CronInWords("45 7 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=["registro"],
)
def complete_signatures() -> None:
    """One task."""

    @task(task_display_name="Completar")
    def complete() -> None:
        from service_reports_airflow.steps import extending

        extending.complete()

    complete()


complete_signatures()
