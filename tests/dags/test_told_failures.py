"""A step that breaks off over something that no store and no rule of ours has a word for tells of it in Spanish."""

from __future__ import annotations

import ast
import importlib
import logging
from collections.abc import Iterator
from inspect import isfunction
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from service_reports.register import NotClaimed
from service_reports_airflow.steps import stops
from service_reports_airflow.telling import StepFailed, told
from tests.golden.sample_figures import sample_contract
from tests.unit.test_failures import OF_AN_ITEM, PERSONAL

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "service_reports_airflow"
ISSUE = {"contract_id": "alcjam", "report_number": "2026-01", "version": 2}
ALSO_FOR_OTHERS = frozenset({"flat", "window", "requested_by", "waits"})
"""What tasks call besides steps: it refuses by errors of its own, or cannot fail."""


def failing(error: Exception, **given: Any) -> list[str]:
    @told
    def step(
        issue: Any = None,
        report: Any = None,
        contract_id: Any = None,
        tenancy: Any = None,
        params: Any = None,
    ) -> None:
        raise error

    with pytest.raises(StepFailed) as raised:
        step(**given)
    assert raised.value.__suppress_context__
    return str(raised.value).splitlines()


@pytest.mark.parametrize("kind", sorted(OF_AN_ITEM.keys() - {"source", "blob", "other bytes"}))
def test_what_happened_what_to_do_and_last_what_was_said(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    what, remedy, said = failing(OF_AN_ITEM[kind], issue=ISSUE)
    assert what.startswith("alcjam 2026-01 v2: ")
    assert remedy.startswith("  → ")
    assert remedy.endswith("; después limpie esta tarea")
    assert said.startswith(f"{type(OF_AN_ITEM[kind]).__name__}: ")
    assert PERSONAL.split()[1] not in what + remedy + said + caplog.text


@pytest.mark.parametrize("kind", ["overflow", "blob"])
def test_where_it_came_from_is_kept_for_engineers(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        failing(OF_AN_ITEM[kind], issue=ISSUE)
    assert "test_told_failures.py" in caplog.text
    assert "in step" in caplog.text


@pytest.mark.parametrize(
    ("given", "subject"),
    [
        ({"issue": ISSUE}, "alcjam 2026-01 v2: "),
        ({"report": {"contract_id": "alcjam", "report_number": "2026-01", "reason": None}}, "alcjam 2026-01: "),
        ({"params": {"contrato": "alcjam", "informe": "2026-01"}}, "alcjam 2026-01: "),
        ({"contract_id": "alcjam"}, "alcjam: "),
        ({"contract_id": "alcjam", "params": {"desde": "2026-01-01"}}, "alcjam: "),
        ({"tenancy": {"connection": "oci", "tenancy_ocid": "ocid1.tenancy.a"}}, "ocid1.tenancy.a: "),
        ({}, "La tarea no pudo terminar: "),
    ],
)
def test_what_a_step_worked_on_is_named(given: dict[str, Any], subject: str) -> None:
    assert failing(KeyError("x"), **given)[0].startswith(subject)


def test_a_blob_that_is_gone_is_named_with_its_version_and_a_remedy() -> None:
    what, remedy = failing(OF_AN_ITEM["blob"], issue=ISSUE)
    assert what == "alcjam 2026-01 v2: s3://archive/blobs/aa no existe"
    assert "docs/register.md" in remedy


@pytest.mark.parametrize("error", [AirflowSkipException("nada que hacer"), NotClaimed("otra ejecución")])
def test_what_says_it_all_itself_is_left_as_it_is(error: Exception) -> None:
    @told
    def step() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        step()
    assert raised.value is error


def called() -> Iterator[tuple[str, str]]:
    """Step module and function of everything that DAG files, their parts and the triggerer call of the steps."""
    paths = [*(ROOT / "dags").glob("*.py"), *(PLUGIN / "dag_parts").glob("*.py"), PLUGIN / "triggers.py"]
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("service_reports_airflow.steps"):
                step = (node.module or "").removeprefix("service_reports_airflow.steps").lstrip(".")
                for each in node.names:
                    if step:
                        yield step, each.name
                    else:
                        modules[each.asname or each.name] = each.name
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                yield modules[node.value.id], node.attr


def test_every_step_that_a_task_calls_tells_its_failures() -> None:
    found = {(module, name) for module, name in called() if name not in ALSO_FOR_OTHERS}
    assert len(found) > 25
    steps = {
        f"{module}.{name}": getattr(importlib.import_module(f"service_reports_airflow.steps.{module}"), name)
        for module, name in sorted(found)
    }
    assert [name for name, step in steps.items() if isfunction(step) and not hasattr(step, "__wrapped__")] == []


def test_a_report_that_the_calendar_does_not_have_is_told_with_those_it_has() -> None:
    with pytest.raises(KeyError) as missing:
        sample_contract().report("1999-01")
    assert "no tiene el informe «1999-01»; su calendario tiene" in failing(missing.value, contract_id="alcjam")[0]


@pytest.mark.parametrize(
    ("label", "contract"),
    [
        ("municipio-uno-001 2026-01 v2", "municipio-uno-001"),
        ("municipio-uno-001", "municipio-uno-001"),
        ("Tanda de 20 informes desde municipio-uno-001", None),
        ("oci_smart_tmt", None),
        (None, None),
    ],
)
def test_a_task_that_stopped_concerns_the_contract_of_its_label_and_else_everybody(
    label: str | None, contract: str | None
) -> None:
    assert stops.contract_of({"params": {}}, None, label) == contract
    assert stops.contract_of({"params": {"contrato": "municipio-dos-002"}}, None, label) == "municipio-dos-002"
