"""What the UI shows of a task of a report before it has run: which report it is about, and where its links lead."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

from service_reports_airflow.dag_parts.showing import FirstDocument, ReportPage

DAG_FILE = Path(__file__).resolve().parents[2] / "dags" / "publish_service_reports.py"
REPORT = {"contract_id": "alcaldia-x", "report_number": "2026-01"}
VERSION = {**REPORT, "version": 2}
OF_REPORT, OF_VERSION = "alcaldia-x 2026-01", "alcaldia-x 2026-01 v2"
FROM_THE_START = {
    "report.wait_for_data": (REPORT, OF_REPORT),
    "report.gate": (REPORT, OF_REPORT),
    "report.figures": (VERSION, OF_VERSION),
    "report.documents": (VERSION, OF_VERSION),
    "report.approve": (VERSION, OF_VERSION),
    "report.sign_and_register": (VERSION, OF_VERSION),
    "report.archive": (VERSION, OF_VERSION),
    "report.confirm": (VERSION, OF_VERSION),
    "report.deliver": (VERSION, OF_VERSION),
}


@pytest.fixture(scope="module")
def publication() -> Any:
    return DagBag(str(DAG_FILE)).dags["publish_service_reports"]


def given(task: Any, handed: dict[str, Any]) -> Any:
    """The task as it is when its fields are filled in, and nothing of it has run."""
    name = "report" if "version" not in handed else "issue"
    if hasattr(task, "op_kwargs"):
        assert name in task.op_kwargs, "given by its name: a label and a link find it there"
        return SimpleNamespace(op_kwargs={name: handed}, operator_extra_links=task.operator_extra_links)
    return SimpleNamespace(**{name: handed}, operator_extra_links=task.operator_extra_links)


def test_every_task_of_a_report_is_labelled(publication: Any) -> None:
    assert set(FROM_THE_START) == {each for each in publication.task_ids if each.startswith("report.")}


@pytest.mark.parametrize("task_id", sorted(FROM_THE_START))
def test_a_task_says_what_it_is_about_before_it_knows_more_and_then_what_it_knows(
    publication: Any, task_id: str
) -> None:
    handed, label = FROM_THE_START[task_id]
    task = publication.get_task(task_id)
    template = publication.get_template_env().from_string(task.map_index_template)
    assert template.render(task=given(task, handed)) == label
    assert template.render(task=given(task, handed), informe="sin cambios") == "sin cambios"


@pytest.mark.parametrize("task_id", sorted(FROM_THE_START))
def test_its_links_lead_to_its_report_and_once_it_is_signed_to_its_document(publication: Any, task_id: str) -> None:
    handed, _ = FROM_THE_START[task_id]
    task = publication.get_task(task_id)
    links = {link.name: link.get_link(given(task, handed), ti_key=None) for link in task.operator_extra_links}
    assert links.pop(ReportPage.name) == "plugin/informes/alcaldia-x/2026-01"
    signed = task_id.rsplit(".", 1)[-1] in ("sign_and_register", "archive", "confirm", "deliver")
    document = "service-reports/api/contracts/alcaldia-x/reports/2026-01/versions/2/documents/1"
    assert links == ({FirstDocument.name: document} if signed else {})


def test_airflows_database_holds_the_links(publication: Any) -> None:
    kept = DagSerialization.from_dict(DagSerialization.to_dict(publication))
    for task_id in FROM_THE_START:
        names = [link.name for link in publication.get_task(task_id).operator_extra_links]
        assert sorted(kept.get_task(task_id).extra_links) == sorted(names), task_id


def test_a_link_of_what_names_no_report_is_empty() -> None:
    nothing: Any = SimpleNamespace(issue="something else", op_kwargs={})
    assert ReportPage().get_link(nothing, ti_key=None) == ""
    assert FirstDocument().get_link(given(SimpleNamespace(operator_extra_links=()), REPORT), ti_key=None) == ""
