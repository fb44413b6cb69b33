"""An issued version against what would be issued now: what changed, and what changed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures.causes import Settings, causes_of_arrivals, causes_of_rows, causes_of_settings
from service_reports.figures.changes import compare, label, of_data
from service_reports.figures.figure import Figure
from service_reports.figures.model import FigureChange
from service_reports.records import HourBankEntry
from service_reports.records.arrivals import Arrival
from service_reports.wording.es_co.causes import UNKNOWN
from tests.golden.sample_figures import sample

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
OCPU, DISK = "Compute / Standard - E4 (OCPU Hours)", "Block Storage / Disk (GB Months)"


def figure(figure_id: str, value: object = 1) -> Figure:
    return Figure(id=figure_id, value=Decimal(str(value)), unit="u", source="s")


def arrival(day: date | None, product: str = "Standard - E4", **other: object) -> Arrival:
    return Arrival(
        source="oci_cost_reports",
        name="reports/cost-csv/700.csv.gz",
        loaded_at=datetime(2026, 2, 3, 12, tzinfo=UTC),
        first=day,
        last=day,
        service_code="COMPUTE",
        product_description=product,
        unit="OCPU Hours",
    ).model_copy(update=other)


def applied(issued: Sequence[Figure], changes: Sequence[FigureChange]) -> dict[str, Decimal]:
    held = {each.id: each.value for each in issued}
    for change in changes:
        if change.now is None:
            del held[change.figure_id]
        else:
            held[change.figure_id] = change.now
    return held


FIGURES = st.dictionaries(st.sampled_from([f"f{n}" for n in range(12)]), st.integers(0, 3), max_size=12).map(
    lambda values: tuple(figure(name, value) for name, value in values.items())
)


@given(FIGURES, FIGURES)
def test_a_figure_is_listed_exactly_when_it_is_another_and_the_changes_lead_to_the_new_figures(issued, now):
    changes = compare(issued, now)
    before, after = ({each.id: each.value for each in figures} for figures in (issued, now))
    assert {change.figure_id for change in changes} == {
        each for each in before | after if before.get(each) != after.get(each)
    }
    assert len(changes) == len({change.figure_id for change in changes})
    assert applied(issued, changes) == after
    assert [change.before for change in changes] == [before.get(change.figure_id) for change in changes]


@given(FIGURES, FIGURES)
def test_changes_stand_in_the_order_of_the_figures(issued, now):
    changed = [change.figure_id for change in compare(issued, now) if change.now is not None]
    assert changed == [each.id for each in now if each.id in changed]


def test_a_figure_that_is_gone_stands_where_it_stood():
    issued, now = [figure("a"), figure("gone"), figure("b")], [figure("a", 2), figure("b", 2)]
    assert [change.figure_id for change in compare(issued, now)] == ["a", "gone", "b"]


def test_a_share_that_another_revision_rounds_otherwise_is_no_other_data():
    share, count = "tickets.support.module.percent/PREDIAL", "tickets.support.module/PREDIAL"
    issued, finer = [figure(share, 45), figure(count, 32)], [figure(share, Decimal("44.4")), figure(count, 32)]
    assert of_data(issued, finer, compare(issued, finer), same_code=False) == ()
    more = [figure(share, Decimal("45.2")), figure(count, 33)]
    changed = of_data(issued, more, compare(issued, more), same_code=False)
    assert [each.figure_id for each in changed] == [share, count]


def cause(figure_id: str, *arrivals: Arrival, before: object = 1) -> str:
    [change] = compare([figure(figure_id, before)], [figure(figure_id, 9)], causes_of_arrivals(arrivals, FIRST, LAST))
    return change.cause


def test_a_correction_is_the_cause_of_the_day_and_the_product_that_it_amends_and_of_what_they_add_to():
    correction = arrival(date(2026, 1, 5), reference="r9", back_reference="r1", quantity=Decimal("-0.5"))
    told = "corrección r9 de la línea r1 del 05/01/2026: −0,5 (700.csv.gz)"
    for touched in (
        f"usage.day/2026-01-05/{OCPU}",
        f"usage.total/{OCPU}",
        f"usage.mean/{OCPU}",
        "usage.days.complete",
        f"usage.level/{OCPU}/first",
        f"comparison.now/{OCPU}",
        f"comparison.percent/{OCPU}",
        "usage.hours/2026-01-05",
    ):
        assert cause(touched, correction) == told, touched
    for untouched in (
        f"usage.total/{DISK}",
        f"comparison.before/{OCPU}",
        "hour_bank.consumed",
        "tickets.support.total",
        "usage.hours/2026-01-06",
    ):
        assert cause(untouched, correction) == UNKNOWN, untouched


def test_late_use_of_the_period_before_changes_only_the_comparison_with_it():
    late = arrival(date(2025, 12, 31))
    assert cause(f"comparison.before/{OCPU}", late) == "informe de costos 700.csv.gz (cargado el 03/02/2026)"
    assert cause(f"comparison.percent/{OCPU}", late) != UNKNOWN
    assert cause(f"comparison.now/{OCPU}", late) == cause(f"usage.total/{OCPU}", late) == UNKNOWN


def test_the_day_on_which_something_was_loaded_is_bogotas_as_every_moment_that_is_printed():
    evening = datetime(2026, 2, 4, 4, tzinfo=UTC)  # the collection of 23:00
    late = arrival(date(2026, 1, 5), loaded_at=evening)
    assert cause(f"usage.total/{OCPU}", late).endswith("(cargado el 03/02/2026)")
    reading = Arrival(source="tickets", name="tickets", loaded_at=evening, first=FIRST, last=LAST)
    assert cause("tickets.support.total", reading) == "lectura de mesa de servicio cargada el 03/02/2026"


def test_a_replaced_object_may_have_taken_away_lines_of_any_product_of_its_days():
    replaced = arrival(date(2026, 1, 5), service_code=None, product_description=None, unit=None, replaces=True)
    assert "que OCI reemplazó" in cause(f"usage.day/2026-01-05/{DISK}", replaced)
    assert cause(f"usage.day/2026-01-06/{DISK}", replaced) == UNKNOWN


def test_the_zeros_of_a_day_that_had_no_data_come_from_the_lines_of_that_day():
    [change] = compare(
        [], [figure(f"usage.day/2026-01-05/{DISK}", 0)], causes_of_arrivals([arrival(date(2026, 1, 5))], FIRST, LAST)
    )
    assert change.cause == "informe de costos 700.csv.gz (cargado el 03/02/2026)"


def test_what_no_row_explains_is_put_down_to_the_contract_or_the_code_and_else_to_nothing():
    changed = causes_of_settings(Settings("old", "1"), Settings("new", "2"))
    [change] = compare([figure("hour_bank.contracted", 1)], [figure("hour_bank.contracted", 2)], changed)
    assert change.cause == "cambió el archivo del contrato; cambió el programa, de la revisión 1 a la 2"
    assert causes_of_settings(Settings("a", "1"), Settings("a", "1")) == ()


def test_more_causes_than_a_reader_takes_in_are_counted():
    many = [arrival(date(2026, 1, day), name=f"{day}.csv.gz") for day in range(1, 8)]
    assert cause(f"usage.total/{OCPU}", *many).endswith("4.csv.gz (cargado el 03/02/2026); y 3 más")


def test_every_figure_of_the_sample_has_a_label_of_its_own():
    ids = [each.id for each in sample()[1].figures]
    assert len({label(each) for each in ids}) == len(ids)
    assert not [each for each in ids if label(each) == each]


def test_a_figure_of_the_hour_bank_says_which_state_line_movement_or_request_it_is():
    assert label("hour_bank.opening.available") == "Bolsa de horas, saldo inicial: disponibles"
    assert label("hour_bank.consumed/Reporte nuevo") == "Bolsa de horas: consumidas, Reporte nuevo"
    assert label("hour_bank.movement/2026-01-05/A/B/available-consumed") == (
        "Bolsa de horas, movimiento del 05/01/2026, de disponibles a consumidas: A/B"
    )
    assert label("hour_bank.movement/undated/A/available-committed") == (
        "Bolsa de horas, movimiento sin fecha, de disponibles a comprometidas: A"
    )
    assert label("hour_bank.movement/2026-01-05/A/available-consumed (2)") == (
        "Bolsa de horas, movimiento del 05/01/2026, de disponibles a consumidas: A (2)"
    )


def causes_of_entries(before: list[HourBankEntry], now: list[HourBankEntry]):
    _, issued = sample()
    return causes_of_rows(
        *(
            issued.model_copy(update={"hour_bank": issued.hour_bank.model_copy(update={"entries": tuple(each)})})
            for each in (before, now)
        )
    )


def test_a_solution_that_is_told_at_another_hour_is_the_cause_of_what_it_is_counted_in():
    _, issued = sample()
    [first, *rest] = issued.support.tickets
    told = [
        first.model_copy(update={"priority": "Alta", "solved_at": datetime(2026, 1, 20, hour, tzinfo=UTC)})
        for hour in (13, 14)
    ]
    [cause] = causes_of_rows(
        *(
            issued.model_copy(update={"support": issued.support.model_copy(update={"tickets": (each, *rest)})})
            for each in told
        )
    )
    assert cause.words.endswith(
        "solución de 20/01/2026 08:00 (hora de Bogotá, UTC−5) a 20/01/2026 09:00 (hora de Bogotá, UTC−5)"
    )
    assert cause.touches(f"tickets.support.hours_to_solution/{first.ticket_id}")
    assert cause.touches("tickets.support.median_hours_to_solution/Alta")
    assert cause.touches("service_level.requests/solucion/late")
    assert not cause.touches("tickets.support.median_hours_to_solution/Baja")
    assert not cause.touches("tickets.support.hours_to_solution/1")


def hours(request: str, hours: int, day: int | None = None) -> HourBankEntry:
    on = day and date(2026, 2, day)
    return HourBankEntry(request=request, production_date=on, estimated_hours=Decimal(hours), status="Terminado")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ([hours("Uno", 4, 9), hours("Uno", 4, 9)], "(8 horas, 02/02/2026): ya no está"),
        ([hours("Uno", 4, 9), hours("Uno", 8, 2)], "(4 horas, 09/02/2026), una de 2 iguales: ya no está"),
        (
            [hours("Uno", 8, 2), hours("Uno", 4, 9), hours("Uno", 4, 9), hours("Uno", 4, 9)],
            "(4 horas, 09/02/2026), una de 3 iguales: apareció",
        ),
        ([hours("Uno", 4, 9), hours("Uno", 9, 2), hours("Uno", 4, 9)], "(8 horas, 02/02/2026): horas de 8 a 9"),
        ([hours("Uno", 4, 9), hours("Uno", 4, 9), hours("Uno", 8, 2)], None),
    ],
    ids=["one is gone", "one of two alike is gone", "one more alike", "one is another", "another order"],
)
def test_entries_of_the_same_words_are_told_apart_by_what_else_they_say(now: list[HourBankEntry], told: str | None):
    before = [hours("Uno", 8, 2), hours("Uno", 4, 9), hours("Uno", 4, 9)]
    words = [cause.words for cause in causes_of_entries(before, now)]
    assert words == ([] if told is None else [f"bolsa de horas, solicitud «Uno» {told}"])


def test_a_request_is_found_in_the_figures_however_it_is_written():
    [cause] = causes_of_entries([hours("Módulo  nuevo (fase 2)", 8)], [])
    assert cause.touches("hour_bank.consumed/MÓDULO NUEVO (FASE 2)")
    assert not cause.touches("hour_bank.consumed/Módulo nuevo (fase 1)")


def test_hours_of_one_request_are_no_cause_of_those_of_another():
    [cause] = causes_of_entries([hours("Uno", 8), hours("Dos", 4)], [hours("Uno", 9), hours("Dos", 4)])
    assert cause.words == "bolsa de horas, solicitud «Uno»: horas de 8 a 9"
    assert cause.touches("hour_bank.available")
    assert cause.touches("hour_bank.in_execution/Uno")
    assert not cause.touches("hour_bank.in_execution/Dos")
    assert not cause.touches("tickets.support.total")
