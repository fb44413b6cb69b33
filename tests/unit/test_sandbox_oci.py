"""The sandbox's OCI: exact metric points, the query language, request signatures."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from sandbox.oci_identity import SignatureCheck, SignatureError, make_api_key
from sandbox.oci_monitoring import HOUR, MetricQuery, QueryError, Stream, hourly_values, summarize
from sandbox.scenario import MetricRow


def metric_row(value: Decimal, unit: str = "percent", day: date = date(2026, 1, 20)) -> MetricRow:
    return MetricRow(resource="R", namespace="n", metric="M", unit=unit, day=day, value=value)


@given(st.decimals(0, 100, places=2), st.dates(date(2024, 1, 1), date(2027, 1, 1)))
def test_the_hours_of_a_day_average_to_its_value_and_survive_json(value, day):
    values = hourly_values(metric_row(value, day=day), constant=False)
    assert len(values) == 24
    assert sum(values) == value * 24
    assert all(0 <= each <= 100 for each in values)
    assert [Decimal(repr(float(each))) for each in values] == values


def test_an_ordinary_day_is_not_flat_and_a_constant_series_is():
    assert len(set(hourly_values(metric_row(Decimal("51.12")), constant=False))) > 10
    assert set(hourly_values(metric_row(Decimal("51.12")), constant=True)) == {Decimal("51.12")}
    assert set(hourly_values(metric_row(Decimal(120)), constant=False)) == {Decimal(120)}


def test_a_state_is_whole_hours_up_and_down():
    assert hourly_values(metric_row(Decimal(1), "state"), constant=False) == [1] * 24
    assert hourly_values(metric_row(Decimal("0.75"), "state"), constant=False) == [1] * 18 + [0] * 6
    assert hourly_values(metric_row(Decimal("0.99"), "state"), constant=False) == [Decimal("0.99")] * 24


def details(query: str, **changes: str) -> dict[str, str]:
    return {
        "namespace": "n",
        "query": query,
        "startTime": "2026-01-20T00:00:00.000Z",
        "endTime": "2026-01-21T00:00:00.000Z",
        **changes,
    }


def test_the_query_language():
    query = MetricQuery.parse(details('CpuUtilization[1h]{resourceId = "o.1", resourceName="x y"}.max()'))
    assert (query.name, query.interval, query.statistic, query.step) == (
        "CpuUtilization",
        "1h",
        "max",
        timedelta(hours=1),
    )
    assert query.start == datetime(2026, 1, 20, tzinfo=UTC)
    grouped = MetricQuery.parse(details("M[1d].groupBy(resourceId).mean()"))
    assert (grouped.filters, grouped.group_by) == ({}, "resourceId")


MIDNIGHT = datetime(2026, 1, 20, tzinfo=UTC)
STREAMS = tuple(
    Stream("n", "M", "percent", f"R {name}", f"o.{name}", "c", {MIDNIGHT + n * HOUR: Decimal(n) for n in range(-1, 25)})
    for name in "abc"
)


def asked(query: str, **changes: str) -> list[Any]:
    return summarize(STREAMS, details(query, **changes), lambda _: True)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ('{resourceId = "o.a"}', "a"),
        ('{resourceId =~ "o.a|o.c"}', "ac"),
        ('{resourceId =~ "o.*"}', "abc"),
        ('{resourceId =~ "o?a"}', ""),
        ('{resourceId =~ "o.a|o.b", resourceName = "R b"}', "b"),
        ('{hostName = "x"}', "abc"),
        ("", "abc"),
    ],
)
def test_a_filter_lets_its_values_pass_and_one_that_is_no_dimension_everything(filters: str, found: str) -> None:
    answers = asked(f"M[1h]{filters}.mean()")
    assert "".join(answer["dimensions"]["resourceId"][-1] for answer in answers) == found


def test_a_point_is_stamped_at_the_end_of_its_window_and_the_end_of_the_request_is_left_out() -> None:
    [answer] = asked(
        'M[1h]{resourceId = "o.a"}.mean()', startTime="2026-01-20T01:00:00Z", endTime="2026-01-20T04:00:00Z"
    )
    assert [(point["timestamp"][11:16], point["value"]) for point in answer["aggregatedDatapoints"]] == [
        ("01:00", 0),
        ("02:00", 1),
        ("03:00", 2),
    ]


@pytest.mark.parametrize("finer", ["1m", "5m"])
def test_an_hours_mean_is_that_of_its_minutes(finer: str) -> None:
    only = '{resourceId = "o.a"}'
    [hours], [minutes] = asked(f"M[1h]{only}.mean()"), asked(f"M[{finer}]{only}.mean()", resolution=finer)
    for hour in hours["aggregatedDatapoints"][1:]:
        end = datetime.fromisoformat(hour["timestamp"])
        inside = [
            point["value"]
            for point in minutes["aggregatedDatapoints"]
            if end - HOUR < datetime.fromisoformat(point["timestamp"]) <= end
        ]
        assert len(inside) == {"1m": 60, "5m": 12}[finer]
        assert sum(inside) / len(inside) == hour["value"]


def test_more_series_than_the_service_answers_are_refused() -> None:
    many = tuple(replace(STREAMS[0], resource_ocid=f"o.{number}") for number in range(2001))
    with pytest.raises(QueryError, match="2000 metric streams"):
        summarize(many, details("M[1d].mean()", resolution="1d"), lambda _: True)
    assert len(summarize(many[1:], details("M[1d].mean()", resolution="1d"), lambda _: True)) == 2000


@pytest.mark.parametrize(
    "wrong",
    [
        details("M[1h]"),
        details("M[2h].mean()"),
        details("M.mean()"),
        details("M[1h]{resourceId}.mean()"),
        details("M[1h].mean()", namespace=""),
        details("M[1h].mean()", endTime="2026-01-20T00:00:00Z"),
        details("M[1h].mean()", startTime="yesterday"),
        details("M[1h].mean()", resolution="7h"),
        details("M[1h].groupBy(shape).mean()"),
        details("M[5m].min()", endTime="2026-02-19T00:05:00Z"),
        details("M[1h].min()", endTime="2026-04-20T01:00:00Z"),
    ],
)
def test_what_is_no_query_is_refused(wrong):
    with pytest.raises(QueryError):
        MetricQuery.parse(wrong)


BODY = b'{"a": 1}'


@pytest.fixture(scope="module")
def identity():
    owner, private_pem = make_api_key("ocid1.tenancy.oc1..t")
    return owner, serialization.load_pem_private_key(private_pem.encode(), password=None)


def signed(identity, *, covered: str, sent_at: datetime | None = None, digest_of: bytes = BODY, **changes: str):
    """The headers of a signed POST."""
    owner, key = identity
    headers = {
        "date": format_datetime(sent_at or datetime.now(UTC), usegmt=True),
        "host": "127.0.0.1:1",
        "content-length": str(len(BODY)),
        "content-type": "application/json",
        "x-content-sha256": base64.b64encode(hashlib.sha256(digest_of).digest()).decode(),
    }
    text = "\n".join(
        f"{name}: {'post /x?y=1' if name == '(request-target)' else headers[name]}" for name in covered.split()
    )
    signature = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    parameters = {
        "version": "1",
        "keyId": owner.key_id,
        "algorithm": "rsa-sha256",
        "headers": covered,
        "signature": signature,
        **changes,
    }
    headers["authorization"] = "Signature " + ",".join(f'{name}="{value}"' for name, value in parameters.items())
    return headers


ALL = "date (request-target) host content-length content-type x-content-sha256"


def test_a_well_signed_request_passes_and_a_changed_one_does_not(identity):
    check = SignatureCheck(identity[0])
    headers = signed(identity, covered=ALL)
    check.verify("POST", "/x?y=1", headers, BODY)
    for method, target, body in (("POST", "/x?y=2", BODY), ("PUT", "/x?y=1", BODY), ("POST", "/x?y=1", b"{}")):
        with pytest.raises(SignatureError):
            check.verify(method, target, headers, body)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"covered": "date (request-target) host"}, "must cover"),
        ({"covered": ALL.removeprefix("date ")}, "must cover"),
        ({"covered": ALL, "sent_at": datetime.now(UTC) - timedelta(minutes=6)}, "five minutes"),
        ({"covered": ALL, "sent_at": datetime.now(UTC) + timedelta(hours=1)}, "five minutes"),
        ({"covered": ALL, "digest_of": b"other"}, "body"),
        ({"covered": ALL, "keyId": "a/b/c"}, "not known"),
        ({"covered": ALL, "signature": "AAAA"}, "does not match"),
        ({"covered": ALL, "signature": "?"}, "does not match"),
    ],
)
def test_a_badly_signed_request_is_refused(identity, options, reason):
    with pytest.raises(SignatureError, match=reason):
        SignatureCheck(identity[0]).verify("POST", "/x?y=1", signed(identity, **options), BODY)


def test_an_unsigned_request_is_refused(identity):
    with pytest.raises(SignatureError, match="not provided"):
        SignatureCheck(identity[0]).verify("GET", "/", {}, b"")
