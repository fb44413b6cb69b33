"""Trigger forms and defaults that the DAGs share. Imports nothing but airflow.sdk: DAG files load it."""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Param

START_DATE = pendulum.datetime(2026, 1, 1, tz="America/Bogota")
"""Its zone is that of every schedule: Bogotá."""

DEFAULT_ARGS = {
    "owner": "Dirección de Servicios",
    "execution_timeout": timedelta(minutes=30),
}
"""Retries and their delay are Airflow's ``[core] default_task_retries`` and ``default_task_retry_delay``."""

REVIEW_TIMEOUT = timedelta(hours=3)
"""A review of everything that was ever issued takes longer than other tasks."""


def window_form() -> dict[str, Param]:
    """A window of days to collect; left empty, the last whole days are collected."""
    return {
        "desde": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Desde",
            description="Primer día que se recolecta. Vacío: los últimos tres días completos.",
        ),
        "hasta": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Hasta",
            description="Último día que se recolecta, incluido.",
        ),
    }
