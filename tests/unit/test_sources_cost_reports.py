"""Cost reports: every line once, exactly, whatever the header's order and case."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.sources import SourceError
from service_reports.sources.oci_cost_reports import objects
from service_reports.sources.oci_cost_reports.sums import CostLines
from service_reports.spooled import spooled

HEADER = (
    "lineItem/intervalUsageStart",
    "product/service",
    "product/compartmentId",
    "product/Description",
    "usage/billedQuantity",
    "usage/billedQuantityOverage",
    "cost/myCost",
    "cost/currencyCode",
    "cost/billingUnitReadable",
    "cost/skuUnitDescription",
    "lineItem/isCorrection",
)


def parse(content: bytes) -> CostLines:
    return objects.parse(partial(spooled, [content]))


def line(quantity: str, hour: str = "2026-02-18T05:00Z", correction: str = "", **changes: str) -> dict[str, str]:
    return {
        "lineItem/intervalUsageStart": hour,
        "product/service": "COMPUTE",
        "product/compartmentId": "c",
        "product/Description": "Standard - E4",
        "usage/billedQuantity": quantity,
        "usage/billedQuantityOverage": quantity,
        "cost/myCost": "0.5",
        "cost/currencyCode": "USD",
        "cost/billingUnitReadable": "ONE HOUR",
        "cost/skuUnitDescription": "OCPU Hours",
        "lineItem/isCorrection": correction,
        **changes,
    }


def report(*lines: dict[str, str], header: tuple[str, ...] = HEADER) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return gzip.compress(text.getvalue().encode())


def test_lines_of_one_hour_and_product_add_up() -> None:
    [hour] = parse(report(line("1.5"), line("2.5")))
    assert (hour.quantity, hour.lines, hour.corrections) == (Decimal(4), 2, 0)
    assert hour.charge_period_start == datetime(2026, 2, 18, 5, tzinfo=UTC)


def test_billed_quantity_includes_overage_already() -> None:
    [hour] = parse(report(line("3")))
    assert hour.quantity == 3


def test_a_correction_is_a_line_that_amends_the_sum() -> None:
    [hour] = parse(report(line("10"), line("-4", correction="true")))
    assert (hour.quantity, hour.lines, hour.corrections) == (Decimal(6), 2, 1)


@given(st.lists(st.decimals(-(10**9), 10**9, places=18), min_size=1, max_size=20))
def test_sums_are_exact(quantities: list[Decimal]) -> None:
    [hour] = parse(report(*(line(str(quantity)) for quantity in quantities)))
    scaled = sum(int(quantity.scaleb(18)) for quantity in quantities)
    assert int(hour.quantity.scaleb(18)) == scaled


def test_e_notation_is_a_number_like_any_other() -> None:
    [hour] = parse(report(line("8.18785e-05")))
    assert hour.quantity == Decimal("0.0000818785")


def test_header_case_and_order_and_further_columns_do_not_matter() -> None:
    shuffled = tuple(reversed([*HEADER, "tags/cost-center"]))
    changed = gzip.compress(gzip.decompress(report(line("7"), header=shuffled)).replace(b"lineItem/", b"LINEITEM/"))
    [hour] = parse(changed)
    assert hour.quantity == 7


def test_the_unit_falls_back_to_the_billing_unit() -> None:
    [hour] = parse(report(line("1", **{"cost/skuUnitDescription": ""})))
    assert hour.unit == "ONE HOUR"


def test_a_missing_column_is_named() -> None:
    header = tuple(name for name in HEADER if name != "usage/billedQuantity")
    with pytest.raises(SourceError, match="usage/billedQuantity"):
        parse(report(line("1"), header=header))


@pytest.mark.parametrize("quantity", ["", "1,5", "NaN", "Infinity", "abc"])
def test_a_quantity_that_is_no_number_is_named_with_its_line(quantity: str) -> None:
    found = parse(report(line("1"), line(quantity)))
    assert [hour.quantity for hour in found] == [1]
    [aside] = found.lines_aside
    assert str(aside) == (f"línea 3, usage/billedQuantity: {quantity!r} no es un número finito de hasta 100 dígitos")


def test_a_truncated_file_is_an_error_and_not_fewer_lines() -> None:
    whole = report(*(line(str(number)) for number in range(500)))
    with pytest.raises(SourceError, match="no es un CSV completo"):
        parse(whole[: len(whole) // 2])


@pytest.mark.parametrize(("read", "written"), [(",1,", ",1,5,"), (",Standard - E4,", ",Standard, E4,")])
def test_a_line_with_more_fields_than_the_header_is_set_aside_and_not_shifted(read: str, written: str) -> None:
    """A comma that nobody quoted, of a decimal or in a name, puts every field after it under another header."""
    text = gzip.decompress(report(line("1"))).decode()
    assert read in text, text
    found = parse(gzip.compress(text.replace(read, written).encode()))
    assert found == []
    assert [str(each) for each in found.lines_aside] == ["línea 2: tiene 12 campos y el encabezado 11"]


def test_a_short_line_is_named() -> None:
    text = gzip.decompress(report(line("1"))).decode() + "2026-02-18T05:00Z,COMPUTE\r\n"
    found = parse(gzip.compress(text.encode()))
    assert [hour.quantity for hour in found] == [1]
    assert [str(each) for each in found.lines_aside] == ["línea 3: tiene 2 campos y el encabezado 11"]
