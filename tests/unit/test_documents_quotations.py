"""What others write is printed, known as a quotation, and stops no report."""

from __future__ import annotations

from collections.abc import Sequence

from service_reports.contracts import Contract
from service_reports.documents import RenderedDocument, check_language, crosscheck, render_documents
from service_reports.documents.engine.quotation import CUT, shortened
from service_reports.documents.proof.reading import QUOTED
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.model import PeriodFigures, TicketFigures
from service_reports.figures.period import with_numbers
from service_reports.figures.records import record_figures
from service_reports.records import Consultation, ContractRegisters, Ticket
from tests.golden.sample_figures import sample, sample_documents_but, sample_registers, ticket_figures, with_summary

URL = "https://rentas.jamundi.example/portal"
PASTED = (
    "cel 315&nbsp;555&nbsp;01&nbsp;02",
    f"Ver {URL}/..//declaraciones??vigencia=dosmil,,formulario=industria-y-comercio&&detalle=xx",
    '{"error":null,"mensaje":"NaN","detalle":"undefined","contribuyente":None,"vigencia":"{{vigencia}}",'
    '"traza":"None.None.None"}',
    "x" * 400,
    f"Ver {URL}/declaraciones/formulario/industria-y-comercio/detalle?documento=abc&vigencia=x",
    "Traceback (most recent call last):\n  File 'a.py', line 1, in <module>\nTypeError: 'NoneType' object",
    r"\\servidor\compartida\RENTAS\2026-01-30\informe..final..pdf",
    "el el portal portal de la de la alcaldia de jamundi NO carga ,, al 100 % sin caídas ¿¿?? 1.5 TB 30/02/2026",
    "Menú → Liquidación ✓ 😀 漢字 مرحبا Ж 1\u00ad2 a\u200bb \u202etxet\u202c",
    "<b>negrita</b> &amp; <para> {% if %} ${x} %(y)s None nan TODO □ \ufffd",
    "SMART TMT SAS y Prinx Service, Portal de Servicios Ciudadanos, AIREPLUS",
    "-" * 120,
    "_" * 90 + "fin",
    "?",
    "Oportuno",
)
"""Summaries of tickets: pasted texts, other scripts, what would be a mistake in a sentence of ours."""


def refusals(
    contract: Contract, figures: PeriodFigures, documents: Sequence[RenderedDocument] | None = None
) -> dict[str, str]:
    """What stops a report, by check."""
    documents = documents or render_documents(contract, figures)
    verdicts = [*crosscheck(contract, figures, documents), *check_language(contract, figures, documents)]
    return {each.check: each.detail for each in verdicts if not each.passed and each.severity == "blocking"}


def with_tickets(figures: PeriodFigures, support: TicketFigures) -> PeriodFigures:
    return with_summary(figures.model_copy(update={"support": support, "summary": None}), None)


def ticketed(**changes: Sequence[str | None]) -> PeriodFigures:
    """The sample with a field of its first tickets changed, each to one of the values."""
    _, figures = sample()
    tickets: list[Ticket] = list(figures.support.tickets)
    for field, values in changes.items():
        for place, value in enumerate(values):
            tickets[place] = tickets[place].model_copy(update={field: value})
    return with_tickets(figures, ticket_figures(tuple(tickets)))


def in_full(contract: Contract) -> Contract:
    return contract.model_copy(update={"ticket_detail": "full"})


def blocks_of(documents: Sequence[RenderedDocument], kind: str) -> list[Text]:
    return printed_texts([document for document in documents if document.kind == kind])


def test_what_people_paste_into_a_request_is_issued_and_no_linter_reads_it() -> None:
    contract, _ = sample()
    figures = ticketed(summary=PASTED, process=["AJUSTES/NOVEDADES/EXONERACIONES/CONDONACIONES"] * 2)
    documents = render_documents(in_full(contract), figures)
    assert refusals(in_full(contract), figures, documents) == {}
    for kind in ("management_report", "ticket_workbook"):
        printed = [block for block in blocks_of(documents, kind) if "industria-y-comercio&&detalle" in _solid(block)]
        assert printed
        assert {block.own for block in printed} == {QUOTED}


def _solid(block: Text) -> str:
    return "".join(block.text.split())


def test_a_sign_that_the_font_lacks_is_drawn_as_its_substitute() -> None:
    contract, _ = sample()
    figures = ticketed(summary=["Menú → Liquidación ✓ 😀 漢"])
    documents = render_documents(in_full(contract), figures, ["management_report"])
    printed = " ".join(block.text for block in blocks_of(documents, "management_report"))
    assert "Menú -> Liquidación [sí] :grinning: Han" in printed


def test_a_request_longer_than_a_page_is_cut_with_a_mark_and_whole_in_the_workbook() -> None:
    contract, _ = sample()
    long = "La liquidación del impuesto no coincide con lo pagado. " * 60
    figures = ticketed(summary=[long.strip()])
    documents = render_documents(in_full(contract), figures)
    assert refusals(in_full(contract), figures, documents) == {}
    management = " ".join(block.text for block in blocks_of(documents, "management_report"))
    assert f"lo pagado. La{CUT}" in management or CUT.strip() in management
    assert "Un resumen que termina en […] sigue en el Libro de solicitudes" in management
    assert long.strip() in [block.text for block in blocks_of(documents, "ticket_workbook")]


def test_a_text_is_cut_at_a_word_and_never_longer_than_asked() -> None:
    assert shortened("uno dos tres", 12) == "uno dos tres"
    assert shortened("uno dos tres", 9) == f"uno{CUT}"
    assert shortened("x" * 50, 20) == "x" * 16 + CUT


def recorded(contract: Contract, figures: PeriodFigures, **rows: Sequence[object]) -> PeriodFigures:
    """The sample with more rows in its registers."""
    held = sample_registers()
    more = {name: (*held.rows.get(name, ()), *added) for name, added in rows.items()}
    registers = held._replace(rows={**held.rows, **more})
    return _with_registers(contract, figures, registers)


def _with_registers(contract: Contract, figures: PeriodFigures, registers: ContractRegisters) -> PeriodFigures:
    report = contract.report(figures.report_number)
    figures = figures.model_copy(update={"records": record_figures(contract, report, figures.version, registers)})
    obligations = obligation_figures(contract, report, figures, registers)
    return with_summary(figures.model_copy(update={"obligations": obligations, "summary": None}), None)


def test_a_quotation_in_a_sentence_of_ours_is_marked_and_the_sentence_is_not() -> None:
    contract, figures = sample()
    matter = Consultation(
        asked_on=figures.period_from, addressee="Tesorería", matter="el el saldo NO cuadra ,, 1.5", answered_on=None
    )
    asked = recorded(contract, figures, consultations=[matter])
    documents = render_documents(in_full(contract), asked, ["management_report"])
    [block] = [block for block in blocks_of(documents, "management_report") if "el el saldo" in block.text]
    assert f"Consulta a {QUOTED} el 20/01/2026: {QUOTED} (sin respuesta registrada)." in block.said


def test_a_wrong_number_beside_a_wrapped_quotation_is_found() -> None:
    contract, _ = sample()
    printed = ticketed(module=["M" * 80] * 3)
    timings = tuple(
        each if each.age_days is None else each.model_copy(update={"age_days": each.age_days + 1})
        for each in printed.support.timings
    )
    other = printed.model_copy(update={"support": printed.support.model_copy(update={"timings": timings})})
    known = with_numbers(contract, other)
    documents = sample_documents_but(contract, printed, "management_report")
    assert "crosscheck.tables" in {each.check for each in crosscheck(contract, known, documents) if not each.passed}
