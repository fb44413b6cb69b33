"""Métricas de OCI: medias por hora de los recursos que cada contrato grafica.

OCI conserva los puntos por hora durante 90 días: un día más antiguo ya no se puede recolectar.
"""

from airflow.sdk import dag, task

from service_reports_airflow.forms import DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.tasks import contracts, validate_and_load


@dag(
    dag_display_name="Recolectar métricas de OCI",
    schedule="30 5 * * *",
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "oci"],
)
def ingest_oci_metrics():
    """Ask → archive → validate → load, per contract."""

    @task(map_index_template="{{ task.op_kwargs['contract_id'] }}")
    def fetch(contract_id, params=None, dag_run=None, run_id=None):
        from service_reports_airflow import ingest

        return ingest.fetch_metrics(contract_id, ingest.window(params, dag_run.run_after), run_id)

    validate_and_load(fetch.expand(contract_id=contracts()))


ingest_oci_metrics()
