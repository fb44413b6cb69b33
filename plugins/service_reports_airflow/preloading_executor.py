"""Airflow's LocalExecutor, where what the tasks import is loaded once and not by each of them.

Its workers are forks of the scheduler and every task is a fork of a worker: what the scheduler has loaded by then is
there for all, in memory that they share. Code that changes afterwards is not seen, and contracts are read by each task.
Light: whoever reads the log of a task loads it.
"""

from __future__ import annotations

from importlib import import_module

from airflow.executors.local_executor import LocalExecutor


class PreloadingExecutor(LocalExecutor):
    """A LocalExecutor that loads what tasks work with before its workers are forked."""

    def start(self) -> None:
        """Load, then start."""
        import_module("service_reports_airflow.preloaded")
        super().start()
