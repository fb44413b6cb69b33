"""Tasks that the ingest DAGs share. Imports nothing but airflow.sdk: DAG files load it."""

from __future__ import annotations

from airflow.sdk import task


@task
def contracts():
    """Ids of the contracts to collect for."""
    from service_reports_airflow import ingest

    return ingest.contract_ids()


@task(trigger_rule="all_done")
def validate(fetched, run_id=None):
    """Check every batch of the run in one process: the one that imports Great Expectations."""
    from service_reports_airflow import ingest

    return ingest.validate(ingest.flat(fetched), run_id)


@task
def load(batches):
    """Load what passed."""
    from service_reports_airflow import ingest

    ingest.load(batches)


@task
def confirm(fetched, run_id=None):
    """Fail the run when a person must look; a fetch that failed has failed it already."""
    from service_reports_airflow import ingest

    ingest.confirm(ingest.flat(fetched), run_id)


def validate_and_load(*fetched, review=None):
    """What follows every fetch: each argument is a mapped task that returns lists of batch ids.

    ``review`` is a task between load and confirm that is given the same lists.
    """
    batches = list(fetched)
    loaded = load(validate(batches))
    confirmed = confirm(batches)
    if review is None:
        loaded >> confirmed
    else:
        loaded >> review(batches) >> confirmed
