"""Mesa de servicio: solicitudes, bolsa de horas y registros de cada contrato.

- Se leen por SQL (sentencias en `include/sql/help_desk`) o del archivo exportado más reciente, según el contrato.
- Sin fechas en el formulario se leen otra vez los periodos abiertos completos: las solicitudes cambian de estado
  después de registradas. La historia de estados se conserva.
- Los registros (constancias, consultas, entregables, controles de cambio…) se leen del libro de Excel más reciente.
- Lo que se rechazó se dice en cada ejecución hasta que se cargue, o alguien decida en el formulario
  («Lote», «Decisión» y «Motivo»).
- **Si está en rojo**: el registro (Logs) de la tarea roja dice qué pasó y qué hacer. Un archivo con errores se
  corrige, se deja otra vez, y se ejecuta de nuevo.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, window_form
from service_reports_airflow.dag_parts.tasks import contracts, load_and_observe, of_contract, read
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name=COLLECTIONS["service_desk"].title,
    schedule=CronInWords(COLLECTIONS["service_desk"].schedule),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=window_form(),
    doc_md=__doc__,
    tags=["recolección", "mesa de servicio"],
)
def ingest_service_desk() -> None:
    """Query → archive → validate and load → observe, per contract."""

    held = contracts()
    load_and_observe(
        read("help_desk", "Leer mesa de servicio", of_contract, contract_id=held),
        read("contract_records", "Leer registros del contrato", of_contract, contract_id=held),
        look="service_desk",
    )


ingest_service_desk()
