"""Closes one month of a scenario, from its sources to the supervisor's mailbox, through a real Airflow.

python -m sandbox.demo [--scenario DIR] [--out DIR] [--stay]
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from sandbox.airflow import SERVED, USER, WAITING, AirflowError, LocalAirflow
from sandbox.lifetime import leave_on_signals
from sandbox.scenario import ScenarioError
from sandbox.supervisor import Sandbox, SandboxError
from service_reports import register
from service_reports.contracts import Contract, ContractError, ReportPeriod, load_contract
from service_reports.register import IssueKey
from service_reports.warehouse import read_verdicts

PROJECT = Path(__file__).resolve().parents[1]
DEFAULT_SCENARIO = PROJECT / "sandbox" / "scenarios" / "jamundi-2026-01"
INGEST_DAGS = ("ingest_oci_cost_reports", "ingest_oci_metrics", "ingest_backups", "ingest_service_desk")
PUBLISH_DAG = "publish_service_reports"
RUN_SECONDS = 480
POLL_SECONDS = 0.5
FINISHED = {"success", "failed"}
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
    while set(states) != set(runs):
        if time.monotonic() > deadline:
            raise DemoError(f"{', '.join(set(runs) - set(states))} did not end in {RUN_SECONDS} s")
        sandbox.check()
        airflow.check()
        for dag_id, run_id in runs.items():
            if dag_id in states:
                continue
            try:
                state = airflow.get(f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
                tasks = airflow.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=200")["task_instances"]
            except OSError:  # a busy machine answers late: looking again is all there is to do
                continue
            for task in tasks:
                key = dag_id, task["task_id"], task["map_index"]
                if task["state"] in SHOWN and seen.get(key) != task["state"]:
                    seen[key] = task["state"]
                    label = task.get("rendered_map_index") or ""
                    took = f" {task['duration']:.1f} s" if task["state"] in FINISHED and task["duration"] else ""
                    say(f"{dag_id:<24} {task['task_id']:<26} {task['state']}{took} {label}".rstrip())
            if state in FINISHED:
                states[dag_id] = state
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


def write_json(path: Path, content: Any) -> None:
    """Write one of the demo's JSON files."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


def export(sandbox: Sandbox, contract: Contract, report: ReportPeriod, out: Path) -> dict[str, Any]:
    """Write what was issued and delivered under ``out``; returns the summary.

    Raises:
        DemoError: a document is missing or unsigned, or the mail server did not take exactly one message.
    """
    described = json.loads(sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
    with psycopg.connect(host=described["host"], user=described["login"], dbname=described["schema"]) as db:
        version = register.latest_registered(db, contract.id, report.number)
        if version is None:
            raise DemoError("nothing was registered")
        key = IssueKey(contract.id, report.number, version)
        documents = register.read_documents(db, key)
        delivery = register.read_delivery(db, key)
        figures = register.read_figures(db, key)
        verdicts = read_verdicts(db)
    folder = out / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    store = sandbox.archive()
    for document in documents:
        content = store.read(document.archive_key)
        if document.media_type == "application/pdf" and b"/ETSI.CAdES.detached" not in content:
            raise DemoError(f"{document.file_name} is not signed")
        (folder / document.file_name).write_bytes(content)
    shutil.copytree(sandbox.mail_folder, out / "mail", dirs_exist_ok=True)
    shutil.copyfile(sandbox.environment["SANDBOX_CA"], out / "ca.pem")
    messages = list((out / "mail").glob("*.eml"))
    if delivery is None or delivery.state != "sent" or len(messages) != 1:
        raise DemoError(f"delivery is {delivery.state if delivery else 'absent'}, {len(messages)} message(s) received")
    write_json(out / "figures.json", [
        {"id": f.id, "value": format(f.value, "f"), "unit": f.unit, "source": f.source} for f in figures
    ])  # fmt: skip
    write_json(out / "checks.json", [
        {"check": v.check, "subject": v.subject, "severity": v.severity, "passed": v.passed, "detail": v.detail}
        for v in verdicts
    ])  # fmt: skip
    summary = {
        "contract": contract.id,
        "report": report.number,
        "version": version,
        "period": [report.period_from, report.period_to],
        "documents": [
            {
                "kind": d.kind,
                "file": d.file_name,
                "sha256": d.sha256,
                "bytes": d.size_bytes,
                "archive_key": d.archive_key,
            }
            for d in documents
        ],
        "delivery": {"message_id": delivery.message_id, "recipient": delivery.recipient, "sent_at": delivery.sent_at},
        "figures": len(figures),
        "checks": {"all": len(verdicts), "not_passed": sum(not verdict.passed for verdict in verdicts)},
    }
    write_json(out / "summary.json", summary)
    return summary


def close_month(scenario: Path, out: Path, stay: bool) -> None:
    """Run the whole demo; what an earlier one left in ``out`` is removed first."""
    say = clock()
    contract = load_contract(scenario / "contract.yaml")
    report = contract.reports[0]
    state = out / "state"
    for name in ("state", "documents", "mail"):
        shutil.rmtree(out / name, ignore_errors=True)
    state.mkdir(parents=True)
    say(f"{contract.entity.name}, informe {report.number}: {report.period_from} to {report.period_to}")
    with Sandbox(scenario, state) as sandbox:
        say("Sandbox ready: OCI, S3, SMTP, help desk, PostgreSQL")
        with LocalAirflow(
            state / "airflow",
            sandbox.environment["SANDBOX_AIRFLOW_DSN"],
            sandbox.environment,
            WAITING if stay else SERVED,
        ) as airflow:
            say(f"Airflow ready: {airflow.url}")
            days = {"desde": _text(report.period_from), "hasta": _text(report.period_to)}
            run_to_success(airflow, sandbox, dict.fromkeys(INGEST_DAGS, days), say)
            form = {"contrato": contract.id, "informe": report.number}
            run_to_success(airflow, sandbox, {PUBLISH_DAG: form}, say)
            summary = export(sandbox, contract, report, out)
            for document in summary["documents"]:
                say(f"{document['bytes']:>9} bytes  {out / 'documents' / document['file']}")
            say(f"{summary['figures']} figures, {summary['checks']['all']} checks, "
                f"{summary['checks']['not_passed']} of them not passed: {out / 'checks.json'}")  # fmt: skip
            say(f"Delivered to {summary['delivery']['recipient']}: {out / 'mail'}")
            if stay:
                say(f"Airflow stays up at {airflow.url} — user {USER}, password {airflow.password}; Ctrl-C ends it")
                while True:
                    time.sleep(1)
                    sandbox.check()
                    airflow.check()


def _text(day: date) -> str:
    return day.isoformat()


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
    except (AirflowError, ContractError, DemoError, SandboxError, ScenarioError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
