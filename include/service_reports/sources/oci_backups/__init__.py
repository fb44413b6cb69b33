"""OCI Database backups: the provider's listing of a contract's database."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.sources.days_to_ask import open_days
from service_reports.sources.oci_backups.listing import fetch, parse
from service_reports.sources.oci_backups.suite import SUITE
from service_reports.sources.source import Asked, Feed, Source, Told, Unread, by_content, rows_of

__all__ = ["FEED", "fetch", "parse"]

SOURCE = Source(
    name="oci_backups",
    scope="contract",
    parse=by_content(parse),
    suite=SUITE,
    load=rows_of("ingest/upsert_oci_backup"),
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The listing of the contract's database, whole for the periods that are open."""
    days = open_days(asked)
    certain_from = None if asked.by_hand else asked.days.first
    oci = asked.stores.oci(asked.connection)
    with asked.stores.reaching(asked.connection, oci.endpoint):
        answer = fetch(oci.database(), asked.contract, *days, certain_from=certain_from)
    yield Told(SOURCE.name, asked.scope, answer)


FEED = Feed(name="oci_backups", scope="contract", collect=collect, sources=(SOURCE,))
