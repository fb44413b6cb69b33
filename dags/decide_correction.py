"""Decidir una corrección: qué se hace con un informe emitido cuyas cifras hoy serían otras.

- La inicia «Revisar informes emitidos», una vez por cada cambio; a mano, con el contrato y el informe.
- La tarea «Decidir» espera la respuesta de una persona, en «Acciones requeridas».
- **Emitir corrección** publica la versión siguiente en su nombre.
- **Conservar la versión emitida** no cambia nada y queda en el registro.
- Una respuesta tardía, cuando el informe ya se corrigió o sus cifras cambiaron otra vez, no hace nada y lo dice.
"""

from airflow.sdk import Param, dag

from service_reports_airflow.dag_parts.decide import Decide
from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, chosen_report
from service_reports_airflow.dag_parts.nodes import Handed, task
from service_reports_airflow.dag_parts.starting import StartRun
from service_reports_airflow.runs import CORRECTION


@dag(
    dag_display_name="Decidir una corrección",
    schedule=None,
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1000,  # each waits for a person, and holds up no other
    default_args=DEFAULT_ARGS,
    params={
        **chosen_report(),
        "evento": Param(
            None,
            type=["null", "integer"],
            title="Evento",
            description="Déjelo vacío: los cambios más recientes. Lo llena «Revisar informes emitidos».",
        ),
    },
    doc_md=__doc__,
    tags=["informes", "registro"],
)
def decide_correction() -> None:
    """Decide → settle → publish."""

    @task(task_display_name="Cumplir la decisión")
    def settle(run_id: str) -> Handed:
        from service_reports_airflow.steps import outdated

        return outdated.settle(run_id)

    decided = settle()
    Decide(task_id="decide", task_display_name="Decidir") >> decided
    StartRun(
        task_id="publish",
        task_display_name="Publicar la corrección",
        trigger_dag_id="publish_service_reports",
        trigger_run_id=CORRECTION + "{{ run_id }}",
        conf=decided,  # type: ignore[arg-type]  # a field that Airflow fills with what the task handed on
    )


decide_correction()
