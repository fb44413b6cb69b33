"""OCI Monitoring: the hours of the metrics that contracts chart, in one request for all resources of a tenancy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial

from service_reports.contracts import Contract
from service_reports.failures import OneByOne
from service_reports.sources.oci_metrics.monitoring import (
    MOST_POINTS,
    MetricRequest,
    MetricStream,
    Pace,
    ask,
    attribute,
    parse,
    plan_requests,
)
from service_reports.sources.oci_metrics.suite import SUITE
from service_reports.sources.source import Asked, Feed, Source, Told, Unread, by_content, rows_of

__all__ = ["FEED", "MOST_POINTS", "MetricRequest", "MetricStream", "ask", "attribute", "parse", "plan_requests"]

log = logging.getLogger(__name__)


def series_name(resource: str, namespace: str, metric: str) -> str:
    """What the ledger calls the answers about one metric of one resource."""
    return f"{resource}/{namespace}/{metric}"


def series(contract: Contract) -> Iterator[str]:
    """Every metric of every resource is read by itself."""
    for resource in contract.resources:
        for metric in resource.metrics:
            yield series_name(resource.name, metric.namespace, metric.name)


SOURCE = Source(
    name="oci_metrics",
    scope="contract",
    parse=by_content(parse),
    suite=SUITE,
    load=rows_of("ingest/upsert_metric_point"),
    subjects=series,
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """One answer for every metric of every resource of the tenancy's contracts; what was refused is of that metric."""
    from oci.monitoring.models import SummarizeMetricsDataDetails

    held = [each for each in asked.contracts if each.oci.connection == asked.connection]
    requests = plan_requests(held, *asked.days)
    pace = Pace()
    streams: dict[tuple[str, str], list[MetricStream]] = {}
    refused: dict[tuple[str, str], str] = {}
    oci = asked.stores.oci(asked.connection)
    client = oci.monitoring()
    for request in requests:
        metric = request.namespace, request.metric_name
        pace.wait()
        with OneByOne().item(f"{request.namespace}: {request.query}", partial(refused.setdefault, metric)):
            with asked.stores.reaching(asked.connection, oci.endpoint):
                found = ask(client, SummarizeMetricsDataDetails, asked.scope, request)
            streams.setdefault(metric, []).extend(found)
    log.info("Consultas de métricas: %s, para %s contratos, del %s al %s", len(requests), len(held), *asked.days)
    for contract in held:
        for answer in attribute(contract, streams, *asked.days):
            _, namespace, name = answer.name.rsplit("/", 2)
            reason = refused.get((namespace, name))
            if reason is None:
                yield Told(SOURCE.name, contract.id, answer)
            else:
                yield Unread(SOURCE.name, contract.id, answer.name, reason, asked.days)


FEED = Feed(name="oci_metrics", scope="tenancy", collect=collect, sources=(SOURCE,))
