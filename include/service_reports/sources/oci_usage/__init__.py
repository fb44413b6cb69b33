"""OCI Usage API: the provider's own daily totals of a tenancy, against which ours are proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from service_reports.records import UsageTotal
from service_reports.sources.days_to_ask import from_oldest_missed
from service_reports.sources.oci_usage.suite import SUITE
from service_reports.sources.oci_usage.totals import fetch, parse
from service_reports.sources.rows import without
from service_reports.sources.source import Asked, Feed, Loading, Reading, Source, Told, Unread

__all__ = ["FEED", "fetch", "parse"]


def read(reading: Reading) -> Sequence[UsageTotal]:
    """The totals of the days that were asked for; those of others, which no later answer replaces, are set aside.

    Raises:
        SourceError: there are totals, and none can be read.
    """
    with reading.opened() as file:
        rows = parse(file.read())
    first, last = reading.batch.window_from, reading.batch.window_to
    if first is None or last is None:
        return rows
    others = {
        place: f"el total es del {row.usage_date}, y se preguntó por los del {first} al {last}"
        for place, row in enumerate(rows, start=1)
        if not first <= row.usage_date <= last
    }
    return without(rows, others)


def load(loading: Loading, rows: Sequence[Any]) -> None:
    """The totals of the batch's days in the place of those that were there."""
    loading.execute("ingest/delete_usage_totals")
    loading.write("ingest/insert_usage_total", rows)


SOURCE = Source(
    name="oci_usage",
    scope="tenancy",
    named_by="oci",
    parse=read,
    suite=SUITE,
    load=load,
    printed=False,
)


HORIZON_DAYS = 365
"""As long the provider tells its totals by the day."""


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The totals of the days and of those that were missed, all compartments at once."""
    from oci.usage_api.models import RequestSummarizedUsagesDetails

    read_together = ((held, asked.scope, "") for held in asked.contracts)
    days = from_oldest_missed(asked, SOURCE.name, read_together, horizon_days=HORIZON_DAYS)
    oci = asked.stores.oci(asked.connection)
    with asked.reaching(oci.endpoint):
        answer = fetch(oci.usage(), RequestSummarizedUsagesDetails, asked.scope, *days)
    yield Told(SOURCE.name, asked.scope, answer)


FEED = Feed(
    name="oci_usage",
    brings="totales de uso",
    collection="usage",
    scope="tenancy",
    collect=collect,
    sources=(SOURCE,),
    news_only=True,
    policy="allow group <grupo> to read usage-report in tenancy",
    place=30,
)
