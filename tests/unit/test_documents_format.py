"""es-CO on paper: numbers, dates, lists, number words, words for the systems' values."""

import doctest
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from service_reports.documents.engine import charts
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co import number_words
from service_reports.wording.es_co import terms as spanish_terms


@pytest.mark.parametrize("module", [es_co, number_words, spanish_terms, charts])
def test_examples_in_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (Decimal("1093.5319444437"), 2, "1.093,53"),
        (Decimal("0.005"), 2, "0,01"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-0.001"), 2, "0,00"),
        (10558883370, 0, "10.558.883.370"),
        (None, 2, "—"),
    ],
)
def test_numbers_are_rounded_half_up_and_grouped(value, decimals, printed):
    assert es_co.number(value, decimals) == printed


def test_quantities_drop_needless_decimals():
    assert [es_co.quantity(Decimal(text)) for text in ("32", "0.70", "1.405")] == ["32", "0,7", "1,41"]
    assert es_co.percent(Decimal("84.00")) == "84 %"


@pytest.mark.parametrize(
    ("total", "decimals"),
    [("79434", 2), ("415.98", 2), ("8.55", 3), ("0.9886", 4), ("0.0105", 5), ("0.000053842522", 8), ("0", 2)],
)
def test_a_column_shows_four_significant_digits_of_its_total(total, decimals):
    assert es_co.decimals_for(Decimal(total)) == decimals


def test_dates_have_one_long_and_one_short_style():
    assert es_co.long_date(date(2026, 2, 3)) == "3 de febrero de 2026"
    assert es_co.table_date(date(2026, 2, 3)) == "03/02/2026"
    assert es_co.table_date(None) == "—"
    assert es_co.utc_instant(datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)) == "03/02/2026 04:05:06"
    assert es_co.read_instant(datetime(2026, 2, 3, 4, 5, tzinfo=UTC)) == "02/02/2026 23:05 (hora de Bogotá, UTC−5)"
    assert es_co.read_instant(None) == "sin lectura registrada"


def test_lists_end_in_y_or_e():
    assert es_co.listed([]) == ""
    assert es_co.listed(["uno"]) == "uno"
    assert es_co.listed(["soporte", "informes"]) == "soporte e informes"
    assert es_co.listed(["agua", "hielo"]) == "agua y hielo"


def test_runs_of_days_are_printed_as_ranges():
    days = [date(2026, 2, day) for day in (1, 3, 4, 20, 21, 22)]
    assert es_co.listed_days(days) == "01/02/2026, 03/02/2026, 04/02/2026 y 20/02/2026 a 22/02/2026"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "cero"),
        (1, "una"),
        (16, "dieciséis"),
        (21, "veintiuna"),
        (31, "treinta y una"),
        (100, "cien"),
        (101, "ciento una"),
        (200, "doscientas"),
        (572, "quinientas setenta y dos"),
        (1000, "mil"),
        (2016, "dos mil dieciséis"),
        (200_700, "doscientas mil setecientas"),
    ],
)
def test_number_words_are_feminine(value, words):
    assert number_words.feminine_words(value) == words


@pytest.mark.parametrize("value", [-1, 1_000_000])
def test_numbers_beyond_words_have_none(value):
    assert number_words.feminine_words(value) == ""


def test_categories_get_their_accents_and_keep_their_case():
    assert spanish_terms.category("GESTION CIERRES Y SALDOS CARTERA") == "GESTIÓN CIERRES Y SALDOS CARTERA"
    assert spanish_terms.category("Administracion de la configuracion") == "Administración de la configuración"
    assert spanish_terms.category("ALUMBRADO PUBLICO REGULADO") == "ALUMBRADO PÚBLICO REGULADO"
    assert spanish_terms.category("AJUSTES, EXONERACIONES Y CONDONACIONES") == "AJUSTES, EXONERACIONES Y CONDONACIONES"
    assert spanish_terms.category("Gestión de Pagos") == "Gestión de Pagos"


def test_unknown_provider_values_print_as_they_are():
    assert spanish_terms.backup_term(spanish_terms.BACKUP_STATES, "ACTIVE") == "Activo"
    assert spanish_terms.backup_term(spanish_terms.BACKUP_STATES, "SOMETHING_NEW") == "SOMETHING_NEW"
    assert spanish_terms.backup_term(spanish_terms.BACKUP_DESTINATIONS, None) == "—"
