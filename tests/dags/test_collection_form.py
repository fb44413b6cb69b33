"""A collection's form: wrong days are refused by its first task, at once and with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from service_reports_airflow.answers import FormRefused
from service_reports_airflow.dag_parts import tasks
from service_reports_airflow.steps import ingest
from service_reports_airflow.stores import STORES

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


@pytest.mark.parametrize("first_task", [tasks.contracts, tasks.tenancies])
def test_a_contract_that_no_file_has_is_refused_by_the_first_task_which_names_those_that_are(first_task: Any) -> None:
    with pytest.raises(FormRefused, match=r"«Contrato»: no hay contrato «otro»; los que se pueden usar: alcaldia-de-"):
        first_task.function(params={"contrato": "otro"}, dag_run=RUN)


def test_the_contract_of_the_form_is_collected_alone_and_without_one_all_are() -> None:
    every = {name: SimpleNamespace(id=name) for name in ("uno", "dos")}
    stores = replace(STORES, contracts=lambda: tuple(every.values()), contract=every.__getitem__)
    assert ingest.asked_contracts({"contrato": " dos "}, stores=stores) == (every["dos"],)
    assert ingest.asked_contracts({"contrato": None}, stores=stores) == tuple(every.values())
