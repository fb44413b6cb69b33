"""A small world for the calendars: contract files that change, a scheduler that may be down, an Airflow that may be
lost, and the real steps against PostgreSQL. Only what the publication does between its first step and the register
is left out: a run's fate is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pendulum
import psycopg
import pytest
import yaml
from airflow.timetables.base import DataInterval, TimeRestriction

from sandbox.airflow import PROJECT
from service_reports import register
from service_reports.archive import Archive
from service_reports.register import calendar
from service_reports.register.calendar import RunState
from service_reports_airflow.steps import due, overdue
from service_reports_airflow.steps.gate import GateRefused
from service_reports_airflow.stores import Stores
from service_reports_airflow.timetable import CutOffTimetable
from tests.stand_ins import ArchiveInMemory

SAMPLE = yaml.safe_load(
    (PROJECT / "sandbox" / "scenarios" / "late-and-corrected" / "contract.yaml").read_text(encoding="utf-8")
)
Fate = Literal["issued", "failed", "goes on", "rejected", "signed only", "died before anything"]
AT_WORK = timedelta(hours=11)
"""Cut-offs are at six in the morning of Bogotá: eleven, UTC."""


@dataclass
class World:
    """All that there is; ``now`` moves on, ``runs`` is what Airflow knows, ``started`` each run that ever was."""

    db: psycopg.Connection[Any]
    folder: Path
    patch: pytest.MonkeyPatch
    now: datetime
    runs: dict[str, RunState] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    last_scheduled: datetime | None = None
    fate: Fate = "issued"
    reports: dict[str, dict[str, date]] = field(default_factory=dict)
    """What people wrote into the files, by contract and number: also of those that are broken now."""

    def __post_init__(self) -> None:
        self.installed = calendar.installed_at(self.db)
        self.parsed = self.now
        self.patch.setenv("SERVICE_REPORTS_CONTRACTS", str(self.folder))
        self.patch.setattr("service_reports_airflow.timetable.now", lambda zone: pendulum.instance(self.parsed))
        archive = ArchiveInMemory()
        self.stores = Stores(
            warehouse=lambda: nullcontext(self.db), archive=lambda: nullcontext(cast(Archive, archive))
        )

    # Files

    def write(self, contract_id: str, dates: Sequence[date]) -> None:
        """A contract with a report on each of these days, numbered in their order."""
        days = sorted(dates)
        reports = [
            {
                "number": f"{day.year}-{number:02}",
                "period_from": day - timedelta(days=2),
                "period_to": day - timedelta(days=1),
                "report_date": day,
            }
            for number, day in enumerate(days, start=1)
        ]
        held = {
            **SAMPLE,
            "id": contract_id,
            "reports": reports,
            "year": 2026,
            "warranty": None,
            "valid_from": date(2020, 1, 1),
            "valid_to": date(2099, 12, 31),
        }
        text = yaml.dump(held, Dumper=yaml.CSafeDumper, allow_unicode=True)
        self.path(contract_id).write_text(text, encoding="utf-8")
        self.reports[contract_id] = {str(report["number"]): cast(date, report["report_date"]) for report in reports}

    def path(self, contract_id: str) -> Path:
        return self.folder / f"{contract_id}.yaml"

    def break_file(self, contract_id: str) -> None:
        self.path(contract_id).write_bytes(b"[" * 100_000)

    # Airflow

    def state(self, run_id: str) -> RunState:
        return self.runs.get(run_id, "unknown")

    def pass_time(self, until: datetime, *, scheduler: bool = True) -> None:
        """The clock goes on; the scheduler starts what the timetable says, in time or when it is up again."""
        self.now = until
        if not scheduler:
            return
        earliest = None if self.last_scheduled else pendulum.instance(self.parsed)
        while True:
            last = None if self.last_scheduled is None else DataInterval.exact(pendulum.instance(self.last_scheduled))
            found = CutOffTimetable().next_dagrun_info(
                last_automated_data_interval=last,
                restriction=TimeRestriction(earliest=earliest, latest=None, catchup=False),
            )
            if found is None or found.run_after > until:
                break
            self.last_scheduled = found.run_after
            self.publish(f"scheduled__{found.run_after.isoformat()}", "scheduled", {}, found.run_after)
        self.parsed = until

    def lose_airflow(self) -> None:
        """Its metadata database is new: no run is known, and the timetable begins at the present."""
        self.runs.clear()
        self.last_scheduled, self.parsed = None, self.now

    def publish(self, run_id: str, run_type: str, conf: dict[str, Any], run_after: datetime) -> list[str]:
        """A run of the publication, up to its fate; the numbers it set out to issue."""
        assert run_id not in self.runs, f"{run_id} is started twice"
        self.runs[run_id] = "alive"
        self.started.append(run_id)
        if self.fate == "died before anything":
            self.runs[run_id] = "ended"
            return []
        dag_run = SimpleNamespace(run_id=run_id, run_type=run_type, conf=conf)
        params = {name: conf.get(name) for name in ("contrato", "informe", "motivo")}
        begun = due.begin(
            due.due_reports(params, run_after, run_type, self.now, stores=self.stores),
            dag_run,
            self.state,
            self.now,
            stores=self.stores,
        )
        for report in begun:
            self._work(report, run_id)
        self.runs[run_id] = "alive" if begun and self.fate == "goes on" else "ended"
        return [f"{report['contract_id']} {report['report_number']}" for report in begun]

    def _work(self, report: dict[str, Any], run_id: str) -> None:
        contract_id, number = report["contract_id"], report["report_number"]
        if self.fate in ("failed", "goes on"):
            return
        late = calendar.late_since(self.db, contract_id, number, run_id)
        reason = due.late_reason(late) if late else report["reason"]
        if register.latest_registered(self.db, contract_id, number) is not None:
            if register.is_run_of(self.db, contract_id, number, run_id):
                return
            raise GateRefused(f"{contract_id} {number} would be issued twice")
        key = register.claim_version(self.db, contract_id, number, run_id, reason)
        if self.fate == "rejected":
            question, drafts = register.Question(run_id, "approve"), register.Drafts("blobs/figures", ())
            register.set_figures(self.db, key, run_id, "blobs/figures")
            register.pin_drafts(self.db, key, run_id, drafts)
            register.ask(self.db, key, question, drafts.sha256)
            register.reject(self.db, key, question, by="lider", comment="corrija")
            return
        with register.writing(self.db):
            register.put_in_outbox(self.db, key, message_id=f"<{key}>", recipient="x@example.com", message_key="k")
            register.register_issue(self.db, key, run_id, [], [])
        if self.fate == "issued":
            register.set_archived(self.db, key)
            register.queue_archived(self.db, key)
            register.claim_delivery(self.db, key)
            register.settle_delivery(self.db, key, ["sending"], "sent")

    def look(self) -> list[str]:
        """The daily look with the runs that it starts; what people are told."""
        told = overdue.look(f"look__{self.now.isoformat()}", self.state, self.now, stores=self.stores)
        for run in overdue.late_runs(self.state, self.now, stores=self.stores):
            if run["trigger_run_id"] not in self.runs:  # skip_when_already_exists
                self.publish(run["trigger_run_id"], "operator_triggered", run["conf"], self.now)
        return told

    def settle(self, contract_id: str, number: str, *, earlier: bool = False) -> None:
        form = {"contrato": contract_id, "informe": number, "motivo": "Se entregó en papel", "anteriores": earlier}
        overdue.settle(form, f"settle__{self.now.isoformat()}", "operaciones", self.state, self.now, stores=self.stores)

    # What can be seen

    def versions(self) -> dict[str, list[tuple[str, str | None]]]:
        found: dict[str, list[tuple[str, str | None]]] = {}
        for contract_id, number, state, reason in self.db.execute(
            "select contract_id, report_number, state, correction_reason from register.report order by 1, 2, version"
        ):
            found.setdefault(f"{contract_id} {number}", []).append((state, reason))
        return found

    def open_alerts(self) -> set[tuple[str, str]]:
        return {
            (kind, subject)
            for kind, subject in self.db.execute(
                "select kind, subject from core.observation where scope = 'calendar' and severity = 'alert'"
                " and resolved_at is null"
            )
        }


def morning(day: date, hours: float = 2) -> datetime:
    """So many hours after the cut-off of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + AT_WORK + timedelta(hours=hours)
