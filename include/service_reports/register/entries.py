"""The rows of the register."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

State = Literal["draft", "approved", "signed", "archived", "queued", "sent", "held", "failed", "superseded"]
DeliveryState = Literal["withheld", "queued", "sending", "sent", "ambiguous", "failed"]
REVISION_VARIABLE = "SERVICE_REPORTS_REVISION"


class NotClaimed(RuntimeError):
    """A version that this run may not make or change."""


@dataclass(frozen=True)
class IssueKey:
    """One version of one report of one contract: the key of everything in the register."""

    contract_id: str
    report_number: str
    version: int

    def __str__(self) -> str:
        """As operators read it, e.g. ``… 2026-01 v1``."""
        return f"{self.contract_id} {self.report_number} v{self.version}"


def code_version() -> str:
    """The revision of the running code: ``SERVICE_REPORTS_REVISION``, which the image carries, or ``unknown``."""
    return os.environ.get(REVISION_VARIABLE) or "unknown"


@dataclass(frozen=True)
class Origin:
    """What a version is made of and for, and who asked for it (``None``: the calendar)."""

    period_from: date | None = None
    period_to: date | None = None
    code_version: str | None = None
    contract_sha256: str | None = None
    requested_by: str | None = None


class Issue(NamedTuple):
    """The register's row of a version; instants are aware."""

    run_id: str
    correction_reason: str | None
    figures_key: str | None
    claimed_at: datetime
    registered_at: datetime | None
    archived_at: datetime | None
    state: State
    period_from: date | None
    period_to: date | None
    code_version: str | None
    contract_sha256: str | None
    figures_sha256: str | None
    requested_by: str | None


@dataclass(frozen=True)
class IssuedDocument:
    """One document of a version: what it is, the hash of its bytes, and where they are kept.

    ``position`` counts from 1 in the order of the annexes.
    """

    position: int
    kind: str
    title: str
    code: str
    file_name: str
    media_type: str
    sha256: str
    size_bytes: int
    blob_key: str
    archive_key: str


class Delivery(NamedTuple):
    """The message of a version; ``message_key`` is its bytes in the archive."""

    message_id: str
    recipient: str
    message_key: str
    state: DeliveryState
    attempts: int
    detail: str | None
    claimed_at: datetime | None
    sent_at: datetime | None
