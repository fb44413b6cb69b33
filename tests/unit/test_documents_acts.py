"""Each delivery of the period has its act, and each document of the delivery its number in one list."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pdfplumber
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.contracts import Contract
from service_reports.documents import RenderedDocument, crosscheck, listed_documents, render_documents
from service_reports.documents.sections import annexes
from service_reports.documents.sections.annexes import LONGEST_NAME, file_names
from service_reports.documents.sections.delivery_act import render_delivery_acts
from service_reports.figures.deliveries import deliveries
from service_reports.figures.model import ChangeControl, PeriodFigures
from service_reports.figures.period import with_numbers
from service_reports.records import HourBankEntry
from tests.golden.sample_figures import pdf_text, sample, sample_documents, sample_text

CODE = re.compile(r"[A-Z]+-[A-Z]+(-CLI)?-ALCJAM-20260223-[A-Za-z0-9._-]+")
DAY = date(2026, 2, 9)


def entry(request: str, day: date = DAY, status: str = "Terminado", hours: int = 8) -> HourBankEntry:
    return HourBankEntry(request=request, production_date=day, estimated_hours=Decimal(hours), status=status)


def with_entries(*entries: HourBankEntry) -> tuple[Contract, PeriodFigures]:
    contract, figures = sample()
    bank = figures.hour_bank.model_copy(update={"entries": entries})
    figures = figures.model_copy(update={"hour_bank": bank, "change_controls": ()})
    return contract, with_numbers(contract, figures)


def acts(documents: tuple[RenderedDocument, ...]) -> list[RenderedDocument]:
    return [document for document in documents if document.kind == "delivery_act"]


def failed(figures: PeriodFigures, documents: tuple[RenderedDocument, ...]) -> set[str]:
    return {verdict.check for verdict in crosscheck(sample()[0], figures, documents) if not verdict.passed}


@pytest.fixture(scope="module")
def several() -> tuple[PeriodFigures, tuple[RenderedDocument, ...]]:
    """A period with three deliveries, two of the same name, and two requests that are none."""
    contract, figures = with_entries(
        entry("Capacitación en recaudo", hours=1),
        entry("CAPACITACIÓN EN RECAUDO", DAY + timedelta(days=1)),
        entry("Sobretasa ambiental", DAY - timedelta(days=1), hours=32),
        entry("Reporte de cartera", status="En ejecución"),
        entry("Consultoría de fiscalización", date(2026, 1, 19)),
    )
    return figures, render_documents(contract, figures)


def test_the_act_says_contract_entity_date_hours_request_and_state() -> None:
    contract, _ = sample()
    text = sample_text("delivery_act")
    for told in (
        "Acta No. 1 del informe 2026-01 Fecha 23 de febrero de 2026",
        f"Entidad {contract.entity.name} NIT 890399046-0",
        "No. Contrato 34-14-08-0016 de 2026 Estado Terminado",
        "Solicitud Configuración y parametrización Sobretasa Ambiental AMSO",
        "Horas estimadas 32 horas En producción 9 de febrero de 2026",
        "168 horas disponibles de 200.",
    ):
        assert told in text


def test_what_no_record_supports_is_said_to_be_unrecorded() -> None:
    contract, figures = sample()
    [act] = render_delivery_acts(contract, figures.model_copy(update={"change_controls": ()}))
    text = pdf_text(act.content)
    for step in ("Comunicado Oficial de Control de Cambio", "Aprobación de las horas", "Documento de Especificación"):
        assert f"{step} — Sin registro" in text


def act_of(detail: str, **written: object) -> str:
    """The text of an act whose change control was kept with these fields, by a contract that lets out so much."""
    contract, figures = with_entries(entry("Sobretasa ambiental"))
    contract = contract.model_copy(update={"ticket_detail": detail})
    kept = control("Sobretasa ambiental").model_copy(update=written)
    figures = with_numbers(contract, figures.model_copy(update={"change_controls": (kept,)}))
    [act] = render_delivery_acts(contract, figures)
    return pdf_text(act.content)


def test_an_act_names_what_is_delivered_where_it_is_seen_and_by_what_it_is_accepted() -> None:
    text = act_of(
        "masked",
        deliverable="Formulario de la sobretasa",
        evidence="Menú Predial, opción Sobretasa",
        acceptance_criteria="Liquida la muestra acordada sin diferencias",
    )
    assert "Qué se entrega Formulario de la sobretasa" in text
    assert "Dónde se comprueba Menú Predial, opción Sobretasa" in text
    assert "Criterios de aceptación Liquida la muestra acordada sin diferencias" in text
    assert "si la entrega cumple los criterios de aceptación" in text


def test_what_nobody_wrote_of_a_delivery_is_unrecorded_and_its_criteria_are_those_of_the_specification() -> None:
    text = act_of("masked", specified_on=DAY)
    assert "Qué se entrega Sin registro" in text
    assert "Dónde se comprueba Sin registro" in text
    assert "Criterios de aceptación Los del Documento de Especificación del 09/02/2026" in text
    assert "Criterios de aceptación Sin registro" in act_of("masked")


def test_words_that_a_contract_does_not_let_out_are_said_to_be_in_the_register() -> None:
    text = act_of("none", title="Sobretasa", deliverable="", evidence="", acceptance_criteria="")
    assert "Qué se entrega En el registro de controles de cambio" in text
    assert "Sin registro" in text, "the steps"


def test_each_finished_request_of_the_period_has_one_act(several) -> None:
    _, documents = several
    assert [act.title for act in acts(documents)] == [
        "Acta de Entrega No. 1: Sobretasa ambiental",
        "Acta de Entrega No. 2: Capacitación en recaudo",
        "Acta de Entrega No. 3: CAPACITACIÓN EN RECAUDO",
    ]
    assert "Su hora estimada se carga a la bolsa" in pdf_text(acts(documents)[1].content)
    assert "Sus horas estimadas se cargan a la bolsa" in pdf_text(acts(documents)[2].content)


def test_codes_come_from_one_pattern_set_and_differ(several) -> None:
    _, documents = several
    assert len({document.code.casefold() for document in documents}) == len(documents) == 6
    for document in documents:
        assert CODE.fullmatch(document.code), document.code
        assert document.file_name.rpartition(".")[0] == document.code
    assert acts(documents)[0].code == "SER-ACEN-CLI-ALCJAM-20260223-Sobretasa_ambiental"


@given(texts=st.lists(st.text(max_size=120) | st.sampled_from(["Sobretasa", "sobretasa", "Sobretasa 2", "", "Ñ"])))
def test_names_of_files_are_ascii_and_no_two_are_one(texts: list[str]) -> None:
    names = file_names(texts)
    assert file_names(texts) == names
    assert len({name.casefold() for name in names}) == len(texts)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_]+", name)
        assert len(name) <= LONGEST_NAME + len(f"_{len(texts)}")


def test_personal_data_of_a_request_reaches_neither_act_nor_code() -> None:
    contract, figures = with_entries(entry("Ajuste para persona@example.com, cédula 16.789.123"))
    [act] = render_delivery_acts(contract, figures)
    for hidden in ("persona@", "persona_example", "16.789.123", "16_789_123"):
        assert hidden not in pdf_text(act.content) + act.code + act.title
    full = contract.model_copy(update={"ticket_detail": "full"})
    [act] = render_delivery_acts(full, figures)
    assert "persona@example.com" in pdf_text(act.content)


def control(request: str, title: str | None = None) -> ChangeControl:
    return ChangeControl(
        code="CC-ALCJAM-007",
        request=request,
        requested_on=DAY,
        approved_on=None,
        specified_on=None,
        ticket_id=None,
        delivered_on=None,
        act_code=None,
        hours=Decimal(8),
        title=title,
    )


@pytest.mark.parametrize(
    ("detail", "request_text", "title", "called"),
    [
        ("none", "Sobretasa ambiental", "Sobretasa", "Sobretasa"),
        ("none", "Sobretasa ambiental", None, "CC-ALCJAM-007"),
        ("masked", "Sobretasa ambiental", None, "Sobretasa ambiental"),
        ("masked", "Ajuste que pidió Yurany Cuspián", None, "CC-ALCJAM-007"),
        ("masked", "Ajuste que pidió Yurany Cuspián", "Ajuste_persona", "Ajuste_persona"),
        ("full", "Ajuste que pidió Yurany Cuspián", None, "Ajuste que pidió Yurany Cuspián"),
    ],
)
def test_an_act_is_called_by_what_a_person_wrote_for_print_or_by_a_code_and_never_by_a_guess(
    detail: str, request_text: str, title: str | None, called: str
) -> None:
    contract, figures = with_entries(entry(request_text))
    contract = contract.model_copy(update={"ticket_detail": detail})
    figures = with_numbers(contract, figures.model_copy(update={"change_controls": (control(request_text, title),)}))
    [act] = render_delivery_acts(contract, figures)
    assert act.title == f"Acta de Entrega No. 1: {called}"
    assert act.code.rpartition("20260223-")[2] == file_names([called])[0]


def test_an_act_without_title_and_code_is_called_by_its_number() -> None:
    contract, figures = with_entries(entry("Sobretasa ambiental"))
    [act] = render_delivery_acts(contract.model_copy(update={"ticket_detail": "none"}), figures)
    assert (act.title, act.code) == ("Acta de Entrega No. 1", "SER-ACEN-CLI-ALCJAM-20260223-Control_de_cambio")


@pytest.mark.parametrize("kind", ["management_report", "technical_report"])
def test_the_list_of_annexes_is_that_of_the_documents_made(kind: str, several) -> None:
    figures, documents = several
    [report] = [document for document in documents if document.kind == kind]
    text = pdf_text(report.content)
    listing = re.sub(r"\s", "", text[text.rindex("Documentos de la Entrega") :])
    labels = ["Documento principal", *(f"Anexo {number}" for number in range(1, 6))]
    rows = [
        re.sub(r"\s", "", f"{label} {document.title} {document.code}")
        for label, document in zip(labels, documents, strict=True)
    ]
    positions = [listing.find(row) for row in rows]
    assert -1 not in positions
    assert positions == sorted(positions)
    assert "unaentregade6documentos" in listing
    assert "Entrelosanexoshay3actasdeentrega,queformalizan41horasdelabolsa." in listing
    assert failed(figures, documents) == set()


def test_what_is_listed_is_what_is_rendered(several) -> None:
    figures, documents = several
    listed = listed_documents(sample()[0], figures)
    assert [(each.kind, each.title, each.code) for each in listed] == [
        (document.kind, document.title, document.code) for document in documents
    ]


def test_a_period_without_deliveries_says_so_in_both_reports_and_has_no_act() -> None:
    contract, figures = with_entries(entry("Reporte de cartera", status="En ejecución"))
    documents = render_documents(contract, figures)
    assert acts(documents) == []
    for report in documents[:2]:
        text = pdf_text(report.content)
        assert "No hubo entregas en el periodo con cargo a la bolsa de horas" in text
        assert "consultada el 23/02/2026 06:00" in text[text.rindex("No hubo entregas") :]
        assert "Anexo 3" not in text
    assert failed(figures, documents) == set()


@pytest.mark.parametrize("length", [1, 60, 200, 400, 700, 1000])
def test_the_acceptance_stays_with_its_signatures(length: int) -> None:
    [act] = render_delivery_acts(*with_entries(entry("Ajuste de fórmulas de liquidación " * (length // 34 + 1))))
    assert act.vendor_box is not None
    assert act.supervisor_box is not None
    assert act.vendor_box.page == act.supervisor_box.page
    with pdfplumber.open(BytesIO(act.content)) as pdf:
        text = pdf.pages[act.vendor_box.page].extract_text()
    assert "2. Aceptación" in text
    assert "Firma Supervisor del Contrato" in text


def changed(**fields: object) -> PeriodFigures:
    contract, figures = sample()
    entries = tuple(each.model_copy(update=fields) for each in figures.hour_bank.entries)
    bank = figures.hour_bank.model_copy(update={"entries": entries})
    return with_numbers(contract, figures.model_copy(update={"hour_bank": bank}))


@pytest.mark.parametrize(
    "fields",
    [
        {"estimated_hours": Decimal(33)},
        {"production_date": date(2026, 2, 10)},
        {"request": "Configuración Sobretasa Ambiental AMSO"},
    ],
)
def test_an_act_that_says_something_else_is_caught(fields: dict[str, object]) -> None:
    contract, figures = sample()
    planted: dict[str, RenderedDocument] = {act.kind: act for act in render_delivery_acts(contract, changed(**fields))}
    documents = tuple(planted.get(kind, document) for kind, document in sample_documents().items())
    assert "crosscheck.tables" in failed(figures, documents)


def test_what_is_recorded_of_a_delivery_is_printed_and_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    contract, figures = sample()
    [delivery] = deliveries(figures)
    links = {"change_code": "CC-ALCJAM-001", "requested_on": date(2026, 1, 22), "ticket_id": "20260099"}
    monkeypatch.setattr(annexes, "deliveries", lambda _: (delivery.model_copy(update=links),))
    [linked] = render_delivery_acts(contract, figures)
    text = pdf_text(linked.content)
    assert "Comunicado Oficial de Control de Cambio 22/01/2026 CC-ALCJAM-001" in text
    assert "Solicitud en la mesa de servicio — 20260099" in text
    assert "Aprobación de las horas 26/01/2026" in text
    documents = (*list(sample_documents().values())[:-1], linked)
    assert failed(figures, documents) == {"crosscheck.tables"}


def test_a_delivery_without_act_and_an_act_without_delivery_are_caught() -> None:
    contract, figures = sample()
    documents = tuple(sample_documents().values())
    assert failed(figures, documents[:-1]) == {"crosscheck.acts", "crosscheck.tables"}
    [extra] = render_delivery_acts(contract, changed(request="Otra entrega"))
    assert failed(figures, (*documents, extra)) == {"crosscheck.acts", "crosscheck.tables", "crosscheck.values"}


def test_a_document_that_is_not_the_listed_one_is_caught() -> None:
    _, figures = sample()
    documents = tuple(sample_documents().values())
    renamed = replace(documents[2], code="BD-PRINX-ALCJAM", file_name="BD-PRINX-ALCJAM.xlsx")
    assert failed(figures, (*documents[:2], renamed, *documents[3:])) == {"crosscheck.tables"}
    swapped = (documents[0], documents[2], documents[1], *documents[3:])
    assert failed(figures, swapped) == {"crosscheck.tables"}
    accented = replace(documents[2], file_name="Código.xlsx")
    assert failed(figures, (*documents[:2], accented, *documents[3:])) == {"crosscheck.annexes"}


def test_an_act_is_one_page_to_sign() -> None:
    with pdfplumber.open(BytesIO(sample_documents()["delivery_act"].content)) as act:
        assert len(act.pages) == 1
