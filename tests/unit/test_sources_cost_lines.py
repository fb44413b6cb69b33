"""The streaming parse gives what a plain loop over csv and Decimal gives, to the last digit, or the same error."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_reports.foreign_text import foreign_line
from service_reports.sources import SourceError
from service_reports.sources.oci_cost_reports import SOURCE, objects
from service_reports.sources.oci_cost_reports.lines import add_up
from service_reports.sources.oci_cost_reports.objects import CostReport, Limits, list_reports, read_report
from service_reports.sources.oci_cost_reports.sums import CostLines
from service_reports.sources.source import Batch, Reading
from service_reports.spooled import BLOCK_BYTES, MOST_HELD_BYTES, size_of, spooled

COLUMNS = (
    "lineItem/referenceNo",
    "lineItem/intervalUsageStart",
    "product/service",
    "product/compartmentId",
    "product/Description",
    "usage/billedQuantity",
    "cost/myCost",
    "cost/currencyCode",
    "cost/billingUnitReadable",
    "cost/skuUnitDescription",
    "lineItem/isCorrection",
    "lineItem/backreferenceNo",
    "tags/cost-center",
    "tags/Other.x",
)
OPTIONAL = {
    "cost/myCost",
    "cost/currencyCode",
    "lineItem/isCorrection",
    "lineItem/backreferenceNo",
    "lineItem/referenceNo",
    "cost/billingUnitReadable",
}

Sums = dict[tuple[Any, ...], tuple[Decimal, Decimal, int, int]]


def parse(content: bytes, tag_keys: Sequence[str] = (), limits: Limits = Limits()) -> CostLines:  # noqa: B008
    return objects.parse(partial(spooled, [content]), tag_keys, limits)


def reference(text: str) -> tuple[Sums, int]:
    """The plain loop: each line through ``csv.reader``, each number through ``Decimal``; sums, and lines set aside."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip().lower() for name in next(lines, [])]
    sums: dict[tuple[Any, ...], list[Any]] = {}
    aside = 0
    with localcontext(prec=300):
        while True:
            read_before = lines.line_num
            try:
                fields = next(lines)
            except StopIteration:
                return {key: tuple(held) for key, held in sums.items()}, aside
            except csv.Error as error:
                if lines.line_num > read_before + 1:
                    raise SourceError("unas comillas que no cierran") from error
                fields = ["?"]
            read = None if len(fields) != len(header) else read_line(dict(zip(header, fields, strict=True)))
            if read is None:
                aside += bool(fields)
                continue
            key, quantity, cost, corrects = read
            held = sums.setdefault(key, [Decimal(0), Decimal(0), 0, 0])
            held[0] += quantity
            held[1] += cost
            held[2] += 1
            held[3] += corrects


def read_line(line: dict[str, str]) -> tuple[tuple[Any, ...], Decimal, Decimal, bool] | None:
    try:
        quantity, cost = Decimal(line["usage/billedquantity"]), Decimal(line.get("cost/mycost", "0"))
    except InvalidOperation:
        return None
    unit = line["cost/skuunitdescription"] or line.get("cost/billingunitreadable", "")
    names = line["product/service"], line["product/description"], unit
    if not (quantity.is_finite() and cost.is_finite() and all(foreign_line(name) for name in names)):
        return None
    start = datetime.fromisoformat(line["lineitem/intervalusagestart"])
    texts = (line["product/compartmentid"], *names, line.get("cost/currencycode", ""))
    key = (start, *map(foreign_line, texts))
    return key, quantity, cost, line.get("lineitem/iscorrection", "").lower() == "true"


def streamed(text: str, piece_bytes: int) -> tuple[Sums, int]:
    hours = add_up(io.BytesIO(text.encode()), piece_bytes=piece_bytes)
    assert len({hour[:6] for hour in hours}) == len(hours)
    assert all(len(hour.amendments) == hour.corrections for hour in hours)
    sums = {hour[:6]: (hour.quantity, hour.cost, hour.lines, hour.corrections) for hour in hours}
    return sums, sum(each.lines for each in hours.lines_aside)


plain = st.decimals(-(10**9), 10**9, places=12).map(str)
numbers = st.one_of(
    plain,
    plain,
    plain,
    st.integers(-(10**30), 10**30).map(str),
    st.builds(lambda digits, exponent: f"{digits}e{exponent:+03d}", st.integers(-99999, 99999), st.integers(-30, 20)),
    st.decimals(-10, 10, places=27).map(lambda value: f"{value:f}"),
    st.sampled_from(["0", "-0", ".5", "7.", "+3", "1E+2"]),
)
words = st.sampled_from(["a", "Standard - E4", "B, with comma", 'the "best"', "two\nlines", "ñandú", "", "x\r\ny", '"'])
hours_of_day = st.integers(0, 3).map(lambda hour: f"2026-01-20T{hour:02d}:00Z")


@st.composite
def files(draw: st.DrawFn) -> str:
    left_out = draw(st.sets(st.sampled_from(sorted(OPTIONAL)), max_size=3))
    header = draw(st.permutations([name for name in COLUMNS if name not in left_out]))
    values: dict[str, st.SearchStrategy[str]] = {
        "lineItem/intervalUsageStart": hours_of_day,
        "usage/billedQuantity": numbers,
        "cost/myCost": st.one_of(numbers, st.just("")),
        "lineItem/isCorrection": st.sampled_from(["", "false", "TRUE"]),
        "product/compartmentId": st.sampled_from(["c", "d"]),
        "cost/currencyCode": st.sampled_from(["USD", ""]),
    }
    rows = draw(st.lists(st.tuples(*(values.get(name, words) for name in header)), max_size=12))
    text = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(text, lineterminator=draw(st.sampled_from(["\n", "\r\n"])), quoting=quoting)
    writer.writerow(draw(st.sampled_from([str.upper, str.lower, str]))(name) for name in header)
    writer.writerows(rows)
    return text.getvalue()[: None if draw(st.booleans()) else -1] if rows and rows[-1][-1] == "a" else text.getvalue()


@settings(max_examples=250)
@given(files(), st.sampled_from([1, 37, 150, 1_000_000]))
def test_the_stream_and_the_plain_loop_agree_to_the_last_digit(text: str, piece_bytes: int) -> None:
    assert streamed(text, piece_bytes) == reference(text)


def csv_text(*lines: str) -> str:
    return "\n".join((",".join(COLUMNS), *lines, ""))


GOOD = "r,2026-01-20T00:00Z,COMPUTE,c,P,1.5,0.1,USD,HOUR,Hours,false,,,"


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                GOOD,
                GOOD,
                "",
                "short,line",
                GOOD + ",too,long",
                GOOD.replace("1.5", "abc"),
                GOOD.replace("1.5", "NaN"),
                GOOD.replace(",P,", ',5" disk,'),
                GOOD.replace(",P,", ',"two\nlines",'),
                GOOD.replace(",P,", ', "x",'),
                GOOD.replace(",P,", ",a\rb,"),
                GOOD.replace("1.5", ""),
                GOOD.replace("1.5", "1,5"),
                GOOD.replace(",P,", ',"open'),
            ]
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([1, 64, 1_000_000]),
)
def test_a_malformed_file_gives_the_same_sums_or_the_same_line(lines: list[str], piece_bytes: int) -> None:
    text = csv_text(*lines)

    def outcome(read: Callable[[], object]) -> object:
        try:
            return read()
        except SourceError as error:
            return "comillas" in str(error)

    assert outcome(lambda: streamed(text, piece_bytes)) == outcome(lambda: reference(text))


@pytest.mark.parametrize("piece_bytes", [10_000, 1_000_000])
def test_the_line_that_is_set_aside_is_counted_over_all_pieces(piece_bytes: int) -> None:
    bad = GOOD.replace("1.5", "1;5", 1)
    found = add_up(io.BytesIO(csv_text(*[GOOD] * 5000, bad, GOOD, bad).encode()), piece_bytes=piece_bytes)
    assert [hour.lines for hour in found] == [5001]
    [aside] = found.lines_aside
    assert (aside.line, aside.lines, aside.column, aside.value) == (5002, 2, "usage/billedQuantity", "1;5")
    assert (aside.compartment_ocid, aside.day, aside.quantity) == ("c", date(2026, 1, 20), None)


@pytest.mark.parametrize("piece_bytes", [1_000, 1_000_000])
def test_sums_stand_in_the_order_in_which_the_file_begins_them(piece_bytes: int) -> None:
    """What a check finds is told by the row's place, and the same report is read again to be loaded."""
    products = [f"P{number * 37 % 101}" for number in range(101)]
    lines = [GOOD.replace(",P,", f",{product},") for product in (*products, *reversed(products))]
    found = add_up(io.BytesIO(csv_text(*lines).encode()), piece_bytes=piece_bytes)
    assert [hour.product_description for hour in found] == products


def test_a_sum_of_the_longest_numbers_is_not_rounded() -> None:
    text = csv_text(GOOD.replace("1.5", "1e90"), GOOD.replace("1.5", "1e-90"))
    [hour] = add_up(io.BytesIO(text.encode()), piece_bytes=1000)
    assert hour.quantity == Decimal("1" + "0" * 90 + "." + "0" * 89 + "1")


def test_each_correction_keeps_its_back_reference() -> None:
    text = csv_text(GOOD, GOOD.replace("r,", "r2,", 1).replace("1.5", "-1").replace("false,,", "true,r,"))
    [hour] = add_up(io.BytesIO(text.encode()))
    assert hour.amendments == (("r2", "r", Decimal(-1)),)
    assert hour.quantity == Decimal("0.5")


def test_the_values_of_wanted_tags_part_the_sums() -> None:
    text = csv_text(GOOD, GOOD[:-1] + "jamundi,", GOOD[:-1] + "cali,", GOOD[:-1] + "jamundi,")
    hours = add_up(io.BytesIO(text.encode()), ("cost-center",))
    assert {hour.tags: hour.lines for hour in hours} == {
        (): 1,
        (("cost-center", "jamundi"),): 2,
        (("cost-center", "cali"),): 1,
    }
    assert [hour.lines for hour in add_up(io.BytesIO(text.encode()))] == [4]


def test_free_tags_that_differ_in_case_alone_are_two_tags() -> None:
    text = csv_text(GOOD[:-1] + "jamundi,").replace("tags/Other.x", "tags/Cost-Center")
    both = ("Cost-Center", "cost-center")
    [hour] = add_up(io.BytesIO(text.replace("jamundi,", "jamundi,cali").encode()), both)
    assert dict(hour.tags) == {"Cost-Center": "cali", "cost-center": "jamundi"}
    [hour] = add_up(io.BytesIO(text.encode()), ("COST-CENTER",))
    assert hour.tags == ()


@pytest.mark.parametrize("spoilt", [[], ["broken"]])
def test_names_that_look_alike_are_one(spoilt: list[str]) -> None:
    names = ["Generaci\u00f3n", "Generacio\u0301n", " Generaci\u00f3n\u200b", "Generaci\u00f3n\u00a0"]
    [hour] = add_up(io.BytesIO(csv_text(*(GOOD.replace(",P,", f",{name},") for name in names), *spoilt).encode()))
    assert (hour.product_description, hour.lines) == ("Generaci\u00f3n", 4)
    [aside] = add_up(io.BytesIO(csv_text(GOOD.replace(",P,", ",\u200b,")).encode())).lines_aside
    assert (aside.column, aside.is_charge) == ("product/Description", False)


def test_a_tag_of_a_namespace_is_the_same_in_any_case() -> None:
    [hour] = add_up(io.BytesIO(csv_text(GOOD + "jamundi").encode()), ("other.X",))
    assert hour.tags == (("other.X", "jamundi"),)


@pytest.mark.parametrize("spoilt", ["", "broken"])
def test_a_tag_of_a_namespace_that_was_renamed_in_case_is_told_by_either_of_its_columns(spoilt: str) -> None:
    """A file has a column for each way in which the key was ever written; each line fills one."""
    header = ",".join((*COLUMNS, "tags/other.X", "tags/Other.x"))
    lines = (
        GOOD[:-1] + ",".join(("", *told)) for told in (("a", "", ""), ("", "a", ""), ("", "", "a"), ("b", "a", ""))
    )
    found = add_up(io.BytesIO("\n".join((header, *lines, spoilt)).encode()), ("Other.x",))
    assert {hour.tags: hour.lines for hour in found} == {(("Other.x", "a"),): 3, (("Other.x", "b"),): 1}
    usage = ("0.1", "USD", "Usage", "", "P", "2026-01-20T00:00Z", "HOUR", "COMPUTE", "", "1.5", "Hours", "c", "r1", "")
    tags = json.dumps({"cost.center": "", "Cost.Center": "cali"})
    [hour] = parse(focus((*usage[:8], tags, *usage[9:])), ("cost.center",))
    assert hour.tags == (("cost.center", "cali"),)


FOCUS = (
    "BilledCost",
    "BillingCurrency",
    "ChargeCategory",
    "ChargeSubcategory",
    "ChargeDescription",
    "ChargePeriodStart",
    "PricingUnit",
    "ServiceName",
    "Tags",
    "UsageQuantity",
    "UsageUnit",
    "oci_CompartmentId",
    "oci_ReferenceNumber",
    "oci_BackReferenceNumber",
)


def focus(*rows: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([FOCUS, *rows])
    return gzip.compress(text.getvalue().encode())


def test_a_focus_file_gives_the_rows_that_cost_csv_gives() -> None:
    tags = json.dumps({"cost-center": "jamundi", "x": 1})
    usage = ("0.1", "USD", "Usage", "", "P", "2026-01-20T00:00:00.000Z", "HOUR", "COMPUTE", tags, "1.5", "Hours", "c")
    amended = (*usage[:2], "Adjustment", "Refund", *usage[4:9], "-1", *usage[10:], "r2", "r")
    [hour] = parse(focus((*usage, "r", ""), amended), ("cost-center",))
    lines = csv_text(GOOD, GOOD.replace("r,", "r2,", 1).replace("1.5", "-1").replace("false,,", "true,r,"))
    [same] = parse(gzip.compress(lines.encode()))
    assert hour._replace(tags=()) == same
    assert hour.tags == (("cost-center", "jamundi"),)


def test_however_many_tags_a_focus_line_has_it_counts() -> None:
    tags = json.dumps({f"key-{number}": "value" for number in range(100)} | {"cost-center": "jamundi"})
    usage = (
        "0.1",
        "USD",
        "Usage",
        "",
        "P",
        "2026-01-20T00:00Z",
        "HOUR",
        "COMPUTE",
        tags,
        "1.5",
        "Hours",
        "c",
        "r1",
        "",
    )
    [hour] = parse(focus(usage), ("cost-center",))
    assert (hour.quantity, hour.tags) == (Decimal("1.5"), (("cost-center", "jamundi"),))


def test_a_back_reference_alone_makes_no_correction_of_a_focus_line() -> None:
    usage = (
        "0.1",
        "USD",
        "Usage",
        "",
        "P",
        "2026-01-20T00:00Z",
        "HOUR",
        "COMPUTE",
        "",
        "1.5",
        "Hours",
        "c",
        "r1",
        "r0",
    )
    [hour] = parse(focus(usage))
    assert (hour.quantity, hour.corrections, hour.amendments) == (Decimal("1.5"), 0, ())


@pytest.mark.parametrize("category", ["Tax", "Credit", "Purchase", "Adjustment"])
def test_a_charge_without_quantity_is_no_use_and_nothing_is_wrong_with_it(category: str) -> None:
    charge = ("-5", "USD", category, "", "", "2026-01-20T00:00:00Z", "", "", "", "", "", "c", "r", "x")
    usage = ("0.1", "USD", "Usage", "", "P", "2026-01-20T00:00Z", "HOUR", "COMPUTE", "", "1.5", "Hours", "c", "r1", "")
    found = parse(focus(charge, usage))
    assert [(hour.quantity, hour.corrections) for hour in found] == [(Decimal("1.5"), 0)]
    assert [(each.line, each.is_charge) for each in found.lines_aside] == [(2, True)]
    assert [(each.cost, each.currency, each.quantity) for each in found.lines_aside] == [(Decimal(-5), "USD", None)]
    [aside] = parse(focus((*charge[:2], "Usage", *charge[3:]))).lines_aside
    assert (aside.line, aside.column, aside.is_charge) == (2, "UsageQuantity", False)
    dear, cheap, untold = ((cost, *charge[1:]) for cost in ("0.1", "20000000000000000000.2", ""))
    [together] = parse(focus(dear, charge, cheap)).lines_aside
    assert (together.lines, together.cost) == (3, Decimal("19999999999999999995.3"))
    [together, lacking] = parse(focus(dear, charge, untold)).lines_aside
    assert [(each.lines, each.cost) for each in (together, lacking)] == [(2, Decimal("-4.9")), (1, None)]
    [pesos, dollars] = parse(focus(charge, ("7", "COP", *charge[2:]))).lines_aside
    assert {(pesos.cost, pesos.currency), (dollars.cost, dollars.currency)} == {(-5, "USD"), (7, "COP")}


def of_kind(category: str, finer: str, quantity: str = "2", cost: str = "0.1") -> tuple[str, ...]:
    told = ("P", "2026-01-20T00:00Z", "HOUR", "COMPUTE", "", quantity, "Hours", "c", f"{category}{finer}", "x")
    return (cost, "USD", category, finer, *told)


@pytest.mark.parametrize("quantity", ["0", "-1", "5", "1E-7", "gratis", ""])
@pytest.mark.parametrize(
    ("category", "finer"),
    [
        *(("Tax", ""), ("credit", ""), ("Purchase", ""), (" PURCHASE ", "x"), ("Adjustment", "")),
        *(("Adjustment", each) for each in ("Credit", "Rounding Error", "General Adjustment")),
        ("Usage", "Unused Commitment"),
    ],
)
@pytest.mark.parametrize("quoted", [False, True])
def test_what_is_charged_and_is_no_use_counts_in_no_sum_whatever_quantity_it_tells(
    category: str, finer: str, quantity: str, quoted: bool
) -> None:
    spoilt = ["broken"] if quoted else []  # has the file read field by field
    found = parse(focus(of_kind(category, finer, quantity), of_kind("Usage", "On-Demand"), *spoilt))
    assert [(hour.quantity, hour.lines, hour.corrections) for hour in found] == [(2, 1, 0)]
    assert [(each.line, each.is_charge) for each in found.lines_aside[:1]] == [(2, True)]


@pytest.mark.parametrize("spoilt", [[], ["broken"]])
def test_use_is_what_is_used_and_what_is_given_back_of_it(spoilt: list[str]) -> None:
    lines = [of_kind("Usage", finer) for finer in ("", "On-Demand", "Used Commitment")]
    [hour] = parse(focus(*lines, of_kind("adjustment", "refund", "-1"), *spoilt))
    assert (hour.quantity, hour.lines, hour.corrections) == (5, 4, 1)
    assert [(each.back_reference, each.quantity) for each in hour.amendments] == [("x", -1)]


def of_version_1(quantity: str, charge_class: str = "", status: str = "", category: str = "Usage") -> tuple[str, ...]:
    told = "P", "2026-01-20T00:00:00Z", "HOUR", "COMPUTE", "", quantity, "Hours", "c", "n", "x"
    return ("0.1", "USD", category, charge_class, *told, status)


@pytest.mark.parametrize("spoilt", [[], ["broken"]])
def test_a_focus_file_of_version_1_says_the_same_in_its_columns(spoilt: list[str]) -> None:
    now = {"ChargeSubcategory": "ChargeClass", "UsageQuantity": "ConsumedQuantity", "UsageUnit": "ConsumedUnit"}
    lines = [
        *(of_version_1("2"), of_version_1("3", status="Used"), of_version_1("-1", "Correction")),
        *(of_version_1("7", status="Unused"), of_version_1("", category="Tax"), of_version_1("9", "x", "", "Credit")),
        *(of_version_1("4", "Correction", "", "Purchase"), spoilt),
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[*(now.get(name, name) for name in FOCUS), "CommitmentDiscountStatus"], *lines])
    found = parse(gzip.compress(text.getvalue().encode()))
    assert [(hour.quantity, hour.lines, hour.corrections, hour.unit) for hour in found] == [(4, 3, 1, "Hours")]
    assert sum(each.lines for each in found.lines_aside if each.is_charge) == 4
    [untold] = parse(gzip.compress(text.getvalue().replace(",2,Hours", ",,Hours").encode())).lines_aside[:1]
    assert (untold.column, untold.is_charge) == ("ConsumedQuantity", False)


@pytest.mark.parametrize("category", ["", "Refund", "Uso"])
def test_a_line_of_a_category_that_nobody_knows_is_told(category: str) -> None:
    found = parse(focus(of_kind(category, ""), of_kind("Usage", "")))
    assert [hour.quantity for hour in found] == [2]
    [aside] = found.lines_aside
    assert (aside.column, aside.is_charge) == ("ChargeCategory", False)


@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize("spoilt", [[], ["broken"]])
def test_a_cost_or_a_quantity_that_is_not_told_is_no_zero(blank: str, spoilt: list[str]) -> None:
    usage = of_kind("Usage", "")
    lacking = of_kind("Usage", "", blank), of_kind("Usage", "", cost=blank)
    found = parse(focus(*lacking, usage, *spoilt))
    assert [(hour.quantity, hour.cost, hour.lines) for hour in found] == [(2, Decimal("0.1"), 1)]
    told = [(each.line, each.column, each.value, each.is_charge) for each in found.lines_aside[:2]]
    assert told == [(2, "UsageQuantity", blank, False), (3, "BilledCost", blank, False)]


@pytest.mark.parametrize("category", ["", "Refund", "usage ", "Usage"])
def test_a_line_without_quantity_that_is_no_known_charge_lacks_it(category: str) -> None:
    line = ("0.1", "USD", category, "", "P", "2026-01-20T00:00Z", "HOUR", "COMPUTE", "", "", "Hours", "c", "r1", "")
    [aside] = parse(focus(line)).lines_aside
    assert (aside.column, aside.is_charge) == ("UsageQuantity", False)


@pytest.mark.parametrize("value", [r'"a\u0000b"', r'"a\ud800b"', '{"x": "y"}', "true", "[" * 100_000, f'"{"x" * 700}"'])
def test_a_tag_whose_value_no_table_holds_is_of_its_line_alone(value: str) -> None:
    usage = ("0.1", "USD", "Usage", "", "P", "2026-01-20T00:00Z", "HOUR", "COMPUTE", "", "1.5", "Hours", "c", "r1", "")
    bad = (*usage[:8], f'{{"cost-center": {value}}}', *usage[9:])
    found = parse(focus(bad, usage), ("cost-center",))
    assert [(hour.lines, hour.tags) for hour in found] == [(1, ())]
    [aside] = found.lines_aside
    assert (aside.line, aside.column) == (2, "Tags")


@pytest.mark.parametrize("spoilt", ["", "broken"])
def test_a_product_without_a_description_is_called_by_its_number(spoilt: str) -> None:
    """The provider leaves the description of some products blank on all their lines."""
    header = ",".join((*COLUMNS, "cost/productSku"))
    lines = (f"{GOOD.replace(',P,', ',,')},{sku}" for sku in ("B1", "B2", "B1", ""))
    found = add_up(io.BytesIO("\n".join((header, *lines, spoilt)).encode()))
    assert {hour.product_description: (hour.product_sku, hour.quantity) for hour in found} == {
        "B1": ("B1", Decimal(3)),
        "B2": ("B2", Decimal("1.5")),
    }
    assert "product/Description" in [each.column for each in found.lines_aside]


def test_a_number_of_a_product_that_cannot_be_one_is_none() -> None:
    header = ",".join((*COLUMNS, "cost/productSku"))
    found = add_up(io.BytesIO("\n".join((header, f"{GOOD},B1", f"{GOOD.replace(',P,', ',Q,')},{'x' * 9000}")).encode()))
    assert [(hour.product_description, hour.product_sku) for hour in found] == [("P", "B1"), ("Q", "")]


def test_a_tag_is_the_one_of_its_very_key_where_others_differ_in_case() -> None:
    usage = ("0.1", "USD", "Usage", "", "P", "2026-01-20T00:00Z", "HOUR", "COMPUTE", "", "1.5", "Hours", "c", "r1", "")
    tags = json.dumps({"cost.center": "jamundi", "Cost.Center": "cali"})
    [hour] = parse(focus((*usage[:8], tags, *usage[9:])), ("cost.center",))
    assert hour.tags == (("cost.center", "jamundi"),)
    text = csv_text(GOOD[:-1] + "jamundi,cali").replace("tags/cost-center", "tags/other.X")
    for key, value in (("other.X", "jamundi"), ("Other.x", "cali")):
        [hour] = add_up(io.BytesIO(text.encode()), (key,))
        assert hour.tags == ((key, value),)


def test_a_file_with_a_mark_of_its_code_and_quoted_names_is_read() -> None:
    header, rest = csv_text(GOOD).split("\n", 1)
    quoted = ",".join(f'"{name}"' for name in header.strip().split(","))
    [hour] = add_up(io.BytesIO(f"\ufeff{quoted}\n{rest}".encode()))
    assert hour.lines == 1


@pytest.mark.parametrize("name", ["usage/billedQuantity", "Cost/MyCost", "cost/skuUnitDescription"])
def test_a_column_that_is_there_twice_is_not_chosen_by_its_place(name: str) -> None:
    text = csv_text(GOOD).replace("tags/Other.x", name)
    with pytest.raises(SourceError, match=f"(?i)dos veces en el encabezado: {name}"):
        add_up(io.BytesIO(text.encode()))


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        (("1.5", "1_5"), "usage/billedQuantity"),
        (("1.5", "١٢"), "usage/billedQuantity"),
        (("COMPUTE", " "), "product/service"),
        ((",P,", ",,"), "product/Description"),
        ((",HOUR,Hours,", ",,,"), "cost/skuUnitDescription"),
        (("2026-01-20T00", "ayer"), "lineItem/intervalUsageStart"),
        (("2026-01-20T00", "9999-01-20T00"), "lineItem/intervalUsageStart"),
        (("COMPUTE", "COM\0PUTE"), "product/service"),
        ((",c,", ",c\0,"), "product/compartmentId"),
        (("1.5", ""), "usage/billedQuantity"),
        (("1.5", "1e200"), "usage/billedQuantity"),
        ((",0.1,", ",gratis,"), "cost/myCost"),
        ((",P,", f",{'P' * 700},"), "product/Description"),
    ],
)
@pytest.mark.parametrize("piece_bytes", [1, 1_000_000])
def test_a_line_that_cannot_be_counted_is_set_aside_and_the_others_counted(
    changes: tuple[str, str], column: str, piece_bytes: int
) -> None:
    assert changes[0] in GOOD
    found = add_up(io.BytesIO(csv_text(GOOD, GOOD.replace(*changes), GOOD).encode()), piece_bytes=piece_bytes)
    assert [(hour.quantity, hour.lines) for hour in found] == [(3, 2)]
    assert [(each.line, each.lines, each.column) for each in found.lines_aside] == [(3, 1, column)]
    assert "\0" not in str(found.lines_aside[0])


def test_a_line_with_bytes_that_are_not_utf_8_is_set_aside() -> None:
    latin = csv_text(GOOD, GOOD.replace(",P,", ",Ñandú,"), GOOD).encode("latin-1")
    found = add_up(io.BytesIO(latin))
    assert [hour.lines for hour in found] == [2]
    assert [(each.line, each.column) for each in found.lines_aside] == [(3, "product/Description")]


def test_where_an_open_quote_hides_lines_the_file_is_refused() -> None:
    with pytest.raises(SourceError, match=r"línea 3: unas comillas que no cierran .* se llevan 3 líneas"):
        add_up(io.BytesIO(csv_text(GOOD, GOOD.replace(",P,", ',"P,'), GOOD, GOOD).encode()))


LONG = "r,2026-01-20T22:00Z,2026-01-21T01:00Z,COMPUTE,c,P,1,1,Hours"
LONG_HEADER = (
    "lineItem/referenceNo,lineItem/intervalUsageStart,lineItem/intervalUsageEnd,product/service,product/compartmentId,"
    "product/Description,usage/billedQuantity,cost/myCost,cost/skuUnitDescription"
)


def of_long(*lines: str) -> Any:
    return add_up(io.BytesIO("\n".join((LONG_HEADER, *lines)).encode()))


def test_a_line_of_several_hours_is_spread_over_them_to_the_last_digit() -> None:
    hours = of_long(LONG)
    assert [(hour.charge_period_start.day, hour.charge_period_start.hour) for hour in hours] == [
        (20, 22),
        (20, 23),
        (21, 0),
    ]
    assert sum(hour.quantity for hour in hours) == 1
    assert max(hour.quantity for hour in hours) - min(hour.quantity for hour in hours) < Decimal("0.00001")


@pytest.mark.parametrize(
    ("start", "end", "shares"),
    [
        ("20T22:30Z", "20T23:30Z", {22: "2", 23: "2"}),
        ("20T22:45Z", "21T00:15Z", {22: "0.666666", 23: "2.666667", 0: "0.666667"}),
        ("20T22:00:00.000Z", "20T22:59:59Z", {22: "4"}),
        ("20T22:59:59.500Z", "20T23:00:01.500Z", {22: "1", 23: "3"}),
        ("20T22:15Z", "20T22:45Z", {22: "4"}),
        ("20T22:30Z", "20T22:30Z", {22: "4"}),
        ("20T22:30Z", "", {22: "4"}),
        ("21T04:00+05:30", "21T05:00+05:30", {22: "2", 23: "2"}),
    ],
)
def test_a_line_that_starts_off_the_hour_is_of_the_hours_that_it_touches(
    start: str, end: str, shares: dict[int, str]
) -> None:
    end = f"2026-01-{end}" if end else ""
    line = LONG.replace("2026-01-20T22:00Z", f"2026-01-{start}").replace("2026-01-21T01:00Z", end)
    found = of_long(line.replace(",1,1,", ",4,1,"))
    assert {hour.charge_period_start.hour: hour.quantity for hour in found} == {
        hour: Decimal(share) for hour, share in shares.items()
    }
    assert sum(hour.cost for hour in found) == 1
    assert found.lines_aside == ()


def test_a_report_of_which_ever_other_lines_cannot_be_counted_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_reports.sources.oci_cost_reports.sums.MOST_ASIDE", 3)
    broken = [LONG.replace(",P,1,", f",P{number},gratis,") for number in range(4)]
    assert sum(each.lines for each in of_long(*broken[:3], *broken[:3]).lines_aside) == 6
    with pytest.raises(SourceError, match=r"más de 3 clases de líneas .*; la última: línea 5, usage/billedQuantity"):
        of_long(*broken)


def test_lines_that_are_longer_together_than_any_reports_are_refused_before_memory_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_year = LONG.replace("2026-01-21T01:00", "2027-01-20T22:00")
    monkeypatch.setattr("service_reports.sources.oci_cost_reports.usage_hours.MOST_SPREAD_HOURS", 2 * 365 * 24)
    assert len(of_long(a_year)) == 365 * 24
    with pytest.raises(SourceError, match=r"línea 4: las líneas de más de una hora suman más de 17520 horas"):
        of_long(*(a_year.replace(",P,", f",P{number},") for number in range(3)))


@pytest.mark.parametrize("spoilt", ["", "broken"])
@pytest.mark.parametrize("piece_bytes", [1, 300, 1_000_000])
def test_a_report_that_tells_more_sums_apart_than_any_is_refused_before_memory_is_full(
    monkeypatch: pytest.MonkeyPatch, spoilt: str, piece_bytes: int
) -> None:
    monkeypatch.setattr("service_reports.sources.oci_cost_reports.sums.MOST_SUMS", 20)
    several = [GOOD.replace(",P,", f",P{number},") for number in range(21)]
    few = csv_text(*several[:20], *several[:20], spoilt).encode()
    assert [hour.lines for hour in add_up(io.BytesIO(few), piece_bytes=piece_bytes)] == [2] * 20
    with pytest.raises(
        SourceError, match="tiene más de 20 sumas distintas de hora, compartimento, producto y etiqueta"
    ):
        add_up(io.BytesIO(csv_text(*several, spoilt).encode()), piece_bytes=piece_bytes)


@given(st.decimals(-(10**9), 10**9, places=12), st.integers(1, 100))
def test_whatever_a_long_line_has_its_hours_add_up_to(quantity: Decimal, minutes: int) -> None:
    end = datetime(2026, 1, 20, 22, tzinfo=UTC) + timedelta(minutes=minutes * 15)
    hours = of_long(LONG.replace("2026-01-21T01:00", f"{end:%Y-%m-%dT%H:%M}").replace(",1,1,", f",{quantity:f},1,"))
    with localcontext(prec=100):
        assert sum(hour.quantity for hour in hours) == quantity
        assert sum(hour.cost for hour in hours) == 1
    assert len(hours) == -(-minutes // 4)


@pytest.mark.parametrize("end", ["2026-01-20T21:00Z", "2027-06-01T00:00Z", "mañana"])
def test_a_line_that_ends_where_no_line_can_is_set_aside(end: str) -> None:
    found = of_long(LONG, LONG.replace("2026-01-21T01:00Z", end))
    assert [each.column for each in found.lines_aside] == ["lineItem/intervalUsageEnd"]
    assert sum(hour.lines for hour in found) == 3


def test_a_gzip_bomb_is_refused_long_before_it_is_unpacked() -> None:
    bomb = gzip.compress(csv_text(GOOD).encode() + b"0" * (64 * 1024**2))
    with pytest.raises(SourceError, match="descomprimido pasa de"):
        parse(bomb)
    with pytest.raises(SourceError, match="descomprimido pasa de 1000 bytes"):
        parse(gzip.compress(csv_text(*[GOOD] * 50).encode()), limits=Limits(decompressed_bytes=1000))


def test_an_object_with_lines_of_more_months_than_any_report_has_is_refused() -> None:
    of_months = [GOOD.replace("2026-01-20T", f"{2000 + month // 12}-{month % 12 + 1:02}-20T") for month in range(26)]

    def of_nobody(*lines: str) -> Reading:
        return Reading(cast(Batch, None), (), partial(BytesIO, gzip.compress(csv_text(*lines).encode())))

    assert len(SOURCE.parse(of_nobody(*of_months[1:]))) == 25
    with pytest.raises(SourceError, match="tiene líneas de 26 meses, de 2000-01 a 2002-02"):
        SOURCE.parse(of_nobody(*of_months))


def answering(content: bytes, md5: str) -> Any:
    answer = SimpleNamespace(data=SimpleNamespace(iter_content=lambda _: [content]), headers={"content-md5": md5})
    return SimpleNamespace(get_object=lambda *_: answer)


def test_an_object_is_never_held_whole_while_it_is_read() -> None:
    blocks, held = 0, 0

    def sent(size: int) -> Iterator[bytes]:
        nonlocal held
        for number in range(blocks):
            yield number.to_bytes() * size
            held = max(held, tracemalloc.get_traced_memory()[0])

    def read() -> int:
        with read_report(client, "t", CostReport("reports/cost-csv/1.csv.gz", "e", None, datetime.now(UTC))) as file:
            return size_of(file)

    answer = SimpleNamespace(data=SimpleNamespace(iter_content=sent), headers={})
    client: Any = SimpleNamespace(get_object=lambda *_: answer)
    assert read() == 0  # what asking imports is none of it
    blocks = 64
    tracemalloc.start()
    try:
        assert read() == blocks * BLOCK_BYTES
    finally:
        tracemalloc.stop()
    assert held < blocks * BLOCK_BYTES / 4


def test_an_object_that_lies_on_disk_says_what_one_in_memory_says() -> None:
    written = csv_text(GOOD).encode()
    on_disk = gzip.compress(written) + bytes(MOST_HELD_BYTES)  # zeros may follow what is packed
    assert list(parse(on_disk)) == list(parse(gzip.compress(written))) != []


def test_bytes_that_are_not_those_the_provider_describes_are_refused() -> None:
    content = b"as it is"
    right = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    report = CostReport("reports/cost-csv/1.csv.gz", "e", len(content), datetime.now(UTC), right)
    with read_report(answering(content, right), "t", report) as file:
        assert file.read() == content
    with pytest.raises(SourceError, match=r"1\.csv\.gz: el proveedor da el MD5"):
        read_report(answering(b"changed!", right), "t", report)
    with pytest.raises(SourceError, match="ningún informe de costos pasa"):
        read_report(answering(content, right), "t", report._replace(size_bytes=2 * 1024**3))
    with pytest.raises(SourceError, match="tiene 8 bytes: ningún informe de costos pasa de 7"):
        read_report(answering(content + b"!", right), "t", report, Limits(compressed_bytes=7))


def test_each_form_has_its_prefix() -> None:
    asked = []

    def list_objects(*_: str, prefix: str, **__: str) -> Any:
        asked.append(prefix)
        return SimpleNamespace(data=SimpleNamespace(objects=[], next_start_with=None))

    client = SimpleNamespace(list_objects=list_objects)
    day = date(2026, 1, 20)
    assert list(list_reports(client, "t", day, day)) == list(list_reports(client, "t", day, day, "focus")) == []
    assert asked == ["reports/cost-csv/", "FOCUS Reports/"]


def test_a_mark_of_a_folder_is_no_report() -> None:
    day = date(2026, 1, 20)
    told = {"size": 1, "time_created": datetime(2026, 1, 21, tzinfo=UTC), "md5": None, "etag": "e"}
    names = ("reports/cost-csv/", "reports/cost-csv/1.csv.gz")
    page = SimpleNamespace(objects=[SimpleNamespace(name=name, **told) for name in names], next_start_with=None)
    client: Any = SimpleNamespace(list_objects=lambda *_, **__: SimpleNamespace(data=page))
    assert [each.name for each in list_reports(client, "t", day, day)] == ["reports/cost-csv/1.csv.gz"]


def test_an_element_of_the_bucket_without_a_field_harms_no_other() -> None:
    """As the clients of the hook leave an answer: in JSON. One that does not tell when it was made may be new."""
    day = datetime.now(UTC).date()
    told = {"name": "1.csv.gz", "size": 1, "timeCreated": datetime.now(UTC).isoformat(), "md5": None, "etag": "e"}
    odd = [None, 7, {**told, "name": None}, {"name": "2.csv.gz"}, {**told, "timeCreated": "ayer", "size": "x"}, told]
    client: Any = SimpleNamespace(list_objects=lambda *_, **__: SimpleNamespace(data={"objects": odd}))
    found = list(list_reports(client, "t", day, day))
    assert [each.name for each in found] == ["", "", "", "2.csv.gz", "1.csv.gz", "1.csv.gz"]
    assert [each.size_bytes for each in found[3:]] == [None, None, 1]
    client = SimpleNamespace(list_objects=lambda *_, **__: SimpleNamespace(data={"objects": None}))
    with pytest.raises(SourceError, match="la respuesta no es una lista"):
        list(list_reports(client, "t", day, day))


def test_many_pieces_add_up_as_one() -> None:
    lines = [
        GOOD.replace("1.5", f"{number}.{number:05d}").replace("T00", f"T{number % 24:02d}") for number in range(900)
    ]
    text = csv_text(*lines)
    assert streamed(text, 1000) == streamed(text, 1_000_000) == reference(text)
