"""Every scenario closes through the real Airflow, with the figures that its CSV files give when added up here.

Airflow collects where its trying again is what the scenario is about; the others are collected step by step.
"""

from __future__ import annotations

import csv
import email
import email.policy
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.airflow import PROJECT
from sandbox.demo import close, collect, first_reports
from sandbox.demo import days_of as days_of_reports
from sandbox.supervisor import Sandbox
from tests.integration.databases import quick_folder
from tests.integration.installation import SharedAirflow
from tests.integration.killing import collect as collect_by_steps

pytestmark = pytest.mark.integration
SCENARIOS = PROJECT / "sandbox" / "scenarios"
TRIED_AGAIN = "everything-breaks"
STEP_BY_STEP = ("two-contracts-one-tenancy", "late-and-corrected")


@dataclass
class Closed:
    """A scenario that is closed, with what ``make demo`` writes of it."""

    name: str
    out: Path
    printed: str

    @property
    def contracts(self) -> list[dict[str, Any]]:
        folder = SCENARIOS / self.name
        paths = [*folder.glob("contract.yaml"), *sorted(folder.glob("contracts/*.yaml"))]
        return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]

    def figures(self, contract: dict[str, Any]) -> dict[str, Fraction]:
        """Figures by id, as exact fractions."""
        listed = json.loads((self.out / "figures.json").read_text(encoding="utf-8"))
        assert ("contract" in listed[0]) is (len(self.contracts) > 1)
        own = [each for each in listed if each.get("contract", contract["id"]) == contract["id"]]
        assert len({each["id"] for each in own}) == len(own)
        return {each["id"]: Fraction(each["value"]) for each in own}

    def rows(self, contract: dict[str, Any], file: str) -> list[dict[str, str]]:
        folder = SCENARIOS / self.name
        own = folder / contract["id"] / file
        path = own if own.exists() else folder / file
        return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def days_of(contract: dict[str, Any]) -> list[str]:
    report = contract["reports"][0]
    first, last = report["period_from"], report["period_to"]
    assert isinstance(first, date)
    return [str(first + timedelta(number)) for number in range((last - first).days + 1)]


def collect_step_by_step(sandbox: Sandbox) -> None:
    """Collect the days of the first reports, once in every round of the scenario's faults and once without any."""
    days = days_of_reports(first_reports(sandbox.scenario_folder))
    for number, faults in enumerate([*sandbox.fault_rounds, ()]):
        sandbox.set_faults(*faults)
        collect_by_steps(sandbox, days["desde"], days["hasta"], f"collection/{number}")


@pytest.fixture(scope="module", params=[*STEP_BY_STEP, TRIED_AGAIN])
def closed(request: pytest.FixtureRequest, airflow: SharedAirflow, tmp_path_factory: pytest.TempPathFactory) -> Closed:
    out, said = tmp_path_factory.mktemp(request.param), list[str]()
    with quick_folder() as state, Sandbox(SCENARIOS / request.param, state) as sandbox:
        if request.param == TRIED_AGAIN:
            days = days_of_reports(first_reports(sandbox.scenario_folder))
            collect(airflow.used_by(sandbox), sandbox, days, said.append)
        else:
            collect_step_by_step(sandbox)
        close(airflow.used_by(sandbox), sandbox, out, said.append)
    return Closed(request.param, out, "\n".join(said))


def test_usage_is_what_the_files_say_to_the_last_digit(closed: Closed) -> None:
    for contract in closed.contracts:
        days = days_of(contract)
        expected: dict[str, Fraction] = defaultdict(Fraction)
        for row in closed.rows(contract, "oci_daily_usage.csv"):
            if row["usage_date"] in days:
                label = f"{row['service']} / {row['product_description']} ({row['unit']})"
                expected[f"usage.total/{label}"] += Fraction(row["quantity"])
                expected[f"usage.day/{row['usage_date']}/{label}"] += Fraction(row["quantity"])
        expected |= {f"usage.hours/{day}": Fraction(24) for day in days}
        expected |= {
            "usage.days.complete": Fraction(len(days)),
            "usage.days.partial": Fraction(0),
            "usage.days.missing": Fraction(0),
        }
        figures = closed.figures(contract)
        assert {name: figures.get(name) for name in expected} == expected
        assert {name for name in figures if name.startswith(("usage.total/", "usage.day/"))} <= set(expected)


def test_metrics_backups_and_dumps_are_what_the_files_say(closed: Closed) -> None:
    for contract in closed.contracts:
        figures = closed.figures(contract)
        daily: dict[str, list[Fraction]] = defaultdict(list)
        for row in closed.rows(contract, "metrics_daily_mean.csv"):
            daily[f"metric/{row['resource']}/{row['metric']}"].append(Fraction(row["value"]))
        assert daily
        for name, values in daily.items():
            assert (figures[f"{name}/min"], figures[f"{name}/max"]) == (min(values), max(values))
            assert figures[f"{name}/samples"] == 24 * len(values)
        assert figures["backups.oci.count"] == len(closed.rows(contract, "oci_backups.csv"))
        dumps = closed.rows(contract, "local_dumps.csv")
        assert figures["backups.dumps.count"] == len(dumps)
        assert figures["backups.dumps.bytes"] == sum(int(row["size_bytes"]) for row in dumps)


def test_tickets_and_hours_are_what_the_files_say(closed: Closed) -> None:
    for contract in closed.contracts:
        figures = closed.figures(contract)
        tickets = closed.rows(contract, "tickets_support.csv")
        assert figures["tickets.support.total"] == len(tickets)
        for dimension in ("status", "product", "module"):
            prefix = f"tickets.support.{dimension}/"
            counted = {name.removeprefix(prefix): n for name, n in figures.items() if name.startswith(prefix)}
            assert counted == Counter(row[dimension] for row in tickets)
        hours = sum(Fraction(row["estimated_hours"]) for row in closed.rows(contract, "hour_bank.csv"))
        assert figures["hour_bank.consumed"] == hours
        assert figures["hour_bank.available"] == contract["hour_bank"]["contracted_hours"] - hours


def test_each_supervisor_got_one_message_with_the_reports_the_workbook_and_an_act_for_each_delivery(
    closed: Closed,
) -> None:
    delivered = {}
    for path in (closed.out / "mail").glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        delivered[str(message["To"])] = {part.get_filename() for part in message.iter_attachments()}
    assert len(delivered) == len(closed.contracts)
    for contract in closed.contracts:
        [files] = [files for to, files in delivered.items() if contract["supervisor"]["email"] in to]
        first, last = contract["reports"][0]["period_from"], contract["reports"][0]["period_to"]
        delivered_in_period = sum(
            row["status"] == "Terminado" and str(first) <= row["production_date"] <= str(last)
            for row in closed.rows(contract, "hour_bank.csv")
        )
        assert len(files) == 3 + delivered_in_period
        assert all((closed.out / "documents" / name).stat().st_size > 0 for name in files)
        assert all(contract["entity"]["short_code"] in name for name in files)


@pytest.mark.parametrize("closed", [TRIED_AGAIN], indirect=True)
def test_what_went_wrong_on_the_way_was_seen(closed: Closed) -> None:
    assert closed.printed.count("Round ") == 1
    assert "up_for_retry" in closed.printed
    assert "ingest_oci_cost_reports  failed" in closed.printed, "a report was to be refused in the first round"
