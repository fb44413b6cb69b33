"""The two PDFs of the sample month: what they say, how they are made, where they are signed."""

import re
import time
from collections import defaultdict
from io import BytesIO

import pdfplumber
import pytest
from pdfminer.pdftypes import resolve1
from pypdfium2 import PdfDocument

from service_reports.contracts.model import DOCUMENT_KINDS
from service_reports.documents import (
    render_documents,
    render_management_report,
    render_technical_report,
)
from service_reports.documents.proof.reading import read
from service_reports.documents.proof.table_check import says_figure
from service_reports.wording.es_co import formats as es_co
from tests.golden.sample_figures import sample, sample_documents, sample_text

PDFS = ("management_report", "technical_report", "delivery_act")
MANAGEMENT_HEADINGS = (
    "1. Información Básica",
    "2. Resumen del Estado de Gestión",
    "3. Obligaciones del Contratista",
    "4. Solicitudes de Soporte",
    "4.1. Solicitudes del Periodo",
    "4.2. Solicitudes en Garantía",
    "4.3. PRINX Plus",
    "5. Bolsa de Horas",
    "6. Informes y Entregables",
    "7. Limitaciones, Planes y Recomendaciones",
    "8. Detalle del Periodo",
    "9. Glosario",
    "10. Documentos de la Entrega",
)
TECHNICAL_HEADINGS = (
    "1. Información Básica",
    "2. Resumen del Estado de Gestión",
    "3. Uso de Recursos",
    "4. Métricas de la Base de Datos",
    "5. Métricas de ALCJAM AIRE PORTAL PY",
    "6. Métricas de ALCJAM GF PAGOS",
    "7. Copias de Seguridad de OCI",
    "8. Volcados de la Base de Datos",
    "9. Disponibilidad e Impedimentos",
    "10. Recomendaciones y Observaciones",
    "11. Detalle del Periodo",
    "12. Glosario",
    "13. Documentos de la Entrega",
)


BESIDES = re.compile(r"^usage\.held/|^usage\.growth/.*/(first|last)$|^metric.*/(max|p95|p05)$")
"""Told on the first page if at all, as the change between them, in the workbook, or, of two percentiles, by the one of
a metric's bad end."""


def _says(text, figure):
    return says_figure(text, figure) or says_figure(text, figure, megabytes=True)


def _holds(text, number):
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", text) is not None


@pytest.mark.parametrize("prefix", ["usage.", "metric/", "availability/", "backups."])
def test_every_figure_of_the_infrastructure_is_printed_where_it_is_named(prefix):
    _, figures = sample()
    texts = defaultdict(set)
    for _, run in read(sample_documents()["technical_report"].content).values:
        if run.says == "figure":
            texts[run.name].add(run.text)
    wanted = [each for each in figures.matching(prefix) if not BESIDES.search(each.id)]
    assert wanted
    assert [figure.id for figure in wanted if not any(_says(text, figure) for text in texts[figure.id])] == []


@pytest.mark.parametrize("prefix", ["tickets.", "hour_bank."])
def test_every_figure_of_the_service_is_printed(prefix):
    _, figures = sample()
    text = sample_text("management_report")
    wanted = list(figures.matching(prefix))
    assert wanted

    def printed(figure):
        return es_co.number(figure.value, 1) if figure.unit == "percent" else es_co.quantity(figure.value)

    assert [figure.id for figure in wanted if not _holds(text, printed(figure))] == []


@pytest.mark.parametrize(
    ("kind", "headings"), [("management_report", MANAGEMENT_HEADINGS), ("technical_report", TECHNICAL_HEADINGS)]
)
def test_sections_stand_in_order_in_text_and_outline(kind, headings):
    text = sample_text(kind)
    positions = [text.find(heading) for heading in headings]
    assert -1 not in positions
    assert positions == sorted(positions)
    document = PdfDocument(sample_documents()[kind].content)
    outline = [(bookmark.get_title(), bookmark.get_dest().get_index()) for bookmark in document.get_toc()]
    for heading in headings:
        assert any(title.startswith(heading) for title, _ in outline)
    pages = [page for _, page in outline]
    assert pages == sorted(pages)
    assert pages[-1] > 0


def test_usage_rows_ascend_and_hold_every_cell_of_their_day():
    _, figures = sample()
    usage = figures.usage
    pages = PdfDocument(sample_documents()["technical_report"].content)
    lines = [line for page in pages for line in page.get_textpage().get_text_bounded().splitlines()]
    for row in usage.rows:
        mark = " \\*" if row.state == "partial" else ""
        cells = " ".join(line for line in lines if re.match(rf"{es_co.table_date(row.day)}{mark} {row.hours} ", line))
        for quantity, total in zip(row.quantities, usage.totals, strict=True):
            assert es_co.number(quantity, es_co.decimals_for(total)) in cells
        if row.state == "missing":
            assert cells.count("—") == len(usage.columns)


def test_days_without_data_are_named():
    text = sample_text("technical_report")
    for words in (
        "20/02/2026: sin datos",
        "21/02/2026: sin datos",
        "19/02/2026 *: día parcial; los datos cubren 16 horas",
    ):
        assert words in text


def test_the_first_ticket_list_is_newest_first():
    contract, figures = sample()
    text = sample_text("management_report")
    ids = [ticket.ticket_id for ticket in figures.support.tickets]
    newest = sorted(figures.support.tickets, key=lambda t: (t.registered_on, t.ticket_id), reverse=True)
    listed = text[text.rfind("8.3. Relación de las") : text.rfind("8.4. Solicitudes atendidas en garantía")]
    found = re.findall(r"\b2026\d{4}\b", listed)
    assert [found_id for found_id in found if found_id in ids] == [ticket.ticket_id for ticket in newest]
    assert contract.entity.short_code in sample_documents()["management_report"].code


def test_a_report_never_names_itself_as_evidence():
    text = sample_text("management_report")
    table = text[text.rfind("Tabla 1. Obligaciones, actividades") : text.rfind("Registros del contrato:")]
    own = sample_documents()["management_report"].code
    assert "Pendiente de la constancia del responsable" in table
    assert table.count(own) == table.count(f"{own} Versión")  # its footers only


@pytest.mark.parametrize("kind", PDFS)
def test_hour_words_company_and_defects_of_old(kind):
    text = sample_text(kind)
    assert not re.search(r"SMART TMT,? (?=S)(?!S\.A\.S\.)", text)
    assert "CIEN (200)" not in text
    assert "AIREPLUS" not in text
    if kind == "management_report":
        assert "DOSCIENTAS (200) horas" in text


@pytest.mark.parametrize("kind", PDFS)
def test_every_page_tells_code_version_and_number(kind):
    document = sample_documents()[kind]
    pages = list(PdfDocument(document.content))
    for number, page in enumerate(pages, start=1):
        text = " ".join(page.get_textpage().get_text_bounded().split())
        assert document.code in text
        assert re.search(rf"Versión 1 · Página {number} de {len(pages)}\b", text)


@pytest.mark.parametrize("kind", PDFS)
def test_metadata_language_and_dates(kind):
    contract, figures = sample()
    document = sample_documents()[kind]
    with pdfplumber.open(BytesIO(document.content)) as pdf:
        number = "1 del informe 2026-01" if kind == "delivery_act" else "2026-01"
        assert pdf.metadata["Title"] == f"{DOCUMENT_KINDS[document.kind].title} No. {number} — {contract.entity.name}"
        assert pdf.metadata["Author"] == contract.contractor.legal_name
        assert contract.number in pdf.metadata["Subject"]
        assert pdf.metadata["CreationDate"].startswith(f"D:{figures.report_date:%Y%m%d}")
        assert pdf.doc.catalog["Lang"] == b"es-CO"


def _fonts(resources, seen):
    resources = resolve1(resources) or {}
    for reference in (resolve1(resources.get("Font")) or {}).values():
        font = resolve1(reference)
        yield font
        yield from (resolve1(inner) for inner in resolve1(font.get("DescendantFonts")) or ())
    for reference in (resolve1(resources.get("XObject")) or {}).values():
        if id(reference) not in seen:
            seen.add(id(reference))
            yield from _fonts(resolve1(reference).attrs.get("Resources"), seen)


@pytest.mark.parametrize("kind", PDFS)
def test_every_font_is_embedded_roboto(kind):
    with pdfplumber.open(BytesIO(sample_documents()[kind].content)) as pdf:
        fonts = [font for page in pdf.pages for font in _fonts(page.page_obj.resources, set())]
    assert fonts
    for font in fonts:
        assert re.fullmatch(r"[A-Z]{6}\+Roboto-(Regular|Bold|Italic|BoldItalic)", font["BaseFont"].name)
        if "DescendantFonts" not in font:
            assert resolve1(resolve1(font["FontDescriptor"])["FontFile2"]).get_data()


@pytest.mark.parametrize("kind", PDFS)
def test_signature_boxes_are_empty_and_on_one_page(kind):
    document = sample_documents()[kind]
    vendor, supervisor = document.vendor_box, document.supervisor_box
    assert vendor.page == supervisor.page
    with pdfplumber.open(BytesIO(document.content)) as pdf:
        page = pdf.pages[vendor.page]
        words = page.extract_words()
        for box in (vendor, supervisor):
            assert box.x2 - box.x1 == pytest.approx(200)
            assert box.y2 - box.y1 == pytest.approx(60)
            top, bottom = page.height - box.y2, page.height - box.y1
            assert 0 < box.x1 < box.x2 < page.width
            assert not [
                w for w in words if w["x0"] < box.x2 and w["x1"] > box.x1 and w["top"] < bottom and w["bottom"] > top
            ]
            assert any(
                abs(rect["x0"] - box.x1) < 1 and abs(rect["top"] - top) < 1 and abs(rect["bottom"] - bottom) < 1
                for rect in page.rects
            )
        text = page.extract_text()
    assert "Firma Responsable SMART TMT" in text
    assert "Firma Supervisor del Contrato" in text
    assert text.count("Firma electrónica") == 2


@pytest.mark.parametrize("kind", PDFS)
def test_no_text_leaves_its_page(kind):
    for page in PdfDocument(sample_documents()[kind].content):
        width, height = page.get_size()
        text = page.get_textpage()
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            assert 40 < left <= right < width - 40
            assert 20 < bottom < top < height - 20


def test_the_same_figures_give_the_same_bytes_and_stay_within_the_budget():
    first = sample_documents()
    start = time.process_time()
    again = render_documents(*sample())
    assert time.process_time() - start < 6
    for document in again:
        assert document == first[document.kind]


def test_file_names_are_the_codes():
    for document in sample_documents().values():
        assert document.file_name.isascii()
        assert document.file_name.rsplit(".", 1)[0] == document.code


def test_digital_signatures_say_so():
    contract, figures = sample()
    contract = contract.model_copy(update={"signing": contract.signing.model_copy(update={"kind": "digital"})})
    for render in (render_management_report, render_technical_report):
        pages = list(PdfDocument(render(contract, figures).content))
        assert "Firma digital" in pages[-1].get_textpage().get_text_bounded()
