"""Avisar: dice a quien deba saberlo lo que necesita a una persona, una sola vez.

- Cada quince minutos mira qué necesita a alguien: tareas en rojo, cierres atrasados, informes vencidos, preguntas sin
  respuesta, hallazgos que no pueden esperar, devoluciones, lotes rechazados, fuentes que no responden, certificados por
  vencer y bolsas de horas que se agotan.
- Avisa por correo y por webhook (Teams, Slack), en un mensaje por destinatario. Una pregunta sin respuesta se recuerda
  cada día.
- Los lunes desde las 7:00 envía un resumen de la semana, también si todo está bien.
- A quién: la variable `service_reports_alerts` de Airflow, y `alerts` de cada contrato. Sin destinatarios lo dice el
  registro (Logs), y la página «Informes» muestra lo que necesita a alguien.
- **Si está en rojo**: a alguien no se le pudo avisar; el registro dice a quién y por qué. La próxima ejecución lo
  intenta de nuevo.
"""

from airflow.sdk import dag

from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, ROUND_TIMEOUT, START_DATE
from service_reports_airflow.dag_parts.nodes import TaskInstance, task
from service_reports_airflow.timetable import CronInWords


@dag(
    dag_display_name="Avisar",
    schedule=CronInWords("*/15 * * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args={**DEFAULT_ARGS, "retries": 0, "execution_timeout": ROUND_TIMEOUT},  # the next one tries again
    doc_md=__doc__,
    tags=["avisos"],
)
def send_alerts() -> None:
    """Look and tell, in one step."""

    @task(task_display_name="Mirar y avisar")
    def look_and_tell(ti: TaskInstance) -> None:
        from service_reports_airflow.alerts import rounds, standing
        from service_reports_airflow.steps import due

        rounds.look_and_tell(standing.airflow_states(ti), due.airflow_runs(ti))

    look_and_tell()


send_alerts()
