"""Registrar documentos firmados: los que el supervisor devuelve con su firma.

- Se dejan bajo `returned/` del bucket del archivo, a mano o con una regla del buzón: el PDF firmado, o el mensaje
  (`.eml`) que lo trae adjunto. El nombre no importa.
- Cada uno se reconoce por sus bytes: un PDF firmado empieza por el que se envió. Si lo único nuevo es la firma en el
  recuadro del supervisor, queda registrado y archivado junto a su versión; **lo emitido no cambia**.
- La copia de una página **firmada a mano** la registra una persona con el formulario: déjela bajo `returned/` y diga
  de qué documento es. Queda con su nombre y su motivo.
- **Si está en rojo**: llegó algo que no se registró. El registro (Logs) dice qué archivo y por qué. Se dice una vez.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, scanned_form
from service_reports_airflow.dag_parts.nodes import DagRun, Params, task
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Registrar documentos firmados",
    schedule=CronInWords("50 5,8,11,14,17 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=scanned_form(),
    doc_md=__doc__,
    tags=["registro"],
)
def register_countersigned() -> None:
    """Collect, in one step."""

    @task(task_display_name="Registrar")
    def collect(params: Params, run_id: str, dag_run: DagRun) -> None:
        from service_reports_airflow.steps import countersigned

        countersigned.collect(params, dag_run.triggering_user_name, run_id)

    collect()


register_countersigned()
