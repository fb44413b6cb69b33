"""A line of a cost report that cannot be counted costs no other line; whose it may be is told of it."""

from __future__ import annotations

import gzip
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import Contract, load_contract
from service_reports.warehouse import read_batches, read_observations
from service_reports_airflow.steps import ingest, review
from tests.integration.test_cost_collection import (
    DAY,
    DAYS,
    OTHER,
    Bucket,
    fetch,
    line,
    packed,
    used,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def contract() -> Contract:
    return load_contract(DEFAULT_SCENARIO / "contract.yaml")


@pytest.fixture
def bucket(db: psycopg.Connection, contract: Contract) -> Bucket:
    return Bucket(db, contract)


NAMELESS = {"product/Description": ""}


def run(bucket: Bucket, run_id: str = "run-1") -> tuple[list[int], str]:
    """Every step of the DAG; what it fetched, and how it ended."""
    batch_ids = fetch(bucket, run_id)
    ingest.validate_and_load(batch_ids, run_id, stores=bucket.stores)
    review.review_costs(batch_ids, DAYS, run_id, stores=bucket.stores)
    try:
        ingest.confirm(batch_ids, run_id, stores=bucket.stores)
    except ingest.Incomplete as error:
        return batch_ids, str(error)
    return batch_ids, "green"


def told(db: psycopg.Connection, scope: str) -> list[tuple[str, str, str]]:
    found = read_observations(db, [scope], DAY, DAY)
    return [(each.kind, each.severity, each.detail) for each in found if each.kind.endswith("lines_aside")]


def test_a_line_of_another_customer_without_a_name_keeps_nothing_of_ours_out(bucket, contract, db) -> None:
    name = bucket.put(701, line("500"), line("0.2", hour=3, compartment=OTHER, **NAMELESS))
    assert run(bucket)[1] == "green"
    assert used(db, contract) == 500
    assert told(db, contract.id) == []
    [(kind, severity, detail)] = told(db, contract.oci.tenancy_ocid)
    assert (kind, severity) == ("cost.others_lines_aside", "notice")
    assert detail == (
        f"Líneas del informe de costos {name} que quedaron aparte: 1. línea 3, product/Description: '' está en blanco."
        " No se sumaron: COMPUTE, 0,2 OCPU Hours."
    )


def test_our_own_line_that_cannot_be_counted_is_an_alert_and_the_rest_is_loaded(bucket, contract, db) -> None:
    bucket.put(701, line("500"), line("7", hour=3, **NAMELESS), line("2", hour=4))
    _, said = run(bucket)
    assert used(db, contract) == 502
    assert "línea 3, product/Description: '' está en blanco" in said
    [(kind, severity, detail)] = told(db, contract.id)
    assert (kind, severity) == ("cost.lines_aside", "alert")
    assert "No se sumaron: COMPUTE, 7 OCPU Hours." in detail


def test_what_lines_aside_cost_is_kept_and_told_where_the_report_says_it(bucket, contract, db) -> None:
    name = bucket.put(701, line("500"), line("7", hour=3, **NAMELESS), line("2", hour=3, **NAMELESS))
    header, *lines = gzip.decompress(bucket.objects[name]).decode().splitlines()

    def priced(*costs: str) -> bytes:
        priced = [f"{header},cost/myCost", *(f"{told},{cost}" for told, cost in zip(lines, costs, strict=True))]
        return gzip.compress("\r\n".join([*priced, ""]).encode(), mtime=0)

    bucket.objects[name] = priced("9", "1.25", "0.50")
    run(bucket)
    assert db.execute("select cost, currency, lines from raw.oci_cost_line_aside").fetchall() == [
        (Decimal("1.75"), "USD", 2)
    ]
    [(_, _, detail)] = told(db, contract.id)
    assert detail.endswith("No se sumaron: COMPUTE, 9 OCPU Hours. Su costo: 1,75 USD.")
    bucket.objects[name] = priced("9", "1.25", "?")
    run(bucket, "run-2")
    [(_, _, detail)] = told(db, contract.id)
    assert detail.endswith("Su costo: 1,25 USD y lo que no se puede leer.")


def test_a_line_that_breaks_off_may_be_ours_and_is_told_until_its_object_is_replaced(bucket, contract, db) -> None:
    name = bucket.put(701, line("500"))
    whole = bucket.objects[name]
    bucket.objects[name] = gzip.compress(gzip.decompress(whole) + b"broken\r\n", mtime=0)
    assert "tiene 1 campos y el encabezado 12" in run(bucket)[1]
    assert used(db, contract) == 500
    assert [each[:2] for each in told(db, contract.oci.tenancy_ocid)] == [("cost.lines_aside", "alert")]
    bucket.objects[name] = whole
    assert run(bucket, "run-2")[1] == "green"
    assert told(db, contract.oci.tenancy_ocid) == []


@pytest.mark.parametrize(("most", "state"), [(None, "loaded"), (25, "loaded"), (24, "quarantined")])
def test_beyond_the_share_that_a_contract_bears_nothing_of_the_object_is_loaded(
    db: psycopg.Connection, contract: Contract, most: int | None, state: str
) -> None:
    oci = contract.oci.model_copy(update={"most_lines_aside_percent": most and Decimal(most)})
    bearing = Bucket(db, contract.model_copy(update={"oci": oci}))
    strange = [line("1", hour=hour, compartment=OTHER, **NAMELESS) for hour in range(9)]
    bearing.put(701, line("1"), line("1", hour=1), line("1", hour=2), line("1", hour=3, **NAMELESS), *strange)
    batch_ids, said = run(bearing)
    assert [batch.state for batch in read_batches(db, batch_ids)] == [state]
    assert ("1 de 4 líneas de" in said) == (state == "quarantined")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"usage/billedQuantity": "1,5"}, "usage/billedQuantity: '1,5' no es un número"),
        ({"usage/billedQuantity": ""}, "usage/billedQuantity: '' no es un número"),
        ({"lineItem/intervalUsageStart": "ayer"}, "lineItem/intervalUsageStart: 'ayer' no es un instante"),
        ({"product/service": "COM\0PUTE"}, "product/service: 'COM�PUTE' tiene un carácter nulo"),
        ({"product/compartmentId": "ocid1.\0"}, None),
        ({"cost/skuUnitDescription": " "}, "cost/skuUnitDescription: ' ' está en blanco"),
    ],
)
def test_whatever_is_wrong_with_one_line_the_others_of_it_and_of_all_objects_are_loaded(
    bucket: Bucket, contract: Contract, db: psycopg.Connection, changes: dict[str, Any], said: str | None
) -> None:
    bucket.put(700, line("3"), line("9", hour=1, **changes))
    bucket.put(701, line("4", hour=2))
    ended = run(bucket)[1]
    assert used(db, contract) == 7
    assert (said or "green") in ended


def test_an_object_of_which_no_line_can_be_read_is_not_taken_for_an_empty_one(bucket, contract, db) -> None:
    name = bucket.put(700, line("3"))
    header = gzip.decompress(packed()).strip()
    bucket.objects[name] = gzip.compress(header + b"\r\nuno,dos\r\n", mtime=0)
    batch_ids, said = run(bucket)
    assert [batch.state for batch in read_batches(db, batch_ids)] == ["quarantined"]
    assert "ninguna línea se puede leer" in said


def test_the_same_lines_packed_in_another_way_count_once(bucket, contract, db) -> None:
    name = bucket.put(700, line("3"), line("1", hour=1, **NAMELESS))
    again = bucket.put(701)
    bucket.objects[again] = gzip.compress(gzip.decompress(bucket.objects[name]), 1, mtime=1_700_000_000)
    assert bucket.objects[again] != bucket.objects[name]
    run(bucket)
    assert used(db, contract) == 3
    assert db.execute("select sum(lines) from raw.oci_cost_line_aside").fetchone() == (1,)


def test_an_object_packed_anew_is_no_change_of_its_lines(bucket, contract, db) -> None:
    name = bucket.put(700, line("3"))
    bucket.put(701, line("3"))
    run(bucket)
    bucket.objects[name] = gzip.compress(gzip.decompress(bucket.objects[name]), 1, mtime=1)
    run(bucket, "run-2")
    assert used(db, contract) == 3
