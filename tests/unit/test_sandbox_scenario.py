"""A scenario that does not hold is refused with its file, row, field, value and a remedy."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.month import month_rows
from sandbox.scenario import ScenarioError, load_scenario, load_scenarios

FOLDER = Path(__file__).resolve().parents[2] / "sandbox/scenarios/jamundi-2026-01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "scenario")


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_sample_month_holds():
    scenario = load_scenario(FOLDER)
    assert len(scenario.usage) == 736
    assert scenario.usage[0].quantity == Decimal("12.965788903639")
    assert scenario.hours_of(date(2026, 2, 19)) == 16
    assert scenario.hours_of(date(2026, 2, 18)) == 24
    assert scenario.dumps[0].modified_at.isoformat() == "2026-01-20T00:52:00-05:00"
    assert scenario.support_tickets[0].registered_on == date(2026, 2, 20)
    assert scenario.warranty_tickets[0].registered_on is None
    assert set(scenario.ticket_summaries) == {ticket.ticket_id for ticket in scenario.warranty_tickets}


@pytest.mark.parametrize("name", sorted(each.name for each in FOLDER.parent.iterdir() if each.is_dir()))
def test_every_month_of_every_scenario_has_its_rows_without_servers(name: str) -> None:
    for scenario in load_scenarios(FOLDER.parent / name):
        for report in scenario.contract.reports:
            assert month_rows(scenario, report).read_at


def test_rows_and_optional_files_may_be_left_out(folder):
    (folder / "usage_hours.csv").unlink()
    (folder / "warranty_tickets_detail.csv").unlink()
    lines = (folder / "oci_backups.csv").read_text(encoding="utf-8").splitlines()
    (folder / "oci_backups.csv").write_text("\ufeff" + "\r\n".join(lines[:4]), encoding="utf-8")
    scenario = load_scenario(folder)
    assert len(scenario.backups) == 3
    assert scenario.ticket_summaries == {}
    assert scenario.hours_of(date(2026, 2, 19)) == 24


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "oci_daily_usage.csv",
            "12.965788903639",
            '"12,965"',
            ["row 2", "quantity", "'12,965'", "write a number with a decimal point"],
        ),
        ("oci_daily_usage.csv", "12.965788903639", "NaN", ["row 2", "quantity", "'NaN'", "write a number"]),
        ("oci_daily_usage.csv", "12.965788903639", "", ["row 2", "quantity", "''", "write a number"]),
        ("oci_daily_usage.csv", "2026-01-19", "2026-02-30", ["row 2", "usage_date", "'2026-02-30'", "yyyy-mm-dd"]),
        ("oci_daily_usage.csv", "quantity", "amount", ["row 2", "quantity", "add the column"]),
        ("oci_daily_usage.csv", "2026-01-20", "2026-01-19", ["row 3", "row 2 says it already", "keep one"]),
        ("local_dumps.csv", "361617392", "344M", ["row 2", "size_bytes", "'344M'", "write a whole number"]),
        ("local_dumps.csv", "2026-01-20T00:52", "2026-01-20T00:52Z", ["row 2", "modified_local", "leave the zone out"]),
        ("oci_backups.csv", "2026-01-20T03:05:21Z", "2026-01-20T03:05:21", ["row 2", "time_started", "with its zone"]),
        ("metrics_daily_mean.csv", "ALCJAM DB", "ALCJAM DX", ["row 2", "ALCJAM DX", "contract.yaml"]),
        ("tickets_support.csv", "Activo", "", ["row 2", "status", "fill the cell"]),
        ("tickets_support.csv", "Activo,", "Activo,,,,", ["row 2", "more cells", "double quotes"]),
        ("usage_hours.csv", "16", "25", ["row 2", "hours", "'25'"]),
    ],
)
def test_a_bad_cell_is_named(folder, file, old, new, expected):
    replace_text(folder / file, old, new)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(folder)
    for part in [file, *expected]:
        assert part in str(caught.value)


def test_a_missing_file_is_named(folder):
    (folder / "hour_bank.csv").unlink()
    with pytest.raises(ScenarioError, match=r"hour_bank\.csv: cannot be read: No such file.*add the file"):
        load_scenario(folder)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="no such folder"):
        load_scenario(tmp_path / "none")


def test_a_file_in_another_encoding_is_named(folder):
    (folder / "hour_bank.csv").write_bytes("request,año\n".encode("latin-1"))
    with pytest.raises(ScenarioError, match=r"hour_bank\.csv: is not CSV in UTF-8"):
        load_scenario(folder)


TWO = FOLDER.parent / "two-contracts-one-tenancy"


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return shutil.copytree(TWO, tmp_path / "two")


def test_each_contract_has_its_own_rows_and_shares_what_it_has_not(two):
    first, second = load_scenarios(two)
    assert (first.contract.entity.short_code, second.contract.entity.short_code) == ("DISUNO", "MUNDOS")
    assert len(first.support_tickets) == 7
    assert len(second.support_tickets) == 5
    shutil.move(two / first.contract.id / "hour_bank.csv", two / "hour_bank.csv")
    (two / second.contract.id / "hour_bank.csv").unlink()
    first, second = load_scenarios(two)
    assert first.hour_bank == second.hour_bank != ()


def test_a_shared_file_of_metrics_gives_each_contract_its_own(two):
    own = [scenario.metrics for scenario in load_scenarios(two)]
    files = sorted(two.glob("*/metrics_daily_mean.csv"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    for path in files:
        path.unlink()
    (two / "metrics_daily_mean.csv").write_text(texts[0] + texts[1].partition("\n")[2], encoding="utf-8")
    assert [scenario.metrics for scenario in load_scenarios(two)] == own


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: municipio-de-prueba-dos-002-2026", "id: distrito-de-prueba-uno-001-2026", "id has 'distrito"),
        ("customer_code: MUNDOS", "customer_code: DISUNO", "help_desk.customer_code has 'DISUNO'"),
        ("oc1..smarttmt", "oc1..other", "all share one tenancy"),
    ],
)
def test_contracts_that_do_not_go_together_are_named(two, old, new, expected):
    replace_text(two / "contracts" / "municipio-de-prueba-dos-002-2026.yaml", old, new)
    with pytest.raises(ScenarioError, match=expected):
        load_scenarios(two)


def test_one_contract_is_asked_of_a_scenario_that_has_one():
    with pytest.raises(ScenarioError, match="has 2 contracts"):
        load_scenario(TWO)


def test_a_scenario_without_records_serves_no_workbook_and_an_empty_file_is_an_empty_register(folder: Path) -> None:
    for path in (folder / "contract_records").iterdir():
        if path.name != "consultations.csv":
            path.unlink()
    assert load_scenario(folder).records == {"consultations": ()}
    shutil.rmtree(folder / "contract_records")
    assert load_scenario(folder).records == {}


def test_a_file_that_is_no_register_is_an_error_that_names_those_that_are(folder: Path) -> None:
    (folder / "contract_records" / "consultas.csv").write_text("asked_on\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"contract_records/consultas\.csv: is no register — name it one of att"):
        load_scenario(folder)


def test_files_of_the_folder_later_take_the_place_of_those_of_their_name(folder):
    (folder / "later").mkdir()
    shutil.copyfile(folder / "hour_bank.csv", folder / "later/hour_bank.csv")
    with (folder / "later/hour_bank.csv").open("a", encoding="utf-8") as file:
        file.write("Una más,2026-02-01,5,Terminado\n")
    scenario = load_scenario(folder)
    assert len(scenario.later.hour_bank) == len(scenario.hour_bank) + 1
    assert scenario.later.usage == scenario.usage
    assert load_scenario(FOLDER).later is None


def test_what_cannot_come_later_is_refused(folder):
    (folder / "later").mkdir()
    shutil.copyfile(folder / "local_dumps.csv", folder / "later/local_dumps.csv")
    with pytest.raises(ScenarioError, match=r"later/local_dumps\.csv: cannot come later — leave only"):
        load_scenario(folder)
