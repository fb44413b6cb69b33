"""Published services that answer in every way that one meets on the Internet, each under a path of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
HEAD = "HTTP/1.1 {status}\r\nConnection: close\r\n{more}\r\n"
DRIP_SECONDS = 0.05
PIECE = b"x" * 16_384


class Published(NamedTuple):
    """Where the services are: by HTTP, by HTTPS, and by HTTPS with a certificate that ended; the authority's file."""

    http: str
    https: str
    expired: str
    authority: Path
    asked: list[str]
    """The first lines and headers of every request, as they came."""


def certificate(folder: Path, name: str, ends: datetime) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs for itself, and its key, as PEM files."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / f"{name}.pem", folder / f"{name}.key"
    pem.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return pem, secret


async def _answer(path: str, writer: asyncio.StreamWriter) -> None:
    """What a path answers; a number is a status."""
    if path == "/hangs":
        await asyncio.sleep(60)
    elif path == "/breaks-off":
        writer.transport.abort()
        return
    elif path == "/no-http":
        writer.write(b"SSH-2.0-OpenSSH\r\n")
    elif path == "/large-headers":
        writer.write(HEAD.format(status="200 OK", more="X-Large: " + "y" * 200_000 + "\r\n").encode())
    elif path == "/redirects":
        more = "Location: http://169.254.169.254/secrets\r\nContent-Length: 0\r\n"
        writer.write(HEAD.format(status="302 Found", more=more).encode())
    elif path in ("/endless", "/drips"):
        writer.write(HEAD.format(status="200 OK", more="").encode())
        while not writer.is_closing():
            writer.write(PIECE if path == "/endless" else b"x")
            await writer.drain()
            await asyncio.sleep(0 if path == "/endless" else DRIP_SECONDS)
    else:
        status = path.strip("/") or "200"
        writer.write(HEAD.format(status=f"{status} So", more="Content-Length: 4\r\n").encode() + b"here")
    await writer.drain()


@contextmanager
def published(folder: Path, ends: datetime) -> Iterator[Published]:
    """The services while the block runs; the certificate of those that hold ends at ``ends``."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            asked.append(head)
            await _answer(head.split(" ")[1].partition("?")[0], writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def tls(pair: tuple[Path, Path]) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        return context

    good = certificate(folder, "good", ends)
    bad = certificate(folder, "expired", datetime.now(UTC) - timedelta(days=3))
    ports: list[int] = []
    ready, ended = threading.Event(), threading.Event()

    servers: list[asyncio.Server] = []

    async def main() -> None:
        for context in (None, tls(good), tls(bad)):
            server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
            servers.append(server)
            ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        while not ended.is_set():
            await asyncio.sleep(DRIP_SECONDS)
        for server in servers:
            server.close()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        http, https, expired = (f"http{'s' if n else ''}://127.0.0.1:{port}" for n, port in enumerate(ports))
        authority = folder / "authorities.pem"
        authority.write_bytes(good[0].read_bytes() + bad[0].read_bytes())
        yield Published(http, https, expired, authority, asked)
    finally:
        ended.set()
        thread.join(10)
