"""Runs the steps of a whole collection without Airflow's scheduler, and dies where it is told to.

A driver (:mod:`tests.integration.killing`); a command has ``run_id`` and the days ``first`` and ``last``.
"""

from __future__ import annotations

import functools
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import great_expectations  # noqa: F401 (imported before the children are made, each needs it)
import oci.database
import oci.identity
import oci.monitoring
import oci.object_storage
import oci.usage_api  # noqa: F401
import polars  # noqa: F401

from service_reports_airflow import contracts, stores
from service_reports_airflow.steps import ingest, observe
from service_reports_airflow.steps.review import review_costs
from tests.integration.killing import serve

AGE = timedelta(days=3)
"""How old the days are when they are looked at: old enough to be judged."""


def collect(run_id: str, first: str, last: str) -> None:
    """Every step of every ingest DAG, in their order."""
    days = ingest.Window(date.fromisoformat(first), date.fromisoformat(last))
    batch_ids: list[int] = []
    for tenancy in contracts.tenancies():
        batch_ids += ingest.fetch_compartments(tenancy, run_id)
        for fetch in (ingest.fetch_cost_reports, ingest.fetch_usage_totals, ingest.fetch_metrics):
            batch_ids += fetch(tenancy, days, run_id)
    for contract_id in contracts.contract_ids():
        for fetch in (ingest.fetch_oci_backups, ingest.fetch_database_dumps, ingest.fetch_help_desk):
            batch_ids += fetch(contract_id, days, run_id)
        batch_ids += ingest.fetch_contract_records(contract_id, run_id)
    ingest.load(ingest.validate(batch_ids, run_id))
    review_costs(batch_ids, days, run_id)
    run_after = datetime.combine(days.last, datetime.min.time(), tzinfo=UTC) + AGE
    for look in observe.LOOKS:
        observe.observe(look, {"desde": first, "hasta": last}, run_after, run_id)
    # What a person must look at was kept before; that a new alert ends a run red is no failure here.
    with suppress(ingest.Incomplete):
        ingest.confirm(batch_ids, run_id)


def _run(command: dict[str, Any]) -> None:
    # A client takes 0.2 s to make; a run of the DAGs makes one a task, here one is enough.
    ingest.s3_client = stores.s3_client = functools.cache(stores.s3_client)
    collect(command["run_id"], command["first"], command["last"])


if __name__ == "__main__":
    serve(_run)
