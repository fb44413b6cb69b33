"""The tables and small charts of use: columns that add up as printed, units that mean something, marked days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdfium2 import PdfDocument
from reportlab.graphics.shapes import Drawing, Line, Path, Rect, String

from service_reports.documents import crosscheck, render_documents
from service_reports.documents.engine import charts, palette
from service_reports.documents.engine.charts import usage_panel, usage_panels
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.sections import usage_tables
from service_reports.figures.chapters.metrics import nearest_to_limit
from service_reports.figures.chapters.usage import numbers, with_readings
from service_reports.figures.figure import Maker
from service_reports.figures.model import (
    ColumnComparison,
    PeriodFigures,
    UsageColumn,
    UsageComparison,
    UsageDayRow,
    UsageTable,
)
from service_reports.figures.period import with_numbers
from service_reports.wording.es_co import formats as es_co
from tests.golden.sample_figures import pdf_text, sample, sample_documents, sample_text, with_summary

FIRST = date(2026, 1, 20)
QUANTITIES = st.lists(st.none() | st.decimals(-1000, 10_000, places=12), min_size=1, max_size=40)


def usage(quantities: list[Decimal | None], columns: int = 1, unit: str = "GB Months") -> UsageTable:
    """The same quantities in every column; ``None`` is a missing day."""
    rows = tuple(
        UsageDayRow(
            day=FIRST + timedelta(days=index),
            hours=0 if quantity is None else 24,
            state="missing" if quantity is None else "complete",
            quantities=(quantity,) * columns,
        )
        for index, quantity in enumerate(quantities)
    )
    total = sum((quantity for quantity in quantities if quantity is not None), Decimal(0))
    table = UsageTable(
        columns=tuple(
            UsageColumn(label=f"S / P{number} ({unit})", service="S", product_description=f"P{number}", unit=unit)
            for number in range(columns)
        ),
        rows=rows,
        totals=(total,) * columns,
    )
    return with_readings(table)


def period(table: UsageTable) -> PeriodFigures:
    """The sample with another use, and the figures of it alone."""
    contract, figures = sample()
    figures = figures.model_copy(update={"usage": table})
    make = Maker(first=figures.period_from, last=figures.period_to)
    return figures.model_copy(update={"figures": tuple(numbers(contract, figures, make))})


def shapes(drawing: Drawing, kind: type) -> list[object]:
    return [shape for shape in drawing.contents if type(shape) is kind]


@given(QUANTITIES)
def test_the_printed_cells_and_the_rounding_add_up_to_the_printed_total(quantities: list[Decimal | None]) -> None:
    cells, rounding, total = usage_tables.daily_texts(period(usage(quantities)), 0)
    printed = [es_co.parsed(cell) for cell in cells if cell != es_co.MISSING]
    assert sum(printed, es_co.parsed(rounding)) == es_co.parsed(total)


@given(QUANTITIES)
def test_the_printed_total_is_the_exact_one_rounded(quantities: list[Decimal | None]) -> None:
    table = usage(quantities)
    _, _, total = usage_tables.daily_texts(period(table), 0)
    decimals = -int(es_co.parsed(total).as_tuple().exponent)
    assert abs(es_co.parsed(total) - table.totals[0]) * 2 <= Decimal(1).scaleb(-decimals)


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 6))
def test_a_printed_number_is_read_back_as_it_was_rounded(value: Decimal, decimals: int) -> None:
    assert es_co.parsed(es_co.number(value, decimals)) == es_co.rounded(value, decimals)


def test_equal_days_print_equal_numbers() -> None:
    cells, rounding, total = usage_tables.daily_texts(period(usage([Decimal("21.74193548376")] * 31)), 0)
    assert (set(cells), rounding, total) == ({"21,74"}, "0,06", "674,00")


def test_every_unit_of_the_sample_is_described() -> None:
    _, figures = sample()
    meanings = [usage_tables.unit_meaning(column).meaning for column in figures.usage.columns]
    assert usage_tables.UNDESCRIBED not in meanings


def test_a_gigabyte_transferred_is_not_a_gigabyte_stored() -> None:
    def meaning(product: str) -> str:
        column = UsageColumn(label="l", service="s", product_description=product, unit="GB Months")
        return usage_tables.unit_meaning(column).meaning

    assert "transferidos" in meaning("Outbound Data Transfer Zone 2")
    assert "744 horas" in meaning("Block Volume - Storage")


def test_an_unknown_unit_says_that_nobody_described_it() -> None:
    column = UsageColumn(label="l", service="s", product_description="p", unit="Furlongs")
    assert usage_tables.unit_meaning(column).meaning == usage_tables.UNDESCRIBED


def test_the_sample_reads_out_what_changed() -> None:
    text = sample_text("technical_report")
    assert "El consumo diario de 7 de 23 recursos cambió de nivel durante el periodo" in text
    assert "Database Cloud Service - Standard OCPU Hours 05/02/2026 06/02/2026 24,00 48,00 +100,0 %" in text
    assert "727,77 23,49 21,74 33,68 +34,2 % 21,74 33,68 +54,9 %" in text


def test_what_grows_without_a_step_is_told() -> None:
    text = sample_text("technical_report")
    assert "File Storage / File Storage (GB Months): de 3,66 a 4,08 por día (+11,4 %)" in text
    assert "de los últimos 7, 30,46 %. No creció." in text


@pytest.mark.parametrize(("percent", "printed"), [("54.916", "+54,9 %"), ("-2.18", "−2,2 %"), ("0.04", "0,0 %")])
def test_a_change_shows_its_direction(percent: str, printed: str) -> None:
    assert es_co.change(Decimal(percent)) == printed


def test_a_panel_draws_partial_days_hollow_and_missing_days_as_a_gap() -> None:
    _, figures = sample()
    [drawing] = usage_panels([usage_panel(figures.usage, 4, "")], 500)
    full, partial = shapes(drawing, Path)
    assert full.fillColor == palette.SERIES_LIGHT  # type: ignore[attr-defined]
    assert (partial.fillColor, partial.strokeColor) == (None, palette.SERIES)  # type: ignore[attr-defined]
    [gap] = shapes(drawing, Rect)
    assert gap.fillColor == palette.GAP_FILL  # type: ignore[attr-defined]


def test_a_panel_marks_each_step_with_its_levels_and_its_day() -> None:
    quantities: list[Decimal | None] = [*[Decimal(24)] * 17, *[Decimal(48)] * 14]
    [drawing] = usage_panels([usage_panel(usage(quantities, unit="OCPU Hours"), 0, "+100,0 %")], 500)
    texts = [shape.text for shape in shapes(drawing, String)]  # type: ignore[attr-defined]
    assert {"24,00", "48,00", "06/02/2026", "+100,0 %"} <= set(texts)
    dashed = [line for line in shapes(drawing, Line) if line.strokeDashArray == charts.STEP_DASHES]  # type: ignore[attr-defined]
    assert len(dashed) == 1


@pytest.mark.parametrize("columns", [1, 3, 5, 12, 13])
def test_every_product_has_its_panel_once_in_order_three_a_row(columns: int) -> None:
    table = usage([Decimal(1)], columns)
    drawings = usage_panels([usage_panel(table, index, f"panel {index}") for index in range(columns)], 500)
    remarks = [
        [shape.text for shape in shapes(drawing, String) if shape.text.startswith("panel")]  # type: ignore[attr-defined]
        for drawing in drawings
    ]
    assert [remark for row in remarks for remark in row] == [f"panel {index}" for index in range(columns)]
    assert [len(row) for row in remarks[:-1]] == [charts.PANELS_A_ROW] * (len(drawings) - 1)


def test_use_without_any_complete_day_still_prints() -> None:
    table = usage([None, None])
    assert usage_tables.summary_cells(period(table)) == [["0,00", "—", "—", "—"]]
    assert all(drawing.contents for drawing in usage_panels([usage_panel(table, 0, "")], 500))


@pytest.mark.parametrize("factor", ["1000000", "1000", "0.000001", "-1"])
def test_use_of_any_size_prints_whole_numbers_that_are_read_back(factor: str) -> None:
    contract, figures = sample()
    rows = tuple(
        row.model_copy(
            update={"quantities": tuple(cell if cell is None else cell * Decimal(factor) for cell in row.quantities)}
        )
        for row in figures.usage.rows
    )
    totals = tuple(total * Decimal(factor) for total in figures.usage.totals)
    table = with_readings(figures.usage.model_copy(update={"rows": rows, "totals": totals}))
    assert figures.summary is not None
    unstepped = tuple(each for each in figures.summary.findings if each.kind != "usage.step")
    summary = figures.summary.model_copy(update={"findings": unstepped})  # its steps are those of the unscaled use
    stepped = {each.code for each in figures.summary.findings} - {each.code for each in unstepped}
    obligations = tuple(
        each.model_copy(update={"findings": tuple(code for code in each.findings if code not in stepped)})
        for each in figures.obligations
    )
    changed = {"usage": table, "summary": summary, "obligations": obligations}
    scaled = with_numbers(contract, figures.model_copy(update=changed))
    verdicts = crosscheck(contract, scaled, render_documents(contract, scaled))
    assert [verdict.detail for verdict in verdicts if not verdict.passed] == []


def daily_lines() -> list[str]:
    """The printed lines of days in the daily tables of the sample."""
    day = re.compile(r"\d\d/\d\d/\d{4}( \*)? (24|16|0) .+")
    with PdfDocument(sample_documents()["technical_report"].content) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return [line for text in texts for line in text.splitlines() if day.fullmatch(line)]


def test_days_stand_in_order_and_each_once_in_every_daily_table() -> None:
    _, figures = sample()
    printed = [line.split()[0] for line in daily_lines()]
    days = [es_co.table_date(row.day) for row in figures.usage.rows]
    assert printed == days * (len(printed) // len(days))
    assert len(printed) == 3 * len(days)


def test_every_printed_quantity_has_one_decimal_comma_and_grouped_thousands() -> None:
    number = re.compile(r"—|-?\d{1,3}(\.\d{3})*(,\d+)?")
    for line in daily_lines():
        words = line.replace(" *", "").split()[1:]
        assert [word for word in words if not number.fullmatch(word)] == []


def test_the_header_of_each_daily_table_is_printed_once_a_page() -> None:
    with PdfDocument(sample_documents()["technical_report"].content) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    daily = set(re.findall(r"Tabla (\d+)\. Consumo diario por recurso, parte", " ".join(pages)))
    assert len(daily) == 3
    for text in pages:
        begun_or_going_on = [each for each in re.findall(r"Tabla (\d+)(?:\.| \(cont)", text) if each in daily]
        if begun_or_going_on and "Valores diarios de" not in text:
            assert text.count("Fecha (UTC)") == len(begun_or_going_on)


def test_a_node_that_answers_is_not_called_a_database_that_is_available() -> None:
    text = sample_text("technical_report")
    assert "El nodo de ALCJAM DB respondió en 9.792 de 9.792 muestras recibidas (100 %)" in text
    assert "ALCJAM DB: 9.792 ÷ 9.792 × 100 = 100 %" in text
    assert "no prueban que la base de datos ni las aplicaciones hayan estado disponibles" in text
    assert "no tuvo caídas" not in text


def test_each_chart_of_a_metric_says_what_was_asked_of_whom_and_when() -> None:
    _, figures = sample()
    text = sample_text("technical_report")
    for series in figures.metrics:
        assert f"Métrica {series.metric_name} ({series.namespace}) por hora" in text
    read = "por hora: mínimo, media y máximo. UTC. Fuente: servicio Monitoring de OCI, leído el 23/02/2026 06:00"
    assert text.count(read) == sum(not series.constant for series in figures.metrics)


def test_what_hardly_moves_is_a_sentence_and_no_chart() -> None:
    charts_of = sample_text("technical_report").split("3.2. Consumo diario")[-1].split("4. Métricas de la Base")[0]
    said, _, drawn = charts_of.partition("Gráfica")
    assert "variaron menos de 1 % y no tienen gráfica: Compute / Custom Image Storage (GB Months);" in said
    assert "Custom Image Storage" not in drawn
    assert "Database Cloud Service - Standard" in drawn


def test_a_resource_begins_with_what_came_nearest_to_its_limit() -> None:
    _, figures = sample()
    series = [each for each in figures.metrics if each.resource_name == "ALCJAM DB"]
    assert nearest_to_limit(series) == series[0]
    scarce = series[1].model_copy(update={"least": Decimal(3)})
    assert (scarce.worst, nearest_to_limit([series[0], scarce])) == ("low", scarce)
    assert nearest_to_limit([each for each in series if each.unit == "state"]) is None
    assert "fue «Uso de CPU»: llegó a 82 %, con una media de 50,91 %." in sample_text("technical_report")


def compared() -> PeriodFigures:
    """The sample month after a period of half its use, without its first product and with one that is gone."""
    _, figures = sample()
    columns = [
        ColumnComparison(
            label=each.column, before=(each.mean or Decimal(0)) / 2, now=each.mean or Decimal(0), percent=Decimal(100)
        )
        for each in figures.usage.summaries
    ]
    columns[0] = columns[0].model_copy(update={"before": Decimal(0), "percent": None})
    gone = ColumnComparison(
        label="Compute / E3 (OCPU Hours)", before=Decimal("24.5"), now=Decimal(0), percent=Decimal(-100)
    )
    comparison = UsageComparison(
        period_from=date(2025, 12, 1),
        period_to=date(2026, 1, 19),
        days_before=50,
        days_now=30,
        columns=(*columns, gone),
    )
    return with_summary(figures, comparison)


@cache
def compared_documents() -> tuple[RenderedDocument, ...]:
    return render_documents(sample()[0], compared())


def failed_for(figures: PeriodFigures) -> set[str]:
    return {verdict.check for verdict in crosscheck(sample()[0], figures, compared_documents()) if not verdict.passed}


def test_the_summary_stands_against_the_period_before() -> None:
    text = pdf_text(next(each.content for each in compared_documents() if each.kind == "technical_report"))
    assert "Block Volume - Backup GB Months 415,98 13,57 0,00 nuevo 12,97 14,30 +5,8 % sin escalón" in text
    assert "Standard - E4 OCPU Hours 3.125,87 102,00 51,00 +100,0 % 102,00 102,00 0,0 % sin escalón" in text
    told = " ".join(text.split())
    assert "la de 50 días completos del periodo anterior, del 01/12/2025 al 19/01/2026" in told
    assert "Sin consumo en este periodo: Compute / E3 (OCPU Hours), con una media anterior de 24,5." in told
    assert failed_for(compared()) == set()


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("Compute / Standard - E4 (OCPU Hours)", {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        ("Compute / E3 (OCPU Hours)", {"crosscheck.values"}),
    ],
)
def test_another_period_before_is_noticed(label: str, parts: set[str]) -> None:
    figures = compared()
    assert figures.summary is not None
    assert figures.comparison is not None
    columns = tuple(
        each.model_copy(update={"before": each.before + 1}) if each.label == label else each
        for each in figures.comparison.columns
    )
    comparison = figures.comparison.model_copy(update={"columns": columns})
    other = figures.model_copy(update={"summary": figures.summary.model_copy(update={"comparison": comparison})})
    other = with_numbers(sample()[0], other)
    assert parts <= failed_for(other) <= {*parts, "crosscheck.first_page"}
