"""The page of checks lists every check that exists, as it is."""

import re
from pathlib import Path

import pytest

from service_reports.quality.reference import BEGIN, END, PAGE, main, page_with_tables
from service_reports.quality.suites import SUITES

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_agrees_with_the_suites() -> None:
    assert main(["--check"]) == 0


def test_every_check_outside_the_suites_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rooms = ("figures", "documents")
    sources = [
        *(ROOT / "plugins").rglob("*.py"),
        *(path for room in rooms for path in (ROOT / "include" / "service_reports" / room).glob("*.py")),
    ]
    families = ("gate", "coverage", "crosscheck", "language")
    checks = {
        check
        for source in sources
        for check in re.findall(rf'"((?:{"|".join(families)})\.[a-z_]+)"', source.read_text(encoding="utf-8"))
    }
    assert {check.split(".")[0] for check in checks} == set(families)
    assert {check for check in checks if f"`{check}`" not in page} == set()


def test_drift_is_told_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "checks.md"
    path.write_text(f"before\n{BEGIN}old{END}after\n", encoding="utf-8")
    assert main(["--check"], path) == 1
    assert "checks.md differs from the suites" in capsys.readouterr().err
    assert main([], path) == 0
    assert main(["--check"], path) == 0
    assert path.read_text(encoding="utf-8").startswith("before\n")
    assert path.read_text(encoding="utf-8").endswith("after\n")


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="the page needs the lines"):
        page_with_tables("# Checks\n")


def test_ids_are_unique_and_begin_with_their_source() -> None:
    ids = [check.id for suite in SUITES.values() for check in suite.checks]
    assert len(ids) == len(set(ids))
    assert all(check.id.startswith(f"{suite.source}.") for suite in SUITES.values() for check in suite.checks)
