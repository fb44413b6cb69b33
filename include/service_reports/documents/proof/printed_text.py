"""The text of a rendered document as a reader sees it: paragraphs and cells, each with its place.

A PDF knows only pieces of text. Pieces that follow each other in the order of writing are one
block when they stand on one line, or on the next line at the same left edge: so a wrapped
paragraph is whole again, and neighbouring cells of a table stay apart.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

import pypdfium2.raw as pdfium
from openpyxl import load_workbook
from pypdfium2 import PdfDocument, PdfObject, PdfPage

from service_reports.documents.engine import style
from service_reports.documents.engine.quotation import MARK
from service_reports.documents.rendered import PDF, RenderedDocument

WORD_GAP, LEAST_WORD_GAP = 0.5, 0.22
"""Widest and narrowest gap between words of one line, in type sizes; cells are farther apart. The white at the side
of a narrow letter counts as gap."""
LEAST_LEADING, MOST_LEADING = 0.9, 1.6
"""Distance of two lines of one paragraph, in type sizes."""
SAME_PLACE, SAME_EDGE = 0.6, 4.0
"""Points within which two base lines are the same, and two left edges: a number may push the first line."""
LONGEST_MARK = 32
BULLET = "•"
HYPHEN = "\x02"
"""How PDFium gives a hyphen at the end of a line."""


QUOTED = "·"
"""Stands for a quotation in the text that is our own."""


@dataclass(frozen=True)
class Block:
    """A paragraph, a cell, a label; ``place`` says in Spanish where it stands.

    ``bulleted`` is true where a bullet mark stands before a paragraph. ``own`` is the text with each
    quotation that is marked in the file replaced by ``QUOTED``.
    """

    place: str
    text: str
    bulleted: bool = False
    own: str = ""

    def __post_init__(self) -> None:
        if not self.own:
            object.__setattr__(self, "own", self.text)


class Printed:
    """A document's cells and paragraphs in the order of writing, for looking rows up wherever they were laid.

    White space and the hyphens of line ends do not count: a cell may wrap as it likes.
    """

    def __init__(self, document: RenderedDocument) -> None:
        blocks = printed_blocks([document])
        self.own: Sequence[str] = [unspaced(block.own) for block in blocks]
        """Cell by cell what is our own of it: a quotation never looks like one of our words."""
        self._text = f"{_EDGE}{_EDGE.join(unspaced(block.text) for block in blocks)}{_EDGE}"

    def find(self, row: Sequence[str], start: int = 0) -> int:
        """Where cells stand side by side from a place on; -1 where they do not. Empty cells print nothing."""
        return self._text.find(_EDGE + _EDGE.join(filter(None, map(unspaced, row))) + _EDGE, start)

    def absent(self, rows: Iterable[Sequence[str]]) -> list[str]:
        """The rows that stand nowhere."""
        return [" ".join(row) for row in rows if self.find(row) < 0]

    def out_of_order(self, rows: Iterable[Sequence[str]]) -> list[str]:
        """The rows that do not stand after the row before them."""
        place, missing = 0, []
        for row in rows:
            found = self.find(row, place)
            if found < 0:
                missing.append(" ".join(row))
            else:
                place = found + 1
        return missing

    @property
    def text(self) -> str:
        """All of it as one text without white space."""
        return self._text.replace(_EDGE, "")


_EDGE = "\x1f"
_LINE_END_HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-"})


def unspaced(text: str) -> str:
    """A text as it can be compared wherever its lines were broken, with the signs that are drawn for those of it."""
    return "".join(style.drawn(text).translate(_LINE_END_HYPHENS).split())


@dataclass(frozen=True)
class _Piece:
    text: str
    quoted: bool
    begins_with_space: bool
    ends_with_space: bool
    left: float
    right: float
    base: float
    size: float


def printed_blocks(documents: Sequence[RenderedDocument]) -> list[Block]:
    """Every block of text of the documents, in the order of writing."""
    return [block for document in documents for block in _blocks(document)]


@lru_cache(maxsize=16)
def _blocks(document: RenderedDocument) -> tuple[Block, ...]:
    """Read once for all checks."""
    return tuple(_pdf_blocks(document) if document.media_type == PDF else _workbook_blocks(document))


def _pdf_blocks(document: RenderedDocument) -> list[Block]:
    pdf = PdfDocument(document.content)
    try:
        return [
            Block(f"{document.title}, página {number}", text, bulleted, own)
            for number, page in enumerate(pdf, start=1)
            for text, own, bulleted in _joined(list(_pieces(page)))
        ]
    finally:
        pdf.close()


def _pieces(page: PdfPage) -> Iterator[_Piece]:
    textpage = page.get_textpage()
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], textpage=textpage):
        written = found.extract().replace(HYPHEN, "-")
        text = " ".join(written.split())
        if text:
            matrix = found.get_matrix()
            _, _, right, _ = found.get_bounds()
            size = found.get_font_size() * matrix.d
            yield _Piece(
                text, _is_quoted(found), written[0].isspace(), written[-1].isspace(), matrix.e, right, matrix.f, size
            )


def _is_quoted(found: PdfObject) -> bool:
    """Whether a piece of text stands in a marked quotation."""
    return any(
        _mark_name(pdfium.FPDFPageObj_GetMark(found.raw, index)) == MARK
        for index in range(pdfium.FPDFPageObj_CountMarks(found.raw))
    )


def _mark_name(mark: Any) -> str:
    name = (ctypes.c_ushort * LONGEST_MARK)()
    length = ctypes.c_ulong()
    pdfium.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), length)
    return bytes(name)[: length.value].decode("utf-16-le").rstrip("\0")


def _joined(pieces: Sequence[_Piece]) -> list[tuple[str, str, bool]]:
    """Texts of the blocks, whole and without quotations, and whether each stands behind a bullet mark."""
    blocks: list[tuple[str, str, bool]] = []
    first: _Piece | None = None
    last: _Piece | None = None
    for piece in pieces:
        if first is not None and last is not None and _continues(first, last, piece):
            text, own, bulleted = blocks[-1]
            space = _space(last, piece)
            goes_on = piece.quoted and last.quoted
            own = own if goes_on else f"{own}{space}{QUOTED if piece.quoted else piece.text}"
            blocks[-1] = (f"{text}{space}{piece.text}", own, bulleted)
        else:
            bulleted = bool(blocks) and blocks[-1][0] == BULLET and last is not None and _same_line(last, piece)
            if bulleted:
                blocks.pop()
            blocks.append((piece.text, QUOTED if piece.quoted else piece.text, bulleted))
            first = piece
        last = piece
    return blocks


def _space(last: _Piece, piece: _Piece) -> str:
    spaced = last.ends_with_space or piece.begins_with_space
    touching = piece.left - last.right < LEAST_WORD_GAP * piece.size and not spaced
    return "" if _same_line(last, piece) and touching else " "


def _same_line(last: _Piece, piece: _Piece) -> bool:
    return abs(piece.base - last.base) <= SAME_PLACE


def _continues(first: _Piece, last: _Piece, piece: _Piece) -> bool:
    if _same_line(last, piece):
        return last.text != BULLET and -piece.size <= piece.left - last.right <= WORD_GAP * piece.size
    same_look = abs(piece.size - last.size) < SAME_PLACE and abs(piece.left - first.left) <= SAME_EDGE
    return same_look and LEAST_LEADING * piece.size <= last.base - piece.base <= MOST_LEADING * piece.size


def _style_of(cell: Any) -> int:
    """The place of a cell's named style in the workbook's list."""
    return int(cell.style_array.xfId)


def _workbook_blocks(document: RenderedDocument) -> list[Block]:
    book = load_workbook(BytesIO(document.content), read_only=True, data_only=True)
    quoting = book.style_names.index(MARK) if MARK in book.style_names else None
    try:
        return [
            Block(
                f"{document.title}, hoja {sheet.title}, fila {number}",
                " ".join(cell.value.split()),
                own=QUOTED if _style_of(cell) == quoting else "",
            )
            for sheet in book
            for number, row in enumerate(sheet.iter_rows(), start=1)
            for cell in row
            if isinstance(cell.value, str) and cell.value.strip()
        ]
    finally:
        book.close()
