"""The streaming parse gives what a plain loop over csv and Decimal gives, to the last digit, or the same error."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation, localcontext
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_reports.sources import SourceError
from service_reports.sources.oci_cost_reports.lines import add_up
from service_reports.sources.oci_cost_reports.objects import CostReport, Limits, list_reports, parse, read_report

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


def reference(text: str) -> dict[tuple[Any, ...], tuple[Decimal, Decimal, int, int]]:
    """The plain loop: every line through ``csv.reader``, every number through ``Decimal``."""
    lines = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip().lower() for name in next(lines, [])]
    sums: dict[tuple[Any, ...], list[Any]] = {}
    with localcontext(prec=100):
        for number, fields in enumerate(lines, start=2):
            if len(fields) != len(header):
                raise SourceError(f"línea {number}: tiene {len(fields)} campos y el encabezado {len(header)}")
            line = dict(zip(header, fields, strict=False))
            try:
                quantity, cost = Decimal(line["usage/billedquantity"]), Decimal(line.get("cost/mycost") or 0)
            except InvalidOperation:
                raise SourceError(f"línea {number}:") from None
            if not (quantity.is_finite() and cost.is_finite()):
                raise SourceError(f"línea {number}:")
            key = (
                datetime.fromisoformat(line["lineitem/intervalusagestart"]),
                line["product/compartmentid"],
                line["product/service"],
                line["product/description"],
                line["cost/skuunitdescription"] or line.get("cost/billingunitreadable", ""),
                line.get("cost/currencycode", ""),
            )
            held = sums.setdefault(key, [Decimal(0), Decimal(0), 0, 0])
            held[0] += quantity
            held[1] += cost
            held[2] += 1
            held[3] += line.get("lineitem/iscorrection", "").lower() == "true"
    return {key: tuple(held) for key, held in sums.items()}


def streamed(text: str, piece_bytes: int) -> dict[tuple[Any, ...], tuple[Decimal, Decimal, int, int]]:
    hours = add_up(io.BytesIO(text.encode()), piece_bytes=piece_bytes)
    assert len({hour[:6] for hour in hours}) == len(hours)
    assert all(len(hour.amendments) == hour.corrections for hour in hours)
    return {hour[:6]: (hour.quantity, hour.cost, hour.lines, hour.corrections) for hour in hours}


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
            return str(error).split(":")[0]

    assert outcome(lambda: streamed(text, piece_bytes)) == outcome(lambda: reference(text))


def test_the_line_of_an_error_is_counted_over_all_pieces() -> None:
    text = csv_text(*[GOOD] * 5000, GOOD.replace("1.5", "1,5", 1).replace("1,5", "1;5"))
    with pytest.raises(SourceError, match=r"^línea 5002: usage/billedQuantity, cost/myCost tienen '1;5, 0.1'"):
        streamed(text, 10_000)


def test_a_sum_that_would_be_rounded_is_an_error() -> None:
    text = csv_text(GOOD.replace("1.5", "1e90"), GOOD.replace("1.5", "1e-90"))
    with pytest.raises(SourceError, match="más de 100 dígitos"):
        streamed(text, 1000)


def test_each_correction_keeps_its_back_reference() -> None:
    text = csv_text(GOOD, GOOD.replace("r,", "r2,", 1).replace("1.5", "-1").replace("false,,", "true,r,"))
    [hour] = add_up(io.BytesIO(text.encode()))
    assert hour.amendments == (("r2", "r", Decimal(-1)),)
    assert hour.quantity == Decimal("0.5")


def test_the_values_of_wanted_tags_part_the_sums() -> None:
    text = csv_text(GOOD, GOOD[:-1] + "jamundi,", GOOD[:-1] + "cali,", GOOD[:-1] + "jamundi,")
    hours = add_up(io.BytesIO(text.encode()), ("Cost-Center",))
    assert {hour.tags: hour.lines for hour in hours} == {
        (): 1,
        (("Cost-Center", "jamundi"),): 2,
        (("Cost-Center", "cali"),): 1,
    }
    assert [hour.lines for hour in add_up(io.BytesIO(text.encode()))] == [4]


FOCUS = (
    "BilledCost",
    "BillingCurrency",
    "ChargeCategory",
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
    usage = ("0.1", "USD", "Usage", "P", "2026-01-20T00:00:00.000Z", "HOUR", "COMPUTE", tags, "1.5", "Hours", "c")
    amended = (*usage[:8], "-1", *usage[9:], "r2", "r")
    [hour] = parse(focus((*usage, "r", ""), amended), ("cost-center",))
    lines = csv_text(GOOD, GOOD.replace("r,", "r2,", 1).replace("1.5", "-1").replace("false,,", "true,r,"))
    [same] = parse(gzip.compress(lines.encode()))
    assert hour._replace(tags=()) == same
    assert hour.tags == (("cost-center", "jamundi"),)


def test_a_focus_line_that_charges_no_usage_may_lack_its_quantity() -> None:
    credit = ("-5", "USD", "Credit", "P", "2026-01-20T00:00:00Z", "HOUR", "COMPUTE", "", "", "", "c", "r", "")
    [hour] = parse(focus(credit))
    assert (hour.quantity, hour.cost, hour.unit) == (0, -5, "HOUR")
    with pytest.raises(SourceError, match="línea 2: UsageQuantity, BilledCost"):
        parse(focus((*credit[:2], "Usage", *credit[3:])))


def test_a_gzip_bomb_is_refused_long_before_it_is_unpacked() -> None:
    bomb = gzip.compress(csv_text(GOOD).encode() + b"0" * (64 * 1024**2))
    with pytest.raises(SourceError, match="descomprimido pasa de"):
        parse(bomb)
    with pytest.raises(SourceError, match="descomprimido pasa de 1000 bytes"):
        parse(gzip.compress(csv_text(*[GOOD] * 50).encode()), limits=Limits(decompressed_bytes=1000))


def answering(content: bytes, md5: str) -> Any:
    answer = SimpleNamespace(data=SimpleNamespace(content=content), headers={"content-md5": md5})
    return SimpleNamespace(get_object=lambda *_: answer)


def test_bytes_that_are_not_those_the_provider_describes_are_refused() -> None:
    content = b"as it is"
    right = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    report = CostReport("reports/cost-csv/1.csv.gz", "e", len(content), datetime.now(UTC), right)
    assert read_report(answering(content, right), "t", report) == content
    with pytest.raises(SourceError, match=r"1\.csv\.gz: el proveedor da el MD5"):
        read_report(answering(b"changed!", right), "t", report)
    with pytest.raises(SourceError, match="ningún informe de costos pasa"):
        read_report(answering(content, right), "t", report._replace(size_bytes=2 * 1024**3))


def test_each_form_has_its_prefix() -> None:
    asked = []

    def list_objects(*_: str, prefix: str, **__: str) -> Any:
        asked.append(prefix)
        return SimpleNamespace(data=SimpleNamespace(objects=[], next_start_with=None))

    client = SimpleNamespace(list_objects=list_objects)
    day = date(2026, 1, 20)
    assert list(list_reports(client, "t", day, day)) == list(list_reports(client, "t", day, day, "focus")) == []
    assert asked == ["reports/cost-csv/", "FOCUS Reports/"]


def test_many_pieces_add_up_as_one() -> None:
    lines = [
        GOOD.replace("1.5", f"{number}.{number:05d}").replace("T00", f"T{number % 24:02d}") for number in range(900)
    ]
    text = csv_text(*lines)
    assert streamed(text, 1000) == streamed(text, 1_000_000) == reference(text)
