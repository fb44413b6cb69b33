"""The sandbox as its users meet it: real clients against the running servers."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import oci
import psutil
import psycopg
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from oci.circuit_breaker import NoCircuitBreakerStrategy

from sandbox.airflow import AirflowError, LocalAirflow, decides_the_metadata
from sandbox.cost_reports import OTHER_COMPARTMENT, service_codes
from sandbox.oci_identity import make_api_key
from sandbox.planted import SOCKET_FILE, plant
from sandbox.postgres import dsn
from sandbox.scenario import load_scenario
from sandbox.supervisor import Sandbox, SandboxError
from service_reports.sources.oci_backups.listing import fetch as fetch_backups
from service_reports.sources.oci_backups.listing import parse as parse_backups
from service_reports.sources.oci_cost_reports.objects import CostReport, parse, read_report
from service_reports.sources.oci_metrics import MetricRequest, MetricStream, attribute, plan_requests
from service_reports.sources.oci_metrics import parse as parse_metrics
from service_reports.sources.oci_metrics.monitoring import Asking, Pace
from service_reports.sources.oci_metrics.stamps import comparisons

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "sandbox/scenarios/jamundi-2026-01"
TENANCY = "ocid1.tenancy.oc1..smarttmt"
COMPARTMENT = "ocid1.compartment.oc1..alcjam"
DATABASE_SYSTEM = "ocid1.dbsystem.oc1.iad.alcjamdb"
EXACT = Context(prec=400)
STEPS = {"1m": timedelta(minutes=1), "5m": timedelta(minutes=5), "1h": timedelta(hours=1), "1d": timedelta(days=1)}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(FOLDER, tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(FOLDER)


def connection(sandbox: Sandbox, name: str) -> dict[str, Any]:
    return dict(json.loads(sandbox.environment[f"AIRFLOW_CONN_{name.upper()}"]))


def oci_client(kind, sandbox: Sandbox, **changes: str):
    told = connection(sandbox, "oci_smart_tmt")
    extra = told["extra"]
    config = {
        "user": told["login"],
        "key_content": told["password"],
        "tenancy": extra["tenancy"],
        "fingerprint": extra["fingerprint"],
        "region": extra["region"],
        **changes,
    }
    return kind(
        config,
        service_endpoint=extra["service_endpoint"],
        retry_strategy=oci.retry.NoneRetryStrategy(),
        circuit_breaker_strategy=NoCircuitBreakerStrategy(),
        timeout=(5, 20),
    )


def s3_client(sandbox: Sandbox, name: str):
    told = connection(sandbox, name)
    return boto3.client(
        "s3",
        endpoint_url=told["extra"]["endpoint_url"],
        region_name=told["extra"]["region_name"],
        aws_access_key_id=told["login"],
        aws_secret_access_key=told["password"],
        config=Config(**told["extra"]["config_kwargs"], retries={"total_max_attempts": 1}),
    )


def database(sandbox: Sandbox, name: str) -> psycopg.Connection:
    told = connection(sandbox, name)
    return psycopg.connect(host=told["host"], user=told["login"], dbname=told["schema"])


def send(sandbox: Sandbox, message: bytes, patience: float = 5) -> None:
    told = connection(sandbox, "mail_smart_tmt")
    with smtplib.SMTP(told["host"], told["port"], timeout=patience) as client:
        client.sendmail("informes@smarttmt.example", ["supervisor.contrato@jamundi.example"], message)


def received(sandbox: Sandbox) -> list[bytes]:
    return [path.read_bytes() for path in sorted(sandbox.mail_folder.glob("*.eml"))]


def all_reports(sandbox: Sandbox) -> tuple[list[Any], int]:
    """Every object of the provider's bucket, and how many pages it took to list them."""
    client = oci_client(oci.object_storage.ObjectStorageClient, sandbox)
    objects, pages, start = [], 0, None
    while True:
        options = {"start": start} if start else {}
        listing = client.list_objects(
            "bling", TENANCY, prefix="reports/cost-csv/", fields="name,size,timeCreated,md5,etag", **options
        ).data
        objects += listing.objects
        pages += 1
        start = listing.next_start_with
        if start is None:
            return objects, pages


def test_it_starts_quickly_and_every_connection_is_told(sandbox):
    assert set(sandbox.environment) >= {
        "AIRFLOW_CONN_OCI_SMART_TMT",
        "AIRFLOW_CONN_DUMPS_SMART_TMT",
        "AIRFLOW_CONN_ARCHIVE",
        "AIRFLOW_CONN_WAREHOUSE",
        "AIRFLOW_CONN_HELP_DESK",
        "AIRFLOW_CONN_MAIL_SMART_TMT",
        "AIRFLOW_CONN_SIGNING_SMART_TMT",
        "SERVICE_REPORTS_CONTRACTS",
        "SANDBOX_CA",
        "SANDBOX_AIRFLOW_DSN",
    }
    contracts = Path(sandbox.environment["SERVICE_REPORTS_CONTRACTS"])
    assert [path.stem for path in contracts.iterdir()] == ["alcaldia-de-jamundi-34-14-08-0016"]
    sandbox.check()


class TestObjectStorage:
    def test_cost_reports_add_up_to_the_scenario_to_the_last_digit(self, sandbox, scenario):
        client = oci_client(oci.object_storage.ObjectStorageClient, sandbox)
        objects, pages = all_reports(sandbox)
        assert pages > 2
        names = [each.name for each in objects]
        assert names == sorted(set(names))

        display_names = {code: name for name, code in service_codes().items()}
        sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
        hours: dict[str, set[str]] = defaultdict(set)
        for each in objects:
            response = client.get_object("bling", TENANCY, each.name)
            content = response.data.content
            digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
            assert (len(content), digest) == (each.size, each.md5)
            assert response.headers["etag"] == each.etag
            assert response.headers["content-md5"] == each.md5
            for row in csv.DictReader(io.StringIO(gzip.decompress(content).decode())):
                if row["product/compartmentId"] == OTHER_COMPARTMENT:
                    continue
                day = row["lineItem/intervalUsageStart"][:10]
                key = (
                    day,
                    display_names[row["product/service"]],
                    row["product/Description"],
                    row["cost/skuUnitDescription"],
                )
                sums[key] = EXACT.add(sums[key], Decimal(row["usage/billedQuantity"]))
                hours[day].add(row["lineItem/intervalUsageStart"])
                assert datetime.fromisoformat(row["lineItem/intervalUsageEnd"]) < each.time_created
        assert sums == {
            (str(row.usage_date), row.service, row.product_description, row.unit): row.quantity
            for row in scenario.usage
        }
        assert {day: len(found) for day, found in hours.items()} == {
            str(row.usage_date): 16 if row.usage_date == date(2026, 2, 19) else 24 for row in scenario.usage
        }

    def test_the_product_reads_a_report_as_it_is_stored_whatever_its_headers_say_of_it(self, sandbox):
        client = oci_client(oci.object_storage.ObjectStorageClient, sandbox)
        listed = all_reports(sandbox)[0][0]
        report = CostReport(listed.name, listed.etag, listed.size, datetime.now(UTC), listed.md5)
        with read_report(client, TENANCY, report) as stored:
            plainly_told = stored.read()
        sandbox.set_faults({"kind": "encoded", "operation": "get_object"})
        with read_report(client, TENANCY, report) as stored:
            assert stored.read() == plainly_told
        sandbox.set_faults()
        assert parse(partial(io.BytesIO, plainly_told))

    @pytest.mark.parametrize(
        ("namespace", "bucket", "name", "code"),
        [
            ("bling", TENANCY, "reports/cost-csv/none.csv.gz", "ObjectNotFound"),
            ("bling", "ocid1.tenancy.oc1..stranger", "x", "BucketNotFound"),
            ("blong", TENANCY, "x", "NamespaceNotFound"),
        ],
    )
    def test_what_is_not_there_is_404(self, sandbox, namespace, bucket, name, code):
        client = oci_client(oci.object_storage.ObjectStorageClient, sandbox)
        with pytest.raises(oci.exceptions.ServiceError) as caught:
            client.get_object(namespace, bucket, name)
        assert (caught.value.status, caught.value.code) == (404, code)


class TestAuthentication:
    def refusal(self, sandbox: Sandbox, **changes: str) -> tuple[int, str]:
        client = oci_client(oci.object_storage.ObjectStorageClient, sandbox, **changes)
        with pytest.raises(oci.exceptions.ServiceError) as caught:
            client.list_objects("bling", TENANCY)
        return caught.value.status, caught.value.code

    def test_another_key_is_refused(self, sandbox):
        _, stranger = make_api_key(TENANCY)
        assert self.refusal(sandbox, key_content=stranger) == (401, "NotAuthenticated")

    def test_another_user_is_refused(self, sandbox):
        assert self.refusal(sandbox, user="ocid1.user.oc1..stranger") == (401, "NotAuthenticated")


class TestMonitoring:
    def ask(self, sandbox, query, *, namespace="oci_database_cluster", start=20, end=21, resolution="1h", **options):
        client = oci_client(oci.monitoring.MonitoringClient, sandbox)
        details = oci.monitoring.models.SummarizeMetricsDataDetails(
            namespace=namespace,
            query=query,
            start_time=datetime(2026, 1, start, tzinfo=UTC) + STEPS[resolution],
            end_time=datetime(2026, 1, end, tzinfo=UTC) + STEPS[resolution],
            resolution=resolution,
        )
        return client.summarize_metrics_data(options.pop("compartment", COMPARTMENT), details, **options).data

    def test_hourly_points_average_to_the_daily_value_exactly(self, sandbox, scenario):
        resources = {resource.name: resource.resource_ocid for resource in scenario.contract.resources}
        days = [row for row in scenario.metrics if row.day.month == 1 and row.day.day in (20, 25)]
        assert len(days) == 16
        for row in days:
            (data,) = self.ask(
                sandbox,
                f'{row.metric}[1h]{{resourceId = "{resources[row.resource]}"}}.mean()',
                namespace=row.namespace,
                start=row.day.day,
                end=row.day.day + 1,
            )
            values = [Decimal(repr(point.value)) for point in data.aggregated_datapoints]
            assert len(values) == 24
            assert sum(values) == row.value * 24
            if row.unit == "percent":
                assert all(0 <= value <= 100 for value in values)
            assert data.aggregated_datapoints[0].timestamp == datetime(2026, 1, row.day.day, 1, tzinfo=UTC)
            assert data.metadata["unit"] == row.unit

    @pytest.mark.parametrize(("interval", "points"), [("1m", 1440), ("5m", 288), ("1h", 24), ("1d", 1)])
    def test_intervals(self, sandbox, interval, points):
        (data,) = self.ask(
            sandbox, f'CpuUtilization[{interval}]{{resourceId = "{DATABASE_SYSTEM}"}}.mean()', resolution=interval
        )
        assert len(data.aggregated_datapoints) == points
        assert sum(point.value for point in data.aggregated_datapoints) / points == pytest.approx(51.12)

    def test_one_question_is_answered_for_every_resource_of_the_tenancy(self, sandbox, scenario):
        answer = self.ask(
            sandbox,
            "CpuUtilization[1h].groupBy(resourceId).mean()",
            namespace="oci_computeagent",
            compartment=TENANCY,
            compartment_id_in_subtree=True,
        )
        servers = {resource.resource_ocid for resource in scenario.contract.resources if resource.kind == "server"}
        assert [set(data.dimensions) for data in answer] == [{"resourceId"}] * 2
        assert {data.dimensions["resourceId"] for data in answer} == servers
        assert all(len(data.aggregated_datapoints) == 24 for data in answer)

    def test_the_products_plan_brings_every_series_of_the_scenario(self, sandbox, scenario):
        asking = self.asking(sandbox)
        streams: dict[tuple[str, str], list[MetricStream]] = {}
        first, last = date(2026, 1, 20), date(2026, 2, 22)
        for request in plan_requests([scenario.contract], first, last):
            found = asking.whole(request)
            streams.setdefault((request.namespace, request.metric_name), []).extend(found)
        answers = list(attribute(scenario.contract, streams, first, last))
        assert len(answers) == 8
        for answer in answers:
            points = [point for point in parse_metrics(answer.content) if first <= point.hour.date() <= last]
            assert len(points) == 34 * 24
            assert all(point.minimum == point.value == point.maximum for point in points)
            samples = {point.five_minute_samples for point in points}
            assert samples == ({12} if answer.name.endswith("NodeStatus") else {None})

    def asking(self, sandbox: Sandbox, pace: Pace | None = None) -> Asking:
        client = oci_client(oci.monitoring.MonitoringClient, sandbox)
        return Asking(client, oci.monitoring.models.SummarizeMetricsDataDetails, TENANCY, pace)

    def test_the_product_finds_out_by_itself_where_stamps_stand(self, sandbox, scenario):
        asking = self.asking(sandbox)
        comparison = next(iter(comparisons([scenario.contract], [date(2026, 2, 18)])))
        found = comparison.result(asking.whole(comparison.five_minutes), asking.whole(comparison.hours))
        assert (found.stamps, found.if_end, found.hours) == ("end", 0, 23)
        assert found.if_start > 0

    def test_a_busy_service_is_waited_for_as_long_as_it_asks(self, sandbox):
        waited = []
        request = MetricRequest("oci_database_cluster", "CpuUtilization", "1h", "mean", *[date(2026, 1, 20)] * 2)
        busy = {"kind": "http_error", "operation": "summarize_metrics_data", "status": 429, "retry_after": 17}
        sandbox.set_faults({**busy, "times": 2})
        [stream] = self.asking(sandbox, Pace(sleep=waited.append)).whole(request)
        sandbox.set_faults()
        assert [seconds for seconds in waited if seconds >= 1] == [17, 17]
        assert len(stream.points) == 24

    def test_a_range_too_long_for_the_resolution_is_refused(self, sandbox):
        with pytest.raises(oci.exceptions.ServiceError, match="7 days"):
            self.ask(sandbox, "CpuUtilization[1m].mean()", resolution="1m", start=1, end=10)

    def test_statistics_over_a_day(self, sandbox):
        (lowest, mean, highest) = (
            self.ask(sandbox, f'CpuUtilization[1d]{{resourceId = "{DATABASE_SYSTEM}"}}.{statistic}()', resolution="1d")[
                0
            ]
            .aggregated_datapoints[0]
            .value
            for statistic in ("min", "mean", "max")
        )
        assert lowest < mean == 51.12 < highest

    def test_grouping_without_a_filter_gives_every_resource(self, sandbox):
        data = self.ask(sandbox, "CpuUtilization[1h].groupBy(resourceId).mean()", namespace="oci_computeagent")
        assert len({each.dimensions["resourceId"] for each in data}) == 2

    def test_days_without_rows_and_other_compartments_have_no_points(self, sandbox):
        query = f'CpuUtilization[1h]{{resourceId = "{DATABASE_SYSTEM}"}}.mean()'
        assert self.ask(sandbox, query, start=1, end=2) == []
        assert self.ask(sandbox, query, compartment=OTHER_COMPARTMENT) == []
        assert self.ask(sandbox, query, compartment=TENANCY) == []
        assert len(self.ask(sandbox, query, compartment=TENANCY, compartment_id_in_subtree=True)) == 1

    def test_a_query_that_is_none_is_refused(self, sandbox):
        with pytest.raises(oci.exceptions.ServiceError) as caught:
            self.ask(sandbox, "CpuUtilization every hour")
        assert (caught.value.status, caught.value.code) == (400, "InvalidParameter")


class TestBackups:
    def listed(self, client, **options) -> tuple[list[Any], list[int]]:
        found, sizes, page = [], [], None
        while True:
            response = client.list_backups(**options, **({"page": page} if page else {}))
            found += response.data
            sizes.append(len(response.data))
            page = response.headers.get("opc-next-page")
            if page is None:
                return found, sizes

    @pytest.mark.parametrize(
        "scope", [{"database_id": "ocid1.database.oc1.iad.alcjamdb"}, {"compartment_id": COMPARTMENT}]
    )
    def test_the_listing_turns_pages(self, sandbox, scenario, scope):
        found, sizes = self.listed(oci_client(oci.database.DatabaseClient, sandbox), limit=100, **scope)
        assert sizes == [10, 10, 10, 1]
        assert sorted(backup.time_started for backup in found) == [row.time_started for row in scenario.backups]
        assert len({backup.id for backup in found}) == 31
        first = min(found, key=lambda backup: backup.time_started)
        assert (first.lifecycle_state, first.type, first.backup_destination_type, first.version) == (
            "ACTIVE",
            "INCREMENTAL",
            "OBJECT_STORE",
            "21.16.0.0.0",
        )
        assert first.is_using_oracle_managed_keys is True
        assert first.time_ended == datetime(2026, 1, 20, 5, 19, 40, tzinfo=UTC)

    def test_the_product_reads_all_pages_in_the_services_own_words(self, sandbox, scenario):
        client = oci_client(oci.database.DatabaseClient, sandbox)
        answer = fetch_backups(client, scenario.contract, date(2026, 1, 20), date(2026, 2, 22))
        backups = parse_backups(answer.content)
        assert [backup.time_started for backup in backups] == [row.time_started for row in scenario.backups]
        assert {backup.database_size_in_gbs for backup in backups} == {256}

    def test_another_database_has_none(self, sandbox):
        client = oci_client(oci.database.DatabaseClient, sandbox)
        assert client.list_backups(database_id="ocid1.database.oc1.iad.stranger").data == []


class TestUsage:
    def ask(self, sandbox, **changes):
        models = oci.usage_api.models
        client = oci_client(oci.usage_api.UsageapiClient, sandbox)
        details = models.RequestSummarizedUsagesDetails(
            **{
                "tenant_id": TENANCY,
                "time_usage_started": datetime(2026, 1, 19, tzinfo=UTC),
                "time_usage_ended": datetime(2026, 2, 20, tzinfo=UTC),
                "granularity": "DAILY",
                "query_type": "USAGE",
                "group_by": ["service", "skuName", "unit"],
                "filter": models.Filter(
                    operator="OR", dimensions=[models.Dimension(key="compartmentId", value=COMPARTMENT)]
                ),
                **changes,
            }
        )
        items, pages, page = [], 0, None
        while True:
            response = client.request_summarized_usages(details, **({"page": page} if page else {}))
            items += response.data.items
            pages += 1
            page = response.headers.get("opc-next-page")
            if page is None:
                return items, pages

    def test_daily_totals_are_the_scenario(self, sandbox, scenario):
        items, pages = self.ask(sandbox)
        assert pages == 2
        assert {
            (item.time_usage_started.date(), item.service, item.sku_name, item.unit): item.computed_quantity
            for item in items
        } == {
            (row.usage_date, row.service, row.product_description, row.unit): float(row.quantity)
            for row in scenario.usage
        }

    def test_without_a_filter_the_other_compartment_counts_too(self, sandbox):
        items, _ = self.ask(sandbox, filter=None, group_by=["compartmentId"])
        assert len(items) == 2 * 32

    def test_bounds_must_be_midnights(self, sandbox):
        with pytest.raises(oci.exceptions.ServiceError, match="midnight"):
            self.ask(sandbox, time_usage_started=datetime(2026, 1, 19, 5, tzinfo=UTC))


class TestS3:
    def test_dumps_are_listed_with_size_and_time_without_their_bytes(self, sandbox, scenario):
        client = s3_client(sandbox, "dumps_smart_tmt")
        listed = client.list_objects_v2(Bucket="database-dumps", Prefix="ALCJAM/")["Contents"]
        assert {item["Key"]: (item["Size"], item["LastModified"]) for item in listed} == {
            f"ALCJAM/{row.file_name}": (row.size_bytes, row.modified_at) for row in scenario.dumps
        }
        first = listed[0]["Key"]
        assert client.head_object(Bucket="database-dumps", Key=first)["ContentLength"] == 361617392

    def test_a_listing_tells_every_name_page_by_page_and_what_stands_under_a_prefix_once(self, sandbox):
        client = s3_client(sandbox, "archive")
        names = ["names/a b&<c>.txt", "names/año/+%20\"'.json", "names/año/z", "names/zz"]
        for name in names:
            client.put_object(Bucket="archive", Key=name, Body=name.encode())
        paginator = client.get_paginator("list_objects_v2")
        pages = list(paginator.paginate(Bucket="archive", Prefix="names/", PaginationConfig={"PageSize": 2}))
        listed = [each for page in pages for each in page["Contents"]]
        assert [page["IsTruncated"] for page in pages] == [True, False]
        assert [each["Key"] for each in listed] == names
        assert [each["ETag"] for each in listed] == [f'"{hashlib.md5(name.encode()).hexdigest()}"' for name in names]
        assert [each["Size"] for each in listed] == [len(name.encode()) for name in names]
        assert all(each["LastModified"].tzinfo and each["StorageClass"] == "STANDARD" for each in listed)
        under = client.list_objects_v2(Bucket="archive", Prefix="names/", Delimiter="/")
        assert [each["Prefix"] for each in under["CommonPrefixes"]] == ["names/año/"]
        assert [each["Key"] for each in under["Contents"]] == [names[0], names[3]]
        assert client.list_objects_v2(Bucket="archive", Prefix="none")["KeyCount"] == 0

    def test_objects_are_create_only_on_request_and_survive_a_restart(self, sandbox):
        client = s3_client(sandbox, "archive")
        client.put_object(Bucket="archive", Key="año/a.pdf", Body=b"one", IfNoneMatch="*", Metadata={"sha": "x"})
        with pytest.raises(ClientError) as caught:
            client.put_object(Bucket="archive", Key="año/a.pdf", Body=b"two", IfNoneMatch="*")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
        sandbox.stop_service("s3")
        sandbox.start_service("s3")
        kept = client.get_object(Bucket="archive", Key="año/a.pdf")
        assert (kept["Body"].read(), kept["Metadata"]) == (b"one", {"sha": "x"})
        assert len(client.list_objects_v2(Bucket="database-dumps")["Contents"]) == 31


class TestMail:
    def message(self, number: int) -> bytes:
        message = EmailMessage()
        message["From"], message["To"] = "informes@smarttmt.example", "supervisor.contrato@jamundi.example"
        message["Subject"], message["Message-ID"] = "Informe de gestión", f"<report-{number}/1@smarttmt.example>"
        message.set_content("Línea\n.con punto al inicio\n")
        message.add_attachment(bytes(range(256)) * 40, maintype="application", subtype="pdf", filename="informe.pdf")
        message.set_boundary("=====boundary=====")
        return message.as_bytes().replace(b"\n", b"\r\n")

    def test_messages_arrive_byte_for_byte_and_smtp_can_stop_and_start(self, sandbox):
        port = sandbox.endpoints.smtp_port
        send(sandbox, self.message(1))
        sandbox.stop_service("smtp")
        with pytest.raises(ConnectionRefusedError):
            send(sandbox, self.message(2))
        sandbox.start_service("smtp")
        assert sandbox.endpoints.smtp_port == port
        send(sandbox, self.message(3))
        files = sorted(sandbox.mail_folder.iterdir())
        assert [path.stem for path in files] == ["0001-report-1_1@smarttmt.example", "0002-report-3_1@smarttmt.example"]
        assert {path.suffix for path in files} == {".eml"}
        assert files[0].read_bytes() == self.message(1)
        assert files[1].read_bytes() == self.message(3)

    @pytest.mark.parametrize("status", [451, 550])
    @pytest.mark.parametrize("at", ["connect", "mail", "rcpt", "data", "keep"])
    def test_a_refusal_is_said_and_nothing_is_kept(self, sandbox, at, status):
        before = received(sandbox)
        sandbox.set_faults({"kind": "mail_refused", "at": at, "status": status, "times": 1})
        with pytest.raises(smtplib.SMTPException, match=str(status)) as refused:
            send(sandbox, self.message(10))
        assert not isinstance(refused.value, smtplib.SMTPServerDisconnected)
        assert received(sandbox) == before
        send(sandbox, self.message(11))
        assert received(sandbox) == [*before, self.message(11)]

    @pytest.mark.parametrize("at", ["connect", "mail", "rcpt", "data", "text", "keep", "answer"])
    def test_a_dropped_connection_says_nothing_and_only_after_keeping_the_message_arrived(self, sandbox, at):
        before = received(sandbox)
        sandbox.set_faults({"kind": "mail_dropped", "at": at, "times": 1})
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError)):
            send(sandbox, self.message(12))
        assert received(sandbox) == [*before, *([self.message(12)] if at == "answer" else [])]
        send(sandbox, self.message(13))
        assert received(sandbox)[-1] == self.message(13)

    @pytest.mark.parametrize("at", ["connect", "mail", "rcpt", "data", "keep", "answer"])
    def test_a_delayed_answer_comes_and_who_does_not_wait_may_have_been_heard(self, sandbox, at):
        before = received(sandbox)
        sandbox.set_faults({"kind": "mail_delayed", "at": at, "seconds": 0.05, "times": 1})
        send(sandbox, self.message(14))
        sandbox.set_faults({"kind": "mail_delayed", "at": at, "seconds": 60, "times": 1})
        with pytest.raises(OSError, match="timed out"):
            send(sandbox, self.message(15), patience=0.3)
        sandbox.clear_faults()
        send(sandbox, self.message(16))
        between = [self.message(15)] if at == "answer" else []
        assert received(sandbox) == [*before, self.message(14), *between, self.message(16)]

    def test_a_fault_strikes_the_address_or_message_it_names(self, sandbox):
        before = received(sandbox)
        sandbox.set_faults(
            {"kind": "mail_refused", "at": "rcpt", "name": "*@other.example"},
            {"kind": "mail_refused", "at": "keep", "name": "<report-18/*"},
        )
        send(sandbox, self.message(17))
        with pytest.raises(smtplib.SMTPDataError):
            send(sandbox, self.message(18))
        sandbox.set_faults({"kind": "mail_refused", "at": "rcpt", "name": "*@jamundi.example"})
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(sandbox, self.message(19))
        sandbox.clear_faults()
        assert received(sandbox) == [*before, self.message(17)]


class TestPostgres:
    def test_the_help_desk_holds_the_scenario(self, sandbox, scenario):
        with database(sandbox, "help_desk") as desk:
            tickets = desk.execute(
                "SELECT service, customer_code, count(*), count(registered_on), count(summary)"
                " FROM help_desk.ticket GROUP BY 1, 2 ORDER BY 1"
            ).fetchall()
            assert tickets == [("support", "ALCJAM", 72, 72, 0), ("warranty", "ALCJAM", 21, 0, 21)]
            assert desk.execute(
                "SELECT request, production_date, estimated_hours, status FROM help_desk.hour_bank_entry"
            ).fetchall() == [
                (row.request, row.production_date, row.estimated_hours, row.status) for row in scenario.hour_bank
            ]

    def test_databases_take_many_connections_and_survive_a_restart(self, sandbox):
        with database(sandbox, "warehouse") as warehouse:
            assert warehouse.execute("SHOW max_connections").fetchone() == ("200",)
            warehouse.execute("CREATE TABLE kept (number numeric)")
        sandbox.stop_service("postgres")
        with pytest.raises(psycopg.OperationalError):
            database(sandbox, "warehouse")
        sandbox.start_service("postgres")
        with database(sandbox, "warehouse") as warehouse:
            warehouse.execute("DROP TABLE kept")
        with database(sandbox, "help_desk") as desk:
            assert desk.execute("SELECT count(*) FROM help_desk.ticket").fetchone() == (93,)

    def test_airflows_database_is_migrated_once_for_all_sandboxes(self, sandbox, tmp_path):
        metadata = LocalAirflow(tmp_path, sandbox.environment["SANDBOX_AIRFLOW_DSN"], {})
        with psycopg.connect(dsn(sandbox.endpoints.postgres_socket_folder, "airflow"), autocommit=True) as airflow:
            tables = airflow.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            assert tables > (30,)
            metadata.migrate()  # has nothing to do
            airflow.execute("COMMENT ON DATABASE airflow IS 'apache_airflow-1.0'")
            metadata.secrets = {}
            with pytest.raises(AirflowError, match="set "):
                metadata.migrate()  # another version's: Airflow is asked
            airflow.execute(f"COMMENT ON DATABASE airflow IS '{decides_the_metadata()}'")


def test_the_signing_certificate_was_issued_by_the_authority(sandbox):
    told = connection(sandbox, "signing_smart_tmt")
    content = Path(told["extra"]["path"]).read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates(content, told["password"].encode())
    authority = x509.load_pem_x509_certificate(Path(sandbox.environment["SANDBOX_CA"]).read_bytes())
    certificate.verify_directly_issued_by(authority)
    assert key.public_key() == certificate.public_key()
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    names = {part.rfc4514_attribute_name: part.value for part in certificate.subject}
    assert (names["O"], names["CN"]) == ("SMART TMT S.A.S.", "Firma de prueba — SMART TMT")


def processes_of(state: Path) -> list[psutil.Process]:
    """The processes whose command line names this state folder, or that work in it (PostgreSQL)."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "cwd"])
        if any(str(state) in part for part in [*(process.info["cmdline"] or ()), process.info["cwd"] or ""])
    ]


def wait_until_none(state: Path, seconds: float = 10) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while (left := processes_of(state)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def test_a_change_that_is_planted_reclassifies_one_request(sandbox, tmp_path):
    (tmp_path / SOCKET_FILE).parent.mkdir()
    (tmp_path / SOCKET_FILE).write_text(str(sandbox.endpoints.postgres_socket_folder), encoding="utf-8")
    with psycopg.connect(dsn(sandbox.endpoints.postgres_socket_folder, "help_desk"), autocommit=True) as desk:
        before = dict(desk.execute("select ticket_id, module from help_desk.ticket").fetchall())
        plant("solicitud", tmp_path)
        after = dict(desk.execute("select ticket_id, module from help_desk.ticket").fetchall())
        [changed] = [ticket for ticket, module in after.items() if before[ticket] != module]
        desk.execute("update help_desk.ticket set module = %s where ticket_id = %s", [before[changed], changed])


class TestItsOwnLife:
    def test_a_dead_server_is_named_and_stop_leaves_no_process(self, tmp_path):
        state = tmp_path / "state"
        with Sandbox(FOLDER, state) as running:
            assert len(processes_of(state)) > 5
            assert "postgres" in {process.name() for process in processes_of(state)}
            with pytest.raises(SandboxError, match="another sandbox uses this folder"):
                Sandbox(FOLDER, state).start()
            (smtp,) = [process for process in processes_of(state) if "sandbox.smtp" in process.cmdline()]
            smtp.kill()
            time.sleep(0.2)
            with pytest.raises(SandboxError, match="smtp ended with status -9"):
                running.check()
            running.start_service("smtp")
            running.check()
        assert processes_of(state) == []

    @pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_the_command_leaves_no_process_however_it_ends(self, tmp_path, end):
        state = tmp_path / "state"
        command = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "up", "--scenario", FOLDER, "--state", state],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": f"{PROJECT / 'include'}:{PROJECT}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = []
        for line in command.stdout:
            lines.append(line)
            if line.startswith("Ready"):
                break
        assert [line.split()[0] for line in lines] == ["oci", "s3", "smtp", "postgres", "environment", "Ready;"]
        assert json.loads((state / "environment.json").read_text())["SANDBOX_CA"].endswith("ca.pem")
        command.send_signal(end)
        status = command.wait(30)
        command.stdout.close()
        assert status == (-signal.SIGKILL if end == signal.SIGKILL else 0)
        assert wait_until_none(state) == []

    def test_a_scenario_that_does_not_hold_starts_nothing(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", "up", "--scenario", tmp_path, "--state", tmp_path / "state"],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": f"{PROJECT / 'include'}:{PROJECT}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "contract.yaml" in done.stderr
        assert "Traceback" not in done.stderr
