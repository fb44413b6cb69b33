"""The type and the grid of the reports: one family, one page size, one line, few styles.

The family is Roboto, embedded; its figures are tabular as they come, so that numbers stand in columns.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import font_roboto
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus.tables import CellStyle

from service_reports.documents.engine import palette
from service_reports.documents.engine.substitutes import SubstitutingFont

REGULAR, BOLD, ITALIC, BOLD_ITALIC = "Roboto", "Roboto-Bold", "Roboto-Italic", "Roboto-BoldItalic"
FONT_FILES = {
    REGULAR: "Roboto-Regular.ttf",
    BOLD: "Roboto-Bold.ttf",
    ITALIC: "Roboto-Italic.ttf",
    BOLD_ITALIC: "Roboto-BoldItalic.ttf",
}

BASELINE = 13.0
"""The line of running text, in points; every leading and every space is a part of it."""
HALF, QUARTER = BASELINE / 2, BASELINE / 4
SMALL = BASELINE * 3 / 4
"""The line of tables and small print."""

PAGE: tuple[float, float] = letter
MARGIN_SIDE = 51.0
MARGIN_TOP = 64.0
MARGIN_BOTTOM = 52.0
HEADER_RISE, FOOTER_DROP = BASELINE, BASELINE * 5 / 4
"""How far the running header stands above the text, and the footer below it."""
PAGE_WIDTH = PAGE[0] - 2 * MARGIN_SIDE
PAGE_HEIGHT = PAGE[1] - MARGIN_TOP - MARGIN_BOTTOM
"""What a page holds between its margins, in points."""

COLUMNS, GUTTER = 12, 10.0
COLUMN = (PAGE_WIDTH - (COLUMNS - 1) * GUTTER) / COLUMNS


def span(columns: int) -> float:
    """The width of neighbouring columns of the grid with the gutters between them, in points.

    >>> span(COLUMNS) == PAGE_WIDTH
    True
    """
    return columns * COLUMN + (columns - 1) * GUTTER


BULLET_MARK = "•"

TEXT, TITLE_OF_TABLE = "P", "Caption"
HOLDS_TEXT = frozenset({"TD", "TH", "LBody", "Lbl", "Caption", "P", "Link"})
"""Elements whose only paragraph is their own text."""

MEASURE = span(10)
"""How wide running text is set: about ninety characters a line."""


@cache
def register_fonts() -> None:
    """Make the four cuts of Roboto known to ReportLab, once per process; tables start in it.

    By themselves they would start in Helvetica, which stays out of the file: a table whose style
    forgets the font of one cell would spoil the document.
    """
    CellStyle.fontname = REGULAR
    folder = Path(font_roboto.__file__).parent / "files"
    for name, file_name in FONT_FILES.items():
        pdfmetrics.registerFont(SubstitutingFont(name, str(folder / file_name)))
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
        "allowWidows": 0,
        "allowOrphans": 0,
        **more,
    }
    return ParagraphStyle(name, **settings)


register_fonts()


def drawn(text: str) -> str:
    """A text as it stands in a document: signs without a glyph are drawn as their substitutes."""
    font = pdfmetrics.getFont(REGULAR)
    assert isinstance(font, SubstitutingFont)
    return font.drawn(text)


BODY = _style("body", 9.5, BASELINE, spaceBefore=HALF, spaceAfter=HALF)
BULLET = _style("bullet", 9.5, BASELINE, leftIndent=12, bulletIndent=2, spaceAfter=1)
TERM = _style("term", 9, SMALL * 1.2, spaceAfter=QUARTER, leftIndent=12, firstLineIndent=-12)
NUMBERED = _style("numbered", 9.5, BASELINE, leftIndent=28, bulletIndent=0, spaceBefore=HALF, spaceAfter=HALF)
COVER_COMPANY = _style("cover-company", 11, BASELINE, BOLD, textColor=palette.ACCENT)
COVER_UNIT = _style("cover-unit", 9.5, BASELINE, textColor=palette.MUTED)
COVER_TITLE = _style(
    "cover-title", 22, BASELINE * 2, BOLD, textColor=palette.ACCENT, spaceBefore=HALF, spaceAfter=QUARTER, role="H1"
)
SEAL = _style("seal", 7.5, SMALL, BOLD, alignment=TA_CENTER, textColor=palette.ACCENT)
SEAL_LINE = _style("seal-line", 7.5, SMALL, alignment=TA_RIGHT, textColor=palette.MUTED, spaceBefore=2)
SECTION = _style(
    "section",
    14,
    BASELINE * 1.5,
    BOLD,
    textColor=palette.ACCENT,
    spaceBefore=BASELINE * 1.5,
    spaceAfter=HALF,
    keepWithNext=1,
    role="H2",
)
SUBSECTION = _style(
    "subsection",
    11.5,
    BASELINE * 1.25,
    BOLD,
    textColor=palette.ACCENT,
    spaceBefore=BASELINE,
    spaceAfter=QUARTER,
    keepWithNext=1,
    role="H3",
)
GROUP = _style("group", 10, BASELINE, BOLD, spaceBefore=BASELINE, spaceAfter=QUARTER, keepWithNext=1, role="H3")
MODULE = _style("module", 9.5, BASELINE, BOLD, textColor=palette.MUTED, spaceBefore=HALF, spaceAfter=1, role="H4")
CAPTION = _style("caption", 8.5, SMALL * 1.2, BOLD, spaceBefore=BASELINE, spaceAfter=QUARTER, role=TITLE_OF_TABLE)
CONTINUED = _style("continued", 7.5, SMALL, ITALIC, textColor=palette.MUTED, spaceAfter=QUARTER)
NOTE = _style("note", 7.5, SMALL, textColor=palette.MUTED, spaceBefore=QUARTER, spaceAfter=HALF)
CONTENTS_TITLE = SECTION.clone("contents-title")
CELL = _style("cell", 8, SMALL)
CELL_RIGHT = _style("cell-right", 8, SMALL, alignment=TA_RIGHT)
CELL_CENTER = _style("cell-center", 8, SMALL, alignment=TA_CENTER)
SIGNATURE_TITLE = _style("signature-title", 9.5, BASELINE, BOLD)
SIGNATURE_BLANK = _style("signature-blank", 8, BASELINE)
"""Tall enough for handwriting."""
SIGNATURE = _style("signature", 8, SMALL, splitLongWords=1)

RUNNING = frozenset(look.name for look in (BODY, BULLET, TERM, NUMBERED, NOTE))
"""Names of the styles that are set to ``MEASURE`` and not to the width of the page."""


@cache
def leading_in(look: ParagraphStyle) -> ParagraphStyle:
    """The style of a paragraph that announces what follows, and never stands last on a page."""
    return look.clone(look.name, keepWithNext=1)


@cache
def measured(look: ParagraphStyle) -> ParagraphStyle:
    """A style of running text whose lines end at ``MEASURE``."""
    return look.clone(look.name, rightIndent=PAGE_WIDTH - MEASURE)
