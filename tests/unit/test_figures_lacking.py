"""What a period lacks before it can close: days, hours, samples, copies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from service_reports.contracts import Contract, ReportPeriod, load_contract
from service_reports.figures.coverage import lacking
from service_reports.records import DatabaseDump, MetricPoint, OciBackup, Record, UsageDay
from service_reports.records.period_rows import PeriodRows, by_type
from tests.golden.readings import all_read, whole_read

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
DAYS = (date(2026, 1, 20), date(2026, 1, 21))
REPORT = ReportPeriod(number="2026-01", period_from=DAYS[0], period_to=DAYS[1], report_date=date(2026, 1, 22))
CONTRACT: Contract = load_contract(SAMPLE)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def usage(day: date, hours: int = 24) -> UsageDay:
    return UsageDay(
        usage_date=day, service_code="C", product_description="P", unit="U", quantity=Decimal(1), hours=hours
    )


def backup(day: date, state: str = "ACTIVE") -> OciBackup:
    return OciBackup(
        backup_ocid=f"b{day}{state}",
        database_ocid="d",
        display_name="b",
        lifecycle_state=state,
        type="FULL",
        backup_destination_type=None,
        is_using_oracle_managed_keys=None,
        version=None,
        time_expiry_scheduled=None,
        time_started=midnight(day),
        time_ended=None,
    )


def dump(day: date) -> DatabaseDump:
    return DatabaseDump(file_name=f"{day}", dump_day=day, size_bytes=1, modified_at=midnight(day))


def points() -> list[MetricPoint]:
    return [
        MetricPoint(
            resource_name=resource.name,
            namespace=metric.namespace,
            metric_name=metric.name,
            hour=midnight(day) + timedelta(hours=hour),
            value=Decimal(1),
        )
        for resource in CONTRACT.resources
        for metric in resource.metrics
        for day in DAYS
        for hour in range(24)
    ]


@pytest.fixture
def complete() -> PeriodRows:
    return PeriodRows(
        by_type((*map(usage, DAYS), *points(), *map(backup, DAYS), *map(dump, DAYS))),
        read_at=whole_read(REPORT),
        days_read=all_read(CONTRACT, REPORT),
    )


def but(rows: PeriodRows, of: type[Record], *these: Record) -> PeriodRows:
    """The rows with these of a type."""
    return rows._replace(facts={**rows.facts, of: these})


def test_a_period_with_every_hour_sample_backup_and_dump_lacks_nothing(complete: PeriodRows) -> None:
    assert lacking(CONTRACT, REPORT, complete) == ()


def test_a_day_with_hours_missing_and_a_day_without_any_are_told_with_their_hours(complete: PeriodRows) -> None:
    assert lacking(CONTRACT, REPORT, but(complete, UsageDay, usage(DAYS[0], 16))) == (
        "consumo de OCI, días sin sus 24 horas: 2026-01-20 (16 h), 2026-01-21 (0 h)",
    )


def test_one_sample_of_one_metric_is_missed(complete: PeriodRows) -> None:
    [line] = lacking(CONTRACT, REPORT, but(complete, MetricPoint, *complete.of(MetricPoint)[1:]))
    assert line == "métrica CpuUtilization de ALCJAM DB, días sin sus 24 horas: 2026-01-20 (23 h)"


def test_a_backup_that_failed_is_none_and_a_dump_that_is_not_there_is_told(complete: PeriodRows) -> None:
    failed = (backup(DAYS[0], "FAILED"), backup(DAYS[1]))
    assert lacking(CONTRACT, REPORT, but(but(complete, OciBackup, *failed), DatabaseDump, dump(DAYS[0]))) == (
        "copias automáticas de OCI, días sin ninguna: 2026-01-20",
        "volcados de la base de datos, días sin ninguna: 2026-01-21",
    )
