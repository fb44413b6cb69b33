"""Where the records of a text in CSV begin and end, told by its marks alone.

A piece is provably regular where every line has as many fields as the header, and every quote opens or closes a field.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BEFORE_QUOTE, AFTER_QUOTE = b",\n", b",\r\n"
NOT_MARKS = bytes(set(range(256)) - set(b",\n\r"))


class Readable(Protocol):
    """What text is read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""
        ...

    def readline(self, size: int, /) -> bytes:
        """The bytes up to the next end of line, at most ``size`` of them."""
        ...


class Joined(io.RawIOBase):
    """Bytes, and then a stream."""

    def __init__(self, first: bytes, then: Readable) -> None:
        self._first, self._then = io.BytesIO(first), then

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer."""
        room = memoryview(buffer).cast("B")
        block = self._first.read(len(room)) or self._then.read(len(room))
        room[: len(block)] = block
        return len(block)


def text_of(stream: io.BytesIO | io.BufferedReader[Joined]) -> io.TextIOWrapper:
    """A text in which bytes that are not UTF-8 stay recognizable."""
    return io.TextIOWrapper(stream, "utf-8", "surrogateescape", newline="")


def first_record_end(held: bytes) -> int:
    """Where the first record that is whole ends, or 0."""
    end, odd = 0, 0
    while (found := held.find(b"\n", end) + 1) > 0:
        odd ^= held.count(b'"', end, found) % 2
        end = found
        if not odd:
            return end
    return 0


def whole_records(held: bytes, ended: bool) -> tuple[bytes, bytes | None]:
    """The records that are whole, and their marks."""
    piece = held if ended else held[: held.rfind(b"\n") + 1]
    marks = marks_of(piece)
    if marks is None and not ended:
        piece = piece[: _last_record_end(piece)]
        marks = marks_of(piece)
    return piece, marks


def _last_record_end(lines: bytes) -> int:
    """Where the last record ends that is whole if quotes are regular: a quoted field may hold ends of lines."""
    end = len(lines)
    odd = lines.count(b'"') % 2
    while odd and end:
        before = lines.rfind(b"\n", 0, end - 1) + 1
        odd ^= lines.count(b'"', before, end) % 2
        end = before
    return end


def marks_of(piece: bytes) -> bytes | None:
    """Commas and ends of lines outside quoted fields; ``None`` where a quote neither opens nor closes a field."""
    parts = piece.split(b'"')
    last = len(parts) - 1
    if last % 2:
        return None
    outside = parts[::2]  # one without anything is a quote within a field, written twice
    if any(part and part[-1] not in BEFORE_QUOTE for part in outside[:-1]):
        return None
    if any(part and part[0] not in AFTER_QUOTE for part in outside[1:]):
        return None
    return b"".join([part.translate(None, NOT_MARKS) for part in outside])


def count_records(marks: bytes, width: int) -> int | None:
    """How many records there are, if each has ``width`` fields and all end in LF or all in CRLF; else ``None``."""
    record = b"," * (width - 1) + (b"\r\n" if b"\r" in marks else b"\n")
    if not marks.endswith(b"\n"):
        marks += record[width - 1 :]
    records, rest = divmod(len(marks), len(record))
    return records if not rest and marks == record * records else None


def is_utf8(piece: bytes) -> bool:
    """Whether all of it is UTF-8."""
    try:
        return piece.isascii() or bool(piece.decode())
    except UnicodeDecodeError:
        return False
