"""The step «observe»: which days a run looks at, and what becomes of its findings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from service_reports.contracts import BOGOTA
from service_reports.figures.findings import LOST_DAYS
from service_reports.figures.gaps import gaps, unread
from service_reports.records import MetricPoint
from service_reports.sources import Answer
from service_reports.warehouse import load_batch, new_alerts, read_batches, read_period, record_batch, record_listing
from service_reports_airflow.steps import observe
from service_reports_airflow.stores import Stores
from tests.golden.sample_figures import sample_contract
from tests.stand_ins import ArchiveInMemory, stores_of

pytestmark = pytest.mark.integration
CONTRACT = sample_contract()
FIRST = CONTRACT.report("2026-01").period_from
SAMPLE = {"desde": "2026-01-20", "hasta": "2026-02-22"}


@pytest.fixture
def stores(db: psycopg.Connection) -> Stores:
    """The looks go to the test's own warehouse, at one contract."""
    return stores_of(db, ArchiveInMemory(), CONTRACT)


def aged(days: int) -> datetime:
    """When the first day of the period is so many days old."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, 5, 30, tzinfo=UTC) + timedelta(days=days)


def open_days(db: psycopg.Connection, kind: str) -> list[date]:
    statement = "select day from core.observation where kind = %s and resolved_at is null order by day"
    return [row[0] for row in db.execute(statement, (kind,))]


def measure(db: psycopg.Connection, day: date) -> None:
    """Load one hour of the day for every metric of the contract."""
    answer = Answer("points", b"", None, day, day)
    batch_id = record_batch(
        db, source="oci_metrics", scope=CONTRACT.id, answer=answer, archive_key="k", run_id=str(day)
    )
    points = [
        MetricPoint(
            resource_name=resource.name,
            namespace=metric.namespace,
            metric_name=metric.name,
            hour=datetime(day.year, day.month, day.day, tzinfo=UTC),
            value=Decimal(1),
        )
        for resource in CONTRACT.resources
        for metric in resource.metrics
    ]
    [batch] = read_batches(db, [batch_id])
    assert load_batch(db, batch, points)


def test_a_scheduled_run_alerts_of_a_day_about_to_expire_far_from_its_window(
    db: psycopg.Connection, stores: Stores
) -> None:
    observe.observe("metrics", {}, aged(81), "run-1", stores=stores)
    assert [alert.day for alert in new_alerts(db, "run-1")] == [FIRST]
    observe.observe("metrics", {}, aged(81), "run-2", stores=stores)
    assert new_alerts(db, "run-2") == []


def test_collecting_the_day_settles_the_alert(db: psycopg.Connection, stores: Stores) -> None:
    observe.observe("metrics", {}, aged(81), "run-1", stores=stores)
    measure(db, FIRST)
    observe.observe("metrics", {"desde": str(FIRST), "hasta": str(FIRST)}, aged(81), "run-2", stores=stores)
    assert open_days(db, "metrics.day_about_to_expire") == []


def test_a_day_that_was_not_collected_in_time_is_lost(db: psycopg.Connection, stores: Stores) -> None:
    observe.observe("metrics", {}, aged(90), "run-1", stores=stores)
    assert open_days(db, "metrics.day_about_to_expire") == [FIRST + timedelta(days=n) for n in range(10)]
    observe.observe("metrics", {}, aged(91), "run-2", stores=stores)
    assert open_days(db, "metrics.day_lost") == [FIRST]
    assert FIRST not in open_days(db, "metrics.day_about_to_expire")


def test_a_lost_day_stays_told_of_when_no_run_looks_so_far_back_any_more(
    db: psycopg.Connection, stores: Stores
) -> None:
    observe.observe("metrics", {}, aged(91), "run-1", stores=stores)
    observe.observe("metrics", {}, aged(91 + LOST_DAYS), "run-2", stores=stores)
    assert FIRST in open_days(db, "metrics.day_lost")


def test_a_run_over_a_past_month_looks_at_its_days_only(db: psycopg.Connection, stores: Stores) -> None:
    measure(db, FIRST)
    observe.observe("metrics", SAMPLE, aged(300), "run-1", stores=stores)
    assert new_alerts(db, "run-1") == []
    lost = open_days(db, "metrics.day_lost")
    assert (len(lost), lost[0], lost[-1]) == (33, FIRST + timedelta(days=1), date(2026, 2, 22))


def test_use_is_judged_when_cost_reports_have_had_time_to_come(db: psycopg.Connection, stores: Stores) -> None:
    record_listing(db, "oci_cost_reports", CONTRACT.oci.tenancy_ocid, (FIRST, FIRST + timedelta(days=9)), "run-0")
    observe.observe("usage", {}, aged(10), "run-1", stores=stores)
    assert open_days(db, "usage.day_missing") == [FIRST + timedelta(days=7), FIRST + timedelta(days=8)]


def test_of_days_that_were_not_read_no_look_says_that_they_had_nothing(db: psycopg.Connection, stores: Stores) -> None:
    for look in observe.LOOKS:
        observe.observe(look, SAMPLE, aged(40), "run-1", stores=stores)
    for kind in ("usage.day_missing", "metrics.samples_missing", "backup.missing", "dump.missing"):
        assert open_days(db, kind) == []
    for source, kind in (("oci_backups", "backup.missing"), ("database_dumps", "dump.missing")):
        answer = Answer("listing", b"[]", None, FIRST, FIRST + timedelta(days=1))
        batch_id = record_batch(db, source=source, scope=CONTRACT.id, answer=answer, archive_key="k", run_id="run-0")
        [batch] = read_batches(db, [batch_id])
        observe.observe("backups", SAMPLE, aged(40), "run-2", stores=stores)
        assert open_days(db, kind) == [], "it is not loaded yet"
        assert load_batch(db, batch, [])
    observe.observe("backups", SAMPLE, aged(40), "run-3", stores=stores)
    for kind in ("backup.missing", "dump.missing"):
        assert open_days(db, kind) == [FIRST, FIRST + timedelta(days=1)]


def test_days_before_the_contract_are_nobodys(db: psycopg.Connection, stores: Stores) -> None:
    before = {"desde": "2025-01-01", "hasta": "2025-01-31"}
    for look in observe.LOOKS:
        observe.observe(look, before, datetime(2025, 3, 1, tzinfo=UTC), "run-1", stores=stores)
    assert db.execute("select count(*) from core.observation").fetchone() == (0,)


def export(db: psycopg.Connection, first: date, last: date, at: datetime) -> None:
    """Load an export without tickets of some days."""
    batch_id = record_batch(
        db,
        source="tickets",
        scope=CONTRACT.id,
        answer=Answer("tickets", b"[]", None, first, last, at),
        archive_key="k",
        run_id=str(at),
    )
    [batch] = read_batches(db, [batch_id])
    assert load_batch(db, batch, [])


def test_a_period_that_has_not_ended_in_bogota_lacks_no_export(db: psycopg.Connection, stores: Stores) -> None:
    last = CONTRACT.report("2026-01").period_to
    evening = datetime(last.year, last.month, last.day, 21, tzinfo=BOGOTA)
    export(db, FIRST, last, evening)
    observe.observe("service_desk", {}, evening.astimezone(UTC), "run-1", stores=stores)
    assert open_days(db, "tickets.export_old") == []
    observe.observe("service_desk", {}, evening + timedelta(hours=8), "run-2", stores=stores)
    assert open_days(db, "tickets.export_old") == [last]


def test_a_later_export_of_other_days_does_not_tell_of_the_last_day_of_a_period(
    db: psycopg.Connection, stores: Stores
) -> None:
    report = CONTRACT.report("2026-01")
    after = datetime.combine(report.period_to, datetime.min.time(), UTC) + timedelta(days=3)
    export(db, report.period_from, report.period_to - timedelta(days=1), after)
    export(db, report.period_to + timedelta(days=1), report.period_to + timedelta(days=2), after + timedelta(hours=1))
    observe.observe("service_desk", {}, after + timedelta(hours=2), "run-1", stores=stores)
    assert open_days(db, "tickets.export_old") == [report.period_to]
    rows = read_period(db, CONTRACT, report)
    assert unread(gaps(CONTRACT, report.days, rows), "tickets") == {report.period_to}
    export(db, report.period_to, report.period_to, after + timedelta(hours=3))
    observe.observe("service_desk", {}, after + timedelta(hours=4), "run-2", stores=stores)
    assert open_days(db, "tickets.export_old") == []


def test_a_run_by_hand_says_of_a_period_only_where_it_was_asked_for_its_last_day(
    db: psycopg.Connection, stores: Stores
) -> None:
    first, second = CONTRACT.report("2026-01"), CONTRACT.report("2026-02")
    long_after = datetime.combine(second.period_to, datetime.min.time(), UTC) + timedelta(days=30)
    form = {"desde": first.period_from.isoformat(), "hasta": first.period_to.isoformat()}
    observe.observe("service_desk", form, long_after, "run-1", stores=stores)
    assert open_days(db, "tickets.export_old") == [first.period_to]
    export(db, first.period_from, first.period_to, long_after)
    observe.observe("service_desk", form, long_after, "run-2", stores=stores)
    assert open_days(db, "tickets.export_old") == []
