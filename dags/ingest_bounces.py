"""Recolectar devoluciones de correo: lo que los servidores de correo informan después de aceptar un mensaje.

- Los informes de entrega se dejan como archivos `.eml` bajo `bounces/` del bucket del archivo, a mano o con una regla
  del buzón que recibe las devoluciones.
- Cada uno se relaciona con su mensaje por el `Message-ID`, o por la versión que el mensaje nombra, y queda en
  `register.bounce`. Leer otra vez lo mismo no cambia nada.
- Un informe sobre alguien que no era destinatario, o sobre un mensaje que no había salido, se dice y no cambia nada.
- **Si está en rojo**: un mensaje se devolvió y su versión pasó a `failed`. El registro (Logs) nombra cuál y por qué.
  Corrija eso; después limpie «Confirmar envío» de esa publicación, que pregunta si se envía de nuevo.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE
from service_reports_airflow.dag_parts.nodes import task
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Recolectar devoluciones de correo",
    schedule=CronInWords("40 5,8,11,14,17 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=["registro"],
)
def ingest_bounces() -> None:
    """Collect, in one step: a report is a few kilobytes."""

    @task(task_display_name="Recolectar")
    def collect(run_id: str) -> None:
        from service_reports_airflow.steps import bounces

        bounces.collect(run_id)

    collect()


ingest_bounces()
