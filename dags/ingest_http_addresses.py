"""Servicios publicados: si cada dirección que nombran los contratos responde, cada cinco minutos.

- Una sola tarea pregunta a todas las direcciones de todos los contratos, pocas a la vez y menos a un mismo servidor.
- Se guarda cuándo se preguntó, el estado, el tiempo hasta el primer byte, el fin del certificado o por qué no hubo
  respuesta. No se siguen redirecciones ni se lee más que el comienzo de la página.
- Lo que no se preguntó queda sin medir: no se puede recolectar después.
- Lo que se rechazó se dice en cada ejecución hasta que alguien decida en el formulario («Lote»).
- **Si está en rojo**: abra la tarea roja; su registro (Logs) dice qué pasó y qué hacer.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, refusal_form
from service_reports_airflow.dag_parts.tasks import only_load, read_all
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name=COLLECTIONS["published"].title,
    schedule=CronInWords(COLLECTIONS["published"].schedule),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=refusal_form(),
    doc_md=__doc__,
    tags=["recolección", "http"],
)
def ingest_http_addresses() -> None:
    """Ask → archive → validate and load, all contracts at once."""

    only_load(read_all("http_addresses", "Preguntar a las direcciones"), collection="published")


ingest_http_addresses()
