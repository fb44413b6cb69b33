"""The table of contents: numbered headings with their pages, each a link.

The page of what comes later is not known while the contents are drawn. Like the total of
“Página x de y”, it is a form that is filled when its heading is reached, so that the document
is laid out only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from service_reports.documents.engine import palette, style
from service_reports.documents.engine.marks import plain_text
from service_reports.documents.engine.paragraphs import Paragraph

INDENT = 14.0
PAGE_WIDTH = 26.0
LEADER_GAP = 4.0
LEAST_PART = 6 * style.BASELINE
"""How much of the contents stands at least at the foot of a page, in points."""
SECTION_LINE = ParagraphStyle("contents-section", parent=style.BODY, fontName=style.BOLD, spaceAfter=0, spaceBefore=0.5)
LINE = ParagraphStyle("contents-line", parent=style.BODY, fontSize=9, spaceBefore=0, spaceAfter=0)


@dataclass(frozen=True)
class ContentsEntry:
    """A heading that the contents name: its mark-up, its key in the file, its depth (0 a section)."""

    markup: str
    key: str
    level: int


def _form_of(key: str) -> str:
    return f"page_of_{key}"


class Anchor(Paragraph):
    """A paragraph that others can link to: when it is drawn, it tells its page to the contents."""

    def __init__(self, markup: str, look: ParagraphStyle, key: str) -> None:
        super().__init__(markup, look)
        self.key = key

    def draw(self) -> None:
        """Draw it with its destination, and fill in the page number."""
        canvas: Any = self.canv
        canvas.bookmarkHorizontal(self.key, 0, self.height + 4)
        page = f" {canvas.getPageNumber()}"  # the blank parts it from the title where text is copied or searched
        canvas.beginForm(_form_of(self.key), -PAGE_WIDTH, -3, 0, style.BASELINE)
        canvas.setFillColor(palette.INK)
        canvas.setFont(style.REGULAR, LINE.fontSize)
        canvas.drawRightString(0, 0, page)
        canvas.endForm()
        super().draw()


class ContentsLine(Flowable):
    """One line of the contents: a title, dots, the page; all of it a link."""

    def __init__(self, entry: ContentsEntry) -> None:
        super().__init__()
        self._entry = entry
        self._look = LINE if entry.level else SECTION_LINE
        self._title = Paragraph(entry.markup, self._look)

    def getSpaceBefore(self) -> float:  # noqa: N802 (ReportLab's name)
        """A little more above a section."""
        return float(self._look.spaceBefore)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """As high as the title that is set beside the page number."""
        self._indent = INDENT * self._entry.level
        self.width = available_width
        self.height = self._title.wrap(available_width - self._indent - PAGE_WIDTH, available_height)[1]
        return self.width, self.height

    def draw(self) -> None:
        """Draw title, leader, page number and link."""
        canvas: Any = self.canv
        words = plain_text(Markup(self._entry.markup))  # noqa: S704 (mark-up as it comes)
        line = canvas.element.continued("TOC").add("TOCI")
        with canvas.inside(line.add("Reference")), canvas.link(f"#{self._entry.key}", f"Ir a «{words}»"):
            self._draw(canvas)

    def _draw(self, canvas: Any) -> None:
        self._title.drawOn(canvas, self._indent, 0)
        baseline = self._look.leading - self._look.fontSize
        start = self._indent + self._last_line_width() + LEADER_GAP
        end = self.width - PAGE_WIDTH + LEADER_GAP
        canvas.saveState()
        if start < end:
            canvas.setStrokeColor(palette.RULE)
            canvas.setLineWidth(0.6)
            canvas.setDash(0.6, 2.4)
            canvas.line(start, baseline, end, baseline)
        canvas.translate(self.width, baseline)
        with canvas.content():
            canvas.doForm(_form_of(self._entry.key))
        canvas.restoreState()
        canvas.linkRect("", self._entry.key, (0, 0, self.width, self.height), relative=1, thickness=0)

    def _last_line_width(self) -> float:
        lines = self._title.blPara.lines  # type: ignore[attr-defined]  # not in ReportLab's stubs
        last = lines[-1]
        words = last[1] if isinstance(last, tuple) else last.words
        text = " ".join(word if isinstance(word, str) else word.text for word in words)
        return float(stringWidth(text, self._look.fontName, self._look.fontSize))


class Contents(Flowable):
    """The contents of a report: it reads its list when it is laid out, when the list is complete."""

    def __init__(self, entries: Sequence[ContentsEntry]) -> None:
        super().__init__()
        self._entries = entries

    def wrap(self, available_width: float, _: float) -> tuple[float, float]:
        """More than any page holds: the document template then asks for the lines."""
        return available_width, float(0xFFFFFF)

    def split(self, _: float, available_height: float) -> list[Flowable]:
        """The title and the lines; nothing where there is no room for the title and some of them."""
        if available_height < LEAST_PART:
            return []
        return [Paragraph("Contenido", style.CONTENTS_TITLE), *map(ContentsLine, self._entries)]
