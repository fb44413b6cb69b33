"""The workbook of a contract's records as a person would keep it: a title, a header, real dates, a sheet a register."""

from __future__ import annotations

import io
from datetime import date

from openpyxl import Workbook

from sandbox.scenario import Scenario
from service_reports.sources.contract_records.workbook import SHEETS

RECORDS_FILE = "registros-del-contrato.xlsx"


def records_workbook(scenario: Scenario) -> bytes:
    """The registers that the scenario keeps, empty ones with their header."""
    book = Workbook()
    del book["Sheet"]
    for name, rows in scenario.records.items():
        register = SHEETS[name]
        sheet = book.create_sheet(register.title)
        sheet.append([f"{register.title} del contrato {scenario.contract.number}"])
        sheet.append([field.title for field in register.fields.values()])
        for row in rows:
            values = row.model_dump()
            if isinstance(month := values.get("month"), date):
                values["month"] = f"{month:%Y-%m}"
            sheet.append([values[field] for field in register.fields])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
