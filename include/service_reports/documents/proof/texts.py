"""The texts of a document, one by one: paragraphs, items, cells, each with its place, and what of it is ours.

PDFs are read by their tags, Word documents and the workbook by their styles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from service_reports.documents.proof.reading import QUOTED, Block, Cell, Read, Run, read
from service_reports.documents.proof.sheets import read_sheets
from service_reports.documents.proof.word import read_word
from service_reports.documents.rendered import DOCX, PDF, RenderedDocument

CONTENTS = frozenset({"TOCI", "TOC"})
UNJUDGED = CONTENTS | {"Lbl"}
"""What is no text of its own: a list of headings, a mark before an item."""


@dataclass(frozen=True)
class Text:
    """A paragraph, an item, a cell; ``place`` says in Spanish where it stands.

    ``own`` are our words alone, ``said`` these with the values between them: what others wrote is ``QUOTED`` in both,
    in ``own`` a printed value too. ``beside`` is what else its row says, where it is a cell.
    """

    place: str
    text: str
    bulleted: bool = False
    own: str = ""
    said: str = ""
    beside: str = ""
    runs: tuple[Run, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "own", self.own or self.text)
        object.__setattr__(self, "said", self.said or self.own)


def printed_texts(documents: Iterable[RenderedDocument]) -> list[Text]:
    """Every text of the documents, in reading order.

    Raises:
        NotReadable: a PDF is not tagged.
    """
    return [text for document in documents for text in _texts(document)]


def forget_read() -> None:
    """Let go of what was read of documents: some ten megabytes of a report, which nobody asks for again."""
    for remembered in (read, read_word, _texts):
        remembered.cache_clear()


@lru_cache(maxsize=16)
def _texts(document: RenderedDocument) -> tuple[Text, ...]:
    if document.media_type == PDF:
        return tuple(_of_pdf(document, read(document.content)))
    if document.media_type == DOCX:
        return tuple(_of_word(document, read_word(document.content)))
    return tuple(_of_workbook(document))


def _of_pdf(document: RenderedDocument, found: Read) -> Iterator[Text]:
    rows = {id(cell): row for table in found.tables for row in table.rows for cell in row}
    for block in (*found.blocks, *found.alternatives):
        if block.kind in UNJUDGED or not block.text:
            continue
        beside = " ".join(cell.text for cell in rows.get(id(block), ()) if cell is not block)
        yield Text(
            f"{document.title}, página {block.page}{_column(block)}",
            block.text,
            block.kind == "LBody",
            block.own,
            block.said,
            beside,
            block.runs,
        )


def _of_word(document: RenderedDocument, found: Read) -> Iterator[Text]:
    for block in found.blocks:
        if block.text:
            place = f"{document.title}, «{block.heading}»{_column(block)}"
            yield Text(place, block.text, own=block.own, said=block.said, runs=block.runs)


def _column(block: Block) -> str:
    return f", columna «{block.column_headers[-1]}»" if isinstance(block, Cell) and block.column_headers else ""


def _of_workbook(document: RenderedDocument) -> Iterator[Text]:
    for sheet in read_sheets(document.content):
        for number, row in enumerate(sheet.rows):
            place = f"{document.title}, hoja {sheet.title}, fila {number + 1}"
            for column, value in enumerate(row):
                if isinstance(value, str) and value.strip():
                    own = QUOTED if (number, column) in sheet.quoted else ""
                    yield Text(place, " ".join(value.split()), own=own)
