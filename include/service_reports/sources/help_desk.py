"""Help desk: tickets and hour-bank entries, by the statements of ``include/sql/help_desk``.

Any SQL connection serves: an installation replaces those two files with its own, which
must give the documented columns. The archived form is a JSON array of rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service_reports.contracts import Contract
from service_reports.sources.answer import Answer, SourceError
from service_reports.sources.records import HourBankEntry, Ticket


def fetch_tickets(connection: Any, statement: str, contract: Contract, window_from: date, window_to: date) -> Answer:
    """Tickets registered in a window of Bogotá days (both included), and all warranty tickets.

    ``connection`` is a psycopg connection to the help desk's database.
    """
    values = {"customer_code": contract.help_desk.customer_code, "window_from": window_from, "window_to": window_to}
    return Answer("tickets", _rows(connection, statement, values, Ticket), None, window_from, window_to)


def fetch_hour_bank(connection: Any, statement: str, contract: Contract) -> Answer:
    """Every entry of the customer's hour bank, oldest first: the bank runs over the whole contract."""
    return Answer(
        "hour_bank", _rows(connection, statement, {"customer_code": contract.help_desk.customer_code}, HourBankEntry)
    )


def _rows(connection: Any, statement: str, values: dict[str, Any], record: type[Ticket] | type[HourBankEntry]) -> bytes:
    cursor = connection.execute(statement, values)
    columns = [column.name for column in cursor.description]
    expected = list(record.model_fields)
    if sorted(columns) != sorted(expected):
        raise SourceError(
            f"the help desk's statement gives the columns {', '.join(columns)}; it must give {', '.join(expected)}"
        )
    rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return json.dumps(
        [dict(zip(columns, map(_plain, row), strict=True)) for row in rows], ensure_ascii=False, indent=1
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def parse_tickets(content: bytes) -> list[Ticket]:
    """The tickets of one archived export."""
    return [Ticket(**row) for row in json.loads(content)]


def parse_hour_bank(content: bytes) -> list[HourBankEntry]:
    """The entries of one archived export."""
    return [HourBankEntry(**row) for row in json.loads(content)]
