"""The page after the cover: it says what the month shows, on one page, and its links lead there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from io import BytesIO

import pdfplumber
import pytest
from pypdfium2 import PdfDocument

from service_reports.documents import RenderedDocument, crosscheck, render_documents
from service_reports.documents.sections.first_page import ASKS_TITLE, FINDINGS_TITLE, SERVICE_SECTIONS, TITLE, in_order
from service_reports.documents.sections.highlights import highlights
from service_reports.figures.catalogue import MissingFigure, parse
from service_reports.figures.comparison import compare_usage
from service_reports.figures.model import Finding, PeriodFigures
from service_reports.figures.period import with_numbers
from service_reports.records import UsageDay
from tests.golden.sample_figures import sample, sample_documents, ticket_figures, with_summary

PDFS = ("management_report", "technical_report")


def page_text(content: bytes) -> str:
    """The text of the page with the title, which must be one page with everything."""
    pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in PdfDocument(content)]
    [text] = [text for text in pages if f" {TITLE} " in text and f" {ASKS_TITLE} " in text]
    return text


@cache
def sample_page(kind: str) -> str:
    return page_text(sample_documents()[kind].content)


def pages(documents: Sequence[RenderedDocument]) -> list[str]:
    return [page_text(each.content) for each in documents if each.kind in PDFS]


@pytest.mark.parametrize("kind", PDFS)
@pytest.mark.parametrize(
    "words",
    [
        "Del 20 de enero de 2026 al 22 de febrero de 2026 (34 días)",
        "Disponibilidad del nodo 100 %",
        "Mide si el nodo responde; no la base de datos ni las aplicaciones.",
        "Solicitudes registradas 72",
        "61 terminadas y 11 en trámite al corte, la más antigua con 25 días",
        "0 a 7 días: 8 8 a 15 días: 1 16 a 30 días: 2 31 días o más: 0",
        "168 de 200 32 consumidas 0 en ejecución 0 comprometidas 168 disponibles",
        "Días con copia de OCI 31 de 34",
        "Días con volcado de la base 31 de 34",
        "Días con consumo completo 30 de 34 1 día parcial y 3 días sin datos",
        "no hay un periodo anterior con el cual comparar el consumo",
        "subió de 1 a 2 núcleos (OCPU) desde el 06/02/2026: de 24 a 48 OCPU Hours por día (+100,0 %)",
        "subió de 3 a 4,96 núcleos (OCPU) de media diaria desde el 18/02/2026: de 72 a 119 OCPU Hours por día",
        "subió de 21,7 a 33,7 GB Months por día",
        "22 volcados seguidos, del 22/01/2026 al 12/02/2026",
        "3 de 34 días: 20/02/2026 a 22/02/2026",
        "19/02/2026: hay datos de 16 de 24 horas",
        "4 cambios de más de 2 % de un volcado al siguiente; el mayor, +5,2 %, el 14/02/2026",
        "2 de 11 solicitudes en trámite llevan más de 15 días al corte; la más antigua, 20260243, 25 días",
        "Informar si la Entidad pidió o motivó el cambio en el uso de Database",
        "Firmar el acta de entrega de «Configuración y parametrización Sobretasa Ambiental AMSO» (32 horas)",
        "31 copias de OCI dependen de una completa anterior al periodo",
        "Firmar ambos informes en el recuadro del supervisor",
    ],
)
def test_the_sample_month_is_told(kind: str, words: str) -> None:
    assert words in sample_page(kind)


@pytest.mark.parametrize("kind", PDFS)
def test_it_is_the_page_after_the_cover(kind: str) -> None:
    document = PdfDocument(sample_documents()[kind].content)
    assert TITLE in document[1].get_textpage().get_text_bounded()
    assert [mark.get_title() for mark in document.get_toc()][1] == TITLE


@pytest.mark.parametrize(
    ("kind", "sections"), [("management_report", {"4"}), ("technical_report", {"3", "7", "8", "9"})]
)
def test_links_lead_to_the_sections_they_name(kind: str, sections: set[str]) -> None:
    """A link's words are «Sección n», and the heading «n. …» stands where it leads."""
    content = sample_documents()[kind].content
    outline = {mark.get_title().split(". ")[0]: mark.get_dest().get_index() for mark in PdfDocument(content).get_toc()}
    with pdfplumber.open(BytesIO(content)) as pdf:
        page = pdf.pages[1]
        index_of = {each.page_obj.pageid: index for index, each in enumerate(pdf.pages)}
        led = {}
        for annotation in page.annots:
            box = (annotation["x0"] - 2, annotation["top"] - 2, annotation["x1"] + 2, annotation["bottom"] + 2)
            number = page.crop(box).extract_text().split()[-1]
            led[number] = index_of[annotation["data"]["Dest"][0].objid]
    assert set(led) >= sections
    assert led == {number: outline[number] for number in led}


def many(count: int) -> PeriodFigures:
    """The sample with as many findings more of the least severity."""
    _, figures = sample()
    assert figures.summary is not None
    more = tuple(
        Finding(
            kind="observation",
            severity="notice",
            section="observations",
            subject=f"Novedad {number}",
            values={"observations": Decimal(number)},
        )
        for number in range(1, count + 1)
    )
    summary = figures.summary.model_copy(update={"findings": (*figures.summary.findings, *more)})
    return with_numbers(sample()[0], figures.model_copy(update={"summary": summary}))


def test_findings_that_do_not_fit_are_counted_and_what_is_asked_stays() -> None:
    contract, figures = sample()[0], many(40)
    documents = render_documents(contract, figures)
    for text in pages(documents):
        assert "hallazgos más se detallan en " in text
        assert "Firmar ambos informes" in text
        assert "Cambio de nivel en Database" in text
    verdicts = crosscheck(contract, figures, documents)
    assert [verdict.detail for verdict in verdicts if not verdict.passed] == []


@pytest.mark.parametrize(
    ("count", "asked"),
    [
        (0, None),
        (1, "la solicitud más antigua: A1000."),
        (3, "las solicitudes más antiguas: A1000, A1001 y A1002."),
        (4, "las solicitudes más antiguas: A1000, A1001, A1002 y A1003."),
        (5, "las 5 solicitudes más antiguas: A1000, A1001, A1002, A1003 y 1 más."),
        (20, "las 20 solicitudes más antiguas: A1000, A1001, A1002, A1003 y 16 más."),
        (100, "las 100 solicitudes más antiguas: A1000, A1001, A1002, A1003 y 96 más."),
    ],
)
def test_of_old_requests_the_first_four_are_named_and_the_others_counted(count: int, asked: str | None) -> None:
    contract, figures = sample()
    pattern = figures.support.open_tickets[0]
    tickets = tuple(
        pattern.model_copy(update={"ticket_id": f"A{1000 + number}", "registered_on": figures.period_from})
        for number in range(count)
    )
    changed = figures.model_copy(update={"support": ticket_figures(tickets), "figures": ()})
    asks = highlights(contract, with_summary(changed, None)).asks
    told = [ask.text for ask in asks if ask.text.startswith("Revisar")]
    assert told == ([f"Revisar con la mesa de servicio la prioridad de {asked}"] if asked else [])


def test_a_number_that_is_no_figure_of_the_period_is_not_printed() -> None:
    contract, figures = sample()
    less = tuple(each for each in figures.figures if each.id != "summary.tickets.open")
    with pytest.raises(MissingFigure, match=r"«summary\.tickets\.open»"):
        highlights(contract, figures.model_copy(update={"figures": less}))


def test_each_report_puts_its_own_findings_first_within_a_severity() -> None:
    summary = sample()[1].summary
    assert summary is not None
    warnings = {
        kind: [each.section for each in in_order(summary.findings, kind) if each.severity == "warning"] for kind in PDFS
    }
    service_first = [section in SERVICE_SECTIONS for section in warnings["management_report"]]
    service_last = [section in SERVICE_SECTIONS for section in warnings["technical_report"]]
    assert service_first == sorted(service_first, reverse=True) != service_last == sorted(service_last)


def test_use_is_compared_with_the_period_before() -> None:
    contract, figures = sample()
    previous = contract.reports[1]
    first = figures.usage.rows[0]
    before = [
        UsageDay(
            usage_date=day,
            service_code=column.service,
            product_description=column.product_description,
            unit=column.unit,
            quantity=quantity,
            hours=24,
        )
        for day in previous.days
        for column, quantity in zip(figures.usage.columns, first.quantities, strict=True)
        if quantity is not None
    ]
    changed = with_summary(figures.model_copy(update={"figures": ()}), compare_usage(figures.usage, previous, before))
    documents = render_documents(contract, changed)
    for text in pages(documents):
        assert "Database / Database Cloud Service - Standard (OCPU Hours) 24 34,6" in text
        assert "Media diaria de los días completos: 30 de este periodo y 89 del anterior" in text
        assert "20 recursos más variaron menos o se usan muy poco." in text
    verdicts = crosscheck(contract, changed, documents)
    assert [verdict.detail for verdict in verdicts if not verdict.passed] == []


def test_a_period_before_without_data_is_said() -> None:
    contract, figures = sample()
    empty = with_summary(
        figures.model_copy(update={"figures": ()}), compare_usage(figures.usage, contract.reports[1], [])
    )
    for text in pages(render_documents(contract, empty, PDFS)):
        assert "no tiene días completos de consumo leídos con los cuales comparar" in text


def test_figures_kept_before_there_were_summaries_still_print() -> None:
    contract, figures = sample()
    old = figures.model_copy(update={"summary": None})
    assert highlights(contract, old) == highlights(contract, figures)
    for text in pages(render_documents(contract, old, PDFS)):
        assert f" {FINDINGS_TITLE} " in text


def test_a_version_issued_before_the_numbers_of_its_summary_had_names_is_told_as_it_was() -> None:
    contract, figures = sample()
    kept = tuple(each for each in figures.figures if parse(each.id).family.chapter != "summary")
    assert len(kept) < len(figures.figures)
    old = figures.model_copy(update={"figures": kept})
    assert highlights(contract, old) == highlights(contract, figures)


def test_requests_of_the_hour_bank_are_masked_unless_the_contract_lets_them_out() -> None:
    contract, figures = sample()
    [entry] = figures.hour_bank.entries
    bank = figures.hour_bank.model_copy(
        update={"entries": (entry.model_copy(update={"request": "Pedido de persona@example.com"}),)}
    )
    figures = with_summary(figures.model_copy(update={"hour_bank": bank, "figures": ()}), None)
    told = [ask.text for ask in highlights(contract, figures).asks]
    assert any("«Pedido de [correo]»" in ask for ask in told)
    unmasked = highlights(contract.model_copy(update={"ticket_detail": "full"}), figures)
    full = [ask.text for ask in unmasked.asks]
    assert any("persona@example.com" in ask for ask in full)


def test_the_first_page_and_the_message_say_what_was_asked_for_without_any_mark() -> None:
    contract, figures = sample()
    told = highlights(contract, figures)
    texts = [
        *(ask.text for ask in told.asks),
        *(point.text for point in told.findings),
        *(fact.detail for fact in told.facts),
        told.scope,
    ]
    assert any("«Configuración y parametrización" in text for text in texts)
    assert [text for text in texts if "<" in text or ">" in text] == []
