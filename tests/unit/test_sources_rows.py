"""What machines list row by row: a row that cannot be read is set aside, whatever is the matter with it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from service_reports.sources import SOURCES, SourceError, oci_compartments, oci_usage
from service_reports.sources.source import Asked, Feed, Reading, Window
from tests.stand_ins import ArchiveInMemory

DAY = date(2026, 2, 18)


def total(**changes: Any) -> Any:
    told = {
        "time_usage_started": datetime(2026, 2, 18, tzinfo=UTC),
        "compartment_id": "c",
        "service": "Compute",
        "sku_name": "OCPU",
        "sku_part_number": "B1",
        "unit": "Hours",
        "computed_quantity": 1.5,
    }
    return SimpleNamespace(**told | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"time_usage_started": None},
        {"computed_quantity": float("nan")},
        {"computed_quantity": "mucho"},
        {"service": "Com\0pute"},
        {"sku_name": "O" * 500},
        {"unit": "Ñ" * 250},
    ],
)
def test_a_total_that_cannot_be_read_harms_no_other(changes: dict[str, Any]) -> None:
    page = SimpleNamespace(data=SimpleNamespace(items=[total(**changes), total()]), headers={})
    client: Any = SimpleNamespace(request_summarized_usages=lambda *_, **__: page)
    found = oci_usage.parse(oci_usage.fetch(client, SimpleNamespace, "t", DAY, DAY).content)
    assert [each.quantity for each in found] == [Decimal("1.5")]
    assert len(found.aside) == 1


def test_a_total_names_its_product_as_the_lines_of_a_cost_report_do_that_it_is_compared_with() -> None:
    named = total(sku_name="Block\u00a0Volume -  Storage\n(España)")
    page = SimpleNamespace(data=SimpleNamespace(items=[named]), headers={})
    client: Any = SimpleNamespace(request_summarized_usages=lambda *_, **__: page)
    [found] = oci_usage.parse(oci_usage.fetch(client, SimpleNamespace, "t", DAY, DAY).content)
    assert found.product_description == "Block Volume - Storage (España)"


def test_a_total_of_a_day_that_nobody_asked_for_is_set_aside() -> None:
    """No later answer would take its place: each would add to it."""
    days = [datetime(2026, 2, day, tzinfo=UTC) for day in (17, 18, 19)]
    page = SimpleNamespace(data=SimpleNamespace(items=[total(time_usage_started=day) for day in days]), headers={})
    client: Any = SimpleNamespace(request_summarized_usages=lambda *_, **__: page)
    answer = oci_usage.fetch(client, SimpleNamespace, "t", DAY, DAY)
    batch: Any = SimpleNamespace(window_from=DAY, window_to=DAY)
    found: Any = SOURCES["oci_usage"].parse(Reading(batch, (), partial(BytesIO, answer.content)))
    assert [each.usage_date for each in found] == [DAY]
    assert ["se preguntó por los del 2026-02-18 al 2026-02-18" in str(each) for each in found.aside] == [True, True]


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [], {}, {"service": {}, "timeUsageStarted": "ayer", "unit": 5}, {"id": "x" * 500}]
)
def test_an_element_that_is_no_total_and_no_compartment_is_set_aside_and_harms_no_other(odd: Any) -> None:
    """As the clients of the hook leave an answer: in JSON."""
    good = {"timeUsageStarted": "2026-02-18T00:00:00.000Z", "service": "Compute", "computedQuantity": 1.5}
    good["skuPartNumber"] = "B1"
    totals = SimpleNamespace(data={"items": [odd, good, odd]}, headers={})
    client: Any = SimpleNamespace(request_summarized_usages=lambda *_, **__: totals)
    content = oci_usage.fetch(client, SimpleNamespace, "t", DAY, DAY).content
    assert isinstance(odd, dict) or odd in json.loads(content), "as it was answered"
    found = oci_usage.parse(content)
    assert [(each.usage_date, each.quantity, each.product_sku) for each in found] == [(DAY, Decimal("1.5"), "B1")]
    assert len(found.aside) == 2
    tree = SimpleNamespace(data=[odd, {"id": "b", "compartmentId": "a", "lifecycleState": "ACTIVE"}], headers={})
    client = SimpleNamespace(list_compartments=lambda *_, **__: tree)
    content = oci_compartments.fetch(client, "t").content
    assert isinstance(odd, dict) or odd in json.loads(content), "as it was answered"
    placed = oci_compartments.parse(content)
    assert [each.compartment_ocid for each in placed] == ["b"]
    assert len(placed.aside) == 1


def test_what_two_pages_list_is_there_once_as_the_later_page_tells_it() -> None:
    def paged(*pages: Any) -> Any:
        left = [SimpleNamespace(data=page, headers={"opc-next-page": str(n)}) for n, page in enumerate(pages)]
        left[-1].headers = {}
        return lambda *_, **__: left.pop(0)

    whole = {"timeUsageStarted": "2026-02-18T00:00:00Z", "service": "Compute", "computedQuantity": 1.5}
    part = {**whole, "computedQuantity": 2}
    numbers, totals = [{"items": []}], [{"items": [whole, part]}, {"items": [whole, {**part, "unit": "H"}]}]
    answers = [paged(*numbers), paged(*totals)]
    by_place = lambda details, **_: answers["compartmentId" in details.group_by]()  # noqa: E731
    asked: Any = SimpleNamespace(request_summarized_usages=by_place)
    found = oci_usage.parse(oci_usage.fetch(asked, SimpleNamespace, "t", DAY, DAY).content)
    assert sorted((each.quantity, each.unit) for each in found) == [(Decimal("1.5"), ""), (2, ""), (2, "H")]
    before, now = ({"id": "b", "compartmentId": each, "lifecycleState": "ACTIVE"} for each in ("a", "t"))
    listed: Any = SimpleNamespace(list_compartments=paged([before], [now]))
    [placed] = oci_compartments.parse(oci_compartments.fetch(listed, "t").content)
    assert placed.parent_ocid == "t"


def test_totals_of_a_long_outage_are_asked_for_in_parts_that_the_service_answers() -> None:
    def answer(details: Any, **_: Any) -> Any:
        days = (details.time_usage_ended - details.time_usage_started).days
        assert days <= 90, "(400, InvalidParameter): the service refuses it"
        of_days = (details.time_usage_started + timedelta(days=number) for number in range(days))
        return SimpleNamespace(
            data={"items": [{"timeUsageStarted": day, "computedQuantity": 1} for day in of_days]}, headers={}
        )

    client: Any = SimpleNamespace(request_summarized_usages=answer)
    first = DAY - timedelta(days=364)
    found = oci_usage.parse(oci_usage.fetch(client, SimpleNamespace, "t", first, DAY).content)
    assert [each.usage_date for each in found] == [first + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize("data", [None, "<html>", {}, {"items": None}, {"items": {}}])
def test_what_is_no_listing_is_not_taken_for_an_empty_one(data: Any) -> None:
    page = SimpleNamespace(data=data, headers={})
    client: Any = SimpleNamespace(
        request_summarized_usages=lambda *_, **__: page, list_compartments=lambda *_, **__: page
    )
    with pytest.raises(SourceError, match="`RequestSummarizedUsages`: la respuesta no es una lista"):
        oci_usage.fetch(client, SimpleNamespace, "t", DAY, DAY)
    with pytest.raises(SourceError, match="`ListCompartments`: la respuesta no es una lista"):
        oci_compartments.fetch(client, "t")


def within_itself(depth: int) -> Any:
    told: Any = "end"
    for _ in range(depth):
        told = {"about": told}
    return told


@pytest.mark.parametrize(
    ("answered", "kept"),
    [
        ({"code": "ok", "about": "otra cosa"}, {"code": "ok", "about": "otra cosa"}),
        (within_itself(5_000), "(datos dentro de datos sin fin)"),
    ],
    ids=["short", "endless"],
)
@pytest.mark.parametrize("feed", [oci_usage.FEED, oci_compartments.FEED], ids=lambda feed: str(feed.name))
def test_an_answer_that_is_no_listing_lies_in_the_archive_for_who_must_see_it(
    feed: Feed, answered: Any, kept: Any
) -> None:
    page = SimpleNamespace(data=answered, headers={})
    client = SimpleNamespace(request_summarized_usages=lambda *_, **__: page, list_compartments=lambda *_, **__: page)
    oci = SimpleNamespace(endpoint="e", usage=lambda: client, identity=lambda: client)
    stores: Any = SimpleNamespace(oci=lambda _: oci, reaching=lambda *_: nullcontext())
    archive = ArchiveInMemory()
    ledger: Any = SimpleNamespace(archive=archive.keep, oldest_missed=lambda *_: None)
    asked = Asked("t", "c", (), Window(DAY, DAY), stores, ledger)
    with pytest.raises(SourceError, match="la respuesta no es una lista") as told:
        list(feed.collect(asked))
    assert archive.received(str(told.value)) == [kept]


@pytest.mark.parametrize(
    "untold", [{"lifecycleState": None}, {"name": ["Sico"]}, {"name": 2026, "lifecycleState": 1.5}]
)
def test_a_compartment_keeps_its_place_whatever_its_words_are(untold: dict[str, Any]) -> None:
    told = {"id": "b", "compartmentId": "a", "name": "Sico", "lifecycleState": "ACTIVE"}
    page = SimpleNamespace(data=[{**told, **untold}, {**told, "id": ["c"]}], headers={})
    client: Any = SimpleNamespace(list_compartments=lambda *_, **__: page)
    found = oci_compartments.parse(oci_compartments.fetch(client, "t").content)
    assert [(each.compartment_ocid, each.parent_ocid) for each in found] == [("b", "a")]


def test_a_compartment_without_a_name_is_one_and_one_of_nowhere_is_set_aside() -> None:
    def listed(ocid: str, parent: str | None, name: str | None) -> Any:
        return SimpleNamespace(id=ocid, compartment_id=parent, name=name, lifecycle_state="ACTIVE")

    page = SimpleNamespace(data=[listed("b", "a", "Sico"), listed("a", "t", None), listed("x", None, "y")], headers={})
    client: Any = SimpleNamespace(list_compartments=lambda *_, **__: page)
    found = oci_compartments.parse(oci_compartments.fetch(client, "t").content)
    assert [(each.compartment_ocid, each.name) for each in found] == [("a", "(sin nombre)"), ("b", "Sico")]
    assert len(found.aside) == 1
