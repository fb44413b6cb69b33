"""Renovar sellos: una vez al año se sella otra vez todo lo que se emitió al nivel B-LTA.

- Un sello de tiempo sirve mientras el certificado de su autoridad esté vigente. Antes de que venza, a cada documento
  se le añade lo que se dice de ese certificado y un sello nuevo, en un archivo nuevo que empieza por el anterior;
  **lo emitido no cambia**. También a las versiones reemplazadas.
- **Si está en rojo**: la autoridad no responde, o quedan documentos para otra ejecución. Lo renovado queda renovado;
  limpie la tarea y sigue con los demás.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE
from service_reports_airflow.dag_parts.nodes import task
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Renovar sellos",
    schedule=CronInWords("0 9 20 1 *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=["registro"],
)
def renew_signatures() -> None:
    """One task."""

    @task(task_display_name="Renovar")
    def renew() -> None:
        from service_reports_airflow.steps import extending

        extending.renew()

    renew()


renew_signatures()
