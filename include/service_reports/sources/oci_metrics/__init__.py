"""OCI Monitoring: the hours of the metrics that contracts chart, asked for together for the resources of a tenancy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.failures import OneByOne
from service_reports.records import MetricPoint
from service_reports.sources.days_to_ask import from_oldest_missed
from service_reports.sources.oci_metrics.answers import attribute, parse, read, series_name
from service_reports.sources.oci_metrics.late_hours import stretches
from service_reports.sources.oci_metrics.monitoring import Asking, MetricStream, Pace, ask, strays
from service_reports.sources.oci_metrics.questions import (
    FIVE_MINUTES,
    HOURLY,
    MOST_DAYS,
    MOST_POINTS,
    MetricRequest,
    plan_requests,
)
from service_reports.sources.oci_metrics.stamps import (
    DOCUMENTED,
    UNDECIDED,
    Calibration,
    Comparison,
    change,
    comparisons,
)
from service_reports.sources.oci_metrics.suite import SUITE
from service_reports.sources.source import Asked, Feed, Source, Stamps, Told, Unread, Window, rows_of

__all__ = [
    "FEED",
    "MOST_POINTS",
    "MetricRequest",
    "MetricStream",
    "Pace",
    "ask",
    "attribute",
    "parse",
    "plan_requests",
    "series_name",
]

log = logging.getLogger(__name__)

Put = Callable[[MetricRequest], list[MetricStream]]
STRAY = "metrics.series_of_nobody"
WHOLE_DAYS = MOST_DAYS[HOURLY]
"""So many days before a run the provider has whole: of the one before them the first hours are gone already."""


def series(contract: Contract) -> Iterator[str]:
    """Every metric of every resource is read by itself."""
    for resource in contract.resources:
        for metric in resource.metrics:
            yield series_name(resource.name, metric.namespace, metric.name)


SOURCE = Source(
    name="oci_metrics",
    scope="contract",
    named_by="resources",
    parse=read,
    suite=SUITE,
    load=rows_of("ingest/upsert_metric_point"),
    parts=series,
    facts={MetricPoint: "metric_points"},
)


def days_to_ask(asked: Asked, contracts: Sequence[Contract]) -> Window:
    """The days of the form, or those of the schedule and all that some series lacks and the provider still has."""
    read_alone = ((held, held.id, name) for held in contracts for name in series(held))
    return from_oldest_missed(asked, SOURCE.name, read_alone, horizon_days=WHOLE_DAYS)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """One answer for every metric of every resource of the tenancy's contracts; what was refused is of that metric."""
    held = [each for each in asked.contracts if each.oci.connection == asked.connection]
    put = _questions(asked)
    stamps = _stamps(asked, held, put)
    days = days_to_ask(asked, held)
    finer_from = asked.days.first if asked.by_hand else asked.days.last - timedelta(days=MOST_DAYS[FIVE_MINUTES] - 1)
    requests = plan_requests(held, *days, finer_from)
    streams: dict[tuple[str, str], list[MetricStream]] = {}
    refused: dict[tuple[str, str, str], str] = {}
    for request in requests:
        forgotten = request.interval == FIVE_MINUTES and request.last < finer_from
        told = partial(_forgotten, asked, request) if forgotten else partial(_refuse, refused, request)
        with OneByOne().item(f"{request.namespace}: {request.query}", told):
            found = put(request)
            streams.setdefault((request.namespace, request.metric_name), []).extend(found)
            if forgotten and not any(stream.points for stream in found):
                told("no hay ninguna")
    log.info("Consultas de métricas: %s, para %s contratos, del %s al %s", len(requests), len(held), *days)
    for contract in held:
        charted = ((resource, metric) for resource in contract.resources for metric in resource.metrics)
        answers = attribute(contract, streams, *days, stamps)
        for (resource, metric), answer in zip(charted, answers, strict=True):
            reason = refused.get((metric.namespace, metric.name, resource.resource_ocid))
            if reason is None:
                yield Told(SOURCE.name, contract.id, answer)
            else:
                yield Unread(SOURCE.name, contract.id, answer.name, reason, days)
    if not asked.by_hand:
        yield from _late_hours(asked, held, put, days.first - timedelta(days=1), stamps, finer_from)


def _late_hours(
    asked: Asked, contracts: Sequence[Contract], put: Put, before: date, stamps: Stamps, finer_from: date
) -> Iterator[Told]:
    """What the service tells by now of hours up to a day (UTC, included) that are not known, as far as it goes back."""
    horizon = asked.days.last - timedelta(days=WHOLE_DAYS - 1)
    known = {
        held.id: asked.ledger.days_lacking_hours(
            held.id, Window(max(horizon, held.valid_from), min(held.valid_to, before))
        )
        for held in contracts
    }
    for stretch in stretches(contracts, known):
        found: list[MetricStream] = []
        with OneByOne().item(f"{stretch.namespace}/{stretch.metric_name}, {stretch.days.first} a {stretch.days.last}"):
            found = [stream for question in stretch.questions(finer_from) for stream in put(question)]
        for contract, answer in stretch.news(found, stamps):
            yield Told(SOURCE.name, contract.id, answer)


def _questions(asked: Asked) -> Put:
    """What puts a question to the tenancy's Monitoring, and fails under its connection's name.

    Series that do not say whose they are, are told, and left out.
    """
    from oci.monitoring.models import SummarizeMetricsDataDetails

    oci = asked.stores.oci(asked.connection)
    asking = Asking(oci.monitoring(), SummarizeMetricsDataDetails, asked.scope)

    def put(request: MetricRequest) -> list[MetricStream]:
        with asked.reaching(oci.endpoint):
            found = asking.whole(request)
        own = [stream for stream in found if stream.resource_ocid]
        if len(own) < len(found):
            subject = f"{request.namespace}/{request.metric_name} {request.first} a {request.last}"
            nobodys = [stream._asdict() for stream in found if not stream.resource_ocid]
            detail = asked.with_answer(f"OCI Monitoring: {strays(found)}", nobodys)
            asked.ledger.observe(Observation(STRAY, asked.scope, subject, "alert", detail))
        return own

    return put


def _forgotten(asked: Asked, request: MetricRequest, reason: str) -> None:
    """Tell that the service has five minutes of some days no more: their hours say what was measured, less finely."""
    days = f"{request.first} a {request.last}"
    detail = (
        f"OCI Monitoring ya no tiene las muestras de cinco minutos de {request.metric_name} de {days} ({reason}): la "
        "disponibilidad de esos días se cuenta por horas, y una que no respondió un rato, entera."
    )
    subject = f"{request.namespace}/{request.metric_name} {days}"
    asked.ledger.observe(Observation("metrics.five_minutes_lost", asked.scope, subject, "notice", detail))


def _refuse(refused: dict[tuple[str, str, str], str], request: MetricRequest, reason: str) -> None:
    for ocid in request.resources:
        refused.setdefault((request.namespace, request.metric_name, ocid), reason)


def _stamps(asked: Asked, held: Sequence[Contract], put: Put) -> Stamps:
    """Where this tenancy's stamps stand: found out in every run, else as it was found out before, else as documented.

    What came of it is kept with its evidence; a tenancy whose stamps are not where they were is an alert.
    """
    before = asked.ledger.stamps(asked.scope)
    result, evidence = _compared(comparisons(held, _telling_days(asked)), put)
    if found := change(asked.scope, before, result.stamps, asked.days.last):
        asked.ledger.observe(found)  # before what is noted, which a task that is tried again would find unchanged
    asked.ledger.note_stamps(asked.scope, result.stamps, evidence)
    stamps = result.stamps or before or DOCUMENTED
    log.info("Sellos de tiempo de OCI Monitoring: %s (%s)", stamps, evidence)
    return stamps


def _compared(each_of: Iterable[Comparison], put: Put) -> tuple[Calibration, Mapping[str, object]]:
    """The first comparison that decides, or the one of the most hours, with its evidence."""
    best: Calibration = UNDECIDED
    evidence: Mapping[str, object] = {"reason": UNDECIDED.reason}
    for each in each_of:
        with OneByOne().item(f"Sellos de {each.series}"):
            found = each.result(put(each.five_minutes), put(each.hours))
            if found.stamps or found.hours > best.hours:
                best, evidence = found, each.evidence(found)
        if best.stamps:
            break
    return best, evidence


def _telling_days(asked: Asked) -> Sequence[date]:
    """The last day that is asked for and, as the service keeps five minutes for a month, the last whole one."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return tuple(dict.fromkeys((asked.days.last, yesterday)))


FEED = Feed(
    name="oci_metrics",
    brings="métricas",
    collection="metrics",
    scope="tenancy",
    collect=collect,
    sources=(SOURCE,),
    policy="allow group <grupo> to read metrics in tenancy",
    place=40,
)
