"""A Word document (``.docx``) that a person goes on writing: its styles, tables and blanks, and its bytes.

Values and quotations have a character style of their own, by which whoever reads the file back
tells them from our words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from reportlab.lib.colors import HexColor

from service_reports.contracts import BOGOTA
from service_reports.contracts.model import Brand
from service_reports.documents.engine import palette
from service_reports.documents.engine.dated_zip import dated_zip
from service_reports.documents.rendered import WORD_BLANK, WORD_QUOTATION, WORD_VALUE
from service_reports.wording.shown import Composed, Quoted, Shown

LANGUAGE = "es-CO"
FONT, SIZE, SMALL = "Calibri", 10.5, 8.5
TITLE_SIZE, HEADING_SIZES = 18, (13, 11)
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 8.5, 11.0, 1.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
"""Inches, as the page: US Letter, like the PDFs."""
GRID, TABLE_STYLE = "BFC7CF", "Table Grid"
BLANK_FILL, BLANK_RULE = "FFF6D6", "C9A227"
SHORT_TABLE = 16
"""Rows that stand on one page."""
LONGEST_PROPERTY = 255
THUMBNAIL = "thumbnail"
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Properties:
    """What a file says of itself; ``dated`` is its day of writing."""

    title: str
    subject: str
    author: str
    keywords: str
    category: str
    comments: str
    dated: date


class WordDocument:
    """A document on US Letter, filled from top to bottom; a heading or a paragraph stands after each table.

    A text may be plain, a value (``Shown``), a quotation (``Quoted``), or composed of these.
    """

    def __init__(self, brand: Brand, header: str, footer: str) -> None:
        self._document = Document()
        self._primary = HexColor(brand.primary).hexval()[2:].upper()
        self._header_fill = palette.tint(HexColor(brand.primary), palette.HEADER_TINT).hexval()[2:].upper()
        self._set_styles()
        self._set_language()
        self._set_page(header, footer)

    def title(self, text: str) -> None:
        """The document's title, once."""
        _write(self._document.add_paragraph(style="Title"), text)

    def heading(self, text: str, level: int = 1, *, new_page: bool = False) -> None:
        """A heading; ``level`` is 1 or 2."""
        paragraph = self._document.add_paragraph(style=f"Heading {level}")
        paragraph.paragraph_format.page_break_before = new_page or None
        _write(paragraph, text)

    def paragraph(self, text: str, *, leads: bool = False) -> None:
        """A paragraph of running text, on the page of what follows where it ``leads`` to it."""
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = leads or None
        _write(paragraph, text)

    def blank(self, text: str) -> None:
        """A place that a person fills, marked; ``text`` says what belongs there."""
        _write(self._document.add_paragraph(style=WORD_BLANK), text)

    def facts(self, rows: Sequence[tuple[str, str]], label_width: float = 1.9) -> None:
        """A table of labels, which head its rows, and values; widths in inches."""
        table = self._table(2, (label_width, TEXT_WIDTH - label_width))
        _look(table, first_row=False, first_column=True)
        for label, value in rows:
            row = _row(table)
            self._put(row.cells[0], label, head=True)
            self._put(row.cells[1], value)
        _keep_together(table)

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        numbers: Sequence[int] = (),
        small: Sequence[int] = (),
        total: bool = False,
    ) -> None:
        """A table whose header stands on each of its pages; ``widths`` in inches.

        ``numbers`` are the columns, from 0, set to the right, ``small`` those of long codes; ``total``: the last row is
        the sum of the others.
        """
        table = self._table(len(headings), widths)
        _look(table, first_row=True, first_column=False)
        head = _row(table)
        repeated = OxmlElement("w:tblHeader")
        head._tr.get_or_add_trPr().append(repeated)
        for column, heading in enumerate(headings):
            self._put(head.cells[column], heading, head=True, right=column in numbers)
        for place, values in enumerate(rows, start=1):
            row, bold = _row(table), total and place == len(rows)
            for column, value in enumerate(values):
                self._put(row.cells[column], value, bold=bold, right=column in numbers, small=column in small)
        _keep_together(table)

    def content(self, properties: Properties) -> bytes:
        """The file; equal content and properties give equal bytes."""
        core = self._document.core_properties
        said = {name: str(text)[:LONGEST_PROPERTY] for name, text in vars(properties).items()}
        core.title, core.subject, core.keywords = said["title"], said["subject"], said["keywords"]
        core.author = core.last_modified_by = said["author"]
        core.category, core.comments, core.language = said["category"], said["comments"], LANGUAGE
        core.revision = 1
        midnight = datetime.combine(properties.dated, datetime.min.time(), tzinfo=BOGOTA).astimezone(UTC)
        core.created = core.modified = midnight
        package = self._document.part.package
        for key in [key for key, each in package.rels.items() if each.reltype.endswith(THUMBNAIL)]:
            package.rels.pop(key)  # the template's: a picture of another document
        drawn = BytesIO()
        self._document.save(drawn)
        return dated_zip(drawn.getvalue(), properties.dated)

    def _set_styles(self) -> None:
        styles = self._document.styles
        normal = styles["Normal"]
        _set_font(normal, SIZE)
        normal.paragraph_format.space_after = Pt(6)
        sizes = {"Title": TITLE_SIZE, **{f"Heading {level}": size for level, size in enumerate(HEADING_SIZES, start=1)}}
        for name, size in sizes.items():
            style = styles[name]
            _set_font(style, size)
            style.font.bold = True
            style.font.color.rgb = RGBColor.from_string(self._primary)
            style.paragraph_format.space_before = Pt(0 if name == "Title" else size)
            style.paragraph_format.space_after = Pt(4)
            style.paragraph_format.keep_with_next = True
        for border in styles["Title"].element.xpath("w:pPr/w:pBdr"):
            border.getparent().remove(border)
        for name in (WORD_QUOTATION, WORD_VALUE):
            styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        blank = styles.add_style(WORD_BLANK, WD_STYLE_TYPE.PARAGRAPH)
        blank.base_style = normal
        blank.font.italic = True
        blank.paragraph_format.space_after = Pt(8)
        properties = blank.element.get_or_add_pPr()
        borders = OxmlElement("w:pBdr")
        for side in ("top", "left", "bottom", "right"):
            borders.append(_element(f"w:{side}", val="single", sz="6", space="4", color=BLANK_RULE))
        properties.insert_element_before(borders, "w:shd", "w:spacing")
        properties.insert_element_before(_element("w:shd", val="clear", color="auto", fill=BLANK_FILL), "w:spacing")

    def _set_language(self) -> None:
        for element in self._document.styles.element.iter(qn("w:lang")):
            element.set(qn("w:val"), LANGUAGE)
        for element in self._document.settings.element.iter(qn("w:themeFontLang")):
            element.set(qn("w:val"), LANGUAGE)

    def _set_page(self, header: str, footer: str) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Inches(PAGE_WIDTH), Inches(PAGE_HEIGHT)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Inches(MARGIN)
        above, below = section.header.paragraphs[0], section.footer.paragraphs[0]
        _write(above, header, small=True)
        above.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _write(below, Composed(footer, " — Página "), small=True)
        _field(below, "PAGE")
        _write(below, " de ", small=True)
        _field(below, "NUMPAGES")

    def _table(self, columns: int, widths: Sequence[float]) -> Table:
        table: Table = self._document.add_table(rows=0, cols=columns, style=TABLE_STYLE)
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(width)
        borders = OxmlElement("w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=GRID))
        table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
        return table

    def _put(
        self,
        cell: _Cell,
        text: str,
        *,
        head: bool = False,
        bold: bool = False,
        right: bool = False,
        small: bool = False,
    ) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.space_before = Pt(2)
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _write(paragraph, text, small=small)
        for run in paragraph.runs if head or bold else ():
            run.bold = True
        if head:
            shade = _element("w:shd", val="clear", color="auto", fill=self._header_fill)
            cell._tc.get_or_add_tcPr().append(shade)


def _write(paragraph: Paragraph, text: str, *, small: bool = False) -> None:
    """Add a text to a paragraph, each of its parts by what it is."""
    for part in text.parts if isinstance(text, Composed) else (text,):
        style = WORD_VALUE if isinstance(part, Shown) else WORD_QUOTATION if isinstance(part, Quoted) else None
        run = paragraph.add_run(NOT_IN_XML.sub("", part), style=style)
        if small:
            run.font.size = Pt(SMALL)


def _set_font(style: Any, size: float) -> None:
    """A font by its name, in place of the one that the template's theme names."""
    style.font.name, style.font.size = FONT, Pt(size)
    fonts = style.element.rPr.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    for script in ("w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)


def _row(table: Table) -> _Row:
    """A new row, which no page parts."""
    row: _Row = table.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return row


def _keep_together(table: Table) -> None:
    """A short table on one page, with its heading; of a long one the header with its first row."""
    rows = table.rows
    kept = rows[:-1] if len(rows) <= SHORT_TABLE else rows[:1]
    for row in kept:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _look(table: Table, *, first_row: bool, first_column: bool) -> None:
    """Say which cells head the others."""
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    heads = {"firstRow": first_row, "firstColumn": first_column, "lastRow": False, "lastColumn": False}
    for name, value in heads.items():
        look.set(qn(f"w:{name}"), str(int(value)))
    look.attrib.pop(qn("w:val"), None)


def _field(paragraph: Paragraph, instruction: str) -> None:
    """What Word computes itself: ``PAGE``, ``NUMPAGES``."""
    field = _element("w:fldSimple", instr=instruction)
    run = OxmlElement("w:r")
    properties = OxmlElement("w:rPr")
    properties.append(_element("w:sz", val=str(int(2 * SMALL))))
    run.append(properties)
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
