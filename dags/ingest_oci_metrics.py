"""Métricas de OCI: las horas de los recursos que cada contrato grafica, con su media, su mínimo y su máximo.

- Por cada *tenancy* y métrica se hace una consulta por estadística para cada veinte recursos de los contratos; de la
  métrica que sustenta la disponibilidad se lee además el mínimo de cada cinco minutos.
- A qué hora corresponde cada medición se comprueba en cada ejecución, comparando horas con sus cinco minutos.
- Sin fechas en el formulario se lee también lo que falte de antes. OCI conserva las horas durante 90 días: un día más
  antiguo ya no se puede recolectar.
- Lo que se rechazó se dice en cada ejecución hasta que se cargue, o alguien decida en el formulario
  («Lote», «Decisión» y «Motivo»).
- **Si está en rojo**: el registro (Logs) de la tarea roja dice qué pasó y qué hacer. También es rojo un día sin datos
  que está por vencer.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.dag_parts.tasks import load_and_observe, of_tenancy, read, tenancies
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name=COLLECTIONS["metrics"].title,
    schedule=CronInWords(COLLECTIONS["metrics"].schedule),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "oci"],
)
def ingest_oci_metrics() -> None:
    """Ask → archive → validate and load → observe, per tenancy."""

    load_and_observe(read("oci_metrics", "Leer métricas", of_tenancy, tenancy=tenancies()), look="metrics")


ingest_oci_metrics()
