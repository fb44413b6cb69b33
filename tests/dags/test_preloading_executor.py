"""The executor of one server: what tasks work with is loaded by the scheduler, once, when it begins and not before."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import service_reports
import service_reports_airflow

PROGRAM = """
import sys
from service_reports_airflow.preloading_executor import PreloadingExecutor
heavy = {"great_expectations", "pyhanko.sign.timestamps", "service_reports_airflow.steps.rendering"}
print(sorted(heavy & set(sys.modules)))
executor = PreloadingExecutor(parallelism=1)
executor.start()
print(sorted(heavy - set(sys.modules)))
print(sorted(set(sys.argv[1:]) - set(sys.modules)))
from service_reports.contracts import valid_contracts
passed = set()
sys.setprofile(lambda frame, *_: passed.add(frame.f_code.co_filename.rpartition("/")[2]))
found = valid_contracts()
sys.setprofile(None)
print([len(found), "bounded_yaml.py" in passed])
executor.end()
"""


IN_NO_TASK = {"desk", "doctor", "timetable.py", "web_hardening.py"}
"""Parts of Airflow's edge that work in its server, its scheduler, or a command."""


def imported_in_the_midst(code: str) -> Iterator[str]:
    """Modules that functions import when they are called."""
    for function in ast.walk(ast.parse(code)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in ast.walk(function):
                if isinstance(each, ast.Import):
                    yield from (name.name for name in each.names)
                elif isinstance(each, ast.ImportFrom) and each.module is not None:
                    yield each.module


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What one process tells of itself, in which an executor began and ended: its imports take ten seconds."""
    needed = {
        name
        for package in (service_reports, service_reports_airflow)
        for room in map(Path, package.__path__)
        for path in room.rglob("*.py")
        if path.relative_to(room).parts[0] not in IN_NO_TASK
        for name in imported_in_the_midst(path.read_text(encoding="utf-8"))
    }
    command = [sys.executable, "-c", PROGRAM, *needed]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in ended.stdout.splitlines() if line.startswith("[")]


def test_what_tasks_work_with_is_loaded_and_contracts_are_read_when_the_executor_begins(told: list[str]) -> None:
    before, lacking, _, contracts = told
    assert (before, lacking, contracts) == ("[]", "[]", "[1, False]")


def test_no_task_loads_what_the_executor_could_have_loaded(told: list[str]) -> None:
    assert told[2] == "[]"
