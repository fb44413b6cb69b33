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

from service_reports.audit.verification import verify
from service_reports.contracts.loader import DEFAULT_FOLDER
from service_reports_command import main
from service_reports_command.reference import BEGIN, END
from service_reports_command.render import Heading, pages_of

COMMAND = Path(sysconfig.get_path("scripts")) / "service-reports"
PROJECT = Path(__file__).resolve().parents[2]
SCENARIOS = PROJECT / "sandbox" / "scenarios"
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
        environment["PYTHONPATH"] = os.pathsep.join((str(PROJECT / "include"), str(PROJECT)))
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


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["contract"],
        ["contract", "new"],
        ["contract", "check"],
        ["contract", "schema"],
        ["register"],
        ["render"],
        ["reference"],
        ["doctor"],
    ],
)
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


def test_whoever_has_seen_enough_may_stop_reading(contract: Path) -> None:
    nobody_reads, written = os.pipe()
    os.close(nobody_reads)
    words = [
        "-c",
        "import sys\nfrom service_reports_command import main\nsys.exit(main(sys.argv[1:]))",
        "contract",
        "check",
    ]
    with os.fdopen(written, "wb") as out:
        ended = subprocess.run([sys.executable, *words, str(contract)], stdout=out, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (2, b"")


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


def test_the_pages_of_figures_and_checks_agree_with_the_code() -> None:
    assert main(["reference", "--check"]) == 0


def test_a_page_that_drifted_is_told_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("figures.md", "checks.md"):
        (tmp_path / name).write_text(f"before\n{BEGIN}old{END}after\n", encoding="utf-8")
    asked = ["reference", "--docs", str(tmp_path)]
    assert main([*asked, "--check"]) == 1
    assert re.findall(r"^(\w+\.md) differs from the code", capsys.readouterr().err, re.M) == ["figures.md", "checks.md"]
    assert main(asked) == 0
    assert main([*asked, "--check"]) == 0
    written = (tmp_path / "figures.md").read_text(encoding="utf-8")
    assert written.startswith(f"before\n{BEGIN}\n| id |")
    assert written.endswith(f"\n{END}after\n")


@pytest.mark.parametrize("page", ["# Figures\n", None])
def test_a_page_without_its_marks_or_no_page_at_all_is_refused(
    page: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if page is not None:
        (tmp_path / "figures.md").write_text(page, encoding="utf-8")
    assert main(["reference", "--docs", str(tmp_path)]) == 2
    assert "figures.md" in capsys.readouterr().err


def test_a_section_of_a_scenario_is_rendered_in_one_go(tmp_path: Path) -> None:
    asked = ("--report", "act", "--section", "trazabilidad", "--png", "--out", "pages")
    left = tmp_path / "pages" / "delivery_act-1-page-09.png"
    left.parent.mkdir()
    left.touch()
    ended = command("render", SCENARIOS / "jamundi-2026-01", *asked, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert re.findall(r"pages/\S+", ended.stdout) == ["pages/delivery_act-1.pdf", "pages/delivery_act-1-page-01.png"]
    assert re.search(r"^ *\d+\.\d\d s  in all$", ended.stdout, re.M)
    assert {path.name for path in left.parent.iterdir()} == {"delivery_act-1.pdf", "delivery_act-1-page-01.png"}
    assert left.with_name("delivery_act-1-page-01.png").read_bytes().startswith(b"\x89PNG")


def test_a_rendered_report_carries_what_its_last_page_says_that_it_carries(tmp_path: Path) -> None:
    scenario = SCENARIOS / "jamundi-2026-01"
    assert main(["render", str(scenario), "--report", "management", "--out", str(tmp_path)]) == 0
    checks = verify({"informe.pdf": (tmp_path / "management_report.pdf").read_bytes()}).checks
    told = {each.check: each.passed for each in checks}
    assert (told["manifest"], told["figures"], told["printed"]) == (True, True, True)
    assert told["signature"] is False


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere"], "nowhere: no such folder — name the folder of a scenario"),
        (["two-contracts-one-tenancy"], "has several contracts — choose one with --contract: distrito-"),
        (["jamundi-2026-01", "--contract", "other"], "has no contract 'other' — choose one of alcaldia-"),
        (["jamundi-2026-01", "--number", "2030-01"], "no tiene el informe «2030-01»; su calendario tiene 2026-01"),
        (["jamundi-2026-01", "--report", "acta"], "no kind of document has 'acta' in its name — choose words of manag"),
        (["jamundi-2026-01", "--report", "act", "--section", "no one's"], "ask for one of\n  1. Trazabilidad"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, *asked = words
    assert main(["render", str(SCENARIOS / scenario), *asked, "--out", str(tmp_path)]) == 1
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


OUTLINE = [
    Heading("1. Información Básica", 0, 0, 150.0),
    Heading("El periodo en una página", 0, 1, 60.0),
    Heading("2. Uso de Recursos y Consumo", 0, 2, 300.0),
    Heading("2.1. Detalle del consumo", 1, 3, 400.0),
    Heading("2.2. Redondeo", 1, 4, 60.0),
    Heading("3. Métricas", 0, 6, 60.0),
    Heading("10. Glosario", 0, 6, 400.0),
]


@pytest.mark.parametrize(
    ("asked", "pages"),
    [
        ("1", [0]),
        ("2", [2, 3, 4, 5]),
        ("2.", [2, 3, 4, 5]),
        ("2.1", [3]),
        ("uso de recursos", [2, 3, 4, 5]),
        ("MÉTRICAS", [6]),
        ("consumo", [2, 3, 4, 5]),
        ("10", [6, 7]),
        ("una página", [1, 2]),
        ("4", []),
    ],
)
def test_a_section_goes_from_its_heading_to_the_next_of_its_depth(asked: str, pages: list[int]) -> None:
    assert pages_of(asked, OUTLINE, 8) == pages
