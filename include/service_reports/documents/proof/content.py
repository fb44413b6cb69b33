"""The text of a PDF's marked sequences: what a screen reader would get, without any look at where it stands.

Characters come from the fonts' ``ToUnicode`` tables. Text of furniture (artifacts) is no part of it; text that is
neither furniture nor in a numbered sequence is kept apart: nobody could know what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import hypot
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
FOLLOWED = (
    "q Q cm BT Tf TL Tm Td TD T* Tj TJ ' \" Tr BMC BDC EMC Do m l c v y re n f F f* B B* b b* S s W W* w g rg k gs"
)
"""The operators that decide what a text says, where it stands, and whether it is seen there."""
FILLS = frozenset({"f", "F", "f*", "B", "B*", "b", "b*"})
THICK = 4.0
"""Points from which on a line covers a text."""
SMALLEST = 3.0
"""Points of type that somebody may still read."""
LIGHT = 0.85
FAINT = 0.3
"""The lightness of a colour from which on it is not seen on paper; the opacity up to which nothing is."""
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_BLOCK = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[(.*?)\])", re.DOTALL)
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points of the page."""


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
    hidden: list[tuple[Place, str]] = field(default_factory=list)
    """Texts of sequences that something covers or cuts off, or that are too small or too faint to be seen (Spanish)."""
    furniture: list[tuple[int, Piece]] = field(default_factory=list)
    """Texts of furniture, by page from 0."""
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


@dataclass
class _State:
    """What q keeps and Q brings back."""

    ctm: Matrix
    font: _Font | None = None
    size: float = 0.0
    leading: float = 0.0
    seen: bool = True
    light: bool = False
    faint: bool = False
    wide: float = 1.0
    clip: Box | None = None


class _Reader:
    """Follows the operators of one page."""

    def __init__(self, content: Content, page: int, fonts: dict[tuple[int, int], _Font]) -> None:
        self._content, self._page, self._fonts = content, page, fonts
        self._marks: list[_Mark] = []
        self._texts: list[tuple[Box, Place, str]] = []
        self._fills: list[tuple[Box, bool]] = []

    def read(self, page: Page) -> None:
        resources = page.obj.get(Name.Resources) or Dictionary()
        left, bottom, right, top = (float(side) for side in page.mediabox)
        self._box = (left, bottom, right, top)
        self._follow(page, resources, _State(IDENTITY), 0)
        for each in page.obj.get(Name.Annots, ()):
            if each.get(Name.Subtype) == Name.Widget:  # a field is drawn over the page
                sides = [float(side) for side in each.Rect]
                self._painted("f", _box_of(_corners(IDENTITY, *sides)), _State(IDENTITY))

    def _follow(self, source: Page | Object, resources: Object, now: _State, depth: int) -> None:
        state: list[_State] = []
        line, path, cuts = IDENTITY, list[tuple[float, float]](), False
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
                    self._show(now, [operands[0]], line)
                case "T*":
                    line = _times((1, 0, 0, 1, 0, -now.leading), line)
                case "BT":
                    line = IDENTITY
                case "Tm":
                    line = _matrix(operands)
                case "Tf":
                    now.font, now.size = self._font_named(fonts, operands[0]), abs(float(operands[1]))
                case "l" | "m" | "c" | "v" | "y":
                    numbers = [float(each) for each in operands]
                    path += [_at(now.ctm, *pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
                case "BMC":
                    self._marks.append(_Mark(str(operands[0])))
                case "q":
                    state.append(replace(now))
                case "Q":
                    if state:
                        now = state.pop()
                case "re":
                    x, y, width, height = (float(each) for each in operands)
                    path += _corners(now.ctm, x, y, x + width, y + height)
                case "W" | "W*":
                    cuts = True
                case "n" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" as how:
                    if path:
                        self._painted(how, _box_of(path), now)
                        now.clip = _common(now.clip, _box_of(path)) if cuts else now.clip
                    path, cuts = [], False
                case "cm":
                    now.ctm = _times(_matrix(operands), now.ctm)
                case "rg" | "g" | "k" as space:
                    now.light = _is_light(space, [float(each) for each in operands])
                case "w":
                    now.wide = float(operands[0])
                case "gs":
                    told = (resources.get(Name.ExtGState) or Dictionary()).get(operands[0]) or Dictionary()
                    now.faint = float(told.get("/ca", 0.0 if now.faint else 1.0)) < FAINT
                case "Tr":
                    now.seen = int(operands[0]) not in UNSEEN
                case "TL":
                    now.leading = float(operands[0])
                case "Td":
                    line = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), line)
                case "TD":
                    now.leading = -float(operands[1])
                    line = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), line)
                case "TJ":
                    self._show(now, operands[0], line)
                case "'" | '"':
                    line = _times((1, 0, 0, 1, 0, -now.leading), line)
                    self._show(now, [operands[-1]], line)
                case "Do" if depth < DEEPEST_FORM:
                    form = (resources.get(Name.XObject) or Dictionary()).get(operands[0])
                    if isinstance(form, Stream) and form.get(Name.Subtype) == Name.Form:
                        inner = replace(now, ctm=_times(_matrix(form.get(Name.Matrix) or IDENTITY), now.ctm))
                        if sides := [float(each) for each in form.get(Name.BBox, ())]:
                            inner.clip = _common(now.clip, _box_of(_corners(inner.ctm, *sides)))
                        self._follow(form, form.get(Name.Resources) or resources, inner, depth + 1)
                    elif isinstance(form, Stream):
                        self._painted("f", _box_of(_corners(now.ctm, 0, 0, 1, 1)), replace(now, light=False))

    def _painted(self, how: str, box: Box, now: _State) -> None:
        """What a fill or a thick line covers."""
        wide = now.wide * _scale(now.ctm) if how in ("S", "s") else 0.0
        if how not in FILLS and wide < THICK:
            return
        left, bottom, right, top = box
        covered = _common(now.clip, (left - wide / 2, bottom - wide / 2, right + wide / 2, top + wide / 2))
        self._content.left -= len(self._texts)
        if self._content.left < 0:
            raise TooMuch("sus páginas piden más de lo que se puede leer")
        self._fills.append((covered, now.light))
        for within, place, text in self._texts:
            if _overlap(within, covered):
                self._content.hidden.append((place, f"algo está pintado encima de «{text}»"))

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

    def _show(self, now: _State, shown: Iterable[Any], line: Matrix) -> None:
        text, where = "", _times(line, now.ctm)
        for part in shown:
            if isinstance(part, String):
                text += now.font.decoded(bytes(part)) if now.font else bytes(part).decode("cp1252", "replace")
            elif float(part) < WORD_APART and text and not text[-1].isspace():
                text += " "
        if text:
            place = self._put(Piece(where[5], text), now.seen and self._is_on_page(where))
            if place is not None and text.strip():
                self._look(text, place, where, now)

    def _look(self, text: str, place: Place, where: Matrix, now: _State) -> None:
        """Note where a text stands, for what may be painted over it, and what keeps it from being seen there."""
        size, short = now.size * _scale(where), text.strip()[:60]
        x, y = where[4], where[5]
        level = abs(where[1]) < SAME_LINE and where[0] > 0
        box = (x, y + size / 8, x + (len(text.rstrip()) * size / 3 if level else size / 4), y + size / 2)
        self._texts.append((box, place, short))
        if size < SMALLEST:
            self._content.hidden.append((place, f"«{short}» es tan pequeño que no se lee"))
        elif now.faint:
            self._content.hidden.append((place, f"«{short}» es transparente"))
        elif now.clip is not None and not _overlap(box, now.clip):
            self._content.hidden.append((place, f"«{short}» está cortado"))
        elif now.light and self._is_on_paper(box):
            self._content.hidden.append((place, f"«{short}» es del color del papel"))

    def _is_on_paper(self, box: Box) -> bool:
        """Whether what lies under a text is as light as paper."""
        self._content.left -= len(self._fills)
        return next((light for below, light in reversed(self._fills) if _overlap(box, below)), True)

    def _is_on_page(self, where: Matrix) -> bool:
        left, bottom, right, top = self._box
        return left <= where[4] <= right and bottom <= where[5] <= top

    def _put(self, piece: Piece, seen: bool) -> Place | None:
        """Keep a text where it belongs; its sequence, if it is of one."""
        for mark in reversed(self._marks):
            if mark.tag == "/Artifact":
                self._content.furniture.append((self._page, piece))
                return None
            if not seen and piece.text.strip():
                self._content.unseen.append((self._page, f"«{piece.text.strip()[:60]}» está en el texto y no se ve"))
                seen = True
            if mark.instead is not None:
                said, mark.drawn = bool(mark.drawn), mark.drawn + piece.text
                if said:
                    return None
                piece = Piece(piece.line, mark.instead)
            if mark.number is not None:
                place = Place(self._page, mark.number)
                self._content.sequences.setdefault(place, []).append(piece)
                return place
        if piece.text.strip():
            self._content.stray.append((self._page, piece.text.strip()))
        return None


def same_digits(said: str, drawn: str) -> bool:
    """Whether two texts have the same digits; from right to left they are drawn in another order than they are said."""
    one, other = (re.findall("[0-9]", text) for text in (said, drawn))
    turned = any(bidirectional(sign) in ("R", "AL") for sign in said)
    return sorted(one) == sorted(other) if turned else one == other


def _matrix(operands: Iterable[Any]) -> Matrix:
    a, b, c, d, e, f = (float(each) for each in operands)
    return (a, b, c, d, e, f)


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def _corners(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> list[tuple[float, float]]:
    return [_at(matrix, x, y) for x, y in ((left, bottom), (left, top), (right, bottom), (right, top))]


def _box_of(points: Sequence[tuple[float, float]]) -> Box:
    across, up = [x for x, _ in points], [y for _, y in points]
    return (min(across), min(up), max(across), max(up))


def _common(one: Box | None, other: Box) -> Box:
    if one is None:
        return other
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale(matrix: Matrix) -> float:
    return hypot(matrix[2], matrix[3])


def _is_light(space: str, parts: Sequence[float]) -> bool:
    """Whether a colour of gray, RGB or CMYK is hardly another than that of paper."""
    if space == "k":
        return all(1 - part >= LIGHT for part in parts)
    return all(part >= LIGHT for part in parts)
