"""What the figures of a period lack: days, hours and samples, each a verdict that goes with the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date

from service_reports import sources as declared
from service_reports.checks.verdict import CheckResult
from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.chapters.backups import backup_figures, dump_figures
from service_reports.figures.chapters.usage import HOURS_A_DAY, usage_table
from service_reports.figures.gaps import gaps, named, unread
from service_reports.figures.model import Gap, PeriodFigures
from service_reports.records import DatabaseDump, MetricPoint, OciBackup, UsageDay
from service_reports.records.period_rows import PeriodRows
from service_reports.sources.oci_metrics import series_name
from service_reports.wording.es_co import coverage as words
from service_reports.wording.es_co import gaps as gap_words
from service_reports.wording.es_co.labels import SOURCES

MOST_NAMED = 3
LOOKED_AT = (UsageDay, MetricPoint, OciBackup, DatabaseDump)
"""The facts that ``lacking`` looks at."""


def coverage(figures: PeriodFigures) -> list[CheckResult]:
    """Verdicts, all warnings, on how complete a period is; days are UTC."""
    subject = f"{figures.contract_id} {figures.report_number}"
    told = told_gaps(figures.gaps)
    missing = [row.day for row in figures.usage.rows if row.state == "missing"]
    partial = [(row.day, row.hours) for row in figures.usage.rows if row.state == "partial"]
    backups, dumps = figures.backups, figures.dumps
    verdicts = [
        CheckResult(
            "coverage.days_read",
            subject,
            "warning",
            not told,
            "; ".join(told) or words.ALL_READ,
        ),
        _days("coverage.usage_days", subject, "oci_cost_reports", missing, figures.unread_days("oci_cost_reports")),
        CheckResult(
            "coverage.usage_hours",
            subject,
            "warning",
            not partial,
            words.partial_days(partial) if partial else words.NONE_PARTIAL,
        ),
    ]
    days_of: tuple[tuple[str, str, Sequence[date], Sequence[date]], ...] = (
        ("coverage.oci_backups", "oci_backups", backups.days_missing, backups.days_unread),
        ("coverage.database_dumps", "database_dumps", dumps.days_missing, dumps.days_unread),
        ("coverage.ticket_days", "tickets", (), figures.support.days_not_exported),
    )
    verdicts += [
        _days(check, subject, source, lacking_days, unread_days)
        for check, source, lacking_days, unread_days in days_of
        if figures.tell_of(source)
    ]
    if figures.tell_of("tickets"):
        verdicts.append(
            CheckResult(
                "coverage.warranty_window",
                subject,
                "warning",
                not figures.warranty.left_out,
                words.left_out(figures.warranty.left_out) if figures.warranty.left_out else words.WARRANTY_KEPT,
            )
        )
    for series in figures.metrics:
        verdicts.append(
            CheckResult(
                "coverage.metric_samples",
                f"{subject} {series.resource_name} {series.namespace}/{series.metric_name}",
                "warning",
                series.samples >= series.expected_samples,
                words.samples(series.samples, series.expected_samples, series.days_unread),
            )
        )
    return verdicts


def lacking(contract: Contract, report: ReportPeriod, rows: PeriodRows) -> tuple[str, ...]:
    """What a period still lacks to be complete, lines by source; nothing when it is complete.

    Complete are days that were read after their end, with 24 hours of use and of every charted
    metric on each UTC day, and a good backup and a dump of each day.
    """
    days = report.days
    found = gaps(contract, days, rows)
    lost = unread(found, "oci_cost_reports")
    used = usage_table(rows.of(UsageDay), days).rows
    short = [(SOURCES["oci_cost_reports"], [(row.day, row.hours) for row in used], lost)]
    samples = Counter(
        (point.resource_name, point.namespace, point.metric_name, point.hour.astimezone(UTC).date())
        for point in rows.of(MetricPoint)
    )
    for resource in contract.resources:
        for metric in resource.metrics:
            key = resource.name, metric.namespace, metric.name
            hours = [(day, samples[*key, day]) for day in days]
            short.append(
                (
                    gap_words.collected_metric(resource.name, metric.name),
                    hours,
                    unread(found, "oci_metrics", series_name(*key)),
                )
            )
    lines = [
        words.without_their_hours(what, told, HOURS_A_DAY)
        for what, of_days, unknown in short
        if (told := [(day, hours) for day, hours in of_days if hours < HOURS_A_DAY and day not in unknown])
    ]
    backups = backup_figures(rows.of(OciBackup), days, unread(found, "oci_backups"))
    dumps = dump_figures(rows.of(DatabaseDump), days, None, unread(found, "database_dumps"))
    copies: tuple[tuple[str, tuple[date, ...]], ...] = (
        ("oci_backups", backups.days_missing),
        ("database_dumps", dumps.days_missing),
    )
    named_sources = named(contract)
    for source, missing in copies:
        if missing and source in named_sources:
            lines.append(words.without_any(source, missing))
    # What a person left refused does not come any more, nor what cannot be asked later.
    to_come = (gap for gap in found if gap.settled_by is None and not declared.SOURCES[gap.source].only_now)
    return (*told_gaps(to_come), *lines)


def told_gaps(found: Iterable[Gap]) -> list[str]:
    """What was not read of which days, and why, as operators read it; series that lack the same share a line."""
    same: dict[Gap, list[str]] = {}
    for gap in found:
        same.setdefault(gap.model_copy(update={"subject": ""}), []).append(gap.subject)
    return [f"{_told(gap, names)}: {gap_words.spans(gap.days)}" for gap, names in same.items()]


def _told(gap: Gap, series: Sequence[str]) -> str:
    if gap.source != "oci_metrics" or len(series) > MOST_NAMED:
        what = gap_words.sources(gap.source, len(series) if gap.source == "oci_metrics" else 0)
    else:
        names = (name.rsplit("/", 2) for name in series)
        what = gap_words.metrics(gap_words.collected_metric(resource, metric) for resource, _, metric in names)
    settled = None if gap.settled_by is None else (gap.settled_by, gap.settled_as or "left", gap.settled_why or "")
    return gap_words.told(what, gap.kind, gap.read_at, gap.batch_id, gap.reason or "", gap.replaced, settled)


def _days(check: str, subject: str, source: str, missing: Sequence[date], lost: Sequence[date]) -> CheckResult:
    return CheckResult(check, subject, "warning", not (missing or lost), words.days(source, missing, lost))
