"""The page of the reports: grid, header, footer with “Página x de y”, outline, signature boxes."""

from __future__ import annotations

import calendar
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from reportlab.graphics import shapes
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
)

from service_reports.documents import palette, style
from service_reports.documents.rendered import SignatureBox
from service_reports.documents.tables import broken_code

if TYPE_CHECKING:
    from collections.abc import Iterator

PORTRAIT, LANDSCAPE = "portrait", "landscape"
PAGE_TOTAL_FORM = "page_total"
FURNITURE_SIZE = 7.5
BOX_WIDTH, BOX_HEIGHT = 200.0, 60.0


@dataclass(frozen=True)
class PageFurniture:
    """What every page of one document says around its text, and the PDF's metadata."""

    contractor: str
    title: str
    code: str
    version: str
    certification_mark: str | None
    subject: str
    metadata_title: str
    dated: date


class Heading(Paragraph):
    """A heading that puts itself into the outline (bookmarks) when it is drawn."""

    def __init__(self, markup: str, look: ParagraphStyle, plain: str, level: int, key: str) -> None:
        super().__init__(markup, look)
        self._plain = plain
        self._level = level
        self.key = key

    def draw(self) -> None:
        """Draw the heading with its bookmark."""
        self.canv.bookmarkHorizontal(self.key, 0, self.height + 4)
        self.canv.addOutlineEntry(self._plain, self.key, self._level, closed=self._level > 0)
        super().draw()


@dataclass(frozen=True)
class SignatureText:
    """What one signature block prints: who signs, where, which document, when, and how."""

    title: str
    role: str
    organisation: str
    code: str
    lines: tuple[str, ...]


@dataclass
class SignatureBoxes:
    """Where the two rectangles came to lie; filled while the document is laid out."""

    found: list[SignatureBox] = field(default_factory=list)


class SignatureBlocks(Flowable):
    """Two signature blocks side by side, never split, each with an empty rectangle."""

    GAP = 24.0

    def __init__(self, texts: Sequence[SignatureText], boxes: SignatureBoxes) -> None:
        super().__init__()
        self._texts = texts
        self._boxes = boxes
        self._blocks: list[tuple[list[Paragraph], list[Paragraph]]] = []
        self._column = 0.0
        self._head = 0.0

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Measure both blocks for the frame's width."""
        self._column = (available_width - self.GAP) / 2
        self._blocks = [
            (
                [Paragraph(text.title, style.SIGNATURE_TITLE)],
                [
                    Paragraph(line, style.SIGNATURE)
                    for line in (f"<b>{text.role}</b>", text.organisation, self._code_line(text.code), *text.lines)
                ],
            )
            for text in self._texts
        ]
        heads, tails = [], []
        for above, below in self._blocks:
            heads.append(sum(part.wrap(self._column, available_height)[1] for part in above))
            tails.append(sum(part.wrap(self._column, available_height)[1] for part in below))
        self._head = max(heads) + 5
        self.width = available_width
        self.height = self._head + BOX_HEIGHT + 6 + max(tails)
        return self.width, self.height

    def _code_line(self, code: str) -> str:
        size = style.SIGNATURE.fontSize
        return f"Documento:<br/>{broken_code(code, self._column, style.REGULAR, size)}"

    def draw(self) -> None:
        """Draw both blocks and note where the rectangles lie on the page."""
        canvas = self.canv
        self._boxes.found.clear()
        for index, (above, below) in enumerate(self._blocks):
            left = index * (self._column + self.GAP)
            top = self.height
            for part in above:
                top -= part.height
                part.drawOn(canvas, left, top)
            bottom = self.height - self._head - BOX_HEIGHT
            canvas.saveState()
            canvas.setStrokeColor(palette.SIGNATURE_RULE)
            canvas.setLineWidth(0.6)
            canvas.rect(left, bottom, BOX_WIDTH, BOX_HEIGHT, stroke=1, fill=0)
            canvas.restoreState()
            x1, y1 = canvas.absolutePosition(left, bottom)
            self._boxes.found.append(SignatureBox(canvas.getPageNumber() - 1, x1, y1, x1 + BOX_WIDTH, y1 + BOX_HEIGHT))
            top = bottom - 6
            for part in below:
                top -= part.height
                part.drawOn(canvas, left, top)


class ReportTemplate(BaseDocTemplate):
    """Letter pages, upright or lying, with the document's header and footer."""

    def __init__(self, target: BytesIO, furniture: PageFurniture) -> None:
        super().__init__(
            target,
            pagesize=style.PORTRAIT,
            title=furniture.metadata_title,
            author=furniture.contractor,
            subject=furniture.subject,
            keywords=[furniture.code],
            creator="AIRE Service Reports",
            producer="AIRE Service Reports (ReportLab)",
            lang="es-CO",
            displayDocTitle=True,
            invariant=1,
            initialFontName=style.REGULAR,
            initialFontSize=style.BODY.fontSize,
        )
        self._furniture = furniture
        self.addPageTemplates(
            [
                self._page(PORTRAIT, style.PORTRAIT),
                self._page(LANDSCAPE, style.LANDSCAPE),
            ]
        )

    def _page(self, name: str, size: tuple[float, float]) -> PageTemplate:
        frame = Frame(
            style.MARGIN_SIDE,
            style.MARGIN_BOTTOM,
            size[0] - 2 * style.MARGIN_SIDE,
            size[1] - style.MARGIN_TOP - style.MARGIN_BOTTOM,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip

        def furnish(canvas: Canvas, _: BaseDocTemplate) -> None:
            self._draw_furniture(canvas, size)

        return PageTemplate(name, [frame], pagesize=size, onPage=furnish)

    def _draw_furniture(self, canvas: Canvas, size: tuple[float, float]) -> None:
        furniture = self._furniture
        width, height = size
        left, right = style.MARGIN_SIDE, width - style.MARGIN_SIDE
        header, footer = height - style.MARGIN_TOP + 16, style.MARGIN_BOTTOM - 16
        canvas.saveState()
        canvas.setStrokeColor(palette.RULE)
        canvas.setLineWidth(0.5)
        canvas.line(left, header - 5, right, header - 5)
        canvas.line(left, footer + 10, right, footer + 10)
        canvas.setFillColor(palette.ACCENT)
        canvas.setFont(style.BOLD, FURNITURE_SIZE)
        canvas.drawString(left, header, furniture.contractor)
        canvas.setFillColor(palette.MUTED)
        canvas.setFont(style.REGULAR, FURNITURE_SIZE)
        canvas.drawRightString(right, header, furniture.title)
        if furniture.certification_mark:
            canvas.drawCentredString((left + right) / 2, header, furniture.certification_mark)
        canvas.drawString(left, footer, furniture.code)
        total_width = stringWidth("000", style.REGULAR, FURNITURE_SIZE)
        page = f"{furniture.version}  ·  Página {canvas.getPageNumber()} de "
        canvas.drawRightString(right - total_width, footer, page)
        canvas.translate(right - total_width, footer)
        canvas.doForm(PAGE_TOTAL_FORM)
        canvas.restoreState()

    def beforeDocument(self) -> None:  # noqa: N802 (ReportLab's name)
        """Date the file by the report and show its outline."""
        _date_file(self.canv, self._furniture.dated)
        self.canv.showOutline()
        self._doSave = 0

    def _endBuild(self) -> None:  # noqa: N802 (ReportLab's name)
        super()._endBuild()  # type: ignore[misc]  # not in ReportLab's stubs
        canvas = self.canv
        pages = canvas.getPageNumber() - 1
        canvas.beginForm(PAGE_TOTAL_FORM, 0, -3, 40, 12)
        canvas.setFillColor(palette.MUTED)
        canvas.setFont(style.REGULAR, FURNITURE_SIZE)
        canvas.drawString(0, 0, str(pages))
        canvas.endForm()
        canvas.save()


def _date_file(canvas: Any, dated: date) -> None:
    """Set creation and modification date of the PDF to a day's midnight, UTC."""
    stamp = TimeStamp(invariant=1)
    stamp.t = float(calendar.timegm(dated.timetuple()))
    stamp.lt = time.gmtime(stamp.t)
    stamp.YMDhms = tuple(stamp.lt)[:6]
    stamp.dhh = stamp.dmm = 0
    stamp.tzname = "UTC"
    canvas._doc._timeStamp = stamp


@contextmanager
def embedded_chart_font() -> Iterator[None]:
    """While a document is drawn, let charts start from an embedded font too.

    ReportLab's graphics begin every drawing in Times-Roman, which would put a reference to a
    font that is not embedded into the file.
    """
    before = shapes.STATE_DEFAULTS["fontName"]
    shapes.STATE_DEFAULTS["fontName"] = style.REGULAR
    try:
        yield
    finally:
        shapes.STATE_DEFAULTS["fontName"] = before


def print_pdf(furniture: PageFurniture, story: list[Flowable]) -> bytes:
    """Lay the story out and return the PDF's bytes: the same bytes for the same story."""
    target = BytesIO()
    with embedded_chart_font():
        ReportTemplate(target, furniture).build(story)
    return target.getvalue()
