"""What the reader sees in the vendor's signature field: who signed, how and when.

The stamp is a small page of its own, drawn with an embedded font and then taken into the
field's appearance: a standard font left out of the file would break PDF/A.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import font_roboto
from babel.dates import format_datetime
from pyhanko.pdf_utils.content import PdfContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import AxisAlignment as Alignment
from pyhanko.pdf_utils.layout import BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import StaticStampStyle
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

SignatureKind = Literal["electronic", "digital"]

BOGOTA = ZoneInfo("America/Bogota")
FONT = "Roboto-Signature"
INK = HexColor("#1F2933")
LARGEST_SIZE = 8.5
LEADING = 1.25
PADDING = 4.0

WORDING: dict[SignatureKind, str] = {
    "electronic": "Firmado electrónicamente por",
    "digital": "Firmado digitalmente por",
}


def stamp_lines(signer_name: str, signed_at: datetime, kind: SignatureKind) -> tuple[str, str, str]:
    """The three printed lines: how, who, and when in Bogotá (``signed_at`` is aware)."""
    moment = format_datetime(signed_at, "d 'de' MMMM 'de' y, HH:mm:ss", tzinfo=BOGOTA, locale="es_CO")
    return WORDING[kind], signer_name, f"{moment} (Bogotá, UTC−5)"


@cache
def _register_font() -> None:
    path = Path(font_roboto.__file__).parent / "files" / "Roboto-Regular.ttf"
    pdfmetrics.registerFont(TTFont(FONT, str(path)))


def stamp_page(lines: tuple[str, ...], width: float, height: float) -> bytes:
    """A one-page PDF of this size, in points, with the lines as large as they fit."""
    _register_font()
    widest = max(pdfmetrics.stringWidth(line, FONT, 1) for line in lines)
    size = min(LARGEST_SIZE, (width - 2 * PADDING) / widest, (height - 2 * PADDING) / (LEADING * len(lines)))
    page = BytesIO()
    # Without an initial font of its own, ReportLab declares Helvetica, which is never embedded.
    canvas = Canvas(page, (width, height), initialFontName=FONT, initialFontSize=size, invariant=True)  # type: ignore[arg-type]
    canvas.setFillColor(INK)
    text_height = size * LEADING * len(lines)
    baseline = (height + text_height) / 2 - size
    for line in lines:
        canvas.drawString(PADDING, baseline, line)
        baseline -= size * LEADING
    canvas.save()
    return page.getvalue()


class _PageContent(PdfContent):
    """The first page of a PDF in memory, as content of another."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        writer = self.writer
        assert writer is not None, "pyHanko sets the writer before it renders"
        page = writer.import_page_as_xobject(PdfFileReader(BytesIO(self._page)))
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Stamp"), page)
        x1, y1, x2, y2 = (float(side) for side in page.get_object()["/BBox"])
        self.box = BoxConstraints(width=abs(x2 - x1), height=abs(y2 - y1))
        return b"/Stamp Do"


def stamp_style(page: bytes) -> StaticStampStyle:
    """A pyHanko style whose whole appearance is the first page of this PDF."""
    return StaticStampStyle(
        border_width=0,
        background=_PageContent(page),
        background_layout=SimpleBoxLayoutRule(Alignment.ALIGN_MID, Alignment.ALIGN_MID, Margins()),
    )
