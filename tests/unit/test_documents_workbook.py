"""The ticket workbook: typed cells, table objects, no formulas, stable bytes."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from service_reports.documents import render_ticket_workbook
from service_reports.figures.model import TicketFigures
from tests.golden.sample_figures import sample, sample_documents, ticket_figures


@pytest.fixture(scope="module")
def workbook():
    return load_workbook(BytesIO(sample_documents()["ticket_workbook"].content))


def test_sheets(workbook):
    assert workbook.sheetnames == [
        "Resumen", "Solicitudes", "Conteos solicitudes", "Garantía", "Conteos garantía", "Bolsa de horas",
    ]  # fmt: skip


def test_lists_hold_every_ticket_with_typed_cells(workbook):
    _, figures = sample()
    sheet = workbook["Solicitudes"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows[:2]] == ["20260513", "20260501"]
    assert {row[1] for row in rows} == {ticket.ticket_id for ticket in figures.support.tickets}
    assert all(isinstance(row[0], int) and isinstance(row[2], datetime) for row in rows)
    assert sheet.freeze_panes == "C2"
    assert sheet.tables["Solicitudes"].ref == "A1:H73"
    assert sheet.tables["Solicitudes"].autoFilter is not None


def test_counts_are_numbers_and_add_up(workbook):
    _, figures = sample()
    for name, tickets in (("Conteos solicitudes", figures.support), ("Conteos garantía", figures.warranty)):
        sheet = workbook[name]
        assert len(sheet.tables) == 5
        totals = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Suma total"]
        assert [row[1] for row in totals] == [tickets.total] * 5
        assert [row[2] for row in totals] == [1] * 5


def test_hour_bank_balances(workbook):
    rows = {row[0]: row for row in workbook["Bolsa de horas"].iter_rows(values_only=True)}
    assert rows["Contratadas"][1] == 200
    assert rows["Consumidas"][1] == rows["Total Horas"][2] == 32
    assert rows["Disponibles"][1:3] == (168, 0.84)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_formulas_are_stored_as_text(start):
    contract, figures = sample()
    ticket = figures.support.tickets[0].model_copy(update={"module": f"{start}cmd()|A1", "summary": f"{start}1+1\x07"})
    support = ticket_figures((ticket,))
    content = render_ticket_workbook(contract, figures.model_copy(update={"support": support})).content
    sheet = load_workbook(BytesIO(content))["Solicitudes"]
    for address, text in (("F2", f"{start}cmd()|A1"), ("I2", f"{start}1+1")):
        assert sheet[address].value == text
        assert sheet[address].data_type == "s"
        assert sheet[address].quotePrefix
    assert b"<f>" not in ZipFile(BytesIO(content)).read("xl/worksheets/sheet2.xml")


def test_summaries_are_masked_here_too():
    contract, figures = sample()
    ticket = figures.support.tickets[0].model_copy(update={"summary": "Llamar al 315 555 01 02"})
    changed = figures.model_copy(update={"support": ticket_figures((ticket,))})
    sheet = load_workbook(BytesIO(render_ticket_workbook(contract, changed).content))["Solicitudes"]
    assert sheet["I2"].value == "Llamar al [teléfono]"
    without = contract.model_copy(update={"ticket_detail": "none"})
    sheet = load_workbook(BytesIO(render_ticket_workbook(without, changed).content))["Solicitudes"]
    assert sheet.max_column == 8


def test_a_workbook_without_tickets_opens():
    contract, figures = sample()
    empty = TicketFigures(tickets=(), tables=())
    bank = figures.hour_bank.model_copy(update={"entries": ()})
    changed = figures.model_copy(update={"support": empty, "warranty": empty, "hour_bank": bank})
    opened = load_workbook(BytesIO(render_ticket_workbook(contract, changed).content))
    assert "Garantía" not in opened.sheetnames
    assert opened["Solicitudes"].max_row == 1


def test_dates_inside_the_file_are_the_reports():
    _, figures = sample()
    archive = ZipFile(BytesIO(sample_documents()["ticket_workbook"].content))
    assert {entry.date_time[:3] for entry in archive.infolist()} == {(2026, 2, 23)}
    assert b"2026-02-23T00:00:00Z" in archive.read("docProps/core.xml")
    assert figures.hour_bank.contracted == Decimal(200)
