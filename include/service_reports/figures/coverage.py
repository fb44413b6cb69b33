"""What the figures of a period lack: days, hours and samples, each a verdict that goes with the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, timedelta

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.chapters.backups import backup_figures, dump_figures
from service_reports.figures.chapters.usage import HOURS_A_DAY, usage_table
from service_reports.figures.gaps import gaps, series_name, unread
from service_reports.figures.model import Gap, PeriodFigures, SourceName
from service_reports.figures.period import Rows
from service_reports.quality.verdict import CheckResult
from service_reports.wording.es_co.labels import SOURCES

MOST_NAMED = 3


def coverage(figures: PeriodFigures) -> list[CheckResult]:
    """Verdicts, all warnings, on how complete a period is; days are UTC, texts Spanish."""
    subject = f"{figures.contract_id} {figures.report_number}"
    told = told_gaps(figures.gaps)
    missing = [row.day for row in figures.usage.rows if row.state == "missing"]
    partial = [f"{row.day} ({row.hours} h)" for row in figures.usage.rows if row.state == "partial"]
    backups, dumps = figures.backups, figures.dumps
    verdicts = [
        CheckResult(
            "coverage.days_read",
            subject,
            "warning",
            not told,
            "; ".join(told) if told else "Todos los días de cada fuente se leyeron después de terminar",
        ),
        _days("coverage.usage_days", subject, missing, "con consumo", figures.unread_days("oci_cost_reports")),
        CheckResult(
            "coverage.usage_hours",
            subject,
            "warning",
            not partial,
            f"Días parciales: {', '.join(partial)}" if partial else "Ningún día leído es parcial",
        ),
        _days("coverage.oci_backups", subject, backups.days_missing, "con copia automática", backups.days_unread),
        _days("coverage.database_dumps", subject, dumps.days_missing, "con volcado", dumps.days_unread),
        _days("coverage.ticket_days", subject, (), "exportados de la mesa de ayuda", figures.support.days_not_exported),
        CheckResult(
            "coverage.warranty_window",
            subject,
            "warning",
            not figures.warranty.left_out,
            f"Registradas fuera de la garantía, no se relacionan: {', '.join(figures.warranty.left_out)}"
            if figures.warranty.left_out
            else "Ninguna solicitud en garantía está fuera de sus días",
        ),
    ]
    for series in figures.metrics:
        lost = f"; sin leer: {_spans(series.days_unread)}" if series.days_unread else ""
        verdicts.append(
            CheckResult(
                "coverage.metric_samples",
                f"{subject} {series.resource_name} {series.namespace}/{series.metric_name}",
                "warning",
                series.samples >= series.expected_samples,
                f"{series.samples} de {series.expected_samples} muestras{lost}",
            )
        )
    return verdicts


def lacking(contract: Contract, report: ReportPeriod, rows: Rows) -> tuple[str, ...]:
    """What a period still lacks to be complete, Spanish lines by source; nothing when it is complete.

    Complete are days that were read after their end, with 24 hours of use and of every charted
    metric on each UTC day, and a backup that did not fail and a dump of each day.
    """
    days = report.days
    found = gaps(contract, days, rows)
    lost = unread(found, "oci_cost_reports")
    short = [("consumo de OCI", [(row.day, row.hours) for row in usage_table(rows.usage, days).rows], lost)]
    samples = Counter(
        (point.resource_name, point.namespace, point.metric_name, point.hour.astimezone(UTC).date())
        for point in rows.metrics
    )
    for resource in contract.resources:
        for metric in resource.metrics:
            key = resource.name, metric.namespace, metric.name
            hours = [(day, samples[*key, day]) for day in days]
            short.append((_metric(*key), hours, unread(found, "oci_metrics", series_name(*key))))
    lines = [
        f"{what}, días sin sus 24 horas: {', '.join(f'{day} ({hours} h)' for day, hours in told)}"
        for what, of_days, unknown in short
        if (told := [(day, hours) for day, hours in of_days if hours < HOURS_A_DAY and day not in unknown])
    ]
    copies: tuple[tuple[SourceName, tuple[date, ...]], ...] = (
        ("oci_backups", backup_figures(rows.backups, days, unread(found, "oci_backups")).days_missing),
        ("database_dumps", dump_figures(rows.dumps, days, None, unread(found, "database_dumps")).days_missing),
    )
    for source, missing in copies:
        if missing:
            lines.append(f"{SOURCES[source]}, días sin ninguna: {', '.join(map(str, missing))}")
    return (*told_gaps(found), *lines)


def told_gaps(found: Iterable[Gap]) -> list[str]:
    """What was not read of which days, and why, as operators read it; series that lack the same share a line."""
    same: dict[Gap, list[str]] = {}
    for gap in found:
        same.setdefault(gap.model_copy(update={"subject": ""}), []).append(gap.subject)
    return [f"{_what(gap.source, names)}, {_why(gap)}: {_spans(gap.days)}" for gap, names in same.items()]


def _what(source: SourceName, series: Sequence[str]) -> str:
    if source != "oci_metrics" or len(series) > MOST_NAMED:
        return SOURCES[source] + (f" ({len(series)})" if source == "oci_metrics" else "")
    return " y ".join(_metric(*name.rsplit("/", 2)) for name in series)


def _metric(resource: str, _: str, metric: str) -> str:
    return f"métrica {metric} de {resource}"


def _why(gap: Gap) -> str:
    at = f"{gap.read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if gap.read_at else ""
    held = "; vale la lectura anterior de los días" if gap.replaced else ""
    match gap.kind:
        case "never_read":
            return "días sin leer"
        case "read_early":
            return f"sin leer después de terminar los días (última lectura: {at})"
        case "refused":
            return f"llegó el {at} y fue rechazado (lote {gap.batch_id}: {gap.reason}){held}; días"
        case "not_loaded":
            return f"llegó el {at} y aún no se ha cargado (lote {gap.batch_id}); días"
        case "unreadable":
            return f"no se pudo leer el {at} (lote {gap.batch_id}: {gap.reason}){held}; días"


def _spans(days: Sequence[date]) -> str:
    """Days as operators write them, consecutive ones as a range."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]} a {run[-1]}" if len(run) > MOST_NAMED - 1 else ", ".join(map(str, run)) for run in runs)


def _days(check: str, subject: str, missing: Sequence[date], having: str, lost: Sequence[date]) -> CheckResult:
    told = [f"Días sin dato: {', '.join(map(str, missing))}"] if missing else []
    told += [f"Sin leer: {_spans(lost)}"] if lost else []
    return CheckResult(check, subject, "warning", not told, "; ".join(told) or f"Todos los días {having}")
