"""What the sessions of an object storage's clients read of its answers, without a server."""

from __future__ import annotations

from datetime import UTC, datetime

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient, Config

from service_reports.archive.sessions import prepared

OBJECT = "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>e</ETag><Size>1</Size></Contents>"


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> list[bytes]:
        return [self._content]


def client_told(*moments: str) -> BaseClient:
    """A client of a store that lists an object of each of these moments."""
    listed = "".join(OBJECT.format(number, moment) for number, moment in enumerate(moments))
    body = f"<ListBucketResult><Name>b</Name>{listed}</ListBucketResult>".encode()
    session = prepared(boto3.Session("none", "none", region_name="us-east-1"))
    client = session.client("s3", endpoint_url="http://store.example", config=Config(signature_version=UNSIGNED))
    client.meta.events.register("before-send.s3", lambda request, **_: AWSResponse(request.url, 200, {}, _Body(body)))
    return client


def moments_read(client: BaseClient) -> list[datetime]:
    return [each["LastModified"] for each in client.list_objects_v2(Bucket="b")["Contents"]]


def test_a_listing_is_read_without_guessing_at_the_form_of_each_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    guessed: list[object] = []
    monkeypatch.setattr("dateutil.parser.parse", lambda *given, **_: guessed.append(given))
    moments = moments_read(client_told("2026-02-01T03:04:05.678Z", "2026-02-01T03:04:05Z"))
    assert moments == [
        datetime(2026, 2, 1, 3, 4, 5, 678000, tzinfo=UTC),
        datetime(2026, 2, 1, 3, 4, 5, tzinfo=UTC),
    ]
    assert not guessed


@pytest.mark.parametrize(
    "told",
    ["Sun, 01 Feb 2026 03:04:05 GMT", "1769915045", "1769915045.0", "20260201T030405Z", "2026-02-01T03:04:05 UTC"],
)
def test_a_moment_of_another_form_is_the_same_moment(told: str) -> None:
    assert moments_read(client_told(told)) == [datetime(2026, 2, 1, 3, 4, 5, tzinfo=UTC)]
