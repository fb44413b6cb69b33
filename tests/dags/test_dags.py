"""Policy of the DAGs: what every one of them must be, and that they parse without reaching anything."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow._shared.module_loading import find_path_from_directory, import_string
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.operators.hitl import HITLOperator

from service_reports_airflow.dag_parts.pools import MAIL, OCI, POOLS
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.timetable import CutOffTimetable
from service_reports_airflow.triggers import PeriodComplete

DAGS = Path(__file__).resolve().parents[2] / "dags"
FILES = sorted(DAGS.glob("*.py"))
ASKING = {"decide", "report.approve", "report.confirm", "report.deliver"}
FAILS_WITH = frozenset({"all_success", "none_failed"})
"""Trigger rules of tasks that are not run, and failed with it, where one before them failed."""


@pytest.fixture(scope="module")
def dags() -> DagBag:
    bag = DagBag(str(DAGS))
    assert bag.import_errors == {}
    return bag


def test_there_is_one_dag_a_file_and_the_file_has_its_name(dags: DagBag) -> None:
    assert set(dags.dags) == {path.stem for path in FILES}


def test_every_dag_says_in_spanish_what_it_does(dags: DagBag) -> None:
    for dag in dags.dags.values():
        assert dag.doc_md, dag.dag_id
        assert dag.dag_display_name != dag.dag_id
        assert dag.tags, dag.dag_id
        for task in dag.tasks:
            assert task.task_display_name not in (task.task_id, ""), f"{dag.dag_id}.{task.task_id} has no Spanish name"
        for name, param in dag.params.items():
            assert dag.params.get_param(name).schema.get("title"), f"{dag.dag_id}.{name} has no title: {param}"


def test_every_task_has_a_time_limit(dags: DagBag) -> None:
    for dag in dags.dags.values():
        for task in dag.tasks:
            assert task.execution_timeout is not None, f"{dag.dag_id}.{task.task_id}"


def test_what_asks_oci_or_sends_reports_runs_in_a_pool_of_its_own(dags: DagBag) -> None:
    """What sends alerts is one task."""
    tasks = {f"{dag.dag_id}.{task.task_id}": task for dag in dags.dags.values() for task in dag.tasks}
    asking = {name for name, task in tasks.items() if task.pool == OCI.name}
    assert asking == {name for name in tasks if ".fetch_oci_" in name}
    assert {name for name, task in tasks.items() if task.pool == MAIL.name} == {
        "publish_service_reports.report.deliver"
    }
    assert {task.pool for task in tasks.values()} == {"default_pool", *(pool.name for pool in POOLS)}


def test_every_task_says_where_it_failed_so_that_alerts_tell_it(dags: DagBag) -> None:
    for dag in dags.dags.values():
        for task in dag.tasks:
            callback: Any = task.on_failure_callback  # of a mapped task as it was given, of any other a list
            told = callback if isinstance(callback, Sequence) else [callback]
            assert [each.__name__ for each in told] == ["note_failure"], f"{dag.dag_id}.{task.task_id}"


def test_a_round_of_alerts_is_tried_again_by_the_next_one_alone(dags: DagBag) -> None:
    [task] = dags.dags["send_alerts"].tasks
    assert (task.retries, task.execution_timeout < timedelta(minutes=15)) == (0, True)


def reddens(task: Any) -> bool:
    """Whether a failure of a task reaches those that nothing follows: they alone tell what became of a run."""
    return not task.downstream_list or any(
        after.trigger_rule in FAILS_WITH and reddens(after) for after in task.downstream_list
    )


def test_a_run_is_red_whichever_of_its_tasks_fails(dags: DagBag) -> None:
    hidden = {f"{dag.dag_id}.{task.task_id}" for dag in dags.dags.values() for task in dag.tasks if not reddens(task)}
    assert hidden == set()


def test_what_is_wrong_with_the_register_is_told_though_not_all_of_it_could_be_verified(dags: DagBag) -> None:
    daily = dags.dags["verify_register"]
    for tells in ("chain", "rows_and_files"):
        assert (daily.get_task(tells).upstream_task_ids, daily.get_task(tells).trigger_rule) == (
            {"verify_parts"},
            "all_done",
        )
    head = daily.get_task("head")
    assert (head.upstream_task_ids, head.trigger_rule) == ({"verify_parts", "chain"}, "all_success")


def test_a_person_may_take_any_time_to_answer(dags: DagBag) -> None:
    asking = {task.task_id: task for dag in dags.dags.values() for task in dag.tasks if isinstance(task, HITLOperator)}
    assert set(asking) == ASKING
    assert [task.response_timeout for task in asking.values()] == [None] * len(ASKING)


def test_no_dag_catches_up(dags: DagBag) -> None:
    assert not any(dag.catchup for dag in dags.dags.values())


def test_only_what_waits_for_days_overlaps_itself(dags: DagBag) -> None:
    overlapping = {dag.dag_id for dag in dags.dags.values() if dag.max_active_runs != 1}
    assert overlapping == {"publish_service_reports", "decide_correction"}


def test_issued_reports_are_reviewed_after_every_collection(dags: DagBag) -> None:
    reviewed = dags.dags["review_issued_reports"]
    schedule: Any = reviewed.schedule
    any_of = schedule.objects
    collections = {each.dag_id for each in COLLECTIONS.values() if each.late}
    assert collections == {dag_id for dag_id, dag in dags.dags.items() if "observe" in dag.task_ids}
    for dag_id in collections:
        [(task_id, asset)] = [(task.task_id, each) for task in dags.dags[dag_id].tasks for each in task.outlets]
        assert task_id == "observe", dag_id
        assert asset in any_of, dag_id
    assert len(any_of) == len(collections)  # one each: the page of assets says when each last brought something


def test_a_review_that_finds_something_is_red_without_waiting_for_the_answer(dags: DagBag) -> None:
    reviewed = dags.dags["review_issued_reports"]
    assert ASKING.isdisjoint(reviewed.task_ids)
    assert reviewed.get_task("confirm").upstream_task_ids == {"review"}
    assert reviewed.get_task("ask").upstream_task_ids == {"questions"}


def test_a_look_at_the_calendar_that_finds_something_is_red_and_starts_the_late_runs_all_the_same(dags: DagBag) -> None:
    looked = dags.dags["check_calendar"]
    assert looked.get_task("compare").upstream_task_ids == {"settle"}
    assert looked.get_task("confirm").upstream_task_ids == {"compare"}
    assert looked.get_task("issue").upstream_task_ids == {"late_runs"}
    assert looked.get_task("late_runs").upstream_task_ids == {"compare"}


def test_a_collection_is_red_when_no_contract_holds(dags: DagBag) -> None:
    """Every fetch is then skipped, and what follows a skipped task is skipped with it unless it says otherwise."""
    for dag in (dags.dags[each.dag_id] for each in COLLECTIONS.values() if each.late):
        assert dag.get_task("confirm").trigger_rule == "none_failed", dag.dag_id


def test_a_round_that_asks_for_nothing_is_one_task(dags: DagBag) -> None:
    """It comes every five minutes, whether a contract names addresses or not."""
    a_round = dags.dags["ingest_http_addresses"]
    assert {task.task_id: task.trigger_rule for task in a_round.tasks} == {
        "fetch_http_addresses": "all_success",
        "validate_and_load": "none_skipped",
        "confirm": "all_success",
    }


def test_every_report_waits_for_its_data_before_the_gate(dags: DagBag) -> None:
    publication = dags.dags["publish_service_reports"]
    assert publication.get_task("report.gate").upstream_task_ids == {"report.wait_for_data"}
    assert publication.get_task("report.wait_for_data").upstream_task_ids == {"one_by_one"}


def test_nothing_is_signed_before_it_is_approved_however_long_that_takes(dags: DagBag) -> None:
    publication = dags.dags["publish_service_reports"]
    approval = publication.get_task("report.approve")
    assert approval.upstream_task_ids == {"report.documents"}
    assert publication.get_task("report.sign_and_register").upstream_task_ids == {"report.approve"}
    assert approval.response_timeout is None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dag_file_imports_only_airflow_sdk_and_what_dag_files_are_put_together_from(path: Path) -> None:
    light = {
        "airflow.sdk",
        "service_reports_airflow.runs",
        "service_reports_airflow.timetable",
    }
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    assert {name for name in imported if not name.startswith("service_reports_airflow.dag_parts.")} <= light


def test_parsing_loads_none_of_the_heavy_libraries() -> None:
    program = (
        "import runpy, sys\n"
        "for path in sys.argv[1:]: runpy.run_path(path)\n"
        "heavy = {'airflow.models.dagrun', 'airflow.models.deadline', 'pandas',"
        " 'great_expectations', 'reportlab', 'oci', 'boto3',"
        " 'pyhanko', 'psycopg', 'opentelemetry.sdk.metrics', 'service_reports.contracts',"
        " 'service_reports_airflow.steps', 'service_reports_airflow.telemetry'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *map(str, FILES)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{DAGS.parent / 'include'}:{DAGS.parent / 'plugins'}", "PATH": "", "HOME": "/tmp"},
    )
    assert ended.stdout.strip() == ""


def test_airflows_plugin_loader_imports_the_plugin_and_no_file_of_the_package() -> None:
    plugin = DAGS.parent / "plugins" / "service_reports_plugin.py"
    found = map(Path, find_path_from_directory(plugin.parent, ".airflowignore", "glob"))
    assert [path for path in found if path.suffix == ".py"] == [plugin]  # as the loader, which passes byte-code over


def test_what_airflows_database_holds_by_its_dotted_name_is_found_there() -> None:
    held, _ = PeriodComplete({}, "2026-02-23T11:00Z", 300).serialize()
    assert held == "service_reports_airflow.triggers.PeriodComplete"
    assert import_string(held) is PeriodComplete
    assert import_string("service_reports_airflow.timetable.CutOffTimetable") is CutOffTimetable
    assert CutOffTimetable.__module__ == "service_reports_airflow.timetable"


def test_schedules_are_bogotas_and_collect_before_the_cut_offs(dags: DagBag) -> None:
    for dag_id, dag in dags.dags.items():
        if dag_id.startswith("ingest_"):
            assert str(dag.timezone) == "America/Bogota", dag_id
            timetable: Any = dag.schedule
            _, hours, *_ = timetable.expression.split()
            assert {"5", "*"} & set(hours.split(",")), f"{dag_id} does not run in the hour before the cut-offs of 6:00"
