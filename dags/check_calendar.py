"""Comprobar el calendario: ¿se emitió todo lo que debía emitirse?

- Cada mañana compara el calendario de cada contrato con el registro. Un informe que venció, y que ni se emitió ni
  espera a alguien, se dice **cada día** hasta que se resuelva; lo mismo un archivo de contrato que no se puede usar.
- Lo que ninguna ejecución intentó emitir se emite ahora, **fuera de plazo**, una sola vez: «Publicar informes de
  servicio» lo anota como motivo de la versión. Lo que venció hace más de 45 días, o antes de instalar este servicio,
  no se emite solo.
- **Si está en rojo**: el registro (Logs) de «Confirmar» dice qué falta y qué hacer.
- **A mano**, con el formulario lleno: deja en el registro por qué un informe **no se emite**. Vacío, solo comprueba.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, settlement_form
from service_reports_airflow.dag_parts.nodes import AllHanded, DagRun, Params, TaskInstance, task
from service_reports_airflow.dag_parts.starting import StartRun
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Comprobar el calendario",
    schedule=CronInWords("0 8 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=settlement_form(),
    doc_md=__doc__,
    tags=["informes", "registro"],
)
def check_calendar() -> None:
    """Settle what the form says → compare → confirm; late runs → issue, per report that no run tried."""

    @task(task_display_name="Anotar lo que no se emite")
    def settle(params: Params, dag_run: DagRun, run_id: str, ti: TaskInstance) -> None:
        from service_reports_airflow.steps import due, overdue

        overdue.settle(params, run_id, dag_run.triggering_user_name, due.airflow_runs(ti))

    @task(task_display_name="Comparar")
    def compare(run_id: str, ti: TaskInstance) -> None:
        from service_reports_airflow.steps import due, overdue

        overdue.look(run_id, due.airflow_runs(ti))

    @task(task_display_name="Confirmar")
    def confirm() -> None:
        from service_reports_airflow.steps import overdue

        overdue.confirm()

    @task(task_display_name="Informes atrasados")
    def late_runs(ti: TaskInstance) -> AllHanded:
        from service_reports_airflow.steps import due, overdue

        return overdue.late_runs(due.airflow_runs(ti))

    compared = compare()
    settle() >> compared >> confirm()
    StartRun.partial(
        task_id="issue",
        task_display_name="Emitir fuera de plazo",
        trigger_dag_id="publish_service_reports",
        map_index_template="{{ task.trigger_run_id }}",
    ).expand_kwargs(compared >> late_runs())


check_calendar()
