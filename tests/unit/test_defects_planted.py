"""Defects of hand-made reports, planted where they come from: the close stops, or the text is right all the same.

The number in a test's name or id is that of ``docs/defects.md``.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from pypdfium2 import PdfDocument

from service_reports.contracts import ContractError
from service_reports.contracts.model import DOCUMENT_KINDS
from service_reports.documents import render_documents, render_management_report
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.coverage import coverage
from service_reports.figures.model import ObligationFigures, PeriodFigures
from service_reports.figures.period import with_numbers
from service_reports.figures.records import change_controls, record_figures
from service_reports.records import ChangeRecord, Deliverable
from service_reports.sources.oci_cost_reports.objects import parse
from service_reports.wording.es_co import formats as es_co
from tests.defects.planting import (
    all_that_is_told,
    close_stops,
    one_document,
    paragraphs,
    planted_contract,
    planted_templates,
    sample_blocks,
)
from tests.golden.sample_figures import (
    pdf_text,
    sample,
    sample_documents,
    sample_documents_but,
    sample_registers,
    ticket_figures,
)

FIRST_PAGE = "El periodo en una página"
GLOSSARY = "Contenedor de archivos del servicio Object Storage."
ADVICE = "Se recomienda verificar con regularidad las copias descargadas."
CAPABILITY = "Liquida la deuda de cada predio."
OF_NODE = "resource=entry.resource_name"
ANSWERED = f'figures.figure("availability.samples_up", {OF_NODE})|number(instead="ninguna")'
RECEIVED = f'figures.figure("availability.samples", {OF_NODE})|counted("muestra recibida", "muestras recibidas")'
SHARE = f'figures.figure("availability.percent", {OF_NODE})|availability'
ITEM = "\n          - "
KINDS = {"m": "management_report", "t": "technical_report"}
COMPONENT = "Servicio de Atención, Soporte Técnico, Mantenimiento y Asistencia Técnica"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("nit_check_digit: 0", "nit_check_digit: 7", "nit_check_digit es 7", id="d03"),
        pytest.param("Cuota SAM 2/4", "Cuota SAM 4/4", "no está en su turno", id="d06"),
        pytest.param("period_from: 2026-01-20, ", "", "reports.0.period_from", id="d07"),
        pytest.param("period_from: 2026-01-20", "period_from: 2026-01-19", "sale de la vigencia", id="d09"),
        pytest.param('reported_in: "2026-01"', 'reported_in: "2026-09"', "no está en el calendario", id="d12"),
        pytest.param(
            "  contract_label: contrato anterior al No. 34-14-08-0016 de 2026\n",
            "",
            "warranty.contract_label",
            id="d13",
        ),
        pytest.param("DES-INTE-CLI-{entity}", "DES INTE CLI {entity}", "sin espacios", id="d57"),
        pytest.param("Informe_Gestion_No", "InformeGestión_No", "nombre de archivo sin espacios ni tildes", id="d59"),
        pytest.param(ADVICE, "El contratista no responde por las copias.", "recommendations.conditions", id="d83"),
        pytest.param("  role: Líder de Operaciones\n", "  role: Líder\n  name: X\n", "signer.name", id="d104"),
        pytest.param("  valid_to: 2026-01-19\n", "", "warranty.valid_to", id="d143"),
        pytest.param(f"- {COMPONENT}", f"- {COMPONENT}.", "sin punto final", id="d107"),
        pytest.param(
            f"- {CAPABILITY}", f"- {CAPABILITY}\n          - {CAPABILITY}", "dos veces en un módulo", id="d110"
        ),
    ],
)
def test_a_contract_with_the_defect_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ContractError, match=re.escape(message)):
        planted_contract(tmp_path, {old: new})


PLANTED_IN_THE_CONTRACT = [
    pytest.param(
        "m", "  organisation: SMART TMT S.A.S.", "  organisation: SMART TMT S.A.", "names", "«SMART TMT S.A.»", id="d01"
    ),
    pytest.param(
        "m",
        "  organisation: Alcaldía de Jamundí",
        "  organisation: Municipio de Jamundí",
        "names",
        "«Municipio de Jamundí»",
        id="d02",
    ),
    pytest.param("t", GLOSSARY, "Contenedor creado el 23-Feb-2026.", "dates", "23-Feb-2026", id="d04"),
    pytest.param(
        "t",
        "  - term: SAM\n    definition: >-\n      Servicio",
        "  - term: Soporte\n    definition: >-\n      SAM: Servicio",
        "acronyms",
        "«SAM»",
        id="d14",
    ),
    pytest.param("t", GLOSSARY, "Contenedor que se pide en Prinx Web.", "names", "«Prinx Web»", id="d17"),
    pytest.param("t", GLOSSARY, "Contenedor con respuesta oportuna.", "judgements", "respuesta oportuna", id="d66"),
    pytest.param("t", GLOSSARY, "Contenedor de operación permanente.", "judgements", "operación permanente", id="d67"),
    pytest.param("t", GLOSSARY, "Contenedor que cumple con los ANS.", "house_style", "cumple con los ANS", id="d68"),
    pytest.param("t", GLOSSARY, "Contenedor que NO cayó.", "judgements", "NO cayó", id="d72"),
    pytest.param("t", GLOSSARY, "Contenedor de la nube privada de SMART TMT.", "house_style", "nube privada", id="d86"),
    pytest.param("t", GLOSSARY, "Cubo de Object Storage que guarda archivos.", "house_style", "Cubo de", id="d87"),
    pytest.param("m", f"- {COMPONENT}", "- Servicio de la de la Mesa", "repeated_words", "de la de la", id="d106"),
    pytest.param(
        "m",
        "Módulo de Gestión de Certificados",
        "Módulo de Gestión del Certificados",
        "house_style",
        "Gestión del Certificados",
        id="d108",
    ),
    pytest.param("m", CAPABILITY, "Liquida la deuda de RetelICA.", "house_style", "RetelICA", id="d109"),
    pytest.param(
        "m",
        CAPABILITY,
        "Liquida la deuda de cada predio",
        "bullets",
        "Liquida la deuda de cada predio…",
        id="d111-stop",
    ),
    pytest.param("m", CAPABILITY, "Liquida la deuda , siempre.", "punctuation", "deuda ,", id="d111-space"),
    pytest.param("m", CAPABILITY, "Permite entramientos.", "house_style", "entramientos", id="d115"),
    pytest.param(
        "m", CAPABILITY, "Registra la cuenta de ahorros corriente.", "house_style", "ahorros corriente", id="d116"
    ),
    pytest.param(
        "m", CAPABILITY, "Aplica el pago que le sean requeridos.", "house_style", "que le sean requeridos", id="d117"
    ),
    pytest.param(
        "m", CAPABILITY, "Permite cumplir con la obligaciones.", "house_style", "con la obligaciones", id="d118"
    ),
    pytest.param("m", CAPABILITY, "Liquida la deuda y /o el saldo.", "punctuation", "y /o", id="d120"),
    pytest.param("m", CAPABILITY, "Administra las TIC's.", "house_style", "TIC's", id="d124"),
    pytest.param(
        "t", ADVICE, "Se recomiendan mejoras condiciones.", "house_style", "mejoras condiciones", id="d125-word"
    ),
    pytest.param("t", ADVICE, "Se recomienda verificar., las copias.", "punctuation", "verificar.,", id="d125-signs"),
    pytest.param(
        "t", ADVICE, "Se recomienda lo que se ha venido aplicado.", "house_style", "ha venido aplicado", id="d126"
    ),
    pytest.param("t", GLOSSARY, "Contenedor para softwares de su empresa.", "house_style", "softwares", id="d130"),
    pytest.param("t", "  - term: WAF\n", "  - term: Filtro\n", "acronyms", "«WAF»", id="d133"),
]
"""Kind of document, passage of the contract's file, what stands there instead, the check that tells of which words."""
BETWEEN = " Guarda archivos y los entrega a quien los pide por su nombre, de día y de noche. "
"""Keeps what a check quotes around one planted sentence from reaching the next."""


@pytest.fixture(scope="module")
def printed_with_all(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Mapping[str, str]]:
    """What the checks tell of a report that prints every defect of :data:`PLANTED_IN_THE_CONTRACT` for its kind."""

    @cache
    def told(kind: str) -> Mapping[str, str]:
        passages: dict[str, str] = {}
        for of, old, new, *_ in ([str(each) for each in case.values] for case in PLANTED_IN_THE_CONTRACT):
            if of == kind:
                between = ITEM if old in (CAPABILITY, f"- {COMPONENT}") else BETWEEN
                passages[old] = f"{passages[old]}{between}{new}" if old in passages else new
        contract = planted_contract(tmp_path_factory.mktemp("contract"), passages)
        return all_that_is_told(KINDS[kind], contract)

    return told


@pytest.mark.parametrize(("kind", "old", "new", "check", "words"), PLANTED_IN_THE_CONTRACT)
def test_a_report_that_prints_the_defect_is_told(
    printed_with_all: Callable[[str], Mapping[str, str]], kind: str, old: str, new: str, check: str, words: str
) -> None:
    """All of a kind are planted in one contract and printed once, as an author who errs more than once would do."""
    assert words in printed_with_all(kind)[f"language.{check}"]


@pytest.mark.parametrize(
    ("kind", "old", "new", "check"),
    [
        pytest.param(
            "m", "name: Portal Tributario AIRE Portal\n", "name: Portal Tributario AIRE PORTAL\n", "names", id="d15"
        ),
        pytest.param("t", "  - term: OCPU\n", "  - term: Procesador\n", "", id="d133-other-entry"),
    ],
)
def test_a_report_that_prints_this_defect_alone_is_told(
    tmp_path: Path, kind: str, old: str, new: str, check: str
) -> None:
    told = all_that_is_told(KINDS[kind], planted_contract(tmp_path, {old: new}))
    assert f"language.{check}" in told if check else not told


PLANTED_IN_TEMPLATES = [
    pytest.param("management/hour_bank", "{{ words }} (", "CIEN (", "number_words", "CIEN", id="d51"),
    pytest.param(
        "management/support",
        "{{ codes.ticket_workbook|declared }}",
        "DES-INTE-CLI-{{ contract.entity.short_code }}-Informe_Infraestructura",
        "codes",
        "Informe_Infraestructura",
        id="d56",
    ),
    pytest.param(
        "technical/availability",
        f"{{{{ {ANSWERED} }}}} de {{{{ {RECEIVED} }}}}",
        "todo momento el tiempo",
        "judgements",
        "en todo momento",
        id="d69",
    ),
    pytest.param(
        "technical/availability",
        "Estas cifras",
        "La base de datos no presentó caídas. Estas cifras",
        "judgements",
        "no presentó caídas",
        id="d70",
    ),
    pytest.param(
        "technical/availability",
        "Impedimentos que",
        "El servicio operó sin caídas. Impedimentos que",
        "judgements",
        "sin caídas",
        id="d71",
    ),
    pytest.param(
        "technical/metrics", "estuvo entre {{ lowest }}", "estuvo entre 0.7 %", "decimal_points", "0.7", id="d127"
    ),
    pytest.param(
        "technical/metrics",
        "Lo más cerca de su límite en",
        "La gráfica en 1 indica lo más cerca de su límite en",
        "house_style",
        "La gráfica en 1",
        id="d128",
    ),
    pytest.param(
        "management/support",
        "Fuente:",
        "Fuente: {{ '{{' }} fecha {{ '}}' }}",
        "leftovers",
        "{{",
        id="d142-leftover",
    ),
    pytest.param(
        "shared/identity",
        "Del {{ figures.period_from|long_date }}",
        "Del {{ contract.valid_to|long_date }}",
        "dates",
        "31 de diciembre",
        id="d05-order",
    ),
]
"""Template, its passage, what stands there instead, the check that tells of which words."""


@pytest.fixture(scope="module")
def printed_by_all(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Mapping[str, str]]:
    """What the checks tell of a report that is printed with every defect of :data:`PLANTED_IN_TEMPLATES`."""

    @cache
    def told(kind: str) -> Mapping[str, str]:
        of_kind = [case.values[:3] for case in PLANTED_IN_TEMPLATES if kind_of(case.values[0]) == kind]
        with planted_templates(tmp_path_factory.mktemp("templates"), of_kind):
            return all_that_is_told(kind, sample()[0])

    return told


def kind_of(template: str) -> str:
    return "technical_report" if template.startswith("technical") else "management_report"


@pytest.mark.parametrize(("template", "old", "new", "check", "words"), PLANTED_IN_TEMPLATES)
def test_a_template_with_the_defect_is_told(
    printed_by_all: Callable[[str], Mapping[str, str]], template: str, old: str, new: str, check: str, words: str
) -> None:
    """All of a kind are planted at once, and printed once."""
    assert words in printed_by_all(kind_of(template))[f"language.{check}"]


def test_d69_a_share_beside_its_samples_is_no_judgement(tmp_path: Path) -> None:
    share = ("technical/availability", f" ({{{{ {SHARE} }}}})", " (100 %)")
    with planted_templates(tmp_path, [share]):
        assert all_that_is_told("technical_report", sample()[0]) == {}


def changed(figures: PeriodFigures, part: str, **values: object) -> PeriodFigures:
    return figures.model_copy(update={part: getattr(figures, part).model_copy(update=values)})


def day_before_the_period(figures: PeriodFigures) -> PeriodFigures:
    first, *others = figures.usage.rows
    strange = first.model_copy(update={"day": first.day - timedelta(days=1)})
    return changed(figures, "usage", rows=(strange, first, *others))


def days_sorted_as_text(figures: PeriodFigures) -> PeriodFigures:
    rows = sorted(figures.usage.rows, key=lambda row: es_co.table_date(row.day))
    return changed(figures, "usage", rows=tuple(rows))


def total_off(figures: PeriodFigures, by: str) -> PeriodFigures:
    first, *others = figures.usage.totals
    return changed(figures, "usage", totals=(first + Decimal(by), *others))


def share_off(figures: PeriodFigures, service: str, dimension: str) -> PeriodFigures:
    """One more in a hundred, or less than one more: what largest remainder made of 44,4 % is one of them."""
    family = f"tickets.{service}.{dimension}.percent/"
    wrong = next(each for each in figures.figures if each.id.startswith(family))
    kept = tuple(
        each.model_copy(update={"value": Decimal(round(each.value) + 1)}) if each is wrong else each
        for each in figures.figures
    )
    return figures.model_copy(update={"figures": kept})


def hours_off(figures: PeriodFigures) -> PeriodFigures:
    return changed(figures, "hour_bank", consumed=figures.hour_bank.consumed + 1)


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        pytest.param(day_before_the_period, "language.dates", id="d09"),
        pytest.param(days_sorted_as_text, "language.dates", id="d11"),
        pytest.param(partial(total_off, by="0.629"), "crosscheck.sums", id="d25"),
        pytest.param(partial(total_off, by="0.0009"), "crosscheck.sums", id="d26"),
        pytest.param(partial(total_off, by="0.00009"), "crosscheck.sums", id="d27"),
        pytest.param(partial(total_off, by="0.0000002"), "crosscheck.sums", id="d28"),
        pytest.param(partial(share_off, service="support", dimension="module"), "crosscheck.sums", id="d35"),
        pytest.param(partial(share_off, service="warranty", dimension="subprocess"), "crosscheck.sums", id="d36"),
        pytest.param(hours_off, "crosscheck.sums", id="d52-balance"),
    ],
)
def test_figures_with_the_defect_stop_the_close(plant: Callable[[PeriodFigures], PeriodFigures], check: str) -> None:
    """These checks read the figures alone: whatever is printed, it is not signed."""
    contract, figures = sample()
    assert check in close_stops(contract, plant(figures), list(sample_documents().values()))


def a_lost_decimal_point(figures: PeriodFigures) -> PeriodFigures:
    rows = list(figures.usage.rows)
    first, *others = rows[3].quantities
    rows[3] = rows[3].model_copy(update={"quantities": ((first or Decimal(0)) * 10**12, *others)})
    return changed(figures, "usage", rows=tuple(rows))


def other_rows(figures: PeriodFigures) -> PeriodFigures:
    rows = list(figures.usage.rows)
    rows[0], rows[1] = rows[1], rows[0]
    return changed(figures, "usage", rows=tuple(rows))


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        pytest.param(a_lost_decimal_point, "crosscheck.tables", id="d20"),
        pytest.param(other_rows, "crosscheck.tables", id="d11-printed"),
    ],
)
def test_a_document_that_prints_other_than_the_figures_stops_the_close(
    plant: Callable[[PeriodFigures], PeriodFigures], check: str
) -> None:
    contract, figures = sample()
    printed = sample_documents_but(contract, with_numbers(contract, plant(figures)), "technical_report")
    assert check in close_stops(contract, figures, printed)


@pytest.mark.parametrize("quantity", ["2.399.999.999.998", "1.757.076.31.444", "17,58"])
def test_d30_a_number_with_lost_or_moved_points_is_not_loaded(quantity: str) -> None:
    cells = {
        "lineItem/intervalUsageStart": "2026-02-18T05:00Z",
        "product/service": "COMPUTE",
        "product/compartmentId": "c",
        "product/Description": "Standard - E4",
        "usage/billedQuantity": quantity,
        "usage/billedQuantityOverage": "",
        "cost/myCost": "0.5",
        "cost/currencyCode": "USD",
        "cost/billingUnitReadable": "ONE HOUR",
        "cost/skuUnitDescription": "OCPU Hours",
        "lineItem/isCorrection": "",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, cells)
    writer.writeheader()
    writer.writerow(cells)
    rows = parse(partial(io.BytesIO, gzip.compress(text.getvalue().encode())))
    assert (list(rows), [each.line for each in rows.lines_aside]) == ([], [2])


@pytest.mark.parametrize(
    ("value", "printed"),
    [("101.99999999999976", "102,00"), ("23.9999999999985", "24,00"), ("24", "24,00"), ("24.000000", "24,00")],
)
def test_d22_noise_of_binary_numbers_does_not_reach_the_page(value: str, printed: str) -> None:
    assert es_co.number(Decimal(value), es_co.decimals_for(Decimal("1093.5319444437"))) == printed


def test_d23_small_totals_show_four_digits_and_no_tail() -> None:
    total = Decimal("0.000053842521999999965")
    assert es_co.number(total, es_co.decimals_for(total)) == "0,00005384"


def test_d24_every_cell_of_a_column_has_the_decimals_of_its_total() -> None:
    _, figures = sample()
    for index, total in enumerate(figures.usage.totals):
        decimals = es_co.decimals_for(total)
        for row in figures.usage.rows:
            text = es_co.number(row.quantities[index], decimals)
            assert text == es_co.MISSING or len(text.partition(",")[2]) == decimals


@cache
def planted_days() -> tuple[PeriodFigures, str]:
    """The sample's figures with a day without data, 30 January, and one of seven hours, the next; what is printed."""
    contract, figures = sample()
    rows = list(figures.usage.rows)
    nothing = (None,) * len(figures.usage.columns)
    rows[10] = rows[10].model_copy(update={"hours": 0, "state": "missing", "quantities": nothing})
    rows[11] = rows[11].model_copy(update={"hours": 7, "state": "partial"})
    planted = with_numbers(contract, changed(figures, "usage", rows=tuple(rows)))
    return planted, pdf_text(one_document("technical_report", contract, planted).content)


def test_d08_days_without_data_warn_and_are_named() -> None:
    planted, text = planted_days()
    failed = {verdict.check: verdict.detail for verdict in coverage(planted) if not verdict.passed}
    assert "2026-01-30" in failed["coverage.usage_days"]
    assert "30/01/2026: sin datos" in text


def test_d10_a_partial_day_is_marked_and_its_hours_are_told() -> None:
    _, text = planted_days()
    assert "31/01/2026 *: día parcial; los datos cubren 7 horas" in text


@cache
def planted_open() -> tuple[PeriodFigures, tuple[Text, ...]]:
    """The sample's figures when no request is finished, and what the management report prints of them."""
    contract, figures = sample()
    open_ones = tuple(ticket.model_copy(update={"status": "Programado"}) for ticket in figures.support.tickets)
    planted = with_numbers(contract, figures.model_copy(update={"support": ticket_figures(open_ones)}))
    return planted, tuple(printed_texts([render_management_report(contract, planted)]))


def test_d42_open_requests_are_never_told_as_solved() -> None:
    _, texts = planted_open()
    [told] = [each.text for each in texts if "Según su estado a la fecha del informe" in each.text]
    assert "Según su estado a la fecha del informe: 72 en estado Programado." in told
    assert "Terminado" not in told


def test_d47_d49_requests_are_listed_newest_first_however_they_come() -> None:
    contract, figures = sample()
    shuffled = changed(figures, "support", tickets=figures.support.tickets[::-1])
    shuffled = changed(shuffled, "warranty", tickets=figures.warranty.tickets[::-1])
    assert render_management_report(contract, shuffled).content == render_management_report(contract, figures).content


def test_d12_a_report_without_tickets_in_warranty_has_no_warranty_section() -> None:
    contract, figures = sample()
    text = pdf_text(
        render_management_report(contract, figures.model_copy(update={"warranty": ticket_figures(())})).content
    )
    assert "Garantía de Continuidad" not in text
    assert "Cuando termine el plazo del contrato, el 31 de diciembre de 2026" in text


def test_d68_the_report_says_that_it_does_not_measure_service_levels() -> None:
    told = [text for text in paragraphs("management_report") if "ANS" in text and not text.startswith("ANS:")]
    assert [text for text in told if "Este informe no mide los tiempos de los ANS." in text] == told


def test_d122_support_after_the_contract_stands_under_its_own_numbered_heading() -> None:
    texts = paragraphs("management_report")
    headings = {index: text for index, text in enumerate(texts) if re.match(r"\d\.(?:\d\.)? ", text)}
    told = next(index for index, text in enumerate(texts) if text.startswith("Cuando termine el plazo del contrato"))
    assert headings[max(index for index in headings if index < told)].endswith("Soporte al Terminar el Contrato")


def with_registers(without: str = "", **rows: tuple[Any, ...]) -> PeriodFigures:
    """The sample's figures as they are with other rows in these registers, and one register not kept."""
    contract, figures = sample()
    report, kept = contract.report(figures.report_number), sample_registers()
    all_rows = {name: each for name, each in {**kept.rows, **rows}.items() if name != without}
    registers = kept._replace(rows=all_rows)
    figures = figures.model_copy(update={"records": record_figures(contract, report, figures.version, registers)})
    controls, without_control = change_controls(registers, figures.hour_bank.entries, report)
    figures = figures.model_copy(update={"change_controls": controls, "without_change_control": without_control})
    obligations = obligation_figures(contract, report, figures, registers)
    return with_numbers(contract, figures.model_copy(update={"obligations": obligations}))


def obligation(figures: PeriodFigures, number: int) -> ObligationFigures:
    return next(each for each in figures.obligations if each.number == number)


@cache
def planted_registers() -> PeriodFigures:
    """The sample's figures with a defect in the records of each of four obligations.

    Of 12 no attestation, of 16 the report itself as a deliverable, of 8 a payment after the end of the period, and
    of 3 a register that was not consulted.
    """
    contract, figures = sample()
    own = contract.document_code("management_report", contract.report(figures.report_number), figures.version)
    itself = Deliverable(
        code=own, kind="Informe", obligation=16, due_on=None, sent_on=figures.report_date, addressee="Supervisor"
    )
    rows: tuple[Any, ...] = sample_registers().rows["attestations"]
    proof, *_ = sample_registers().rows["social_security"]
    return with_registers(
        without="consultations",
        attestations=tuple(row for row in rows if row.obligation != 12),
        deliverables=(itself,),
        social_security=(proof.model_copy(update={"issued_on": date(2026, 2, 24)}),),
    )


@cache
def planted_paragraphs() -> tuple[str, ...]:
    """What the management report prints of them."""
    return tuple(block.text for block in printed_texts([render_management_report(sample()[0], planted_registers())]))


def obligation_row(texts: Sequence[str], number: int) -> str:
    """What the management report prints of an obligation: activities, documents, state."""
    start, end = (texts.index(" ".join(obligation(sample()[1], each).text.split())) for each in (number, number + 1))
    return " ".join(texts[start + 1 : end])


def test_d62_a_report_that_is_registered_as_its_own_evidence_is_left_out() -> None:
    contract, figures = sample()
    own = contract.document_code("management_report", contract.report(figures.report_number), figures.version)
    assert obligation(planted_registers(), 16).state == "pending"
    assert own not in obligation_row(planted_paragraphs(), 16)


def test_d61_an_obligation_without_its_record_is_pending_and_says_nothing_was_done() -> None:
    assert obligation(planted_registers(), 12).state == "pending"
    row = obligation_row(planted_paragraphs(), 12)
    assert "Pendiente de la constancia del responsable para el informe 2026-01" in row
    assert "obró con lealtad" not in row


def test_d63_d139_a_payment_is_told_with_month_number_and_date_and_not_before_it_was_due() -> None:
    row = obligation_row(paragraphs("management_report"), 8)
    assert re.search(r"Planilla de aportes No\. \S+, de enero de 2026, del 10/02/2026", row)
    assert "febrero de 2026, del" not in row
    later = obligation_row(planted_paragraphs(), 8)
    assert "Pendiente de registrar el soporte de aportes de enero de 2026" in later


def test_d77_nothing_is_denied_of_a_register_that_was_not_consulted() -> None:
    consulted = obligation_row(paragraphs("management_report"), 3)
    assert "no se registraron consultas, según el registro del" in consulted
    row = obligation_row(planted_paragraphs(), 3)
    assert "no se registraron" not in row
    assert "Pendiente de consultar el registro de consultas" in row


@cache
def planted_chain() -> str:
    """What is printed of a delivery whose change control tells neither approval nor ticket, and other hours."""
    contract, _ = sample()
    [control] = sample_registers().rows["change_controls"]
    assert isinstance(control, ChangeRecord)
    lacking = {"approved_on": None, "specified_on": None, "ticket_id": None, "hours": control.hours + 8}
    planted = with_registers(change_controls=(control.model_copy(update=lacking),))
    return pdf_text(render_management_report(contract, planted).content)


def test_d55_d144_a_delivery_without_its_chain_is_told_link_by_link() -> None:
    contract, _ = sample()
    assert "faltan la aprobación, la especificación y la solicitud en la mesa de servicio" in planted_chain()
    text = pdf_text(render_management_report(contract, with_registers(change_controls=())).content)
    assert "Configuración y parametrización Sobretasa Ambiental AMSO»: no tiene control de cambio registrado" in text


def test_d52_hours_that_differ_from_their_estimate_are_told() -> None:
    assert "se estimaron 40 horas y la bolsa registra 32" in planted_chain()


def test_d48_open_requests_are_listed_with_their_age_oldest_first() -> None:
    planted, printed = planted_open()
    texts = [each.text for each in printed]
    start = next(index for index, text in enumerate(texts) if "Solicitudes en trámite, de la más antigua" in text)
    ids = [text for text in texts[start:] if re.fullmatch(r"2026\d{4}", text)][: len(planted.support.tickets)]
    assert ids == [ticket.ticket_id for ticket in planted.support.open_tickets]
    ages = [timing.age_days for timing in planted.support.timings]
    assert all(age is not None and age >= 0 for age in ages)
    assert f"La más antigua llevaba {max(age for age in ages if age is not None)} días" in " ".join(texts)


@pytest.mark.parametrize("count", [1, 2])
def test_d65_one_delivery_is_singular_and_two_are_plural(count: int) -> None:
    contract, figures = sample()
    entry = figures.hour_bank.entries[0]
    entries = tuple(entry.model_copy(update={"request": f"Entrega {number}"}) for number in range(count))
    planted = with_numbers(contract, changed(figures, "hour_bank", entries=entries))
    text = pdf_text(render_management_report(contract, planted).content)
    assert f"{count} {'entrega' if count == 1 else 'entregas'} " in text


def test_d76_a_metric_that_never_moved_is_told_in_the_same_place_as_a_range() -> None:
    contract, figures = sample()
    series = figures.metrics[0]
    days = tuple(day.model_copy(update={"mean": None if day.mean is None else Decimal(40)}) for day in series.days)
    flat = series.model_copy(update={"days": days, "minimum": Decimal(40), "maximum": Decimal(40)})
    planted = with_numbers(contract, figures.model_copy(update={"metrics": (flat, *figures.metrics[1:])}))
    text = pdf_text(one_document("technical_report", contract, planted).content)
    assert f"La media diaria de «{series.title}» se mantuvo en 40 %" in text


SECRETS = {
    "d97": "Nombre Apellido, Profesional Universitaria",
    "d98": "NIT 900123456-7",
    "d99": "placa 12345",
    "d100": "saldo de 4.500.000",
    "d101": "3101234567",
    "d102": "persona@example.com",
}
"""By defect, what somebody wrote into a request of their own."""


@pytest.fixture(scope="module")
def printed_with_secrets() -> list[str]:
    """All that is printed, and may be signed, of a month in which each of :data:`SECRETS` stands in a request."""
    contract, figures = sample()
    tickets = list(figures.support.tickets)
    for place, (defect, secret) in enumerate(SECRETS.items()):
        within = "" if defect == "d97" else f" ({secret})"
        summary = f"Revisar la liquidación{within}. Cordialmente, {secret}"
        tickets[place] = tickets[place].model_copy(update={"summary": summary})
    planted = figures.model_copy(update={"support": ticket_figures(tuple(tickets))})
    documents = render_documents(contract, planted)
    assert close_stops(contract, planted, documents) == {}
    return [block.text for block in printed_texts(documents)]


@pytest.mark.parametrize("defect", SECRETS)
def test_personal_data_of_a_request_is_masked_in_every_file(printed_with_secrets: list[str], defect: str) -> None:
    """All are planted in one month, each in a request of its own, and printed once."""
    assert sum("Revisar la liquidación" in text for text in printed_with_secrets) >= len(SECRETS)
    assert not [text for text in printed_with_secrets if SECRETS[defect] in text]


def test_d103_no_address_of_a_person_is_printed() -> None:
    contract, _ = sample()
    for kind in ("management_report", "technical_report"):
        assert contract.supervisor.email
        assert not [text for text in paragraphs(kind) if "@" in text]


def test_d129_a_recommendation_says_who_is_to_act(tmp_path: Path) -> None:
    _, figures = sample()
    advice = f"- text: {ADVICE}\n      owner: Entidad"
    contract = planted_contract(
        tmp_path, {advice: f"{advice}\n      due: 2026-03-31\n      limitation: Falta espacio."}
    )
    texts = [block.text for block in printed_texts([one_document("technical_report", contract, figures)])]
    right = f"Limitación: Falta espacio. {ADVICE} Responsable: Entidad. Plazo: 31 de marzo de 2026."
    assert [text for text in texts if right in text]


def test_d84_advice_that_has_expired_is_not_printed(tmp_path: Path) -> None:
    _, figures = sample()
    contract = planted_contract(tmp_path, {f"- text: {ADVICE}\n": f"- text: {ADVICE}\n      valid_until: 2026-02-22\n"})
    texts = [block.text for block in printed_texts([one_document("technical_report", contract, figures)])]
    assert not [text for text in texts if ADVICE in text]
    assert [text for text in paragraphs("management_report") if "Ámbito: infraestructura de la Entidad." in text]


def test_d85_the_chapter_of_limitations_states_those_the_data_show() -> None:
    texts = paragraphs("management_report")
    assert "Días sin datos de consumo: 3 (20/02/2026 a 22/02/2026)." in texts
    assert "Solicitudes del periodo en trámite: 11 de 72." in texts


def test_d82_declarations_of_liability_stand_apart_and_are_no_advice() -> None:
    texts = paragraphs("technical_report")
    start = texts.index("Condiciones que declara el contratista")
    assert "no modifican el contrato" in texts[start + 1]
    assert [text for text in texts[:start] if "no responde por" in text] == []


def test_d16_products_stand_one_a_line() -> None:
    contract, _ = sample()
    lines = pdf_lines("management_report")
    names = [product.name for product in contract.products]
    assert all(any(name in line for line in lines) for name in names)
    assert not [line for line in lines if " ".join(names) in line]


def pdf_lines(kind: str) -> list[str]:
    pages = PdfDocument(sample_documents()[kind].content)
    return [" ".join(line.split()) for page in pages for line in page.get_textpage().get_text_bounded().splitlines()]


@pytest.mark.parametrize("kind", ["management_report", "technical_report"])
def test_d18_d19_every_page_has_its_own_title_and_the_seal_once(kind: str) -> None:
    contract, figures = sample()
    header = f"{DOCUMENT_KINDS[kind].title} No. {figures.report_number}"
    others = [other.title for each, other in DOCUMENT_KINDS.items() if each != kind]
    for place, text in enumerate(pages_of(kind)):
        assert (header if place else DOCUMENT_KINDS[kind].title) in text, place
        assert text.count(str(contract.contractor.certification_mark)) == 1, place
        assert not [title for title in others if f"{title} No. {figures.report_number}" in text]


def pages_of(kind: str) -> list[str]:
    """Everything that stands on each page of the sample's document, furniture too."""
    pages = PdfDocument(sample_documents()[kind].content)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pages]


def test_d37_every_table_and_chart_has_its_own_number_and_title() -> None:
    for kind in ("management_report", "technical_report"):
        captions = [text for text in dict.fromkeys(paragraphs(kind)) if re.match(r"(?:Tabla|Gráfica) \d+\. ", text)]
        for word in ("Tabla", "Gráfica"):
            numbers = [int(re.findall(r"\d+", text)[0]) for text in captions if text.startswith(word)]
            assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1))
        titles = {text.partition(". ")[2] for text in captions}
        assert len(titles) == len(captions)


def test_d38_totals_have_one_name() -> None:
    texts = paragraphs("management_report") + paragraphs("technical_report")
    names = [text for text in texts if text.lower().startswith(("total", "suma total"))]
    assert names
    assert len({name.lower() for name in names}) == len(set(names))


def test_d43_d142_no_sentence_opens_two_sections() -> None:
    headings = re.compile(r"\d+\. |[•L]")
    sentences = [text for text in paragraphs("management_report") if len(text) > 120 and not headings.match(text)]
    repeated = {text for text in sentences if sentences.count(text) > 1}
    assert repeated == set()


def test_d53_every_line_of_the_hour_bank_holds_its_figure() -> None:
    lines = [text for text in paragraphs("management_report") if re.match(r"Horas [A-ZÓ ]{6,}", text)]
    assert len(lines) == 4
    assert all(re.search(r"\d+ horas? \(\d+,\d %\)", line) for line in lines)


def test_d73_d75_every_chart_says_metric_interval_statistic_zone_and_source() -> None:
    _, figures = sample()
    text = " ".join(paragraphs("technical_report"))
    for series in figures.metrics:
        assert f"{series.meaning} Métrica {series.metric_name} ({series.namespace}) por hora" in text
    drawn = [series for series in figures.metrics if not series.constant]
    assert drawn
    for series in drawn:
        assert f"{series.title} — {series.resource_name}" in text
    for told in ("por hora: mínimo, media y máximo. UTC. Fuente: ", "leído el"):
        assert text.count(told) >= len(drawn), told


def test_d89_d93_d94_listings_have_chosen_columns_with_their_zone_and_whole_names() -> None:
    _, figures = sample()
    texts = paragraphs("technical_report")
    assert {"Iniciada (UTC)", "Finalizada (UTC)", "Fecha (UTC)", "Hora (UTC)", "Tamaño (MB)"} <= set(texts)
    assert "..." not in texts
    assert all(dump.file_name in texts for dump in figures.dumps.dumps)
    assert not [text for text in texts if text.startswith(("-rw", "drwx"))]


def test_d134_every_metric_has_its_chart() -> None:
    _, figures = sample()
    charts = [text for text in paragraphs("technical_report") if text.startswith("Gráfica ")]
    assert len(charts) >= len(figures.metrics)


def test_d135_the_object_is_the_same_text_in_both_reports() -> None:
    contract, _ = sample()
    text = " ".join(contract.object.split())
    assert all(text in paragraphs(kind) for kind in ("management_report", "technical_report"))


def test_d136_each_signature_block_has_role_code_and_no_day_of_a_signature_that_is_still_to_come() -> None:
    contract, figures = sample()
    for kind in ("management_report", "technical_report"):
        code = contract.document_code(kind, contract.report(figures.report_number), 1)
        text = pages_of(kind)[-1]
        assert text.replace(" ", "").count(f"Documento:{code}") == 2
        assert "Fecha:" not in text
        assert es_co.long_date(figures.report_date) not in text.partition("Firma Responsable")[2]
        assert all(label in text for label in ("Nombre:", "Cargo:", "Fecha de la firma:"))
        assert contract.signer.role in text
        assert contract.supervisor.role in text
        assert str(contract.contractor.slogan) not in text


@pytest.mark.parametrize("kind", ["management_report", "technical_report"])
def test_d137_every_table_is_followed_by_source_and_time(kind: str) -> None:
    texts = paragraphs(kind)
    captions = [index for index, text in enumerate(texts) if re.match(r"Tabla \d+\. ", text)]
    without = []
    for start, end in zip(captions, [*captions[1:], len(texts)], strict=True):
        if not any("Fuente: " in text for text in texts[start:end]):
            without.append(texts[start])
    assert [text for text in without if "Documentos de la entrega" not in text] == []


def test_d138_codes_and_titles_are_made_of_one_number() -> None:
    contract, figures = sample()
    report = contract.report("2026-02")
    assert contract.document_code("management_report", report, 1).endswith("No.2026-02")
    assert [text for text in paragraphs("management_report") if text == figures.report_number]


def test_d141_the_time_of_the_export_is_printed() -> None:
    assert [text for text in paragraphs("management_report") if "consultada el 23/02/2026 06:00" in text]


def test_d60_every_link_leads_somewhere() -> None:
    for kind in ("management_report", "technical_report"):
        with pdfplumber.open(io.BytesIO(sample_documents()[kind].content)) as pdf:
            for page in pdf.pages:
                for link in (note for note in page.annots if note["data"].get("Subtype").name == "Link"):
                    data = link["data"]
                    assert link["uri"] or data.get("Dest") or data.get("A"), f"{kind}, page {page.page_number}"
                    assert link["uri"] != "#"


def test_d88_backups_say_their_kinds_their_expiry_and_what_is_not_known() -> None:
    contract, figures = sample()
    said = "Por su tipo: incremental 31. En el listado no hay una copia completa"
    assert [text for text in paragraphs("technical_report") if text.startswith(said)]
    first, *others = figures.backups.backups
    full = first.model_copy(update={"type": "FULL", "time_expiry_scheduled": first.time_started + timedelta(days=30)})
    planted = with_numbers(contract, changed(figures, "backups", backups=(full, *others)))
    text = pdf_text(one_document("technical_report", contract, planted).content)
    assert "Por su tipo: completa 1 e incremental 30. Vencen el 19/02/2026." in text
    assert "no registran pruebas de restauración" in text


def test_d90_dumps_are_told_as_seen_in_daily_listings() -> None:
    text = " ".join(paragraphs("technical_report"))
    assert "vistos en los listados diarios, el último del 23/02/2026 06:00 (hora de Bogotá, UTC−5)" in text
    assert "los de más de 30 días ya no están en el almacenamiento" in text


def test_d96_a_server_says_what_it_serves_and_services_without_metrics_are_named() -> None:
    text = " ".join(paragraphs("technical_report"))
    assert text.count("Este servidor atiende: ") == 2
    unmeasured = re.search(r"de los que este informe no tiene métricas: ([^.]*)\.", text)
    assert unmeasured is not None
    assert "Load Balancer" in unmeasured[1]
    assert "Compute" not in unmeasured[1]


def test_d113_headers_repeat_on_every_page_and_rows_are_whole() -> None:
    contract, _ = sample()
    texts = paragraphs("management_report")
    assert all(" ".join(obligation.text.split()) in texts for obligation in contract.obligations)
    column = ", columna «Obligaciones»"
    places = {block.place for block in sample_blocks("management_report") if block.place.endswith(column)}
    numbers = {int(place.removesuffix(column).rpartition(" ")[2]) for place in places}
    assert len(numbers) > 1
    assert all("Obligaciones" in pages_of("management_report")[number - 1] for number in numbers)


def test_d123_no_heading_ends_with_a_stop_and_chapters_are_siblings() -> None:
    for kind in ("management_report", "technical_report"):
        outline = list(PdfDocument(sample_documents()[kind].content).get_toc())
        assert outline
        for bookmark in outline:
            title = bookmark.get_title()
            assert not title.endswith(".")
            if title != FIRST_PAGE:
                assert (bookmark.level == 0) == bool(re.match(r"\d+\. ", title))
