"""A contract file that does not hold says which file, which field, which value and what to do."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service_reports.contracts import (
    ContractError,
    load_contract,
    read_contract_files,
    report_due,
    valid_contracts,
)

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_bytes(SAMPLE.read_bytes())
    return tmp_path


def spoilt(folder: Path, old: str, new: str, name: str = "bad.yaml") -> Path:
    """The sample contract under another id, with one text replaced."""
    text = SAMPLE.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = folder / name
    path.write_text(
        text.replace(old, new, 1).replace("id: alcaldia-de-jamundi-34-14-08-0016", "id: another", 1), encoding="utf-8"
    )
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "connection: dumps_smart_tmt",
            "kind: ftp",
            r"bad\.yaml: dumps: `kind` debe ser uno de s3, ssh",
        ),
        (
            "slogan: El Aliado",
            "sloogan: El Aliado",
            r"bad\.yaml: contractor\.sloogan tiene 'El Aliado .*': el contrato no tiene ese campo: quítelo",
        ),
        (
            "period_to: 2026-02-22",
            "period_to: 2026-02-30",
            r"bad\.yaml: reports\.0\.period_to tiene '2026-02-30': no es una fecha que exista: escríbala",
        ),
        (
            "period_from: 2026-02-23",
            "period_from: 2026-02-22",
            r"bad\.yaml: \(todo el archivo\): el informe 2026-02 se cruza con el 2026-01: corrija",
        ),
        (
            "nit_check_digit: 0",
            "nit_check_digit: 7",
            r"bad\.yaml: entity: nit_check_digit es 7, pero el del NIT 890399046 es 0: corrija",
        ),
        (
            "  role: Líder de Operaciones\n",
            "",
            r"bad\.yaml: signer\.role: falta: escríbalo",
        ),
        (
            'nit: "890399046"',
            "nit: 890399046",
            r"bad\.yaml: entity\.nit tiene 890399046: no es un texto: escriba los dígitos entre comillas",
        ),
        (
            'cut_off_time: "06:00"',
            "cut_off_time: 16:30",
            r"bad\.yaml: cut_off_time tiene 990: escriba la hora de Bogotá entre comillas",
        ),
        (
            'cut_off_time: "06:00"',
            'cut_off_time: "06:00Z"',
            r"bad\.yaml: cut_off_time tiene '06:00Z': es la hora de Bogotá: escríbala sin zona",
        ),
        (
            'reported_in: "2026-01"',
            'reported_in: "2025-04"',
            r"bad\.yaml: \(todo el archivo\): warranty\.reported_in 2025-04 no está en el calendario",
        ),
        (
            "  valid_to: 2026-01-19\n",
            "",
            r"bad\.yaml: warranty\.valid_to",
        ),
        (
            "valid_to: 2026-01-19",
            "valid_to: 2025-12-31",
            r"bad\.yaml: warranty: valid_to 2025-12-31 es anterior a valid_from 2026-01-01",
        ),
        (
            "Informe_Gestion_No.{year}-{sequence}",
            "Informe_Gestion_No.{year}-{sequence.value}",
            r"bad\.yaml: document_codes\.management_report tiene .* solo puede usar \{entity\}, \{date\}, \{sequence\}",
        ),
        (
            "signing:\n",
            "signing:\n  supervisor_roots: [raíz]\n",
            r"signing\.supervisor_roots\.0 .*no es un certificado en PEM: cópielo entero",
        ),
        (
            r"(?P<day>\d{4}-\d{2}-\d{2})",
            r"(\d{4}-\d{2}-\d{2})",
            r"bad\.yaml: dumps\.file_pattern tiene .* no tiene el grupo `\(\?P<day>…\)`",
        ),
    ],
)
def test_one_wrong_field_is_named_with_its_value_and_its_remedy(folder: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ContractError, match=message) as caught:
        load_contract(spoilt(folder, old, new))
    assert len(str(caught.value).splitlines()) == 1


def test_all_problems_of_a_file_are_told_at_once(folder: Path) -> None:
    path = spoilt(folder, "slogan:", "sloogan:")
    path.write_text(path.read_text(encoding="utf-8").replace("2026-02-22", "2026-02-30"), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: a\nyear: 2026\nid: b\n", r"x\.yaml: no es YAML legible; .*la clave 'id' está dos veces(.|\n)*line 3"),
        ("[a, b]: c\n", r"x\.yaml: no es YAML legible; .*una clave debe ser una sola palabra(.|\n)*line 1"),
        ("id: [a\n", r"x\.yaml: no es YAML legible; corrija "),
        ("id: a\nyear: [2026\nentity: b\n", r"corrija la línea 3, «entity: b»: "),
        ("", r"x\.yaml: \(todo el archivo\).*: "),
        ("- a\n- b\n", r"x\.yaml: \(todo el archivo\).*: "),
    ],
)
def test_text_that_is_no_contract_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=message):
        load_contract(path)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: Alcaldía de Jamundí\n".encode("latin-1"))
    with pytest.raises(ContractError, match=r"latin\.yaml: no es YAML legible; .*utf-8"):
        load_contract(path)


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"absent\.yaml: no se puede leer \(No such file"):
        load_contract(tmp_path / "absent.yaml")


def test_one_bad_file_does_not_stop_the_others(folder: Path) -> None:
    spoilt(folder, "period_to: 2026-02-22", "period_to: 2026-02-30", name="a-bad.yaml")
    (folder / "b-worse.yml").write_text("id: [", encoding="utf-8")
    (folder / "c-folder.yaml").mkdir()
    files = read_contract_files(folder)
    assert [(file.path.name, file.contract is not None, file.error is not None) for file in files] == [
        ("a-bad.yaml", False, True),
        ("b-worse.yml", False, True),
        ("c-folder.yaml", False, True),
        ("good.yaml", True, False),
    ]
    assert [contract.id for contract in valid_contracts(folder)] == ["alcaldia-de-jamundi-34-14-08-0016"]


def test_two_files_cannot_be_the_same_contract(folder: Path) -> None:
    (folder / "z-copy.yaml").write_bytes(SAMPLE.read_bytes())
    copy = read_contract_files(folder)[1]
    assert copy.contract is None
    assert copy.error is not None
    assert "z-copy.yaml: id tiene 'alcaldia-de-jamundi-34-14-08-0016': ya lo tiene good.yaml" in copy.error


def test_a_folder_that_does_not_exist_is_an_error_and_not_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="SERVICE_REPORTS_CONTRACTS"):
        read_contract_files(tmp_path / "nowhere")


def test_a_report_is_due_at_its_cut_off_and_only_then(folder: Path) -> None:
    contracts = valid_contracts(folder)
    cut_off = datetime(2026, 2, 23, 11, tzinfo=ZoneInfo("UTC"))
    assert [(due.contract.id, due.report.number) for due in report_due(contracts, cut_off)] == [
        ("alcaldia-de-jamundi-34-14-08-0016", "2026-01")
    ]
    assert report_due(contracts, cut_off.replace(hour=10)) == ()


@pytest.mark.parametrize(
    ("old", "new", "section", "lacking"),
    [
        ("bucket: database-dumps", "kind: ssh", "dumps", ["folder"]),
        ("customer_code: ALCJAM", "kind: export", "help_desk", ["bucket", "tickets", "hour_bank"]),
        ("bucket: database-dumps", "x: 1", "dumps", ["bucket"]),
    ],
)
def test_a_section_with_several_forms_names_its_fields_without_the_form(
    folder: Path, old: str, new: str, section: str, lacking: list[str]
) -> None:
    with pytest.raises(ContractError) as caught:
        load_contract(spoilt(folder, old, new))
    for field in lacking:
        assert f"bad.yaml: {section}.{field}: falta: escríbalo" in str(caught.value)


def test_a_key_is_a_text_whatever_yaml_makes_of_the_word(folder: Path) -> None:
    addition = "{on: 2026-06-01, hours: 50, act: Otrosí 1}"  # YAML 1.1 reads on as yes
    path = spoilt(folder, "  contracted_hours: 200", f"  contracted_hours: 200\n  additions: [{addition}]")
    assert load_contract(path).hour_bank.additions[0].on.isoformat() == "2026-06-01"
