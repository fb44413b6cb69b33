"""The scenario of a hard month: all troubles of collection at once, and the sums that its files give, added up here."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest
from airflow.sdk.execution_time.context import set_current_context

from sandbox.airflow import PROJECT
from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.checks.observation import Observation
from service_reports.contracts import load_contract
from service_reports.figures.model import PeriodFigures
from service_reports.warehouse import ensure_schema, read_observations
from service_reports_airflow.stores import STORES
from tests.integration.databases import quick_folder
from tests.integration.outside_world import collect
from tests.integration.publish_driver import STEPS

pytestmark = pytest.mark.integration
SCENARIO = PROJECT / "sandbox" / "scenarios" / "a-hard-month"
CONTRACTS = {path.stem: load_contract(path) for path in sorted((SCENARIO / "contracts").glob("*.yaml"))}
NINE, EIGHT, SEVEN = CONTRACTS
TENANCY = CONTRACTS[SEVEN].oci.tenancy_ocid
NOON, EVENING, AFTER = (datetime(2026, *at, 30, tzinfo=UTC) for at in ((2, 28, 12), (2, 28, 23), (3, 6, 10)))
DAYS = ("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02")
SPAN = date.fromisoformat(DAYS[0]), date.fromisoformat(DAYS[-1])
FROM_EIGHT_TO_SEVEN = "2026-03-01"
"""The first day of the moved compartment that is seven's: at noon before it lay under eight, in the evening no more."""


@dataclass
class Month:
    """What each run of a collection said, and what the close of each contract came to."""

    db: psycopg.Connection
    said: dict[tuple[str, ...], str] = field(default_factory=dict)
    figures: dict[str, Mapping[str, Decimal]] = field(default_factory=dict)

    def run(self, now: datetime, look: str, contract: str) -> None:
        self.said[f"{now:%H}", look, contract] = collect(
            look, CONTRACTS[contract], now, f"{now}/{look}/{contract}", self.db, STORES
        )

    def told(self, kind: str) -> list[Observation]:
        return [each for each in read_observations(self.db, [*CONTRACTS, TENANCY], *SPAN) if each.kind == kind]


@pytest.fixture(scope="module")
def month() -> Iterator[Month]:
    with quick_folder() as state, Sandbox(SCENARIO, state) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        described = json.loads(sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
        address = {"host": described["host"], "user": described["login"], "dbname": described["schema"]}
        with psycopg.connect(**address, autocommit=True) as db:
            ensure_schema(db)
            month = Month(db)
            month.run(NOON, "usage", SEVEN)
            month.run(NOON, "backups", SEVEN)
            sandbox.set_faults(*sandbox.fault_rounds[1])
            month.run(EVENING, "usage", SEVEN)
            sandbox.set_faults(*sandbox.fault_rounds[2])
            month.run(AFTER, "usage", SEVEN)
            month.run(AFTER, "metrics", SEVEN)
            for contract in CONTRACTS:
                month.run(AFTER, "backups", contract)
                month.run(AFTER, "service_desk", contract)
                month.figures[contract] = close(sandbox, db, contract)
            yield month


def close(sandbox: Sandbox, db: psycopg.Connection, contract: str) -> dict[str, Decimal]:
    """The figures that the steps of a close keep; of the hardest contract, the reports are made and signed as well."""
    run: dict[str, Any] = {
        "run_id": f"close/{contract}",
        "report": {"contract_id": contract, "report_number": "2026-01", "reason": None},
        "params": {"enviar": False},
    }
    done: dict[str, Any] = {}
    last = "archive" if contract == SEVEN else "figures"
    with set_current_context({"params": {}}):
        for name, step in STEPS.items():
            if last not in done:
                done[name] = step(run, done, STORES)
    key = register.read_issue(db, register.IssueKey(contract, "2026-01", 1)).figures_key
    assert key is not None
    kept = PeriodFigures.model_validate_json(sandbox.archive().read(key))
    return {each.id: Decimal(each.value) for each in kept.figures}


def rows(contract: str, name: str) -> list[dict[str, str]]:
    """The rows of one of the scenario's files."""
    return list(csv.DictReader((SCENARIO / contract / name).read_text(encoding="utf-8").splitlines()))


def only(month: Month, contract: str, *starts: str) -> dict[str, Decimal]:
    return {name: value for name, value in month.figures[contract].items() if name.startswith(starts)}


def test_use_is_what_the_files_say_to_the_last_digit_with_what_was_moved_where_it_lay(month: Month) -> None:
    expected: dict[str, dict[str, Decimal]] = {each: defaultdict(Decimal) for each in CONTRACTS}
    for contract in CONTRACTS:
        for row in rows(contract, "oci_daily_usage.csv"):
            day, moves = row["usage_date"], row["compartment_ocid"]
            payer = EIGHT if moves and day < FROM_EIGHT_TO_SEVEN else contract
            label = f"{row['service']} / {row['product_description']} ({row['unit']})"
            expected[payer][f"usage.total/{label}"] += Decimal(row["quantity"])
            for each in DAYS:
                used = Decimal(row["quantity"]) if each == day else Decimal(0)
                expected[payer][f"usage.day/{each}/{label}"] += used
    for each in CONTRACTS:
        assert only(month, each, "usage.total/", "usage.day/") == expected[each]
    assert all(month.figures[each]["usage.days.complete"] == len(DAYS) for each in CONTRACTS)


def test_means_of_metrics_are_those_of_the_hours_that_were_measured(month: Month) -> None:
    told = {
        (row["resource"], row["metric"], row["hour"][:10]): row["value"] for row in rows(SEVEN, "metrics_hours.csv")
    }
    for contract in CONTRACTS:
        expected: dict[str, Decimal] = {}
        means: dict[str, list[Decimal]] = defaultdict(list)
        for row in rows(contract, "metrics_daily_mean.csv"):
            name, usual = f"{row['resource']}/{row['metric']}", Decimal(row["value"])
            other = told.get((row["resource"], row["metric"], row["day"]), row["value"])
            hours = [usual] * 23 + ([Decimal(other)] if other else [])
            mean = sum(hours, Decimal(0)) / len(hours)
            means[name].append(mean)
            expected |= {f"metric.day/{row['day']}/{name}/mean": mean}
            expected |= {f"metric.day/{row['day']}/{name}/samples": Decimal(len(hours))}
        for name, daily in means.items():
            expected |= {f"metric/{name}/mean": sum(daily, Decimal(0)) / len(daily)}
            expected |= {f"metric/{name}/min": min(daily), f"metric/{name}/max": max(daily)}
        assert {name: month.figures[contract].get(name) for name in expected} == expected
    assert month.figures[SEVEN]["metric/MUNSIETE DB/CpuUtilization/peak"] == Decimal("100.02")


def test_a_day_has_its_backup_where_one_of_it_is_good_and_each_is_counted_once(month: Month) -> None:
    for contract in CONTRACTS:
        listed = rows(contract, "oci_backups.csv")
        good = {row["time_started"][:10] for row in listed if row["lifecycle_state"] == "ACTIVE"}
        figures = only(month, contract, "backups.oci.")
        assert figures["backups.oci.count"] == len(listed)
        assert figures["backups.oci.days_missing"] == len(DAYS) - len(good)
        without = [str(each.day) for each in month.told("backup.missing") if each.scope == contract]
        assert without == [day for day in DAYS if day not in good]


def test_dumps_are_those_of_days_and_names_that_exist_and_one_that_was_compressed_is_one(month: Month) -> None:
    for contract in CONTRACTS:
        sizes: dict[str, list[Decimal]] = defaultdict(list)
        for row in rows(contract, "local_dumps.csv"):
            if "\\x" in row["file_name"]:
                continue
            with suppress(ValueError):
                day = date.fromisoformat(row["file_name"].split("-", 1)[1][:10])
                sizes[str(day)].append(Decimal(row["size_bytes"]))
        figures = only(month, contract, "backups.dumps.")
        assert figures["backups.dumps.bytes"] == sum(sum(each) for each in sizes.values())
        assert figures["backups.dumps.count"] == sum(len(each) for each in sizes.values())
        assert (figures["backups.dumps.days_missing"], set(sizes)) == (0, set(DAYS))
    assert month.told("dump.vanished") == []


def test_what_was_kept_aside_is_told_to_whom_it_belongs_with_line_column_and_value(month: Month) -> None:
    aside = {(each.scope, each.severity): each.detail for each in month.told("cost.lines_aside")}
    assert aside.keys() == {(SEVEN, "alert"), (EIGHT, "alert")}
    assert "product/service: 'COM�PUTE' tiene un carácter nulo" in aside[EIGHT, "alert"]
    assert "No se sumaron: Standard - E4, 2 OCPU Hours." in aside[EIGHT, "alert"]
    [others] = month.told("cost.others_lines_aside")
    assert (others.scope, others.severity) == (TENANCY, "notice")
    assert "product/Description: '' está en blanco" in others.detail
    assert "No se sumaron: COMPUTE, 0,2 OCPU Hours." in others.detail
    said = month.said["10", "usage", SEVEN]
    for part in ("usage/billedQuantity: '1,5' no es un número", "'COM�PUTE'", "se cargó sin algunas filas"):
        assert part in said


def test_an_object_that_was_refused_is_told_until_a_good_version_takes_its_place(month: Month) -> None:
    refused = "oci_cost_reports.readable: faltan columnas en el encabezado: usage/billedQuantity"
    assert [refused in month.said[at, "usage", SEVEN] for at in ("12", "23", "10")] == [False, True, False]


def test_lines_in_another_packing_and_corrections_are_told_as_what_they_are(month: Month) -> None:
    assert {each.severity for each in month.told("cost.object_duplicated")} == {"notice"}
    corrected = month.db.execute(
        "select distinct (charge_period_start at time zone 'UTC')::date::text from raw.oci_cost_correction"
    )
    assert corrected.fetchall() == [("2026-02-28",)], "a back reference alone corrects nothing"


def test_a_day_that_no_calendar_has_and_an_hour_that_lacks_are_told(month: Month) -> None:
    assert "dump_day ('2026-02-30')" in month.said["10", "backups", SEVEN]
    assert r"SGI_MUNOCHO-2026-03-01 ma\xf1ana.DMP.gz" in month.said["10", "backups", EIGHT]
    assert month.said["10", "backups", NINE] == "green"
    [lacking] = month.told("metrics.samples_missing")
    assert (lacking.scope, str(lacking.day)) == (SEVEN, "2026-03-01")
    assert "llegaron 23 de 24 horas" in lacking.detail
