"""The ticket workbook: typed cells, a table object a sheet, no formulas, stable bytes."""

import re
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from service_reports.documents import render_ticket_workbook
from service_reports.documents.proof.crosscheck_workbook import differences
from service_reports.documents.proof.subject import Subject
from service_reports.figures.model import TicketFigures
from service_reports.figures.period import with_numbers
from tests.golden.sample_figures import sample, sample_documents, ticket_figures


def moment(*parts: int) -> datetime:
    """What a cell holds: a day or an instant without a zone."""
    return datetime(*parts)  # noqa: DTZ001


SHEETS = [
    "Léame",
    "Solicitudes",
    "En trámite",
    "Conteos solicitudes",
    "Módulo y estado",
    "Garantía",
    "Conteos garantía",
    "Bolsa de horas",
    "Movimientos de la bolsa",
    "Consumos de la bolsa",
    "Consumo diario",
    "Resumen de consumo",
    "Métricas",
    "Métricas diarias",
    "Disponibilidad",
    "Copias de OCI",
    "Volcados",
    "Obligaciones",
    "Hallazgos",
    "Observaciones",
]


def opened(contract, figures):
    return load_workbook(BytesIO(render_ticket_workbook(contract, figures).content))


@pytest.fixture(scope="module")
def workbook():
    return load_workbook(BytesIO(sample_documents()["ticket_workbook"].content))


def rows_of(sheet):
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_every_table_has_its_sheet(workbook):
    assert workbook.sheetnames == SHEETS
    names = [name for sheet in workbook for name in sheet.tables]
    assert len(names) == len(set(names)) == len(SHEETS)
    assert all(name.isascii() for name in names)


@pytest.mark.parametrize("title", SHEETS[1:])
def test_a_sheet_is_one_table_with_filters_its_header_in_view_and_on_every_page(workbook, title):
    sheet = workbook[title]
    [table] = sheet.tables.values()
    assert table.ref.startswith("A1:")
    assert table.autoFilter is not None
    assert sheet.freeze_panes.endswith("2")
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert all(9 < dimension.width < 80 for dimension in sheet.column_dimensions.values())


def test_the_cover_says_whose_data_they_are_and_when_they_were_read(workbook):
    _, figures = sample()
    sheet = workbook["Léame"]
    facts = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert facts["No. Contrato"] == "34-14-08-0016 de 2026"
    assert facts["Último día del periodo"] == moment(2026, 2, 22)
    assert (facts["Versión"], facts["Inicio de la garantía"]) == (1, moment(2026, 1, 1))
    index = [row for row in sheet.iter_rows(values_only=True) if row[0] in SHEETS]
    assert [row[0] for row in index] == SHEETS[1:]
    assert {row[0]: row[2] for row in index}["Solicitudes"] == figures.support.total
    assert index[0][4] == moment(2026, 2, 23, 6, 0)  # 11:00 UTC
    links = {cell.value: cell.hyperlink.location for cell in sheet["A"] if cell.hyperlink}
    assert links == {title: f"'{title}'!A1" for title in SHEETS[1:]}


def test_lists_hold_every_ticket_with_typed_cells(workbook):
    _, figures = sample()
    rows = rows_of(workbook["Solicitudes"])
    assert [row["Solicitud"] for row in rows[:2]] == ["20260513", "20260501"]
    assert {row["Solicitud"] for row in rows} == {ticket.ticket_id for ticket in figures.support.tickets}
    assert all(isinstance(row["Registro"], int) and isinstance(row["Fecha de registro"], datetime) for row in rows)
    assert workbook["Solicitudes"]["C2"].number_format == "dd/mm/yyyy"


def test_open_tickets_stand_oldest_first_with_their_age(workbook):
    rows = rows_of(workbook["En trámite"])
    assert [row["Antigüedad (días)"] for row in rows] == [25, 17, 11, 6, 4, 4, 4, 4, 4, 4, 2]
    assert [row["Solicitud"] for row in rows][:2] == ["20260243", "20260336"]


@pytest.mark.parametrize(("title", "total"), [("Conteos solicitudes", 72), ("Conteos garantía", 21)])
def test_counts_of_each_class_add_up(workbook, title, total):
    rows = rows_of(workbook[title])
    for name in ("Estado", "Producto", "Módulo", "Proceso", "Subproceso"):
        of_class = [row for row in rows if row["Clasificación"] == name]
        assert sum(row["No. Solicitudes"] for row in of_class) == total
        for row in of_class:
            exact = Decimal(row["No. Solicitudes"]) / total
            assert abs(Decimal(str(row["Porcentaje"])) - exact) < Decimal("0.00000000001")
        assert {row["De un total de"] for row in of_class} == {total}


def test_hour_bank_balances(workbook):
    rows = {row["Horas"]: row for row in rows_of(workbook["Bolsa de horas"])}
    assert rows["Contratadas"]["Saldo final"] == 200
    assert rows["Consumidas"]["Saldo final"] == rows_of(workbook["Consumos de la bolsa"])[-1]["Horas Estimadas"] == 32
    available = rows["Disponibles"]
    assert [available[each] for each in ("Saldo inicial", "Créditos", "Débitos", "Saldo final")] == [0, 200, 32, 168]
    assert available["Porcentaje"] == 0.84
    first, second = rows_of(workbook["Movimientos de la bolsa"])
    assert (first["Fecha"], first["Movimiento"], first["De"]) == (moment(2026, 1, 20), "Horas del contrato", None)
    assert (second["Control de cambio"], second["De"], second["A"]) == ("CC-ALCJAM-001", "Disponibles", "Consumidas")
    assert (second["Horas"], second["Saldo disponible"]) == (32, 168)


def test_daily_use_is_not_rounded_and_a_day_without_data_is_empty(workbook):
    _, figures = sample()
    rows = rows_of(workbook["Consumo diario"])
    for index, column in enumerate(figures.usage.columns):
        assert rows[0][column.label] == pytest.approx(float(figures.usage.rows[0].quantities[index]), rel=1e-15)
        assert rows[-1][column.label] == pytest.approx(float(figures.usage.totals[index]), rel=1e-15)
        assert rows[-2][column.label] is None
    assert [row["Estado del día"] for row in rows[-5:-1]] == ["Parcial", "Sin datos", "Sin datos", "Sin datos"]


def test_instants_are_utc_and_say_so(workbook):
    _, figures = sample()
    first = figures.backups.backups[0]
    assert rows_of(workbook["Copias de OCI"])[0]["Iniciada (UTC)"] == first.time_started.replace(tzinfo=None)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "\x07="])
def test_formulas_are_stored_as_text(start):
    contract, figures = sample()
    contract = contract.model_copy(update={"ticket_detail": "full"})
    ticket = figures.support.tickets[0].model_copy(update={"module": f"{start}cmd()|A1", "summary": f"{start}1+1"})
    bank = figures.hour_bank.model_copy(
        update={"entries": (figures.hour_bank.entries[0].model_copy(update={"request": f"{start}HYPERLINK(1)"}),)}
    )
    changed = figures.model_copy(update={"support": ticket_figures((ticket,)), "hour_bank": bank})
    content = render_ticket_workbook(contract, changed).content
    book = load_workbook(BytesIO(content))
    planted = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and re.search(r"cmd|1\+1|HYPERLINK", cell.value)
    ]
    assert len(planted) >= 5
    assert {cell.data_type for cell in planted} == {"s"}
    guarded = [cell for cell in planted if cell.value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert guarded
    assert all(cell.quotePrefix for cell in guarded)
    archive = ZipFile(BytesIO(content))
    assert not any(re.search(rb"<f[ >/]", archive.read(name)) for name in archive.namelist() if "sheet" in name)


def test_a_text_that_xml_cannot_hold_still_makes_a_workbook_that_agrees():
    contract, figures = sample()
    ticket = figures.support.tickets[0].model_copy(update={"module": "UNO\x07\ufffe\nDOS", "status": "Activo"})
    changed = with_numbers(contract, figures.model_copy(update={"support": ticket_figures((ticket,))}))
    content = render_ticket_workbook(contract, changed).content
    assert differences(Subject(contract, changed, ()), content) == []


@pytest.mark.parametrize(
    ("detail", "shown"), [("none", None), ("masked", "Llamar al [teléfono]"), ("full", "Llamar al 315 555 01 02")]
)
def test_summaries_are_as_the_contract_says(detail, shown):
    contract, figures = sample()
    ticket = figures.support.tickets[0].model_copy(update={"summary": "Llamar al 315 555 01 02"})
    changed = figures.model_copy(update={"support": ticket_figures((ticket,))})
    [row] = rows_of(opened(contract.model_copy(update={"ticket_detail": detail}), changed)["Solicitudes"])
    assert row.get("Resumen") == shown


def test_a_workbook_without_tickets_opens():
    contract, figures = sample()
    empty = TicketFigures(tickets=(), tables=())
    bank = figures.hour_bank.model_copy(update={"entries": ()})
    changed = figures.model_copy(update={"support": empty, "warranty": empty, "hour_bank": bank})
    book = opened(contract, changed)
    assert "Garantía" not in book.sheetnames
    assert book["Solicitudes"].max_row == 1
    assert not book["Solicitudes"].tables
    assert differences(Subject(contract, changed, ()), render_ticket_workbook(contract, changed).content) == []


def test_dates_inside_the_file_are_the_reports_and_its_name_is_ascii():
    document = sample_documents()["ticket_workbook"]
    assert document.file_name.isascii()
    archive = ZipFile(BytesIO(document.content))
    assert {entry.date_time[:3] for entry in archive.infolist()} == {(2026, 2, 23)}
    assert b"2026-02-23T05:00:00Z" in archive.read("docProps/core.xml")


def test_properties_say_what_the_file_is(workbook):
    properties = workbook.properties
    assert (properties.creator, properties.language) == ("SMART TMT S.A.S.", "es-CO")
    assert "34-14-08-0016" in properties.subject
    assert "2026-01" in properties.title
    assert properties.created == datetime(2026, 2, 23, 5)  # noqa: DTZ001 (naive UTC: Bogotá's midnight)


def test_the_same_figures_make_the_same_bytes():
    assert render_ticket_workbook(*sample()).content == sample_documents()["ticket_workbook"].content


@pytest.mark.parametrize(
    ("sheet", "address", "value"),
    [
        ("Solicitudes", "I2", 3),
        ("En trámite", "B3", moment(2026, 2, 6)),
        ("Conteos solicitudes", "C2", 60),
        ("Módulo y estado", "B2", 27),
        ("Bolsa de horas", "B3", 1),
        ("Bolsa de horas", "E5", 167),
        ("Movimientos de la bolsa", "G3", 200),
        ("Consumo diario", "D2", 13.1444941),
        ("Resumen de consumo", "D3", 1047.84),
        ("Métricas", "F2", 23),
        ("Métricas diarias", "E9", 0),
        ("Disponibilidad", "C2", 99.9),
        ("Copias de OCI", "G2", moment(2026, 1, 20, 3, 5, 24)),
        ("Volcados", "C2", 361617393),
        ("Obligaciones", "C16", "Registrada"),
        ("Obligaciones", "D2", "H-00000"),
        ("Hallazgos", "A2", "H-00000"),
        ("Hallazgos", "H3", "Reiniciar"),
        ("Observaciones", "A2", moment(2026, 2, 21)),
        ("Volcados", "C33", 1),
    ],
)
def test_a_cell_that_differs_from_the_figures_is_named(sheet, address, value):
    contract, figures = sample()
    book = load_workbook(BytesIO(sample_documents()["ticket_workbook"].content))
    book[sheet][address] = value
    changed = BytesIO()
    book.save(changed)
    [found] = differences(Subject(contract, figures, ()), changed.getvalue())
    assert found.startswith(f"hoja {sheet}, fila {re.sub('[A-Z]', '', address)}, ")


def test_a_formula_and_a_row_that_is_gone_are_named():
    contract, figures = sample()
    book = load_workbook(BytesIO(sample_documents()["ticket_workbook"].content))
    book["Léame"]["B99"] = "=1+1"
    book["Volcados"].delete_rows(5)
    changed = BytesIO()
    book.save(changed)
    assert [each.split(":")[0] for each in differences(Subject(contract, figures, ()), changed.getvalue())] == [
        "xl/worksheets/sheet1.xml",
        "hoja Volcados",
    ]
