"""A PDF written compactly: its objects in compressed object streams, found by a cross-reference stream (PDF 1.5).

A tagged report has some ten thousand small objects; written one by one they are four times as large.
The same objects give the same bytes.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

from reportlab.pdfbase import pdfdoc

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
OBJECTS_A_STREAM = 200
ENDED = b"endstream\n"
FREE, DIRECT, PACKED = 0, 1, 2
"""Kinds of entries of a cross-reference stream (ISO 32000-1, table 18)."""


class _File:
    """The bytes of a file and where its objects stand: kind, offset or stream, index."""

    def __init__(self) -> None:
        self.parts = [HEADER]
        self.size = len(HEADER)
        self.places: dict[int, tuple[int, int, int]] = {0: (FREE, 0, 65535)}

    def add(self, number: int, body: bytes) -> None:
        self.places[number] = (DIRECT, self.size, 0)
        self._write(b"%d 0 obj\n" % number + body + b"\nendobj\n")

    def add_packed(self, number: int, objects: list[tuple[int, bytes]]) -> None:
        """An object stream."""
        heads, bodies, offset = [], [], 0
        for index, (packed, body) in enumerate(objects):
            self.places[packed] = (PACKED, number, index)
            heads.append(b"%d %d" % (packed, offset))
            bodies.append(body)
            offset += len(body) + 1
        head = b" ".join(heads) + b"\n"
        entries = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head))
        self.add(number, _stream(entries, head + b"\n".join(bodies)))

    def close(self, number: int, trailer: bytes) -> bytes:
        """Write the cross-reference stream as the last object; the whole file."""
        start = self.size
        self.places[number] = (DIRECT, start, 0)
        rows = b"".join(
            kind.to_bytes(1, "big") + place.to_bytes(4, "big") + index.to_bytes(2, "big")
            for kind, place, index in (self.places[each] for each in range(number + 1))
        )
        entries = b"/Type/XRef/Size %d/W[1 4 2]" % (number + 1) + trailer
        self.add(number, _stream(entries, rows))
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)
        return b"".join(self.parts)

    def _write(self, part: bytes) -> None:
        self.parts.append(part)
        self.size += len(part)


def _stream(entries: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (entries, len(packed), packed)


def compact_file(document: Any) -> bytes:
    """The bytes of a finished ReportLab document, instead of what its ``format`` writes."""
    root, info = (document.Reference(each).name for each in (document.Catalog, document.info))
    file = _File()
    waiting: list[tuple[int, bytes]] = []
    packs: list[list[tuple[int, bytes]]] = []
    digest = hashlib.sha256()
    number = 1
    while number in document.numberToId:  # writing an object may add others
        body: bytes = pdfdoc.format(document.idToObject[document.numberToId[number]], document, toplevel=1)
        digest.update(body)
        if body.endswith(ENDED):
            file.add(number, body.removesuffix(ENDED) + b"\nendstream")  # the stream's end stands on a line of its own
        else:
            waiting.append((number, body.strip()))
            if len(waiting) == OBJECTS_A_STREAM:
                packs.append(waiting)
                waiting = []
        number += 1
    packs += [waiting] if waiting else []
    for pack in packs:
        file.add_packed(number, pack)
        number += 1
    numbers = document.idToObjectNumberAndVersion
    identity = digest.hexdigest()[:32].encode()
    trailer = b"/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]" % (numbers[root][0], numbers[info][0], identity, identity)
    return file.close(number, trailer)
