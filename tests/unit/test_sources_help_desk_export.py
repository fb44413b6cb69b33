"""Help desk by export: what people write in a spreadsheet becomes the archived rows, or an error that says where."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from service_reports.contracts import BOGOTA, ExportedTable, HelpDeskExport
from service_reports.records import Ticket
from service_reports.sources.exports.cells import (
    CellError,
    parse_day,
    parse_hours,
    parse_instant,
    parse_pesos,
    parse_text,
    shown,
)
from service_reports.sources.exports.sheet import ExportError
from service_reports.sources.exports.table import Rows
from service_reports.sources.help_desk.export import ExportedFile, fetch, newest, read_table
from service_reports.sources.help_desk.queries import parse_hour_bank, parse_tickets, with_unread

HEADER = ["Requerimiento", "Servicio", "Fecha", "Estado", "Producto", "Módulo", "Proceso", "Subproceso"]
TICKET = [20260513, "Soporte", date(2026, 2, 20), "Activo", "AIREPLUS", "PREDIAL", "RECAUDO", "Consulta"]
HOURS_HEADER = ["Actividad", "Fecha de puesta en producción", "Horas", "Estado"]


def changed(**cells: Any) -> list[Any]:
    """The sample ticket with cells changed, by header."""
    return [cells.get(header, value) for header, value in zip(HEADER, TICKET, strict=True)]


def workbook(*rows: Sequence[Any], sheet: str = "Solicitudes") -> Workbook:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    return book


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def tickets(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> Rows:
    return read_table(saved(workbook(header, *rows)), "mesa.xlsx", "tickets", None)


def refused(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> str:
    with pytest.raises(ExportError) as caught:
        tickets(*rows, header=header)
    return str(caught.value)


def test_a_row_of_the_export_has_the_form_that_sql_gives() -> None:
    assert tickets(TICKET) == [
        {
            "ticket_id": "20260513",
            "service": "support",
            "registered_on": "2026-02-20",
            "status": "Activo",
            "product": "AIREPLUS",
            "module": "PREDIAL",
            "process": "RECAUDO",
            "subprocess": "Consulta",
            "summary": None,
        }
    ]


MOMENTS = ["Prioridad", "Fecha y hora de registro", "Primera respuesta", "Fecha de solución"]


def test_priority_and_moments_are_told_where_the_file_has_their_columns() -> None:
    answered, solved = datetime(2026, 2, 20, 14, 5), "23/02/2026 8:00 a. m."  # noqa: DTZ001 (as a sheet has it)
    [row] = tickets([*TICKET, "Alta", "2026-02-20T14:00:00Z", answered, solved], header=[*HEADER, *MOMENTS])
    assert [row[name] for name in ("priority", "registered_at", "first_answered_at", "solved_at")] == [
        "Alta",
        "2026-02-20T09:00:00-05:00",
        "2026-02-20T14:05:00-05:00",
        "2026-02-23T08:00:00-05:00",
    ]
    [ticket] = parse_tickets(json.dumps([row]).encode())
    assert ticket.solved_at == datetime(2026, 2, 23, 13, tzinfo=UTC)


def test_a_blank_cell_is_told_and_an_absent_column_is_not() -> None:
    rows = tickets([*TICKET, "", None], header=[*HEADER, "Prioridad", "Primera respuesta"])
    [ticket] = parse_tickets(json.dumps(rows).encode())
    assert (ticket.told, ticket.priority, ticket.first_answered_at) == (("priority", "first_answered_at"), None, None)
    [ticket] = parse_tickets(json.dumps(tickets(TICKET)).encode())
    assert ticket.told == ()


def taken(row: Sequence[Any], header: Sequence[Any], **options: Any) -> tuple[Ticket, str]:
    """The one ticket of a file, and what is told of its cells."""
    rows = read_table(saved(workbook(header, row)), "mesa.xlsx", "tickets", None, **options)
    archived = json.dumps([with_unread(rows[0], rows.unread.get(0, ()))]).encode()
    [ticket] = found = parse_tickets(archived)
    return ticket, "; ".join(map(str, found.aside))


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("20/02/2026", "no dice la hora — escriba fecha y hora"),
        (datetime(2026, 2, 20), "no dice la hora — escriba fecha y hora"),  # noqa: DTZ001 (as a sheet has it)
        ("20/02/2026 25:00", "no es una hora que exista"),
        ("20/02/2026 13:00 p. m.", "no es una hora que exista"),
        ("31/02/2026 08:00", "no es una fecha que exista"),
        ("08:00", "no se sabe qué día, mes y año dice"),
        ("#N/A", "es un error de Excel"),
    ],
)
def test_a_moment_that_cannot_be_read_costs_itself_and_is_told_with_its_place(cell: Any, remedy: str) -> None:
    ticket, told = taken([*TICKET, "Alta", cell], [*HEADER, "Prioridad", "Primera respuesta"])
    assert (ticket.told, ticket.priority, ticket.first_answered_at) == (("priority",), "Alta", None)
    assert "fila 2, columna «Primera respuesta» (J): " in told
    assert remedy in told


def test_a_moment_after_the_file_costs_itself() -> None:
    left_at = datetime(2026, 2, 22, 4, tzinfo=UTC)
    ticket, told = taken([*TICKET, "22/02/2026 08:00"], [*HEADER, "Solución"], left_at=left_at)
    assert ticket.told == ()
    assert "«22/02/2026» es un día posterior al archivo, que se dejó el 21/02/2026" in told


def test_a_column_of_moments_in_which_excel_took_the_month_for_the_day_is_not_known() -> None:
    swapped = datetime(2026, 1, 2, 8), "20/01/2026 08:00"  # noqa: DTZ001 (as a sheet has it)
    rows = tickets(*([*changed(Requerimiento=n), at] for n, at in enumerate(swapped)), header=[*HEADER, "Solución"])
    assert ["solved_at" in row for row in rows] == [False, False]
    assert all("puede tener cambiados el día y el mes" in str(rows.unread[place]) for place in (0, 1))


@pytest.mark.parametrize("none", ["-", "—", " – ", "N/A", "n/a", "N.A.", "No aplica", ""])
def test_what_people_write_where_there_is_none_is_none(none: str) -> None:
    header = [*HEADER, "Prioridad", "Primera respuesta"]
    ticket, told = taken([*changed(Servicio="Garantía", Fecha=none), none, none], header)
    assert (ticket.registered_on, ticket.priority, ticket.first_answered_at, told) == (None, None, None, "")
    assert ticket.told == ("priority", "first_answered_at"), "that there is none is known"
    [entry] = read_table(saved(workbook(HOURS_HEADER, ["x", none, 8, "Programado"])), "h.xlsx", "hour_bank", None)
    assert entry["production_date"] is None
    assert "es de soporte" in refused(changed(Fecha=none))


def test_a_day_that_nobody_needs_and_cannot_be_read_costs_itself() -> None:
    ticket, told = taken(changed(Servicio="Garantía", Fecha="en febrero"), HEADER)
    assert (ticket.ticket_id, ticket.registered_on) == ("20260513", None)
    assert "fila 2, columna «Fecha» (C): " in told
    rows = read_table(saved(workbook(HOURS_HEADER, ["x", "pronto", 8, "Programado"])), "h.xlsx", "hour_bank", None)
    assert rows[0]["production_date"] is None
    [told_of] = rows.unread[0]
    assert "no se sabe qué día, mes y año dice" in told_of.reason


def test_a_priority_that_the_contract_ignores_is_not_told() -> None:
    content = saved(workbook([*HEADER, "Prioridad"], [*TICKET, "Alta"]))
    [row] = read_table(content, "mesa.xlsx", "tickets", None, ["Prioridad"])
    assert "priority" not in row


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 (as a sheet has it)
def test_every_moment_is_read_in_each_of_its_forms(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    here = moment.replace(tzinfo=BOGOTA)
    half = "a. m." if moment.hour < 12 else "p. m."
    assert parse_instant(f"{moment:%d/%m/%Y %H:%M:%S}") == here
    assert parse_instant(f"{moment:%d/%m/%Y} {moment.hour % 12 or 12}:{moment:%M:%S} {half}") == here
    assert parse_instant(here.astimezone(UTC).isoformat()) == here


def test_headers_are_known_without_case_accents_and_dots_and_in_any_order() -> None:
    header = [
        "SUBPROCESO ",
        "no. requerimiento",
        "tipo de servicio",
        "fecha  de registro",
        "estado",
        "producto",
        "modulo",
        "Proceso",
    ]
    [row] = tickets(["S", "7", "GARANTIA", None, "terminado", "P", "M", "Q"], header=header)
    assert (row["ticket_id"], row["service"], row["status"], row["module"], row["subprocess"]) == (
        "7",
        "warranty",
        "Terminado",
        "M",
        "S",
    )


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["", " 08:15", " 08:15:59"]))
def test_every_day_is_read_in_each_of_its_three_forms(day: date, hour: str) -> None:
    assert parse_day(f"{day:%d/%m/%Y}{hour}") == day
    assert parse_day(f" {day:%Y-%m-%d}{hour} ") == day
    assert parse_day(datetime.combine(day, time(23, 59))) == day
    assert parse_day(day) == day


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 9999))
def test_a_day_is_either_the_calendars_or_refused(day: int, month: int, year: int) -> None:
    text = f"{day:02d}/{month:02d}/{year:04d}"
    try:
        expected = datetime.strptime(text, "%d/%m/%Y").date() if 2000 <= year < 2100 else None  # noqa: DTZ007
    except ValueError:
        expected = None
    if expected is None:
        with pytest.raises(CellError):
            parse_day(text)
    else:
        assert parse_day(text) == expected


@given(st.text(max_size=12))
def test_other_texts_never_become_a_day_by_accident(text: str) -> None:
    try:
        day = parse_day(text)
    except CellError:
        return
    assert day is None or text.strip() in (f"{day:%d/%m/%Y}", day.isoformat())


@pytest.mark.parametrize(
    "value",
    [
        "1/2/2026",
        "01/02/26",
        "02-01-2026",
        "2026/01/02",
        "20 ene 2026",
        46042,
        46042.5,
        "01/02/2026 p.m.",
        time(8),
        True,
        "٠١/٠٢/٢٠٢٦x",
    ],
)
def test_what_could_be_another_day_is_refused(value: Any) -> None:
    with pytest.raises(CellError, match="escriba dd/mm/aaaa"):
        parse_day(value)


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        (32, "32"),
        (1.5, "1.5"),
        ("1,5", "1.5"),
        ("1.25", "1.25"),
        (32.0, "32"),
        ("-1", "-1"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_hours_are_exact(value: Any, hours: str) -> None:
    assert str(parse_hours(value)) == hours


@pytest.mark.parametrize(
    ("value", "pesos"), [(19999999.990000002, "19999999.99"), (40000000.0, "40000000"), (40000000, "40000000")]
)
def test_pesos_of_a_workbook_are_those_that_it_shows(value: float, pesos: str) -> None:
    assert str(parse_pesos(value)) == pesos


@pytest.mark.parametrize("value", ["1.000", "1,234.5", "", None, "ocho", True, 0.333, "1e3", date(2026, 1, 1)])
def test_hours_that_are_no_quantity_or_could_be_thousands_are_refused(value: Any) -> None:
    with pytest.raises(CellError):
        parse_hours(value)


def test_a_number_with_decimals_is_no_ticket() -> None:
    with pytest.raises(CellError):
        parse_text(1.5)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"Fecha": "31/02/2026"}, "columna «Fecha» (C): «31/02/2026» no es una fecha que exista — "),
        ({"Fecha": "02/13/2026"}, "columna «Fecha» (C): «02/13/2026» no es una fecha que exista — "),
        ({"Fecha": None}, "columna «Fecha» (C): vacía, y es de soporte — "),
        (
            {"Servicio": "Capacitación"},
            "columna «Servicio» (B): «Capacitación» no es una clase de servicio conocida — ",
        ),
        ({"Requerimiento": " "}, "columna «Requerimiento» (A): vacía, es obligatoria — "),
        ({"Estado": None}, "columna «Estado» (D): vacía, es obligatoria — "),
        ({"Módulo": date(2026, 1, 2)}, "columna «Módulo» (F): «2026-01-02 00:00:00» no es un texto — "),
    ],
)
def test_a_cell_that_does_not_hold_is_told_with_its_place_value_and_remedy(cells: dict[str, Any], told: str) -> None:
    assert refused(changed(Requerimiento=1), changed(**cells)).startswith(
        f"«mesa.xlsx», hoja «Solicitudes», fila 3, {told}"
    )


@pytest.mark.parametrize(
    "value",
    [
        *("02/15/2026", "2026-31-12", "31/02/2026", "12/31/26", "15/02/20266", "2026/02/03", "3.2.2026"),
        *("13/25/2026 08:00 a. m.", "2026-02-30T10:00:00Z", "25:61", "1.000", "1,234.56", "0.001", "-3", "45321.5"),
        *("12,555 horas", "$ 40.000.000", "40.000.000,5", "100 %"),
        *(datetime(2126, 2, 3, tzinfo=UTC), date(1926, 2, 3), 0.5, 1000),
    ],
)
def test_a_refusal_shows_the_day_or_number_that_it_refuses(value: Any) -> None:
    assert shown(value) == str(value)


@pytest.mark.parametrize(
    "value",
    [
        *("1144089123", "16.789.012", "16789012", "20260215", 1144089123, 123456, "315-555-0102", "315 5550102"),
        *("900.123.456-7", "555-0102", "Juan Pérez Gómez", "315.5550102", "nacido el 01/02/1979"),
    ],
)
def test_a_refusal_does_not_show_what_may_be_a_persons(value: Any) -> None:
    assert "[" in shown(value)


def test_all_problems_are_told_at_once_and_not_endlessly() -> None:
    told = refused(*(changed(Requerimiento=number, Fecha="x") for number in range(30))).splitlines()
    assert len(told) == 21
    assert told[-1] == "… y 10 problemas más"


def test_a_missing_an_unknown_and_a_double_column_are_refused() -> None:
    told = refused(
        ["1", "Soporte", "20/02/2026", "Activo", "P", "M", "Q", "x", "y"],
        header=["Requerimiento", "Servicio", "Fecha", "Estado", "Producto", "Módulo", "Proceso", "Ticket", "Correo"],
    )
    assert "fila 1: falta la columna «Subproceso» — inclúyala" in told
    assert "fila 1, columna I: «Correo» no es una columna conocida — " in told
    assert "columna «Ticket» (H): «Ticket» dice lo mismo que la columna «Requerimiento» (A)" in told


def test_a_column_that_the_contract_ignores_is_left_out() -> None:
    content = saved(workbook([*HEADER, "Correo"], [*TICKET, "persona@example.com"]))
    [row] = read_table(content, "m.xlsx", "tickets", None, ["correo"])
    assert "persona@example.com" not in row.values()


def test_values_without_a_header_are_refused() -> None:
    assert "fila 2, columna I: «suelto» no tiene encabezado" in refused([*TICKET, "suelto"])


def test_a_ticket_twice_is_told_with_both_rows() -> None:
    assert refused(TICKET, changed(Requerimiento=1), changed(Fecha="21/02/2026")) == (
        "«mesa.xlsx», hoja «Solicitudes», fila 4: «20260513» ya está en la fila 2 — deje una sola fila"
    )


def test_titles_above_blank_rows_between_and_after_are_no_rows() -> None:
    book = workbook(["Solicitudes del contrato"], [], HEADER, TICKET, [None] * 8, changed(Requerimiento=2), ["  "], [])
    book.active.merge_cells("A1:H1")
    assert [row["ticket_id"] for row in read_table(saved(book), "m.xlsx", "tickets", None)] == ["20260513", "2"]


def test_a_header_merged_over_two_rows_is_read() -> None:
    book = workbook(
        ["Requerimiento", "Servicio", "Fecha", "Estado", "Clasificación", None, None, None],
        [None, None, None, None, "Producto", "Módulo", "Proceso", "Subproceso"],
        TICKET,
    )
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:H1"):
        book.active.merge_cells(cells)
    assert [row["ticket_id"] for row in read_table(saved(book), "m.xlsx", "tickets", None)] == ["20260513"]


def test_merged_cells_among_the_rows_are_refused() -> None:
    book = workbook(HEADER, TICKET, changed(Requerimiento=2))
    book.active.merge_cells("E2:E3")
    with pytest.raises(ExportError, match=r"fila 3, columna «Producto» .E.: vacía, es parte de una celda combinada"):
        read_table(saved(book), "m.xlsx", "tickets", None)


def test_a_formula_is_its_calculated_value_and_without_one_it_is_refused() -> None:
    content = saved(workbook(HEADER, changed(Estado='=UPPER("x")')))
    with pytest.raises(ExportError, match=r"columna «Estado» .D.: vacía, es una fórmula sin valor calculado"):
        read_table(content, "m.xlsx", "tickets", None)
    assert load_workbook(io.BytesIO(content)).active["D2"].data_type == "f"
    calculated = with_cached_value(content, "Terminado")
    [row] = read_table(calculated, "m.xlsx", "tickets", None)
    assert row["status"] == "Terminado"


def with_cached_value(content: bytes, value: str) -> bytes:
    """What Excel leaves in the file when it has calculated the formula."""
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b'<c r="D2">', b'<c r="D2" t="str">').replace(b"<v />", b"<v></v>")
                part = part.replace(b"<v></v>", f"<v>{value}</v>".encode())
            new.writestr(name, part)
    return packed.getvalue()


def test_an_error_of_excel_is_refused() -> None:
    assert "columna «Proceso» (G): «#N/A» es un error de Excel — " in refused(changed(Proceso="#N/A"))


def test_a_column_in_which_excel_took_the_month_for_the_day_is_refused() -> None:
    told = refused(changed(Requerimiento=1, Fecha=date(2026, 1, 2)), changed(Fecha="20/01/2026"))
    assert "fila 2, columna «Fecha» (C): «2026-01-02» puede tener cambiados el día y el mes" in told
    assert tickets(changed(Requerimiento=1, Fecha=date(2026, 1, 20)), changed(Fecha="21/01/2026"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_as_excel_writes_it(encoding: str, delimiter: str) -> None:
    cells = [str(value) for value in changed(Fecha="20/02/2026", Proceso='"AJUSTES, y; más"')]
    text = "\r\n".join([delimiter.join(HEADER), delimiter.join(cells), delimiter * 7, ""])
    [row] = read_table(text.encode(encoding), "mesa.CSV", "tickets", None)
    assert (row["registered_on"], row["process"]) == ("2026-02-20", "AJUSTES, y; más")


@pytest.mark.parametrize("title", ["Solicitudes", "Solicitudes de enero, febrero, marzo, abril y mayo; Jamundí", ""])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_titles_above_the_header_of_a_csv_do_no_harm(delimiter: str, title: str) -> None:
    text = io.StringIO(newline="")
    text.write(f"{title}\r\n\r\n")
    csv.writer(text, delimiter=delimiter).writerows([HEADER, changed(), changed(Requerimiento=2)])
    assert len(read_table(text.getvalue().encode(), "mesa.csv", "tickets", None)) == 2


@pytest.mark.parametrize(("name", "content"), [("m.xlsx", b"PK\x03\x04 damaged"), ("m.xls", b"x"), ("m.xlsx", b"")])
def test_a_file_of_another_kind_is_named_with_its_remedy(name: str, content: bytes) -> None:
    with pytest.raises(ExportError, match=f"«{name}».* — gu[aá]rdelo"):
        read_table(content, name, "tickets", None)


def test_a_file_without_a_header_says_what_is_expected() -> None:
    with pytest.raises(ExportError, match=r"no se encuentra la fila de encabezados.*«Requerimiento», «Servicio»"):
        read_table(saved(workbook(["a", "b"], [1, 2])), "m.xlsx", "tickets", None)


def test_of_several_sheets_the_contract_says_which() -> None:
    book = workbook(HEADER, TICKET)
    book.create_sheet("Bolsa de horas").append(HOURS_HEADER)
    with pytest.raises(ExportError, match="tiene las hojas Solicitudes, Bolsa de horas"):
        read_table(saved(book), "m.xlsx", "tickets", None)
    assert read_table(saved(book), "m.xlsx", "hour_bank", "bolsa de HORAS") == []
    with pytest.raises(ExportError, match="no tiene la hoja «Otra»"):
        read_table(saved(book), "m.xlsx", "tickets", "Otra")


def test_the_hour_bank_is_read_and_an_entry_twice_is_refused_without_its_text() -> None:
    rows = [["Configuración AMSO", "09/02/2026", 32, "terminado"], ["Otra", None, "1,5", "En ejecucion"]]
    content = saved(workbook(HOURS_HEADER, *rows))
    assert read_table(content, "h.xlsx", "hour_bank", None) == [
        {
            "request": "Configuración AMSO",
            "production_date": "2026-02-09",
            "estimated_hours": "32",
            "status": "Terminado",
        },
        {"request": "Otra", "production_date": None, "estimated_hours": "1.5", "status": "En ejecución"},
    ]
    with pytest.raises(ExportError, match="fila 4: «2026-02-09, 32 horas» ya está en la fila 2") as caught:
        read_table(saved(workbook(HOURS_HEADER, *rows, rows[0])), "h.xlsx", "hour_bank", None)
    assert "AMSO" not in str(caught.value)


LONG_AGO, LATER = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 24, tzinfo=UTC)
EARLY, LATE = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 2, 23, 10, 30, tzinfo=UTC)
DESK = HelpDeskExport(
    kind="export",
    connection="desk",
    bucket="exports",
    prefix="ALCJAM/",
    tickets=ExportedTable(file_pattern=r"^mesa.*\.xlsx$", sheet="Solicitudes"),
    hour_bank=ExportedTable(file_pattern=r"^mesa.*\.xlsx$", sheet="Bolsa"),
)


class Store:
    """A boto3 client with these objects: name → (bytes, time)."""

    def __init__(self, **objects: tuple[bytes, datetime]) -> None:
        self.objects = {f"ALCJAM/{name}": value for name, value in objects.items()}
        self.reads = 0

    def get_paginator(self, _: str) -> Store:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{}, {"Contents": [{"Key": key, "LastModified": when} for key, (_, when) in self.objects.items()]}]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's)
        self.reads += 1
        return {"Body": io.BytesIO(self.objects[Key][0])}


def both_tables() -> bytes:
    book = workbook(
        HEADER,
        TICKET,
        changed(Requerimiento=1, Fecha="01/01/2026"),
        changed(Requerimiento=2, Servicio="Garantía", Fecha=None),
    )
    sheet = book.create_sheet("Bolsa")
    sheet.append(HOURS_HEADER)
    sheet.append(["Desarrollo", date(2026, 2, 9), 32, "Terminado"])
    return saved(book)


def test_the_newest_export_wins_and_is_as_old_as_its_file() -> None:
    store = Store(
        **{"mesa-1.xlsx": (b"old", EARLY), "mesa-2.xlsx": (both_tables(), LATE), "~$mesa-3.xlsx": (b"", LATE)}
    )
    kept: list[bytes] = []
    exported, hours = fetch(store, DESK, date(2026, 1, 20), date(2026, 2, 22), kept.append)
    assert (exported.observed_at, hours.observed_at) == (LATE, LATE)
    assert exported.name == "s3://exports/ALCJAM/mesa-2.xlsx#Solicitudes"
    assert [ticket.ticket_id for ticket in parse_tickets(exported.content)] == ["20260513", "2"]
    assert [entry.estimated_hours for entry in parse_hour_bank(hours.content)] == [Decimal(32)]
    assert (store.reads, kept) == (1, [both_tables_of(store)])


def both_tables_of(store: Store) -> bytes:
    return store.objects["ALCJAM/mesa-2.xlsx"][0]


@pytest.mark.parametrize("left_beside", ["~$mesa.xlsx", "._mesa.xlsx", "__MACOSX/._mesa.xlsx", ".~lock.mesa.xlsx#"])
def test_what_a_program_leaves_beside_a_file_is_not_the_newest_export(left_beside: str) -> None:
    left_at = datetime(2026, 2, 20, tzinfo=UTC)
    left = [ExportedFile("p/mesa.xlsx", left_at), ExportedFile(f"p/{left_beside}", left_at + timedelta(minutes=1))]
    assert newest(left, r"(?i)mesa.*\.xlsx", "s3://b/p/").key == "p/mesa.xlsx"


@pytest.mark.parametrize("aside", ["viejos/mesa-1.xlsx", "2025/12/mesa-1.xlsx"])
def test_a_file_of_a_folder_within_is_put_aside_however_late_it_came_there(aside: str) -> None:
    moved = {"mesa-2.xlsx": (both_tables(), LATE), aside: (b"old", LATER)}
    exported, hours = fetch(Store(**moved), DESK, date(2026, 1, 20), date(2026, 2, 22), lambda _: None)
    assert exported.name.endswith("/mesa-2.xlsx#Solicitudes")
    assert hours.observed_at == LATE


def test_where_each_file_has_a_folder_the_newest_is_read() -> None:
    folders = [ExportedFile("p/01/mesa.xlsx", EARLY), ExportedFile("p/02/mesa.xlsx", LATE)]
    assert newest(folders, "mesa", "p").key == "p/02/mesa.xlsx"


def read_under(*names: str) -> Any:
    """What was read before: old bytes, under these names."""
    old = hashlib.sha256(b"old").hexdigest()
    return lambda source, sha256: dict.fromkeys(names, LONG_AGO) if (source, sha256) == ("tickets", old) else {}


def test_a_file_that_was_read_before_and_moved_is_not_the_newest() -> None:
    tickets_alone = DESK.model_copy(update={"hour_bank": ExportedTable(file_pattern="^bolsa", sheet="Bolsa")})
    others = {"mesa-2.xlsx": (both_tables(), LATE), "bolsa.xlsx": (both_tables(), LATE)}
    days = date(2026, 1, 20), date(2026, 2, 22)
    renamed = Store(**others, **{"mesa-vieja.xlsx": (b"old", LATER)})
    exported, _ = fetch(renamed, tickets_alone, *days, len, read_under("s3://exports/ALCJAM/mesa-1.xlsx#Solicitudes"))
    assert exported.name.endswith("/mesa-2.xlsx#Solicitudes")
    left_again = Store(**others, **{"mesa-1.xlsx": (b"old", LATER)})
    with pytest.raises(ExportError, match=r"mesa-1\.xlsx"):
        fetch(left_again, tickets_alone, *days, len, read_under("s3://exports/ALCJAM/mesa-1.xlsx#Solicitudes"))
    with pytest.raises(ExportError, match=r"mesa-vieja\.xlsx"):
        fetch(renamed, tickets_alone, *days, len, read_under())


def test_a_file_that_was_moved_is_read_where_no_newer_one_is_left() -> None:
    older = ExportedFile("p/mesa-0.xlsx", EARLY)
    moved = ExportedFile("p/mesa-vieja.xlsx", LATER)
    assert newest([older, moved], "mesa", "p", lambda file: LATE if file is moved else None) is moved
    assert newest([moved], "mesa", "p", lambda _: LONG_AGO) is moved


def test_no_matching_file_is_told_with_the_place_and_the_pattern() -> None:
    with pytest.raises(ExportError, match=r"s3://exports/ALCJAM/: no hay ningún archivo .*«\^mesa"):
        newest([ExportedFile("ALCJAM/otro.xlsx", LATE)], DESK.tickets.file_pattern, "s3://exports/ALCJAM/")
