"""Two categories that a reader takes for one are counted as one, in the spelling that is known or most common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures import compute_figures
from service_reports.figures.categories import reading, with_one_spelling
from service_reports.figures.chapters.tickets import known_categories, ticket_figures
from service_reports.records import Ticket
from service_reports.records.period_rows import PeriodRows, by_type
from tests.golden.sample_figures import sample_contract


def ticket(number: int, **categories: str) -> Ticket:
    said = {"status": "Activo", "product": "AIREPLUS", "module": "PREDIAL", "process": "RECAUDO", "subprocess": "x"}
    return Ticket(ticket_id=str(number), service="support", registered_on=None, **{**said, **categories})


def counted(dimension: str, *written: str) -> list[tuple[str, int]]:
    tickets = [ticket(number, **{dimension: each}) for number, each in enumerate(written)]
    unified = with_one_spelling(tickets, known_categories(sample_contract()))
    [table] = [table for table in ticket_figures(unified).tables if table.dimension == dimension]
    return [(row.value, row.count) for row in table.rows]


def test_composed_and_decomposed_letters_are_one_category_from_the_record_on() -> None:
    tickets = [ticket(1, process="Generación"), ticket(2, process="Generacio\u0301n")]
    assert {each.process for each in tickets} == {"Generación"}
    [table] = [table for table in ticket_figures(tickets).tables if table.dimension == "process"]
    assert [(row.value, row.count) for row in table.rows] == [("Generación", 2)]


@pytest.mark.parametrize(
    "other",
    [
        "GENERACIÓN DE PAZ Y SALVO",
        "Generacion de paz y salvo",
        "Generación  de\u00a0paz y salvo.",
        "«Generación» de paz y salvo",
        "Generación de paz\u200b y salvo",
        "Generación – de paz y salvo",
        "Gеneración de pаz y sаlvo",
    ],
)
def test_what_reads_the_same_is_one_row_in_its_most_common_spelling(other: str) -> None:
    right = "Generación de paz y salvo"
    assert counted("subprocess", right, other, right) == [(right, 3)]
    assert counted("subprocess", right, other)[0][1] == 2


def test_of_two_equally_common_spellings_the_one_with_accents_is_printed() -> None:
    assert counted("subprocess", "Liquidacion", "Liquidación") == [("Liquidación", 2)]


def test_a_known_category_is_printed_as_it_is_known_however_often_it_is_written_otherwise() -> None:
    assert counted("module", "Integracion SIF", "integración-sif", "INTEGRACIÓN SIF") == [("INTEGRACIÓN SIF", 3)]
    assert counted("product", "aireplus", "AirePlus") == [("AIREPLUS", 2)]
    assert counted("status", "TERMINADO", "terminado") == [("Terminado", 2)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Año", "Ano"), ("Caña", "Cana"), ("Paz", "Pan"), ("Módulo 1", "Módulo 2"), ("Сайт", "Cat"), ("-", "+")],
)
def test_what_reads_otherwise_stays_apart(one: str, other: str) -> None:
    assert reading(one) != reading(other)
    assert len(counted("subprocess", one, other)) == 2


@given(st.lists(st.text(max_size=12), max_size=8))
def test_no_ticket_is_lost_and_doing_it_again_changes_nothing(written: list[str]) -> None:
    tickets = [ticket(number, subprocess=each) for number, each in enumerate(written)]
    once = with_one_spelling(tickets, {"subprocess": ()})
    assert [each.ticket_id for each in once] == [each.ticket_id for each in tickets]
    assert with_one_spelling(once, {"subprocess": ()}) == once
    assert len({each.subprocess for each in once}) == len({reading(each.subprocess) for each in once})


def test_a_report_counts_them_as_one() -> None:
    contract = sample_contract()
    report = contract.report("2026-01")
    tickets = [
        ticket(number, module=module).model_copy(update={"registered_on": report.period_from})
        for number, module in enumerate(["PREDIAL", "Predial", "predial.", "RETEICA"])
    ]
    rows = PeriodRows(by_type(tickets))
    figures = {each.id: each.value for each in compute_figures(contract, report, 1, None, rows).figures}
    modules = {key: value for key, value in figures.items() if key.startswith("tickets.support.module/")}
    assert modules == {"tickets.support.module/PREDIAL": 3, "tickets.support.module/RETEICA": 1}
