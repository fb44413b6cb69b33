"""What the figures of a period lack: days, hours and samples, each a verdict that goes with the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.backups import backup_figures, dump_figures
from service_reports.figures.model import PeriodFigures
from service_reports.figures.period import Rows
from service_reports.figures.usage import HOURS_A_DAY, usage_table
from service_reports.quality.verdict import CheckResult


def coverage(figures: PeriodFigures) -> list[CheckResult]:
    """Verdicts, all warnings, on how complete a period is; days are UTC, texts Spanish."""
    subject = f"{figures.contract_id} {figures.report_number}"
    missing = [row.day for row in figures.usage.rows if row.state == "missing"]
    partial = [f"{row.day} ({row.hours} h)" for row in figures.usage.rows if row.state == "partial"]
    verdicts = [
        _days("coverage.usage_days", subject, missing, "con consumo"),
        CheckResult(
            "coverage.usage_hours", subject, "warning", not partial,
            f"Días parciales: {', '.join(partial)}" if partial else "Ningún día parcial",
        ),
        _days("coverage.oci_backups", subject, figures.backups.days_missing, "con copia automática"),
        _days("coverage.database_dumps", subject, figures.dumps.days_missing, "con volcado"),
        _days("coverage.ticket_days", subject, figures.support.days_not_exported, "exportados de la mesa de ayuda"),
        CheckResult(
            "coverage.warranty_window", subject, "warning", not figures.warranty.left_out,
            f"Registradas fuera de la garantía, no se relacionan: {', '.join(figures.warranty.left_out)}"
            if figures.warranty.left_out else "Ninguna solicitud en garantía está fuera de sus días",
        ),
    ]  # fmt: skip
    for series in figures.metrics:
        verdicts.append(
            CheckResult(
                "coverage.metric_samples",
                f"{subject} {series.resource_name} {series.namespace}/{series.metric_name}",
                "warning",
                series.samples >= series.expected_samples,
                f"{series.samples} de {series.expected_samples} muestras",
            )
        )
    return verdicts


def lacking(contract: Contract, report: ReportPeriod, rows: Rows) -> tuple[str, ...]:
    """What a period still lacks to be complete, a Spanish line for each source; nothing when it is complete.

    Complete are 24 hours of use and of every charted metric on each UTC day, and a backup that
    did not fail and a dump of each day.
    """
    days = report.days
    found = [("consumo de OCI", [(row.day, row.hours) for row in usage_table(rows.usage, days).rows])]
    samples = Counter(
        (point.resource_name, point.namespace, point.metric_name, point.hour.astimezone(UTC).date())
        for point in rows.metrics
    )
    for resource in contract.resources:
        for metric in resource.metrics:
            key = resource.name, metric.namespace, metric.name
            found.append((f"métrica {metric.name} de {resource.name}", [(day, samples[*key, day]) for day in days]))
    lines = [
        f"{what}, días sin sus 24 horas: {', '.join(f'{day} ({hours} h)' for day, hours in short)}"
        for what, of_days in found
        if (short := [(day, hours) for day, hours in of_days if hours < HOURS_A_DAY])
    ]
    for what, missing in (
        ("copias automáticas de OCI", backup_figures(rows.backups, days).days_missing),
        ("volcados de la base de datos", dump_figures(rows.dumps, days, None).days_missing),
    ):
        if missing:
            lines.append(f"{what}, días sin ninguna: {', '.join(map(str, missing))}")
    return tuple(lines)


def _days(check: str, subject: str, missing: Sequence[date], having: str) -> CheckResult:
    detail = f"Días sin dato: {', '.join(map(str, missing))}" if missing else f"Todos los días {having}"
    return CheckResult(check, subject, "warning", not missing, detail)
