"""Waiting for a report's data without a worker. Light: DAG files load it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from service_reports_airflow.dag_parts.showing import ReportPage

if TYPE_CHECKING:
    from airflow.sdk import Context

    from service_reports_airflow.dag_parts.nodes import DagRun

INTERVAL_VARIABLE = "SERVICE_REPORTS_WAIT_SECONDS"
"""Environment variable: how many seconds pass between two looks at the warehouse; five minutes when unset."""


class WaitForData(BaseOperator):
    """Lets a report go on when its period is complete, or when the contract's patience has run out.

    In between it is deferred: the triggerer looks at the warehouse, and no worker slot is taken.
    Returns the report it was given.

    :param report: contract, number and reason of the report, as ``due_reports`` gives them.
    """

    template_fields = ("report",)
    operator_extra_links = (ReportPage(),)

    def __init__(self, *, report: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.report = report

    def execute(self, context: Context) -> Any:
        """Go on at once, or defer."""
        from service_reports.wording.es_co.formats import read_instant
        from service_reports_airflow.steps import completeness, due
        from service_reports_airflow.triggers import PeriodComplete

        run = context["dag_run"]
        due.of_run(self.report, context["params"], run)
        lacking = completeness.lacking_data(self.report)
        deadline = completeness.patience_ends(self.report, context["params"], _started(run), run.run_type)
        if deadline is not None and completeness.waits(lacking, deadline):
            self.log.info("Espera hasta el %s; falta:\n%s", read_instant(deadline), "\n".join(lacking))
            seconds = float(os.environ.get(INTERVAL_VARIABLE, "300"))
            self.defer(trigger=PeriodComplete(self.report, deadline.isoformat(), seconds), method_name="resume")
        return self._go_on(context, lacking)

    def resume(self, context: Context, event: object = None) -> Any:
        """Look once more, and go on whatever is lacking."""
        from service_reports_airflow.steps import completeness, due

        due.of_run(self.report, context["params"], context["dag_run"])
        return self._go_on(context, completeness.lacking_data(self.report))

    def _go_on(self, context: Context, lacking: Sequence[str]) -> Any:
        from service_reports_airflow.steps import completeness

        run = context["dag_run"]
        deadline = completeness.patience_ends(self.report, context["params"], _started(run), run.run_type)
        completeness.note_completeness(self.report, run.run_id, lacking, deadline)
        return self.report


def _started(run: DagRun) -> datetime:
    """When a run really started; one that Airflow does not know of is taken to start now."""
    return run.start_date or datetime.now(UTC)
