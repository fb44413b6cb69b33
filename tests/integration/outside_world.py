"""What OCI and a dumps' bucket tell at a moment, and a contract's scheduled collections of it, without servers.

It tells of nothing that is later than ``now``, and of what is older than the provider keeps nothing either.
"""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
from oci.exceptions import ServiceError

from service_reports.contracts import Contract
from service_reports.sources import FEEDS
from service_reports_airflow.steps import ingest, observe, review
from service_reports_airflow.stores import Stores
from tests.stand_ins import ArchiveInMemory

COLLECTIONS: Mapping[str, Sequence[str]] = {
    "usage": ("oci_cost_reports", "oci_compartments", "oci_usage"),
    "metrics": ("oci_metrics",),
    "backups": ("oci_backups", "database_dumps"),
    "service_desk": ("help_desk", "contract_records"),
}
"""The feeds of each collection, by what it looks at."""
OWN = "ocid1.compartment.oc1..alcjam"
HEADER = (
    *("lineItem/referenceNo", "lineItem/intervalUsageStart", "product/service", "product/compartmentId"),
    *("product/Description", "usage/billedQuantity", "cost/currencyCode", "cost/skuUnitDescription"),
    *("lineItem/isCorrection", "lineItem/backreferenceNo"),
)
DUMP_BYTES = 360_000_000
KEPT_AT_FIVE_MINUTES = 30


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def cost_lines(day: date, quantity: str = "1", *, hours: Sequence[int] = range(24), corrects: bool = False) -> bytes:
    """A cost report with one line an hour of the contract's own compartment."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for hour in hours:
        number = f"{day}-{hour:02d}"
        told = ("true", number) if corrects else ("false", "")
        use = ("COMPUTE", OWN, "Standard - E4", quantity, "USD", "OCPU Hours")
        writer.writerow((f"{number}-{quantity}", f"{day}T{hour:02d}:00Z", *use, *told))
    return gzip.compress(text.getvalue().encode(), mtime=0)


def backup(day: date, state: str | None = "ACTIVE", hour: int = 3, **changes: Any) -> dict[str, Any]:
    """A backup of one night, as the service tells of it."""
    return {
        "id": f"ocid1.dbbackup.oc1..{day}-{hour}",
        "databaseId": "ocid1.database.oc1..one",
        "displayName": f"Automatic Backup {day}",
        "lifecycleState": state,
        "type": "INCREMENTAL",
        "timeStarted": f"{day}T{hour:02d}:00:00Z",
        "timeEnded": f"{day}T{hour:02d}:20:00Z",
        **changes,
    }


class OutsideWorld:
    """The provider's side of one contract; ``now`` is moved by the test, ``asked`` counts what was asked of it."""

    def __init__(self, contract: Contract, now: datetime) -> None:
        self.contract, self.now = contract, now
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.backups: list[dict[str, Any]] = []
        self.compartment_parent: str | None = "ocid1.tenancy.oc1..own"
        self.dumps: dict[str, tuple[int, datetime]] = {}
        self.asked: Counter[str] = Counter()
        self.measured: list[tuple[date, date]] = []
        self.totals: list[tuple[date, date]] = []

    def put(self, number: int, created: datetime, content: bytes) -> str:
        """Leave a cost report in the provider's bucket."""
        name = f"reports/cost-csv/{number:016d}.csv.gz"
        self.objects[name] = content, created
        return name

    def dump(self, day: date, size: int = DUMP_BYTES) -> str:
        """Leave a dump of a day."""
        name = f"SGI_ALCJAM40-{day}.DMP.gz"
        self.dumps[name] = size, midnight(day) + timedelta(hours=30)
        return name

    # The clients' calls, as the feeds make them.

    def list_objects(self, *_: object, **__: object) -> Any:
        self.asked["list_objects"] += 1
        listed = [
            SimpleNamespace(
                name=name,
                etag=hashlib.sha1(content).hexdigest(),
                size=len(content),
                time_created=created,
                md5=base64.b64encode(hashlib.md5(content).digest()).decode(),
            )
            for name, (content, created) in sorted(self.objects.items())
            if created <= self.now
        ]
        return SimpleNamespace(data=SimpleNamespace(objects=listed, next_start_with=None))

    def get_object(self, _namespace: str, _bucket: str, name: str) -> Any:
        self.asked["get_object"] += 1
        content = self.objects[name][0]
        md5 = base64.b64encode(hashlib.md5(content).digest()).decode()
        return SimpleNamespace(data=SimpleNamespace(iter_content=lambda _: [content]), headers={"content-md5": md5})

    def list_compartments(self, *_: object, **__: object) -> Any:
        self.asked["list_compartments"] += 1
        own = SimpleNamespace(id=OWN, compartment_id=self.compartment_parent, name="own", lifecycle_state="ACTIVE")
        return SimpleNamespace(data=[own], headers={})

    def request_summarized_usages(self, details: Any, **_: object) -> Any:
        self.asked["request_summarized_usages"] += 1
        first, end = details.time_usage_started.date(), details.time_usage_ended.date()
        self.totals.append((first, end - timedelta(days=1)))
        items = [
            SimpleNamespace(
                time_usage_started=midnight(day),
                compartment_id=OWN,
                service="Compute",
                sku_name="Standard - E4",
                unit="OCPU Hours",
                computed_quantity=24,
            )
            for day in (first + timedelta(days=number) for number in range((end - first).days))
        ]
        return SimpleNamespace(data=SimpleNamespace(items=items), headers={})

    def summarize_metrics_data(self, _tenancy: str, details: Any, **_: object) -> Any:
        self.asked["summarize_metrics_data"] += 1
        # A request reaches a window beyond its last day.
        self.measured.append((details.start_time.date(), (details.end_time - timedelta(hours=2)).date()))
        step, kept = (
            (timedelta(hours=1), 90) if details.resolution == "1h" else (timedelta(minutes=5), KEPT_AT_FIVE_MINUTES)
        )
        if kept == KEPT_AT_FIVE_MINUTES and details.start_time < self.now - timedelta(days=kept):
            raise ServiceError(400, "InvalidParameter", {}, f"{details.resolution} data is kept for {kept} days")
        first = max(details.start_time, self.now - timedelta(days=kept))
        first = midnight(first.date()) + -(-(first - midnight(first.date())) // step) * step
        last = min(details.end_time, self.now)
        points = [
            SimpleNamespace(timestamp=first + number * step, value=(first + number * step).day / 100)
            for number in range(max(0, -(-(last - first) // step)))
        ]
        named = {resource.resource_ocid for resource in self.contract.resources}
        return SimpleNamespace(
            data=[
                SimpleNamespace(dimensions={"resourceId": ocid}, aggregated_datapoints=points)
                for ocid in sorted(ocid for ocid in named if ocid)
            ]
        )

    def call_api(self, **_: object) -> Any:
        self.asked["list_backups"] += 1
        begun = [each for each in self.backups if datetime.fromisoformat(each["timeStarted"]) <= self.now]
        return SimpleNamespace(data=json.dumps(begun).encode(), headers={})

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        self.asked["list_dumps"] += 1
        left = {name: told for name, told in self.dumps.items() if told[1] <= self.now}
        return [{"Contents": [{"Key": f"d/{n}", "Size": size, "LastModified": at} for n, (size, at) in left.items()]}]

    def stores(self, db: psycopg.Connection) -> Stores:
        """What the steps reach, with this world behind it and an archive of its own."""
        blobs: Any = ArchiveInMemory()
        clients = ("object_storage", "identity", "usage", "monitoring")
        hook: Any = SimpleNamespace(
            endpoint="nowhere",
            database=lambda: SimpleNamespace(base_client=self),
            **dict.fromkeys(clients, lambda: self),
        )
        bucket: Any = SimpleNamespace(get_paginator=lambda _: self)
        return Stores(
            warehouse=lambda: nullcontext(db),
            archive=lambda: nullcontext(blobs),
            contracts=lambda: (self.contract,),
            contract=lambda _: self.contract,
            oci=lambda _: hook,
            s3=lambda _: (bucket, "nowhere"),
        )


def collect(
    look: str,
    contract: Contract,
    now: datetime,
    run_id: str,
    db: psycopg.Connection,
    stores: Stores,
    params: Mapping[str, Any] | None = None,
) -> str:
    """One run of a collection at a moment, step by step as its DAG does: ``green``, or what it says is wrong.

    ``db`` is open on the warehouse of the stores: what it tells of is as old as the moment.
    """
    form = params or {}
    days, by_hand = ingest.window(form, now), bool(form.get("desde"))
    tenancy = {"connection": contract.oci.connection, "tenancy_ocid": contract.oci.tenancy_ocid}
    read: list[int] = []
    for feed in COLLECTIONS[look]:
        of: dict[str, Any] = {"tenancy": tenancy} if FEEDS[feed].scope == "tenancy" else {"contract_id": contract.id}
        read += ingest.fetch(feed, days, run_id, by_hand=by_hand, stores=stores, **of)
    db.execute("update raw.batch set fetched_at = %s where run_id = %s", (now, run_id))
    db.execute("update raw.listing set listed_at = %s where run_id = %s", (now, run_id))
    ingest.validate_and_load(read, run_id, stores=stores)
    if look == "usage":
        review.review_costs(read, days, run_id, stores=stores)
    observe.observe(look, form, now, run_id, stores=stores)
    try:
        ingest.confirm(read, run_id, collection=look, stores=stores)
    except ingest.Incomplete as error:
        return str(error)
    return "green"


class Collecting:
    """Runs the collections of a world into a warehouse."""

    def __init__(self, world: OutsideWorld, db: psycopg.Connection) -> None:
        self.world, self.db, self.stores = world, db, world.stores(db)

    def run(self, name: str, only: Sequence[str] = ("usage", "metrics", "backups"), **params: Any) -> dict[str, str]:
        """One run of each collection, scheduled unless it is given days: what each says."""
        world = self.world
        return {
            look: collect(look, world.contract, world.now, f"{name}/{look}", self.db, self.stores, params)
            for look in only
        }
