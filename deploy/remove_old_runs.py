"""Removes from Airflow's database what is old, but the runs of some DAGs: ``airflow db clean``, mended.

Airflow 3.3 has three tables wrong when DAGs are excluded: it asks them for a column that they do not have. Nothing of
them is worth keeping.

python remove_old_runs.py DAYS [DAG_ID ...]
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pendulum

WITHOUT_DAGS = ("asset_event", "deadline", "task_reschedule")


def main() -> None:
    """Remove it; fails where a table could not be cleaned."""
    from airflow.utils.db_cleanup import config_dict, run_cleanup

    days, kept = int(sys.argv[1]), sys.argv[2:]
    for name in WITHOUT_DAGS:
        config_dict[name] = replace(config_dict[name], dag_id_column_name=None)
    run_cleanup(
        clean_before_timestamp=pendulum.instance(datetime.now(UTC) - timedelta(days=days)),
        exclude_dag_ids=kept,
        confirm=False,
        skip_archive=True,
        batch_size=10_000,
        error_on_cleanup_failure=True,
    )


if __name__ == "__main__":
    main()
