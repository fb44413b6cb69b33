"""A collection's form: wrong days are refused by its first task, at once and with what to do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from service_reports_airflow.answers import FormRefused
from service_reports_airflow.dag_parts import tasks
from service_reports_airflow.steps import ingest

MORNING = datetime(2026, 5, 7, 10, tzinfo=UTC)
RUN = SimpleNamespace(run_after=MORNING)


def test_without_days_the_last_whole_ones_are_collected() -> None:
    assert ingest.window({}, MORNING) == (date(2026, 5, 4), date(2026, 5, 6))


def test_both_days_of_the_form_are_collected() -> None:
    assert ingest.window({"desde": "2026-05-01", "hasta": "2026-05-01"}, MORNING) == (date(2026, 5, 1),) * 2


@pytest.mark.parametrize("first_task", [tasks.contracts, tasks.tenancies])
@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"desde": "2026-05-01"}, "Falta «Hasta»: dispare de nuevo"),
        ({"hasta": "2026-05-01"}, "Falta «Desde»: dispare de nuevo"),
        (
            {"desde": "2026-05-02", "hasta": "2026-05-01"},
            r"«Hasta» \(2026-05-01\) es anterior a «Desde» \(2026-05-02\)",
        ),
        ({"desde": "2026-02-30", "hasta": "2026-03-01"}, "escriba días que existan"),
    ],
)
def test_wrong_days_are_refused_by_the_first_task_and_not_tried_again(
    first_task: Any, form: dict[str, str], told: str
) -> None:
    with pytest.raises(FormRefused, match=told):
        first_task.function(params=form, dag_run=RUN)
