"""Files that people leave: read at the cost of what they hold, or refused with file, limit and remedy; never empty."""

from __future__ import annotations

import io
import re
import resource
import struct
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from service_reports.records import KeptRegister
from service_reports.sources.contract_records.workbook import SHEETS, parse
from service_reports.sources.exports.sheet import ExportError
from service_reports.sources.help_desk.export import read_table
from tests.golden.sample_figures import sample_contract

HEADER = ["Requerimiento", "Servicio", "Fecha", "Estado", "Producto", "Módulo", "Proceso", "Subproceso", "Resumen"]
TICKET = ["20260513", "Soporte", "20/02/2026", "Activo", "AIREPLUS", "PREDIAL", "RECAUDO", "Consulta", "No abre"]
LEFT_AT = datetime(2026, 2, 23, 15, tzinfo=UTC)
TRANSITIONAL = "http://schemas.openxmlformats.org/"
OFFICE = f"{TRANSITIONAL}officeDocument/2006/relationships"
MAIN = f"{TRANSITIONAL}spreadsheetml/2006/main"


def cell(reference: str, value: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, values: Sequence[str]) -> str:
    cells = "".join(cell(f"{chr(65 + place)}{number}", value) for place, value in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


TABLE = row(1, HEADER) + row(2, TICKET)


def packed(data: str, after: str = "", parts: Mapping[str, bytes] = {}, sheets: str = "", before: str = "") -> bytes:
    """A workbook of one sheet, written by hand as no program would."""
    files = {
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f'<sheets><sheet name="Solicitudes" sheetId="1" r:id="r1"/>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{OFFICE}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/sharedStrings" '
        f'Target="sharedStrings.xml"/><Relationship Id="r3" Type="{OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": f'{before}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{after}'
        "</worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {**files, **parts}.items():
            file.writestr(name, content)
    return buffer.getvalue()


def read(content: bytes, name: str = "mesa.xlsx", sheet: str | None = None) -> list[dict[str, Any]]:
    return read_table(content, name, "tickets", sheet, (), LEFT_AT)


def refused(content: bytes, name: str = "mesa.xlsx", sheet: str | None = None) -> str:
    with pytest.raises(ExportError) as caught:
        read(content, name, sheet)
    told = str(caught.value)
    assert told.startswith(f"«{name}»")
    assert " — " in told
    return told


def strict(content: bytes) -> bytes:
    """The same workbook as «Libro de Excel Open XML strict»: other namespaces, nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(f"{MAIN}".encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
            new.writestr(
                name, part.replace(OFFICE.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships")
            )
    return buffer.getvalue()


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def of_openpyxl(*rows: Sequence[Any], header: Sequence[str] = HEADER) -> Workbook:
    book = Workbook()
    book.active.title = "Solicitudes"
    for each in (header, *rows):
        book.active.append(each)
    return book


def sparing(task: Callable[[], Any]) -> Any:
    """What a task gives, provided that it takes neither a minute nor a gigabyte."""
    began, held = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        return task()
    finally:
        assert time.process_time() - began < 20
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 300_000


FAR = '<row r="1048576"><c r="A1048576" s="2"/></row>'


@pytest.mark.parametrize(
    ("data", "after"),
    [
        (TABLE + FAR, ""),
        (TABLE + f"<row spans='{'x' * 20_000_000}'/>", ""),
        (TABLE + '<row r="1048576"><c r="XFD1048576" s="1" t="n"></c></row>', ""),
        (TABLE + "".join(f'<row r="{number}" s="3" customFormat="1"/>' for number in range(3, 60_000)), ""),
        (TABLE + row(500, [" ", "\u200b"]), ""),
        (TABLE, '<mergeCells><mergeCell ref="A5:XFD1048576"/></mergeCells>'),
        (TABLE, "<mergeCells>" + '<mergeCell ref="A3:XFD1048576"/>' * 5_000 + "</mergeCells>"),
        (TABLE, '<mergeCells><mergeCell ref="J1:XFD1048576"/></mergeCells>'),
    ],
    ids=[
        "mark in the last row",
        "an attribute without end",
        "mark in the last cell",
        "rows with borders",
        "blanks far below",
        "merged below",
        "merged thousandfold",
        "merged beside",
    ],
)
def test_what_is_empty_costs_nothing_however_far_it_reaches(data: str, after: str) -> None:
    assert [each["ticket_id"] for each in sparing(lambda: read(packed(data, after)))] == ["20260513"]


def test_a_value_in_the_last_row_is_a_row_that_is_told() -> None:
    told = sparing(lambda: refused(packed(TABLE + f'<row r="1048576">{cell("A1048576", "x")}</row>')))
    assert "fila 1048576, columna «Servicio» (B): vacía, es obligatoria" in told


def test_a_value_in_the_last_column_has_no_header() -> None:
    told = refused(packed(row(1, HEADER) + f'<row r="2">{cell("XFD2", "x")}</row>'))
    assert "fila 2, columna XFD: «x» no tiene encabezado" in told


def test_a_range_merged_over_the_table_is_refused_where_it_touches_it() -> None:
    told = sparing(lambda: refused(packed(TABLE, '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')))
    assert "fila 2, columna «Servicio» (B): «Soporte» es parte de una celda combinada" in told


MANY = "".join(f"<row>{'<c><v>1</v></c>' * 9}</row>" for _ in range(22_300))
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda: packed(TABLE + " " * 61_000_000), "desempaquetado ocupa más de 60 MB, el máximo que se lee"),
        (lambda: packed(TABLE, parts={"xl/sharedStrings.xml": b" " * 61_000_000}), "más de 60 MB"),
        (lambda: packed(MANY), "tiene más de 200.000 celdas con datos, el máximo que se lee"),
        (
            lambda: packed(TABLE, parts={"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 200_001 + b"</sst>"}),
            "tiene más de 200.000 textos",
        ),
        (
            lambda: packed(
                "".join('<row><c t="s"><v>0</v></c></row>' for _ in range(2_100)),
                parts={"xl/sharedStrings.xml": b"<sst><si><t>" + b"x" * 10_000 + b"</t></si></sst>"},
            ),
            "tiene más de 20.000.000 letras",
        ),
        (
            lambda: packed(TABLE, "<mergeCells>" + '<mergeCell ref="A3:B3"/>' * 20_001 + "</mergeCells>"),
            "tiene más de 20.000 rangos de celdas combinadas",
        ),
        (
            lambda: packed(
                row(1, HEADER) + "".join(row(n, [str(n)]) for n in range(2, 200)),
                "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 10_000 + "</mergeCells>",
            ),
            "tiene demasiadas celdas combinadas",
        ),
        (lambda: packed(TABLE, before=BOMB), "define entidades de XML"),
        (
            lambda: packed(TABLE, parts={"xl/sharedStrings.xml": f"{BOMB}<sst><si><t>&b;</t></si></sst>".encode()}),
            "define entidades de XML",
        ),
        (lambda: packed(TABLE, parts={"xl/workbook.xml": f"{BOMB}<workbook/>".encode()}), "define entidades de XML"),
        (lambda: b"x" * 20_000_001, "ocupa más de 20 MB"),
    ],
    ids=[
        "blanks",
        "shared strings",
        "cells",
        "shared texts",
        "one text used often",
        "merged ranges",
        "merged over and over",
        "entities",
        "entities in texts",
        "entities in the workbook",
        "the file",
    ],
)
def test_a_workbook_that_unpacks_to_more_than_is_read_is_refused_before_it_is_read(
    content: Callable[[], bytes], told: str
) -> None:
    made = content()
    assert told in sparing(lambda: refused(made))


def lying(content: bytes, part: str, size: int) -> bytes:
    """A packed file whose directory gives another size for a part than it has."""
    changed = bytearray(content)
    name = part.encode()
    for signature, at_size, header in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
        at = 0
        while (at := changed.find(signature, at)) >= 0:
            if changed[at + header : at + header + len(name)] == name:
                struct.pack_into("<I", changed, at + at_size, size)
            at += 4
    return bytes(changed)


@pytest.mark.parametrize("size", [10, 2**31])
def test_a_directory_that_lies_about_a_size_is_refused(size: int) -> None:
    content = packed(TABLE + " " * 100_000)
    refused(lying(content, "xl/worksheets/sheet1.xml", size))


@pytest.mark.parametrize(
    "content",
    [
        packed(TABLE)[:-100],
        packed(TABLE)[: len(packed(TABLE)) // 2],
        packed(TABLE + "<row>"),
        packed(TABLE, parts={"xl/worksheets/sheet1.xml": b"\xff\xfe"}),
        packed(TABLE, parts={"xl/workbook.xml": b""}),
        packed(TABLE, parts={"xl/workbook.xml": b"<workbook/>"}),
        packed(TABLE, parts={"_rels/.rels": b"<Relationships>"}),
        packed(row(1, HEADER) + '<row r="2"><c r="A2" t="s"><v>7</v></c></row>'),
        packed(row(1, HEADER) + '<row r="2"><c r="A3"><v>7</v></c></row>'),
        packed(row(1, HEADER) + '<row r="0"/>'),
        packed(row(1, HEADER) + '<row r="2"><c r="2A"><v>7</v></c></row>'),
        packed(row(1, HEADER) + '<row r="2"><c r="ZZZ2"><v>7</v></c></row>'),
        packed(TABLE + row(2, TICKET)),
        packed(TABLE, '<mergeCells><mergeCell ref="muchas"/></mergeCells>'),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
        b"PK\x05\x06" + b"\0" * 18,
        b"",
    ],
)
def test_a_workbook_that_is_broken_is_refused_in_words(content: bytes) -> None:
    refused(content)


@pytest.mark.parametrize("make", [lambda: packed(TABLE), lambda: saved(of_openpyxl(TICKET))])
def test_a_strict_workbook_is_read_like_any_other(make: Callable[[], bytes]) -> None:
    assert read(strict(make())) == read(make()) != []


def test_a_day_that_a_strict_workbook_writes_out_is_read() -> None:
    data = TABLE.replace(cell("C2", "20/02/2026"), '<c r="C2" t="d"><v>2026-02-20T00:00:00.000</v></c>')
    assert read(strict(packed(data)))[0]["registered_on"] == "2026-02-20"


def records(state: str = "visible", rows: Sequence[Sequence[Any]] = ()) -> bytes:
    book = Workbook()
    del book["Sheet"]
    book.create_sheet("Constancias").append([each.title for each in SHEETS["attestations"].fields.values()])
    sheet = book.create_sheet("Consultas")
    for each in ([each.title for each in SHEETS["consultations"].fields.values()], *rows):
        sheet.append(each)
    sheet.sheet_state = state
    return saved(book)


ASKED = [date(2026, 2, 3), "Tesorería", "Plazo", None]


def kept(content: bytes) -> set[str]:
    rows = parse(content, "registros.xlsx", sample_contract(), LEFT_AT)
    return {row.name for row in rows if isinstance(row, KeptRegister)}


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
@pytest.mark.parametrize("written", [lambda content: content, strict])
def test_a_register_is_read_hidden_and_strict(state: str, written: Callable[[bytes], bytes]) -> None:
    rows = parse(written(records(state, [ASKED])), "registros.xlsx", sample_contract(), LEFT_AT)
    assert kept(written(records(state, [ASKED]))) == {"attestations", "consultations"}
    assert [row.matter for row in rows if hasattr(row, "matter")] == ["Plazo"]


def test_a_hidden_sheet_of_an_export_is_read_when_the_contract_names_it() -> None:
    book = of_openpyxl(TICKET)
    book.create_sheet("Portada")
    book["Solicitudes"].sheet_state = "hidden"
    assert read(saved(book), sheet="solicitudes") != []
    assert "no se encuentra la fila de encabezados" in refused(saved(book))


def test_hidden_lists_of_a_form_are_no_register_and_the_same_register_twice_is_refused() -> None:
    book = of_openpyxl(header=["x"])
    book.active.title, book.active.sheet_state = "Listas", "hidden"
    for title in ("Consultas", "CONSULTAS "):
        book.create_sheet(title).append([each.title for each in SHEETS["consultations"].fields.values()])
    with pytest.raises(ExportError, match="hoja «CONSULTAS »: es el mismo registro que la hoja «Consultas»"):
        kept(saved(book))
    del book["CONSULTAS "]
    assert kept(saved(book)) == {"consultations"}


def test_a_workbook_without_a_single_register_is_refused() -> None:
    listed = f'<workbook xmlns:r="{OFFICE}"><sheets><sheet name="Datos" state="hidden" r:id="r1"/></sheets></workbook>'
    with pytest.raises(ExportError, match="no tiene ninguna hoja de registros"):
        kept(packed(TABLE, parts={"xl/workbook.xml": listed.encode()}))


def test_a_register_that_is_empty_on_purpose_says_so() -> None:
    [_, register] = parse(records(rows=[["Sin registros."]]), "registros.xlsx", sample_contract(), LEFT_AT)
    assert register == KeptRegister(name="consultations", empty_on_purpose=True)


def test_a_day_of_a_register_after_the_workbooks_own_is_refused_but_for_what_is_planned() -> None:
    rows = [[date(2026, 2, 23), "Tesorería", "Plazo", date(2026, 2, 24)]]
    with pytest.raises(
        ExportError,
        match=r"hoja «Consultas», fila 2, columna «Fecha de respuesta» \(D\): «24/02/2026» "
        r"es un día posterior al archivo, que se dejó el 23/02/2026",
    ):
        kept(records(rows=rows))
    book = Workbook()
    book.active.title = "Entregables"
    book.active.append([each.title for each in SHEETS["deliverables"].fields.values()])
    book.active.append(["FAC-1", "Factura", 16, date(2026, 3, 5), None, "Supervisor del contrato"])
    assert kept(saved(book)) == {"deliverables"}


@pytest.mark.parametrize(
    ("left_at", "day", "held"),
    [
        (datetime(2026, 2, 23, 4, 59, tzinfo=UTC), "22/02/2026", True),
        (datetime(2026, 2, 23, 4, 59, tzinfo=UTC), "23/02/2026", False),
        (datetime(2026, 2, 23, 5, 0, tzinfo=UTC), "23/02/2026", True),
        (datetime(2026, 2, 23, 5, 0, tzinfo=UTC), "20/02/2062", False),
    ],
)
def test_the_files_own_day_is_that_of_bogota(left_at: datetime, day: str, held: bool) -> None:
    content = packed(TABLE.replace("20/02/2026", day))
    if held:
        assert read_table(content, "m.xlsx", "tickets", None, (), left_at)
        return
    with pytest.raises(ExportError, match=rf"fila 2, columna «Fecha» \(C\): «{day}» es un día posterior al archivo"):
        read_table(content, "m.xlsx", "tickets", None, (), left_at)


def test_hours_that_are_not_finished_may_have_a_day_to_come() -> None:
    header = ["Actividad", "Fecha de puesta en producción", "Horas", "Estado"]
    for status, held in (("Programado", True), ("Terminado", False)):
        content = saved(of_openpyxl(["Reporte", date(2026, 3, 1), 8, status], header=header))
        if held:
            assert read_table(content, "h.xlsx", "hour_bank", None, (), LEFT_AT)
        else:
            with pytest.raises(ExportError, match=r"columna «Fecha de puesta en producción» \(B\): «01/03/2026»"):
                read_table(content, "h.xlsx", "hour_bank", None, (), LEFT_AT)


@pytest.mark.parametrize(
    "written",
    [
        "9/02/2026",
        "09/02/2026 8:00 a. m.",
        "9/02/2026 8:00:15 p.\u00a0m.",
        "09/02/2026 08:00 PM",
        "2026-02-09 08:00",
        "2026-02-09T08:00:00.000",
        "2026-02-09T23:30:00-05:00",
        "2026-02-10T03:00:00Z",
        "2026-02-10T03:00:00.1234567Z",
        "\u200e09/02/2026\u200e",
        46062,
        46062.75,
        date(2026, 2, 9),
        datetime.fromisoformat("2026-02-09T23:59:59"),
    ],
)
def test_a_day_is_read_as_it_is_written_in_colombia(written: Any) -> None:
    content = saved(of_openpyxl([*TICKET[:2], written, *TICKET[3:]]))
    assert read(content)[0]["registered_on"] == "2026-02-09"


@pytest.mark.parametrize(
    "number_format",
    [
        "d/MM/yyyy",
        "dd/mm/yyyy;@",
        '[$-240A]d" de "mmmm" de "yyyy;@',
        "[$-F800]dddd, mmmm dd, yyyy",
        "mm-dd-yy",
        "d/m/yy h:mm",
        "yyyy\\-mm\\-dd",
        "mmm-yy",
    ],
)
def test_a_cell_of_the_regions_date_formats_is_a_day(number_format: str) -> None:
    book = of_openpyxl([*TICKET[:2], 46062, *TICKET[3:]])
    book.active["C2"].number_format = number_format
    assert read(saved(book))[0]["registered_on"] == "2026-02-09"


@pytest.mark.parametrize("formatted", [True, False])
def test_days_that_are_counted_from_1904_are_read(formatted: bool) -> None:
    book = of_openpyxl([*TICKET[:2], datetime.fromisoformat("2026-02-09"), *TICKET[3:]])
    book.epoch = CALENDAR_MAC_1904
    if not formatted:
        book.active["C2"] = 46062 - 1462
    assert read(saved(book))[0]["registered_on"] == "2026-02-09"


@pytest.mark.parametrize(
    "written",
    [
        "1/2/2026",
        "9/2/2026",
        "02-09-2026",
        "09/02/26",
        "09/02/2026 25",
        "2026-02-30T00:00:00Z",
        20260209,
        0.5,
        -1,
        1e300,
        "46062",
    ],
)
def test_a_day_that_can_be_another_is_told(written: Any) -> None:
    content = saved(of_openpyxl([*TICKET[:2], written, *TICKET[3:]]))
    assert "fila 2, columna «Fecha» (C): «" in refused(content)


def test_a_bare_number_in_a_text_file_is_no_day() -> None:
    said = refused(text_file([[*TICKET[:2], "46062", *TICKET[3:]]]), "mesa.csv")
    assert "columna «Fecha» (C): " in said
    assert "no se sabe qué día, mes y año dice" in said


def text_file(rows: Sequence[Sequence[str]], code: str = "utf-8", end: str = "\r\n", delimiter: str = ";") -> bytes:
    return (end.join([delimiter.join(each) for each in (HEADER, *rows)]) + end).encode(code)


def with_cells(**cells: str) -> list[str]:
    return [cells.get(header, value) for header, value in zip(HEADER, TICKET, strict=True)]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850"])
def test_a_text_file_is_read_in_the_code_that_its_program_writes(code: str) -> None:
    said = with_cells(Subproceso="Generación y aplicación", Proceso="LIQUIDACIÓN DEL AÑO")
    [found] = read(text_file([said], code), "mesa.csv")
    assert (found["subprocess"], found["process"]) == ("Generación y aplicación", "LIQUIDACIÓN DEL AÑO")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (text_file([TICKET]).replace("Módulo".encode(), b"M\x8ddulo"), "no se sabe con qué letras está escrito"),
        (text_file([TICKET]).replace(b"No abre", b"\xd0\xc2\xcc"), "no se sabe con qué letras está escrito"),
        (text_file([TICKET]).decode().encode("utf-16-le"), "no se sabe con qué letras está escrito"),
        (text_file([with_cells(Subproceso="Generaci\ufffdn")]), "columna «Subproceso» (H): «Generaci\ufffdn» tiene"),
        (text_file([with_cells(Proceso="m—dulo")]), "columna «Proceso» (G): «m—dulo» tiene letras dañadas"),
    ],
)
def test_letters_that_nobody_can_tell_are_refused(content: bytes, told: str) -> None:
    assert told in refused(content, "mesa.csv")


@pytest.mark.parametrize("cut", [4, 5, 7])
@pytest.mark.parametrize("end", ["\r\n", "\n", ""])
def test_a_row_that_breaks_off_is_refused_with_its_row_and_its_last_word(cut: int, end: str) -> None:
    whole = text_file([TICKET, with_cells(Requerimiento="2")])
    lines = whole.decode().splitlines()
    lines[2] = ";".join(lines[2].split(";")[:cut])[:-1]
    told = refused(("\r\n".join(lines) + end).encode(), "mesa.csv")
    assert re.search(rf"^«mesa.csv», fila 3: «\w+» es lo último de una fila cortada: tiene {cut} celdas, y los", told)


def test_a_row_in_the_middle_that_breaks_off_is_refused_too() -> None:
    content = text_file([TICKET, with_cells(Requerimiento="2")[:6], with_cells(Requerimiento="3")])
    assert "fila 3: «PREDIAL» es lo último de una fila cortada: tiene 6 celdas" in refused(content, "mesa.csv")


@pytest.mark.parametrize("left", ["Consul", "C", ""])
def test_a_last_cell_without_a_line_end_that_other_rows_say_in_full_is_refused(left: str) -> None:
    header = HEADER[:8]
    lines = [";".join(each) for each in (header, TICKET[:8], [*with_cells(Requerimiento="2")[:7], left])]
    told = refused("\r\n".join(lines).encode(), "mesa.csv")
    assert "fila 3, columna «Subproceso» (H): " in told
    assert "es lo último del archivo, sin fin de línea" in told


def test_a_whole_last_line_needs_no_end_and_an_optional_last_column_may_be_left_out() -> None:
    lines = [";".join(each) for each in (HEADER, TICKET, with_cells(Requerimiento="2")[:8])]
    assert len(read("\r\n".join(lines).encode(), "mesa.csv")) == 2


QUOTES = "«mesa.csv», fila {0} (línea {1}): "


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [with_cells(Resumen='"pulgada de 5"" x'), with_cells(Requerimiento="2")],
            QUOTES.format(2, 2) + "unas comillas se abren y no se cierran hasta el final del archivo",
        ),
        (
            [TICKET, with_cells(Requerimiento="2", Proceso='"RECAUDO'), with_cells(Requerimiento="3")],
            QUOTES.format(3, 3) + "unas comillas se abren y no se cierran hasta el final del archivo",
        ),
        (
            [with_cells(Resumen='"dos\r\nlíneas"'), with_cells(Requerimiento="2", Proceso='"RECAUDO')],
            QUOTES.format(3, 4) + "unas comillas se abren y no se cierran hasta el final del archivo",
        ),
        (
            [
                with_cells(Resumen='"abierta'),
                with_cells(Requerimiento="2"),
                with_cells(Requerimiento="3", Resumen='x"'),
            ],
            QUOTES.format(2, 2) + "dentro de unas comillas hay otra fila entera",
        ),
        (
            [TICKET, with_cells(Requerimiento="2", Proceso='"RECAUDO'), with_cells(Requerimiento="3", Proceso='x"')],
            QUOTES.format(3, 3) + "dentro de unas comillas hay otra fila entera",
        ),
        (
            [
                with_cells(Proceso='"RECAUDO'),
                with_cells(Requerimiento="2"),
                with_cells(Requerimiento="3", Proceso='x"'),
            ],
            QUOTES.format(2, 2) + "dentro de unas comillas hay otra fila entera",
        ),
        (
            [with_cells(Resumen='"no abre" el reporte')],
            QUOTES.format(2, 2) + "unas comillas se cierran a mitad de una celda",
        ),
        ([TICKET, with_cells(Resumen="x" * 140_000)], QUOTES.format(3, 3) + "una celda tiene más de 131.072 letras"),
    ],
)
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_quote_that_does_not_hold_is_told_with_row_line_and_reason(
    rows: list[list[str]], told: str, delimiter: str
) -> None:
    assert refused(text_file(rows, delimiter=delimiter), "mesa.csv").startswith(told)


def test_a_file_as_other_programs_write_it_is_read() -> None:
    for content in (
        text_file([with_cells(Subproceso="Generación")], "mac_roman", "\r"),
        b"sep=;\r\n" + text_file([TICKET]),
        text_file([TICKET]) + b"\x1a",
        text_file([TICKET]) + b";;;;;;;;\r\n" * 3,
        text_file([[f'"{cell}"' for cell in TICKET]], delimiter="\t"),
    ):
        assert [each["ticket_id"] for each in read(content, "mesa.csv")] == ["20260513"]


def test_problems_without_number_cost_no_more_than_those_that_are_told() -> None:
    content = text_file([["x" * 50] * 9 for _ in range(2_000)])
    assert refused(content, "mesa.csv").endswith("… y 5979 problemas más")


def test_quotes_that_are_the_texts_own_and_texts_of_several_lines_are_read() -> None:
    rows = [
        with_cells(Resumen='"pulgada de 5"" x"'),
        with_cells(Requerimiento="2", Resumen='"a; b; c\r\nd; e"'),
        with_cells(Requerimiento="3", Resumen='de 5" x'),
    ]
    assert [each["summary"] for each in read(text_file(rows), "mesa.csv")] == [
        'pulgada de 5" x',
        "a; b; c d; e",
        'de 5" x',
    ]


@pytest.mark.parametrize("content", [b";" * 19_000_000, b'"' * 19_000_000, b"x" * 19_000_000, b"\n" * 19_000_000])
def test_a_text_file_without_end_is_refused_in_bounded_time_and_memory(content: bytes) -> None:
    sparing(lambda: refused(content, "mesa.csv"))


NASTY = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)) | st.sampled_from('";,\t\r\n\0\x85\u2028\ufeff'),
    max_size=30,
)


def read_or_told(content: bytes, name: str = "mesa.xlsx") -> list[dict[str, Any]] | None:
    """The rows, or nothing where they are refused in words; any other error is one."""
    try:
        return read(content, name)
    except ExportError as error:
        if not str(error).startswith(f"«{name}»"):
            raise
        return None


@settings(max_examples=100)
@given(st.lists(st.lists(NASTY, max_size=10), max_size=5), st.sampled_from(["utf-8", "utf-16", "cp1252", "mac_roman"]))
def test_whatever_a_text_file_holds_it_is_read_or_refused_in_words(rows: list[list[str]], code: str) -> None:
    content = text_file(rows).decode().encode(code, "replace")
    assert len(read_or_told(content, "mesa.csv") or ()) <= content.count(b"\n")


WHOLE = packed(TABLE, parts={"xl/styles.xml": b"<styleSheet/>"})


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 200))
def test_whatever_is_damaged_in_a_workbook_it_is_read_right_or_refused_in_words(
    damages: list[tuple[int, int]], cut: int
) -> None:
    changed = bytearray(WHOLE)
    for place, byte in damages:
        changed[place] = byte
    assert read_or_told(bytes(changed[: len(changed) - cut])) in (None, read(WHOLE))


KINDS = ("", ' t="s"', ' t="b"', ' t="d"', ' t="e"', ' t="str"', ' t="?"', ' s="99"', ' s="x"')
SAID = (
    "",
    "<v/>",
    "<v>1</v>",
    "<v>-1</v>",
    "<v>1e400</v>",
    "<v>nan</v>",
    "<v>x</v>",
    "<f>A1</f>",
    "<f/><v/>",
    "<is><t>y</t></is>",
    "<is><rPh><t>z</t></rPh></is>",
    "<v>46062</v>",
    "<v>2026-02-30</v>",
    f"<v>{'9' * 400}</v>",
)
CELLS = st.builds(
    "<c{}{}>{}</c>".format,
    st.sampled_from(["", *(f' r="{at}"' for at in ("A2", "B2", "C2", "J9"))]),
    st.sampled_from(KINDS),
    st.sampled_from(SAID),
)
REST = st.sampled_from(
    [
        "<row>",
        "</row>",
        '<row r="2">',
        '<row r="x">',
        "<t>",
        "<v>",
        "<v>7</v>",
        "<mergeCell ref='A1:B2'/>",
        "<mergeCell/>",
        "<!-- x -->",
        "<![CDATA[<v>1</v>]]>",
        "&amp;",
        "&#0;",
    ]
)


@settings(max_examples=150)
@given(st.lists(CELLS | REST, max_size=6).map("".join))
def test_whatever_a_sheet_is_written_of_it_is_read_or_refused_in_words(inner: str) -> None:
    assert not read_or_told(packed(row(1, HEADER) + f'<row r="2">{inner}</row>'))


@pytest.mark.parametrize(
    "written", [lambda name: name.replace("/", "\\"), lambda name: f"/{name}", lambda name: f"./{name}"]
)
def test_a_workbook_whose_parts_are_packed_under_other_strokes_is_read(written: Callable[[str], str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed(TABLE))) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo()
            part.filename = written(name)
            new.writestr(part, old.read(name))
    assert read(buffer.getvalue()) == read(packed(TABLE))


@pytest.mark.parametrize("place", ["-1", "2", "uno"])
def test_a_text_that_the_workbook_does_not_have_is_none_of_the_others(place: str) -> None:
    shared = f'<sst xmlns="{MAIN}"><si><t>Activo</t></si><si><t>Terminado</t></si></sst>'
    table = TABLE.replace(cell("D2", "Activo"), f'<c r="D2" t="s"><v>{place}</v></c>')
    assert "no es un libro de Excel legible" in refused(packed(table, parts={"xl/sharedStrings.xml": shared.encode()}))


def test_a_day_that_is_written_out_and_does_not_exist_is_told_with_its_cell() -> None:
    table = TABLE.replace(cell("C2", "20/02/2026"), '<c r="C2" t="d"><v>2026-02-30</v></c>')
    assert "fila 2, columna «Fecha» (C)" in refused(packed(table))


def test_an_escape_of_the_workbook_is_the_character_that_it_stands_for() -> None:
    data = TABLE.replace("No abre", "No abre_x000D_&#10;el reporte_x000d_, _x005F_x0041_ y &amp;nbsp;_x00E1_")
    assert read(packed(data))[0]["summary"] == "No abre el reporte , _x0041_ y á"


def test_zeros_before_a_number_make_no_other_ticket() -> None:
    assert "fila 3: «020260513» ya está en la fila 2" in refused(
        saved(of_openpyxl(TICKET, [f"0{TICKET[0]}", *TICKET[1:]]))
    )


def test_a_number_of_more_digits_than_excel_keeps_is_no_ticket() -> None:
    assert "columna «Requerimiento» (A)" in refused(saved(of_openpyxl([10**16, *TICKET[1:]])))
