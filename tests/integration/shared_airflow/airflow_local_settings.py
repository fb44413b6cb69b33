"""A policy for an Airflow whose scheduler starts runs by itself: those that assets trigger, and none by the clock.

Airflow finds it by its name on the path. With it, ``[scheduler] use_job_schedule`` may be on without
a run that nobody expects when a test happens to cross an hour.
"""

from __future__ import annotations

from typing import Any


def dag_policy(dag: Any) -> None:
    """Take from a DAG what the clock would start."""
    from airflow.sdk.definitions.timetables.assets import AssetTriggeredTimetable
    from airflow.sdk.definitions.timetables.simple import NullTimetable

    if not isinstance(dag.timetable, AssetTriggeredTimetable):
        dag.timetable = NullTimetable()
