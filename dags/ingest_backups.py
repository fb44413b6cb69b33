"""Copias de seguridad: las automáticas de OCI y los volcados de la base de datos.

- La lista de OCI se acorta cuando las copias vencen; lo que ya se cargó se conserva.
- Sin fechas en el formulario se leen los periodos abiertos completos.
- De los volcados se lee la lista: nombre, tamaño y hora, nunca su contenido.
- Lo que se rechazó se dice en cada ejecución hasta que se cargue, o alguien decida en el formulario
  («Lote», «Decisión» y «Motivo»).
- **Si está en rojo**: abra la tarea roja; su registro (Logs) dice qué pasó y qué hacer.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.dag_parts.tasks import contracts, load_and_observe, of_contract, read
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name=COLLECTIONS["backups"].title,
    schedule=CronInWords(COLLECTIONS["backups"].schedule),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "oci", "copias"],
)
def ingest_backups() -> None:
    """List → archive → validate and load → observe, per contract."""

    held = contracts()
    load_and_observe(
        read("oci_backups", "Leer copias de OCI", of_contract, contract_id=held),
        read("database_dumps", "Leer volcados", of_contract, contract_id=held),
        look="backups",
    )


ingest_backups()
