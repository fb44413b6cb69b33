"""Runs the steps of a whole collection without Airflow's scheduler, and dies where it is told to.

A driver (:mod:`tests.integration.killing`); a command has ``run_id`` and the days ``first`` and ``last``. With
``readings`` it collects single sources instead, into ``database`` and ``bucket``: each is a feed,
its days, ``brings`` (``good``; ``blank``: the same without rows; ``refused``: what no check lets pass) and, in
``told_at``, the moment at which it was read.
"""

from __future__ import annotations

import functools
import gzip
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ftfy  # noqa: F401 (loaded before the children are made, each needs it)
import great_expectations  # noqa: F401
import oci.database
import oci.identity
import oci.monitoring
import oci.object_storage
import oci.signer
import oci.usage_api
import polars_hash  # noqa: F401

from service_reports import quality
from service_reports.sources import FEEDS
from service_reports.sources.source import Window
from service_reports.warehouse import read_batches
from service_reports_airflow.contracts import tenancies
from service_reports_airflow.oci_hook import OciHook
from service_reports_airflow.steps import ingest, observe
from service_reports_airflow.steps.review import review_costs
from service_reports_airflow.stores import ARCHIVE
from tests.integration.killing import serve
from tests.integration.publish_driver import STORES, point, remembered

AGE = timedelta(days=3)
"""How old the days are when they are looked at: old enough to be judged."""


def collect(run_id: str, first: str, last: str) -> None:
    """Every step of every ingest DAG, in their order."""
    days = Window(date.fromisoformat(first), date.fromisoformat(last))
    batch_ids = [batch_id for feed in FEEDS for batch_id in fetch(feed, days, run_id)]
    ingest.validate_and_load(batch_ids, run_id, stores=STORES)
    review_costs(batch_ids, days, run_id, stores=STORES)
    run_after = datetime.combine(days.last, datetime.min.time(), tzinfo=UTC) + AGE
    for look in observe.LOOKS:
        observe.observe(look, {"desde": first, "hasta": last}, run_after, run_id, stores=STORES)
    # What a person must look at was kept before; that a new alert ends a run red is no failure here.
    with suppress(ingest.Incomplete):
        ingest.confirm(batch_ids, run_id, stores=STORES)


def fetch(feed: str, days: Window, run_id: str) -> list[int]:
    """What a feed brings of every contract."""
    asked: list[dict[str, Any]] = [{"contract_id": contract.id} for contract in STORES.contracts()]
    if FEEDS[feed].scope == "tenancy":
        asked = [{"tenancy": tenancy} for tenancy in tenancies(STORES.contracts())]
    return [each for of in asked for each in ingest.fetch(feed, days, run_id, stores=STORES, **of)]


def read(readings: Sequence[Mapping[str, Any]], run_id: str) -> None:
    """Fetch, validate and load single sources, one after the other, as they were read at their moments."""
    for number, reading in enumerate(readings):
        days = Window(date.fromisoformat(reading["first"]), date.fromisoformat(reading["last"]))
        this_run = f"{run_id}/{number}"
        batch_ids = fetch(reading["source"], days, this_run)
        with STORES.warehouse() as db, STORES.archive() as store:
            for batch in read_batches(db, batch_ids):
                content = _brought(reading["brings"], batch.source, store.read(batch.archive_key))
                db.execute(
                    "update raw.batch set archive_key = %s, fetched_at = coalesce(%s, fetched_at) where batch_id = %s",
                    (store.keep(content), reading.get("told_at"), batch.batch_id),
                )
            db.execute(
                "update raw.listing set listed_at = coalesce(%s, listed_at) where run_id = %s",
                (reading.get("told_at"), this_run),
            )
        ingest.validate_and_load(batch_ids, this_run, stores=STORES)


def _brought(brings: str, source: str, content: bytes) -> bytes:
    if brings == "good":
        return content
    if source == "oci_cost_reports":
        return b"no report" if brings == "refused" else gzip.compress(gzip.decompress(content).splitlines(True)[0])
    if source == "oci_metrics":
        return b"" if brings == "blank" else re.sub(rb'(\["[^"]+", ")[^"]+"', rb'\g<1>-7"', content)
    return b"[]" if brings == "blank" else b"["


def _run(command: dict[str, Any]) -> None:
    if command.get("warm"):
        # Clients alone: polars starts threads when it first reads, and its children would wait for them.
        STORES.s3(ARCHIVE)
        for contract in STORES.contracts():
            OciHook(contract.oci.connection).object_storage()
    elif "readings" in command:
        point("WAREHOUSE", schema=command["database"])
        point("ARCHIVE", extra={"service_config": {"s3": {"bucket_name": command["bucket"]}}})
        read(command["readings"], command["run_id"])
    else:
        collect(command["run_id"], command["first"], command["last"])


if __name__ == "__main__":
    # A key takes 0.1 s to be checked; a run of the DAGs does it in each task, here once.
    oci.signer.load_private_key = functools.cache(oci.signer.load_private_key)
    # Half of what a collection costs, and the same answers are collected again and again.
    quality.check_batches = remembered(quality.check_batches)
    serve(_run)
