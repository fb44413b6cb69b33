"""Reads a Word document back as what it says: headings, paragraphs, tables with their headers, places to fill.

Values and quotations are known by their character styles. Nothing here knows how a document was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from zipfile import BadZipFile

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from service_reports.documents.proof.reading import Block, Cell, NotReadable, Read, Run, Says, Table
from service_reports.documents.rendered import WORD_BLANK, WORD_QUOTATION, WORD_VALUE

SAYS: dict[str, Says] = {WORD_QUOTATION: "quotation", WORD_VALUE: "declared"}
BLANK = "Form"
"""The kind of a block that a person fills."""
NO_PAGE = 0
"""Pages are made by whoever opens the file."""


@lru_cache(maxsize=4)
def read_word(content: bytes) -> Read:
    """Read a Word document, with the lines above and below its pages at the end; a table's caption is its heading.

    Raises:
        NotReadable: it is no Word document.
    """
    try:
        document = Document(BytesIO(content))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise NotReadable("no es un documento de Word") from error
    blocks: list[Block] = []
    tables: list[Table] = []
    heading = ""
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph):
            block = _block(item, heading)
            heading = block.text if block.kind.startswith("H") else heading
            blocks.append(block)
        else:
            table = _table(item, heading, len(blocks))
            tables.append(table)
            blocks += [*(cell for row in table.headings for cell in row), *table.cells]
    for section in document.sections:
        blocks += [_block(each, "") for part in (section.header, section.footer) for each in part.paragraphs]
    return Read(tuple(blocks), tuple(tables))


def _block(paragraph: Paragraph, heading: str) -> Block:
    style = paragraph.style.name if paragraph.style else ""
    kind = "P"
    if style == WORD_BLANK:
        kind = BLANK
    elif style == "Title":
        kind = "H"
    elif style and style.startswith("Heading "):
        kind = f"H{style.removeprefix('Heading ')}"
    return Block(kind, NO_PAGE, tuple(_runs(paragraph)), heading)


def _runs(paragraph: Paragraph) -> Iterator[Run]:
    for run in paragraph.runs:
        yield Run(run.text, SAYS.get(run.style.name or "", "words"))


def _table(table: WordTable, heading: str, place: int) -> Table:
    """A table whose first row heads its columns, where it is marked as one, or whose first column heads its rows."""
    headed = bool(table.rows) and table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    titles = [cell.text for cell in table.rows[0].cells] if headed else []
    headings: list[tuple[Cell, ...]] = []
    rows: list[tuple[Cell, ...]] = []
    for number, row in enumerate(table.rows):
        is_head = headed and number == 0
        cells = []
        for column, cell in enumerate(row.cells):
            runs = [run for paragraph in cell.paragraphs for run in (*_runs(paragraph), Run("\n"))]
            kind = "TH" if is_head or (not headed and column == 0) else "TD"
            headers = (titles[column],) if headed and not is_head else ()
            cells.append(
                Cell(kind, NO_PAGE, tuple(runs[:-1]), heading, row=number, column=column, column_headers=headers)
            )
        (headings if is_head else rows).append(tuple(cells))
    return Table(heading, heading, NO_PAGE, tuple(headings), tuple(rows), place)
