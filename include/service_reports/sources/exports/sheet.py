"""Reads the grid of one sheet: of a workbook (``.xlsx``) or of a ``.csv`` file."""

from __future__ import annotations

from service_reports.sources.exports.delimited import csv_sheet
from service_reports.sources.exports.grid import LARGEST_FILE_BYTES, ExportError, Sheet
from service_reports.sources.exports.workbook import Workbook, found_sheet

__all__ = ["ExportError", "open_workbook", "read_sheet"]


def read_sheet(content: bytes, file_name: str, sheet: str | None) -> Sheet:
    """The grid of a ``.csv`` file, or of one sheet of a workbook.

    Raises:
        ExportError: neither kind of file, damaged, too large, or without such a sheet.
    """
    place = f"«{file_name}»"
    suffix = file_name.rpartition(".")[2].lower()
    if suffix == "csv":
        _refuse_large(content, place)
        return csv_sheet(content, place)
    if suffix != "xlsx":
        raise ExportError(f"{place}: no es .xlsx ni .csv — guárdelo como libro de Excel (.xlsx) o como CSV")
    book = open_workbook(content, file_name)
    names = ", ".join(each.name for each in book.sheets)
    if sheet is None:
        found = [each for each in book.sheets if each.visible]
        if len(found) != 1:
            raise ExportError(f"{place}: tiene las hojas {names} y el contrato no dice cuál — indíquela en `sheet`")
    else:
        found = found_sheet(book.sheets, sheet)
        if len(found) != 1:
            raise ExportError(
                f"{place}: no tiene la hoja «{sheet}», sino {names} — "
                "corrija el nombre de la hoja, o `sheet` en el contrato"
            )
    return book.sheet(found[0])


def open_workbook(content: bytes, file_name: str) -> Workbook:
    """A workbook and the names of its sheets.

    Raises:
        ExportError: no workbook, damaged, or too large.
    """
    place = f"«{file_name}»"
    _refuse_large(content, place)
    return Workbook(content, place)


def _refuse_large(content: bytes, place: str) -> None:
    if len(content) > LARGEST_FILE_BYTES:
        raise ExportError(
            f"{place}: ocupa más de {LARGEST_FILE_BYTES // 1_000_000} MB — exporte solo las filas del contrato"
        )
