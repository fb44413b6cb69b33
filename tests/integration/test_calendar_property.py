"""Whatever happens to calendars, files, scheduler and Airflow: no due report is neither issued nor told.

Random sequences of: contracts that are added, moved, broken, mended and removed; days that pass with and without a
scheduler; Airflow's metadata database lost; runs that issue, fail, wait, are rejected or die; people who clear, settle
and issue by hand. Then the daily look, and all that must hold.

``CALENDAR_EXAMPLES=200`` in the environment tries so many new sequences; without it the same few.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from service_reports.register.calendar import GRACE, MOST_LATE
from service_reports_airflow.answers import FormRefused
from tests.integration.calendar_world import World
from tests.integration.databases import copy_database

pytestmark = pytest.mark.integration
CONTRACTS = st.sampled_from(("municipio-uno", "municipio-dos", "municipio-tres"))
OFFSETS = st.lists(st.integers(-70, 60).map(lambda number: number * 3), min_size=1, max_size=4, unique=True)
FATES = st.sampled_from(("issued", "issued", "failed", "goes on", "rejected", "signed only", "died before anything"))


class Calendars(RuleBasedStateMachine):
    """Three contracts and all that can happen to what they owe."""

    def __init__(self, make: Any) -> None:
        super().__init__()
        self.world: World = make()
        self.asked: set[str] = set()
        """Reports that a person settled, or issued by hand."""

    @rule(contract=CONTRACTS, offsets=OFFSETS)
    def write(self, contract: str, offsets: list[int]) -> None:
        """A new contract, other dates, or a broken file mended."""
        self.world.write(contract, [self.world.now.date() + timedelta(days=each) for each in offsets])

    @rule(contract=CONTRACTS, gone=st.booleans())
    def spoil(self, contract: str, gone: bool) -> None:
        if self.world.path(contract).exists():
            self.world.path(contract).unlink() if gone else self.world.break_file(contract)

    @rule(hours=st.integers(1, 24 * 20), scheduler=st.booleans(), fate=FATES)
    def time_passes(self, hours: int, scheduler: bool, fate: Any) -> None:
        self.world.fate = fate
        self.world.pass_time(self.world.now + timedelta(hours=hours), scheduler=scheduler)

    @rule()
    def lose_airflow(self) -> None:
        self.world.lose_airflow()

    @rule(fate=FATES)
    def look(self, fate: Any) -> None:
        self.world.fate = fate
        self._look()

    @precondition(lambda self: self.world.runs)
    @rule(which=st.integers(0, 3))
    def a_run_ends(self, which: int) -> None:
        """What a run waited for did not come, or a person marked it as failed."""
        run_id = list(self.world.runs)[-1 - which % len(self.world.runs)]
        self.world.runs[run_id] = "ended"

    @precondition(lambda self: self.world.reports)
    @rule(contract=CONTRACTS, which=st.integers(0, 3), earlier=st.booleans())
    def settle(self, contract: str, which: int, earlier: bool) -> None:
        numbers = list(self.world.reports.get(contract, {"2026-01": None}))
        try:
            self.world.settle(contract, numbers[which % len(numbers)], earlier=earlier)
        except FormRefused as refused:
            note(f"    refused: {refused}")

    def _look(self) -> None:
        """What always holds after the daily look."""
        world = self.world
        told = world.look()
        alerts = world.open_alerts()
        runs = set(world.started)
        world.look()
        assert set(world.started) == runs, "looking twice starts a run twice"
        still = world.open_alerts()
        versions = world.versions()
        settled = {
            f"{contract} {number}"
            for contract, number in world.db.execute(
                "select contract_id, report_number from register.event where event = 'settled'"
            )
        }
        for contract, reports in world.reports.items():
            if not world.path(contract).exists() or world.path(contract).read_bytes().startswith(b"[["):
                if world.path(contract).exists():
                    assert ("calendar.contract_unreadable", f"{contract}.yaml") in alerts, "a broken file is not told"
                continue
            for number, day in reports.items():
                subject, cut_off = f"{contract} {number}", datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
                if cut_off + GRACE > world.now:
                    continue
                states = [state for state, _ in versions.get(subject, [])]
                issued = "sent" in states
                is_told = any(of == subject for _, of in alerts) and any(subject in line for line in told)
                waits = subject in self._waiting()
                assert issued or is_told or waits or subject in settled, f"{subject} of {day} is lost: {states}"
                assert not issued or ("calendar.report_due", subject) not in still, (
                    f"{subject} is issued, and told as not issued"
                )
        for subject, of in versions.items():
            assert [state for state, _ in of].count("sent") <= 1, f"{subject} was issued twice"
            assert len(of) == 1, f"{subject} has a second version that nobody asked for"

    def _waiting(self) -> set[str]:
        """Reports that some living run set out to issue, or whose drafts were rejected in a run that Airflow knows."""
        world = self.world
        found = {
            f"{contract} {number}"
            for contract, number, run_id in world.db.execute(
                "select contract_id, report_number, run_id from core.publication"
                " union select contract_id, report_number, run_id from register.report"
            )
            if world.state(run_id) == "alive"
        }
        return found | {
            f"{contract} {number}"
            for contract, number, run_id in world.db.execute(
                "select e.contract_id, e.report_number, r.run_id from register.event e"
                " join register.report r using (contract_id, report_number, version) where e.event = 'rejected'"
            )
            if world.state(run_id) == "ended"
        }

    @invariant()
    def nothing_old_leaves_by_itself(self) -> None:
        """A report was issued late only within the limit, and not from before the installation."""
        world = self.world
        for contract, number, late_since, begun in world.db.execute(
            "select contract_id, report_number, late_since, run_id from core.publication where late_since is not null"
        ):
            assert late_since >= world.installed, f"{contract} {number} is history: {begun}"
            assert world.now - late_since >= timedelta(0)

    def teardown(self) -> None:
        """When all is well again: files mended, scheduler up, three mornings of looks that issue."""
        self.world.fate = "issued"
        for _ in range(3):
            self.world.pass_time(self.world.now + timedelta(days=1))
            self._look()


@pytest.fixture
def make(empty_warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes a world of its own for each sequence."""
    kept: list[tuple[str, psycopg.Connection]] = []

    @contextmanager
    def server() -> Iterator[psycopg.Connection]:
        with psycopg.connect(f"{empty_warehouse} dbname=postgres", autocommit=True) as postgres:
            yield postgres

    def forget() -> None:
        while kept:
            name, db = kept.pop()
            db.close()
            with server() as postgres:
                postgres.execute(f"drop database {name} with (force)")

    def make_world() -> World:
        forget()
        name = f"calendar_{uuid4().hex}"
        with server() as postgres:
            copy_database(postgres, name, "empty_warehouse")
        db = psycopg.connect(f"{empty_warehouse} dbname={name}", autocommit=True)
        kept.append((name, db))
        folder = tmp_path / name
        folder.mkdir()
        return World(db, folder, monkeypatch, datetime.now(UTC) + timedelta(days=1))

    yield make_world
    forget()


def test_no_due_report_is_neither_issued_nor_told(make: Any) -> None:
    more = int(os.environ.get("CALENDAR_EXAMPLES", "0"))
    run_state_machine_as_test(
        lambda: Calendars(make),
        settings=settings(
            max_examples=more or 30,
            stateful_step_count=25 if more else 12,
            derandomize=not more,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_limit_is_longer_than_the_longest_wait_for_data() -> None:
    assert timedelta(hours=240) < MOST_LATE
