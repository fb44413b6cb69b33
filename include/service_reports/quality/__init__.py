"""Checks what the sources answered before it is loaded, and says which batches to keep out."""

from service_reports.checks.verdict import CheckResult, Severity, quarantined, rows_refused
from service_reports.quality.validation import BatchToCheck, check_batches

__all__ = ["BatchToCheck", "CheckResult", "Severity", "check_batches", "quarantined", "rows_refused"]
