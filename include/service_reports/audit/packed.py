"""How much a PDF unpacks to, before anything reads it: a few bytes may stand for more than a computer has."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Iterator

MOST_ATTACHED = 128_000_000
"""Bytes of all files inside together; no contract lets a report carry as much."""
MOST_OTHER = 64_000_000
"""Bytes of all else: pages, fonts, tags. A report of a hundred pages has a tenth."""
MOST_STREAMS = 50_000
"""A report of a hundred pages has a thousand."""
AT_ONCE = 1_000_000
ATTACHED = b"/EmbeddedFile"
OBJECT = b" obj"
IMAGES = frozenset({b"CCITTFaxDecode", b"DCTDecode", b"JBIG2Decode", b"JPXDecode"})
"""Pictures, which nothing here unpacks."""
FLATE, IN_85 = b"FlateDecode", b"ASCII85Decode"
LET: tuple[list[bytes], ...] = ([], [FLATE], [IN_85], [IN_85, FLATE])
"""How streams of ours and of programs that sign are packed, but for pictures."""
END_OF_85 = b"~>"
_STREAM = re.compile(rb"\bstream\r?\n")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[^\s/<>\[\]()]+|)")


_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


class TooMuch(ValueError):
    """A PDF that unpacks to more than is read, or is packed as nothing of ours is; the message is Spanish."""


def unescaped(content: bytes) -> bytes:
    """The bytes with the characters of names in the place of what may stand for them: ``/F#69lter`` is ``/Filter``."""
    return _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), content)


def check_size(content: bytes) -> None:
    """Refuse a PDF that cannot be read safely, whatever it says of itself.

    Raises:
        TooMuch: it is too large once unpacked, or packed otherwise than ours.
    """
    room = {True: MOST_ATTACHED, False: MOST_OTHER}
    for attached, size in _sizes(content):
        room[attached] -= size
        if room[attached] < 0:
            what = "los adjuntos son demasiado grandes" if attached else "sus páginas son demasiado grandes"
            raise TooMuch(f"{what} una vez descomprimidos: no se leen")


def _sizes(content: bytes) -> Iterator[tuple[bool, int]]:
    """What each stream unpacks to, and whether it is a file inside; as far as is needed to know that it is too much.

    What can be unpacked is, whether its dictionary says so or hides it. No byte is looked at for more than one
    dictionary, so that many that never begin cost no more than few.
    """
    whole, before = memoryview(content), 0
    for number, found in enumerate(_STREAM.finditer(content)):
        if number >= MOST_STREAMS:
            raise TooMuch("lleva más objetos que ningún informe: no se lee")
        head = content[max(before, content.rfind(OBJECT, before, found.start())) : found.start()]
        before = found.end()
        told = _FILTER.findall(unescaped(head))
        packed = [
            each for each in b" ".join(told).translate(None, b"[]").replace(b"/", b" ").split() if each not in IMAGES
        ]
        if len(told) > 1 or b"" in told or packed not in LET:
            raise TooMuch("está comprimido de una forma que este programa no lee")
        attached = ATTACHED in head
        data = whole[found.end() :]
        if IN_85 in packed:
            data = memoryview(_from_85(content[found.end() : content.find(END_OF_85, found.end())]))
            yield attached, len(data)
        yield attached, _inflated(data, MOST_ATTACHED if attached else MOST_OTHER)


def _from_85(data: bytes) -> bytes:
    try:
        return a85decode(data.strip().removeprefix(b"<~"))
    except ValueError as error:
        raise TooMuch("está comprimido de una forma que este programa no lee") from error


def _inflated(data: memoryview, most: int) -> int:
    """How many bytes come of packed ones, counted and not kept; whatever is no packing counts for nothing."""
    unpacking = zlib.decompressobj()
    size, place = 0, AT_ONCE
    try:
        given = unpacking.decompress(data[:AT_ONCE], AT_ONCE)
        while size <= most:
            size += len(given)
            if unpacking.eof:
                break
            more: bytes | memoryview = unpacking.unconsumed_tail
            if not more:
                more, place = data[place : place + AT_ONCE], place + AT_ONCE
                if not more:
                    break
            given = unpacking.decompress(more, AT_ONCE)
    except zlib.error:
        return size
    return size
