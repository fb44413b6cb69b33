"""Revisar informes emitidos: ¿siguen siendo ciertas sus cifras?

- Se ejecuta sola después de cada recolección. De los informes emitidos cuyos datos pudieron cambiar (consumo tardío,
  solicitudes u horas corregidas, un día recolectado otra vez) calcula de nuevo **todas** las cifras de su última
  versión.
- **Si está en rojo**: alguna sería otra. El registro (Logs) de «Confirmar» nombra las cifras, y «Decidir una
  corrección» pregunta qué hacer en «Acciones requeridas», una sola vez por cada cambio. Lo emitido no se toca.
- Con «Revisar todos» se calculan todos los informes emitidos, por ejemplo después de cambiar el archivo de un
  contrato.
"""

from airflow.sdk import AssetAny, Param, dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, REVIEW_TIMEOUT, START_DATE
from service_reports_airflow.dag_parts.nodes import AllHanded, Params, task
from service_reports_airflow.dag_parts.starting import StartRun
from service_reports_airflow.dag_parts.tasks import COLLECTED


@dag(
    dag_display_name="Revisar informes emitidos",
    schedule=AssetAny(*COLLECTED.values()),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params={
        "todos": Param(
            False,
            type="boolean",
            title="Revisar todos",
            description="También los informes para los que no llegaron datos desde la última revisión.",
        )
    },
    doc_md=__doc__,
    tags=["informes", "registro"],
)
def review_issued_reports() -> None:
    """Review → confirm; questions → ask, per version that is out of date."""

    @task(task_display_name="Revisar", execution_timeout=REVIEW_TIMEOUT)
    def review(params: Params, run_id: str) -> list[str]:
        from service_reports_airflow.steps import outdated

        return outdated.review_reports(params["todos"], run_id)

    @task(task_display_name="Confirmar")
    def confirm(found: list[str], run_id: str) -> None:
        from service_reports_airflow.steps import ingest, outdated

        ingest.confirm([], run_id, outdated.to_look_at(found, run_id))

    @task(task_display_name="Preguntas por hacer")
    def questions() -> AllHanded:
        from service_reports_airflow.steps import outdated

        return outdated.questions()

    found = review()
    confirm(found)
    StartRun.partial(
        task_id="ask",
        task_display_name="Preguntar",
        trigger_dag_id="decide_correction",
        map_index_template="{{ task.trigger_run_id }}",
    ).expand_kwargs(found >> questions())


review_issued_reports()
