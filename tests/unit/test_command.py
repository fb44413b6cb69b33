"""The command ``service-reports`` as it is installed: run as a process of its own, from anywhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from service_reports.contracts.loader import DEFAULT_FOLDER

COMMAND = Path(sysconfig.get_path("scripts")) / "service-reports"
PROJECT = Path(__file__).resolve().parents[2]
HEAVY = {
    "airflow",
    "boto3",
    "great_expectations",
    "jinja2",
    "oci",
    "pandas",
    "polars",
    "psycopg",
    "pydantic",
    "reportlab",
}


def command(*words: str | Path, cwd: Path, tested: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command; it is the one of the tree that is tested, whichever is installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if tested:
        environment["PYTHONPATH"] = str(PROJECT / "include")
    return subprocess.run([COMMAND, *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A contract file that holds."""
    (name,) = [path.name for path in DEFAULT_FOLDER.glob("*.yaml")]
    return Path(shutil.copy(DEFAULT_FOLDER / name, tmp_path / "contract.yaml"))


def test_it_is_installed_with_the_product_and_needs_no_path(tmp_path: Path) -> None:
    ended = command("--help", cwd=tmp_path, tested=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("usage: service-reports")


@pytest.mark.parametrize("words", [[], ["contract"], ["contract", "check"], ["contract", "schema"], ["register"]])
def test_every_help_comes_without_what_the_command_needs_when_it_runs(words: list[str]) -> None:
    asked = (
        "import sys\nfrom service_reports_command import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as ended:\n    print('loaded', *{name.split('.')[0] for name in sys.modules}, ended.code)\n"
    )
    environment = {"PYTHONPATH": str(PROJECT / "include")}
    ended = subprocess.run(
        [sys.executable, "-c", asked, *words, "--help"], env=environment, capture_output=True, text=True, check=True
    )
    told, _, loaded = ended.stdout.rpartition("loaded ")
    assert "-h, --help" in told
    assert loaded.split()[-1] == "0"
    assert not HEAVY & set(loaded.split())


def test_a_contract_that_holds_is_said_to_hold(contract: Path, tmp_path: Path) -> None:
    ended = command("contract", "check", contract, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert re.fullmatch(r"\S+/contract\.yaml: holds: \S+, reports: \d+\n", ended.stdout)


def test_what_does_not_hold_is_told_with_file_field_value_and_remedy(contract: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = contract.read_text(encoding="utf-8")
    bad.write_text(re.sub(r"period_to: \S+(?=,)", "period_to: '2026-02-30'", text, count=1), encoding="utf-8")
    ended = command("contract", "check", contract, bad, tmp_path / "nowhere.yaml", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "bad.yaml: reports.0.period_to tiene '2026-02-30': no es una fecha que exista: escríbala como aaaa-mm-dd",
        "nowhere.yaml: no se puede leer (No such file or directory): revise el archivo y sus permisos",
    ]
    assert ended.stdout.startswith(str(contract)), "one file that does not hold stops no other"


def test_two_files_of_one_contract_are_told_and_one_named_twice_is_not(contract: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(contract, tmp_path / "other.yaml"))
    ended = command("contract", "check", contract, other, cwd=tmp_path)
    assert ended.returncode == 1
    assert "ya lo tiene contract.yaml; escriba otro" in ended.stderr
    assert command("contract", "check", contract, contract, cwd=tmp_path).returncode == 0


def test_a_folder_that_is_not_there_cannot_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_REPORTS_CONTRACTS", str(tmp_path / "nowhere"))
    ended = command("contract", "check", cwd=tmp_path)
    assert ended.returncode == 2
    assert "ponga en SERVICE_REPORTS_CONTRACTS la de los archivos de contratos" in ended.stderr
