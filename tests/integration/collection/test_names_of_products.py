"""A product is one column whatever its name becomes, and a service has the name that the provider tells."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import Contract, load_contract
from service_reports.sources import SOURCES, Answer
from service_reports.sources.oci_usage import fetch
from service_reports.sources.source import Reading
from service_reports.warehouse import load_batch, read_batches, record_batch
from service_reports.warehouse.review import read_usage_days, read_usage_totals
from tests.integration.test_cost_collection import HEADER, line

pytestmark = pytest.mark.integration
DAY = date(2026, 1, 25)
DAYS = (DAY, DAY)


@pytest.fixture
def contract() -> Contract:
    return load_contract(DEFAULT_SCENARIO / "contract.yaml")


def load(db: psycopg.Connection, contract: Contract, source: str, answer: Answer, run_id: str = "run") -> None:
    scope = contract.oci.tenancy_ocid
    batch_id = record_batch(db, source=source, scope=scope, answer=answer, archive_key="key", run_id=run_id)
    [batch] = read_batches(db, [batch_id])
    reading = Reading(batch, (contract,), partial(BytesIO, answer.content))
    load_batch(db, batch, SOURCES[source].parse(reading), (contract,))


def used(db: psycopg.Connection, contract: Contract, *lines: dict[str, str]) -> list[tuple[str, str, Decimal]]:
    """Service, product and quantity by day, of a report with these lines."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*HEADER, "cost/productSku"], restval="")
    writer.writeheader()
    writer.writerows(lines)
    load(db, contract, "oci_cost_reports", Answer("1.csv.gz", gzip.compress(text.getvalue().encode()), "e", *DAYS))
    return [(row.service_code, row.product_description, row.quantity) for row in read_usage_days(db, contract, *DAYS)]


def told(db: psycopg.Connection, contract: Contract, *items: tuple[str, str, float | None]) -> list[tuple[Any, ...]]:
    """What the Usage API gives of service, product and quantity, and the totals that are kept of it."""
    found = [
        SimpleNamespace(
            time_usage_started=datetime(2026, 1, 25, tzinfo=UTC),
            compartment_id=contract.oci.compartment_ocids[0],
            service=service,
            sku_name=product,
            unit="OCPU Hours",
            computed_quantity=quantity,
        )
        for service, product, quantity in items
    ]
    answer = SimpleNamespace(data=SimpleNamespace(items=found), headers={})
    client: Any = SimpleNamespace(request_summarized_usages=lambda *_, **__: answer)
    details: Any = lambda **asked: asked  # noqa: E731
    load(db, contract, "oci_usage", fetch(client, details, contract.oci.tenancy_ocid, *DAYS))
    return [(row[1], row[2], row[4]) for row in read_usage_totals(db, contract, *DAYS)]


def test_a_product_that_is_renamed_is_one_column_under_its_newest_name(db, contract) -> None:
    sku = {"cost/productSku": "B1"}
    old = line("2", hour=1, **{"product/Description": "Old", **sku})
    new = line("3", hour=2, **{"product/Description": "New", **sku})
    assert used(db, contract, old, new) == [("COMPUTE", "New", 5)]


def test_products_without_a_number_are_told_apart_by_name(db, contract) -> None:
    old, new = line("2", hour=1, **{"product/Description": "Old"}), line("3", hour=2, **{"product/Description": "New"})
    assert used(db, contract, old, new) == [("COMPUTE", "New", 3), ("COMPUTE", "Old", 2)]


def test_a_service_has_the_name_that_the_provider_tells_of_its_product(db, contract) -> None:
    told(db, contract, ("Some New Service", "Standard - E4", 2))
    assert used(db, contract, line("2", **{"product/service": "XQ_17"})) == [("Some New Service", "Standard - E4", 2)]


def test_of_a_product_of_two_services_each_keeps_its_code(db, contract) -> None:
    told(db, contract, ("Compute", "Standard - E4", 2))
    both = line("2"), line("3", **{"product/service": "DATABASE"})
    assert used(db, contract, *both) == [("COMPUTE", "Standard - E4", 2), ("DATABASE", "Standard - E4", 3)]


def test_a_total_without_a_number_is_no_zero(db, contract) -> None:
    assert told(db, contract, ("Compute", "Standard - E4", None), ("Compute", "Standard - E5", 0)) == [
        ("Compute", "Standard - E4", None),
        ("Compute", "Standard - E5", 0),
    ]
