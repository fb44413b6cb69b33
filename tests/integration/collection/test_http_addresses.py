"""A round over the published addresses of all contracts: asked once, kept as it came, loaded once."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from sandbox.published import published
from service_reports.contracts import Contract, load_contract
from service_reports.contracts.model import HttpAddresses
from service_reports.figures.gaps import gaps
from service_reports.records import HttpProbe
from service_reports.sources.source import Window
from service_reports.warehouse import read_days
from service_reports_airflow.steps import ingest
from service_reports_airflow.stores import Stores
from tests.stand_ins import ArchiveInMemory

pytestmark = pytest.mark.integration


def named(contract: Contract, *urls: str, private: bool = True) -> Contract:
    addresses = [{"name": f"Servicio {n}", "url": url} for n, url in enumerate(urls, start=1)]
    http = HttpAddresses.model_validate({"addresses": addresses, "allow_private": private})
    return contract.model_copy(update={"http": http})


def test_a_round_asks_all_contracts_at_once_and_each_keeps_what_it_named(
    db: psycopg.Connection, tmp_path: Path
) -> None:
    sample = load_contract(DEFAULT_SCENARIO / "contract.yaml")
    now = datetime.now(UTC)
    with published(tmp_path, now + timedelta(days=60)) as services:
        portal, broken, other = f"{services.http}/", f"{services.http}/503", f"{services.http}/404"
        first = named(sample, portal, broken)
        elsewhere = {"oci": sample.oci.model_copy(update={"tenancy_ocid": "ocid1.tenancy.oc1..another"})}
        second = named(sample.model_copy(update={"id": "second", **elsewhere}), portal, other)
        careful = named(sample.model_copy(update={"id": "careful"}), portal, private=False)
        without = sample.model_copy(update={"id": "without"})
        archive: Any = ArchiveInMemory()
        stores = Stores(
            warehouse=lambda: nullcontext(db),
            archive=lambda: nullcontext(archive),
            contracts=lambda: (first, second, careful, without),
            contract_files=tuple,
        )
        ids = ingest.fetch("http_addresses", Window(now.date(), now.date()), "run-1", stores=stores)
        assert len(services.asked) == 3
    assert len(ids) == 2  # a tenancy's contracts share an answer
    for _ in range(2):
        ingest.validate_and_load(ids, "run-1", stores=stores)
    ingest.confirm(ids, "run-1", collection="published", stores=stores)

    def told(contract: Contract) -> dict[str, tuple[int | None, str | None]]:
        day = datetime.now(UTC).date()
        probes = read_days(db, contract, now.date(), day).of(HttpProbe)
        assert len(probes) == len({each.url for each in probes})
        return {each.url: (each.status, each.failure) for each in probes}

    assert told(first) == {portal: (200, None), broken: (503, None)}
    assert told(second) == {portal: (200, None), other: (404, None)}
    assert told(careful) == {portal: (None, "not_public")}
    assert told(without) == {}


def test_a_day_without_a_round_after_it_stays_unread(db: psycopg.Connection, tmp_path: Path) -> None:
    held = named(load_contract(DEFAULT_SCENARIO / "contract.yaml"), "https://portal.example.com/")
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=2), today]
    rows = read_days(db, held, days[0], days[-1])
    assert {gap.kind for gap in gaps(held, days, rows) if gap.source == "http_addresses"} == {"never_read"}
