"""Comprobar el registro de lo emitido: la cadena de eventos, cada fila y cada archivo.

- Cada día se comprueba lo nuevo y la parte que lleva más tiempo sin comprobarse; en cuatro semanas, todo lo que se ha
  emitido (la variable `service_reports_verification_days` dice en cuántos días). Se calcula de nuevo la cadena de
  huellas, se compara con los eventos y las cabezas que ya están en el archivo, y se lee cada archivo registrado para
  comparar su huella. Lo que no alcanzó a comprobarse es lo primero de la ejecución siguiente.
- Un hallazgo se dice **cada día** hasta que vuelva a estar bien, o alguien explique en el formulario por qué está así
  («Hallazgo» y «Motivo»). Con «Comprobar todo» se comprueba todo en esta ejecución.
- La cabeza de la cadena se archiva bajo la fecha del día y, si existe la conexión `tsa`, con el sello de tiempo de
  esa autoridad.
- Se prueba la clave de firma de cada contrato: avisa 60, 30 y 7 días antes de que venza.
- **Si está en rojo**: lo dice la tarea. «Probar las claves de firma»: una no sirve o vence en un mes; renueve su
  certificado. «Comprobar por partes»: no terminó; limpie la tarea cuando el archivo y la base de datos respondan. Las
  demás: algo fue editado, borrado o recortado, y el registro (Logs) nombra la fila o el archivo.
  **No borre ni edite nada**; `docs/register.md` dice qué hacer.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, verification_form
from service_reports_airflow.dag_parts.nodes import DagRun, Params, task
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Comprobar el registro",
    schedule=CronInWords("30 7 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=verification_form(),
    doc_md=__doc__,
    tags=["registro"],
)
def verify_register() -> None:
    """Settle what the form says, plan → verify, by as many workers as are needed → chain → head; rows and files.

    What is wrong is told though a worker failed; the head is archived of what was verified. The signing keys are tried
    beside them.
    """

    @task(task_display_name="Ver qué toca comprobar")
    def plan(params: Params, dag_run: DagRun) -> list[int]:
        from service_reports_airflow.steps import verify

        verify.settle(params, dag_run.triggering_user_name)
        return verify.plan(params)

    @task(task_display_name="Comprobar por partes")
    def verify_parts(worker: int) -> None:
        from service_reports_airflow.steps import verify

        verify.verify_parts()

    @task(task_display_name="Comprobar la cadena", trigger_rule="all_done")
    def chain() -> None:
        from service_reports_airflow.steps import verify

        verify.chain()

    @task(task_display_name="Archivar la cabeza")
    def head(dag_run: DagRun) -> None:
        from service_reports_airflow.steps import verify

        verify.archive_head(dag_run.run_after.date())

    @task(task_display_name="Comprobar filas y archivos", trigger_rule="all_done")
    def rows_and_files() -> None:
        from service_reports_airflow.steps import verify

        verify.rows_and_files()

    @task(task_display_name="Probar las claves de firma")
    def signing_keys(run_id: str) -> None:
        from service_reports_airflow.steps import signing_keys

        signing_keys.look(run_id)

    signing_keys()
    verified = verify_parts.expand(worker=plan())
    chained = chain()
    verified >> [chained, rows_and_files()]
    [verified, chained] >> head()


verify_register()
