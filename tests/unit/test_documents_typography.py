"""How the pages hold together, read from the rendered PDFs: nothing is parted that belongs together."""

import re
from collections.abc import Iterator
from ctypes import c_int, create_string_buffer
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple

import pdfplumber
import pytest
from pdfminer.pdftypes import resolve1
from pypdfium2 import PdfDocument, PdfPage, PdfTextPage
from pypdfium2 import raw as pdfium
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth

from service_reports.documents import render_management_report, render_technical_report
from service_reports.documents.engine import palette, style
from service_reports.documents.engine.marks import UNBROKEN, markup_of
from service_reports.documents.sections.first_page import TITLE as FIRST_PAGE
from service_reports.figures.period import with_numbers
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Shown
from tests.golden.sample_figures import sample, sample_documents, ticket_figures

CAPTION = re.compile(r"(Tabla|Gráfica) (\d+)\. ")
CONTINUED = re.compile(r"Tabla (\d+) \(continuación\)$")
LONGEST_NAME = 80
"""Bytes of the name of a font."""
HEADING_SIZES = {look.fontSize for look in (style.SECTION, style.SUBSECTION, style.GROUP)}


@dataclass(frozen=True)
class Line:
    """A printed line of the text area, from the left margin on."""

    page: int
    top: float
    bottom: float
    right: float
    text: str
    size: float
    bold: bool

    @property
    def heading(self) -> bool:
        return self.bold and self.size in HEADING_SIZES

    @property
    def caption(self) -> bool:
        return self.bold and self.size == style.CAPTION.fontSize and CAPTION.match(self.text) is not None


SAME_LINE, NEXT_WORD = 2.0, 0.8
"""Points by which signs of one line may stand higher or lower, and from which on two of them are of two words."""


class Sign(NamedTuple):
    """A printed sign: its type's height from the base of its descenders up, in points from the page's upper left."""

    top: float
    left: float
    bottom: float
    right: float
    text: str
    size: float
    place: int


def read_lines(content: bytes) -> list[Line]:
    """By PDFium, which is fifteen times as fast as pdfplumber, and finds the same lines."""
    return [line for number, page in enumerate(PdfDocument(content), start=1) for line in _lines(number, page)]


def _lines(number: int, page: PdfPage) -> Iterator[Line]:
    text = page.get_textpage()
    rows: list[list[Sign]] = []
    for sign in sorted(_signs(page.get_height(), text)):
        if rows and sign.top - rows[-1][-1].top <= SAME_LINE:
            rows[-1].append(sign)
        else:
            rows.append([sign])
    for row in rows:
        row.sort(key=lambda sign: sign.left)
        apart = [" " if after.left > sign.right + NEXT_WORD else "" for sign, after in pairwise(row)]
        words = "".join(sign.text + blank for sign, blank in zip(row, [*apart, ""], strict=True))
        font = create_string_buffer(LONGEST_NAME)
        pdfium.FPDFText_GetFontInfo(text, row[0].place, font, LONGEST_NAME, c_int())
        yield Line(
            number,
            min(sign.top for sign in row),
            max(sign.bottom for sign in row),
            max(sign.right for sign in row),
            words,
            row[0].size,
            b"Bold" in font.value,
        )


def _signs(height: float, text: PdfTextPage) -> Iterator[Sign]:
    """The signs between running head and foot."""
    for index in range(text.count_chars()):
        sign = chr(pdfium.FPDFText_GetUnicode(text, index)).replace("\x02", "-")  # a hyphen at the end of a line
        if not sign.isspace():
            left, below, right, _ = text.get_charbox(index, loose=True)
            size = round(pdfium.FPDFText_GetFontSize(text, index), 2)
            bottom = height - below
            if bottom > style.MARGIN_TOP - 1 and bottom - size < height - style.MARGIN_BOTTOM + 1:
                yield Sign(bottom - size, left, bottom, right, sign, size, index)


def _with_tickets(count: int) -> dict[str, bytes]:
    """The sample with another number of tickets of both services, and as many obligations as tickets."""
    contract, figures = sample()
    tickets = [figures.support.tickets[index % len(figures.support.tickets)] for index in range(count)]
    support = ticket_figures(
        tuple(each.model_copy(update={"ticket_id": f"T{index:04d}"}) for index, each in enumerate(tickets))
    )
    obligations = tuple(
        contract.obligations[index % len(contract.obligations)].model_copy(update={"number": index + 1})
        for index in range(count)
    )
    days = max(1, min(count, len(figures.usage.rows)))
    usage = figures.usage.model_copy(update={"rows": figures.usage.rows[:days]})
    dumps = figures.dumps.model_copy(update={"dumps": figures.dumps.dumps[:count]})
    contract = contract.model_copy(update={"obligations": obligations})
    changed = with_numbers(contract, figures.model_copy(update={"support": support, "usage": usage, "dumps": dumps}))
    return {
        "management_report": render_management_report(contract, changed).content,
        "technical_report": render_technical_report(contract, changed).content,
    }


@cache
def pdfs(variant: int | None) -> dict[str, bytes]:
    if variant is None:
        return {kind: document.content for kind, document in sample_documents().items()}
    return _with_tickets(variant)


@cache
def lines_of(variant: int | None, kind: str) -> list[Line]:
    return read_lines(pdfs(variant)[kind])


REPORTS = pytest.mark.parametrize(
    ("variant", "kind"),
    [(variant, kind) for variant in (None, 0, 9, 150) for kind in ("management_report", "technical_report")],
)


@REPORTS
def test_no_heading_and_no_caption_ends_a_page(variant, kind):
    lines = lines_of(variant, kind)
    last = {line.page: line for line in lines}
    assert [line.text for line in last.values() if line.heading or line.caption] == []


@REPORTS
def test_a_caption_of_a_table_stands_right_above_its_header(variant, kind):
    lines = lines_of(variant, kind)
    for line, below in pairwise(lines):
        if line.caption and line.text.startswith("Tabla") and not below.caption:
            assert below.page == line.page
            assert below.bold
            assert below.top - line.bottom < 2 * style.BASELINE


def _header_below(lines: list[Line], index: int) -> list[str]:
    header = []
    for line in lines[index + 1 :]:
        if not line.bold or line.size == style.CAPTION.fontSize:
            break
        header.append(line.text)
    return header


@REPORTS
def test_a_table_that_goes_on_repeats_its_header_and_says_its_number(variant, kind):
    lines = lines_of(variant, kind)
    headers = {}
    for index, line in enumerate(lines):
        if line.caption and (match := CAPTION.match(line.text)) and match[1] == "Tabla":
            headers[match[2]] = _header_below(lines, index)
    continued = [(index, match[1]) for index, line in enumerate(lines) if (match := CONTINUED.match(line.text))]
    for index, number in continued:
        assert lines[index].page == lines[index - 1].page + 1
        assert _header_below(lines, index)[:1] == headers[number][:1]
        assert headers[number]
    if variant == 150 and kind == "management_report":
        assert len(continued) > 5


@pytest.mark.parametrize("variant", [None, 9, 150])
def test_no_row_is_split(variant):
    contract, _ = sample()
    document = PdfDocument(pdfs(variant)["management_report"])
    pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    obligations = contract.obligations[: variant or len(contract.obligations)]
    for obligation in obligations:
        assert any(obligation.text in page for page in pages)


@REPORTS
def test_rows_of_a_table_stand_on_either_side_of_a_page_break(variant, kind):
    lines = lines_of(variant, kind)
    for index, line in enumerate(lines):
        if CONTINUED.match(line.text):
            overleaf = [each for each in lines[index + 1 :] if each.page == line.page]
            assert len(overleaf) > len(_header_below(lines, index))
            before = [each for each in lines[:index] if each.page == line.page - 1]
            assert not before[-1].bold


@dataclass(frozen=True)
class Link:
    """A line of the contents, as wide as the page: what it says, the page it prints, the page it leads to."""

    text: str
    printed: int
    target: int


def read_links(content: bytes) -> list[Link]:
    links = []
    with pdfplumber.open(BytesIO(content)) as pdf:
        numbers = {page.page_obj.pageid: page.page_number for page in pdf.pages}
        for page in pdf.pages:
            for link in (each for each in page.annots if each["width"] > style.MEASURE):
                target = resolve1(link["data"]["Dest"])
                words = page.crop((link["x0"], link["top"], link["x1"], link["bottom"])).extract_text().split()
                links.append(Link(" ".join(words[:-1]), int(words[-1]), numbers[target[0].objid]))
    return links


def read_bookmarks(content: bytes) -> list[tuple[str, int]]:
    document = PdfDocument(content)
    return [(bookmark.get_title(), bookmark.get_dest().get_index() + 1) for bookmark in document.get_toc()]


@REPORTS
def test_the_contents_print_the_pages_they_lead_to_and_the_outline_agrees(variant, kind):
    content = pdfs(variant)[kind]
    links = read_links(content)
    assert [link for link in links if link.printed != link.target] == []
    listed = [
        (title, page) for title, page in read_bookmarks(content) if re.match(r"\d+\.", title) or title == FIRST_PAGE
    ]
    # The parts of the details are in the outline alone: on page one they would push the others to a second page.
    [detail] = [title.partition(" ")[0] for title, _ in listed if title.endswith("Detalle del Periodo")]
    listed = [(title, page) for title, page in listed if not re.match(rf"{re.escape(detail)}\d", title)]
    assert [(link.text, link.target) for link in links] == listed
    assert len(listed) > 5
    assert (FIRST_PAGE, 2) in listed


@REPORTS
def test_no_page_has_to_be_turned(variant, kind):
    with pdfplumber.open(BytesIO(pdfs(variant)[kind])) as pdf:
        assert {(page.width, page.height) for page in pdf.pages} == {style.PAGE}


@REPORTS
def test_nobody_signs_a_page_that_holds_nothing_else(variant, kind):
    lines = lines_of(variant, kind)
    last = [line.text for line in lines if line.page == lines[-1].page]
    assert any(CAPTION.match(text) for text in last)


@REPORTS
def test_tables_and_charts_are_numbered_from_one(variant, kind):
    captions = [CAPTION.match(line.text) for line in lines_of(variant, kind) if line.caption]
    for sort in ("Tabla", "Gráfica"):
        numbers = [int(caption[2]) for caption in captions if caption[1] == sort]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("kind", ["management_report", "technical_report"])
def test_every_table_and_chart_says_its_source(kind):
    lines = lines_of(None, kind)
    starts = [index for index, line in enumerate(lines) if line.caption]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = " ".join(line.text for line in lines[start:end])
        assert re.search(r"\bFuente: ", text), lines[start].text


@pytest.mark.parametrize("kind", ["management_report", "technical_report"])
def test_pages_are_letter_and_running_text_keeps_its_measure(kind):
    for page in PdfDocument(pdfs(None)[kind]):
        assert sorted(page.get_size()) == [612, 792]
    texts = [line for line in lines_of(None, kind) if line.size == style.BODY.fontSize and not line.bold]
    running = [line for line in texts if line.page > 1]
    assert running
    assert [line.text for line in running if line.right > style.MARGIN_SIDE + style.MEASURE + 1] == []


@pytest.mark.parametrize("font", list(style.FONT_FILES))
def test_figures_are_tabular(font):
    assert len({stringWidth(digit, font, 1000) for digit in "0123456789"}) == 1
    glyphs = pdfmetrics.getFont(font).face.charToGlyph  # type: ignore[attr-defined]
    for sign in "0123456789.,−–—·*%€ºªñÑáéíóúüÁÉÍÓÚÜ¿¡“”«»•…≥≤":
        assert ord(sign) in glyphs, sign


def test_the_grid_fills_the_page():
    assert style.span(style.COLUMNS) == pytest.approx(style.PAGE_WIDTH)
    assert style.span(6) * 2 + style.GUTTER == pytest.approx(style.PAGE_WIDTH)
    assert (style.PAGE_HEIGHT / style.BASELINE).is_integer()
    assert 60 < style.MEASURE / (style.BODY.fontSize * 0.5) < 95


def test_text_colors_can_be_read_on_what_they_stand_on():
    def luminance(color):
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.rgb()]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(ink, paper):
        light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    white = palette.tint(palette.INK, 0)
    for ink, paper in (
        (palette.INK, white),
        (palette.MUTED, white),
        (palette.ACCENT, white),
        (palette.INK, palette.HEADER_FILL),
        (palette.INK, palette.TOTAL_FILL),
        (palette.GAP_INK, palette.GAP_FILL),
        (palette.SERIES, white),
        (palette.SERIES, palette.GAP_FILL),
    ):
        assert contrast(ink, paper) >= 4.5


@pytest.mark.parametrize(
    ("text", "together"),
    [
        (es_co.long_date(date(2026, 2, 23)), "23 de febrero"),
        (Composed("quedan ", Shown("168", "figure", "x"), " horas de ", es_co.declared(200)), "168 horas"),
        (Shown("1.234 MB", "figure", "x"), "1.234 MB"),
    ],
)
def test_a_number_and_what_it_counts_stand_on_one_line(text: str, together: str) -> None:
    assert together.replace(" ", UNBROKEN) in re.sub(r"<[^>]*>", "", markup_of(text))
