"""Help desk by SQL: one statement serves every driver's way of writing parameters."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from service_reports.contracts import HelpDesk
from service_reports.records import TICKET_COLUMNS, Ticket
from service_reports.sources import SourceError
from service_reports.sources.help_desk.queries import (
    bind,
    fetch_hour_bank,
    fetch_tickets,
    parse_hour_bank,
    parse_tickets,
)
from service_reports.warehouse.statements import statement

DESK = HelpDesk(connection="desk", customer_code="ALCJAM")
VALUES = {"code": "A", "day": date(2026, 1, 20)}
TEXT = "-- finds %(code)s; 5 % of it\nselect 1 where a = %(code)s and b like '%%x' and c = %(day)s or d = %(code)s"


@pytest.mark.parametrize(
    ("style", "text", "values"),
    [
        ("pyformat", "a = %(code)s and b like '%%x' and c = %(day)s or d = %(code)s", VALUES),
        ("named", "a = :code and b like '%x' and c = :day or d = :code", VALUES),
        ("qmark", "a = ? and b like '%x' and c = ? or d = ?", ["A", VALUES["day"], "A"]),
        ("format", "a = %s and b like '%%x' and c = %s or d = %s", ["A", VALUES["day"], "A"]),
        ("numeric", "a = :1 and b like '%x' and c = :2 or d = :1", ["A", VALUES["day"]]),
    ],
)
def test_parameters_are_written_as_the_driver_reads_them(style: Any, text: str, values: Any) -> None:
    assert bind(TEXT, VALUES, style) == (f"select 1 where {text}", values)


def test_a_parameter_that_is_not_given_is_named() -> None:
    with pytest.raises(SourceError, match="parámetros other — los que hay: code, day"):
        bind("select %(other)s", VALUES, "qmark")


@pytest.fixture
def desk() -> sqlite3.Connection:
    """A help desk that is no PostgreSQL, with the tables its statements name."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        """
        attach ':memory:' as help_desk;
        create table help_desk.ticket (ticket_id text, customer_code text, service text, registered_on text,
            status text, product text, module text, process text, subprocess text, summary text);
        create table help_desk.hour_bank_entry (customer_code text, request text, production_date text,
            estimated_hours numeric, status text);
        insert into help_desk.ticket values
            ('1', 'ALCJAM', 'support', '2026-01-20', 'Activo', 'P', 'M', 'Q', 'S', null),
            ('2', 'ALCJAM', 'warranty', null, 'Activo', 'P', 'M', 'Q', 'S', 'about'),
            ('3', 'ALCJAM', 'support', '2026-01-19', 'Activo', 'P', 'M', 'Q', 'S', null),
            ('4', 'OTHER', 'support', '2026-01-20', 'Activo', 'P', 'M', 'Q', 'S', null);
        insert into help_desk.hour_bank_entry values ('ALCJAM', 'Desarrollo', '2026-02-09', 1.5, 'Terminado');
        """
    )
    return connection


def test_the_projects_statements_run_on_another_database(desk: sqlite3.Connection) -> None:
    days = date(2026, 1, 20), date(2026, 1, 21)
    answer = fetch_tickets(desk, statement("help_desk/tickets"), DESK, *days, "named")
    assert {ticket.ticket_id: ticket.registered_on for ticket in parse_tickets(answer.content)} == {
        "1": date(2026, 1, 20),
        "2": None,
    }
    [entry] = parse_hour_bank(fetch_hour_bank(desk, statement("help_desk/hour_bank"), DESK, "named").content)
    assert (entry.estimated_hours, entry.production_date) == (Decimal("1.5"), date(2026, 2, 9))


def test_a_database_with_moments_is_read_by_statements_that_ask_for_them(desk: sqlite3.Connection) -> None:
    desk.executescript(
        """
        alter table help_desk.ticket add column priority text;
        alter table help_desk.ticket add column registered_at text;
        alter table help_desk.ticket add column first_answered_at text;
        alter table help_desk.ticket add column solved_at text;
        update help_desk.ticket set priority = 'Alta', registered_at = '2026-01-20T08:00:00-05:00'
         where ticket_id = '1';
        """
    )
    days = date(2026, 1, 20), date(2026, 1, 20)
    told = {
        folder: parse_tickets(fetch_tickets(desk, statement(f"{folder}/tickets"), DESK, *days, "named").content)[0]
        for folder in ("help_desk", "help_desk_times")
    }
    assert told["help_desk"].told == ()
    asked = told["help_desk_times"]
    assert asked.told == TICKET_COLUMNS
    assert (asked.priority, asked.registered_at) == ("Alta", datetime(2026, 1, 20, 13, tzinfo=UTC))
    assert asked.first_answered_at is None
    hours = fetch_hour_bank(desk, statement("help_desk_times/hour_bank"), DESK, "named")
    assert len(parse_hour_bank(hours.content)) == 1


def test_a_moment_without_a_zone_is_of_the_clock_of_bogota() -> None:
    desk = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_COLNAMES)
    desk.execute("attach ':memory:' as help_desk")
    sqlite3.register_converter("moment", lambda told: datetime.fromisoformat(told.decode()))
    text = """
        select '1' as ticket_id, 'support' as service, '2026-01-20' as registered_on, 'Activo' as status, '' as product,
               '' as module, '' as process, '' as subprocess, null as summary,
               '2026-01-20 08:00:00' as "registered_at [moment]" where %(customer_code)s is not null
    """
    [ticket] = parse_tickets(fetch_tickets(desk, text, DESK, date(2026, 1, 20), date(2026, 1, 20), "named").content)
    assert ticket.registered_at == datetime(2026, 1, 20, 13, tzinfo=UTC)
    assert ticket.told == ("registered_at",)


def test_what_the_help_desk_holds_comes_in_through_the_gate(desk: sqlite3.Connection) -> None:
    said = "Generacio\u0301n&nbsp;de\x00 \u202epagos\r\n\u200b", "a\ue000"
    desk.execute("update help_desk.ticket set process = ?, status = ?", said)
    days = date(2026, 1, 20), date(2026, 1, 21)
    tickets = parse_tickets(fetch_tickets(desk, statement("help_desk/tickets"), DESK, *days, "named").content)
    assert {(each.process, each.status) for each in tickets} == {("Generación de pagos", "a")}


def given(columns: str, *rows: Sequence[Any]) -> Any:
    """A connection whose driver gives some rows, whatever it is asked."""
    cursor = SimpleNamespace(
        description=[(name,) for name in columns.split()], execute=lambda *_: None, close=lambda: None
    )
    cursor.fetchall = lambda: list(rows)
    return SimpleNamespace(cursor=lambda: cursor)


def test_columns_in_capitals_and_days_with_an_hour_are_read_as_oracle_gives_them() -> None:
    oracle = given(
        "REQUEST PRODUCTION_DATE ESTIMATED_HOURS STATUS",
        ("R", datetime.fromisoformat("2026-02-09T14:30"), Decimal("2.50"), "Activo"),
        ("S", datetime(2026, 2, 10, 3, tzinfo=UTC), Decimal(1), "Activo"),
    )
    first, second = parse_hour_bank(fetch_hour_bank(oracle, "select", DESK, "named").content)
    assert (first.production_date, str(first.estimated_hours)) == (date(2026, 2, 9), "2.50")
    assert second.production_date == date(2026, 2, 9)  # 22:00 of the day before in Bogotá


REQUEST = {
    **{"ticket_id": "7", "service": "support", "registered_on": date(2026, 1, 20), "status": "Activo"},
    **{"product": "P", "module": "M", "process": "Q", "subprocess": "S", "summary": "No abre", "priority": "Alta"},
    **{"registered_at": None, "first_answered_at": None, "solved_at": None},
}


def requested(**cells: Any) -> Ticket:
    row = REQUEST | cells
    answer = fetch_tickets(
        given(" ".join(row), tuple(row.values())), "select", DESK, date(2026, 1, 1), date(2026, 2, 1)
    )
    [ticket] = parse_tickets(answer.content)
    return ticket


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("summary", io.StringIO("Texto largo"), "Texto largo"),  # a CLOB of Oracle's is read like a file
        ("summary", "Generación".encode(), "Generación"),
        ("summary", memoryview("Generación".encode("cp1252")), "Generación"),
        ("ticket_id", Decimal("123.00"), "123"),
        ("priority", 3, "3"),
        ("service", "SUPPORT   ", "support"),
        ("module", None, ""),
        ("registered_on", "2026-01-20 23:30:00", date(2026, 1, 20)),
        ("registered_on", "20/01/2026", date(2026, 1, 20)),
        ("registered_on", "2026-01-21T03:30:00Z", date(2026, 1, 20)),
        ("registered_at", "2026-01-20 08:00:00", datetime(2026, 1, 20, 13, tzinfo=UTC)),
        ("solved_at", "", None),
        ("solved_at", "N/A", None),
        ("solved_at", "0000-00-00 00:00:00", None),
        ("solved_at", datetime(1, 1, 1), None),  # noqa: DTZ001 (as a driver gives it)
        ("first_answered_at", datetime(1900, 1, 1, tzinfo=UTC), None),
    ],
)
def test_what_drivers_give_is_read_as_people_mean_it(column: str, value: Any, read: Any) -> None:
    assert getattr(requested(**{column: value}), column) == read


@pytest.mark.parametrize("value", [timedelta(hours=8), UUID(int=7), ["a"]])
def test_what_is_no_text_number_or_day_is_refused_with_its_column_and_type(value: Any) -> None:
    with pytest.raises(SourceError, match=f"columna summary un valor de tipo {type(value).__name__}, que no es texto"):
        requested(summary=value)


def test_a_text_that_says_no_day_is_refused_where_the_request_is_of_no_period_without_it() -> None:
    with pytest.raises(SourceError, match="fila 1: registered_on"):
        requested(registered_on="pronto")


def test_a_moment_that_cannot_be_read_is_not_known_and_told() -> None:
    row = REQUEST | {"solved_at": "pronto"}
    answer = fetch_tickets(
        given(" ".join(row), tuple(row.values())), "select", DESK, date(2026, 1, 1), date(2026, 2, 1)
    )
    [ticket] = found = parse_tickets(answer.content)
    assert "solved_at" not in ticket.told
    assert "priority" in ticket.told
    assert ["solved_at" in str(each) for each in found.aside] == [True]
    hours = given("request production_date estimated_hours status", ("R", "pronto", Decimal(8), "Activo"))
    [entry] = bank = parse_hour_bank(fetch_hour_bank(hours, "select", DESK).content)
    assert (entry.production_date, len(bank.aside)) == (None, 1)


def test_a_statement_with_other_columns_is_refused_with_those_it_must_have(desk: sqlite3.Connection) -> None:
    with pytest.raises(SourceError, match="da las columnas one — debe dar request, production_date"):
        fetch_hour_bank(desk, "select 1 as one", DESK, "named")
