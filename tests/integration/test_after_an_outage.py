"""The scenario after an outage: one scheduled run after five weeks off brings what its files give, added up here."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest

from sandbox.airflow import PROJECT
from sandbox.supervisor import Sandbox
from service_reports.contracts import load_contract
from service_reports.figures import compute_figures
from service_reports.figures.coverage import lacking
from service_reports.figures.model import PeriodFigures
from service_reports.warehouse import ensure_schema, read_period
from service_reports_airflow.stores import STORES
from tests.integration.databases import quick_folder
from tests.integration.outside_world import COLLECTIONS, collect

pytestmark = pytest.mark.integration
SCENARIO = PROJECT / "sandbox" / "scenarios" / "after-an-outage"
CONTRACT = load_contract(SCENARIO / "contract.yaml")
REPORT = CONTRACT.reports[0]
OFF, ON = datetime(2026, 6, 3, 10, 30, tzinfo=UTC), datetime(2026, 7, 8, 10, 30, tzinfo=UTC)


def told(name: str) -> list[dict[str, str]]:
    """The rows of one of the scenario's files."""
    return list(csv.DictReader((SCENARIO / name).read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with quick_folder() as state, Sandbox(SCENARIO, state) as running:
        yield running


@pytest.fixture(scope="module")
def healed(sandbox: Sandbox) -> Iterator[psycopg.Connection]:
    """The warehouse after one run before the outage and one after it, both of the schedule."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        described = json.loads(sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
        address = {"host": described["host"], "user": described["login"], "dbname": described["schema"]}
        with psycopg.connect(**address, autocommit=True) as db:
            ensure_schema(db)
            sandbox.set_faults(*sandbox.fault_rounds[0])
            for look in COLLECTIONS:
                collect(look, CONTRACT, OFF, f"before/{look}", db, STORES)
            before = figures(db)
            assert len(before.usage.rows) > sum(row.state == "complete" for row in before.usage.rows)
            sandbox.clear_faults()
            for look in COLLECTIONS:
                assert collect(look, CONTRACT, ON, f"after/{look}", db, STORES) == "green"
            yield db


def figures(db: psycopg.Connection) -> PeriodFigures:
    return compute_figures(CONTRACT, REPORT, 1, None, read_period(db, CONTRACT, REPORT), [])


def test_figures_are_what_the_files_say_to_the_last_digit(healed: psycopg.Connection) -> None:
    expected: dict[str, Fraction] = defaultdict(Fraction)
    for row in told("oci_daily_usage.csv"):
        label = f"{row['service']} / {row['product_description']} ({row['unit']})"
        expected[f"usage.total/{label}"] += Fraction(row["quantity"])
        expected[f"usage.day/{row['usage_date']}/{label}"] += Fraction(row["quantity"])
    daily: dict[str, list[Fraction]] = defaultdict(list)
    for row in told("metrics_daily_mean.csv"):
        daily[f"metric/{row['resource']}/{row['metric']}"].append(Fraction(row["value"]))
    for name, values in daily.items():
        expected |= {
            f"{name}/min": min(values),
            f"{name}/max": max(values),
            f"{name}/samples": Fraction(24 * len(values)),
        }
    dumps = told("local_dumps.csv")
    expected |= {
        "usage.days.complete": Fraction(len(REPORT.days)),
        "backups.oci.count": Fraction(len(told("oci_backups.csv"))),
        "backups.dumps.count": Fraction(len(dumps)),
        "backups.dumps.bytes": Fraction(sum(int(row["size_bytes"]) for row in dumps)),
        "tickets.support.total": Fraction(len(told("tickets_support.csv"))),
        "hour_bank.consumed": sum((Fraction(row["estimated_hours"]) for row in told("hour_bank.csv")), Fraction(0)),
    }
    figured = {each.id: Fraction(each.value) for each in figures(healed).figures}
    assert {name: figured.get(name) for name in expected} == expected


def test_nothing_is_lacking_and_nothing_is_found_missing(healed: psycopg.Connection) -> None:
    assert lacking(CONTRACT, REPORT, read_period(healed, CONTRACT, REPORT)) == ()
    statement = "select kind, day from core.observation where resolved_at is null and day <= %s and kind like any(%s)"
    missing = ["%missing", "%partial", "%reconciliation", "collection.%"]
    assert healed.execute(statement, (REPORT.period_to, missing)).fetchall() == []


def test_a_correction_that_came_meanwhile_of_a_day_loaded_before_is_counted(healed: psycopg.Connection) -> None:
    corrected = "select distinct (charge_period_start at time zone 'UTC')::date from raw.oci_cost_correction"
    [(day,)] = healed.execute(corrected).fetchall()
    assert day < OFF.date()
