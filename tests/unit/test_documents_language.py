"""The linters read what is printed: they find what is wrong and leave alone what is right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service_reports.contracts import Contract, load_contract
from service_reports.documents import check_language, render_documents
from service_reports.documents.proof import language
from service_reports.documents.proof.language import LINTERS, read_documents
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.chapters.usage import with_readings
from service_reports.figures.model import PeriodFigures, UsageTable
from service_reports.figures.records import record_figures
from service_reports.records import ContractRegisters
from service_reports.wording.es_co.formats import number
from service_reports.wording.es_co.number_words import feminine_words
from tests.golden.sample_figures import (
    SCENARIO,
    sample,
    sample_documents,
    sample_documents_but,
    sample_registers,
    ticket_figures,
    with_summary,
)

BY_CHECK = {check: linter for check, _, linter in LINTERS}


def found(check: str, *texts: str, bulleted: bool = False) -> list[str]:
    """The texts at fault, as a verdict's detail shows them."""
    contract, figures = sample()
    blocks = [Text("Informe de Gestión, página 1", text, bulleted) for text in texts]
    codes = [document.code for document in sample_documents().values()]
    reading = read_documents(contract, figures, blocks, codes)
    return [text for place, text, _ in BY_CHECK[check](reading) if place.place[0] == "I"]


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("language.leftovers", "Se registraron {{ figures.support.total }} solicitudes."),
        ("language.leftovers", "El nodo respondió en None muestras."),
        ("language.leftovers", "La memoria osciló entre nan y 92 %."),
        ("language.leftovers", "El contrato &amp; sus anexos."),
        ("language.leftovers", "Horas: <b>32</b>."),
        ("language.names", "Presentado por SMART TMT S.A.S el lunes."),
        ("language.names", "Presentado por SMART TMT SAS."),
        ("language.names", "Presentado por SMART TMT S.A."),
        ("language.names", "Firma Responsable Smart TMT"),
        ("language.names", "El Municipio de Jamundí recibe el informe."),
        ("language.names", "ALCALDIA DE JAMUNDI"),
        ("language.names", "Las solicitudes de AIREPLUS aumentaron."),
        ("language.names", "El sistema Aire Gestión y sus módulos."),
        ("language.names", "El Portal de Servicios Ciudadanos atiende en línea."),
        ("language.names", "Registre su solicitud en Prinx Service."),
        ("language.names", "Registre su solicitud en PRINX."),
        ("language.dates", "Del 22 de febrero de 2026 al 20 de enero de 2026"),
        ("language.dates", "Sin datos el 30 de febrero de 2026."),
        ("language.dates", "Sin datos: 31/02/2026."),
        ("language.dates", "Informe del 23-Feb-2026."),
        ("language.dates", "Registrada el 20-02-2026."),
        ("language.dates", "Leída el 2026-02-23."),
        ("language.decimal_points", "Entre 0.7 y 1,4 %."),
        ("language.decimal_points", "Se usaron 21.74 GB."),
        ("language.decimal_points", "El total fue 1.757.076.31.444."),
        ("language.judgements", "SMART TMT atendió de manera oportuna las solicitudes."),
        ("language.judgements", "La base de datos estuvo disponible el 100 % del tiempo."),
        ("language.judgements", "El servicio operó sin caídas."),
        ("language.judgements", "El equipo fue diligente en la atención."),
        ("language.judgements", "Los informes muestran que el servicio NO se detuvo."),
        ("language.number_words", "Un paquete de CIEN (200) horas."),
        ("language.number_words", "Un paquete de sesenta y dos (61) horas."),
        ("language.codes", "Anexo: DES-INTE-CLI-ALCJAM-20260223-Informe_Infraestructura."),
        ("language.codes", "Anexo: BD-PRINX-ALCJAM-InformeGestión_No.01-2026.xls"),
        ("language.house_style", "Se ajustan las declaraciones de RetelICA."),
        ("language.house_style", "La Oficina de TIC's coordina."),
        ("language.house_style", "Ofrecer mejoras condiciones de operación."),
        ("language.house_style", "Cumplir con la obligaciones del contrato."),
        ("language.house_style", "Módulo de Gestión del Acuerdos de Pago"),
        ("language.house_style", "El esquema que se ha venido aplicado."),
        ("language.house_style", "Se atendieron 1 solicitudes."),
        ("language.repeated_words", "Dentro de la de la administración."),
        ("language.repeated_words", "El el contrato."),
        ("language.punctuation", "Se cerraron,, las solicitudes."),
        ("language.punctuation", "Los siguientes módulos : predial."),
        ("language.punctuation", "Su estado es el siguiente .. al corte"),
        ("language.punctuation", "Los medios informáticos y /o la información."),
        ("language.acronyms", "El consumo del SIEM de la Entidad."),
        ("language.acronyms", "Se paga por el IaaS contratado."),
    ],
)
def test_what_is_wrong_is_found(check: str, text: str) -> None:
    assert found(check, text)
    assert found(check, RIGHT[0], text, RIGHT[1]) == found(check, text)


RIGHT = [
    "Presentado por SMART TMT S.A.S., contratista de la Alcaldía de Jamundí.",
    "Firma Responsable SMART TMT",
    "La Entidad registra en PRINX Plus sus solicitudes; PRINX Plus las numera.",
    "AIRE Gestión y AIRE Portal, productos de la Plataforma AIRE.",
    "Del 20 de enero de 2026 al 22 de febrero de 2026",
    "Entre el 20/01/2026 y el 19/02/2026 hubo 31 copias; 3 días sin copia: 20/02/2026 a 22/02/2026.",
    "Contrato No. 34-14-08-0016 de 2026, Cuota SAM 1/4, artículo 50 de la Ley 789 de 2002.",
    "Ocupan 10.558.883.370 bytes (10.558,88 MB) y 0,7 %; véase la sección 4.1 y la tabla 12.",
    "El nodo respondió en 8.928 de 8.928 muestras recibidas (100 %); se esperaban 9.792.",
    "Horas DISPONIBLES no ejecutadas: 200 horas (100 %). Quedan 200 horas disponibles en la bolsa.",
    "Enviado el 20 de febrero de 2026, oportuno frente al plazo del 23 de febrero de 2026.",
    "El contrato incluye un paquete de DOSCIENTAS (200) horas para la Entidad.",
    "Aprobadas para consumo: 0 horas (0 %); ochenta y cuatro (84).",
    "SER-INGE-CLI-ALCJAM-20260223-Informe_Gestion_No.2026-01",
    "• DES-INTE-CLI-ALCJAM 20260223-Informe_Tecnico_ Infraestructura_SAAS_No.2026-01",
    "Se tramita en la SIF y en la VPN, según los ANS de la Entidad; las OCPUs son 48.",
    "Sobre la información y/o los medios; el municipio la recibe: «así es».",
    "— sin datos. * día parcial.",
    "ADMINISTRACIÓN DE LA CONFIGURACIÓN",
    "El consumo subió de 24 a 48 por día (+100,0 %). Mín. y Máx.: los valores extremos; etc.",
    "— : sin fecha de registro.",
    "1 solicitud, 72 solicitudes, 21 solicitudes, 1 hora y 16 horas.",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert {check: hits for check in BY_CHECK if (hits := found(check, text))} == {}


@pytest.mark.parametrize(
    ("text", "ended"),
    [("Liquida la deuda de cada predio.", True), ("Liquida la deuda de cada predio", False), ("Informe_Tecnico", True)],
)
def test_a_bullet_that_is_a_sentence_ends_with_a_stop(text: str, ended: bool) -> None:
    assert (found("language.bullets", text, bulleted=True) == []) is ended


def test_the_sample_documents_have_no_finding() -> None:
    contract, figures = sample()
    verdicts = check_language(contract, figures, list(sample_documents().values()))
    assert {verdict.check: verdict.detail for verdict in verdicts if not verdict.passed} == {}
    assert [verdict.check for verdict in verdicts] == list(BY_CHECK)


def test_a_correction_prints_the_codes_of_its_own_version() -> None:
    contract, figures = sample()
    corrected = figures.model_copy(update={"version": 2, "correction_reason": "Se agregó una solicitud."})
    records = record_figures(contract, contract.report(figures.report_number), 2, sample_registers())
    corrected = corrected.model_copy(update={"records": records})
    verdicts = check_language(contract, corrected, render_documents(contract, corrected))
    assert [verdict.detail for verdict in verdicts if verdict.check == "language.codes" and not verdict.passed] == []


def test_what_users_of_the_help_desk_write_stops_no_report() -> None:
    contract, figures = sample()
    contract = contract.model_copy(update={"ticket_detail": "full"})
    summary = "Buen dia ,, el el portal NO carga {{error}} 100% desde el 30-feb-2026 : SMART TMT SAS None 1.5 TIC's"
    first, *others = figures.support.tickets
    tickets = (first.model_copy(update={"summary": summary}), *others)
    figures = figures.model_copy(update={"support": figures.support.model_copy(update={"tickets": tickets})})
    printed = sample_documents_but(contract, figures, "management_report", "ticket_workbook")
    verdicts = check_language(contract, figures, printed)
    assert {verdict.check: verdict.detail for verdict in verdicts if not verdict.passed} == {}


OTHER_CONTRACTS = sorted(
    path
    for pattern in ("*/contract.yaml", "*/contracts/*.yaml")
    for path in SCENARIO.parent.glob(pattern)
    if path.parent != SCENARIO
)


def figures_under(contract: Contract) -> PeriodFigures:
    """The sample's measurements as another contract reports them: its records, warranty and obligations.

    Of its lists of requests, copies, products and metrics no more than it takes to print one: whose words they are is
    no matter here.
    """
    _, figures = sample()
    days = tuple(row.model_copy(update={"quantities": row.quantities[:2]}) for row in figures.usage.rows)
    two = {"columns": figures.usage.columns[:2], "rows": days, "totals": figures.usage.totals[:2]}
    one = figures.metrics[0]
    requests = tuple(
        next(each for each in figures.support.tickets if each.status == status)
        for status in ("Terminado", "Programado")
    )
    backups = figures.backups.model_copy(update={"backups": figures.backups.backups[:2]})
    report = contract.reports[0]
    unread = ContractRegisters()
    figures = figures.model_copy(
        update={
            "contract_id": contract.id,
            "report_number": report.number,
            "support": ticket_figures(requests),
            "warranty": ticket_figures(figures.warranty.tickets[:2] if contract.warranty_listed_in(report) else ()),
            "backups": backups,
            "usage": with_readings(UsageTable(**two)),
            "metrics": (one,),
            "availability": tuple(each for each in figures.availability if each.resource_name == one.resource_name),
            "change_controls": (),
            "without_change_control": (),
            "records": record_figures(contract, report, figures.version, unread),
        }
    )
    obligations = obligation_figures(contract, report, figures, unread)
    return with_summary(figures.model_copy(update={"obligations": obligations}), None)


@pytest.mark.parametrize("path", OTHER_CONTRACTS, ids=lambda path: str(path.relative_to(SCENARIO.parent)))
def test_contracts_of_other_scenarios_print_nothing_but_acronyms_that_they_do_not_define(path: Path) -> None:
    contract = load_contract(path)
    figures = figures_under(contract)
    verdicts = check_language(contract, figures, render_documents(contract, figures))
    failed = {each.check: each.detail for each in verdicts if not each.passed}
    assert contract.glossary == ()
    assert set(failed) == {"language.acronyms"}, failed


def test_an_acronym_is_told_once_however_often_it_is_printed() -> None:
    assert found("language.acronyms", "El SIEM avisa.", "Se consultó el SIEM.") == ["«SIEM»"]


def test_a_detail_says_where_what_and_what_to_do() -> None:
    contract, figures = sample()
    place = next(
        block.place
        for block in printed_texts([sample_documents()["management_report"]])
        if block.text.startswith("Componente:")
    )
    contract = contract.model_copy(update={"components": ("Servicio de la de la Mesa",)})
    printed = sample_documents_but(contract, figures, "management_report")
    verdicts = {each.check: each for each in check_language(contract, figures, printed)}
    assert verdicts["language.repeated_words"].severity == "warning"  # words of the contract's file stop nothing
    assert verdicts["language.repeated_words"].detail == (
        f"Hallazgos (1): {place}: «·Servicio de la de la Mesa»: quite la repetición"
    )


def test_wrapped_paragraphs_are_whole_and_cells_stay_apart() -> None:
    contract, _ = sample()
    texts = [block.text for block in printed_texts([sample_documents()["management_report"]])]
    assert " ".join(contract.object.split()) in texts
    assert {"AIREPLUS", "Terminado", "PREDIAL Programado"} & set(texts) == {"Terminado"}
    bulleted = {block.text for block in printed_texts([sample_documents()["management_report"]]) if block.bulleted}
    assert "Liquida la deuda de cada predio." in bulleted
    assert "Módulo de Gestión del Impuesto Predial" not in bulleted


def moved_first_day(figures, field):
    table = getattr(figures, field)
    row = table.rows[0].model_copy(update={"day": date(2026, 1, 19)})
    return figures.model_copy(update={field: table.model_copy(update={"rows": (row, *table.rows[1:])})})


def test_a_day_before_the_period_is_found_in_the_figures() -> None:
    contract, figures = sample()
    reading = read_documents(contract, moved_first_day(figures, "usage"), [])
    assert [remedy for _, _, remedy in language.dates(reading)] == ["liste cada día del periodo una vez y en orden"]


@given(st.integers(min_value=2, max_value=999_999))
@example(2000)
def test_a_number_agrees_with_its_own_words_only(value: int) -> None:
    right = f"{feminine_words(value)} ({value})"
    wrong = f"{feminine_words(value)} ({(value + 1) % 1_000_000})"
    assert found("language.number_words", right) == []
    assert found("language.number_words", wrong) != []


@given(st.decimals(min_value=0, max_value=Decimal(10) ** 11, places=4), st.integers(min_value=0, max_value=4))
def test_every_number_we_print_has_a_decimal_comma(value: Decimal, places: int) -> None:
    assert found("language.decimal_points", f"El total es {number(value, places)}.") == []


@given(st.decimals(min_value=0, max_value=1000, places=2))
def test_a_number_printed_as_computers_write_it_is_found(value: Decimal) -> None:
    assert found("language.decimal_points", f"El total es {value}.") != []
