"""The type and the grid of the reports: one family (Roboto, embedded), one page size, few styles."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import font_roboto
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from service_reports.documents import palette

REGULAR, BOLD, ITALIC, BOLD_ITALIC = "Roboto", "Roboto-Bold", "Roboto-Italic", "Roboto-BoldItalic"
FONT_FILES = {
    REGULAR: "Roboto-Regular.ttf",
    BOLD: "Roboto-Bold.ttf",
    ITALIC: "Roboto-Italic.ttf",
    BOLD_ITALIC: "Roboto-BoldItalic.ttf",
}

PORTRAIT: tuple[float, float] = letter
LANDSCAPE: tuple[float, float] = landscape(letter)
MARGIN_SIDE = 18 * mm
MARGIN_TOP = 23 * mm
MARGIN_BOTTOM = 20 * mm
PORTRAIT_WIDTH = PORTRAIT[0] - 2 * MARGIN_SIDE
LANDSCAPE_WIDTH = LANDSCAPE[0] - 2 * MARGIN_SIDE
PORTRAIT_HEIGHT = PORTRAIT[1] - MARGIN_TOP - MARGIN_BOTTOM
LANDSCAPE_HEIGHT = LANDSCAPE[1] - MARGIN_TOP - MARGIN_BOTTOM


@cache
def register_fonts() -> None:
    """Make the four cuts of Roboto known to ReportLab, once per process."""
    folder = Path(font_roboto.__file__).parent / "files"
    for name, file_name in FONT_FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file_name)))
    addMapping(REGULAR, 0, 0, REGULAR)
    addMapping(REGULAR, 1, 0, BOLD)
    addMapping(REGULAR, 0, 1, ITALIC)
    addMapping(REGULAR, 1, 1, BOLD_ITALIC)


def _style(name: str, size: float, leading: float, font: str = REGULAR, **more: Any) -> ParagraphStyle:
    settings: dict[str, Any] = {
        "fontName": font,
        "bulletFontName": REGULAR,
        "fontSize": size,
        "bulletFontSize": size,
        "leading": leading,
        "textColor": palette.INK,
        **more,
    }
    return ParagraphStyle(name, **settings)


register_fonts()

BODY = _style("body", 9.5, 13.2, spaceAfter=6)
BULLET = _style("bullet", 9.5, 12.6, leftIndent=12, bulletIndent=2, spaceAfter=1.5)
TERM = _style("term", 9, 11.8, spaceAfter=2.6)
NUMBERED = _style("numbered", 9.5, 13.2, leftIndent=26, bulletIndent=0, spaceAfter=5)
COVER_COMPANY = _style("cover-company", 12, 16, BOLD, alignment=TA_CENTER, textColor=palette.ACCENT)
COVER_UNIT = _style("cover-unit", 10, 14, alignment=TA_CENTER, textColor=palette.MUTED)
COVER_TITLE = _style(
    "cover-title", 18, 24, BOLD, alignment=TA_CENTER, textColor=palette.ACCENT, spaceBefore=2, spaceAfter=8
)
SECTION = _style("section", 13, 16.5, BOLD, textColor=palette.ACCENT, spaceBefore=12, spaceAfter=6)
SUBSECTION = _style("subsection", 11, 14, BOLD, textColor=palette.ACCENT, spaceBefore=9, spaceAfter=4)
GROUP = _style("group", 10, 13, BOLD, spaceBefore=8, spaceAfter=3)
MODULE = _style("module", 9.5, 12.6, BOLD, textColor=palette.MUTED, spaceBefore=4, spaceAfter=2)
CAPTION = _style("caption", 8.5, 11, BOLD, spaceBefore=6, spaceAfter=3)
NOTE = _style("note", 7.5, 9.8, textColor=palette.MUTED, spaceBefore=3, spaceAfter=7)
CELL = _style("cell", 8, 10)
CELL_RIGHT = _style("cell-right", 8, 10, alignment=TA_RIGHT)
CELL_CENTER = _style("cell-center", 8, 10, alignment=TA_CENTER)
SIGNATURE_TITLE = _style("signature-title", 9.5, 12, BOLD)
SIGNATURE = _style("signature", 8, 10.2, splitLongWords=1)
