"""The sandbox's cost reports must say what the scenario says, to the last digit."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.cost_reports import (
    COLUMNS,
    OTHER_COMPARTMENT,
    CostReport,
    cost_lines,
    late_lines,
    late_report,
    make_cost_reports,
    number_text,
    product_number,
    service_codes,
    split_exactly,
)
from sandbox.oci_usage import daily_totals
from sandbox.scenario import Scenario, UsageRow, load_scenario, load_scenarios

FOLDER = Path(__file__).resolve().parents[2] / "sandbox/scenarios/jamundi-2026-01"
EXACT = Context(prec=400)
FIRST_DAYS = date(2026, 1, 22)
"""The last of the few days of the sample that are enough where no total of it is asked for."""

quantities = st.one_of(
    st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False),
    st.builds(lambda digits, exponent: Decimal(f"{digits}E{exponent}"), st.integers(0, 10**25), st.integers(-30, 3)),
)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(FOLDER)


@pytest.fixture(scope="module")
def reports(scenario: Scenario) -> tuple[CostReport, ...]:
    return make_cost_reports(scenario, tuple(cost_lines(scenario)))


def corrected(scenario: Scenario, excess: str) -> Scenario:
    """The scenario's first days with one quantity that comes to another later."""
    first, *others = [row for row in scenario.usage if row.usage_date <= FIRST_DAYS]
    later = first.model_copy(update={"quantity": EXACT.add(first.quantity, Decimal(excess))})
    short = replace(scenario, usage=(first, *others))
    return replace(short, later=replace(short, usage=(later, *others)))


@pytest.mark.parametrize("excess", ["-1.25", "0.000000000001"])
def test_what_comes_later_is_one_correction_that_brings_the_sum_to_what_is_said_in_the_end(
    scenario: Scenario, excess: str
) -> None:
    late = corrected(scenario, excess)
    first = tuple(cost_lines(late))
    lines = tuple(late_lines(late))
    reports = make_cost_reports(late, first)
    report = late_report(late, lines, reports)
    [row] = rows_of((report,))
    assert row["lineItem/isCorrection"] == "true"
    assert row["lineItem/backreferenceNo"] in {line.reference for line in first}
    assert report.name > max(each.name for each in reports)
    assert late.later is not None
    assert sums_of(rows_of((*reports, report))) == sums_of(
        rows_of(make_cost_reports(late, tuple(cost_lines(late.later))))
    )


def test_nothing_comes_later_where_the_scenario_keeps_nothing(scenario: Scenario) -> None:
    assert list(late_lines(scenario)) == []
    assert list(late_lines(corrected(scenario, "0"))) == []


def rows_of(reports: tuple[CostReport, ...]) -> list[dict[str, str]]:
    return [row for report in reports for row in csv.DictReader(io.StringIO(gzip.decompress(report.content).decode()))]


def sums_of(rows: list[dict[str, str]]) -> dict[tuple[str, ...], Decimal]:
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["product/compartmentId"] != OTHER_COMPARTMENT:
            key = (
                row["lineItem/intervalUsageStart"][:10],
                row["product/service"],
                row["product/Description"],
                row["cost/skuUnitDescription"],
            )
            sums[key] = EXACT.add(sums[key], Decimal(row["usage/billedQuantity"]))
    return sums


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=80),
)
def test_the_parts_sum_back_exactly(total, weights):
    parts = split_exactly(total, weights)
    assert len(parts) == len(weights)
    assert sum(map(Fraction, parts)) == Fraction(total)
    assert all(part >= 0 for part in parts) if total >= 0 else all(part <= 0 for part in parts)


@given(quantities)
def test_a_number_reads_back_as_it_was(value):
    assert Decimal(number_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.965788903639", "12.965788903639"),
        ("0.0000818785", "8.18785e-05"),
        ("-0.00001", "-1e-05"),
        ("48.000000", "48"),
        ("0E-9", "0"),
        ("1E+3", "1000"),
        ("0.0001", "0.0001"),
    ],
)
def test_numbers_are_plain_but_for_tiny_ones(value, text):
    assert number_text(Decimal(value)) == text


@settings(max_examples=25)
@given(st.lists(quantities, min_size=1, max_size=6), st.integers(1, 24))
def test_any_scenario_is_told_exactly_with_corrections_and_late_lines(scenario, values, hours):
    days = [date(2026, 2, 27) + timedelta(days=number // 2) for number in range(len(values))]
    usage = tuple(
        UsageRow(usage_date=day, service=f"Service {number}", product_description="P", unit="GB Months", quantity=value)
        for number, (day, value) in enumerate(zip(days, values, strict=True))
    )
    short = replace(scenario, usage=usage, usage_hours={days[0]: hours})
    lines = tuple(cost_lines(short))
    rows = rows_of(make_cost_reports(short, lines))
    assert sums_of(rows) == {(str(row.usage_date), row.service, "P", "GB Months"): row.quantity for row in usage}
    assert sum(row["lineItem/isCorrection"] == "true" for row in rows) == 1
    first_day = {row["lineItem/intervalUsageStart"] for row in rows if row["product/service"] == "Service 0"}
    assert len(first_day) == hours
    totals = {
        (total.day, total.keys["service"]): total.quantity
        for total in daily_totals(lines)
        if total.keys["compartmentId"] != OTHER_COMPARTMENT
    }
    assert totals == {(row.usage_date, row.service): row.quantity for row in usage}


def test_the_sample_month_is_told_exactly(scenario, reports):
    codes = service_codes()
    assert sums_of(rows_of(reports)) == {
        (str(row.usage_date), codes[row.service], row.product_description, row.unit): row.quantity
        for row in scenario.usage
    }


def test_a_contract_that_asks_for_focus_is_told_the_same_in_that_form(scenario: Scenario) -> None:
    few = tuple(row for row in scenario.usage if row.usage_date <= FIRST_DAYS)
    oci = scenario.contract.oci.model_copy(update={"cost_report_form": "focus"})
    asked = replace(scenario, usage=few, contract=scenario.contract.model_copy(update={"oci": oci}))
    found = make_cost_reports(asked, tuple(cost_lines(asked)))
    assert all(re.fullmatch(r"FOCUS Reports/2026/01/\d\d/\d{16}-00001\.csv\.gz", each.name) for each in found)
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    corrections = 0
    for row in rows_of(found):
        corrections += row["ChargeCategory"] == "Adjustment" and bool(row["oci_BackReferenceNumber"])
        if row["oci_CompartmentId"] != OTHER_COMPARTMENT:
            key = row["ChargePeriodStart"][:10], row["ServiceName"], row["ChargeDescription"], row["UsageUnit"]
            sums[key] = EXACT.add(sums[key], Decimal(row["UsageQuantity"]))
    codes = service_codes()
    assert corrections
    assert sums == {
        (str(row.usage_date), codes[row.service], row.product_description, row.unit): row.quantity for row in few
    }


def test_no_two_of_many_products_have_one_number() -> None:
    used = {"usage_date": FIRST_DAYS, "service": "Compute", "unit": "OCPU Hours", "quantity": Decimal(1)}
    products = [UsageRow(product_description=f"Product {number}", **used) for number in range(1000)]
    assert len(set(map(product_number, products))) == len(products)


def test_every_correction_takes_back_an_earlier_line_in_a_later_file(reports):
    told_in = {}
    corrections = []
    for position, report in enumerate(reports):
        for row in rows_of((report,)):
            assert row["lineItem/referenceNo"] not in told_in
            told_in[row["lineItem/referenceNo"]] = position, row
            if row["lineItem/isCorrection"] == "true":
                corrections.append((position, row))
    assert corrections
    for position, correction in corrections:
        first_told, wrong = told_in[correction["lineItem/backreferenceNo"]]
        assert first_told < position
        assert Decimal(correction["usage/billedQuantity"]) < 0 < Decimal(wrong["usage/billedQuantity"])
        assert correction["lineItem/intervalUsageStart"] == wrong["lineItem/intervalUsageStart"]


def test_files_look_like_the_providers(reports):
    assert len(reports) == 4 * 32 + 1  # the last day's correction comes in a file of the day after
    assert all(re.fullmatch(r"reports/cost-csv/00010000006\d{5}\.csv\.gz", report.name) for report in reports)
    assert [report.name for report in reports] != sorted(report.name for report in reports)
    headers = set()
    for report in reports:
        header, *_ = csv.reader(io.StringIO(gzip.decompress(report.content).decode()))
        assert tuple(header[: len(COLUMNS)]) == COLUMNS
        headers.add(tuple(header[len(COLUMNS) :]))
    assert len(headers) == 2
    rows = rows_of(reports)
    assert any(re.fullmatch(r"[\d.]+e-\d\d", row["usage/billedQuantity"]) for row in rows)
    assert {row["product/compartmentId"] for row in rows} == {"ocid1.compartment.oc1..alcjam", OTHER_COMPARTMENT}
    assert all(row["usage/billedQuantityOverage"] for row in rows)


def test_some_lines_come_late_and_none_early(reports):
    late = 0
    for report in reports:
        for row in rows_of((report,)):
            end = datetime.fromisoformat(row["lineItem/intervalUsageEnd"])
            assert end < report.created_at
            late += report.created_at - end > timedelta(hours=12)
    assert late > 100


def test_two_runs_give_the_same_bytes(scenario, reports):
    assert make_cost_reports(scenario, tuple(cost_lines(scenario))) == reports


def test_two_contracts_are_told_in_the_same_objects_each_exactly():
    first, second = load_scenarios(FOLDER.parent / "two-contracts-one-tenancy")
    rows = rows_of(make_cost_reports(first, tuple(cost_lines(first, second))))
    codes = service_codes()
    for scenario in (first, second):
        [compartment] = scenario.contract.oci.compartment_ocids
        own = [row for row in rows if row["product/compartmentId"] == compartment]
        assert sums_of(own) == {
            (str(row.usage_date), codes[row.service], row.product_description, row.unit): row.quantity
            for row in scenario.usage
        }
    assert len({row["lineItem/referenceNo"] for row in rows}) == len(rows)
