"""A DAG's tasks as types: what makes one, and what Airflow gives its function. Light: DAG files load it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from airflow.sdk import XComArg
from airflow.sdk import task as airflow_task
from airflow.sdk.types import DagRunProtocol as DagRun
from airflow.sdk.types import RuntimeTaskInstanceProtocol as TaskInstance

__all__ = ["AllHanded", "AllLots", "DagRun", "Handed", "Node", "Params", "TaskInstance", "task"]

Params = Mapping[str, Any]
"""What the run's form says."""
Handed = Mapping[str, Any]
"""What one task hands to the next: plain values, by name."""
AllHanded = Sequence[Handed]
"""Of which each gets a task of its own."""
AllLots = Sequence[AllHanded]
"""Of which each gets a task of its own, for all that is in it."""


class Node(Protocol):
    """A function that became a task: calling it in a DAG file makes the task, and gives what it will hand on.

    Its function is called by Airflow, with what the tasks before handed on where the DAG file gives their
    outputs, and with what is known of the run under its own names (``params``, ``dag_run``, ``run_id``, ``ti``).
    Airflow's own types take the two calls for one, and so refuse every output as an argument.
    """

    function: Callable[..., object]

    def __call__(self, *given: object, **named: object) -> XComArg:
        """Make the task."""

    def expand(self, **each: object) -> XComArg:
        """Make one task for each of what is given."""

    def partial(self, **same: object) -> Node:
        """The same with what all its tasks are given."""

    def override(self, **settings: object) -> Node:
        """The same with other settings."""


def task(**settings: Any) -> Callable[[Callable[..., object]], Node]:
    """Airflow's decorator. What a task returns is one value, a mapping too: it is not taken apart by its keys."""
    return cast("Callable[[Callable[..., object]], Node]", airflow_task(multiple_outputs=False, **settings))
