"""What Airflow itself knows of the runs that make reports: how they stand, what they ask, and where they stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from airflow.models import DagRun, TaskInstance
from airflow.models.hitl import HITLDetail
from airflow.utils.session import create_session
from sqlalchemy import ColumnElement, select

from service_reports.register.calendar import RunState

PUBLICATION = "publish_service_reports"
DECISION = "decide_correction"
WAITING_FOR_DATA = "report.wait_for_data"
MOST_QUESTIONS = 1000
WHERE: Any = (TaskInstance.dag_id, TaskInstance.run_id, TaskInstance.task_id, TaskInstance.map_index)


class Place(NamedTuple):
    """A task instance; ``map_index`` is -1 where the task is not mapped, ``subject`` what it asks or its label.

    ``form`` is what the run was started with, where that says which report it is about; ``task`` the name of the task
    as the UI shows it.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    subject: str = ""
    form: Mapping[str, Any] = MappingProxyType({})
    task: str = ""

    @property
    def about(self) -> tuple[str, str] | None:
        """Contract and number of the report that the run was started for; ``None``: its form does not say."""
        contract_id, number = self.form.get("contrato"), self.form.get("informe")
        return (str(contract_id), str(number)) if contract_id and number else None

    @property
    def address(self) -> str:
        """Its page in Airflow's UI, relative to where that begins."""
        mapped = "" if self.map_index < 0 else f"/mapped/{self.map_index}"
        return f"{run_address(self.dag_id, self.run_id)}/tasks/{self.task_id}{mapped}"


def run_address(dag_id: str, run_id: str) -> str:
    """The page of a run in Airflow's UI, relative to where that begins."""
    return f"dags/{dag_id}/runs/{run_id}"


class Runs:
    """How some runs of the publication stand, asked of Airflow once."""

    def __init__(self, states: Mapping[str, RunState]) -> None:
        self._states = states

    def __call__(self, run_id: str) -> RunState:
        """``unknown``: Airflow's database has no such run."""
        return self._states.get(run_id, "unknown")


def runs_of(run_ids: Collection[str]) -> Runs:
    """How these runs of the publication stand."""
    if not run_ids:
        return Runs({})
    asked = select(DagRun.run_id, DagRun.state).where(DagRun.dag_id == PUBLICATION, DagRun.run_id.in_(run_ids))
    with create_session() as session:
        found = session.execute(asked).all()
    return Runs({run_id: "alive" if state in ("queued", "running") else "ended" for run_id, state in found})


def open_questions() -> list[Place]:
    """What the publication and the decisions about corrections ask and nobody has answered yet."""
    asked = (
        select(*WHERE, HITLDetail.subject, DagRun.conf)
        .join(HITLDetail, HITLDetail.ti_id == TaskInstance.id)
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .where(
            TaskInstance.dag_id.in_([PUBLICATION, DECISION]),
            HITLDetail.responded_at.is_(None),
            TaskInstance.state.in_(["awaiting_input", "deferred"]),
        )
        .order_by(HITLDetail.created_at)
        .limit(MOST_QUESTIONS)
    )
    with create_session() as session:
        return [Place(row[0], row[1], row[2], row[3], row[4], row[5] or {}) for row in session.execute(asked)]


def stopped_at(run_ids: Collection[str]) -> list[Place]:
    """The tasks of some runs of the publication that failed, each with its label."""
    return _tasks(run_ids, TaskInstance.state == "failed")


def waiting_for_data(run_ids: Collection[str]) -> list[Place]:
    """The tasks of some runs of the publication that wait for the data of a period."""
    return _tasks(run_ids, TaskInstance.task_id == WAITING_FOR_DATA, TaskInstance.state == "deferred")


def _tasks(run_ids: Collection[str], *these: ColumnElement[bool]) -> list[Place]:
    if not run_ids:
        return []
    of_runs = (
        select(*[*WHERE, TaskInstance.rendered_map_index, TaskInstance.task_display_name])
        .where(TaskInstance.dag_id == PUBLICATION, TaskInstance.run_id.in_(run_ids), *these)
        .order_by(TaskInstance.run_id, TaskInstance.map_index)
    )
    with create_session() as session:
        return [Place(row[0], row[1], row[2], row[3], row[4] or "", task=row[5]) for row in session.execute(of_runs)]
