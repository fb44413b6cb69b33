"""What this room hands on: bytes of a document, its names, and where its signatures go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service_reports.contracts.model import DOCUMENT_KINDS

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {".pdf": PDF, ".xlsx": XLSX, ".docx": DOCX}
"""By what the names of files end in."""

QUOTATION_STYLE = "Quote"
"""The named style of the workbook's cells that hold what others wrote."""
WORD_QUOTATION, WORD_VALUE = "Cita textual", "Valor"
"""The character styles of a Word document that tell what others wrote, and values, from our words."""
WORD_BLANK = "Espacio por completar"
"""The paragraph style of what a person writes in the place of."""

Relationship = Literal["Data", "Source", "Supplement"]
"""What a file is to the document: what it shows, as data, what it was made from, or what helps to read it."""


@dataclass(frozen=True)
class Attachment:
    """One file inside a PDF; ``description`` is Spanish, and readers show it beside the name."""

    name: str
    content: bytes
    media_type: str
    relationship: Relationship
    description: str


@dataclass(frozen=True)
class SignatureBox:
    """An empty rectangle kept for a signature.

    ``page`` is a 0-based index; the corners are in points from the lower left corner of
    that page, ``x1 < x2`` and ``y1 < y2``.
    """

    page: int
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class RenderedDocument:
    """One document of a report, ready to be signed or attached.

    ``title`` is Spanish and, where there are several of a kind, its own; ``file_name`` is ASCII
    and is the code with its extension. The boxes are ``None`` where a document is not signed.
    """

    kind: str
    title: str
    code: str
    file_name: str
    media_type: str
    content: bytes
    vendor_box: SignatureBox | None = None
    supervisor_box: SignatureBox | None = None

    @classmethod
    def of_kind(
        cls,
        kind: str,
        code: str,
        content: bytes,
        title: str = "",
        vendor_box: SignatureBox | None = None,
        supervisor_box: SignatureBox | None = None,
    ) -> RenderedDocument:
        """A document with what its kind says: file name, media type and, unless it has its own, title."""
        declared = DOCUMENT_KINDS[kind]
        return cls(
            kind,
            title or declared.title,
            code,
            f"{code}{declared.suffix}",
            MEDIA_TYPES[declared.suffix],
            content,
            vendor_box,
            supervisor_box,
        )
