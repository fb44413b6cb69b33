"""Reads the grid of one sheet: of a workbook (``.xlsx``) or of a ``.csv`` file.

Cells come with what makes them unusable: formulas that were never calculated, Excel's errors,
merged cells. Nothing here knows what the columns mean.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service_reports.sources.answer import SourceError
from service_reports.sources.export_cells import is_blank, plain

LARGEST_FILE_BYTES = 20_000_000
LARGEST_UNPACKED_BYTES = 300_000_000
DELIMITERS = ";,\t"


class ExportError(SourceError):
    """An exported file that cannot be read; the message is Spanish and names file, sheet, row, column and remedy."""


@dataclass(frozen=True)
class Sheet:
    """A grid of values; rows and columns count from 1.

    ``faults`` says of single cells why their value cannot be used, ``headers_above`` gives for a
    cell of a vertically merged range the text that stands in the range's first cell.
    """

    place: str
    rows: Sequence[Sequence[Any]]
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)
    headers_above: Mapping[tuple[int, int], Any] = field(default_factory=dict)


def read_sheet(content: bytes, file_name: str, sheet: str | None) -> Sheet:
    """The grid of a ``.csv`` file, or of one sheet of a workbook.

    Raises:
        ExportError: neither kind of file, damaged, too large, or without such a sheet.
    """
    place = f"«{file_name}»"
    if len(content) > LARGEST_FILE_BYTES:
        raise ExportError(
            f"{place}: ocupa más de {LARGEST_FILE_BYTES // 1_000_000} MB — exporte solo las filas del contrato"
        )
    suffix = file_name.rpartition(".")[2].lower()
    if suffix == "csv":
        return Sheet(place, _csv_rows(content, place))
    if suffix == "xlsx":
        return _workbook_sheet(content, place, sheet)
    raise ExportError(f"{place}: no es .xlsx ni .csv — guárdelo como libro de Excel (.xlsx) o como CSV")


def _csv_rows(content: bytes, place: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")  # what Excel writes in Spanish
        except UnicodeDecodeError:
            raise ExportError(f"{place}: no es texto legible — guárdelo como «CSV UTF-8»") from None
    found, problem = [], None
    for delimiter in DELIMITERS:
        try:
            found.append(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))
        except csv.Error as error:
            problem = problem or error
    if not found:
        raise ExportError(f"{place}: no es CSV: {problem} — vuelva a exportarlo") from problem
    return max(found, key=_largest_table)


def _largest_table(rows: Sequence[Sequence[str]]) -> int:
    """The cells of the rows of one width, where these are most: titles and texts that hold a delimiter make few."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max((width * count for width, count in widths.items()), default=0)


def sheet_names(content: bytes, file_name: str) -> list[str]:
    """The visible sheets of a workbook, in order.

    Raises:
        ExportError: no workbook, damaged, or too large.
    """
    place = f"«{file_name}»"
    if len(content) > LARGEST_FILE_BYTES:
        raise ExportError(f"{place}: ocupa más de {LARGEST_FILE_BYTES // 1_000_000} MB — deje solo los registros")
    values, _ = _open(content, place)
    return [name for name in values.sheetnames if values[name].sheet_state == "visible"]


def _workbook_sheet(content: bytes, place: str, wanted: str | None) -> Sheet:
    values, formulas = _open(content, place)
    visible = [name for name in values.sheetnames if values[name].sheet_state == "visible"]
    if wanted is None:
        if len(visible) != 1:
            raise ExportError(
                f"{place}: tiene las hojas {', '.join(visible)} y el contrato no dice cuál — indíquela en `sheet`"
            )
        [name] = visible
    else:
        found = [name for name in values.sheetnames if plain(name) == plain(wanted)]
        if len(found) != 1:
            raise ExportError(
                f"{place}: no tiene la hoja «{wanted}», sino {', '.join(values.sheetnames)} — "
                "corrija el nombre de la hoja, o `sheet` en el contrato"
            )
        [name] = found
    sheet = values[name]
    faults: dict[tuple[int, int], str] = {}
    for row in formulas[name].iter_rows():
        for cell in row:
            at = cell.row, cell.column
            value = sheet.cell(*at).value
            if cell.data_type == "f" and value is None:
                faults[at] = "es una fórmula sin valor calculado — ábrala y guárdela en Excel, o péguela como valor"
            elif sheet.cell(*at).data_type == "e":
                faults[at] = "es un error de Excel — corrija la fórmula, o escriba el valor"
    above: dict[tuple[int, int], Any] = {}
    for merged in sheet.merged_cells.ranges:
        for at in merged.cells:
            faults.setdefault(at, "es parte de una celda combinada — sepárela y llene cada fila")
            if merged.min_col == merged.max_col:
                above[at] = sheet.cell(merged.min_row, merged.min_col).value
    return Sheet(f"{place}, hoja «{name}»", [list(row) for row in sheet.iter_rows(values_only=True)], faults, above)


def _open(content: bytes, place: str) -> tuple[Any, Any]:
    """The workbook with the values that Excel calculated, and with the formulas behind them."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED_BYTES:
                raise ExportError(f"{place}: desempaquetado es demasiado grande — exporte solo las filas del contrato")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl does not know is no table
            return load_workbook(io.BytesIO(content), data_only=True), load_workbook(io.BytesIO(content))
    except ExportError:
        raise
    except Exception as error:  # openpyxl lets any error of a damaged file through
        raise ExportError(
            f"{place}: no es un libro de Excel legible ({type(error).__name__}) — "
            "guárdelo de nuevo como .xlsx, sin contraseña"
        ) from error


def column_letter(number: int) -> str:
    """The letters of a column, from 1: ``A``, ``B``, …, ``AA``."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def blank_row(row: Sequence[Any]) -> bool:
    """Whether a row holds nothing."""
    return all(is_blank(value) for value in row)
