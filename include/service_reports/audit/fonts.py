"""Whether what is drawn for a character is that character: a font of its own could show a 3 where the text says 8.

Reports carry the part of each font that they use. Of these parts the outlines of all that numbers are written with are
held against those of the font itself, by their hash.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pikepdf import Dictionary, Name, Object, Pdf, Stream

SIGNS = "".join(map(chr, range(0x20, 0x7F)))
"""What stands under its own code in the first part of a font; the others have none of it but the space."""
MINUS = "−"
OUTLINES: Mapping[str, tuple[str, str]] = {
    "Roboto-Regular": (
        "1f75d046dd508e154025fce6983ed468cd16587cbddfad13381f2d2f44071d09",
        "9ec5315a82a1c4288e6b437fb2926d58b8284a982bcebeda2ab65978016b5058",
    ),
    "Roboto-Bold": (
        "2a15fb8f54ac25c4215912568f796e422593083757ea97d0eb354aeeda924b3a",
        "41625964b6b3770e4190338d92550aa54658d1708a618e78455abee8dec17f88",
    ),
    "Roboto-Italic": (
        "29288f48b0547ad2f79244669514f96a6f496e1cd6e85d60c76a640cf0b67338",
        "eb04bfc3815842e86f1d6ef2b6680c24b89d64b9e81d782d6415494b91afd1cc",
    ),
    "Roboto-BoldItalic": (
        "146782692a6a392102d3ad48ca20aa55cb66646dd7a9f0659a3c73ec7e8b5317",
        "cc2ad7200a65f0eb6ada0d50e045737b77c7e0fdc1c1bac4d339eb54f84efb13",
    ),
}
"""SHA-256 of the outlines of ``SIGNS`` and of ``MINUS`` in each font of ours."""
HEAD = 10
"""Bytes of a glyph before its outline."""
ONE_RUN = 6
DEEPEST = 4
WORDS, SCALE, MORE, SCALES, MATRIX = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080
"""Flags of a part of a composite glyph (OpenType, ``glyf``)."""
_CHARACTER = re.compile(rb"<([0-9A-Fa-f]{2})>\s*<([0-9A-Fa-f]{4})>")


class Odd(ValueError):
    """A font that is not made as ours are."""


class Outlines(NamedTuple):
    """The outlines of a TrueType font: its glyphs by number, and the number of each code or character."""

    glyf: bytes
    places: tuple[int, ...]
    numbers: Mapping[int, int]

    def of(self, code: int, depth: int = 0) -> bytes:
        """The outline of a code, with those that it is put together of in place of their numbers."""
        return self._glyph(self.numbers.get(code, 0), depth)

    def _glyph(self, number: int, depth: int) -> bytes:
        data = self.glyf[self.places[number] : self.places[number + 1]]
        if len(data) < HEAD or struct.unpack(">h", data[:2])[0] >= 0:
            return data.rstrip(b"\0")
        if depth > DEEPEST:
            raise Odd("profunda")
        at, whole, flags = HEAD, data[:HEAD], MORE
        while flags & MORE:
            flags, part = struct.unpack(">HH", data[at : at + 4])
            size = 4 + (4 if flags & WORDS else 2)
            size += 2 if flags & SCALE else 4 if flags & SCALES else 8 if flags & MATRIX else 0
            whole += data[at : at + 2] + data[at + 4 : at + size] + self._glyph(part, depth + 1)
            at += size
        return whole


def outlines(font: bytes) -> Outlines:
    """Read a TrueType font.

    Raises:
        Odd: it has none of the tables, or they are not what they must be.
    """
    try:
        count = struct.unpack(">H", font[4:6])[0]
        tables = {}
        for place in range(12, 12 + 16 * count, 16):
            start, size = struct.unpack(">II", font[place + 8 : place + 16])
            tables[font[place : place + 4]] = font[start : start + size]
        long = struct.unpack(">h", tables[b"head"][50:52])[0]
        glyphs = struct.unpack(">H", tables[b"maxp"][4:6])[0]
        form = f">{glyphs + 1}{'I' if long else 'H'}"
        places = struct.unpack(form, tables[b"loca"][: struct.calcsize(form)])
        places = places if long else tuple(2 * each for each in places)
        return Outlines(tables[b"glyf"], places, _numbers(tables[b"cmap"]))
    except (struct.error, KeyError, IndexError) as error:
        raise Odd("no es una fuente TrueType") from error


def _numbers(cmap: bytes) -> Mapping[int, int]:
    """The only table of codes that parts of ours have: of one run of codes (format 6)."""
    tables, start = struct.unpack(">H", cmap[2:4])[0], struct.unpack(">I", cmap[8:12])[0]
    form, _, _, first, count = struct.unpack(">HHHHH", cmap[start : start + 10])
    if tables != 1 or form != ONE_RUN:
        raise Odd("lleva otra tabla de códigos")
    numbers = struct.unpack(f">{count}H", cmap[start + 10 : start + 10 + 2 * count])
    return dict(enumerate(numbers, start=first))


def hash_of(found: Outlines, codes: Iterable[int]) -> str:
    """SHA-256 of some outlines."""
    return hashlib.sha256(b"".join(len(each).to_bytes(4) + each for each in map(found.of, codes))).hexdigest()


def misdrawn(pdf: Pdf) -> Iterator[str]:
    """Fonts of a PDF that draw or say what numbers are written with otherwise than the font of their name."""
    seen: set[tuple[int, int]] = set()
    for each in _fonts(pdf):
        if each.is_indirect and each.objgen in seen:
            continue
        seen.add(each.objgen)
        name = str(each.get(Name.BaseFont))[1:].partition("+")[2]
        try:
            good = _is_ours(each, name)
        except (Odd, ValueError, struct.error, IndexError, RecursionError):
            good = False
        if not good:
            yield f"la fuente {name or 'sin nombre'} no dibuja lo que el texto dice, o no es de las nuestras"


def _fonts(pdf: Pdf) -> Iterator[Object]:
    """Every font, by what it calls itself or by where it is named as one: readers ask for the latter only."""
    for each in pdf.objects:
        if not isinstance(each, Dictionary | Stream):
            continue
        if each.get(Name.Type) == Name.Font:
            yield each
        resources = each.get(Name.Resources)
        if isinstance(resources, Dictionary):
            yield from _values(resources.get(Name.Font))
            states = _values(resources.get(Name.ExtGState))
            yield from (state.Font[0] for state in states if Name.Font in state)


def _values(named: object) -> Iterator[Object]:
    return (each for each in dict(named).values()) if isinstance(named, Dictionary) else iter(())


def _is_ours(font: Object, name: str) -> bool:
    told, program = font.get(Name.ToUnicode), font.get("/FontDescriptor", Dictionary()).get(Name.FontFile2)
    if name not in OUTLINES or font.get(Name.Subtype) != Name.TrueType or Name.Encoding in font:
        return False
    if not isinstance(told, Stream) or not isinstance(program, Stream):
        return False
    says = {int(code, 16): chr(int(sign, 16)) for code, sign in _CHARACTER.findall(told.read_bytes())}
    own = {code: sign for code, sign in says.items() if sign in SIGNS}
    found, (signs, minus) = outlines(program.read_bytes()), OUTLINES[name]
    if own not in ({ord(sign): sign for sign in SIGNS}, {ord(" "): " "}, {}):
        return False
    if len(own) > 1 and hash_of(found, map(ord, SIGNS)) != signs:
        return False
    return all(hash_of(found, [code]) == minus for code, sign in says.items() if sign == MINUS)
