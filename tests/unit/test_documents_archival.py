"""The PDFs can be kept for good and read by all: what PDF/A-3a asks and a reader can check without a validator."""

import re
from datetime import date
from io import BytesIO
from xml.etree import ElementTree

import pdfplumber
import pytest
from pdfminer.pdftypes import resolve1
from PIL import ImageCms
from reportlab import rl_config
from reportlab.graphics import shapes
from reportlab.platypus import Table

from service_reports.documents import render_technical_report
from service_reports.documents.engine import style
from service_reports.documents.engine.page import PageFurniture, print_pdf
from service_reports.documents.engine.story import Story
from tests.golden.sample_figures import sample, sample_documents

PDFS = ("management_report", "technical_report")
NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}


def content_of(kind):
    return sample_documents()[kind].content


def described(kind):
    """The catalog, the Info dictionary and the XMP metadata of a report."""
    with pdfplumber.open(BytesIO(content_of(kind))) as pdf:
        stream = resolve1(pdf.doc.catalog["Metadata"])
        return pdf.doc.catalog, dict(pdf.metadata), ElementTree.fromstring(stream.get_data())


@pytest.mark.parametrize("kind", PDFS)
def test_both_kinds_of_metadata_say_the_same(kind):
    _, figures = sample()
    _, info, xmp = described(kind)
    for path, name in (
        (".//dc:title//rdf:li", "Title"),
        (".//dc:creator//rdf:li", "Author"),
        (".//dc:description//rdf:li", "Subject"),
        (".//pdf:Keywords", "Keywords"),
        (".//pdf:Producer", "Producer"),
        (".//xmp:CreatorTool", "Creator"),
    ):
        assert xmp.findtext(path, namespaces=NAMES) == info[name]
    assert xmp.findtext(".//xmp:CreateDate", namespaces=NAMES) == f"{figures.report_date}T00:00:00-05:00"
    assert info["CreationDate"] == info["ModDate"] == f"D:{figures.report_date:%Y%m%d}000000-05'00'"
    assert xmp.findtext(".//dc:language//rdf:li", namespaces=NAMES) == "es-CO"
    claim = [xmp.findtext(f".//pdfaid:{name}", namespaces=NAMES) for name in ("part", "conformance")]
    assert claim == ["3", "A"]
    assert xmp.findtext(".//pdfuaid:part", namespaces=NAMES) == "1"


@pytest.mark.parametrize("kind", PDFS)
def test_colors_mean_srgb(kind):
    catalog, _, _ = described(kind)
    (intent,) = resolve1(catalog["OutputIntents"])
    intent = resolve1(intent)
    assert intent["S"].name == "GTS_PDFA1"
    profile = resolve1(intent["DestOutputProfile"])
    assert profile.attrs["N"] == 3
    name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile.get_data())))
    assert "sRGB" in name


@pytest.mark.parametrize("kind", PDFS)
def test_every_stream_ends_in_a_line_of_its_own_and_has_the_length_it_says(kind):
    content = content_of(kind)
    streams = list(re.finditer(rb"/Length (\d+)\b(?:(?!endobj).)*?>>\s*stream\n", content, re.DOTALL))
    assert len(streams) == content.count(b"\nendstream") == content.count(b"endstream")
    for stream in streams:
        end = stream.end() + int(stream[1])
        assert content[end : end + 10] == b"\nendstream"


@pytest.mark.parametrize("kind", PDFS)
def test_links_of_every_sort_are_printed_with_the_page(kind):
    with pdfplumber.open(BytesIO(content_of(kind))) as pdf:
        flags = [link["data"]["F"] for page in pdf.pages for link in page.annots]
    assert flags
    assert set(flags) == {4}


def test_reportlab_is_left_as_it_was():
    before = rl_config.useA85, dict(shapes.STATE_DEFAULTS)
    render_technical_report(*sample())
    assert (rl_config.useA85, dict(shapes.STATE_DEFAULTS)) == before


def test_a_link_in_a_paragraph_and_a_table_without_a_font_keep_the_file_whole():
    story = Story()
    story.section("Una sección")
    story.paragraphs(['Véase la <a href="#place1">sección</a>.'])
    story.add(Table([["una celda", ""]]))
    furniture = PageFurniture(
        contractor="C",
        title="T",
        code="X",
        version="Versión 1",
        certification_mark=None,
        subject="S",
        metadata_title="M",
        dated=date(2026, 2, 23),
    )
    content = print_pdf(furniture, story.flowables)
    with pdfplumber.open(BytesIO(content)) as pdf:
        assert [link["data"]["F"] for link in pdf.pages[0].annots] == [4]
        assert {char["fontname"].partition("+")[2] for char in pdf.pages[0].chars} <= set(style.FONT_FILES) | {
            "Roboto-Regular"
        }
    assert b"Helvetica" not in content
