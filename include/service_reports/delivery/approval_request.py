"""What a person is asked before a report is signed: Markdown that Airflow shows, in Spanish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from service_reports.checks.verdict import CheckResult
from service_reports.contracts import Contract, ReportPeriod
from service_reports.delivery.message import rendered

if TYPE_CHECKING:
    from service_reports.documents.sections.highlights import Highlights


@dataclass(frozen=True)
class Draft:
    """An unsigned document: what it is, its hash, and where it can be read for some days."""

    title: str
    file_name: str
    sha256: str
    address: str


@dataclass(frozen=True)
class ApprovalRequest:
    """A question to a person: one line, and Markdown with all that is needed to answer."""

    subject: str
    body: str


def compose_approval_request(
    contract: Contract,
    report: ReportPeriod,
    version: int,
    reason: str | None,
    requested_by: str | None,
    highlights: Highlights,
    not_passed: Sequence[CheckResult],
    drafts: Sequence[Draft],
    links_until: datetime,
) -> ApprovalRequest:
    """The question whether a version may be signed.

    ``reason`` and ``requested_by`` are empty where the calendar asked; ``not_passed`` are the
    verdicts of its run that did not pass; the drafts' links last until ``links_until`` (aware).
    """
    return ApprovalRequest(
        f"¿Se aprueba el informe {report.number} v{version} de {contract.entity.name}?",
        rendered(
            "approval.md.jinja",
            {
                "contract": contract,
                "report": report,
                "version": version,
                "reason": " ".join((reason or "").split()),
                "requested_by": requested_by,
                "highlights": highlights,
                "not_passed": not_passed,
                "drafts": drafts,
                "links_until": links_until,
            },
        ),
    )
