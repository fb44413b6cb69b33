"""The page of defects names each defect once, and every test and check that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from service_reports.documents.proof.language import LINTERS
from service_reports.sources import SUITES
from service_reports.wording.es_co.terms import FINDINGS
from tests.defects.__main__ import covered, entries, main, page, planted

ROOT = Path(__file__).resolve().parents[2]
DEFECTS = 144
LEAST_COVERED = 142
LEAST_PLANTED = 80
NAMED = re.compile(r"(tests/\S+\.py)::(\w+)(?:\[(.*)\])?")
CHECK = re.compile(r'"((?:gate|coverage|crosscheck|reconciliation)\.[a-z_]+)"')


@cache
def functions(path: Path) -> dict[str, str]:
    """The source of every test of a file, by name, with the lists of cases that its decorators name."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lists = {ast.unparse(each.targets[0]): each for each in tree.body if isinstance(each, ast.Assign)}

    def named(node: ast.FunctionDef) -> list[ast.AST]:
        words = {each.id for part in node.decorator_list for each in ast.walk(part) if isinstance(each, ast.Name)}
        return [lists[word] for word in sorted(words & lists.keys())]

    return {
        node.name: "\n".join(
            ast.get_source_segment(source, part) or "" for part in [*node.decorator_list, node, *named(node)]
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@cache
def checks() -> frozenset[str]:
    """Every check and every kind of finding that the code knows."""
    names = {check.id for suite in SUITES.values() for check in suite.checks} | set(FINDINGS)
    names |= {check for check, _, _ in LINTERS}
    for folder in ("include/service_reports", "plugins"):
        for path in (ROOT / folder).rglob("*.py"):
            names |= set(CHECK.findall(path.read_text(encoding="utf-8")))
    return frozenset(names)


def missing(name: str) -> bool:
    """Whether a test, a case of a test or a check does not exist."""
    match = NAMED.fullmatch(name)
    if not match:
        return name not in checks()
    path = ROOT / match[1]
    source = functions(path).get(match[2]) if path.is_file() else None
    if source is None:
        return True
    return match[3] is not None and not all(f'"{part}"' in source for part in cases(match[3], source))


def cases(case: str, source: str) -> list[str]:
    """What the id of a case is made of: itself, or the values that pytest joins by hyphens."""
    if f'"{case}"' in source:
        return [case]
    for split in range(1, len(case)):
        if case[split] == "-" and f'"{case[:split]}"' in source and f'"{case[split + 1 :]}"' in source:
            return [case[:split], case[split + 1 :]]
    return [case]


def test_every_defect_stands_once_and_in_order() -> None:
    assert [entry["id"] for entry in entries()] == [f"D{number:02d}" for number in range(1, DEFECTS + 1)]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["id"])
def test_what_keeps_a_defect_out_exists(entry: dict) -> None:
    assert [name for name in entry.get("by", []) if missing(name)] == []
    assert entry["defect"]
    assert entry["why"]
    assert bool(entry.get("by")) == covered(entry)


def test_enough_is_covered_and_planted() -> None:
    assert sum(map(covered, entries())) >= LEAST_COVERED
    assert sum(map(planted, entries())) >= LEAST_PLANTED
    assert {entry["state"] for entry in entries()} <= {"impossible", "caught", "scan", "open"}


def test_a_name_that_does_not_exist_is_found() -> None:
    here = "tests/unit/test_defects_register.py"
    assert missing(f"{here}::test_that_nobody_wrote")
    assert missing("tests/unit/no_such_file.py::test_it")
    assert missing("language.no_such_check")
    assert missing("tests/unit/test_defects_planted.py::test_a_template_with_the_defect_is_told[d999]")
    assert not missing(f"{here}::test_every_defect_stands_once_and_in_order")
    assert not missing("language.names")


def test_the_page_agrees_with_the_register(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    path = tmp_path / "defects.md"
    assert main(["--check"], path) == 1
    assert "run make defects" in capsys.readouterr().err
    assert main([], path) == 0
    assert path.read_text(encoding="utf-8") == page()
