"""Help desk by export: tickets and hour bank from files that people leave under an S3 prefix.

Headers and display names are data (``help_desk_columns.csv``, ``help_desk_values.csv``); the
result has the archived form of the SQL source. A file is read whole or refused with every
problem it has.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from service_reports.contracts import ExportedTable, HelpDeskExport
from service_reports.sources.answer import Answer
from service_reports.sources.export_cells import CellError, is_blank, parse_day, parse_hours, parse_text, plain, shown
from service_reports.sources.export_sheet import ExportError, Sheet, blank_row, column_letter, read_sheet
from service_reports.sources.records import HourBankEntry, Ticket

Table = Literal["tickets", "hour_bank"]
HEADER_ROWS = 20
"""The header stands in one of the first rows; titles may stand above it."""
RECOGNISED_HEADERS = 2
PROBLEMS_SHOWN = 20
OPTIONAL_COLUMNS = frozenset({"summary"})
REQUIRED_CELLS = frozenset({"ticket_id", "service", "status", "request"})
DAYS = frozenset({"registered_on", "production_date"})
FIELDS: Mapping[Table, tuple[str, ...]] = {
    "tickets": tuple(Ticket.model_fields),
    "hour_bank": tuple(HourBankEntry.model_fields),
}
EXCEL_LOCK = "~$"

Row = dict[str, Any]


class ExportedFile(NamedTuple):
    """The file of an export that was chosen; ``modified_at`` is the store's, aware."""

    key: str
    modified_at: datetime

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.key.rsplit("/", 1)[-1]


def _data(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def headers(table: Table) -> dict[str, str]:
    """Field by header, the header as :func:`plain` makes it."""
    return {plain(row["header"]): row["field"] for row in _data("help_desk_columns.csv") if row["table"] == table}


@cache
def display_names(table: Table) -> dict[tuple[str, str], str]:
    """The one name of a value by field and by how people write it, as :func:`plain` makes it."""
    return {
        (row["field"], plain(row["written"])): row["value"]
        for row in _data("help_desk_values.csv")
        if row["table"] == table
    }


def newest(files: Iterable[ExportedFile], table: ExportedTable, place: str) -> ExportedFile:
    """The newest of the files whose name matches; of two of one moment, the last by name.

    Raises:
        ExportError: none matches.
    """
    pattern = re.compile(table.file_pattern)
    matching = [file for file in files if not file.name.startswith(EXCEL_LOCK) and pattern.search(file.name)]
    if not matching:
        raise ExportError(
            f"{place}: no hay ningún archivo cuyo nombre cumpla «{table.file_pattern}» — "
            "deje allí la exportación, o corrija «file_pattern» en el contrato"
        )
    return max(matching, key=lambda file: (file.modified_at, file.key))


def fetch(
    client: Any, desk: HelpDeskExport, window_from: date, window_to: date, keep: Callable[[bytes], object]
) -> tuple[Answer, Answer]:
    """Tickets of a window of Bogotá days (both included) with all undated warranty tickets, and the whole hour bank.

    ``client`` is a boto3 S3 client; ``keep`` archives a file's bytes before they are read. The
    answers' ``etag`` is the SHA-256 of the file, ``observed_at`` its time in the store.

    Raises:
        ExportError: no file, or one that does not hold; the message lists every problem.
    """
    place = f"s3://{desk.bucket}/{desk.prefix}"
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=desk.bucket, Prefix=desk.prefix)
    files = [ExportedFile(entry["Key"], entry["LastModified"]) for page in pages for entry in page.get("Contents", ())]
    contents: dict[str, bytes] = {}

    def answer(table: Table, exported: ExportedTable, window: tuple[date, date] | None) -> Answer:
        file = newest(files, exported, place)
        if file.key not in contents:
            contents[file.key] = client.get_object(Bucket=desk.bucket, Key=file.key)["Body"].read()
            keep(contents[file.key])
        content = contents[file.key]
        rows = read_table(content, file.name, table, exported.sheet, desk.ignored_columns)
        if window is not None:
            rows = [row for row in rows if _in_window(row, *window)]
        return Answer(
            f"s3://{desk.bucket}/{file.key}" + (f"#{exported.sheet}" if exported.sheet else ""),
            json.dumps(rows, ensure_ascii=False, indent=1).encode(),
            hashlib.sha256(content).hexdigest(),
            window_from=window[0] if window else None,
            window_to=window[1] if window else None,
            observed_at=file.modified_at,
        )

    return (
        answer("tickets", desk.tickets, (window_from, window_to)),
        answer("hour_bank", desk.hour_bank, None),
    )


def _in_window(row: Row, first: date, last: date) -> bool:
    day: str | None = row["registered_on"]
    return bool(row["service"] == "warranty") if day is None else first.isoformat() <= day <= last.isoformat()


def read_table(
    content: bytes, file_name: str, table: Table, sheet: str | None, ignored_columns: Sequence[str] = ()
) -> list[Row]:
    """The rows of one table of an export, in the archived form of the SQL source.

    Raises:
        ExportError: any column or cell that does not hold, or a row that is there twice.
    """
    return _Reading(read_sheet(content, file_name, sheet), table, ignored_columns).rows()


@dataclass(frozen=True)
class _Column:
    """A column that is read: its place from 1, its header as written, its field."""

    number: int
    header: str
    field: str


class _Reading:
    """One pass over a sheet that collects every problem before it gives up."""

    def __init__(self, sheet: Sheet, table: Table, ignored_columns: Sequence[str]) -> None:
        self._sheet = sheet
        self._table = table
        self._ignored = {plain(header) for header in ignored_columns}
        self._problems: list[str] = []

    def rows(self) -> list[Row]:
        """The rows, or every problem."""
        header_row = self._header_row()
        columns = self._columns(header_row)
        self._raise()
        self._refuse_swapped_days(columns, header_row)
        rows: list[Row] = []
        first_seen: dict[object, int] = {}
        for number in range(header_row + 1, len(self._sheet.rows) + 1):
            if not blank_row(self._sheet.rows[number - 1]) or self._faulty(number, columns):
                row = self._row(number, columns)
                rows.append(row)
                self._refuse_twice(number, row, first_seen)
        self._raise()
        return [{name: row.get(name) for name in FIELDS[self._table]} for row in rows]

    def _faulty(self, number: int, columns: Sequence[_Column]) -> bool:
        """Whether a row that looks blank has a formula nobody calculated."""
        return any("fórmula" in self._sheet.faults.get((number, column.number), "") for column in columns)

    def _problem(
        self, row: int, column: _Column | int | None, value: object, message: str, ticket_ids: Collection[str] = ()
    ) -> None:
        where = [self._sheet.place, f"fila {row}"]
        if isinstance(column, _Column):
            where.append(f"columna «{column.header}» ({column_letter(column.number)})")
        elif column is not None:
            where.append(f"columna {column_letter(column)}")
        told = "vacía, " if is_blank(value) else f"«{shown(value, ticket_ids)}» "
        self._problems.append(f"{', '.join(where)}: {told}{message}")

    def _raise(self) -> None:
        if self._problems:
            more = len(self._problems) - PROBLEMS_SHOWN
            lines = self._problems[:PROBLEMS_SHOWN] + ([f"… y {more} problemas más"] if more > 0 else [])
            raise ExportError("\n".join(lines))

    def _header_at(self, row: int, column: int) -> Any:
        value = self._sheet.rows[row - 1][column - 1]
        return self._sheet.headers_above.get((row, column)) if is_blank(value) else value

    def _header_row(self) -> int:
        known = headers(self._table)

        def recognised(row: int) -> int:
            values = (self._header_at(row, column) for column in range(1, len(self._sheet.rows[row - 1]) + 1))
            return len({known[plain(value)] for value in values if isinstance(value, str) and plain(value) in known})

        candidates = range(1, min(HEADER_ROWS, len(self._sheet.rows)) + 1)
        best = max(candidates, key=recognised, default=0)
        if best == 0 or recognised(best) < RECOGNISED_HEADERS:
            raise ExportError(
                f"{self._sheet.place}: no se encuentra la fila de encabezados — "
                f"se esperan las columnas {', '.join(self._expected())}"
            )
        return best

    def _expected(self) -> list[str]:
        first_headers: dict[str, str] = {}
        for row in _data("help_desk_columns.csv"):
            if row["table"] == self._table:
                first_headers.setdefault(row["field"], row["header"])
        return [f"«{first_headers[name]}»" for name in FIELDS[self._table] if name not in OPTIONAL_COLUMNS]

    def _columns(self, header_row: int) -> list[_Column]:
        known = headers(self._table)
        found: dict[str, _Column] = {}
        width = max(len(row) for row in self._sheet.rows)
        for number in range(1, width + 1):
            in_header = number <= len(self._sheet.rows[header_row - 1])
            header = self._header_at(header_row, number) if in_header else None
            if is_blank(header):
                for row, values in enumerate(self._sheet.rows[header_row:], start=header_row + 1):
                    if number <= len(values) and not is_blank(values[number - 1]):
                        self._problem(
                            row, number, values[number - 1], "no tiene encabezado — póngale uno, o borre la columna"
                        )
                        break
                continue
            name = known.get(plain(str(header)))
            if name is None:
                if plain(str(header)) not in self._ignored:
                    self._problem(
                        header_row, number, header,
                        f"no es una columna conocida — se esperan {', '.join(self._expected())}; si sobra a propósito, "
                        "añádala a «ignored_columns» del contrato",
                    )  # fmt: skip
                continue
            column = _Column(number, " ".join(str(header).split()), name)
            if name in found:
                self._problem(
                    header_row, column, header,
                    f"dice lo mismo que la columna «{found[name].header}» ({column_letter(found[name].number)}) — "
                    "deje solo una",
                )  # fmt: skip
            found.setdefault(name, column)
        lacking = [name for name in FIELDS[self._table] if name not in found and name not in OPTIONAL_COLUMNS]
        for name in lacking:
            written = next(row["header"] for row in _data("help_desk_columns.csv")
                           if (row["table"], row["field"]) == (self._table, name))  # fmt: skip
            self._problems.append(
                f"{self._sheet.place}, fila {header_row}: falta la columna «{written}» — inclúyala en la exportación"
            )
        return list(found.values())

    def _cell(self, number: int, column: _Column) -> Any:
        row = self._sheet.rows[number - 1]
        return row[column.number - 1] if column.number <= len(row) else None

    def _refuse_swapped_days(self, columns: Sequence[_Column], header_row: int) -> None:
        """Refuse a column in which Excel has taken day for month.

        Where Excel expects the month first, it leaves 20/01/2026 as a text and turns 02/01/2026
        into the first of February. The trace: texts with days over 12 only, dates with days up to 12 only.
        """
        months = 12
        for column in columns:
            if column.field not in DAYS:
                continue
            cells = [(row, self._cell(row, column)) for row in range(header_row + 1, len(self._sheet.rows) + 1)]
            real = [(row, value) for row, value in cells if isinstance(value, date)]
            texts = [value.strip() for _, value in cells if isinstance(value, str) and "/" in value]
            days = [int(text[:2]) for text in texts if text[:2].isdecimal()]
            if real and days and min(days) > months and all(value.day <= months for _, value in real):
                row, value = real[0]
                self._problem(
                    row, column, f"{value:%Y-%m-%d}",
                    "puede tener cambiados el día y el mes: hay fechas de Excel, todas con día hasta 12, "
                    "y textos, todos con día mayor — dé formato de texto a la columna y vuelva a exportar",
                )  # fmt: skip

    def _row(self, number: int, columns: Sequence[_Column]) -> Row:
        row: Row = {}
        for column in columns:
            value = self._cell(number, column)
            fault = self._sheet.faults.get((number, column.number))
            if fault is not None:
                self._problem(number, column, value, fault)
                continue
            try:
                row[column.field] = self._value(column.field, value)
            except CellError as error:
                self._problem(number, column, value, str(error))
        if row.get("service") == "support" and "registered_on" in row and row["registered_on"] is None:
            column = next(column for column in columns if column.field == "registered_on")
            self._problem(number, column, None, "y es de soporte — escriba el día en que se registró")
        return row

    def _value(self, name: str, value: Any) -> Any:
        if name in DAYS:
            day = parse_day(value)
            return None if day is None else day.isoformat()
        if name == "estimated_hours":
            return str(parse_hours(value))
        text = parse_text(value)
        if not text and name in REQUIRED_CELLS:
            raise CellError("es obligatoria — escriba el valor")
        named = display_names(self._table).get((name, plain(text)), text)
        if name == "service" and named not in ("support", "warranty"):
            raise CellError("no es una clase de servicio conocida — escriba Soporte o Garantía")
        return named if text or name != "summary" else None

    def _refuse_twice(self, number: int, row: Row, first_seen: dict[object, int]) -> None:
        """A ticket has one row; two entries of the hour bank may not be the same in everything."""
        key = row.get("ticket_id") if self._table == "tickets" else tuple(sorted(row.items()))
        if key and first_seen.setdefault(key, number) != number:
            if self._table == "tickets":
                told = str(key) if str(key).isdecimal() else "(oculto)"
            else:  # the request is free text, which is never shown
                told = f"{row.get('production_date') or 'sin fecha'}, {row.get('estimated_hours')} horas"
            problem = f"ya está en la fila {first_seen[key]} — deje una sola fila"
            self._problem(number, None, told, problem, [told] if told.isdecimal() else ())
