"""What the figures of a period lack: days, hours and samples, each a verdict that goes with the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from service_reports.figures.model import PeriodFigures
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


def _days(check: str, subject: str, missing: Sequence[date], having: str) -> CheckResult:
    detail = f"Días sin dato: {', '.join(map(str, missing))}" if missing else f"Todos los días {having}"
    return CheckResult(check, subject, "warning", not missing, detail)
