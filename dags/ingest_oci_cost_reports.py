"""Consumo de OCI: de los informes de costos del proveedor a la bodega de datos.

Cada ejecución lista los informes `cost-csv` de cada *tenancy*, lee los que todavía no se han cargado,
guarda sus bytes en el archivo, los valida y los carga. Volver a ejecutar no duplica nada.
Un lote que no pasa un control bloqueante queda en cuarentena y la ejecución termina en error; lo demás se carga.
"""

from airflow.sdk import dag, task

from service_reports_airflow.forms import DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.tasks import validate_and_load


@dag(
    dag_display_name="Recolectar consumo de OCI",
    schedule="0 */6 * * *",
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "oci"],
)
def ingest_oci_cost_reports():
    """List → archive → validate → load → observe, per tenancy."""

    @task
    def tenancies():
        from service_reports_airflow import ingest

        return ingest.tenancies()

    @task(map_index_template="{{ task.op_kwargs['tenancy']['connection'] }}")
    def fetch(tenancy, params=None, dag_run=None, run_id=None):
        from service_reports_airflow import ingest

        return ingest.fetch_cost_reports(tenancy, ingest.window(params, dag_run.run_after), run_id)

    validate_and_load(fetch.expand(tenancy=tenancies()), look="usage")


ingest_oci_cost_reports()
