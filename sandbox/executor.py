"""Airflow's LocalExecutor, where what the tasks import is loaded once and not by each of them.

Its workers are forks of the scheduler and every task is a fork of a worker: what the scheduler has
loaded by then is there for all. Half of a short task's time is imports, Great Expectations' above all.
Code that changes afterwards is not seen, so that a sandbox that stays up does without.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from airflow.executors.local_executor import LocalExecutor


class PreloadingExecutor(LocalExecutor):
    """A LocalExecutor that loads the steps of the DAGs before its workers are forked."""

    def start(self) -> None:
        """Load, then start."""
        steps = import_module("service_reports_airflow.steps")
        for name in (
            "great_expectations",
            *(f"{steps.__name__}.{each.name}" for each in pkgutil.iter_modules(steps.__path__)),
        ):
            import_module(name)
        super().start()
