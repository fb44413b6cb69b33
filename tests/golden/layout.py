"""What a document looks like, as text that can be compared: every line with its place."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pdfplumber
from openpyxl import load_workbook

FOLDER = Path(__file__).parent
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


def pdf_layout(content: bytes) -> str:
    """Each page's size and its words joined by line: ``top x0 text``, in whole points."""
    lines: list[str] = []
    with pdfplumber.open(BytesIO(content)) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            lines.append(f"=== page {number} {page.width:.0f} x {page.height:.0f}, {len(page.curves)} curves")
            words = page.extract_words(keep_blank_chars=True, x_tolerance=2, y_tolerance=2, use_text_flow=False)
            words.sort(key=lambda word: (round(word["top"]), word["x0"]))
            lines += [f"{word['top']:4.0f} {word['x0']:4.0f} {word['text']}" for word in words]
    return "\n".join(lines) + "\n"


def workbook_layout(content: bytes) -> str:
    """Each sheet with its tables, and each filled cell with its type, value and format."""
    lines: list[str] = []
    for sheet in load_workbook(BytesIO(content)):
        lines.append(f"=== {sheet.title}, frozen {sheet.freeze_panes}")
        lines += [f"table {table.displayName} {table.ref}" for table in sheet.tables.values()]
        for row in sheet.iter_rows():
            lines += [
                f"{cell.coordinate} {cell.data_type} {cell.number_format} {cell.value}"
                for cell in row
                if cell.value is not None
            ]
    return "\n".join(lines) + "\n"
