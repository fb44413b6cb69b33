"""OCI compartments: the tree of a tenancy, of which a contract pays for one or more branches."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.sources.oci_compartments.suite import SUITE
from service_reports.sources.oci_compartments.tree import fetch, parse
from service_reports.sources.source import Asked, Feed, Source, Told, Unread, by_content, rows_of

__all__ = ["FEED", "fetch", "parse"]

SOURCE = Source(
    name="oci_compartments",
    scope="tenancy",
    parse=by_content(parse),
    suite=SUITE,
    load=rows_of("ingest/upsert_compartment"),
    printed=False,
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The whole tree, as it is now."""
    oci = asked.stores.oci(asked.connection)
    with asked.stores.reaching(asked.connection, oci.endpoint):
        answer = fetch(oci.identity(), asked.scope)
    yield Told(SOURCE.name, asked.scope, answer)


FEED = Feed(name="oci_compartments", scope="tenancy", collect=collect, sources=(SOURCE,), news_only=True)
