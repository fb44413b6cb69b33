"""Copias de seguridad: las automáticas de OCI y los volcados de la base de datos.

- La lista de OCI se acorta cuando las copias vencen; lo que ya se cargó se conserva.
- De los volcados se lee la lista: nombre, tamaño y hora, nunca su contenido.
- **Si está en rojo**: abra la tarea roja; su registro (Logs) dice qué pasó y qué hacer.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import COLLECTIONS, DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.dag_parts.nodes import DagRun, Params, task
from service_reports_airflow.dag_parts.tasks import contracts, validate_and_load


@dag(
    dag_display_name="Recolectar copias de seguridad",
    schedule=COLLECTIONS["backups"],
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "oci", "copias"],
)
def ingest_backups() -> None:
    """List → archive → validate → load → observe, per contract."""

    @task(task_display_name="Leer copias de OCI", map_index_template="{{ task.op_kwargs['contract_id'] }}")
    def fetch_oci_backups(contract_id: str, params: Params, dag_run: DagRun, run_id: str) -> list[int]:
        from service_reports_airflow.steps import ingest

        return ingest.fetch_oci_backups(contract_id, ingest.window(params, dag_run.run_after), run_id)

    @task(task_display_name="Leer volcados", map_index_template="{{ task.op_kwargs['contract_id'] }}")
    def fetch_database_dumps(contract_id: str, params: Params, dag_run: DagRun, run_id: str) -> list[int]:
        from service_reports_airflow.steps import ingest

        return ingest.fetch_database_dumps(contract_id, ingest.window(params, dag_run.run_after), run_id)

    contract_ids = contracts()
    listings = fetch_oci_backups.expand(contract_id=contract_ids), fetch_database_dumps.expand(contract_id=contract_ids)
    validate_and_load(*listings, look="backups")


ingest_backups()
