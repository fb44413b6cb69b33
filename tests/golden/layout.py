"""What a document looks like, as text that can be compared: every line with its place, section by section.

A golden is a folder with a file a section of a PDF, or a sheet of a workbook. ``make golden``
writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from difflib import unified_diff
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pdfplumber
from openpyxl import load_workbook
from pypdfium2 import PdfDocument

FOLDER = Path(__file__).parent
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))

TOP, BOTTOM = 64, 740
"""Where the body of a page begins and ends, in points from its top; the rest is furniture."""
FURNITURE = "furniture"
MASTHEAD = "masthead"
LONGEST_NAME = 48

Layout = dict[str, str]
"""Lines with their places, by the name of their section or sheet."""


class Start(NamedTuple):
    """Where a section begins: page from 0, points from the page's top."""

    page: int
    top: float
    name: str


def file_name(title: str) -> str:
    """A section's title as the name of its file: its number in two digits, then its words."""
    number, words = re.fullmatch(r"(?:(\d+)\. )?(.*)", title, re.DOTALL).groups()
    letters = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", letters)[:LONGEST_NAME].strip("-")
    return f"{int(number):02}-{name}" if number else name


def section_starts(content: bytes) -> list[Start]:
    """Where the sections begin, as the outline of the file says; first what stands above them all."""
    starts = [Start(0, 0, MASTHEAD)]
    document = PdfDocument(content)
    try:
        for bookmark in document.get_toc(max_depth=1):
            page = bookmark.get_dest().get_index()
            from_bottom = bookmark.get_dest().get_view()[1][1]
            starts.append(Start(page, document[page].get_height() - from_bottom, file_name(bookmark.get_title())))
    finally:
        document.close()
    return sorted(starts)


def pdf_layout(content: bytes) -> Layout:
    """Each section's words joined by line, ``top x0 text`` in whole points; and the pages with their furniture."""
    starts = section_starts(content)
    lines: dict[str, list[str]] = defaultdict(list)
    with pdfplumber.open(BytesIO(content)) as pdf:
        for number, page in enumerate(pdf.pages):

            def section(thing: dict[str, float], page: int = number) -> str:
                return [start.name for start in starts if start[:2] <= (page, thing["top"])][-1]

            words = page.extract_words(keep_blank_chars=True, x_tolerance=2, y_tolerance=2, use_text_flow=False)
            words.sort(key=lambda word: (round(word["top"]), word["x0"]))
            lines[FURNITURE].append(f"=== page {number + 1} {page.width:.0f} x {page.height:.0f}")
            here: dict[str, list[str]] = {}
            for word in words:
                line = f"{word['top']:4.0f} {word['x0']:4.0f} {word['text']}"
                if TOP <= word["top"] <= BOTTOM:
                    here.setdefault(section(word), []).append(line)
                else:
                    lines[FURNITURE].append(line)
            curves = [section(curve) for curve in page.curves]
            for name, found in here.items():
                lines[name] += [f"=== page {number + 1}, {curves.count(name)} curves", *found]
    return {name: "\n".join(found) + "\n" for name, found in lines.items()}


def workbook_layout(content: bytes) -> Layout:
    """Each sheet with its tables, and each filled cell with its type, value and format."""
    layout = {}
    for number, sheet in enumerate(load_workbook(BytesIO(content)), start=1):
        lines = [f"=== {sheet.title}, frozen {sheet.freeze_panes}"]
        lines += [f"table {table.displayName} {table.ref}" for table in sheet.tables.values()]
        for row in sheet.iter_rows():
            lines += [
                f"{cell.coordinate} {cell.data_type} {cell.number_format} {cell.value}"
                for cell in row
                if cell.value is not None
            ]
        layout[file_name(f"{number}. {sheet.title}")] = "\n".join(lines) + "\n"
    return layout


def changes_of_look(layout: Layout, golden: str) -> str:
    """How a layout differs from the golden of this name, line by line; when goldens are written anew, not at all."""
    folder = FOLDER / golden
    if UPDATE:
        folder.mkdir(exist_ok=True)
        for path in folder.glob("*.txt"):
            path.unlink()
        for name, text in layout.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    kept = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}
    found: list[str] = []
    for name in sorted({*kept, *layout}):
        before, now = kept.get(name, "").splitlines(), layout.get(name, "").splitlines()
        file = f"{golden}/{name}.txt"
        found += unified_diff(before, now, file, file, lineterm="", n=2) if before != now else ()
    return "\n".join(found)
