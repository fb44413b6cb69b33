"""Tasks that start runs of other DAGs: what they tell Airflow, and where their link leads."""

from __future__ import annotations

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import Context
from airflow.sdk.exceptions import DagRunTriggerException

from service_reports_airflow.dag_parts.starting import StartedRun, StartRun
from tests.dags.test_dags import DAGS

STARTING = {
    ("check_calendar", "issue"): "publish_service_reports",
    ("decide_correction", "publish"): "publish_service_reports",
    ("review_issued_reports", "ask"): "decide_correction",
}


def starting(**given: object) -> StartRun:
    settings = {"task_id": "ask", "trigger_dag_id": "decide_correction", "trigger_run_id": "a/b 1", "conf": {}}
    return StartRun(**settings | given)


def test_a_run_is_started_once_by_its_name_with_its_form_and_nobody_waits_for_it() -> None:
    with pytest.raises(DagRunTriggerException) as told:
        starting(conf={"contrato": "c"}, note="c 1: algo").execute(Context())
    run = told.value
    assert (run.trigger_dag_id, run.dag_run_id) == ("decide_correction", "a/b 1")
    assert (run.conf, run.note) == ({"contrato": "c"}, "c 1: algo")
    assert run.skip_when_already_exists
    assert [run.wait_for_completion, run.reset_dag_run] == [False, False]
    assert [run.logical_date, run.run_after] == [None, None]


def test_its_link_leads_to_the_run_whatever_its_name() -> None:
    assert StartedRun().get_link(starting(), ti_key=None) == "dags/decide_correction/runs/a%2Fb%201"


def test_every_run_that_is_started_is_of_a_dag_that_there_is() -> None:
    dags = DagBag(str(DAGS)).dags
    found = {
        (dag.dag_id, task.task_id): task for dag in dags.values() for task in dag.tasks if task.task_type == "StartRun"
    }
    named = {each: getattr(task, "partial_kwargs", vars(task))["trigger_dag_id"] for each, task in found.items()}
    assert named == STARTING
    assert set(named.values()) <= set(dags)
