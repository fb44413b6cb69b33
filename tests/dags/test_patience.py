"""For how long a report waits for its data: from the first collection that can bring them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from hypothesis import given
from hypothesis import strategies as st

from service_reports.contracts import BOGOTA
from service_reports.sources import SOURCES
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.steps.completeness import collected_after, patience_ends
from service_reports_airflow.steps.gate import collected_by
from service_reports_airflow.triggers import PeriodComplete

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
REPORT = {"contract_id": "alcaldia-de-jamundi-34-14-08-0016", "report_number": "2026-01", "reason": None}
CUT_OFF = datetime(2026, 2, 23, 11, tzinfo=UTC)
COLLECTED = datetime(2026, 2, 24, 5, 45, tzinfo=BOGOTA)
"""When the last of the daily collections begins that follow the cut-off."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sample.yaml").write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("SERVICE_REPORTS_CONTRACTS", str(tmp_path))
    return tmp_path


def test_patience_counts_from_the_first_collection_after_the_cut_off(folder: Path) -> None:
    assert patience_ends(REPORT, {}, CUT_OFF, "scheduled") == COLLECTED + timedelta(hours=72)


def test_a_run_that_starts_weeks_late_waits_for_the_collection_that_follows_its_start(folder: Path) -> None:
    late = CUT_OFF + timedelta(weeks=5)
    assert patience_ends(REPORT, {}, late, "scheduled") == COLLECTED + timedelta(weeks=5, hours=72)


def test_a_run_by_hand_waits_only_when_its_form_says_so_and_none_whose_contract_has_no_patience(folder: Path) -> None:
    assert patience_ends(REPORT, {}, CUT_OFF, "manual") is None
    assert patience_ends(REPORT, {"esperar": True}, CUT_OFF, "manual") == COLLECTED + timedelta(hours=72)
    impatient = SAMPLE.read_text(encoding="utf-8") + "\nwait_for_data_hours: 0\n"
    (folder / "sample.yaml").write_text(impatient, encoding="utf-8")
    assert patience_ends(REPORT, {}, CUT_OFF, "scheduled") is None


@given(st.integers(0, 365 * 24 * 60).map(lambda minutes: CUT_OFF + timedelta(minutes=minutes)))
def test_everything_is_collected_within_a_day_of_any_moment(moment: datetime) -> None:
    assert timedelta(0) < collected_after(moment) - moment <= timedelta(days=1)


def test_collections_run_when_the_patience_reckons_with_them_and_bear_the_names_that_the_gate_tells() -> None:
    dags = DagBag(str(Path(__file__).resolve().parents[2] / "dags")).dags.values()
    schedules: dict[str, Any] = {dag.dag_id: dag.schedule for dag in dags}
    collecting = {
        (dag.dag_id, dag.dag_display_name, schedules[dag.dag_id].expression)
        for dag in dags
        if "recolección" in dag.tags
    }
    assert collecting == {(each.dag_id, each.title, each.schedule) for each in COLLECTIONS.values()}
    assert {collected_by(source) for source in SOURCES} == {title for _, title, _ in collecting}


def test_a_wait_ends_at_its_deadline_though_the_warehouse_cannot_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_REPORTS_CONTRACTS", "/nowhere")
    deadline = datetime.now(UTC) + timedelta(seconds=0.4)

    async def fired() -> object:
        return await anext(aiter(PeriodComplete(REPORT, deadline.isoformat(), 0.1).run()))

    event = asyncio.run(fired())
    assert event.payload == {"complete": False}  # type: ignore[attr-defined]
    assert datetime.now(UTC) >= deadline
