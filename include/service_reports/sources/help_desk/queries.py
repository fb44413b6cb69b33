"""Help desk by SQL: tickets and hour-bank entries, by the statements of ``include/sql/help_desk``.

Any SQL database serves: the contract names the folder of its two statements, which must give
the documented columns. The archived form is a JSON array of rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from service_reports.contracts import BOGOTA, HelpDesk
from service_reports.failures import Failure
from service_reports.foreign_text import decoded
from service_reports.records import TICKET_COLUMNS, HourBankEntry, Ticket
from service_reports.records.bounds import FIRST_YEAR
from service_reports.records.request_number import as_written
from service_reports.sources.answer import Answer, SourceError
from service_reports.sources.exports.cells import CellError, parse_day, parse_instant, says_none
from service_reports.sources.rows import LEFT_OUT, RecordType, Rows, every_row

ParameterStyle = Literal["pyformat", "format", "qmark", "named", "numeric"]
"""How a driver writes parameters: ``paramstyle`` of the Python database API (PEP 249)."""
_PARAMETER = re.compile(r"%(?:\((?P<name>\w+)\)s|(?P<percent>%))")
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


class Cursor(Protocol):
    """Of a connection of the Python database API (PEP 249): what is needed of it."""

    description: Sequence[Sequence[object]]

    def execute(self, statement: str, values: Mapping[str, Any] | Sequence[Any], /) -> object:
        """Run a statement."""

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """Every row that it gave."""

    def close(self) -> None:
        """Let go of the rows."""


class Connection(Protocol):
    """Of the Python database API (PEP 249): what is needed of it."""

    def cursor(self) -> Cursor:
        """A new one."""

    def close(self) -> None:
        """End the session."""


UNREAD = "unread"
"""Of an archived row: the cells that it was taken without, each by its place and why it could not be read."""
NO_DAY = re.compile(r"[0/:T. -]*")
"""What databases give of a day that there is none of: ``0000-00-00``."""
DAYS = frozenset({"registered_on", "production_date"})
INSTANTS = frozenset(TICKET_COLUMNS) - {"priority"}
CATEGORIES = frozenset({"product", "module", "process", "subprocess"})
"""What a request may lack, as it may in a file: it is counted all the same, and told of."""


def bind(text: str, values: Mapping[str, Any], style: ParameterStyle) -> tuple[str, Mapping[str, Any] | Sequence[Any]]:
    """A statement with parameters as ``%(name)s``, and its values, in the form a driver takes.

    Comments at the start of a line are left out: some drivers look for parameters in them.

    Raises:
        SourceError: the statement has a parameter that is not given, or the driver a style that is not known.
    """
    text = _COMMENT.sub("", text)
    names = [match["name"] for match in _PARAMETER.finditer(text) if match["name"]]
    unknown = sorted(set(names) - set(values))
    if unknown:
        raise SourceError(f"la consulta tiene los parámetros {', '.join(unknown)} — los que hay: {', '.join(values)}")
    if style == "pyformat":
        return text, {name: values[name] for name in names}
    marks: Mapping[str, Callable[[str], str]] = {
        "format": lambda name: "%s",
        "qmark": lambda name: "?",
        "named": lambda name: f":{name}",
        "numeric": lambda name: f":{list(dict.fromkeys(names)).index(name) + 1}",
    }
    if style not in marks:
        raise SourceError(
            f"no se conoce el estilo de parámetros {style!r} del controlador — hay `pyformat`, {', '.join(marks)}"
        )
    percent = "%%" if style == "format" else "%"
    bound = _PARAMETER.sub(lambda match: marks[style](match["name"]) if match["name"] else percent, text)
    if style == "named":
        return bound, {name: values[name] for name in names}
    if style == "numeric":
        return bound, [values[name] for name in dict.fromkeys(names)]
    return bound, [values[name] for name in names]


def fetch_tickets(
    connection: Connection,
    text: str,
    desk: HelpDesk,
    window_from: date,
    window_to: date,
    style: ParameterStyle = "pyformat",
) -> Answer:
    """Tickets registered in a window of Bogotá days (both included), and all undated warranty tickets.

    ``connection`` is one of the Python database API, to the help desk's database; ``text`` the
    statement; ``style`` its driver's way of writing parameters.
    """
    values = {"customer_code": desk.customer_code, "window_from": window_from, "window_to": window_to}
    return Answer("tickets", _rows(connection, text, values, style, Ticket), None, window_from, window_to)


def fetch_hour_bank(connection: Connection, text: str, desk: HelpDesk, style: ParameterStyle = "pyformat") -> Answer:
    """Every entry of the customer's hour bank, oldest first: the bank runs over the whole contract."""
    return Answer("hour_bank", _rows(connection, text, {"customer_code": desk.customer_code}, style, HourBankEntry))


def _rows(
    connection: Connection,
    text: str,
    values: Mapping[str, Any],
    style: ParameterStyle,
    record: type[Ticket] | type[HourBankEntry],
) -> bytes:
    with closing(connection.cursor()) as cursor:
        cursor.execute(*bind(text, values, style))
        columns = [str(column[0]).lower() for column in cursor.description]
        optional = list(TICKET_COLUMNS) if record is Ticket else []
        expected = [name for name in record.model_fields if name not in (*optional, "told")]
        if sorted(set(columns) | set(optional)) != sorted([*expected, *optional]) or len(set(columns)) < len(columns):
            may = f", y puede dar {', '.join(optional)}" if optional else ""
            raise SourceError(
                f"la consulta de la mesa de servicio da las columnas {', '.join(columns)} — "
                f"debe dar {', '.join(expected)}{may}"
            )
        rows = cursor.fetchall()
    return json.dumps(
        [{name: _plain(name, value) for name, value in zip(columns, row, strict=True)} for row in rows],
        ensure_ascii=False,
        indent=1,
    ).encode(errors="surrogatepass")  # what a driver could not decode: the gate takes it out of the rows


def _plain(column: str, value: object) -> object:
    """A value of a row as JSON has it; a text that says a day or a moment is read as that of a file is.

    Raises:
        SourceError: the driver gives what is no text, number, day or moment.
    """
    if callable(read := getattr(value, "read", None)):  # a long text of Oracle's, which comes when it is asked for
        value = read()
    if isinstance(value, bytes | bytearray | memoryview):
        value = decoded(bytes(value))
    if isinstance(value, str):
        return _as_told(column, value)
    if isinstance(value, date):
        return _of_calendar(column, value)
    if isinstance(value, Decimal):
        return str(as_written(value) if column == "ticket_id" and value.is_finite() else value)
    if value is None:
        return "" if column in CATEGORIES else None
    if not isinstance(value, int | float):
        raise SourceError(
            f"la consulta de la mesa de servicio da en la columna {column} un valor de tipo {type(value).__name__}, "
            "que no es texto, número ni fecha — conviértalo en la consulta"
        )
    return value


def _of_calendar(column: str, value: date | datetime) -> str | None:
    if isinstance(value, datetime) and column in INSTANTS:
        if value.year < FIRST_YEAR:  # as programs keep that there is none
            return None
        value = value if value.tzinfo is not None else value.replace(tzinfo=BOGOTA)  # a help desk's wall clock
    if isinstance(value, datetime) and column in DAYS:  # Oracle's DATE has a time of day
        value = (value if value.tzinfo is None else value.astimezone(BOGOTA)).date()
    return value.isoformat()


def _as_told(column: str, text: str) -> str | None:
    """A text of a row; one that should say a day or a moment, and does not, stays for who reads why it is refused."""
    if column == "service":
        return text.strip().lower()
    if column not in DAYS | INSTANTS:
        return text
    if NO_DAY.fullmatch(text) or says_none(text):
        return None
    with suppress(CellError):
        told = parse_day(text) if column in DAYS else parse_instant(text)
        return None if told is None else told.isoformat()
    return text


def with_unread(row: Mapping[str, Any], unread: Iterable[Failure]) -> dict[str, Any]:
    """A row in its archived form, with the cells that it was taken without."""
    told = [list(each) for each in unread]
    return {**row, UNREAD: told} if told else dict(row)


def parse_tickets(content: bytes) -> Rows[Ticket]:
    """The tickets of one archived export; a priority or a moment that cannot be read is not known, and told."""
    return _every_row(Ticket, content, dict.fromkeys(TICKET_COLUMNS, LEFT_OUT))


def parse_hour_bank(content: bytes) -> Rows[HourBankEntry]:
    """The entries of one archived export; a day that cannot be read is none, and told."""
    return _every_row(HourBankEntry, content, {"production_date": None})


def _every_row(record: type[RecordType], content: bytes, spared: Mapping[str, object]) -> Rows[RecordType]:
    told = json.loads(content)
    unread = [Failure(*each) for row in told if isinstance(row, dict) for each in row.pop(UNREAD, ())]
    rows = every_row(record, told, private=True, spared=spared)
    rows.aside = (*unread, *rows.aside)
    return rows
