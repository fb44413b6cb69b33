"""OCI Database backups: the provider's listing of a contract's database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service_reports.records import OciBackup
from service_reports.sources.days_to_ask import open_days
from service_reports.sources.oci_backups.listing import GOOD, fetch, parse
from service_reports.sources.oci_backups.suite import SUITE
from service_reports.sources.source import Asked, Feed, Loading, Source, Told, Unread, by_content

__all__ = ["FEED", "GOOD", "fetch", "parse"]

GONE = ("DELETING", "DELETED", "RESTORING", "UPDATING", "CREATING")
"""States that a good backup may come to, or that a listing tells which lags: it stays known as it was."""


def load(loading: Loading, rows: Sequence[OciBackup]) -> None:
    """The backups of the listing, each as it is now, and one that was good as it was."""
    loading.write("ingest/upsert_oci_backup", rows, good=GOOD, gone=list(GONE))


SOURCE = Source(
    name="oci_backups",
    scope="contract",
    named_by="database",
    parse=by_content(parse),
    suite=SUITE,
    load=load,
    facts={OciBackup: "oci_backups"},
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The listing of the contract's database, whole for the periods that are open and from the oldest unfinished on."""
    days = open_days(asked)
    if not asked.by_hand:
        days = days._replace(first=min(days.first, asked.ledger.oldest_unfinished_backup(asked.scope) or days.first))
    certain_from = None if asked.by_hand else asked.days.first
    oci = asked.stores.oci(asked.connection)
    with asked.reaching(oci.endpoint):
        answer = fetch(oci.database(), asked.contract, *days, certain_from=certain_from)
    yield Told(SOURCE.name, asked.scope, answer)


FEED = Feed(
    name="oci_backups",
    brings="copias de seguridad",
    collection="backups",
    scope="contract",
    collect=collect,
    sources=(SOURCE,),
    policy="allow group <grupo> to read database-family in tenancy",
    place=50,
)
