"""What the days of a window lack or show, as findings: one function a source, none reads anything.

Every function looks at given days and finds all that its ``…_KINDS`` name about them, so that
a finding that is not found again is no longer true. Details are without personal data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from statistics import median

from service_reports.checks.observation import Observation
from service_reports.contracts import BOGOTA, Contract, MeasuredResource, Metric, ReportPeriod
from service_reports.figures.chapters.backups import backup_figures
from service_reports.figures.chapters.metrics import HOURS_A_DAY, SAMPLES_AN_HOUR
from service_reports.figures.chapters.usage import service_names, usage_table
from service_reports.figures.dump_sizes import (
    JUMP,
    LATE,
    STALE_CHANGE,
    STALE_RUN,
    changes,
    delays,
    newest_by_day,
    stale_days,
)
from service_reports.figures.free_texts import label
from service_reports.figures.period import hour_bank_of
from service_reports.masking.personal_data import masked
from service_reports.records import DatabaseDump, MetricPoint, OciBackup, UsageDay
from service_reports.records.period_rows import PeriodRows
from service_reports.sources.oci_backups import GOOD
from service_reports.sources.oci_backups.suite import LIFECYCLE_STATES, TYPES
from service_reports.wording.es_co import findings as words

USAGE_KINDS = ("usage.day_missing", "usage.day_partial", "usage.column_partial")
METRIC_KINDS = ("metrics.samples_missing",)
HORIZON_KINDS = ("metrics.day_about_to_expire", "metrics.day_lost")
BACKUP_KINDS = ("backup.missing", "backup.failed", "backup.slow", "backup.unknown_value")
DUMP_KINDS = ("dump.missing", "dump.late", "dump.stale", "dump.jump")
TICKET_KINDS = ("tickets.export_old",)
HOUR_BANK_KINDS = (
    "hour_bank.overdrawn",
    "hour_bank.without_change_control",
    "hour_bank.opening_differs",
    "hour_bank.late_charge",
)

HORIZON_DAYS = 90
"""Monitoring forgets what is older."""
EXPIRES_SOON_DAYS = 80
LOST_DAYS = 180
"""A day is told to be lost until it is so old: runs may have failed for as long as Monitoring remembers."""
SLOW = 2
"""A backup is slow that takes more than so many times the usual (median) time."""
BACKUP_DESTINATIONS = ("OBJECT_STORE", "DBRS", "AWS_S3", "NFS", "RECOVERY_APPLIANCE")


def days_of(contract: Contract, first: date, last: date) -> list[date]:
    """The days of a window, both included, on which a contract holds."""
    first, last = max(first, contract.valid_from), min(last, contract.valid_to)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def usage_findings(contract: Contract, usage: Sequence[UsageDay], days: Sequence[date]) -> Iterator[Observation]:
    """UTC days without use or with fewer than 24 hours of it, and products with fewer hours than their day."""
    hours: dict[tuple[date, str], int] = {}
    for row in usage:
        service = service_names().get(row.service_code, row.service_code)
        column = f"{service} / {row.product_description} ({row.unit})"
        hours[row.usage_date, column] = max(row.hours, hours.get((row.usage_date, column), 0))
    for day in usage_table(usage, days).rows:
        if day.state == "missing":
            detail = words.USAGE_MISSING
            yield Observation("usage.day_missing", contract.id, words.USAGE, "warning", detail, day.day)
        elif day.state == "partial":
            detail = words.usage_partial(day.hours, HOURS_A_DAY)
            yield Observation("usage.day_partial", contract.id, words.USAGE, "warning", detail, day.day)
        for (on, column), seen in sorted(hours.items()):
            if on == day.day and 0 < seen < day.hours:
                detail = words.column_partial(column, seen, day.hours)
                yield Observation("usage.column_partial", contract.id, column, "notice", detail, day.day)


def metric_findings(contract: Contract, points: Sequence[MetricPoint], days: Sequence[date]) -> Iterator[Observation]:
    """UTC days on which a metric of a resource has fewer samples than there should be."""
    wanted = set(days)
    hours: dict[tuple[str, str, str, date], int] = {}
    five_minutes: dict[tuple[str, str, str, date], int] = {}
    for point in points:
        day = point.hour.astimezone(UTC).date()
        if day in wanted:
            key = point.resource_name, point.namespace, point.metric_name, day
            hours[key] = hours.get(key, 0) + 1
            five_minutes[key] = five_minutes.get(key, 0) + (point.five_minute_samples or 0)
    for resource, metric in _charted(contract):
        for day in days:
            key = resource.name, metric.namespace, metric.name, day
            seen, samples, expected = hours.get(key, 0), five_minutes.get(key, 0), HOURS_A_DAY * SAMPLES_AN_HOUR
            lacks_hours = seen < HOURS_A_DAY
            lacks_samples = metric.availability and samples < expected
            if lacks_hours or lacks_samples:
                detail = words.samples_missing(
                    words.metric(metric.title, resource.name),
                    (seen, HOURS_A_DAY) if lacks_hours else None,
                    (samples, expected) if lacks_samples else None,
                )
                subject = f"{resource.name}/{metric.namespace}/{metric.name}"
                yield Observation("metrics.samples_missing", contract.id, subject, "warning", detail, day)


def horizon_findings(
    contract: Contract, measured: Collection[tuple[str, str, str, date]], days: Sequence[date], today: date
) -> Iterator[Observation]:
    """Days of the contract's periods that Monitoring forgets soon (an alert) or has forgotten, without data.

    ``measured`` are the days that have data, by resource, namespace and metric. ``today`` is the UTC day from which the
    age of a day is counted.
    """
    charted = list(_charted(contract))
    for day in days:
        age = (today - day).days
        if age <= EXPIRES_SOON_DAYS or not any(r.period_from <= day <= r.period_to for r in contract.reports):
            continue
        lacking = [
            words.metric(metric.title, resource.name)
            for resource, metric in charted
            if (resource.name, metric.namespace, metric.name, day) not in measured
        ]
        if not lacking:
            continue
        which = [] if len(lacking) == len(charted) else lacking
        if age > HORIZON_DAYS:
            detail = words.day_lost(which)
            yield Observation("metrics.day_lost", contract.id, words.METRICS, "warning", detail, day)
        else:
            detail = words.day_about_to_expire(which, day + timedelta(days=HORIZON_DAYS))
            yield Observation("metrics.day_about_to_expire", contract.id, words.METRICS, "alert", detail, day)


def _charted(contract: Contract) -> Iterator[tuple[MeasuredResource, Metric]]:
    return ((resource, metric) for resource in contract.resources for metric in resource.metrics)


def backup_findings(contract: Contract, backups: Sequence[OciBackup], days: Sequence[date]) -> Iterator[Observation]:
    """UTC days without a good backup, and backups of these days that failed, took long or have a value nobody knows.

    ``backups`` may reach beyond the days: what a backup usually takes is seen on all of them.
    """
    database = contract.database
    if database is None:
        return
    for day in backup_figures(backups, days).days_missing:
        detail = words.BACKUP_MISSING
        yield Observation("backup.missing", contract.id, database.name, "warning", detail, day)
    taken = [_seconds(b) for b in backups if b.time_ended and b.lifecycle_state == GOOD]
    usual = median(taken) if taken else None
    for backup in sorted(backups, key=lambda each: (each.time_started, each.backup_ocid)):
        day = backup.time_started.astimezone(UTC).date()
        if day not in days:
            continue
        if backup.lifecycle_state == "FAILED":
            detail = words.backup_failed(backup.display_name)
            yield Observation("backup.failed", contract.id, backup.backup_ocid, "warning", detail, day)
        elif usual and backup.lifecycle_state == GOOD and backup.time_ended and _seconds(backup) > SLOW * usual:
            before, now = round(usual / 60), round(_seconds(backup) / 60)
            detail = words.backup_slow(backup.display_name, now, before)
            yield Observation(
                "backup.slow", contract.id, backup.backup_ocid, "warning", detail, day, Decimal(before), Decimal(now)
            )
        strange = {
            name: value
            for name, value, known in (
                ("lifecycle_state", backup.lifecycle_state, LIFECYCLE_STATES),
                ("type", backup.type, TYPES),
                ("backup_destination_type", backup.backup_destination_type, BACKUP_DESTINATIONS),
            )
            if value is not None and value not in known
        }
        if strange:
            detail = words.backup_unknown(backup.display_name, strange)
            yield Observation("backup.unknown_value", contract.id, backup.backup_ocid, "warning", detail, day)


def _seconds(backup: OciBackup) -> float:
    assert backup.time_ended is not None
    return (backup.time_ended - backup.time_started).total_seconds()


def dump_findings(contract: Contract, dumps: Sequence[DatabaseDump], days: Collection[date]) -> Iterator[Observation]:
    """Days without a dump, and dumps of these days that are late, hardly differ or differ much from the one before.

    A day is the one in a file's name. ``dumps`` may reach beyond the days: what is usual, and
    whether a size goes on unchanged, is seen on all of them.
    """
    if contract.dumps is None:
        return
    newest, changed, late = newest_by_day(dumps), changes(dumps), delays(dumps)
    stale = set(stale_days(dumps))
    for day in days:
        if day not in newest:
            detail = words.DUMP_MISSING
            yield Observation("dump.missing", contract.id, words.DUMPS, "warning", detail, day)
            continue
        name = newest[day].file_name
        if late[day] > LATE:
            detail = words.dump_late(round(late[day].total_seconds() / 60))
            yield Observation("dump.late", contract.id, name, "warning", detail, day)
        if day in stale:
            detail = words.dump_stale((100 * STALE_CHANGE).normalize(), STALE_RUN)
            yield Observation("dump.stale", contract.id, words.DUMPS, "warning", detail, day)
        if day in changed and abs(changed[day][2]) > JUMP:
            before, now, share = changed[day]
            detail = words.dump_jump(before.size_bytes, now.size_bytes, share)
            yield Observation(
                "dump.jump",
                contract.id,
                name,
                "warning",
                detail,
                day,
                Decimal(before.size_bytes),
                Decimal(now.size_bytes),
            )


def hour_bank_findings(contract: Contract, report: ReportPeriod, rows: PeriodRows) -> Iterator[Observation]:
    """What is wrong with the hour bank at a close: an alert where it contradicts the contract or an issued report.

    Findings about the period's end have its last day, those about what was issued before its first.
    """
    bank, _, without_control = hour_bank_of(contract, report, rows)
    ledger = bank.ledger
    assert ledger is not None
    first, last = report.period_from, report.period_to
    if bank.available < 0:
        detail = words.overdrawn(last, bank.contracted, bank.contracted - bank.available)
        yield Observation(
            "hour_bank.overdrawn",
            contract.id,
            words.HOUR_BANK,
            "alert",
            detail,
            last,
            bank.contracted,
            bank.contracted - bank.available,
        )
    if "change_controls" in rows.registers.rows:
        for request in sorted({label(masked(each)) for each in without_control}):
            detail = words.without_control(request)
            yield Observation("hour_bank.without_change_control", contract.id, request, "warning", detail, last)
    for found in ledger.opening_differences:
        detail = words.opening_differs(found.report, found.version, found.state, found.issued, found.computed)
        yield Observation(
            "hour_bank.opening_differs",
            contract.id,
            words.opening_subject(found.report, found.version, found.state),
            "alert",
            detail,
            first,
            found.issued,
            found.computed,
        )
    for charge in ledger.in_issued_periods:
        request = label(masked(charge.request))
        detail = words.late_charge(request, charge.hours, charge.on, charge.report, charge.version)
        subject = words.late_subject(charge.report, charge.on, request)
        yield Observation("hour_bank.late_charge", contract.id, subject, "alert", detail, first, None, charge.hours)


def ticket_findings(
    contract: Contract, reports: Sequence[ReportPeriod], exported_at: datetime | None
) -> Iterator[Observation]:
    """Periods that had not ended (Bogotá) when their last day's tickets were exported last, or never were."""
    for report in reports if contract.help_desk is not None else ():
        ended_at = datetime.combine(report.period_to + timedelta(days=1), time(), tzinfo=BOGOTA)
        if exported_at is None or exported_at < ended_at:
            detail = words.export_old(exported_at and exported_at.astimezone(BOGOTA))
            yield Observation("tickets.export_old", contract.id, report.number, "warning", detail, report.period_to)
