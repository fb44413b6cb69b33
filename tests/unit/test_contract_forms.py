"""New contract files: fifty from one workbook, or one from answers; every mistake told, and nothing half-written."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from service_reports.contract_forms.files import write_whole
from service_reports.contract_forms.making import NewFile
from service_reports.contracts import load_contract, read_contract_files
from service_reports.contracts.model import nit_check_digit
from service_reports_command import main

FEBRUARY = date(2027, 2, 28)
CONTRACT: Mapping[str, Any] = {
    "Identificador": "alcaldia-uno-001",
    "Número de contrato": "001-2027",
    "Vigencia fiscal": 2027,
    "Objeto": "Suministro de la plataforma",
    "Inicio de vigencia": date(2027, 1, 1),
    "Fin de vigencia": "31/12/2027",
    "Entidad · Nombre de la entidad": "Alcaldía Uno",
    "Entidad · Sigla de la entidad": "UNO",
    "Entidad · NIT, sin dígito de verificación": 800197268,
    "Entidad · Dígito de verificación": 4,
    "Contratista · Razón social": "Proveedor S.A.S.",
    "Contratista · Nombre corto": "Proveedor",
    "Contratista · Dependencia del informe de gestión": "Dirección de Servicios",
    "Contratista · Dependencia del informe técnico": "Dirección de Tecnología",
    "Contratista · Nombre de la mesa de servicio": "Mesa",
    "Firma del contratista · Título del bloque de firma": "Firma Responsable",
    "Firma del contratista · Cargo": "Líder de Operaciones",
    "Firma del contratista · Organización": "Proveedor S.A.S.",
    "Supervisor del contrato · Título del bloque de firma": "Firma Supervisor",
    "Supervisor del contrato · Cargo": "Supervisor",
    "Supervisor del contrato · Organización": "Alcaldía Uno",
    "Supervisor del contrato · Correo del supervisor": "supervisor@example.com",
    "Componentes del contrato": "Servicio de Soporte\nBolsa de Horas",
    "Bolsa de horas · Horas contratadas": 62.5,
    "Bolsa de horas · Usos permitidos": "capacitaciones",
    "Bolsa de horas · Modalidad": "remota",
    "Hora de cierre (Bogotá) en la fecha del informe": time(7, 30),
    "Alcance en OCI · Conexión de Airflow a OCI": "oci_prueba",
    "Alcance en OCI · OCID del tenancy": "ocid1.tenancy.oc1..prueba",
    "Alcance en OCI · Región principal": "us-ashburn-1",
    "Alcance en OCI · Compartimentos del contrato": "ocid1.compartment.oc1..a\nocid1.compartment.oc1..b",
    "Emitir aunque haya lotes rechazados": "sí",
    "Mesa de servicio · Conexión de Airflow a la mesa de servicio": "help_desk",
    "Mesa de servicio · Código del cliente en la mesa de servicio": "UNO",
    "Firma digital · Conexión de Airflow con la clave de quien firma": "signing_prueba",
    "Correo · Conexión de Airflow al servidor SMTP": "mail_prueba",
    "Correo · Remitente": "informes@example.com",
    "Códigos de documentos · Informe de gestión": "GES-{entity}-{date}-{sequence}-{year}",
    "Códigos de documentos · Informe técnico": "TEC-{entity}-{date}-{sequence}-{year}",
    "Códigos de documentos · Libro de solicitudes": "SOL-{entity}-{date}-{sequence}-{year}",
}
LISTS: Mapping[str, Sequence[Sequence[Any]]] = {
    "Productos activos": [
        ["Contrato", "Código en la mesa de servicio", "Nombre del producto"],
        [None, "RENTAS", "Sistema de Rentas"],
    ],
    "Calendario de informes": [
        ["Contrato", "Número de informe", "Primer día del periodo", "Último día del periodo", "Fecha del informe"],
        [None, "2027-01", date(2027, 1, 1), "2027-01-31", date(2027, 2, 1)],
        [None, "2027-02", date(2027, 2, 1), FEBRUARY, date(2027, 3, 1)],
    ],
    "Obligaciones contractuales": [
        ["Contrato", "Número", "Obligación contractual", "De qué depende", "Lo que certifica el responsable"],
        [None, 1, "Prestar el servicio.", "tickets", None],
        ["alcaldia-uno-001", 2, "Acatar las instrucciones.", "tickets\nattestation", "acató las instrucciones"],
    ],
    "Recursos medidos": [
        [
            *("Contrato", "Recurso", "Clase de recurso", "OCID del recurso", "OCID del compartimento"),
            *("Métricas · Espacio de nombres", "Métricas · Métrica", "Métricas · Unidad"),
            *("Métricas · Título de la gráfica", "Métricas · Qué mide"),
        ],
        [
            *(None, "UNO PORTAL", "server", "ocid1.instance.oc1.iad.a", "ocid1.compartment.oc1..a"),
            *("oci_computeagent", "CpuUtilization", "percent", "Uso de CPU", "CPU en uso."),
        ],
        [
            *(None, None, None, None, None),
            *("oci_computeagent", "MemoryUtilization", "percent", "Memoria en uso", "Memoria en uso."),
        ],
        [
            *(None, "UNO DB", "database", "ocid1.dbsystem.oc1.iad.a", "ocid1.compartment.oc1..a"),
            *("oci_database", "CpuUtilization", "percent", "Uso de CPU", "CPU en uso."),
        ],
    ],
}


def workbook(
    folder: Path, rows: Sequence[Mapping[str, Any]] = (CONTRACT,), lists: Mapping[str, Sequence[Sequence[Any]]] = LISTS
) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "Contratos"
    headers = list(dict.fromkeys(header for row in rows for header in row))
    sheet.append(headers)
    for row in rows:
        sheet.append([row.get(header) for header in headers])
    for name, lines in lists.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    path = folder / "contratos.xlsx"
    book.save(path)
    return path


def new(path: Path, *words: str) -> int:
    return main(["contract", "new", "--workbook", str(path), "--out", str(path.parent / "out"), *words])


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir()) if (folder / "out").exists() else []


def test_fifty_rows_make_fifty_files_that_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = []
    for number in range(50):
        nit = str(800_100_000 + number)
        other = {
            "Identificador": f"alcaldia-{number:02}",
            "Entidad · NIT, sin dígito de verificación": nit,
            "Entidad · Dígito de verificación": nit_check_digit(nit),
        }
        rows.append({**CONTRACT, **other})
    lists = {
        name: [[None, *line[1:]] if place else line for place, line in enumerate(lines)]
        for name, lines in LISTS.items()
    }
    assert new(workbook(tmp_path, rows, lists)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Escritos 50 de 50 contratos."
    files = read_contract_files(tmp_path / "out")
    assert [file.error for file in files] == [None] * 50
    assert {file.contract.entity.nit for file in files} == {str(800_100_000 + number) for number in range(50)}
    assert {len(file.contract.reports) for file in files} == {2}


def test_a_row_says_what_the_file_says(tmp_path: Path) -> None:
    other = {**CONTRACT, "Identificador": "alcaldia-dos-002"}
    assert new(workbook(tmp_path, (CONTRACT, other))) == 0
    contract = load_contract(tmp_path / "out" / "alcaldia-uno-001.yaml")
    assert contract.entity.nit == "800197268"
    assert contract.components == ("Servicio de Soporte", "Bolsa de Horas")
    assert str(contract.hour_bank.contracted_hours) == "62.5"
    assert contract.cut_off_time == time(7, 30)
    assert contract.issue_with_refused_batches is True
    assert contract.reports[1].period_to == FEBRUARY
    assert [(each.name, len(each.metrics)) for each in contract.resources] == [("UNO PORTAL", 2), ("UNO DB", 1)]
    assert contract.database is None
    assert contract.dumps is None
    assert [each.number for each in contract.obligations] == [1, 2], "a row without a contract is of all"
    dos = load_contract(tmp_path / "out" / "alcaldia-dos-002.yaml")
    assert [each.number for each in dos.obligations] == [1], "and a row with one is its"


def test_a_file_can_be_read_by_a_person(tmp_path: Path) -> None:
    new(workbook(tmp_path))
    text = (tmp_path / "out" / "alcaldia-uno-001.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=contract.schema.json\n")
    assert "\n# Calendario de informes\nreports:\n  - {number: 2027-01, period_from: 2027-01-01, " in text
    assert "\n# Plataforma: por escribir" in text
    assert "\n#   dumps: Copias locales\n" in text


ROW_2 = "«contratos.xlsx», hoja «Contratos», fila 2, columna "


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("Entidad · NIT, sin dígito de verificación", "12a", "(I): entity.nit tiene '12a': no tiene la forma"),
        ("Entidad · Sigla de la entidad", None, "(H): entity.short_code: falta: escríbalo"),
        ("Fin de vigencia", "31/02/2027", "(F): «31/02/2027» no es una fecha que exista — el orden es día"),
        ("Fin de vigencia", "1/2/27", "(F): «1/2/27» no se sabe qué día, mes y año dice — escriba dd/mm/aaaa"),
        ("Vigencia fiscal", "dos mil", "(C): year tiene 'dos mil': no es un número entero"),
        ("Bolsa de horas · Horas contratadas", "1.000", "(X): «1.000» puede ser de miles o de decimales — escriba"),
        ("Bolsa de horas · Horas contratadas", 0, "(X): hour_bank.contracted_hours tiene 0: debe ser mayor que 0"),
        ("Número de contrato", date(2027, 1, 1), "(B): «2027-01-01 00:00:00» no es un texto — dé a la celda formato"),
        ("Objeto", "=1/0", "(D): vacía, es una fórmula sin valor calculado — ábrala y guárdela en Excel"),
        ("Emitir aunque haya lotes rechazados", "quizás", "(AF): «quizás» no es sí ni no — escriba uno de los dos"),
        ("Correo · Remitente", "informes", "mail.sender tiene 'informes': no es una dirección a la que se pueda"),
        (
            "Alcance en OCI · Compartimentos del contrato",
            "a\nocid1.compartment.oc1..b",
            "oci.compartment_ocids.0 tiene 'a'",
        ),
        ("Identificador", "Alcaldía Uno", "(A): id tiene 'Alcaldía Uno': no tiene la forma"),
        ("Identificador", None, "(A): id: falta: escríbalo"),
    ],
)
def test_a_bad_cell_is_told_with_its_place_its_value_and_what_to_do(
    column: str, value: object, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = {name: lines for name, lines in LISTS.items() if name != "Obligaciones contractuales"}
    assert new(workbook(tmp_path, [{**CONTRACT, column: value}], lists)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{ROW_2}«{column}» (")
    assert told in line
    assert written(tmp_path) == []


def test_what_disagrees_within_a_section_is_told_of_its_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(workbook(tmp_path, [{**CONTRACT, "Entidad · Dígito de verificación": 5}])) == 1
    assert "fila 2: entity: nit_check_digit es 5, pero el del NIT 800197268 es 4" in capsys.readouterr().err


def test_a_workbook_that_was_filled_in_under_former_names_is_read_as_one_of_today(tmp_path: Path) -> None:
    """Somebody who was sent the template in autumn sends it back in spring."""
    today = {
        name: str(name).replace("mesa de servicio", "mesa de ayuda").replace("la clave de quien firma", "el PKCS#12")
        if isinstance(name, str)
        else name
        for name in CONTRACT
    }
    former = {
        name.replace("Obligaciones contractuales", "Compromisos contractuales"): [
            [
                str(cell).replace("mesa de servicio", "mesa de ayuda").replace("Obligación contr", "Compromiso contr")
                for cell in lines[0]
            ],
            *lines[1:],
        ]
        for name, lines in LISTS.items()
    }
    assert "Compromisos contractuales" in former
    assert "Compromiso contractual" in former["Compromisos contractuales"][0]
    (tmp_path / "now").mkdir()
    (tmp_path / "then").mkdir()
    assert new(workbook(tmp_path / "now")) == 0
    assert new(workbook(tmp_path / "then", [{today[name]: value for name, value in CONTRACT.items()}], former)) == 0
    now, then = ((tmp_path / each / "out" / "alcaldia-uno-001.yaml").read_text() for each in ("now", "then"))
    assert now == then


@pytest.mark.parametrize(
    ("sheet", "line", "told"),
    [
        (
            "Calendario de informes",
            [None, "2027-02", "01/02/2027", "30/02/2027", "01/03/2027"],
            "hoja «Calendario de informes», fila 4, columna «Último día del periodo» (D): «30/02/2027» no es una fecha",
        ),
        (
            "Calendario de informes",
            [None, "2027-2", "01/02/2027", "28/02/2027", "01/03/2027"],
            "hoja «Calendario de informes», fila 4, columna «Número de informe» (B): reports.2.number tiene '2027-2'",
        ),
        (
            "Calendario de informes",
            [None, "2027-03", "15/02/2027", "15/03/2027", "01/04/2027"],
            "hoja «Contratos», fila 2: (todo el archivo): el informe 2027-03 se cruza con el 2027-02",
        ),
        (
            "Obligaciones contractuales",
            ["alcaldia-uno-001", 3, "Pagar.", "pagos", None],
            "fila 4, columna «De qué depende» (D): obligations.2.depends_on.0 tiene 'pagos': no es un valor conocido",
        ),
        (
            "Recursos medidos",
            [*[None] * 5, "oci_database", "NodeStatus", "por ciento", "Estado", "Estado."],
            "columna «Métricas · Unidad» (H): resources.1.metrics.1.unit tiene 'por ciento': no es un valor conocido",
        ),
        (
            "Productos activos",
            ["alcaldia-tres", "OTRO", "Otro Sistema"],
            "fila 3, columna «Contrato» (A): «alcaldia-tres» no es un contrato que se pueda hacer de este libro",
        ),
    ],
)
def test_a_bad_row_of_a_list_is_told_with_its_own_sheet(
    sheet: str, line: list[Any], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(workbook(tmp_path, lists={**LISTS, sheet: [*LISTS[sheet], line]})) == 1
    place, _, rest = told.rpartition("fila 4")
    assert (rest or told) in capsys.readouterr().err, place


def test_a_row_that_fails_stops_only_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = {**CONTRACT, "Identificador": "alcaldia-dos-002", "Vigencia fiscal": 1999}
    assert new(workbook(tmp_path, [bad, CONTRACT])) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.out.splitlines()[-1] == "Escritos 1 de 2 contratos."
    assert written(tmp_path) == ["alcaldia-uno-001.yaml"]


def test_no_two_rows_are_one_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(workbook(tmp_path, [CONTRACT, CONTRACT])) == 1
    assert "fila 3, columna «Identificador» (A): id tiene 'alcaldia-uno-001', que ya está" in capsys.readouterr().err
    assert written(tmp_path) == ["alcaldia-uno-001.yaml"]


def test_a_check_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(workbook(tmp_path), "--check") == 0
    assert capsys.readouterr().out == "Sirven 1 de 1 contratos; no se escribió nada.\n"
    assert written(tmp_path) == []


def test_what_is_there_is_replaced_only_when_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook(tmp_path)
    file = tmp_path / "out" / "alcaldia-uno-001.yaml"
    file.parent.mkdir()
    file.write_text("mine", encoding="utf-8")
    assert new(path) == 1
    assert "ya existe alcaldia-uno-001.yaml: escriba otro, o pida --replace" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"
    assert new(path, "--replace") == 0
    assert load_contract(file).id == "alcaldia-uno-001"
    file.rename(file.with_name("another-name.yaml"))
    assert new(path, "--replace") == 1, "an id that another file has is never taken"
    assert "ya lo tiene another-name.yaml: escriba otro" in capsys.readouterr().err
    assert written(tmp_path) == ["another-name.yaml"]


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.yaml"
    write_whole(file, b"before", replace=False)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        NewFile(file, b"after").write(replace=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.yaml": b"before"}


def test_a_folder_that_takes_no_file_is_told_with_how_many_were_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("no folder", encoding="utf-8")
    assert new(workbook(tmp_path)) == 2
    assert "no se puede leer esa carpeta" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda book: book.create_sheet("Notas"), "la hoja «Notas» sobra — bórrela, o llámela de uno de estos modos"),
        (lambda book: book.remove(book["Contratos"]), "falta la hoja «Contratos» — haga el libro con --template"),
        (lambda book: book["Contratos"].delete_rows(2), "no tiene contratos — escriba uno por fila"),
        (lambda book: book["Contratos"].cell(1, 60, "Apodo"), "«Apodo» no es una columna conocida — corrija"),
        (lambda book: book["Contratos"].cell(1, 60, "Objeto"), "«Objeto» está en dos columnas — deje solo una"),
        (lambda book: book["Contratos"].cell(2, 60, "suelto"), "«suelto» no tiene encabezado — póngale uno"),
    ],
)
def test_a_workbook_that_is_not_of_the_form_is_refused_whole(
    change: Any, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook(tmp_path)
    book = load_workbook(path)
    change(book)
    book.save(path)
    assert new(path) == 1
    assert told in capsys.readouterr().err
    assert written(tmp_path) == []


def test_what_is_no_workbook_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "contratos.xlsx"
    path.write_bytes(b"PK nothing")
    assert new(path) == 1
    assert "no es un libro de Excel legible" in capsys.readouterr().err
    path.write_bytes(bytes(20_000_001))
    assert new(path) == 1
    assert "tiene más de 20000000 bytes" in capsys.readouterr().err
    assert new(tmp_path / "nowhere.xlsx") == 2
    assert "nowhere.xlsx: No such file or directory: revise la ruta" in capsys.readouterr().err


def test_the_template_shows_an_example_of_which_no_file_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "contratos.xlsx"
    assert main(["contract", "new", "--template", str(path)]) == 0
    assert main(["contract", "new", "--template", str(path)]) == 2, "it is not overwritten"
    assert new(path) == 1
    assert "la fila «ejemplo» solo muestra cómo" in capsys.readouterr().err
    assert written(tmp_path) == []


def test_the_example_of_the_template_is_a_contract_that_holds_with_every_list(tmp_path: Path) -> None:
    path = tmp_path / "contratos.xlsx"
    main(["contract", "new", "--template", str(path)])
    book = load_workbook(io.BytesIO(path.read_bytes()))
    for sheet in book:
        assert sheet.max_row > 3, f"{sheet.title} shows no example"
        assert all(sheet.cell(2, column).value for column in range(1, sheet.max_column + 1)), "explained"
        for row in sheet.iter_rows(min_row=4, max_col=1):
            row[0].value = "municipio-nuevo"
    book.save(path)
    assert new(path) == 0
    contract = load_contract(tmp_path / "out" / "municipio-nuevo.yaml")
    assert [len(product.modules) for product in contract.platform] == [2, 1]
    assert [len(resource.metrics) for resource in contract.resources] == [2, 1]
    assert contract.resources[0].metrics[1].combined == ("hostName",)
    assert contract.hour_bank.additions[0].on == date(2027, 6, 1)


ANSWERS = """\
001-2027
2027
Suministro de la plataforma
?


Alcaldía de Prueba
PRUEBA
12
800197268
5



4
Proveedor S.A.S.
Proveedor
Dirección de Servicios
Dirección de Tecnología
Mesa

Líder de Operaciones


Supervisor

supervisor de nadie
supervisor@example.com
RENTAS
Sistema de Rentas.
Sistema de Rentas

no
Servicio de Soporte; Bolsa de Horas
no
no
no
no
no
62,5
capacitaciones
remota
no
no
no


31/12/2026



31/01/2027
01/02/2027
s
2027-02
15/01/2027
15/02/2027


01/02/2027
28/02/2027
01/03/2027
no
oci_prueba
ocid1.tenancy.oc1..prueba
us-ashburn-1
ocid1.compartment.oc1..a;ocid1.compartment.oc1..b
no
no
s
ssh
^V-(?P<dia>.*)$
^V-(?P<day>.*)$
30
dump_server
/u01/dumps
no
no
no
signing_prueba
mail_prueba
informes@example.com





"""


def typed(text: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return main(["contract", "new", "--out", str(folder)])


def test_answers_typed_one_by_one_are_checked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = typed(ANSWERS, monkeypatch, tmp_path)
    said = capsys.readouterr()
    assert status == 0, said.out + said.err
    told = [line.partition("✗ ")[2] for line in said.out.splitlines() if "✗" in line]
    assert [line.partition(":")[0] for line in told] == [
        "entity.nit tiene '12'",
        "entity",
        "supervisor.email tiene 'supervisor de nadie'",
        "products.0.name tiene 'Sistema de Rentas.'",
        "reports.0",
        "(todo el archivo)",
        "dumps.file_pattern tiene '^V-(?P<dia>.*)$'",
    ]
    contract = load_contract(tmp_path / "alcaldia-de-prueba-001-2027.yaml")
    assert contract.valid_to == date(2027, 12, 31)
    assert contract.supervisor.organisation == "Alcaldía de Prueba"
    assert [(each.number, each.period_to) for each in contract.reports] == [
        ("2027-01", date(2027, 1, 31)),
        ("2027-02", FEBRUARY),
    ]
    assert contract.dumps.kind == "ssh"
    assert contract.help_desk is None


def test_who_stops_answering_has_written_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(ANSWERS[:300], monkeypatch, tmp_path) == 2
    assert "Se dejó de responder: no se escribió nada." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_contract_that_is_there_suggests_what_is_the_vendors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new(workbook(tmp_path))
    typed(ANSWERS.partition("Proveedor")[0], monkeypatch, tmp_path / "out")
    said = capsys.readouterr().out
    assert "Contratista · Razón social [Proveedor S.A.S.]: " in said
    assert "800197268]" not in said.partition("Dígito")[0], "and nothing of another customer"
