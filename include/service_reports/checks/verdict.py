"""The result of one check, and what it means for the batch that was checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocking", "warning"]


@dataclass(frozen=True)
class CheckResult:
    """One check of one subject (a batch, a document, a report).

    ``check`` is a stable id such as ``oci_metrics.percent_in_range``; ``detail`` is one
    Spanish line that says how many rows failed and shows the first, without personal data.
    """

    check: str
    subject: str
    severity: Severity
    passed: bool
    detail: str


def quarantined(results: Iterable[CheckResult]) -> set[str]:
    """The subjects that failed at least one blocking check: they are not to be loaded."""
    return {result.subject for result in results if result.severity == "blocking" and not result.passed}
