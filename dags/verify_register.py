"""Comprobar el registro de lo emitido: la cadena de eventos, cada fila y cada archivo.

- Cada día se calcula de nuevo la cadena de huellas, se compara con los eventos y las cabezas que ya están en el
  archivo, y se lee cada archivo registrado para comparar su huella.
- La cabeza de la cadena se archiva bajo la fecha del día y, si existe la conexión `tsa`, con el sello de tiempo de
  esa autoridad.
- Se prueba la clave de firma de cada contrato: avisa 60, 30 y 7 días antes de que venza.
- **Si está en rojo**: lo dice la tarea. «Probar las claves de firma»: una no sirve o vence en un mes; renueve su
  certificado. Las demás: algo fue editado, borrado o recortado, y el registro (Logs) nombra la fila o el archivo.
  **No borre ni edite nada**; `docs/register.md` dice qué hacer.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE
from service_reports_airflow.dag_parts.nodes import DagRun, task
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Comprobar el registro",
    schedule=CronInWords("30 7 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=["registro"],
)
def verify_register() -> None:
    """Chain → head; rows and files, and the signing keys, beside them."""

    @task(task_display_name="Comprobar la cadena")
    def chain() -> None:
        from service_reports_airflow.steps import verify

        verify.chain()

    @task(task_display_name="Archivar la cabeza")
    def head(dag_run: DagRun) -> None:
        from service_reports_airflow.steps import verify

        verify.archive_head(dag_run.run_after.date())

    @task(task_display_name="Comprobar filas y archivos")
    def rows_and_files() -> None:
        from service_reports_airflow.steps import verify

        verify.rows_and_files()

    @task(task_display_name="Probar las claves de firma")
    def signing_keys(run_id: str) -> None:
        from service_reports_airflow.steps import signing_keys

        signing_keys.look(run_id)

    signing_keys()
    chain() >> head()
    rows_and_files()


verify_register()
