"""Database dumps: the listing of a contract's dump files, from its bucket or its server."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.contracts import BOGOTA, SshDumps
from service_reports.records import DatabaseDump
from service_reports.sources.database_dumps.listing import fetch, fetch_by_sftp, parse
from service_reports.sources.database_dumps.load import load
from service_reports.sources.database_dumps.suite import SUITE
from service_reports.sources.days_to_ask import open_days
from service_reports.sources.source import Asked, Feed, Source, Told, Unread, by_content

__all__ = ["FEED", "fetch", "fetch_by_sftp", "parse"]

SOURCE = Source(
    name="database_dumps",
    scope="contract",
    named_by="dumps",
    parse=by_content(parse),
    suite=SUITE,
    load=load,
    days_end_in=BOGOTA,
    facts={DatabaseDump: "database_dumps"},
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The listing of the place that the contract names, whole for the periods that are open."""
    dumps, stores, days = asked.contract.dumps, asked.stores, open_days(asked)
    assert dumps is not None
    certain_from = None if asked.by_hand else asked.days.first
    if isinstance(dumps, SshDumps):
        with stores.sftp(dumps.connection) as client:
            answer = fetch_by_sftp(client, dumps, *days, certain_from=certain_from)
    else:
        client, endpoint = stores.s3(dumps.connection)
        with stores.reaching(dumps.connection, endpoint):
            answer = fetch(client, dumps, *days, certain_from=certain_from)
    yield Told(SOURCE.name, asked.scope, answer)


FEED = Feed(
    name="database_dumps",
    brings="volcados",
    collection="backups",
    scope="contract",
    collect=collect,
    sources=(SOURCE,),
    place=60,
)
