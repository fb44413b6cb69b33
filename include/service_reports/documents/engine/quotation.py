"""Texts that others wrote, set so that a reader of the file knows them from our own words.

A quotation stands in the PDF between the marks of a marked-content sequence (ISO 32000-1, 14.6).
What reads the file back finds it by the mark, however its lines were broken or parted over pages: a
ticket may say whatever it likes, and no rule about our wording looks at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table

from service_reports.wording.shown import Composed, Quoted

MARK = "Quotation"
"""The tag of the marked-content sequence."""
BEGIN, END = "begin_quotation", "end_quotation"
_OPENED, _CLOSED = f"/{MARK} BMC", "EMC"
CUT = " […]"
"""Stands where a quotation is cut; the workbook has it whole."""


def as_quotation(markup: str) -> str:
    """Mark-up of a quotation, with its ends."""
    return f'<onDraw name="{BEGIN}"/>{markup}<onDraw name="{END}"/>'


def quoted_markup(text: str) -> str:
    """A text that others wrote as a part of a paragraph's mark-up."""
    return as_quotation(escape(text)) if text.strip() else escape(text)


def markup_of(text: str) -> str:
    """A text as mark-up: marked where it is a quotation, or has one among its parts."""
    if isinstance(text, Composed):
        return "".join(markup_of(part) for part in text.parts)
    return quoted_markup(text) if isinstance(text, Quoted) else escape(text)


def shortened(text: str, most: int) -> str:
    """The text, or as many whole words of it as ``most`` characters hold, and a mark that it goes on.

    >>> shortened("uno dos tres", 9)
    'uno […]'
    """
    if len(text) <= most:
        return text
    room = most - len(CUT)
    words = text[: room + 1].rpartition(" ")[0]
    return (words or text[:room]).rstrip() + CUT


class QuotingParagraph(Paragraph):
    """A paragraph whose quotations stay marked on both sides of a page break."""

    def split(self, available_width: float, available_height: float) -> list[Any]:
        """The parts for this page and the next."""
        parts: list[Any] = super().split(available_width, available_height)
        for above, below in pairwise(parts):
            opened = None
            for fragment in above.frags:
                name = getattr(getattr(fragment, "cbDefn", None), "name", None)
                opened = fragment if name == BEGIN else None if name == END else opened
            if opened is not None:
                below.frags.insert(0, opened.clone())
        return parts


class QuotingCanvas(Canvas):
    """A canvas that marks what stands between the ends of a quotation."""

    def __init__(self, *places: Any, **settings: Any) -> None:
        super().__init__(*places, **settings)
        self._quoting = False
        self.setNamedCB(BEGIN, self._begin)  # type: ignore[arg-type]  # ReportLab's stubs have the order wrong
        self.setNamedCB(END, self._end)  # type: ignore[arg-type]

    def _begin(self, canvas: Any, kind: str, label: str | None) -> None:
        if not self._quoting:
            canvas._curr_tx_info["tx"]._code.append(_OPENED)
            self._quoting = True

    def _end(self, canvas: Any, kind: str, label: str | None) -> None:
        if self._quoting:
            canvas._curr_tx_info["tx"]._code.append(_CLOSED)
            self._quoting = False

    def drawText(self, text: Any) -> None:  # noqa: N802 (ReportLab's name)
        """Draw a text object; a quotation that goes on overleaf ends with it and is opened there again."""
        if self._quoting:
            text._code.append(_CLOSED)
            self._quoting = False
        super().drawText(text)

    @contextmanager
    def quotation(self) -> Iterator[None]:
        """Mark whole text objects that are drawn meanwhile."""
        code: list[str] = self._code  # type: ignore[attr-defined]
        code.append(_OPENED)
        yield
        code.append(_CLOSED)


class QuotingTable(Table):
    """A table whose quoted cells are marked."""

    def _drawCell(self, value: Any, *place: Any) -> None:  # noqa: N802 (ReportLab's name)
        if isinstance(value, Quoted) and value.strip():
            canvas: Any = self.canv
            with canvas.quotation():
                super()._drawCell(value, *place)  # type: ignore[misc]  # not in ReportLab's stubs
        else:
            super()._drawCell(value, *place)  # type: ignore[misc]
