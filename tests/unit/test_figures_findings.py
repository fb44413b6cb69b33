"""What the days of the sample month lack and show, and what ages and outages would."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service_reports.checks.observation import Observation
from service_reports.contracts import BOGOTA
from service_reports.figures.chapters.backups import backup_figures
from service_reports.figures.findings import (
    backup_findings,
    days_of,
    dump_findings,
    horizon_findings,
    metric_findings,
    ticket_findings,
    usage_findings,
)
from service_reports.figures.model import PeriodFigures
from service_reports.records import DatabaseDump, MetricPoint, OciBackup, UsageDay
from tests.golden.sample_figures import SCENARIO, sample

CONTRACT, FIGURES = sample()
REPORT = CONTRACT.report("2026-01")
DAYS = REPORT.days


def january(*days: int) -> list[date]:
    return [date(2026, 1, day) for day in days]


def february(*days: int) -> list[date]:
    return [date(2026, 2, day) for day in days]


def days_with(kind: str, found: Iterable[Observation]) -> list[date | None]:
    return [finding.day for finding in found if finding.kind == kind]


def sample_usage() -> list[UsageDay]:
    with (SCENARIO / "oci_daily_usage.csv").open(encoding="utf-8", newline="") as file:
        return [
            UsageDay(
                usage_date=date.fromisoformat(row["usage_date"]),
                service_code=row["service"],
                product_description=row["product_description"],
                unit=row["unit"],
                quantity=Decimal(row["quantity"]),
                hours=16 if row["usage_date"] == "2026-02-19" else 24,
            )
            for row in csv.DictReader(file)
        ]


def test_the_sample_has_no_use_on_20_to_22_february_and_16_hours_on_the_19th() -> None:
    found = list(usage_findings(CONTRACT, sample_usage(), DAYS))
    assert days_with("usage.day_missing", found) == february(20, 21, 22)
    [partial] = [finding for finding in found if finding.kind == "usage.day_partial"]
    assert (partial.day, partial.detail) == (date(2026, 2, 19), "Hay consumo de 16 de las 24 horas del día")
    assert days_with("usage.column_partial", found) == []


def test_a_product_with_fewer_hours_than_its_day_is_named() -> None:
    [first, *others] = [row for row in sample_usage() if row.usage_date == DAYS[0]]
    [finding] = usage_findings(CONTRACT, [first.model_copy(update={"hours": 20}), *others], [DAYS[0]])
    assert (finding.kind, finding.severity) == ("usage.column_partial", "notice")
    assert finding.subject == f"{first.service_code} / {first.product_description} ({first.unit})"
    assert "20 de 24 horas" in finding.detail


def test_the_samples_dumps_of_21_january_8_and_13_february_are_late() -> None:
    found = list(dump_findings(CONTRACT, FIGURES.dumps.dumps, DAYS))
    assert days_with("dump.late", found) == [*january(21), *february(8, 13)]


def test_the_samples_22_dumps_within_4386_bytes_are_stale() -> None:
    alike = [dump for dump in FIGURES.dumps.dumps if date(2026, 1, 22) <= dump.dump_day <= date(2026, 2, 12)]
    sizes = [dump.size_bytes for dump in alike]
    assert (len(sizes), max(sizes) - min(sizes)) == (22, 4386)
    stale = days_with("dump.stale", dump_findings(CONTRACT, FIGURES.dumps.dumps, DAYS))
    # The first of the 22 differs from the one before it; after the jumps, five more hardly change.
    assert stale == [dump.dump_day for dump in alike[1:]] + february(15, 16, 17, 18, 19)
    assert FIGURES.value("backups.dumps.stale_days") == len(stale)


def test_the_samples_dumps_jump_at_both_ends_of_the_stale_run() -> None:
    found = list(dump_findings(CONTRACT, FIGURES.dumps.dumps, DAYS))
    assert days_with("dump.jump", found) == [*january(21, 22), *february(13, 14)]
    [jump] = [finding for finding in found if finding.kind == "dump.jump" and finding.day == date(2026, 1, 22)]
    assert (jump.value_before, jump.value_now) == (353_749_107, 337_987_801)
    assert jump.detail.endswith("bytes (−4,46 %)")


def test_the_sample_has_neither_dump_nor_backup_on_20_to_22_february() -> None:
    assert days_with("dump.missing", dump_findings(CONTRACT, FIGURES.dumps.dumps, DAYS)) == february(20, 21, 22)
    found = list(backup_findings(CONTRACT, FIGURES.backups.backups, DAYS))
    assert {finding.kind for finding in found} == {"backup.missing"}
    assert days_with("backup.missing", found) == february(20, 21, 22)


def test_a_daily_look_finds_what_a_look_at_the_whole_month_finds() -> None:
    whole = list(dump_findings(CONTRACT, FIGURES.dumps.dumps, DAYS))
    daily = [finding for day in DAYS for finding in dump_findings(CONTRACT, FIGURES.dumps.dumps, [day])]
    assert daily == whole


def test_a_gap_in_the_dumps_does_not_hide_that_they_stay_the_same() -> None:
    dumps = [dump for dump in FIGURES.dumps.dumps if dump.dump_day != date(2026, 2, 1)]
    assert date(2026, 2, 2) in days_with("dump.stale", dump_findings(CONTRACT, dumps, DAYS))


def changed_backup(**changes: Any) -> tuple[OciBackup, ...]:
    first, *others = FIGURES.backups.backups
    return first.model_copy(update=changes), *others


def test_a_backup_that_failed_leaves_its_day_without_one() -> None:
    found = list(backup_findings(CONTRACT, changed_backup(lifecycle_state="FAILED"), DAYS[:1]))
    assert [finding.kind for finding in found] == ["backup.missing", "backup.failed"]


NOT_GOOD = ("CANCELED", "CANCELING", "CREATING", "DELETING", "DELETED", "RESTORING", "UPDATING", "SOMETHING_NEW")


@pytest.mark.parametrize("state", NOT_GOOD)
def test_a_backup_that_is_not_known_to_be_good_leaves_its_day_without_one(state: str) -> None:
    backups = changed_backup(lifecycle_state=state)
    assert days_with("backup.missing", list(backup_findings(CONTRACT, backups, DAYS[:2]))) == list(DAYS[:1])
    assert backup_figures(backups, DAYS[:2]).days_missing == DAYS[:1]


def test_a_second_backup_that_is_good_covers_the_day_of_a_canceled_one() -> None:
    canceled, *_ = changed_backup(lifecycle_state="CANCELED", backup_ocid="ocid1.dbbackup.oc1..canceled")
    found = list(backup_findings(CONTRACT, (canceled, *FIGURES.backups.backups), DAYS[:2]))
    assert days_with("backup.missing", found) == []


def test_a_canceled_backup_that_took_long_is_not_slow() -> None:
    started = FIGURES.backups.backups[0].time_started
    backups = changed_backup(lifecycle_state="CANCELED", time_ended=started + timedelta(minutes=600))
    assert days_with("backup.slow", list(backup_findings(CONTRACT, backups, DAYS[:1]))) == []


@pytest.mark.parametrize(("minutes", "kinds"), [(272, []), (281, ["backup.slow"])])
def test_a_backup_is_slow_beyond_twice_the_usual_time(minutes: int, kinds: list[str]) -> None:
    started = FIGURES.backups.backups[0].time_started
    backups = changed_backup(time_ended=started + timedelta(minutes=minutes))
    assert [finding.kind for finding in backup_findings(CONTRACT, backups, DAYS[:1])] == kinds


def test_a_word_that_oracle_does_not_document_is_flagged_as_it_came() -> None:
    [finding] = backup_findings(CONTRACT, changed_backup(type="WEEKLY_FULL"), DAYS[:1])
    assert finding.kind == "backup.unknown_value"
    assert "tipo «WEEKLY_FULL»" in finding.detail


def hours(day: date, count: int = 24, samples: int | None = 12) -> list[MetricPoint]:
    """The first hours of a day of every metric of the contract."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    return [
        MetricPoint(
            resource_name=resource.name,
            namespace=metric.namespace,
            metric_name=metric.name,
            hour=midnight + timedelta(hours=hour),
            value=Decimal(1),
            five_minute_samples=samples if metric.availability else None,
        )
        for resource in CONTRACT.resources
        for metric in resource.metrics
        for hour in range(count)
    ]


def test_a_day_with_every_sample_of_every_metric_has_no_finding() -> None:
    assert list(metric_findings(CONTRACT, hours(DAYS[0]), [DAYS[0]])) == []


def test_missing_hours_are_told_for_each_resource_and_metric() -> None:
    found = list(metric_findings(CONTRACT, hours(DAYS[0], count=20), [DAYS[0]]))
    assert len(found) == len({finding.subject for finding in found}) == 8
    [node] = [finding for finding in found if finding.subject.endswith("NodeStatus")]
    assert node.detail == "Estado del nodo de ALCJAM DB: llegaron 20 de 24 horas y 240 de 288 muestras de cinco minutos"


def test_missing_five_minute_samples_are_told_where_they_count() -> None:
    [finding] = metric_findings(CONTRACT, hours(DAYS[0], samples=11), [DAYS[0]])
    assert "llegaron 264 de 288 muestras de cinco minutos" in finding.detail


CHARTED = {
    (resource.name, metric.namespace, metric.name, DAYS[0])
    for resource in CONTRACT.resources
    for metric in resource.metrics
}
"""All that is charted, measured on the first day."""


@pytest.mark.parametrize(
    ("age", "kind", "severity"),
    [
        (80, None, None),
        (81, "metrics.day_about_to_expire", "alert"),
        (90, "metrics.day_about_to_expire", "alert"),
        (91, "metrics.day_lost", "warning"),
    ],
)
def test_an_empty_day_of_a_period_raises_an_alert_before_it_is_lost(
    age: int, kind: str | None, severity: str | None
) -> None:
    found = list(horizon_findings(CONTRACT, [], [DAYS[0]], DAYS[0] + timedelta(days=age)))
    assert [(finding.kind, finding.severity) for finding in found] == ([(kind, severity)] if kind else [])


def test_a_day_with_data_or_of_no_period_may_go() -> None:
    today = DAYS[0] + timedelta(days=85)
    assert list(horizon_findings(CONTRACT, CHARTED, [DAYS[0]], today)) == []
    assert list(horizon_findings(CONTRACT, [], [DAYS[0] - timedelta(days=1)], today)) == []


def test_the_metric_that_lacks_is_named() -> None:
    measured = {each for each in CHARTED if each[2] != "NodeStatus"}
    [finding] = horizon_findings(CONTRACT, measured, [DAYS[0]], DAYS[0] + timedelta(days=85))
    assert "Sin datos de Estado del nodo de ALCJAM DB;" in finding.detail
    assert "OCI los borra después del 20/04/2026" in finding.detail


def test_an_export_from_before_the_end_of_the_period_is_old() -> None:
    end = datetime(2026, 2, 23, tzinfo=BOGOTA)
    assert list(ticket_findings(CONTRACT, [REPORT], end)) == []
    for exported_at in (end - timedelta(seconds=1), None):
        [finding] = ticket_findings(CONTRACT, [REPORT], exported_at)
        assert (finding.kind, finding.day) == ("tickets.export_old", REPORT.period_to)


def test_only_days_on_which_the_contract_holds_are_looked_at() -> None:
    first, last = CONTRACT.valid_from, CONTRACT.valid_to
    assert days_of(CONTRACT, first - timedelta(days=3), first + timedelta(days=1)) == [first, first + timedelta(days=1)]
    assert days_of(CONTRACT, last, last + timedelta(days=9)) == [last]
    assert days_of(CONTRACT, last + timedelta(days=1), last + timedelta(days=9)) == []


def test_findings_go_with_the_figures_through_json() -> None:
    assert len(FIGURES.observations) > 30
    assert PeriodFigures.model_validate_json(FIGURES.model_dump_json()) == FIGURES


def test_two_files_of_a_day_are_one_dump() -> None:
    first: DatabaseDump = FIGURES.dumps.dumps[0]
    again = first.model_copy(update={"file_name": "b", "modified_at": first.modified_at + timedelta(minutes=5)})
    found = list(dump_findings(CONTRACT, [again, *FIGURES.dumps.dumps], DAYS))
    assert days_with("dump.stale", found) == days_with("dump.stale", dump_findings(CONTRACT, FIGURES.dumps.dumps, DAYS))


def test_the_goldens_findings_are_those_of_the_sources() -> None:
    found = [
        *usage_findings(CONTRACT, sample_usage(), DAYS),
        *backup_findings(CONTRACT, FIGURES.backups.backups, DAYS),
        *dump_findings(CONTRACT, FIGURES.dumps.dumps, DAYS),
    ]

    def printed(findings: Iterable[Observation]) -> set[tuple[Any, ...]]:
        return {(finding.kind, finding.day, finding.subject, finding.detail) for finding in findings}

    assert printed(found) == printed(FIGURES.observations)
