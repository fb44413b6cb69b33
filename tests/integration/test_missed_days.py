"""What was missed is known from the ledger: one run after an outage leaves what would be there had there been none."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import Contract, load_contract
from service_reports.figures.gaps import gaps
from service_reports.records import DatabaseDump, MetricPoint, OciBackup, UsageDay
from service_reports.warehouse import read_period
from service_reports.warehouse.review import read_usage_days
from tests.integration.databases import copy_database
from tests.integration.outside_world import Collecting, OutsideWorld, backup, cost_lines, midnight

pytestmark = pytest.mark.integration
FIRST = date(2026, 1, 20)
OFF, ON = datetime(2026, 1, 26, 10, 30, tzinfo=UTC), datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
"""The last run before five weeks without any, and the first after them."""
CORRECTED = date(2026, 1, 24)
ONE_METRIC = 2


@pytest.fixture
def contract() -> Contract:
    """The contract of a month, with few of its metrics: each is asked for by itself."""
    held = load_contract(DEFAULT_SCENARIO / "contract.yaml")
    [first, *_] = held.resources
    measured = first.model_copy(update={"metrics": first.metrics[:ONE_METRIC]})
    return held.model_copy(update={"resources": (measured,)})


def five_weeks(contract: Contract) -> OutsideWorld:
    """A world in which every night has its backup, its dump and its cost report, and some are corrected later."""
    world = OutsideWorld(contract, OFF)
    for number in range((ON.date() - FIRST).days):
        day = FIRST + timedelta(days=number)
        world.put(700 + number, midnight(day) + timedelta(hours=29), cost_lines(day))
        world.backups.append(backup(day))
        world.dump(day)
    # While nothing was collected: a past day is corrected, an object comes late under a lower name.
    world.put(600, midnight(date(2026, 2, 12)), cost_lines(CORRECTED, "-0.25", hours=[5], corrects=True))
    world.put(601, midnight(date(2026, 2, 13)), cost_lines(date(2026, 2, 9), "0.5", hours=[7]))
    return world


def known(db: psycopg.Connection, contract: Contract) -> dict[str, Any]:
    """All that a report of the first period would be made of, and what is open about it."""
    report = contract.reports[0]
    rows = read_period(db, contract, report)
    kept_30_days = ON - timedelta(days=30)
    compared = "usage_date, quantity, provider_quantity"
    found = "select kind, scope, subject, day from core.observation where resolved_at is null order by 1, 2, 3, 4"
    return {
        "usage": rows.of(UsageDay),
        "hours": [(p.metric_name, p.hour, p.value, p.minimum, p.maximum) for p in rows.of(MetricPoint)],
        "samples": [(p.hour, p.five_minute_samples) for p in rows.of(MetricPoint) if p.hour >= kept_30_days],
        "backups": rows.of(OciBackup),
        "dumps": rows.of(DatabaseDump),
        "unread": [each for each in gaps(contract, report.days, rows) if each.source.startswith(("oci", "database"))],
        "found": db.execute(found).fetchall(),
        "totals": db.execute("select usage_date, quantity from core.oci_usage_total order by 1").fetchall(),
        "compared": db.execute(f"select {compared} from core.usage_reconciliation order by 1").fetchall(),
    }


@pytest.fixture
def other_database(empty_warehouse: str) -> Iterator[psycopg.Connection]:
    """A second warehouse, for a collection that was never off."""
    name = f"never_off_{uuid4().hex}"
    with psycopg.connect(f"{empty_warehouse} dbname=postgres", autocommit=True) as postgres:
        copy_database(postgres, name, "empty_warehouse")
        with psycopg.connect(f"{empty_warehouse} dbname={name}", autocommit=True) as other:
            other.execute("set time zone 'UTC'")
            yield other
        postgres.execute(f"drop database {name} with (force)")


def test_one_run_after_five_weeks_leaves_what_a_collection_that_was_never_off_has(
    db: psycopg.Connection, other_database: psycopg.Connection, contract: Contract
) -> None:
    world = five_weeks(contract)
    collecting = Collecting(world, db)
    for now in (OFF - timedelta(days=3), OFF, ON):
        world.now = now
        collecting.run(f"run-{now:%m-%d}")
    never_off = Collecting(world, other_database)
    for before in (*range(38, 0, -3), 0):  # every run reads three days again, so none is missed
        world.now = ON - timedelta(days=before)
        never_off.run(f"run-{before}")
    expected = known(other_database, contract)
    assert known(db, contract) == expected
    [corrected] = read_usage_days(db, contract, CORRECTED, CORRECTED)
    assert (str(corrected.quantity), expected["unread"]) == ("23.75", [])


def test_five_minutes_that_the_provider_has_no_more_are_told_and_hours_stand_for_them(
    db: psycopg.Connection, contract: Contract
) -> None:
    [node] = contract.resources
    every_metric = load_contract(DEFAULT_SCENARIO / "contract.yaml").resources[0].metrics
    states = tuple(each for each in every_metric if each.availability)
    state = contract.model_copy(update={"resources": (node.model_copy(update={"metrics": states}),)})
    world = OutsideWorld(state, OFF)
    collecting = Collecting(world, db)
    for world.now in (OFF, ON):
        assert collecting.run(f"run-{world.now:%m-%d}", only=["metrics"]) == {"metrics": "green"}
    points = read_period(db, state, state.reports[0]).of(MetricPoint)
    assert len({each.hour.date() for each in points}) == len(state.reports[0].days), "no hour is missing"
    kept = "select severity, detail from core.observation where kind = 'metrics.five_minutes_lost'"
    [(severity, detail)] = db.execute(kept).fetchall()
    assert (severity, "la disponibilidad de esos días se cuenta por horas" in detail) == ("notice", True)
    world.now += timedelta(days=1)
    world.measured.clear()
    collecting.run("the-day-after", only=["metrics"])
    assert min(first for first, _ in world.measured) == ON.date() - timedelta(days=2), "what is lost is asked for once"


def test_a_run_that_missed_nothing_asks_for_the_days_of_its_schedule_and_no_more_often(
    db: psycopg.Connection, contract: Contract
) -> None:
    world = five_weeks(contract)
    collecting, daily = Collecting(world, db), []
    for now in (OFF, OFF + timedelta(days=1), OFF + timedelta(days=2)):
        world.now, world.asked = now, Counter()
        collecting.run(f"run-{now}")
        daily.append(world.asked)
    first, *others = daily
    assert first["get_object"] == (OFF.date() - FIRST).days
    assert [each.pop("get_object") for each in others] == [1, 1]
    del first["get_object"]
    assert others == [first, first]
    last = world.now.date() - timedelta(days=1)
    assert world.totals[-1] == (last - timedelta(days=2), last)
    assert world.measured[-1] == (last - timedelta(days=2), last)


def test_a_run_by_hand_reads_the_days_of_its_form_alone(db: psycopg.Connection, contract: Contract) -> None:
    world = five_weeks(contract)
    world.now = ON
    day = date(2026, 2, 20)
    Collecting(world, db).run("by-hand", desde=str(day), hasta=str(day))
    rows = read_period(db, contract, contract.reports[0])
    assert {each.usage_date for each in rows.of(UsageDay)} <= {day + timedelta(days=number) for number in range(-1, 4)}
    assert {each.hour.date() for each in rows.of(MetricPoint)} == {day}
    assert [each.dump_day for each in rows.of(DatabaseDump)] == [day]
    assert [each.time_started.date() for each in rows.of(OciBackup)] == [day]
    assert set(world.totals) == {(day, day)}, "quantities and numbers of products are asked apart"
    assert {days for days in world.measured if days[0] <= ON.date()} == {(day, day)}


def test_an_object_from_before_every_contract_of_the_tenancy_is_left_where_it_is(
    db: psycopg.Connection, contract: Contract
) -> None:
    world = OutsideWorld(contract, ON)
    world.put(1, midnight(contract.valid_from) - timedelta(hours=1), cost_lines(contract.valid_from))
    assert Collecting(world, db).run("run", only=["usage"])["usage"] == "green"
    assert world.asked["get_object"] == 0


def test_a_late_object_under_a_lower_name_is_read_however_late_it_comes(
    db: psycopg.Connection, contract: Contract
) -> None:
    world = OutsideWorld(contract, OFF)
    world.put(700, midnight(FIRST) + timedelta(hours=29), cost_lines(FIRST, hours=range(1, 24)))
    collecting = Collecting(world, db)
    collecting.run("run-1", only=["usage"])
    world.put(3, midnight(FIRST) + timedelta(hours=30), cost_lines(FIRST, hours=[0]))
    world.now = OFF + timedelta(days=20)
    collecting.run("run-2", only=["usage"])
    [used] = read_usage_days(db, contract, FIRST, FIRST)
    assert (used.quantity, used.hours) == (24, 24)


def test_a_metric_that_a_contract_charts_from_now_on_is_read_as_far_back_as_the_provider_has_it(
    db: psycopg.Connection, contract: Contract
) -> None:
    world = OutsideWorld(contract, ON)
    Collecting(world, db).run("run-1", only=["metrics"])
    [measured] = contract.resources
    every_metric = load_contract(DEFAULT_SCENARIO / "contract.yaml").resources[0].metrics
    assert len(every_metric) > ONE_METRIC
    more = measured.model_copy(update={"metrics": every_metric})
    world.contract = contract.model_copy(update={"resources": (more,)})
    world.now = ON + timedelta(days=1)
    Collecting(world, db).run("run-2", only=["metrics"])
    days = {
        each.hour.date()
        for each in read_period(db, world.contract, contract.reports[0]).of(MetricPoint)
        if each.metric_name == every_metric[-1].name
    }
    assert len(days) == len(contract.reports[0].days)


def test_days_of_which_nothing_was_told_are_asked_for_again_once_when_something_is(
    db: psycopg.Connection, contract: Contract
) -> None:
    """Who may not see a resource is told of no series, and of no totals, without an error, until a policy is mended."""
    world, mended = five_weeks(contract), OFF + timedelta(days=9)
    collecting, unseen = Collecting(world, db), [SimpleNamespace(data=[]), SimpleNamespace(items=[])]
    seen = world.summarize_metrics_data, world.request_summarized_usages
    world.summarize_metrics_data = lambda *_, **__: unseen[0]  # type: ignore[method-assign]
    world.request_summarized_usages = lambda *_, **__: SimpleNamespace(data=unseen[1], headers={})  # type: ignore[method-assign]

    def first_days() -> tuple[date, date]:
        world.measured.clear()
        world.totals.clear()
        collecting.run(f"run-{world.now:%m-%d}", only=["usage", "metrics"])
        return min([first for first, _ in world.measured], default=ON.date()), min(world.totals, default=(ON.date(),))[
            0
        ]

    while world.now < mended:
        first_days()
        world.now += timedelta(days=1)
    world.summarize_metrics_data, world.request_summarized_usages = seen  # type: ignore[method-assign]
    assert first_days()[0] > FIRST + timedelta(days=5), "until something is told, nothing says that more was there"
    world.now += timedelta(days=1)
    asked_again = first_days()
    assert asked_again[0] <= FIRST + timedelta(days=1)
    assert asked_again[1] <= FIRST + timedelta(days=1)
    hours = read_period(db, contract, contract.reports[0]).of(MetricPoint)
    assert min(each.hour for each in hours).date() == FIRST
    world.now += timedelta(days=1)
    assert min(first_days()) > OFF.date(), "once"


def test_hours_of_which_nothing_was_told_are_asked_for_every_day_until_they_come(
    db: psycopg.Connection, contract: Contract
) -> None:
    world, day, late_by = five_weeks(contract), FIRST + timedelta(days=1), timedelta(days=7)
    lost = {midnight(day) + timedelta(hours=hour) for hour in range(6, 11)}
    tell = world.summarize_metrics_data

    def without_the_lost(tenancy: str, details: Any, **options: object) -> Any:
        answer = tell(tenancy, details, **options)
        for series in answer.data if world.now < OFF + late_by else ():
            series.aggregated_datapoints = [
                each for each in series.aggregated_datapoints if each.timestamp.replace(minute=0) not in lost
            ]
        return answer

    world.summarize_metrics_data = without_the_lost  # type: ignore[method-assign, assignment]
    collecting = Collecting(world, db)

    def asked_of_the_day() -> int:
        world.measured.clear()
        collecting.run(f"run-{world.now:%m-%d}", only=["metrics"])
        return world.measured.count((day, day))

    def entered() -> int:
        about = "select count(*) from raw.batch where source = 'oci_metrics' and window_from = window_to"
        return int(db.execute(about).fetchone()[0])

    def hours() -> int:
        rows = read_period(db, contract, contract.reports[0]).of(MetricPoint)
        return len({each.hour for each in rows if each.hour.astimezone(UTC).date() == day})

    asked_of_the_day()
    world.now = OFF + timedelta(days=5)
    assert asked_of_the_day() >= ONE_METRIC
    assert (hours(), entered()) == (24 - len(lost), 0), "an answer without news is not entered"
    world.now = OFF + late_by
    assert asked_of_the_day() >= ONE_METRIC
    assert (hours(), entered()) == (24, ONE_METRIC)
    world.now += timedelta(days=1)
    assert asked_of_the_day() == 0


def test_of_days_that_a_shrinking_listing_no_longer_reaches_nothing_is_denied(
    db: psycopg.Connection, contract: Contract
) -> None:
    world = five_weeks(contract)
    kept_from = date(2026, 2, 10)
    world.now = ON
    world.backups = [each for each in world.backups if each["timeStarted"] >= str(kept_from)]
    world.dumps = {name: told for name, told in world.dumps.items() if told[1] >= midnight(kept_from)}
    Collecting(world, db).run("run", only=["backups"])
    missing = "select count(*) from core.observation where kind in ('backup.missing', 'dump.missing')"
    assert db.execute(missing).fetchone() == (0,)
    report = contract.reports[0]
    unread = {each.source: each.days[-1] for each in gaps(contract, report.days, read_period(db, contract, report))}
    assert unread["oci_backups"] == kept_from - timedelta(days=1)
    assert unread["database_dumps"] == kept_from - timedelta(days=2)
