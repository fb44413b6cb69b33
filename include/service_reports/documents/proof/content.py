"""The text of a PDF's marked sequences: what a screen reader would get, without any look at where it stands.

Characters come from the fonts' ``ToUnicode`` tables. Text of furniture (artifacts) is no part of it; text that is
neither furniture nor in a numbered sequence is kept apart: nobody could know what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unicodedata import bidirectional

from pikepdf import Dictionary, Name, Object, Page, Pdf, Stream, String, parse_content_stream

SAME_LINE = 0.6
"""Points within which two base lines are the same."""
WORD_APART = -180
"""A shift between glyphs, in thousandths of the type size, that stands for a space."""
DEEPEST_FORM = 8
MOST_INSTRUCTIONS = 2_000_000
"""A drawing may use others, and these others again: a few bytes may ask for more than can be followed."""
UNSEEN = frozenset({3, 7})
"""Modes in which text leaves no mark (ISO 32000-1, 9.3.6)."""
FOLLOWED = "q Q cm BT Tf TL Tm Td TD T* Tj TJ ' \" Tr BMC BDC EMC Do"
"""The operators that decide what a text says and where it stands."""
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_BLOCK = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[(.*?)\])", re.DOTALL)
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class TooMuch(ValueError):
    """Pages that ask for more than can be followed; the message is Spanish."""


class Place(NamedTuple):
    """A marked sequence: index of its page from 0, and its number there."""

    page: int
    mcid: int


class Piece(NamedTuple):
    """Text that was shown at once, and the base line on which it stands."""

    line: float
    text: str


@dataclass
class Content:
    """The texts of a file by marked sequence, in the order of writing; ``stray`` stand in none, by page from 0.

    ``unseen`` says which of them leave no mark on the page, or are drawn with other digits than they say (Spanish).
    """

    sequences: dict[Place, list[Piece]] = field(default_factory=dict)
    stray: list[tuple[int, str]] = field(default_factory=list)
    unseen: list[tuple[int, str]] = field(default_factory=list)
    left: int = MOST_INSTRUCTIONS


def content_of(pdf: Pdf) -> Content:
    """What all pages say.

    Raises:
        TooMuch: they ask for more than can be followed.
    """
    content = Content()
    fonts: dict[tuple[int, int], _Font] = {}
    for number, page in enumerate(pdf.pages):
        _Reader(content, number, fonts).read(page)
    return content


class _Texts(dict[int, str]):
    """What the codes of a font say; one of which the font says nothing is the sign for that."""

    def __missing__(self, code: int) -> str:
        return "\ufffd"


class _Font(NamedTuple):
    bytes_a_code: int
    texts: _Texts

    def decoded(self, shown: bytes) -> str:
        if not self.texts:
            return shown.decode("cp1252", "replace")
        if self.bytes_a_code == 1:
            return shown.decode("latin-1").translate(self.texts)
        return shown.decode("utf-16-be", "surrogatepass").translate(self.texts)


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")


def _font(font: Object) -> _Font:
    table = font.get(Name.ToUnicode)
    if not isinstance(table, Stream):
        return _Font(1, _Texts())
    texts = _Texts()
    length = 1
    for kind, block in _BLOCK.findall(table.read_bytes()):
        if kind == b"codespacerange":
            length = max(len(code) // 2 for code in _HEX.findall(block))
        elif kind == b"bfchar":
            codes = _HEX.findall(block)
            texts.update({int(code, 16): _utf16(text) for code, text in zip(codes[::2], codes[1::2], strict=False)})
        else:
            for first, last, text, several in _RANGE.findall(block):
                start, end = int(first, 16), int(last, 16)
                if several:
                    each = _HEX.findall(several)
                    texts.update({start + offset: _utf16(one) for offset, one in enumerate(each)})
                else:
                    base = _utf16(text)
                    texts.update(
                        {code: base[:-1] + chr(ord(base[-1]) + code - start) for code in range(start, end + 1)}
                    )
    return _Font(length, texts)


def _times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


@dataclass
class _Mark:
    """A marked sequence that is open; with ``instead`` that text stands for all that is shown in it."""

    tag: str
    number: int | None = None
    instead: str | None = None
    drawn: str = ""


class _Reader:
    """Follows the operators of one page."""

    def __init__(self, content: Content, page: int, fonts: dict[tuple[int, int], _Font]) -> None:
        self._content, self._page, self._fonts = content, page, fonts
        self._marks: list[_Mark] = []

    def read(self, page: Page) -> None:
        resources = page.obj.get(Name.Resources) or Dictionary()
        left, bottom, right, top = (float(side) for side in page.mediabox)
        self._box = (left, bottom, right, top)
        self._follow(page, resources, IDENTITY, 0)

    def _follow(self, source: Page | Object, resources: Object, base: Matrix, depth: int) -> None:
        state: list[tuple[Matrix, _Font | None, float, bool]] = []
        ctm, font, leading, seen = base, None, 0.0, True
        line = IDENTITY
        fonts = resources.get(Name.Font) or Dictionary()
        instructions = parse_content_stream(source, FOLLOWED)
        self._content.left -= len(instructions)
        if self._content.left < 0:
            raise TooMuch("sus páginas piden más de lo que se puede leer")
        for instruction in instructions:
            operands: Any = instruction.operands
            match str(instruction.operator):  # what reports write most often comes first
                case "EMC":
                    if self._marks:
                        self._close(self._marks.pop())
                case "BDC":
                    self._open(str(operands[0]), operands[1], resources)
                case "Tj":
                    self._show(font, [operands[0]], _times(line, ctm), seen)
                case "T*":
                    line = _times((1, 0, 0, 1, 0, -leading), line)
                case "BT":
                    line = IDENTITY
                case "Tm":
                    line = _matrix(operands)
                case "Tf":
                    font = self._font_named(fonts, operands[0])
                case "BMC":
                    self._marks.append(_Mark(str(operands[0])))
                case "q":
                    state.append((ctm, font, leading, seen))
                case "Q":
                    if state:
                        ctm, font, leading, seen = state.pop()
                case "cm":
                    ctm = _times(_matrix(operands), ctm)
                case "Tr":
                    seen = int(operands[0]) not in UNSEEN
                case "TL":
                    leading = float(operands[0])
                case "Td":
                    line = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), line)
                case "TD":
                    leading = -float(operands[1])
                    line = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), line)
                case "TJ":
                    self._show(font, operands[0], _times(line, ctm), seen)
                case "'" | '"':
                    line = _times((1, 0, 0, 1, 0, -leading), line)
                    self._show(font, [operands[-1]], _times(line, ctm), seen)
                case "Do" if depth < DEEPEST_FORM:
                    form = (resources.get(Name.XObject) or Dictionary()).get(operands[0])
                    if isinstance(form, Stream) and form.get(Name.Subtype) == Name.Form:
                        inner = form.get(Name.Resources) or resources
                        matrix = _matrix(form.get(Name.Matrix) or IDENTITY)
                        self._follow(form, inner, _times(matrix, ctm), depth + 1)

    def _font_named(self, fonts: Object, name: Object) -> _Font | None:
        font = fonts.get(str(name))
        if font is None:
            return None
        key = font.objgen
        if key == (0, 0):
            return _font(font)
        if key not in self._fonts:
            self._fonts[key] = _font(font)
        return self._fonts[key]

    def _open(self, tag: str, properties: Object, resources: Object) -> None:
        if isinstance(properties, Name):
            properties = (resources.get(Name.Properties) or Dictionary()).get(properties) or Dictionary()
        number, instead = properties.get("/MCID"), properties.get("/ActualText")
        self._marks.append(
            _Mark(tag, None if number is None else int(number), None if instead is None else str(instead))
        )

    def _close(self, mark: _Mark) -> None:
        if mark.instead is not None and not same_digits(mark.instead, mark.drawn):
            self._content.unseen.append((self._page, f"dice «{mark.instead}» donde está dibujado «{mark.drawn}»"))

    def _show(self, font: _Font | None, shown: Iterable[Any], where: Matrix, seen: bool) -> None:
        text = ""
        for part in shown:
            if isinstance(part, String):
                text += font.decoded(bytes(part)) if font else bytes(part).decode("cp1252", "replace")
            elif float(part) < WORD_APART and text and not text[-1].isspace():
                text += " "
        if text:
            self._put(Piece(where[5], text), seen and self._is_on_page(where))

    def _is_on_page(self, where: Matrix) -> bool:
        left, bottom, right, top = self._box
        return left <= where[4] <= right and bottom <= where[5] <= top

    def _put(self, piece: Piece, seen: bool) -> None:
        for mark in reversed(self._marks):
            if mark.tag == "/Artifact":
                return
            if not seen and piece.text.strip():
                self._content.unseen.append((self._page, f"«{piece.text.strip()[:60]}» está en el texto y no se ve"))
                seen = True
            if mark.instead is not None:
                said, mark.drawn = bool(mark.drawn), mark.drawn + piece.text
                if said:
                    return
                piece = Piece(piece.line, mark.instead)
            if mark.number is not None:
                self._content.sequences.setdefault(Place(self._page, mark.number), []).append(piece)
                return
        if piece.text.strip():
            self._content.stray.append((self._page, piece.text.strip()))


def same_digits(said: str, drawn: str) -> bool:
    """Whether two texts have the same digits; from right to left they are drawn in another order than they are said."""
    one, other = (re.findall("[0-9]", text) for text in (said, drawn))
    turned = any(bidirectional(sign) in ("R", "AL") for sign in said)
    return sorted(one) == sorted(other) if turned else one == other


def _matrix(operands: Iterable[Any]) -> Matrix:
    a, b, c, d, e, f = (float(each) for each in operands)
    return (a, b, c, d, e, f)
