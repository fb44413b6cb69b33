"""OCI Database backups: the provider's listing of a contract's database."""

from __future__ import annotations

from collections.abc import Iterator

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
    """The listing of the contract's database."""
    oci = asked.stores.oci(asked.connection)
    with asked.stores.reaching(asked.connection, oci.endpoint):
        answer = fetch(oci.database(), asked.contract, *asked.days)
    yield Told(SOURCE.name, asked.scope, answer)


FEED = Feed(name="oci_backups", scope="contract", collect=collect, sources=(SOURCE,))
