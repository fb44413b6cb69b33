"""The structure of every document, read in its order: what a screen reader says, and that nothing is left out of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
import pytest

from service_reports.documents import forget_read
from service_reports.documents.proof.reading import read
from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD
from tests.golden.sample_figures import sample_document, sample_documents

KINDS = ("management_report", "technical_report", "delivery_act")
HEADING = re.compile(r"H([1-6])")
SHOWING = frozenset({"Tj", "TJ", "'", '"', "Do", "f", "F", "f*", "B", "b", "S", "s", "sh", "EI"})
"""Operators that leave something on the page."""
SPACED = 0.1


class Structure:
    """A file's structure tree, and the marked content of its pages."""

    def __init__(self, content: bytes) -> None:
        self.pdf = pikepdf.open(BytesIO(content))
        self.pages = {page.obj.objgen: index for index, page in enumerate(self.pdf.pages)}
        self.elements: list[Any] = []
        self.contents: list[tuple[int, int]] = []
        """Page and MCID of every piece of content, in reading order."""
        self.annotations: list[tuple[str, Any]] = []
        """The kind of an element, and its annotation."""
        self._walk(self.pdf.Root.StructTreeRoot.K[0], None)

    def _walk(self, element: Any, page: Any) -> None:
        self.elements.append(element)
        page = element.get("/Pg", page)
        for kid in kids(element):
            if isinstance(kid, int):
                self.contents.append((self.pages[page.objgen], kid))
            elif kid.get("/Type") == "/MCR":
                self.contents.append((self.pages[kid.Pg.objgen], int(kid.MCID)))
            elif kid.get("/Type") == "/OBJR":
                self.annotations.append((kind(element), kid.Obj))
            else:
                self._walk(kid, page)

    def of(self, *kinds: str) -> Iterator[Any]:
        return (element for element in self.elements if kind(element) in kinds)


def kind(element: Any) -> str:
    return str(element.S)[1:]


def kids(element: Any) -> list[Any]:
    found = element.get("/K", pikepdf.Array())
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def attribute(element: Any, name: str) -> Any:
    return next((each[name] for each in element.get("/A", []) if name in each), None)


@cache
def structure(name: str) -> Structure:
    return Structure(sample_documents()[name].content)


@pytest.mark.parametrize("name", KINDS)
def test_headings_come_in_order_and_skip_no_level(name: str) -> None:
    levels = [int(found[1]) for each in structure(name).elements if (found := HEADING.fullmatch(kind(each)))]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert len(levels) > 2


@pytest.mark.parametrize("name", KINDS)
def test_every_table_has_headers_with_a_scope_and_rows_of_one_length(name: str) -> None:
    tables = list(structure(name).of("Table"))
    assert tables
    for table in tables:
        rows = [[cell for cell in kids(row) if not isinstance(cell, int)] for row in kids(table) if kind(row) == "TR"]
        cells = [cell for row in rows for cell in row]
        assert {kind(cell) for cell in cells} <= {"TH", "TD"}
        assert {str(attribute(cell, "/Scope")) for cell in cells if kind(cell) == "TH"} <= {"/Row", "/Column"}
        assert any(kind(cell) == "TH" for cell in cells)
        assert len(set(row_lengths(rows))) == 1


def row_lengths(rows: list[list[Any]]) -> list[int]:
    """How many columns each row takes, cells that reach down from above it included."""
    reaching: Counter[int] = Counter()
    lengths = []
    for number, row in enumerate(rows):
        length = reaching[number]
        for cell in row:
            columns = int(attribute(cell, "/ColSpan") or 1)
            length += columns
            for below in range(1, int(attribute(cell, "/RowSpan") or 1)):
                reaching[number + below] += columns
        lengths.append(length)
    return lengths


@pytest.mark.parametrize("name", KINDS)
def test_every_picture_says_what_it_shows_and_where(name: str) -> None:
    for figure in structure(name).of("Figure"):
        assert len(str(figure.Alt)) > 10
        x1, y1, x2, y2 = map(float, attribute(figure, "/BBox"))
        assert 0 <= x1 < x2 <= 612 + SPACED
        assert 0 <= y1 < y2 <= 792 + SPACED


@pytest.mark.parametrize("name", KINDS)
def test_every_link_and_field_says_what_it_is_and_belongs_to_its_element(name: str) -> None:
    read = structure(name)
    of_pages = [each for page in read.pdf.pages for each in page.obj.get("/Annots", [])]
    assert Counter(each.objgen for each in of_pages) == Counter(each.objgen for _, each in read.annotations)
    owners = dict(zip(*[iter(read.pdf.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
    for element, annotation in read.annotations:
        assert kind(owners[int(annotation.StructParent)]) == element
        assert int(annotation.F) == 4
        assert str(annotation.Contents if element == "Link" else annotation.TU).strip()
    assert [str(each.T) for element, each in read.annotations if element == "Form"] == [VENDOR_FIELD, SUPERVISOR_FIELD]


@pytest.mark.parametrize("name", KINDS)
def test_all_that_is_drawn_belongs_to_one_element_or_is_an_artifact(name: str) -> None:
    read = structure(name)
    drawn: list[tuple[int, int]] = []
    for index, page in enumerate(read.pdf.pages):
        opened: list[int | None] = []
        for step in pikepdf.parse_content_stream(page):
            operands: Any = step.operands
            operator = step.operator
            if str(operator) in ("BDC", "BMC"):
                marked = operands[1] if len(operands) > 1 else None
                number = int(marked.MCID) if isinstance(marked, pikepdf.Dictionary) and "/MCID" in marked else None
                assert number is not None or str(operands[0]) == "/Artifact"
                assert not opened, "marked content within marked content"
                opened.append(number)
                if number is not None:
                    drawn.append((index, number))
            elif str(operator) == "EMC":
                opened.pop()
            elif str(operator) in SHOWING:
                assert opened, f"{operator} on page {index + 1} is neither text nor an artifact"
        assert not opened
    assert Counter(read.contents) == Counter(drawn)
    assert max(Counter(drawn).values()) == 1


def test_the_tree_is_read_in_the_order_of_the_pages() -> None:
    for name in KINDS:
        pages = [page for page, _ in structure(name).contents]
        assert pages == sorted(pages)


PRINT = (
    "import hashlib\n"
    "from tests.golden.sample_figures import sample\n"
    "from service_reports.documents.sections import delivery_act\n"
    "contract, figures = sample()\n"
    "acts = delivery_act.render_delivery_acts(contract, figures)\n"
    "print(hashlib.sha256(b''.join(act.content for act in acts)).hexdigest())\n"
)


def test_equal_input_gives_equal_bytes_in_every_process() -> None:
    path = os.pathsep.join(("include", "plugins", "."))
    hashes = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(hashes) == 1


def test_what_was_read_of_documents_is_let_go() -> None:
    """A process that closes many reports would hold what it read of the last dozen of them."""
    content = sample_document("management_report").content
    kept = read(content)
    assert read(content) is kept
    forget_read()
    assert read(content) is not kept
