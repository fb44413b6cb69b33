"""Publicar los informes de servicio: se calculan, aprueban, firman, registran, archivan y envían.

- **Sola**: a la hora de cierre de cada informe, según el calendario de los contratos; lo que no se emitió a su hora lo
  inicia «Comprobar el calendario», fuera de plazo, y su versión lo dice. Antes, «Esperar datos» espera
  los que falten del periodo, hasta las horas que diga el contrato (`wait_for_data_hours`).
- **A mano**, con el formulario: emite el informe de cualquier contrato y número, con su motivo. Si ya se había
  emitido, resulta una **versión nueva** al lado de la anterior; nada se sobrescribe.
- **Si espera**: una tarea en «Esperando Entrada» tiene una pregunta en «Acciones requeridas»; nada se firma antes de
  que una persona apruebe los borradores, si el contrato lo pide (`approval`).
- **Si está en rojo**: el registro (Logs) de la tarea roja dice qué pasó y qué hacer. Lo ya hecho no se repite. La
  falla de un contrato no detiene a los demás.
"""

from airflow.sdk import XComArg, chain, dag, task_group

from service_reports_airflow.dag_parts.approve import Approve
from service_reports_airflow.dag_parts.deliver import ConfirmDelivery, Deliver
from service_reports_airflow.dag_parts.forms import DEFAULT_ARGS, START_DATE, report_form
from service_reports_airflow.dag_parts.nodes import AllHanded, AllLots, DagRun, Handed, Params, TaskInstance, task
from service_reports_airflow.dag_parts.showing import FirstDocument, ReportPage, label_of, with_links
from service_reports_airflow.dag_parts.waiting import WaitForData
from service_reports_airflow.timetable import CutOffTimetable

OF_VERSION = label_of("task.op_kwargs.issue")
OF_LOT = "Tanda de {{ task.op_kwargs.lot | length }} informes desde {{ task.op_kwargs.lot[0].contract_id }}"

LOT_RETRIES = 10
"""What is away for a quarter of an hour at a cut-off is waited for: a lot is many reports, and goes on where it was."""


@dag(
    dag_display_name="Publicar informes de servicio",
    schedule=CutOffTimetable(),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1000,  # a run that waits, for data or for a person, holds up no other
    default_args=DEFAULT_ARGS,
    params=report_form(),
    doc_md=__doc__,
    tags=["informes"],
)
def publish_service_reports() -> None:
    """Wait for data → gate → figures → documents → approve → sign and register → archive → confirm → deliver."""

    @task(task_display_name="Informes por emitir")
    def due_reports(params: Params, dag_run: DagRun, ti: TaskInstance) -> AllLots:
        from service_reports_airflow.steps import due, straight

        reports = due.due_reports(params, dag_run.run_after, dag_run.run_type)
        begun = due.begin(reports, dag_run, due.airflow_runs(ti))
        ti.xcom_push("reports", begun)
        return straight.lots(begun)

    @task(task_display_name="Cerrar en tanda", map_index_template=OF_LOT, retries=LOT_RETRIES)
    def close_lot(lot: AllHanded, params: Params, dag_run: DagRun) -> None:
        from service_reports_airflow.steps import straight

        straight.close(lot, params, dag_run)

    @task(task_display_name="Informes de a uno", trigger_rule="none_failed")
    def one_by_one(run_id: str, ti: TaskInstance) -> AllHanded:
        from service_reports_airflow.steps import straight

        begun, lots = (ti.xcom_pull("due_reports", key=key) for key in ("reports", "return_value"))
        return straight.left(begun, lots, run_id)

    @task(task_display_name="Verificar", map_index_template=label_of("task.op_kwargs.report"))
    def gate(report: Handed, params: Params, run_id: str, dag_run: DagRun) -> Handed:
        from service_reports_airflow.steps import due, gate

        return gate.gate(due.of_run(report, params, dag_run), run_id, due.requested_by(dag_run))

    @task(task_display_name="Calcular cifras", map_index_template=OF_VERSION)
    def figures(issue: Handed, run_id: str) -> Handed:
        from service_reports_airflow.steps import computing

        return computing.compute(issue, run_id)

    @task(task_display_name="Elaborar documentos", map_index_template=OF_VERSION)
    def documents(issue: Handed, run_id: str) -> Handed:
        from service_reports_airflow.steps import rendering

        return rendering.render(issue, run_id)

    @task(task_display_name="Firmar y registrar", map_index_template=OF_VERSION)
    def sign_and_register(issue: Handed, run_id: str) -> Handed:
        from service_reports_airflow.steps import issuing

        return issuing.sign_and_register(issue, run_id)

    @task(task_display_name="Archivar", map_index_template=OF_VERSION)
    def archive(issue: Handed, run_id: str) -> Handed:
        from service_reports_airflow.steps import issuing

        return issuing.archive_documents(issue, run_id)

    @task_group(group_display_name="Informe")
    def report(report: XComArg) -> None:
        waited = WaitForData(
            task_id="wait_for_data",
            task_display_name="Esperar datos",
            report=report,
            map_index_template=label_of("task.report"),
        )
        gated = with_links(gate(report=waited.output), ReportPage())
        computed = with_links(figures(issue=gated), ReportPage())
        made = with_links(documents(issue=computed), ReportPage())
        approved = Approve(
            task_id="approve",
            task_display_name="Aprobar",
            issue=made,
            map_index_template=label_of("task.issue"),
        )
        signed = with_links(sign_and_register(issue=approved.output), ReportPage(), FirstDocument())
        confirmed = ConfirmDelivery(
            task_id="confirm",
            task_display_name="Confirmar envío",
            issue=with_links(archive(issue=signed), ReportPage(), FirstDocument()),
            map_index_template=label_of("task.issue"),
        )
        Deliver(
            task_id="deliver",
            task_display_name="Enviar",
            issue=confirmed.output,
            map_index_template=label_of("task.issue"),
        )

    left = one_by_one()
    chain(close_lot.expand(lot=due_reports()), left)
    report.expand(report=left)


publish_service_reports()
