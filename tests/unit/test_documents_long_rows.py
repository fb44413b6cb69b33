"""No table stops a layout, however long its rows: what fits no page goes on overleaf."""

from __future__ import annotations

from io import BytesIO

from pypdfium2 import PdfDocument
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate

from service_reports.documents.engine import style
from service_reports.documents.engine.captioned import CaptionedTable
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.tables import Column, ruled_table

LINES = (1, 20, 58, 60, 61, 62, 63, 64, 65, 66, 67, 68, 70, 90, 128, 130, 132, 134, 200, 1000)
"""About one page, two, and many."""


def table(rows: int, lines: int, notes: int) -> CaptionedTable:
    text = "\n".join(f"renglón {line}" for line in range(1, lines + 1))
    body = ruled_table([Column("Nombre", 100), Column("Texto", 300)], [["fila", text]] * rows)
    small_print = [Paragraph("Nota: lo que hay que saber de la tabla.", style.NOTE)] * notes
    return CaptionedTable("Tabla 1", Paragraph("Tabla 1", style.CAPTION), body, small_print, divisible=True)


def test_rows_about_as_long_as_a_page_and_longer_are_printed_whole_with_their_notes() -> None:
    story: list[Flowable] = []
    for lines in LINES:
        for rows, notes in ((1, 0), (1, 6), (2, 3)):
            story += [table(rows, lines, notes), PageBreak()]
    content = BytesIO()
    frame = Frame(style.MARGIN_SIDE, style.MARGIN_BOTTOM, style.PAGE_WIDTH, style.PAGE_HEIGHT, *[0] * 4)
    document = BaseDocTemplate(content, pagesize=style.PAGE)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    document.build(story)
    text = "".join(page.get_textpage().get_text_bounded() for page in PdfDocument(content.getvalue()))
    assert text.count("renglón ") == sum(LINES) * 4
    assert text.count("Nota: ") == len(LINES) * 9
