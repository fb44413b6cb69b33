"""The workbook of a contract's records: what people write becomes rows, or an error that says where."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from sandbox.contract_records import records_workbook
from sandbox.demo import DEFAULT_SCENARIO
from sandbox.scenario import load_scenario
from service_reports.contracts import ContractRecords
from service_reports.records import REGISTERS, Attestation, ChangeRecord, Deliverable, KeptRegister, register_of
from service_reports.sources.contract_records.workbook import SHEETS, fetch, parse
from service_reports.sources.exports.sheet import ExportError
from service_reports.sources.rows import Rows
from tests.golden.sample_figures import sample_contract, sample_registers

ROLE = "Líder de Operaciones"
HEADERS = {name: [field.title for field in register.fields.values()] for name, register in SHEETS.items()}


def workbook(**registers: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with these registers, each with its header."""
    book = Workbook()
    del book["Sheet"]
    for name, rows in registers.items():
        sheet = book.create_sheet(SHEETS[name].title)
        for row in (HEADERS[name], *rows):
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(**registers: Sequence[Sequence[Any]]) -> Rows[Any]:
    return parse(workbook(**registers), "registros.xlsx", sample_contract())


def refused(**registers: Sequence[Sequence[Any]]) -> str:
    with pytest.raises(ExportError) as caught:
        read(**registers)
    return str(caught.value)


def test_the_scenarios_workbook_gives_the_rows_of_its_files() -> None:
    rows = parse(records_workbook(load_scenario(DEFAULT_SCENARIO)), "registros.xlsx", sample_contract())
    kept = [row.name for row in rows if isinstance(row, KeptRegister)]
    assert {name: tuple(row for row in rows if register_of(row) == name) for name in kept} == sample_registers().rows


def test_an_empty_register_is_kept_and_one_that_is_not_there_is_not() -> None:
    assert read(consultations=[]) == [KeptRegister(name="consultations")]


def test_roles_reports_and_obligations_are_those_of_the_contract() -> None:
    rows = read(attestations=[[4, "2026-01", "LIDER DE OPERACIONES", date(2026, 2, 23)]])
    assert rows[1] == Attestation(obligation=4, report="2026-01", role=ROLE, attested_on=date(2026, 2, 23))


def test_what_is_not_known_to_the_contract_is_told_with_sheet_row_column_value_and_remedy() -> None:
    told = refused(attestations=[[44, "2026-09", "Gerente", date(2026, 2, 23)]])
    assert told.splitlines() == [
        "«registros.xlsx», hoja «Constancias», fila 2, columna «Obligación» (A): «44» no es un valor conocido — "
        f"escriba uno de estos: {', '.join(map(str, range(1, 22)))}",
        "«registros.xlsx», hoja «Constancias», fila 2, columna «Informe» (B): «2026-09» no es un valor conocido — "
        "escriba uno de estos: 2026-01, 2026-02, 2026-03, 2026-04",
        "«registros.xlsx», hoja «Constancias», fila 2, columna «Cargo» (C): «Gerente» no es un valor conocido — "
        "escriba uno de estos: Líder de Operaciones, Líder Administrativo, Oficial de Seguridad de la Información",
    ]


def test_problems_of_all_sheets_are_told_at_once() -> None:
    told = refused(
        consultations=[[date(2026, 2, 3), None, "Plazo", None]], incidents=[["31/02/2026", "Reclamación", "Daño", None]]
    )
    assert "hoja «Consultas», fila 2, columna «Dependencia» (B): vacía, es obligatoria" in told
    assert "hoja «Incidentes», fila 2, columna «Fecha» (A): «31/02/2026» no es una fecha que exista" in told


def test_a_sheet_that_is_no_register_is_refused_because_a_misspelt_one_would_be_lost() -> None:
    book = load_workbook(io.BytesIO(workbook(consultations=[])))
    book.create_sheet("Fuerza mallor")
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(ExportError, match="hoja «Fuerza mallor»: no es un registro conocido — se esperan «"):
        parse(buffer.getvalue(), "registros.xlsx", sample_contract())


def test_a_code_is_there_once() -> None:
    row = ["FAC-1", "Factura", 16, None, None, "Supervisor del contrato"]
    assert "fila 3: «FAC-1» ya está en la fila 2 — deje una sola fila" in refused(deliverables=[row, row])


def test_an_invoice_in_other_letters_is_the_same_invoice() -> None:
    paid = [40_000_000, date(2026, 2, 1), None, date(2026, 2, 20)]
    assert "«fe-1021» ya está en la fila 2" in refused(payments=[[1, "FE-1021", *paid], [2, "fe-1021", *paid]])


def test_free_texts_are_not_repeated_in_a_problem() -> None:
    row = [date(2026, 2, 3), "Tesorería", "Consulta de Nombre Apellido", None]
    assert "Apellido" not in refused(consultations=[row, row])


def test_an_act_with_a_date_has_a_code() -> None:
    row = ["CC-1", "AMSO", date(2026, 1, 22), None, None, None, None, date(2026, 2, 9), 32]
    assert "columna «Código del acta» (G): vacía, y el acta tiene fecha" in refused(change_controls=[row])


@pytest.mark.parametrize("none", ["-", "—", "N/A", "n/a", "No aplica"])
def test_what_people_write_where_there_is_none_is_none(none: str) -> None:
    rows = read(
        deliverables=[["A-1", "Acta de entrega", none, none, none, "Supervisor del contrato"]],
        change_controls=[["CC-1", "AMSO", date(2026, 1, 22), none, none, none, none, none, 32]],
    )
    assert [row.sent_on for row in rows if isinstance(row, Deliverable)] == [None]
    assert [(row.act_code, row.delivered_on) for row in rows if isinstance(row, ChangeRecord)] == [(None, None)]
    assert "no es una cantidad de horas" in refused(change_controls=[["C", "A", date(2026, 1, 22), *[None] * 5, none]])


def test_a_cell_that_may_be_blank_and_cannot_be_read_costs_itself_and_is_told() -> None:
    good = ["A-1", "Acta de entrega", 16, None, date(2026, 2, 9), "Supervisor del contrato"]
    rows = read(deliverables=[good, ["A-2", *good[1:3], "#REF!", "pronto", good[5]]])
    assert [(row.code, row.due_on, row.sent_on) for row in rows[1:]] == [
        ("A-1", None, date(2026, 2, 9)),
        ("A-2", None, None),
    ]
    told = [str(each) for each in rows.aside]
    assert [each.split(": ")[0].split(", ", 1)[1] for each in told] == [
        "hoja «Entregables», fila 3, columna «Fecha pactada» (D)",
        "hoja «Entregables», fila 3, columna «Fecha de envío» (E)",
    ]


def test_months_are_read_as_people_write_them() -> None:
    def row(month: Any, number: str) -> list[Any]:
        return [month, "Planilla de aportes", number, date(2026, 2, 10)]

    rows = read(social_security=[row("2026-01", "1"), row("01/2026", "2"), row(date(2026, 1, 15), "3")])
    assert {proof.month for proof in rows[1:]} == {date(2026, 1, 1)}
    assert "«enero» no es un mes — escriba aaaa-mm" in refused(social_security=[row("enero", "1")])


def test_an_obligation_of_a_deliverable_may_be_blank_but_not_wrong() -> None:
    row = ["A-1", "Acta de entrega", None, None, date(2026, 2, 9), "Supervisor del contrato"]
    assert read(deliverables=[row])[1].obligation is None
    assert "no es un número entero" in refused(deliverables=[[*row[:2], "16a", *row[3:]]])
    assert "no es un valor conocido" in refused(deliverables=[[row[0], "Carta", *row[2:]]])


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
codes = st.from_regex(r"[A-Z]{2,5}-[0-9]{1,4}", fullmatch=True)


@settings(max_examples=25)
@given(
    st.lists(
        st.builds(
            Deliverable,
            code=codes,
            kind=st.just("Factura"),
            obligation=st.none() | st.integers(1, 21),
            due_on=st.none() | days,
            sent_on=st.none() | days,
            addressee=st.just("Supervisor del contrato"),
        ),
        unique_by=lambda row: row.code,
        max_size=5,
    )
)
def test_what_is_written_is_what_is_read(rows: list[Deliverable]) -> None:
    cells = [list(row.model_dump().values()) for row in rows]
    assert read(deliverables=cells) == [KeptRegister(name="deliverables"), *rows]


def test_hours_stay_exact() -> None:
    row = ["CC-1", "AMSO", date(2026, 1, 22), None, None, 20260169, None, None, "1,5"]
    [_, control] = read(change_controls=[row])
    assert isinstance(control, ChangeRecord)
    assert (control.hours, control.ticket_id) == (Decimal("1.5"), "20260169")
    assert "columna «Horas estimadas» (I): «-3» es negativa" in refused(change_controls=[[*row[:-1], "-3"]])


@pytest.mark.parametrize(
    ("value", "pesos"),
    [
        ("40.000.000", "40000000"),
        ("40000000,5", "40000000.5"),
        (40_000_000, "40000000"),
        (1e7, "10000000"),
        (0.1, "0.1"),
    ],
)
def test_an_amount_is_read_as_colombians_write_it_and_stays_exact(value: object, pesos: str) -> None:
    [_, payment] = read(payments=[[1, "FE-1021", value, date(2026, 2, 1), None, None]])
    assert str(payment.amount) == pesos


@pytest.mark.parametrize("value", ["$40.000.000", "40,000,000", "40.00", "0", -1, "1,234", True, None, 1e13])
def test_what_could_be_another_amount_is_refused(value: object) -> None:
    assert "columna «Valor» (C)" in refused(payments=[[1, "FE-1021", value, date(2026, 2, 1), None, None]])


def test_every_sheet_has_a_column_for_every_field_of_its_rows() -> None:
    assert {name: list(register.fields) for name, register in SHEETS.items()} == {
        name: list(record.model_fields) for name, record in REGISTERS.items() if name != "registers"
    }


class Store:
    """An S3 client of one prefix."""

    def __init__(self, **files: datetime) -> None:
        self._files = files

    def get_paginator(self, _: str) -> Store:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": f"ALCJAM/{name}", "LastModified": at} for name, at in self._files.items()]}]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        return {"Body": io.BytesIO(f"{Bucket}/{Key}".encode())}


RECORDS = ContractRecords(connection="records", bucket="contract-records", prefix="ALCJAM/", roles=(ROLE,))


def test_the_newest_workbook_is_read_and_no_workbook_is_no_answer() -> None:
    early, late = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 23, tzinfo=UTC)
    answer = fetch(Store(**{"a.xlsx": late, "b.xlsx": early, "c.txt": late, "~$a.xlsx": late}), RECORDS)
    assert answer is not None
    assert (answer.name, answer.content, answer.observed_at) == (
        "s3://contract-records/ALCJAM/a.xlsx",
        b"contract-records/ALCJAM/a.xlsx",
        late,
    )
    assert fetch(Store(**{"c.txt": late}), RECORDS) is None
    aside = fetch(Store(**{"a.xlsx": early, "viejos/b.xlsx": late}), RECORDS)
    assert aside is not None
    assert aside.observed_at == early
    assert fetch(Store(**{"A.XLSX": late}), RECORDS) is not None
