"""Help desk by export: tickets and hour bank from files that people leave under an S3 prefix.

Headers and display names are data (``columns.csv``, ``values.csv``); the
result has the archived form of the SQL source. A file is read whole or refused with every
problem it has.
"""

from __future__ import annotations

import csv
import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from service_reports.contracts import BOGOTA, ExportedTable, HelpDeskExport, file_pattern
from service_reports.foreign_text import LONGEST_TEXT, foreign_line
from service_reports.records import FINISHED, TICKET_COLUMNS, HourBankEntry, Ticket
from service_reports.records.request_number import as_written, identity
from service_reports.sources.answer import Answer
from service_reports.sources.exports.cells import (
    CellError,
    parse_category,
    parse_day,
    parse_hours,
    parse_instant,
    parse_text,
    plain,
    says_none,
)
from service_reports.sources.exports.grid import LARGEST_FILE_BYTES, ExportError
from service_reports.sources.exports.sheet import read_sheet
from service_reports.sources.exports.table import Row, Rows, TableForm, read_rows
from service_reports.sources.help_desk.queries import with_unread
from service_reports.sources.listing import listed_objects

if TYPE_CHECKING:
    from botocore.client import BaseClient

log = logging.getLogger(__name__)

Table = Literal["tickets", "hour_bank"]
ReadBefore = Callable[[str, str], Mapping[str, datetime]]
OPTIONAL_COLUMNS = frozenset({"summary", *TICKET_COLUMNS})
REQUIRED_CELLS = frozenset({"ticket_id", "service", "status", "request"})
DAYS = frozenset({"registered_on", "production_date"})
INSTANTS = frozenset(TICKET_COLUMNS) - {"priority"}
FIELDS: Mapping[Table, tuple[str, ...]] = {
    "tickets": tuple(name for name in Ticket.model_fields if name != "told"),
    "hour_bank": tuple(HourBankEntry.model_fields),
}
FREE_TEXTS = frozenset({"summary", "request"})
NUMBERED = frozenset({"ticket_id", "request"})
NOBODYS_FILES = "~$", "."
"""How names begin of what programs leave beside a file: Excel's lock, LibreOffice's (``.~lock``), a Mac's (``._``)."""


class ExportedFile(NamedTuple):
    """The file of an export that was chosen; ``modified_at`` is the store's, aware."""

    key: str
    modified_at: datetime

    @property
    def name(self) -> str:
        """The file's own name, as the gate lets it in."""
        return foreign_line(self.key.rsplit("/", 1)[-1])


def _data(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def headers(table: Table) -> dict[str, str]:
    """Field by header, the header as :func:`plain` makes it."""
    return {plain(row["header"]): row["field"] for row in _data("columns.csv") if row["table"] == table}


@cache
def display_names(table: Table) -> dict[tuple[str, str], str]:
    """The one name of a value by field and by how people write it, as :func:`plain` makes it."""
    return {(row["field"], plain(row["written"])): row["value"] for row in _data("values.csv") if row["table"] == table}


def is_named(file: ExportedFile, wanted: str) -> bool:
    """Whether a person left it, under a name that matches."""
    pattern = file_pattern.compiled(wanted)
    return not file.name.startswith(NOBODYS_FILES) and file_pattern.search(pattern, file.name) is not None


def never_moved(_: ExportedFile) -> datetime | None:
    """Of files of which nothing is known from before."""
    return None


def newest(
    files: Iterable[ExportedFile],
    wanted: str,
    place: str,
    moved_from: Callable[[ExportedFile], datetime | None] = never_moved,
) -> ExportedFile:
    """The newest of the files whose name matches and that a person left; of two of one moment, the last by name.

    Where some lie in a folder, those of the folders in it are put aside. To a store a file that was moved is a new one:
    ``moved_from`` gives the moment (aware) of which it was when it lay elsewhere, ``None`` of one that was not moved.

    Raises:
        ExportError: none matches.
    """
    matching = [file for file in files if is_named(file, wanted)]
    if not matching:
        raise ExportError(
            f"{place}: no hay ningún archivo cuyo nombre cumpla «{wanted}» — "
            "deje allí el archivo, o corrija `file_pattern` en el contrato"
        )
    depth = min(file.key.count("/") for file in matching)
    aside = [file for file in matching if file.key.count("/") > depth]
    in_turn = sorted((file for file in matching if file not in aside), key=lambda file: (file.modified_at, file.key))
    last = in_turn[-1]
    chosen, told_at = last, (moved_from(last) if len(in_turn) > 1 else None) or last.modified_at
    for file in reversed(in_turn[:-1]):
        if file.modified_at <= told_at:
            break
        if (at := moved_from(file) or file.modified_at) > told_at:
            chosen, told_at = file, at
    for passed in (file for file in (*aside, last) if file.modified_at > chosen.modified_at):
        why = "está en una subcarpeta" if passed in aside else "es uno anterior, que se movió"
        log.warning("Se lee %s y no %s, que llegó después: %s", chosen.key, passed.key, why)
    return chosen


def listed_files(client: BaseClient, bucket: str, prefix: str) -> list[ExportedFile]:
    """Every file under a prefix; ``client`` is a boto3 S3 client."""
    told = listed_objects(client, bucket, prefix)
    return [ExportedFile(entry["Key"], entry["LastModified"]) for entry in told if "Key" in entry]


def name_of(bucket: str, key: str, sheet: str | None = None) -> str:
    """What the ledger calls what was read of a file."""
    return foreign_line(f"s3://{bucket}/{key}" + (f"#{sheet}" if sheet else ""), LONGEST_TEXT)


def moment_before(read_before: Mapping[str, datetime], listed: Collection[str]) -> datetime | None:
    """Of when the same bytes were first read, by name: ``None`` if never, or if a name of theirs is still listed."""
    return None if not read_before.keys().isdisjoint(listed) else min(read_before.values(), default=None)


def read_file(client: BaseClient, bucket: str, file: ExportedFile) -> bytes:
    """The bytes of a file that people left; ``client`` is a boto3 S3 client.

    Raises:
        ExportError: it is larger than any file that is read; no more of it was read.
    """
    content: bytes = client.get_object(Bucket=bucket, Key=file.key)["Body"].read(LARGEST_FILE_BYTES + 1)
    if len(content) > LARGEST_FILE_BYTES:
        raise ExportError(
            f"«{file.name}»: ocupa más de {LARGEST_FILE_BYTES // 1_000_000} MB — deje solo la tabla, y un solo año"
        )
    return content


def fetch(
    client: BaseClient,
    desk: HelpDeskExport,
    window_from: date,
    window_to: date,
    keep: Callable[[bytes], object],
    read_before: ReadBefore = lambda _, __: {},
) -> tuple[Answer, Answer]:
    """Tickets of a window of Bogotá days (both included) with all undated warranty tickets, and the whole hour bank.

    ``client`` is a boto3 S3 client; ``keep`` archives a file's bytes before they are read; ``read_before`` gives the
    names under which a source read bytes of a SHA-256, each with the moment of which they were first. The
    answers' ``etag`` is the SHA-256 of the file, ``observed_at`` its time in the store.

    Raises:
        ExportError: no file, or one that does not hold; the message lists every problem.
    """
    place = f"s3://{desk.bucket}/{desk.prefix}"
    files = listed_files(client, desk.bucket, desk.prefix)
    contents: dict[str, bytes] = {}
    kept: set[str] = set()

    def content_of(file: ExportedFile) -> bytes:
        if file.key not in contents:
            contents[file.key] = read_file(client, desk.bucket, file)
        return contents[file.key]

    def answer(table: Table, exported: ExportedTable, window: tuple[date, date] | None) -> Answer:
        listed = {name_of(desk.bucket, each.key, exported.sheet) for each in files}
        file = newest(
            files,
            exported.file_pattern,
            place,
            lambda each: moment_before(read_before(table, hashlib.sha256(content_of(each)).hexdigest()), listed),
        )
        content = content_of(file)
        if file.key not in kept:
            keep(content)
            kept.add(file.key)
        rows = read_table(content, file.name, table, exported.sheet, desk.ignored_columns, file.modified_at)
        told = [with_unread(row, rows.unread.get(place, ())) for place, row in enumerate(rows)]
        if window is not None:
            told = [row for row in told if _in_window(row, *window)]
        return Answer(
            name_of(desk.bucket, file.key, exported.sheet),
            json.dumps(told, ensure_ascii=False, indent=1).encode(),
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
    content: bytes,
    file_name: str,
    table: Table,
    sheet: str | None,
    ignored_columns: Sequence[str] = (),
    left_at: datetime | None = None,
) -> Rows:
    """The rows of one table of an export, in the archived form of the SQL source; ``left_at`` is the file's own time.

    A cell that a request is one without, and that cannot be read, is ``unread``; of a column that others tell it apart
    from, nothing is known of that request.

    Raises:
        ExportError: any column or cell that does not hold, a row that is there twice, or a day after the file's own.
    """
    return read_rows(read_sheet(content, file_name, sheet), _form(table), ignored_columns, left_at)


@cache
def _form(table: Table) -> TableForm:
    titles: dict[str, str] = {}
    for row in _data("columns.csv"):
        if row["table"] == table:
            titles.setdefault(row["field"], row["header"])
    return TableForm(
        titles={name: titles[name] for name in FIELDS[table]},
        headers=headers(table),
        days=DAYS | INSTANTS,
        value=lambda name, value: _value(table, name, value),
        identity=_ticket_identity if table == "tickets" else _entry_identity,
        problems=_undated_support,
        happened=_happened,
        spared=partial(_spared, table),
        optional=OPTIONAL_COLUMNS,
        told_apart=frozenset(TICKET_COLUMNS),
        surplus="si sobra a propósito, añádala a «ignored_columns» del contrato",
    )


def _value(table: Table, name: str, value: object) -> object:
    if name in DAYS | OPTIONAL_COLUMNS and says_none(value):
        return None
    if name in DAYS:
        day = parse_day(value)
        return None if day is None else day.isoformat()
    if name in INSTANTS:
        moment = parse_instant(value)
        return None if moment is None else moment.astimezone(BOGOTA).isoformat()
    if name == "estimated_hours":
        return str(parse_hours(value))
    text = parse_text(value) if name in FREE_TEXTS else parse_category(value)
    if not text and name in REQUIRED_CELLS:
        raise CellError("es obligatoria — escriba el valor")
    if name in NUMBERED:
        text = str(as_written(text))
    named = display_names(table).get((name, plain(text)), text)
    if name == "service" and named not in ("support", "warranty"):
        raise CellError("no es una clase de servicio conocida — escriba Soporte o Garantía")
    return named


def _undated_support(row: Row) -> Iterable[tuple[str, str]]:
    if row.get("service") == "support" and "registered_on" in row and row["registered_on"] is None:
        yield "registered_on", "y es de soporte — escriba el día en que se registró"


def _spared(table: Table, row: Row) -> Collection[str]:
    """What a request or an entry is one without; a support request is of no period without its day."""
    return OPTIONAL_COLUMNS | DAYS if table == "hour_bank" or row.get("service") == "warranty" else OPTIONAL_COLUMNS


def _happened(row: Row) -> Collection[str]:
    """A ticket was registered, answered, solved; hours that are not finished may have a planned day."""
    return DAYS | INSTANTS if "ticket_id" in row or row.get("status") == FINISHED else ()


def _ticket_identity(row: Row) -> tuple[object, str]:
    """A ticket has one row."""
    number = str(row.get("ticket_id") or "")
    return identity(number), number if number.isdecimal() else "(oculto)"


def _entry_identity(row: Row) -> tuple[object, str]:
    """Two entries of the hour bank may not be the same in everything; the request is free text, never shown."""
    return tuple(
        sorted(row.items())
    ), f"{row.get('production_date') or 'sin fecha'}, {row.get('estimated_hours')} horas"
