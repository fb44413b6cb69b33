"""Where a point is stamped in its window is found out from the measurements, or said not to be known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.contracts import Contract
from service_reports.sources.oci_metrics import MetricStream
from service_reports.sources.oci_metrics.stamps import Calibration, calibrate, change, comparisons
from tests.golden.sample_figures import sample_contract

MIDNIGHT = datetime(2026, 2, 18, tzinfo=UTC)
DAY = date(2026, 2, 18)
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)
HOURS = 8
Series = dict[datetime, Decimal]

percents = st.decimals(0, 100, places=2)
randoms = st.randoms(use_true_random=False)


def measured(random: Random) -> list[Decimal]:
    """Five minutes of some hours, each hour with a level of its own that its neighbours do not have."""
    levels = [(random.randint(0, 40) + 50 * (n % 2)) for n in range(HOURS)]
    return [Decimal(level) + Decimal(random.randint(-400, 400)) / 100 for level in levels for _ in range(12)]


def stamped(values: list[Decimal], place: str) -> tuple[Series, Series]:
    """Hours and five minutes of these values, stamped at the start or the end of their windows."""
    at = 1 if place == "end" else 0
    hours = {MIDNIGHT + (n + at) * HOUR: sum(values[12 * n : 12 * n + 12]) / Decimal(12) for n in range(HOURS)}
    return hours, {MIDNIGHT + (n + at) * FIVE: value for n, value in enumerate(values)}


@given(randoms, st.sampled_from(["end", "start"]))
def test_the_placing_that_makes_hours_of_their_minutes_is_found(random: Random, place: str) -> None:
    found = calibrate(*stamped(measured(random), place))
    assert (found.stamps, found.hours >= HOURS - 2) == (place, True)


@given(randoms, st.sampled_from(["end", "start"]), st.integers(0, 3))
def test_gaps_do_not_make_it_another(random: Random, place: str, lost: int) -> None:
    hours, finer = stamped(measured(random), place)
    for stamp in random.sample(sorted(hours), lost):
        del hours[stamp]
    first = random.randint(12, 12 * HOURS - 24)
    for stamp in sorted(finer)[first : first + random.randint(0, 12)]:
        del finer[stamp]
    found = calibrate(hours, finer)
    assert found.stamps in (place, None)
    assert found.stamps == place or found.hours < 5


@given(randoms, st.sampled_from(["end", "start"]))
def test_a_little_noise_does_not_make_it_another(random: Random, place: str) -> None:
    hours, finer = stamped(measured(random), place)
    noisy = {stamp: value + Decimal(random.randint(-50, 50)) / 1000 for stamp, value in finer.items()}
    assert calibrate(hours, noisy).stamps == place


@given(percents, st.sampled_from(["end", "start"]))
def test_constant_values_say_nothing_and_that_is_said(value: Decimal, place: str) -> None:
    found = calibrate(*stamped([value] * 12 * HOURS, place))
    assert (found.stamps, found.if_end, found.if_start) == (None, 0, 0)
    assert "no distinguen" in found.reason


def test_differences_of_arithmetic_alone_say_nothing() -> None:
    hours, finer = stamped([Decimal("33.333333333333336")] * 12 * HOURS, "end")
    off = {
        stamp: value + (Decimal("1e-12") if number % 2 else 0) for number, (stamp, value) in enumerate(hours.items())
    }
    assert calibrate(off, finer).stamps is None


@pytest.mark.parametrize(("hours", "finer"), [(2, 12 * HOURS), (HOURS, 0), (HOURS, 30)])
def test_too_little_is_not_decided(hours: int, finer: int) -> None:
    values = [Decimal(number % 37) for number in range(12 * HOURS)]
    some, few = stamped(values, "end")
    found = calibrate(dict(list(some.items())[:hours]), dict(list(few.items())[:finer]))
    assert (found.stamps, "no hay bastantes" in found.reason) == (None, True)


def stream(interval: str, points: Series, **dimensions: str) -> MetricStream:
    return MetricStream("r", interval, "mean", tuple((at.isoformat(), str(v)) for at, v in points.items()), dimensions)


def test_of_a_resource_with_several_series_hours_are_compared_with_their_own_minutes() -> None:
    values = [Decimal(number % 37) for number in range(12 * HOURS)]
    hours, finer = stamped(values, "end")
    constant_hours, constant = stamped([Decimal(1)] * 12 * HOURS, "end")
    [comparison, *_] = comparisons([sample_contract()], [DAY])
    found = comparison.result(
        [stream("5m", constant, hostName="a"), stream("5m", finer, hostName="b")],
        [stream("1h", hours, hostName="b"), stream("1h", constant_hours, hostName="a")],
    )
    assert found.stamps == "end"
    assert comparison.evidence(found) == {
        "series": "ALCJAM DB/oci_database_cluster/CpuUtilization",
        "day": "2026-02-18",
        "hours": found.hours,
        "difference_if_end": str(found.if_end),
        "difference_if_start": str(found.if_start),
        "reason": "la media de cada hora es la de los cinco minutos que le da este sello",
    }


def test_what_is_absent_or_no_number_is_not_compared() -> None:
    [comparison, *_] = comparisons([sample_contract()], [DAY])
    nothing = MetricStream("r", "5m", "mean", ((MIDNIGHT.isoformat(), None), (MIDNIGHT.isoformat(), "nan")))
    assert comparison.result([nothing], [nothing]) == Calibration(None, 0, None, None)


def test_what_hardly_changes_is_compared_last_and_little_is_asked() -> None:
    contract: Contract = sample_contract()
    found = list(comparisons([contract, contract], [DAY, DAY + timedelta(days=1)]))
    assert len(found) == 10
    assert not any(each.series.endswith("NodeStatus") for each in found)
    assert {(len(each.hours.resources), each.five_minutes.interval) for each in found} == {(1, "5m")}


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [(None, "end", False), ("end", None, False), ("end", "end", False), ("end", "start", True), ("start", "end", True)],
)
def test_only_a_tenancy_whose_stamps_are_elsewhere_is_an_alert(before: Any, now: Any, told: bool) -> None:
    found = change("tenancy", before, now, DAY)
    assert (found is not None) == told
    if found is not None:
        assert (found.kind, found.severity, found.scope) == ("metrics.stamps_changed", "alert", "tenancy")
        assert {"end": "al final", "start": "al comienzo"}[now] in found.detail.partition(";")[0]
