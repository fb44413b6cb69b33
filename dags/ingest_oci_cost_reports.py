"""Consumo de OCI: de los informes de costos del proveedor a la bodega de datos.

- Por cada *tenancy* lista los informes, lee los que todavía no se han cargado, guarda sus bytes en el archivo, los
  valida y los carga. Volver a ejecutar no duplica nada.
- Después revisa de quién es cada línea y concilia los totales de cada día con los del proveedor.
- Lo que se rechazó se dice en cada ejecución hasta que se cargue, o alguien decida en el formulario
  («Lote», «Decisión» y «Motivo»).
- **Si está en rojo**: el registro (Logs) de la tarea roja dice qué pasó y qué hacer. Un lote que no pasa un control
  bloqueante queda en cuarentena; lo demás se carga.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.dag_parts.nodes import DagRun, Params, task
from service_reports_airflow.dag_parts.tasks import load_and_observe, of_tenancy, read, tenancies
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name=COLLECTIONS["usage"].title,
    schedule=CronInWords(COLLECTIONS["usage"].schedule),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "oci"],
)
def ingest_oci_cost_reports() -> None:
    """List → archive → validate and load → review → observe, per tenancy."""

    @task(task_display_name="Revisar y conciliar")
    def review(fetched: list[list[list[int]]], params: Params, dag_run: DagRun, run_id: str) -> list[str]:
        from service_reports_airflow.steps import ingest
        from service_reports_airflow.steps.review import review_costs

        return review_costs(ingest.flat(fetched), ingest.window(params, dag_run.run_after), run_id)

    held = tenancies()
    load_and_observe(
        read("oci_cost_reports", "Leer informes de costos", of_tenancy, tenancy=held),
        read("oci_compartments", "Leer compartimentos", of_tenancy, tenancy=held),
        read("oci_usage", "Leer totales de OCI", of_tenancy, tenancy=held),
        look="usage",
        review=review,
    )


ingest_oci_cost_reports()
