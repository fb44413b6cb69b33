"""What others write is printed, known as a quotation, and stops no report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from service_reports.contracts import Contract
from service_reports.documents import RenderedDocument, check_language, crosscheck, render_documents
from service_reports.documents.engine.quotation import CUT, shortened
from service_reports.documents.proof.reading import QUOTED
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.model import PeriodFigures, TicketFigures
from service_reports.figures.period import with_numbers
from service_reports.figures.records import record_figures
from service_reports.sources.records import Consultation, ContractRegisters, Deliverable, Ticket
from tests.golden.sample_figures import sample, sample_registers, ticket_figures, with_summary

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
CATEGORIES = ("nan", "null", "oportuno", "?", "None", "A" * 110, "AIREPLUS", "Con soporte", "21", "29 %")


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
    documents = render_documents(in_full(contract), ticketed(summary=["Menú → Liquidación ✓ 😀 漢"]))
    printed = " ".join(block.text for block in blocks_of(documents, "management_report"))
    assert "Menú -> Liquidación [sí] :grinning: Han" in printed


def test_categories_that_look_like_mistakes_or_like_our_own_words_are_issued() -> None:
    contract, _ = sample()
    assert refusals(contract, ticketed(module=CATEGORIES, status=CATEGORIES, process=CATEGORIES)) == {}


def test_a_request_longer_than_a_page_is_cut_with_a_mark_and_whole_in_the_workbook() -> None:
    contract, _ = sample()
    long = "La liquidación del impuesto no coincide con lo pagado. " * 60
    figures = ticketed(summary=[long.strip()])
    documents = render_documents(in_full(contract), figures)
    assert refusals(in_full(contract), figures, documents) == {}
    management = " ".join(block.text for block in blocks_of(documents, "management_report"))
    assert f"lo pagado. La{CUT}" in management or CUT.strip() in management
    assert "Un resumen que termina en […] sigue en el libro de solicitudes" in management
    assert long.strip() in [block.text for block in blocks_of(documents, "ticket_workbook")]


def test_a_text_is_cut_at_a_word_and_never_longer_than_asked() -> None:
    assert shortened("uno dos tres", 12) == "uno dos tres"
    assert shortened("uno dos tres", 9) == f"uno{CUT}"
    assert shortened("x" * 50, 20) == "x" * 16 + CUT


def test_a_deliverable_handed_over_on_time_is_issued() -> None:
    contract, figures = sample()
    on_time = Deliverable(
        code="COM-ALCJAM-002",
        kind="Comunicado",
        obligation=None,
        due_on=date(2026, 2, 5),
        sent_on=date(2026, 2, 4),
        addressee="Supervisor del contrato",
    )
    assert refusals(contract, recorded(contract, figures, deliverables=[on_time])) == {}


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


def test_more_records_than_a_page_holds_are_printed_whole() -> None:
    contract, figures = sample()
    day = figures.period_from
    consultations = [
        Consultation(
            asked_on=day + timedelta(days=number % 30),
            addressee="Secretaría de Hacienda",
            matter=f"Consulta {number}: " + "tratamiento de los saldos a favor del impuesto predial " * 2,
            answered_on=None,
        )
        for number in range(17)
    ]
    deliverables = [
        Deliverable(
            code=f"SOP-ALCJAM-{number:03d}",
            kind="Soporte de pago de los aportes",
            obligation=6,
            due_on=day,
            sent_on=day,
            addressee="Supervisor del contrato",
        )
        for number in range(30)
    ]
    figures = recorded(contract, figures, consultations=consultations, deliverables=deliverables)
    documents = render_documents(contract, figures)
    assert refusals(contract, figures, documents) == {}
    printed = "".join(_solid(block) for block in blocks_of(documents, "management_report"))
    assert [number for number in range(17) if f"Consulta{number}:" not in printed] == []
    assert [number for number in range(30) if f"SOP-ALCJAM-{number:03d}" not in printed] == []


def test_the_contract_words_its_object_and_its_clauses_as_it_likes() -> None:
    contract, figures = sample()
    [first, *others] = contract.obligations
    contract = contract.model_copy(
        update={
            "object": "SUMINISTRO AL MUNICIPIO DE JAMUNDÍ CON 99.9 % DE DISPONIBILIDAD, DE MANERA OPORTUNA",
            "obligations": (first.model_copy(update={"text": "Atender al Municipio de Jamundí en 1.5 horas"}), *others),
        }
    )
    figures = _with_registers(contract, figures, sample_registers())
    assert refusals(contract, figures) == {}


def test_a_code_that_begins_inside_other_words_is_no_code() -> None:
    contract, figures = sample()
    codes = contract.document_codes.model_copy(update={"technical_report": "IT-{entity}-{date}"})
    contract = contract.model_copy(update={"document_codes": codes})
    assert refusals(contract, _with_registers(contract, figures, sample_registers())) == {}


def test_dumps_of_a_billion_bytes_and_more_are_issued() -> None:
    contract, figures = sample()
    dumps = tuple(dump.model_copy(update={"size_bytes": 33 * 10**9 + 7}) for dump in figures.dumps.dumps)
    total = sum(dump.size_bytes for dump in dumps)
    figures = figures.model_copy(
        update={"dumps": figures.dumps.model_copy(update={"dumps": dumps, "total_bytes": total}), "summary": None}
    )
    assert refusals(contract, with_summary(figures, None)) == {}


@pytest.mark.parametrize("old", [3, 9])
def test_any_number_of_old_open_requests_is_issued(old: int) -> None:
    contract, figures = sample()
    tickets = tuple(
        ticket.model_copy(
            update={
                "status": "Programado" if place < old else "Terminado",
                "registered_on": figures.period_from + timedelta(days=place % 3),
            }
        )
        for place, ticket in enumerate(figures.support.tickets)
    )
    assert refusals(contract, with_tickets(figures, ticket_figures(tickets))) == {}


@pytest.mark.parametrize("states", [1, 6, 25])
def test_any_number_of_states_fits_the_page(states: int) -> None:
    contract, figures = sample()
    tickets = tuple(
        ticket.model_copy(update={"status": f"En espera del proveedor {place % states}"})
        for place, ticket in enumerate(figures.support.tickets)
    )
    assert refusals(contract, with_tickets(figures, ticket_figures(tickets))) == {}


def test_backups_and_dumps_with_long_or_unknown_names_are_issued() -> None:
    contract, figures = sample()
    backups = tuple(
        backup.model_copy(
            update={
                "display_name": "Copia_manual_antes_de_la_migracion_del_esquema_SGI_ALCJAM40",
                "backup_destination_type": "DBRS",
                "type": "LONG_TERM_ARCHIVAL_INCREMENTAL_FOREVER",
            }
        )
        for backup in figures.backups.backups
    )
    dumps = tuple(
        dump.model_copy(
            update={"file_name": f"SGI_ALCJAM40_esquema_completo_con_datos_historicos_{dump.dump_day}.DMP.gz"}
        )
        for dump in figures.dumps.dumps
    )
    figures = figures.model_copy(
        update={
            "backups": figures.backups.model_copy(update={"backups": backups}),
            "dumps": figures.dumps.model_copy(update={"dumps": dumps}),
        }
    )
    assert refusals(contract, with_numbers(contract, figures)) == {}


def test_a_quotation_in_a_sentence_of_ours_is_marked_and_the_sentence_is_not() -> None:
    contract, figures = sample()
    matter = Consultation(
        asked_on=figures.period_from, addressee="Tesorería", matter="el el saldo NO cuadra ,, 1.5", answered_on=None
    )
    documents = render_documents(in_full(contract), recorded(contract, figures, consultations=[matter]))
    [block] = [block for block in blocks_of(documents, "management_report") if "el el saldo" in block.text]
    assert f"Consulta a {QUOTED} el 20/01/26: {QUOTED} (sin respuesta registrada)." in block.said


def test_a_wrong_number_beside_a_wrapped_quotation_is_found() -> None:
    contract, _ = sample()
    printed = ticketed(module=["M" * 80] * 3)
    timings = tuple(
        each if each.age_days is None else each.model_copy(update={"age_days": each.age_days + 1})
        for each in printed.support.timings
    )
    other = printed.model_copy(update={"support": printed.support.model_copy(update={"timings": timings})})
    known = with_numbers(contract, other)
    assert "crosscheck.tables" in {
        each.check for each in crosscheck(contract, known, render_documents(contract, printed)) if not each.passed
    }
