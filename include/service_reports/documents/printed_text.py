"""The text of a rendered document as a reader sees it: paragraphs and cells, each with its place.

A PDF knows only pieces of text. Pieces that follow each other in the order of writing are one
block when they stand on one line, or on the next line at the same left edge: so a wrapped
paragraph is whole again, and neighbouring cells of a table stay apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import pypdfium2.raw as pdfium
from openpyxl import load_workbook
from pypdfium2 import PdfDocument, PdfPage

from service_reports.documents.rendered import PDF, RenderedDocument

WORD_GAP, LEAST_WORD_GAP = 0.5, 0.15
"""Widest and narrowest gap between words of one line, in type sizes; cells are farther apart."""
LEAST_LEADING, MOST_LEADING = 0.9, 1.6
"""Distance of two lines of one paragraph, in type sizes."""
SAME_PLACE, SAME_EDGE = 0.6, 4.0
"""Points within which two base lines are the same, and two left edges: a number may push the first line."""
BULLET = "•"
HYPHEN = "\x02"
"""How PDFium gives a hyphen at the end of a line."""


@dataclass(frozen=True)
class Block:
    """A paragraph, a cell, a label; ``place`` says in Spanish where it stands.

    ``bulleted`` is true where a bullet mark stands before a paragraph.
    """

    place: str
    text: str
    bulleted: bool = False


@dataclass(frozen=True)
class _Piece:
    text: str
    begins_with_space: bool
    left: float
    right: float
    base: float
    size: float


def printed_blocks(documents: Sequence[RenderedDocument]) -> list[Block]:
    """Every block of text of the documents, in the order of writing."""
    blocks: list[Block] = []
    for document in documents:
        read = _pdf_blocks if document.media_type == PDF else _workbook_blocks
        blocks += read(document)
    return blocks


def _pdf_blocks(document: RenderedDocument) -> list[Block]:
    pdf = PdfDocument(document.content)
    try:
        return [
            Block(f"{document.title}, página {number}", text, bulleted)
            for number, page in enumerate(pdf, start=1)
            for text, bulleted in _joined(list(_pieces(page)))
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
            yield _Piece(text, written[0].isspace(), matrix.e, right, matrix.f, size)


def _joined(pieces: Sequence[_Piece]) -> list[tuple[str, bool]]:
    """Texts of the blocks, and whether each stands behind a bullet mark."""
    blocks: list[tuple[str, bool]] = []
    first: _Piece | None = None
    last: _Piece | None = None
    for piece in pieces:
        if first is not None and last is not None and _continues(first, last, piece):
            text, bulleted = blocks[-1]
            blocks[-1] = (f"{text}{_space(last, piece)}{piece.text}", bulleted)
        else:
            bulleted = bool(blocks) and blocks[-1][0] == BULLET and last is not None and _same_line(last, piece)
            if bulleted:
                blocks.pop()
            blocks.append((piece.text, bulleted))
            first = piece
        last = piece
    return blocks


def _space(last: _Piece, piece: _Piece) -> str:
    touching = piece.left - last.right < LEAST_WORD_GAP * piece.size and not piece.begins_with_space
    return "" if _same_line(last, piece) and touching else " "


def _same_line(last: _Piece, piece: _Piece) -> bool:
    return abs(piece.base - last.base) <= SAME_PLACE


def _continues(first: _Piece, last: _Piece, piece: _Piece) -> bool:
    if _same_line(last, piece):
        return last.text != BULLET and -piece.size <= piece.left - last.right <= WORD_GAP * piece.size
    same_look = abs(piece.size - last.size) < SAME_PLACE and abs(piece.left - first.left) <= SAME_EDGE
    return same_look and LEAST_LEADING * piece.size <= last.base - piece.base <= MOST_LEADING * piece.size


def _workbook_blocks(document: RenderedDocument) -> list[Block]:
    book = load_workbook(BytesIO(document.content), read_only=True, data_only=True)
    try:
        return [
            Block(f"{document.title}, hoja {sheet.title}, fila {number}", " ".join(value.split()))
            for sheet in book
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
            for value in row
            if isinstance(value, str) and value.strip()
        ]
    finally:
        book.close()
