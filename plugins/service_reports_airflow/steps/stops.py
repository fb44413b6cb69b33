"""Where tasks stop: one that fails or asks a person says so itself, as none may look into Airflow's database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from service_reports.contracts.model import SLUG
from service_reports.foreign_text import foreign_line
from service_reports.warehouse.statements import statement
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from airflow.sdk import Context

CONTRACT_ID = re.compile(SLUG)


@told
def note(context: Context, state: Literal["failed", "asks"], subject: str = "", *, stores: Stores = STORES) -> None:
    """Keep that a task instance failed, or asks a person (``subject``: what it asks, by default its label).

    Airflow calls it of a failure in the task's own process, or in the DAG processor's where that died.
    """
    known: Mapping[str, Any] = context  # the DAG processor gives less than a task has
    instance, operator = known["ti"], known.get("task")
    dag_title = getattr(getattr(operator, "dag", None), "dag_display_name", None) or known["ti"].dag_id
    label = getattr(instance, "rendered_map_index", None)
    values = {
        "dag_id": instance.dag_id,
        "run_id": instance.run_id,
        "task_id": instance.task_id,
        "map_index": -1 if instance.map_index is None else instance.map_index,
        "state": state,
        "dag_title": dag_title,
        "task_title": getattr(operator, "task_display_name", None) or instance.task_id,
        "subject": foreign_line(subject or label or ""),
        "contract_id": contract_of(known, operator, label),
    }
    with stores.warehouse() as db:
        db.execute(statement("alerts/note_stop"), values)


def contract_of(known: Mapping[str, Any], operator: object, label: str | None) -> str | None:
    """The contract that a task works for: of its version, of the run's form, or the first word of its label.

    ``None``: it works for none, or for several; its label then begins with a word that no contract can have as its id.
    """
    issue = getattr(operator, "issue", None)
    if isinstance(issue, Mapping) and issue.get("contract_id"):
        return str(issue["contract_id"])
    params = known.get("params") or {}
    chosen = params.get("contrato") if isinstance(params, Mapping) else None
    if chosen:
        return str(chosen)
    first_word = (label or "").partition(" ")[0]
    return first_word if CONTRACT_ID.fullmatch(first_word) else None
