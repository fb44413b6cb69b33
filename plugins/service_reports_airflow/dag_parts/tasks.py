"""Tasks that the ingest DAGs share. Imports nothing but airflow.sdk: DAG files load it."""

from __future__ import annotations

from airflow.sdk import Asset, XComArg, chain

from service_reports_airflow.dag_parts.nodes import DagRun, Node, Params, TaskInstance, task
from service_reports_airflow.dag_parts.pools import OCI
from service_reports_airflow.runs import COLLECTIONS

COLLECTED = {name: Asset(f"warehouse/{name}") for name, of in COLLECTIONS.items() if of.late}
"""The rows that a collection has loaded and observed, by its name: what was issued is reviewed after each."""


@task(task_display_name="Contratos")
def contracts(params: Params, dag_run: DagRun) -> list[str]:
    """Ids of the contracts to collect for; what the form settles is noted, and one that does not hold is refused."""
    from service_reports_airflow.steps import ingest, settling

    ingest.window(params, dag_run.run_after)
    asked = ingest.asked_contracts(params)
    settling.settle(params, dag_run.triggering_user_name)
    return [contract.id for contract in asked]


@task(task_display_name="Tenancies")
def tenancies(params: Params, dag_run: DagRun) -> list[dict[str, str]]:
    """Connection and OCID of the tenancies to collect from; as ``contracts``."""
    from service_reports_airflow.contracts import tenancies
    from service_reports_airflow.steps import ingest, settling

    ingest.window(params, dag_run.run_after)
    asked = ingest.asked_contracts(params)
    settling.settle(params, dag_run.triggering_user_name)
    return tenancies(asked)


@task(map_index_template="{{ task.op_kwargs['tenancy']['connection'] }}")
def of_tenancy(
    feed: str, tenancy: dict[str, str], params: Params, dag_run: DagRun, run_id: str, ti: TaskInstance
) -> list[int]:
    """What a feed brings of one tenancy."""
    from service_reports_airflow.contracts import contracts, known_tenancy
    from service_reports_airflow.steps import ingest

    days, by_hand = ingest.window(params, dag_run.run_after), bool(params.get("desde"))
    tries_left = ti.try_number <= ti.max_tries
    known = known_tenancy(tenancy, contracts())
    return ingest.fetch(feed, days, run_id, tenancy=known, by_hand=by_hand, tries_left=tries_left)


@task(map_index_template="{{ task.op_kwargs['contract_id'] }}")
def of_contract(
    feed: str, contract_id: str, params: Params, dag_run: DagRun, run_id: str, ti: TaskInstance
) -> list[int]:
    """What a feed brings of one contract."""
    from service_reports_airflow.steps import ingest

    days, by_hand = ingest.window(params, dag_run.run_after), bool(params.get("desde"))
    tries_left = ti.try_number <= ti.max_tries
    return ingest.fetch(feed, days, run_id, contract_id=contract_id, by_hand=by_hand, tries_left=tries_left)


@task()
def of_installation(feed: str, params: Params, dag_run: DagRun, run_id: str) -> list[list[int]]:
    """What a feed brings of all contracts in one go, skipped where none names it; what the form settles is noted."""
    from service_reports_airflow.steps import ingest, settling

    settling.settle(params, dag_run.triggering_user_name)
    return [ingest.fetch_at_once(feed, ingest.window({}, dag_run.run_after), run_id)]


def read(feed: str, title: str, of: Node, **each: XComArg) -> XComArg:
    """A task for every tenancy or contract that asks a feed, under its name; gives lists of batch ids.

    ``of`` is ``of_tenancy`` with ``tenancy``, or ``of_contract`` with ``contract_id``. What asks OCI is named so, and
    runs in its pool: one tenancy may be that of every contract.
    """
    pool = {"pool": OCI.name} if feed.startswith("oci_") else {}
    return of.override(task_id=f"fetch_{feed}", task_display_name=title, **pool).partial(feed=feed).expand(**each)


@task(task_display_name="Validar y cargar", trigger_rule="all_done")
def validate_and_load(fetched: list[list[list[int]]], run_id: str) -> None:
    """Check every batch of the run in one process, the one that imports Great Expectations, and load what passes."""
    from service_reports_airflow.steps import ingest

    ingest.validate_and_load(ingest.flat(fetched), run_id)


@task(task_display_name="Observar")
def observe(look: str, params: Params, dag_run: DagRun, run_id: str) -> list[str]:
    """Keep what the days of the window lack, per contract; gives the contracts that it could not look at."""
    from service_reports_airflow.steps import observe as looks

    return looks.observe(look, params, dag_run.run_after, run_id)


@task(task_display_name="Confirmar", trigger_rule="none_failed")
def confirm(fetched: list[list[list[int]]], failed: list[list[str] | None], look: str, run_id: str) -> None:
    """Fail the run when a person must look, also at what ``failed`` in a look; a failed fetch has failed it already.

    Where no contract holds, every fetch is skipped: that must be red, too.
    """
    from service_reports_airflow.steps import ingest

    failures = [each for looked in failed for each in looked or ()]
    ingest.confirm(ingest.flat(fetched), run_id, failed=failures, collection=look)


def read_all(feed: str, title: str) -> XComArg:
    """One task that asks a feed for all contracts, under its name; gives lists of batch ids."""
    return of_installation.override(task_id=f"fetch_{feed}", task_display_name=title)(feed)


def only_load(fetched: XComArg, collection: str) -> None:
    """What follows a fetch that comes so often that nothing is reviewed after it: no day is over by it.

    Where the fetch asked for nothing, nothing else of the run works either.
    """
    loaded = validate_and_load.override(trigger_rule="none_skipped")([fetched])
    chain(loaded, confirm.override(trigger_rule="all_success")([fetched], [], collection))


def load_and_observe(*fetched: XComArg, look: str, review: Node | None = None) -> None:
    """What follows every fetch: each argument is a mapped task that returns lists of batch ids.

    ``look`` is the collection that it is: its days are looked at, and what it left out is told until that is mended.
    ``review`` is a task after the load that is given the same lists. Both give what they could not look at.
    """
    batches = list(fetched)
    looks = [*([] if review is None else [review(batches)]), observe.override(outlets=[COLLECTED[look]])(look)]
    chain(validate_and_load(batches), *looks, confirm(batches, looks, look))
