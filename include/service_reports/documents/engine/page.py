"""The page of the reports: grid, header, footer with “Página x de y”, outline, signature boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from service_reports.contracts.model import Brand
from service_reports.documents.engine import palette, style
from service_reports.documents.engine.archival import archival_writing, describe_file
from service_reports.documents.engine.attachments import attach
from service_reports.documents.engine.contents import Anchor
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.tables import declared_code
from service_reports.documents.engine.tags import TaggedCanvas
from service_reports.documents.rendered import Attachment, SignatureBox
from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD

PAGE_TOTAL_FORM = "page_total"
FURNITURE_SIZE = 7.5
FURNITURE_GAP = "   ·   "
BOX_WIDTH, BOX_HEIGHT = 200.0, 60.0
DEFAULT_BRAND = Brand()
LANGUAGE = "es-CO"


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
    brand: Brand = DEFAULT_BRAND


class Heading(Anchor):
    """A heading that puts itself into the outline (bookmarks) when it is drawn."""

    def __init__(self, markup: str, look: ParagraphStyle, plain: str, level: int, key: str) -> None:
        super().__init__(markup, look, key)
        self._plain = plain
        self._level = level

    def draw(self) -> None:
        """Draw the heading with its bookmark."""
        super().draw()
        self.canv.addOutlineEntry(self._plain, self.key, self._level, closed=self._level > 0)


class Blank(Paragraph):
    """A label with a line after it, on which somebody writes by hand."""

    def draw(self) -> None:
        """Draw the label, and the line from its end to the edge of the column."""
        super().draw()
        look, canvas = self.style, self.canv
        start = stringWidth(self.getPlainText(), look.fontName, look.fontSize) + style.QUARTER
        canvas.saveState()
        canvas.setStrokeColor(palette.SIGNATURE_RULE)
        canvas.setLineWidth(0.5)
        canvas.line(start, 1, self.width, 1)
        canvas.restoreState()


@dataclass(frozen=True)
class SignatureText:
    """What one signature block prints: who signs, for whom, which document, how; and what is left to be written.

    No day is printed: the stamp of a signature tells who signed and when.
    """

    title: str
    role: str
    organisation: str
    code: str
    lines: tuple[str, ...]
    blanks: tuple[str, ...] = ()


@dataclass
class SignatureBoxes:
    """Where the two rectangles came to lie; filled while the document is laid out."""

    found: list[SignatureBox] = field(default_factory=list)


class SignatureBlocks(Flowable):
    """Two signature blocks side by side, the vendor's and the supervisor's, each with an empty signature field."""

    GAP = 24.0
    FIELDS = ((VENDOR_FIELD, "Firma del contratista"), (SUPERVISOR_FIELD, "Firma del supervisor del contrato"))
    """The names of the fields, and what a reader says of them."""

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
                    *(
                        Paragraph(line, style.SIGNATURE)
                        for line in (f"<b>{text.role}</b>", text.organisation, self._code_line(text.code), *text.lines)
                    ),
                    *(Blank(label, style.SIGNATURE_BLANK) for label in text.blanks),
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
        return f"Documento:<br/>{declared_code(code, self._column, style.REGULAR, size)}"

    def draw(self) -> None:
        """Draw both blocks with their fields, and note where these lie on the page."""
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
            box = SignatureBox(canvas.getPageNumber() - 1, x1, y1, x1 + BOX_WIDTH, y1 + BOX_HEIGHT)
            self._boxes.found.append(box)
            if isinstance(canvas, TaggedCanvas):
                canvas.signature_field(*self.FIELDS[index], (box.x1, box.y1, box.x2, box.y2))
            top = bottom - 6
            for part in below:
                top -= part.height
                part.drawOn(canvas, left, top)


class ReportTemplate(BaseDocTemplate):
    """Upright letter pages with the document's header and footer."""

    def __init__(self, target: BytesIO, furniture: PageFurniture, attachments: Sequence[Attachment] = ()) -> None:
        super().__init__(
            target,
            pagesize=style.PAGE,
            title=furniture.metadata_title,
            author=furniture.contractor,
            subject=furniture.subject,
            keywords=[furniture.code],
            creator="AIRE Service Reports",
            producer="AIRE Service Reports (ReportLab)",
            lang=LANGUAGE,
            displayDocTitle=True,
            invariant=1,
            initialFontName=style.REGULAR,
            initialFontSize=style.BODY.fontSize,
            enforceColorSpace=palette.branded(furniture.brand),
        )
        self._furniture = furniture
        self._attachments = attachments
        frame = Frame(
            style.MARGIN_SIDE,
            style.MARGIN_BOTTOM,
            style.PAGE_WIDTH,
            style.PAGE_HEIGHT,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._draw_furniture))

    def _draw_furniture(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        furniture = self._furniture
        width, height = style.PAGE
        left, right = style.MARGIN_SIDE, width - style.MARGIN_SIDE
        header, footer = height - style.MARGIN_TOP + style.HEADER_RISE, style.MARGIN_BOTTOM - style.FOOTER_DROP
        canvas.saveState()
        canvas.setStrokeColor(palette.RULE)
        canvas.setLineWidth(0.5)
        canvas.line(left, footer + style.SMALL, right, footer + style.SMALL)
        if canvas.getPageNumber() > 1:  # the first page has the masthead
            self._draw_header(canvas, left, right, header)
        canvas.setFillColor(palette.MUTED)
        canvas.setFont(style.REGULAR, FURNITURE_SIZE)
        canvas.drawString(left, footer, furniture.code)
        total_width = stringWidth("00", style.REGULAR, FURNITURE_SIZE)
        page = f"{furniture.version}{FURNITURE_GAP}Página {canvas.getPageNumber()} de "
        canvas.drawRightString(right - total_width, footer, page)
        canvas.translate(right - total_width, footer)
        canvas.doForm(PAGE_TOTAL_FORM)
        canvas.restoreState()

    def _draw_header(self, canvas: Canvas, left: float, right: float, header: float) -> None:
        furniture = self._furniture
        company = furniture.brand.header_text or furniture.contractor
        canvas.line(left, header - style.QUARTER * 1.5, right, header - style.QUARTER * 1.5)
        canvas.setFillColor(palette.ACCENT)
        canvas.setFont(style.BOLD, FURNITURE_SIZE)
        canvas.drawString(left, header, company)
        canvas.setFillColor(palette.MUTED)
        canvas.setFont(style.REGULAR, FURNITURE_SIZE)
        if furniture.certification_mark:
            after = left + stringWidth(company, style.BOLD, FURNITURE_SIZE)
            canvas.drawString(after, header, f"{FURNITURE_GAP}{furniture.certification_mark}")
        canvas.drawRightString(right, header, furniture.title)

    def beforeDocument(self) -> None:  # noqa: N802 (ReportLab's name)
        """Date the file by the report, give it its metadata and show its outline."""
        describe_file(self.canv, LANGUAGE, self._furniture.dated)
        attach(self.canv, self._attachments, self._furniture.dated)
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


def print_pdf(furniture: PageFurniture, story: list[Flowable], attachments: Sequence[Attachment] = ()) -> bytes:
    """Lay the story out and return the PDF's bytes, with files inside: the same bytes for the same story and files."""
    target = BytesIO()
    with archival_writing():
        ReportTemplate(target, furniture, attachments).build(story, canvasmaker=TaggedCanvas)
    return target.getvalue()
