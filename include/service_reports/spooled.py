"""Bytes that memory may not hold: few are held, and more lie in a file without a name until they are closed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from io import SEEK_END, BytesIO
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

MOST_HELD_BYTES = 4 * 1024 * 1024
BLOCK_BYTES = 1024 * 1024
FOLDER = "/var/tmp"  # noqa: S108 (no file there has a name)
"""On disk where ``/tmp`` is memory, as in the containers."""


class Digest(NamedTuple):
    """What tells bytes from others, and how many there are; the sums are hexadecimal."""

    sha256: str
    md5: str
    size_bytes: int


def spooled(blocks: Iterable[bytes]) -> BinaryIO:
    """A file of all blocks, at its start; whoever is given it closes it, with which it is gone."""
    file = SpooledTemporaryFile(MOST_HELD_BYTES, dir=FOLDER)  # noqa: SIM115 (its reader's)
    try:
        for block in blocks:
            file.write(block)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return cast("BinaryIO", file)


def blocks_of(content: bytes | BinaryIO) -> Iterator[bytes]:
    """All bytes from the start, block by block; a file is left where it was read to."""
    file = BytesIO(content) if isinstance(content, bytes) else content
    file.seek(0)
    return iter(lambda: file.read(BLOCK_BYTES), b"")


def digest(content: bytes | BinaryIO) -> Digest:
    """The sums of all bytes; a file is left at its start."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    for block in blocks_of(content):
        sha256.update(block)
        md5.update(block)
        size += len(block)
    if not isinstance(content, bytes):
        content.seek(0)
    return Digest(sha256.hexdigest(), md5.hexdigest(), size)


def size_of(file: BinaryIO) -> int:
    """How many bytes a file has; it is left at its start."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return size
