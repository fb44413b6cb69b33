"""Consumo de OCI: de los informes de costos del proveedor a la bodega de datos.

- Por cada *tenancy* lista los informes, lee los que todavía no se han cargado, guarda sus bytes en el archivo, los
  valida y los carga. Volver a ejecutar no duplica nada.
- Después revisa de quién es cada línea y concilia los totales de cada día con los del proveedor.
- **Si está en rojo**: el registro (Logs) de la tarea roja dice qué pasó y qué hacer. Un lote que no pasa un control
  bloqueante queda en cuarentena; lo demás se carga.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import COLLECTIONS, DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.dag_parts.nodes import DagRun, Params, TaskInstance, task
from service_reports_airflow.dag_parts.tasks import tenancies, validate_and_load


@dag(
    dag_display_name="Recolectar consumo de OCI",
    schedule=COLLECTIONS["oci_cost_reports"],
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "oci"],
)
def ingest_oci_cost_reports() -> None:
    """List → archive → validate → load → review → observe, per tenancy."""

    @task(
        task_display_name="Leer informes de costos", map_index_template="{{ task.op_kwargs['tenancy']['connection'] }}"
    )
    def fetch(tenancy: dict[str, str], params: Params, dag_run: DagRun, run_id: str, ti: TaskInstance) -> list[int]:
        from service_reports_airflow.contracts import known_tenancy
        from service_reports_airflow.steps import ingest

        days = ingest.window(params, dag_run.run_after)
        return ingest.fetch_cost_reports(known_tenancy(tenancy), days, run_id, tries_left=ti.try_number <= ti.max_tries)

    @task(task_display_name="Leer compartimentos", map_index_template="{{ task.op_kwargs['tenancy']['connection'] }}")
    def fetch_compartments(tenancy: dict[str, str], run_id: str) -> list[int]:
        from service_reports_airflow.contracts import known_tenancy
        from service_reports_airflow.steps import ingest

        return ingest.fetch_compartments(known_tenancy(tenancy), run_id)

    @task(task_display_name="Leer totales de OCI", map_index_template="{{ task.op_kwargs['tenancy']['connection'] }}")
    def fetch_usage_totals(tenancy: dict[str, str], params: Params, dag_run: DagRun, run_id: str) -> list[int]:
        from service_reports_airflow.contracts import known_tenancy
        from service_reports_airflow.steps import ingest

        return ingest.fetch_usage_totals(known_tenancy(tenancy), ingest.window(params, dag_run.run_after), run_id)

    @task(task_display_name="Revisar y conciliar")
    def review(fetched: list[list[list[int]]], params: Params, dag_run: DagRun, run_id: str) -> list[str]:
        from service_reports_airflow.steps import ingest
        from service_reports_airflow.steps.review import review_costs

        return review_costs(ingest.flat(fetched), ingest.window(params, dag_run.run_after), run_id)

    found = tenancies()
    validate_and_load(
        fetch.expand(tenancy=found),
        fetch_compartments.expand(tenancy=found),
        fetch_usage_totals.expand(tenancy=found),
        look="usage",
        review=review,
    )


ingest_oci_cost_reports()
