"""The proof reads numbers and dates by itself: what is written is read back, and nothing else is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.documents.proof.shown_values import (
    number,
    read_day,
    says_date,
    says_day,
    says_instant,
    says_megabytes,
    says_number,
)
from service_reports.wording.es_co import formats as es_co

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17, places=9)


@given(DECIMALS, st.integers(0, 9))
def test_a_number_of_any_length_is_read_as_it_was_written(value: Decimal, decimals: int) -> None:
    text = es_co.number(abs(value), decimals)
    read = number(text)
    assert read is not None
    assert read.decimals == decimals
    assert read.value == es_co.rounded(abs(value), decimals)
    assert says_number(text, abs(value), "hours")


@given(DECIMALS, st.integers(0, 6), st.integers(1, 10**9))
def test_a_number_says_no_value_that_it_does_not_round_to(value: Decimal, decimals: int, units: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    rounded = value.quantize(step, rounding=ROUND_HALF_UP)
    text = es_co.number(abs(rounded), decimals)
    assert not says_number(text, abs(rounded) + units * step, "hours")


@given(st.decimals(min_value=-1000, max_value=10**7, places=6))
def test_a_change_keeps_its_sign(percent: Decimal) -> None:
    text = es_co.change(percent)
    assert says_number(text, percent, "percent")
    if es_co.rounded(percent, 1):
        assert not says_number(text, -percent, "percent")


@given(st.decimals(min_value=0, max_value=100, places=9))
def test_an_availability_is_never_rounded_up_to_a_hundred(share: Decimal) -> None:
    assert says_number(es_co.availability(share), share, "percent", availability=True)
    assert says_number("100 %", share, "percent", availability=True) == (share == 100)


@pytest.mark.parametrize(
    "text",
    [
        *("", "—", "1,", ",5", "1.00", "1.0000", "01", "1.23.456", "1,5,3", "12 34", "99.9 %", "x5", "5 x7", "1..000"),
        *("0.001", "1 234", "½", "1e3", "٣", "+", "5%%", "５"),
    ],
)
def test_what_is_no_number_of_ours_is_not_read_as_one(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1.023.000.000.000", "1023000000000", "bytes"),
        ("1234567", "1234567", "bytes"),
        ("72 solicitudes", "72", "tickets"),
        ("10.559 MB", "10558983145", "bytes"),
        ("−0,02", "-0.0249", "GB Months"),
        ("0,00", "-0.004", "GB Months"),
        ("0,5 horas disponibles", "0.5", "hours"),
        ("16 %", "16", "percent"),
        ("+54,9 %", "54.945", "percent"),
    ],
)
def test_what_is_printed_beside_a_number_belongs_to_it(text: str, value: str, unit: str) -> None:
    assert says_number(text, Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("16 %", "16", "hours"),
        ("32", "-32", "hours"),
        ("100 %", "99.99999", "percent"),
        ("10.560 MB", "10558983145", "bytes"),
        ("0,03", "0.0249", "GB Months"),
    ],
)
def test_another_value_is_another_number(text: str, value: str, unit: str) -> None:
    assert not says_number(text, Decimal(value), unit, availability="100 %" in text)


def test_bytes_under_a_heading_of_megabytes() -> None:
    assert says_megabytes("337,98", Decimal(337983895))
    assert not says_megabytes("337,99", Decimal(337983895))


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_as_tables_and_sentences_write_it(day: date) -> None:
    for text in (es_co.table_date(day), es_co.long_date(day)):
        assert read_day(text) == day
        assert says_date(text, day.isoformat())
    assert says_day(es_co.month(day), day)
    assert says_date(es_co.month(day), f"{day:%Y-%m}")
    assert not says_date(es_co.month(day), f"{day.year}-{day.month % 12 + 1:02}")


INSTANTS = st.integers(978_400_000, 4_102_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(INSTANTS)
def test_an_instant_is_read_in_its_zone(instant: datetime) -> None:
    for text in (es_co.utc_instant(instant), es_co.utc_clock(instant), es_co.table_date(instant.date())):
        assert says_instant(text, instant)
    assert says_instant(es_co.read_instant(instant), instant)
    assert says_date(es_co.bogota_date(instant), instant.isoformat())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("30/02/2026", "2026-03-02"),
        ("20/01/2026", "2026-01-21"),
        ("20 de enero de 2026", "2026-02-20"),
        ("20/01/2026 03:05:21", "2026-01-20T03:05:22+00:00"),
        ("20/01/2026", "ayer"),
        ("20/01/2026", "2026-01-20T03:05:22"),
    ],
)
def test_another_day_is_another_date(text: str, name: str) -> None:
    assert not says_date(text, name)
