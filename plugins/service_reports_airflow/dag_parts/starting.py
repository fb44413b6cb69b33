"""A task that starts a run of another DAG, by name. Light: DAG files load it.

Airflow's own operator for it loads the models of Airflow's database wherever a DAG file is read, a fourth of all that
reading a DAG file takes. All that a task does of it is to tell Airflow which run to make: what follows is Airflow's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import DagRunTriggerException

if TYPE_CHECKING:
    from airflow.sdk import Context


class StartedRun(BaseOperatorLink):
    """To the run that the task started, or found to be there."""

    name = "Ver la ejecución"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Relative to the UI."""
        started: Any = operator
        return f"dags/{quote(started.trigger_dag_id, safe='')}/runs/{quote(started.trigger_run_id, safe='')}"


class StartRun(BaseOperator):
    """Starts a run of a DAG, and does not wait for it; where there is a run of that name, it is skipped.

    :param trigger_dag_id: the DAG.
    :param trigger_run_id: the run's name.
    :param conf: what the form of the run says.
    :param note: what Airflow shows beside the run.
    """

    template_fields = ("trigger_run_id", "conf")
    operator_extra_links = (StartedRun(),)

    def __init__(
        self, *, trigger_dag_id: str, trigger_run_id: str, conf: dict[str, Any], note: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.trigger_dag_id = trigger_dag_id
        self.trigger_run_id = trigger_run_id
        self.conf = conf
        self.note = note

    def execute(self, context: Context) -> None:
        """Hand the run to Airflow, which makes it, or skips the task."""
        raise DagRunTriggerException(
            trigger_dag_id=self.trigger_dag_id,
            dag_run_id=self.trigger_run_id,
            conf=self.conf,
            note=self.note,
            logical_date=None,  # it is of no interval
            reset_dag_run=False,
            skip_when_already_exists=True,
            wait_for_completion=False,
            allowed_states=[],
            failed_states=[],
            poke_interval=0,
            deferrable=False,
        )
