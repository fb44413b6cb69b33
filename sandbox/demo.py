"""Closes one month of a scenario, from its sources to the supervisors' mailboxes, through a real Airflow.

Every contract of the scenario closes its first report. Where the scenario has a ``faults.yaml``, each
of its rounds is one collection under these faults, which may fail; a last one without faults must not.

python -m sandbox.demo [--scenario DIR] [--out DIR] [--stay]
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from sandbox.airflow import CODE_MAY_CHANGE, SERVED, USER, WAITING, AirflowError, LocalAirflow
from sandbox.faults import FaultError
from sandbox.lifetime import leave_on_signals
from sandbox.planted import SOCKET_FILE
from sandbox.scenario import ScenarioError, load_scenarios
from sandbox.supervisor import Sandbox, SandboxError
from service_reports import register
from service_reports.contracts import Contract, ContractError, ReportPeriod
from service_reports.figures.figure import Figure
from service_reports.register import IssueKey
from service_reports.warehouse import read_verdicts

PROJECT = Path(__file__).resolve().parents[1]
DEFAULT_SCENARIO = PROJECT / "sandbox" / "scenarios" / "jamundi-2026-01"
INGEST_DAGS = ("ingest_oci_cost_reports", "ingest_oci_metrics", "ingest_backups", "ingest_service_desk")
PUBLISH_DAG = "publish_service_reports"
REASON = "Cierre del periodo en el ambiente de demostración"
"""A run by hand says why it is started; it is printed of corrections only."""
REVIEW_DAG = "review_issued_reports"
DECISION_DAG = "decide_correction"
CORRECT = "Emitir corrección"
RUN_SECONDS = 480
POLL_SECONDS = 2
FINISHED = {"success", "failed"}
ENDED = {*FINISHED, "upstream_failed", "skipped", "removed"}
SHOWN = {"running", "success", "failed", "up_for_retry", "upstream_failed", "skipped"}

Say = Callable[[str], None]


class DemoError(RuntimeError):
    """The month did not close as it should."""


def clock() -> Say:
    """A printer that starts each line with the seconds since it was made."""
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:4.0f} s] {text}", flush=True)

    return say


def watch(airflow: LocalAirflow, sandbox: Sandbox, runs: Mapping[str, str], say: Say) -> dict[str, str]:
    """Follow runs (``dag_id`` → run id) to their end, a line for each task that changes; returns their states.

    Raises:
        AirflowError, SandboxError: a component died.
        DemoError: a run did not end in time.
    """
    seen: dict[tuple[str, str, int], str] = {}
    states: dict[str, str] = {}
    deadline = time.monotonic() + RUN_SECONDS
    while waiting := {dag_id: run_id for dag_id, run_id in runs.items() if dag_id not in states}:
        if time.monotonic() > deadline:
            raise DemoError(f"{', '.join(waiting)} did not end in {RUN_SECONDS} s")
        sandbox.check()
        airflow.check()
        try:
            tasks = airflow.tasks(waiting)
            for task in tasks:
                key = task["dag_id"], task["task_id"], task["map_index"]
                if task["state"] in SHOWN and seen.get(key) != task["state"]:
                    seen[key] = task["state"]
                    label = task.get("rendered_map_index") or ""
                    took = f" {task['duration']:.1f} s" if task["state"] in FINISHED and task["duration"] else ""
                    say(f"{task['dag_id']:<24} {task['task_id']:<26} {task['state']}{took} {label}".rstrip())
            for dag_id in waiting.keys() - {task["dag_id"] for task in tasks if task["state"] not in ENDED}:
                state = airflow.get(f"/dags/{dag_id}/dagRuns/{waiting[dag_id]}")["state"]
                if state in FINISHED:
                    states[dag_id] = state
        except OSError:  # a busy machine answers late: looking again is all there is to do
            pass
        if len(states) < len(runs):
            time.sleep(POLL_SECONDS)
    return states


def failure_logs(airflow: LocalAirflow, dag_id: str, run_id: str) -> str:
    """The last lines of the log of every failed task of a run."""
    parts = []
    for task in airflow.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=200")["task_instances"]:
        if task["state"] == "failed":
            attempt = max(int(task["try_number"]), 1)
            log = airflow.get(
                f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}/logs/{attempt}"
                f"?map_index={task['map_index']}&full_content=true"
            )
            lines = [str(line.get("event", line)) + _reason(line) for line in log["content"]]
            parts.append("\n".join([f"{dag_id}.{task['task_id']}:", *lines[-12:]]))
    return "\n".join(parts)


def _reason(line: Mapping[str, Any]) -> str:
    details = line.get("error_detail") or []
    return "".join(f"\n  {detail.get('exc_type')}: {detail.get('exc_value')}" for detail in details)


def run_to_success(airflow: LocalAirflow, sandbox: Sandbox, runs: Mapping[str, Mapping[str, Any]], say: Say) -> None:
    """Start runs (``dag_id`` → form) together and follow them.

    Raises:
        DemoError: one failed; the message holds the end of its tasks' logs.
    """
    started = {dag_id: airflow.trigger(dag_id, form) for dag_id, form in runs.items()}
    states = watch(airflow, sandbox, started, say)
    failed = [dag_id for dag_id, state in states.items() if state != "success"]
    if failed:
        logs = "\n".join(failure_logs(airflow, dag_id, started[dag_id]) for dag_id in failed)
        raise DemoError(f"{', '.join(failed)} failed\n{logs}")


def collect(airflow: LocalAirflow, sandbox: Sandbox, days: Mapping[str, str], say: Say) -> None:
    """Collect these days, once in every round of the scenario's faults and once without any.

    Raises:
        DemoError: the collection without faults failed.
    """
    for number, faults in enumerate(sandbox.fault_rounds, start=1):
        sandbox.set_faults(*faults)
        say(f"Round {number} with {len(faults)} faults")
        started = {dag_id: airflow.trigger(dag_id, days) for dag_id in INGEST_DAGS}
        for dag_id, state in watch(airflow, sandbox, started, say).items():
            say(f"{dag_id:<24} {state} in spite of the faults" if state == "success" else f"{dag_id:<24} {state}")
    sandbox.clear_faults()
    run_to_success(airflow, sandbox, dict.fromkeys(INGEST_DAGS, days), say)


def correct(airflow: LocalAirflow, sandbox: Sandbox, days: Mapping[str, str], say: Say) -> None:
    """Let come what the scenario keeps for later, collect it, and correct the reports that are out of date by it.

    Raises:
        DemoError: the review found nothing to be corrected, or a run failed.
    """
    sandbox.bring_later()
    say("Late rows have come: a cost report, the help desk")
    run_to_success(airflow, sandbox, dict.fromkeys(INGEST_DAGS, days), say)
    if watch(airflow, sandbox, {REVIEW_DAG: airflow.trigger(REVIEW_DAG, {})}, say)[REVIEW_DAG] != "failed":
        raise DemoError("the review of what was issued found no figure changed")
    for run_id, question in questions(airflow).items():
        say(f"{question['subject']}\n{question['body']}")
        airflow.answer(DECISION_DAG, run_id, CORRECT)
        if watch(airflow, sandbox, {DECISION_DAG: run_id}, say)[DECISION_DAG] != "success":
            raise DemoError(failure_logs(airflow, DECISION_DAG, run_id))
        if watch(airflow, sandbox, {PUBLISH_DAG: f"correccion__{run_id}"}, say)[PUBLISH_DAG] != "success":
            raise DemoError(failure_logs(airflow, PUBLISH_DAG, f"correccion__{run_id}"))


def questions(airflow: LocalAirflow) -> dict[str, dict[str, Any]]:
    """The questions about corrections that wait for an answer, by run id.

    Raises:
        AirflowError: a run does not come to its question.
    """
    runs = airflow.get(f"/dags/{DECISION_DAG}/dagRuns?limit=200&state=running&state=queued")["dag_runs"]
    return {run["dag_run_id"]: airflow.question(DECISION_DAG, run["dag_run_id"]) for run in runs}


def write_json(path: Path, content: object) -> None:
    """Write one of the demo's JSON files."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Issued:
    """One report as the register, the archive and the checks tell of it."""

    contract: Contract
    report: ReportPeriod
    version: int
    documents: tuple[register.IssuedDocument, ...]
    delivery: register.Delivery
    figures: tuple[Figure, ...]

    @property
    def summary(self) -> dict[str, Any]:
        """What the demo tells of it."""
        return {
            "contract": self.contract.id,
            "report": self.report.number,
            "version": self.version,
            "period": [self.report.period_from, self.report.period_to],
            "documents": [
                {
                    "position": d.position,
                    "kind": d.kind,
                    "title": d.title,
                    "code": d.code,
                    "file": d.file_name,
                    "sha256": d.sha256,
                    "bytes": d.size_bytes,
                    "archive_key": d.archive_key,
                }
                for d in self.documents
            ],
            "delivery": {
                "message_id": self.delivery.message_id,
                "recipient": self.delivery.recipient,
                "sent_at": self.delivery.sent_at,
            },
            "figures": len(self.figures),
        }


def read_issued(db: psycopg.Connection[Any], contract: Contract, report: ReportPeriod) -> Issued:
    """What was registered and sent of one report.

    Raises:
        DemoError: nothing was registered, or the message was not sent.
    """
    version = register.latest_registered(db, contract.id, report.number)
    if version is None:
        raise DemoError(f"{contract.id} {report.number}: nothing was registered")
    key = IssueKey(contract.id, report.number, version)
    delivery = register.read_delivery(db, key)
    if delivery is None or delivery.state != "sent":
        raise DemoError(f"{key}: delivery is {delivery.state if delivery else 'absent'}")
    documents, figures = register.read_documents(db, key), register.read_figures(db, key)
    return Issued(contract, report, version, tuple(documents), delivery, tuple(figures))


def export(sandbox: Sandbox, reports: Sequence[tuple[Contract, ReportPeriod]], out: Path) -> list[dict[str, Any]]:
    """Write what was issued and delivered under ``out``; returns the summaries.

    Raises:
        DemoError: a document is missing or unsigned, or the mail server did not take exactly one message a report.
    """
    described = json.loads(sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
    with psycopg.connect(host=described["host"], user=described["login"], dbname=described["schema"]) as db:
        issues = [read_issued(db, contract, report) for contract, report in reports]
        verdicts = read_verdicts(db)
    folder = out / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    store = sandbox.archive()
    for document in (document for issued in issues for document in issued.documents):
        content = store.read(document.archive_key)
        if document.media_type == "application/pdf" and b"/ETSI.CAdES.detached" not in content:
            raise DemoError(f"{document.file_name} is not signed")
        (folder / document.file_name).write_bytes(content)
    shutil.copytree(sandbox.mail_folder, out / "mail", dirs_exist_ok=True)
    shutil.copyfile(sandbox.environment["SANDBOX_CA"], out / "ca.pem")
    messages = list((out / "mail").glob("*.eml"))
    if len(messages) != sum(issued.version for issued in issues):
        raise DemoError(f"{len(messages)} message(s) received for {', '.join(f'v{i.version}' for i in issues)}")
    write_json(
        out / "figures.json",
        [
            {
                **({"contract": issued.contract.id} if len(issues) > 1 else {}),
                "id": f.id,
                "value": format(f.value, "f"),
                "unit": f.unit,
                "source": f.source,
            }
            for issued in issues
            for f in issued.figures
        ],
    )
    write_json(
        out / "checks.json",
        [
            {"check": v.check, "subject": v.subject, "severity": v.severity, "passed": v.passed, "detail": v.detail}
            for v in verdicts
        ],
    )
    checks = {"all": len(verdicts), "not_passed": sum(not verdict.passed for verdict in verdicts)}
    summaries = [{**issued.summary, "checks": checks} for issued in issues]
    write_json(out / "summary.json", summaries if len(issues) > 1 else summaries[0])
    return summaries


def close_month(scenario: Path, out: Path, stay: bool) -> None:
    """Run the whole demo; what an earlier one left in ``out`` is removed first."""
    say = clock()
    state = out / "state"
    for name in ("state", "documents", "mail"):
        shutil.rmtree(out / name, ignore_errors=True)
    state.mkdir(parents=True)
    for contract, report in first_reports(scenario):
        say(f"{contract.entity.name}, informe {report.number}: {report.period_from} to {report.period_to}")
    with Sandbox(scenario, state) as sandbox:
        say("Sandbox ready: OCI, S3, SMTP, help desk, PostgreSQL")
        dsn, environment = sandbox.environment["SANDBOX_AIRFLOW_DSN"], sandbox.environment
        if stay:
            environment |= CODE_MAY_CHANGE
        starting = LocalAirflow(state / "airflow", dsn, environment, WAITING if stay else SERVED)
        if stay:
            (state / SOCKET_FILE).write_text(str(sandbox.endpoints.postgres_socket_folder), encoding="utf-8")
            print(first_words(starting.url, starting.password), flush=True)
        with starting as airflow:
            say(f"Airflow ready: {airflow.url}")
            collect(airflow, sandbox, days_of(first_reports(scenario)), say)
            close(airflow, sandbox, out, say)
            if stay:
                print(last_words(airflow.url, airflow.password, out, first_reports(scenario)[0][1].number), flush=True)
                while True:
                    time.sleep(1)
                    sandbox.check()
                    airflow.check()


def first_words(url: str, password: str) -> str:
    """What somebody who keeps it up reads first: where it will be, and how to log in."""
    return f"""
  Airflow     {url}
  Usuario     {USER}
  Clave       {password}

Responde dentro de un minuto; entre y mire cómo se cierra un mes, que también pasa aquí abajo.
"""


def last_words(url: str, password: str, out: Path, number: str) -> str:
    """What to look at when the month is closed, and what to try next; ``number`` is that of its report."""
    return f"""
El mes está cerrado: firmado, archivado y enviado. Airflow sigue en {url}
(usuario {USER}, clave {password}); termina con Ctrl-C.

Mire primero
  {url}/plugin/informes
      dónde está cada contrato. Abra el informe {number}: días leídos, comprobaciones, versiones, documentos y mensajes.
  {out / "documents"}
      lo que se firmó; en {out / "mail"}, el mensaje como llegó.

Pruebe después, desde otra terminal
  make fault FAULT=oci
      OCI deja de responder: qué queda en rojo, qué dice su registro y cómo se sigue.
  make fault FAULT=solicitud
      Cambia un dato de lo ya emitido: una pregunta, una corrección, la versión 2.
  make fault FAULT=correo
      Nadie sabe si el próximo mensaje llegó: la tarea pregunta.
  make fault FAULT=ninguna
      Todo vuelve a responder.

Cada orden dice qué hacer para verlo. El libro junto al nombre de cada DAG abre su página, que dice qué hace.
"""


def close(airflow: LocalAirflow, sandbox: Sandbox, out: Path, say: Say) -> None:
    """Close the first report of every contract, correct what late rows change of it, write what came of it.

    Raises:
        DemoError: a run failed, or what was issued is not as it should be.
    """
    reports = first_reports(sandbox.scenario_folder)
    for contract, report in reports:
        form = {"contrato": contract.id, "informe": report.number, "motivo": REASON}
        run_to_success(airflow, sandbox, {PUBLISH_DAG: form}, say)
    if any(scenario.later for scenario in load_scenarios(sandbox.scenario_folder)):
        correct(airflow, sandbox, days_of(reports), say)
    for summary in export(sandbox, reports, out):
        for document in summary["documents"]:
            say(f"{document['bytes']:>9} bytes  {out / 'documents' / document['file']}")
        say(
            f"{summary['figures']} figures, {summary['checks']['all']} checks, "
            f"{summary['checks']['not_passed']} of them not passed: {out / 'checks.json'}"
        )
        say(f"Delivered to {summary['delivery']['recipient']}: {out / 'mail'}")


def first_reports(scenario: Path) -> list[tuple[Contract, ReportPeriod]]:
    """Every contract of the scenario with the report that is closed."""
    return [(each.contract, each.contract.reports[0]) for each in load_scenarios(scenario)]


def days_of(reports: Sequence[tuple[Contract, ReportPeriod]]) -> dict[str, str]:
    """The form of a collection that covers every day of these reports."""
    first, last = min(r.period_from for _, r in reports), max(r.period_to for _, r in reports)
    return {"desde": first.isoformat(), "hasta": last.isoformat()}


def main() -> int:
    """Read the command line and close the month."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description="Close one month of a scenario.")
    parser.add_argument(
        "--scenario", type=Path, default=DEFAULT_SCENARIO, help="folder with contract.yaml and CSV files"
    )
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "demo", help="where results are written")
    parser.add_argument("--stay", action="store_true", help="keep Airflow and the sandbox up afterwards")
    arguments = parser.parse_args()
    leave_on_signals(signal.SIGINT, signal.SIGTERM)
    try:
        close_month(arguments.scenario.resolve(), arguments.out.resolve(), arguments.stay)
    except (AirflowError, ContractError, DemoError, FaultError, SandboxError, ScenarioError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
