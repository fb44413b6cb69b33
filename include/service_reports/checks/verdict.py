"""The result of one check, and what it means for the batch that was checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["blocking", "row", "warning"]
"""What fails a check is not used, loses the rows that fail it, or is used all the same."""


class RefusedRow(NamedTuple):
    """A row that fails a check: its place among the rows that were read, from 1, and what may be shown of it."""

    place: int
    shown: str


@dataclass(frozen=True)
class CheckResult:
    """One check of one subject (a batch, a document, a report).

    ``check`` is a stable id such as ``oci_metrics.percent_in_range``; ``detail`` is one
    Spanish line that says how many rows failed and shows the first, without personal data.
    ``refused`` are all rows that fail a check of severity ``row``.
    """

    check: str
    subject: str
    severity: Severity
    passed: bool
    detail: str
    refused: tuple[RefusedRow, ...] = ()


def quarantined(results: Iterable[CheckResult]) -> set[str]:
    """The subjects that failed at least one blocking check: they are not to be loaded."""
    return {result.subject for result in results if result.severity == "blocking" and not result.passed}


def rows_refused(results: Iterable[CheckResult], subject: str) -> Mapping[int, str]:
    """The rows of a subject that are to be left out, by place, each with the checks that it fails."""
    reasons: dict[int, list[str]] = {}
    for result in results:
        if result.subject == subject:
            for row in result.refused:
                reasons.setdefault(row.place, []).append(f"{result.check} ({row.shown})")
    return {place: ", ".join(checks) for place, checks in sorted(reasons.items())}
