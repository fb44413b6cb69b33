"""The brand of a contract in its documents, and in no other's."""

import itertools
import math
import re
from ctypes import c_uint
from functools import cache
from io import BytesIO

import pypdfium2.raw as pdfium_c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image
from pypdfium2 import PdfDocument
from reportlab.lib.colors import HexColor

from service_reports.contracts.model import Brand, Picture, contrast_with_white
from service_reports.documents import render_documents, render_management_report, render_ticket_workbook
from service_reports.documents.engine import palette
from tests.golden.sample_figures import sample, sample_documents


def picture(color: str, width: int = 300, height: int = 100) -> Picture:
    file = BytesIO()
    Image.new("RGBA", (width, height), color).save(file, "PNG")
    return Picture(file="picture.png", content=file.getvalue())


PLUM = Brand(
    primary="#7A1F5C",
    accent="#A8401F",
    header_text="Casa de Software",
    logo=picture("#7A1F5C"),
    seal=picture("#A8401F", 80, 160),
)


def with_brand(brand):
    contract, figures = sample()
    return contract.model_copy(update={"brand": brand}), figures


@cache
def branded():
    return render_management_report(*with_brand(PLUM))


def printed_colors(content):
    """Every colour of text, lines and areas, as eight bits of red, green and blue."""
    colors, parts = set(), [c_uint() for _ in "RGBA"]
    for page in PdfDocument(content):
        for thing in page.get_objects(max_depth=15):
            for color_of in (pdfium_c.FPDFPageObj_GetFillColor, pdfium_c.FPDFPageObj_GetStrokeColor):
                if color_of(thing, *parts):
                    colors.add(tuple(part.value for part in parts[:3]))
    return colors


def rounded(color):
    return tuple(round(255 * part) for part in color.rgb())


PDFS = ("management_report", "technical_report")
DEFAULT_PARTS = (palette.ACCENT, palette.HEADER_FILL, palette.TOTAL_FILL, palette.SERIES)


def test_two_contracts_keep_their_colors_apart():
    before = {kind: document.content for kind, document in sample_documents().items()}
    contract, figures = with_brand(PLUM)
    plum = render_documents(contract, figures, PDFS)
    after = render_documents(*sample(), PDFS)
    assert {document.kind: document.content for document in after} == {kind: before[kind] for kind in PDFS}
    for document in plum:
        colors = printed_colors(document.content)
        assert rounded(HexColor(PLUM.primary)) in colors
        assert not colors & {rounded(part) for part in DEFAULT_PARTS}
        assert not printed_colors(before[document.kind]) & {rounded(HexColor(c)) for c in (PLUM.primary, PLUM.accent)}
    assert rounded(HexColor(PLUM.accent)) in printed_colors(plum[1].content)


def test_a_branded_report_is_the_same_bytes_when_made_twice():
    assert render_management_report(*with_brand(PLUM)) == branded()


def test_a_brand_changes_no_word_but_the_running_header():
    plain = PdfDocument(sample_documents()["management_report"].content)
    contract, _ = sample()
    for page, (ours, theirs) in enumerate(zip(PdfDocument(branded().content), plain, strict=True)):
        text, usual = (each.get_textpage().get_text_bounded() for each in (ours, theirs))
        if page:
            assert "Casa de Software" in text
            assert text.replace("Casa de Software", contract.contractor.legal_name, 1).split() == usual.split()


def test_logo_and_seal_are_drawn_in_proportion_on_the_first_page_only():
    pages = PdfDocument(branded().content)
    pictures = [list(page.get_objects([pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=15)) for page in pages]
    assert [len(of_page) for of_page in pictures][:2] == [2, 0]
    assert sum(len(of_page) for of_page in pictures) == 2
    logo, seal = sorted(picture.get_bounds() for picture in pictures[0])
    (left, bottom, right, top) = logo
    assert (right - left) / (top - bottom) == pytest.approx(3, rel=0.01)
    assert seal[0] > right
    (left, bottom, right, top) = seal
    assert (right - left) / (top - bottom) == pytest.approx(0.5, rel=0.01)


def test_the_mark_of_certification_is_a_seal_of_text_without_a_picture_and_absent_without_a_mark():
    contract, figures = sample()
    mark = contract.contractor.certification_mark
    page = PdfDocument(sample_documents()["management_report"].content)[0].get_textpage().get_text_bounded()
    assert re.sub(r"\s+", " ", page).count(mark) == 1
    contractor = contract.contractor.model_copy(update={"certification_mark": None, "slogan": None})
    plain = render_management_report(contract.model_copy(update={"contractor": contractor}), figures).content
    assert all("Certificado SC" not in page.get_textpage().get_text_bounded() for page in PdfDocument(plain))


readable = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}").filter(lambda c: contrast_with_white(c) >= 4.5)


@given(readable, readable)
@settings(max_examples=200)
def test_ink_can_be_read_on_every_brands_tints(primary, accent):
    color_of = palette.branded(Brand(primary=primary, accent=accent))
    for part in (palette.HEADER_FILL, palette.TOTAL_FILL):
        fill = "#" + color_of(part).hexval()[2:]
        ink = "#" + palette.INK.hexval()[2:]
        assert contrast_with_white(ink) / contrast_with_white(fill) >= 7
    assert color_of(palette.INK) == palette.INK
    assert rounded(color_of(palette.ACCENT)) == rounded(HexColor(primary))
    assert rounded(color_of(palette.SERIES)) == rounded(HexColor(accent))


@given(readable)
@settings(max_examples=200)
def test_a_mark_is_never_taken_for_the_series_it_stands_on(accent):
    color_of = palette.branded(Brand(accent=accent))
    series, mark = color_of(palette.SERIES), color_of(palette.MARK)
    assert mark in (palette.MARK, palette.INK)
    if mark == palette.MARK:
        assert math.dist(series.rgb(), mark.rgb()) >= palette.LEAST_APART


DICHROMACIES = {  # Machado, Oliveira and Fernandes (2009), severity 1, on linear light
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def seen(color, sight):
    """A colour as Lab coordinates of what this kind of sight makes of it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.rgb()]
    if sight in DICHROMACIES:
        linear = [
            min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in DICHROMACIES[sight]
        ]
    red, green, blue = linear
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("sight", ["usual", *DICHROMACIES])
def test_colors_that_mean_something_are_told_apart_by_every_eye(sight):
    parts = (palette.SERIES, palette.SERIES_LIGHT, palette.MARK, palette.GAP_FILL)
    for first, second in itertools.combinations(parts, 2):
        assert math.dist(seen(first, sight), seen(second, sight)) > 15


def test_the_workbook_has_the_colour_of_its_brand():
    contract, figures = with_brand(PLUM)
    book = load_workbook(BytesIO(render_ticket_workbook(contract, figures).content))
    assert {sheet["A1"].fill.fgColor.rgb[2:] for sheet in book.worksheets[1:]} == {"7A1F5C"}
    assert book["Léame"]["A1"].font.color.rgb[2:] == "7A1F5C"
