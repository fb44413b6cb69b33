"""OCI compartments: the tree of a tenancy, of which a contract pays for one or more branches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from service_reports.sources.oci_compartments.suite import SUITE
from service_reports.sources.oci_compartments.tree import fetch, parse
from service_reports.sources.source import Asked, Feed, Loading, Source, Told, Unread, by_content

__all__ = ["FEED", "fetch", "parse"]


def load(loading: Loading, rows: Sequence[Any]) -> None:
    """The compartments as they are, and where they lie from the moment of this listing on."""
    loading.write("ingest/place_compartment", rows)
    loading.write("ingest/upsert_compartment", rows)


SOURCE = Source(
    name="oci_compartments",
    scope="tenancy",
    named_by="oci",
    parse=by_content(parse),
    suite=SUITE,
    load=load,
    printed=False,
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The whole tree, as it is now."""
    oci = asked.stores.oci(asked.connection)
    with asked.reaching(oci.endpoint):
        answer = fetch(oci.identity(), asked.scope)
    yield Told(SOURCE.name, asked.scope, answer)


FEED = Feed(
    name="oci_compartments",
    brings="compartimentos",
    collection="usage",
    scope="tenancy",
    collect=collect,
    sources=(SOURCE,),
    news_only=True,
    policy="allow group <grupo> to inspect compartments in tenancy",
    place=20,
)
