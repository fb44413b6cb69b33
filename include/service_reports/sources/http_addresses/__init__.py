"""Published addresses: what came of asking each over HTTP, every five minutes, from where the collector stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from service_reports.contracts import Contract
from service_reports.records import HttpProbe
from service_reports.sources.answer import Answer, SourceError
from service_reports.sources.http_addresses.asked import Address, Probed
from service_reports.sources.http_addresses.suite import SUITE
from service_reports.sources.rows import Rows, read_rows
from service_reports.sources.source import Asked, Feed, Loading, Source, Told, Unread, by_content

__all__ = ["FEED", "STEP", "addresses_of", "parse"]

STEP = timedelta(minutes=5)
"""How often each address is asked; of a step without a question nothing is known."""
SETTLES = timedelta(hours=6)
"""A round this long after a day tells that the day is over, and all that was asked on it is there."""
AS_WRITTEN = ("status", "first_byte_ms", "certificate_ends_at", "failure")


def addresses_of(contract: Contract) -> tuple[Address, ...]:
    """What is asked for a contract."""
    published = contract.http
    if published is None:
        return ()
    return tuple(Address(each.url, published.allow_private) for each in published.addresses)


def parse(content: bytes) -> Rows[HttpProbe]:
    """The probes of one round; one that cannot be read is set aside: what the others found cannot be asked again.

    Raises:
        SourceError: it is no round, or none of its probes can be read.
    """
    try:
        return read_rows(HttpProbe, json.loads(content)["probes"])
    except (ValueError, KeyError, TypeError, SourceError) as error:
        raise SourceError(f"La ronda de preguntas no se puede leer: {error}") from None


def load(loading: Loading, rows: Sequence[HttpProbe]) -> None:
    """Each probe for every contract that names its address, with the same leave to go into private networks."""
    found = {Address(row.url, row.private): row for row in rows}
    for contract in loading.contracts:
        own = [found[address] for address in addresses_of(contract) if address in found]
        loading.write("ingest/insert_http_probe", own, contract_id=contract.id)


SOURCE = Source(
    name="http_addresses",
    scope="tenancy",
    named_by="http",
    parse=by_content(parse),
    suite=SUITE,
    load=load,
    only_now=True,
    facts={HttpProbe: "http_probes"},
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """One round over the addresses of all contracts; an answer for each tenancy, with those of its contracts."""
    from service_reports.sources.http_addresses.probing import probe  # an HTTP client, which only this needs

    wanted: dict[str, dict[Address, None]] = {}
    for contract in asked.contracts:
        wanted.setdefault(contract.oci.tenancy_ocid, {}).update(dict.fromkeys(addresses_of(contract)))
    found = {each.address: each for each in probe((a for some in wanted.values() for a in some), _asked_by(asked))}
    now = datetime.now(UTC)
    for tenancy, addresses in wanted.items():
        content = json.dumps(
            {"probes": [_written(found[address]) for address in addresses if address in found]}, indent=1
        ).encode()
        yield Told(SOURCE.name, tenancy, Answer(f"{now:%Y-%m-%dT%H:%M:%S.%fZ}", content, None, *_days(now), now))


def _days(now: datetime) -> tuple[date, date]:
    """The days (UTC) that a round tells of."""
    return (now - SETTLES).date(), now.date()


def _asked_by(asked: Asked) -> str:
    """What servers are told of who asks: the program, why, and where to write."""
    contact = asked.contracts[0].mail.reply_to or asked.contracts[0].mail.sender
    return f"service-reports (availability, every 5 minutes; {contact})"


def _written(probed: Probed) -> dict[str, Any]:
    told = {name: getattr(probed, name) for name in AS_WRITTEN}
    ends = probed.certificate_ends_at
    return {
        "url": probed.address.url,
        "private": probed.address.private,
        "probed_at": probed.at.isoformat(),
        **told,
        "certificate_ends_at": None if ends is None else ends.isoformat(),
    }


FEED = Feed(
    name="http_addresses",
    brings="servicios publicados",
    collection="published",
    scope="installation",
    collect=collect,
    sources=(SOURCE,),
    place=80,
)
