"""Asks published addresses once, as anybody on the Internet would, and notes what came of each.

All are asked in one loop: so many at once, fewer of one host, each with one time limit for everything, no more bytes
read than show that a page is coming, and no redirect followed. Whoever runs this stands inside the vendor's network:
names that lead to private places are not asked, unless the contract says that they may be.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509

from service_reports.records.bounds import LAST_YEAR
from service_reports.sources.http_addresses.asked import Address, Failure, Probed

if TYPE_CHECKING:
    from aiohttp.connector import Connection

log = logging.getLogger(__name__)

AT_ONCE, OF_ONE_HOST = 100, 4
"""So many addresses are asked at the same time, and so many of one host."""
ANSWER_SECONDS = 10.0
"""In which an answer must have come: name, connection, TLS, headers and the beginning of the body."""
ALL_SECONDS = 240.0
"""In which the loop ends; what was not asked by then was not measured."""
MOST_LOOKUPS = 400
"""So many names are looked up at the same time. Nothing ends the lookup of one whose servers are silent: it goes on
when its question has long timed out, and no other name may wait for that."""
NAT64 = ip_network("64:ff9b::/96")
"""Addresses of IPv6 that stand for one of IPv4, which is their end (RFC 6052)."""
MOST_BYTES = 65_536
"""Of a body no more is read."""


class NotPublic(Exception):
    """A name that leads to a private place."""


class _PublicOnly(AbstractResolver):
    """Resolves names as the system does, and refuses those of which any address is not of the public Internet.

    The connection goes to what is given back here: a name cannot lead elsewhere between the look and the call.
    """

    def __init__(self) -> None:
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        if not all(_is_public(each["host"].partition("%")[0]) for each in found):
            raise NotPublic(host)
        return found

    async def close(self) -> None:
        await self._system.close()


class _Certified(aiohttp.ClientResponse):
    """A response that knows when the certificate of its connection ends, and when its headers had come."""

    certificate_ends_at: datetime | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        tls = connection.transport.get_extra_info("ssl_object") if connection.transport else None
        if tls is not None and (der := tls.getpeercert(binary_form=True)):
            self.certificate_ends_at = end_of(der)
        return await super().start(connection)


def end_of(certificate: bytes) -> datetime | None:
    """When a certificate ends; ``None`` where nobody can say: it is too odd to be read, or says that it never does.

    RFC 5280 has the last second of the year 9999 for the latter.
    """
    try:
        ends = x509.load_der_x509_certificate(certificate).not_valid_after_utc
    except ValueError:
        return None
    return ends if ends.year <= LAST_YEAR else None


def probe(
    addresses: Iterable[Address],
    asked_by: str,
    *,
    tls: ssl.SSLContext | None = None,
    seconds: float = ANSWER_SECONDS,
    all_seconds: float = ALL_SECONDS,
) -> list[Probed]:
    """What came of asking each of some addresses once, in their order; those that there was no time for are not there.

    ``asked_by`` is told to the servers. ``tls`` is what certificates are held against, by default what the system
    trusts; ``seconds`` is how long an answer may take, from name to body, and ``all_seconds`` all of them.
    """
    sessions = partial(_session, asked_by, seconds)
    wanted = list(dict.fromkeys(addresses))
    return asyncio.run(_probe(wanted, sessions, tls or ssl.create_default_context(), all_seconds))


async def _probe(
    addresses: Sequence[Address],
    session: Callable[[AbstractResolver], aiohttp.ClientSession],
    tls: ssl.SSLContext,
    all_seconds: float,
) -> list[Probed]:
    at_once = asyncio.Semaphore(AT_ONCE)
    of_host: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(OF_ONE_HOST))
    found: dict[Address, Probed] = {}
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_LOOKUPS))
    async with session(aiohttp.ThreadedResolver()) as anywhere, session(_PublicOnly()) as public:

        async def ask(address: Address) -> None:
            async with of_host[urlsplit(address.url).netloc], at_once:
                found[address] = await _ask(anywhere if address.private else public, address, tls)

        try:
            async with asyncio.timeout(all_seconds), asyncio.TaskGroup() as group:
                for address in addresses:
                    group.create_task(ask(address))
        except TimeoutError:
            log.error("Sin tiempo para %s de %s direcciones", len(addresses) - len(found), len(addresses))
    return [found[address] for address in addresses if address in found]


def _session(asked_by: str, seconds: float, resolver: AbstractResolver) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True, resolver=resolver, use_dns_cache=False),
        headers={"User-Agent": asked_by, "Accept-Encoding": "identity"},
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=_Certified,
        timeout=aiohttp.ClientTimeout(total=seconds),
        auto_decompress=False,
        trust_env=False,
    )


async def _ask(session: aiohttp.ClientSession, address: Address, tls: ssl.SSLContext) -> Probed:
    at, began = datetime.now(UTC), time.perf_counter()
    told = Probed(address, at)
    if not address.private and _is_private(address.url):
        return told._replace(failure="not_public")
    try:
        async with session.get(address.url, allow_redirects=False, ssl=tls) as response:
            told = told._replace(
                status=response.status,
                first_byte_ms=round(1000 * (time.perf_counter() - began)),
                certificate_ends_at=getattr(response, "certificate_ends_at", None),
            )
            read = 0
            async for part in response.content.iter_chunked(MOST_BYTES):
                read += len(part)
                if read >= MOST_BYTES:
                    break
    except (aiohttp.ClientError, TimeoutError, OSError, NotPublic, ValueError) as error:
        told = told._replace(failure=_failure(error))
        if told.failure == "certificate":
            told = told._replace(certificate_ends_at=await _end_of_certificate(session, address.url))
    return told


async def _end_of_certificate(session: aiohttp.ClientSession, url: str) -> datetime | None:
    """When the certificate ends that nobody should trust: asked for again, and nothing of the answer is used."""
    try:
        async with session.get(url, allow_redirects=False, ssl=False) as response:
            return getattr(response, "certificate_ends_at", None)
    except (aiohttp.ClientError, TimeoutError, OSError, NotPublic, ValueError):
        return None


def _is_private(url: str) -> bool:
    """Whether a URL names a place by a number that is not of the public Internet: no resolver is asked for those."""
    try:
        return not _is_public(urlsplit(url).hostname or "")
    except ValueError:
        return False


def _is_public(number: str) -> bool:
    """Whether an address is of the public Internet, and so is one of IPv4 that it stands for (NAT64, 6to4).

    Raises:
        ValueError: it is none.
    """
    address = ip_address(number)
    if not isinstance(address, IPv6Address):
        return address.is_global
    within = IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else address.sixtofour
    return address.is_global and (within is None or within.is_global)


def _failure(error: Exception) -> Failure:
    match error:
        case NotPublic():
            return "not_public"
        case TimeoutError():
            return "timeout"
        case aiohttp.ClientConnectorDNSError() | aiohttp.InvalidURL() | UnicodeError():
            return "name"
        case aiohttp.ClientConnectorCertificateError():
            return "certificate"
        case aiohttp.ClientSSLError():
            return "tls"
        case aiohttp.ClientConnectorError():
            return "refused"
        case aiohttp.ClientResponseError():
            return "headers"
        case _:
            return "broken"
