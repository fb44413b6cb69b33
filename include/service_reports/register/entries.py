"""The rows of the register."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

State = Literal["draft", "approved", "signed", "archived", "queued", "sent", "held", "failed", "superseded"]
DeliveryState = Literal["withheld", "queued", "sending", "sent", "ambiguous", "failed"]
REVISION_VARIABLE = "SERVICE_REPORTS_REVISION"


class NotClaimed(RuntimeError):
    """A version that this run may not make or change."""


class NotApproved(RuntimeError):
    """A version that needs a person's approval and does not have it for what is to be signed."""


class NotAsked(RuntimeError):
    """An answer to what nobody was asked about."""


class NotPinned(RuntimeError):
    """Documents that are not the drafts that the register has of a version."""


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
    """What a version is made of and for, who asked for it (``None``: the calendar), and if a person must approve it.

    ``sends``: its message leaves by itself; otherwise a person is asked first.
    """

    period_from: date | None = None
    period_to: date | None = None
    code_version: str | None = None
    contract_sha256: str | None = None
    requested_by: str | None = None
    needs_approval: bool | None = None
    sends: bool | None = None


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
    needs_approval: bool | None
    drafts_sha256: str | None
    sends: bool | None
    evidence_key: str | None


class Question(NamedTuple):
    """A question to a person, known by the run and the task (with its map index) that put it."""

    run_id: str
    task: str

    def __str__(self) -> str:
        """As events name it."""
        return f"{self.run_id}/{self.task}"


@dataclass(frozen=True)
class _Document:
    """What a document of a version is, the hash of its bytes, and where they are kept.

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


@dataclass(frozen=True)
class Draft(_Document):
    """One document of a version as it was rendered, unsigned.

    The boxes say where it is signed, as JSON text; both are ``None`` where it is issued as it is.
    """

    vendor_box: str | None = None
    supervisor_box: str | None = None


class Drafts(NamedTuple):
    """What a version would say: its figures (their key in the archive) and its unsigned documents."""

    figures_key: str | None
    documents: tuple[Draft, ...]

    @property
    def sha256(self) -> str:
        """What an approval speaks of: the SHA-256 of a list, as ``sha256sum`` writes it, of figures and drafts."""
        listed = [("cifras", (self.figures_key or "").rpartition("/")[2])]
        listed += [(draft.file_name, draft.sha256) for draft in self.documents]
        lines = (f"{sha256}  {name}\n" for name, sha256 in sorted(listed))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class IssuedDocument(_Document):
    """One document of a version as it was issued; ``archive_key`` is the name under which it lies in the archive."""

    archive_key: str


@dataclass(frozen=True)
class Signature:
    """How a document of a version was signed: the level of PAdES that was asked for, and the one that was reached.

    ``lacking`` says why it is a lower one (Spanish); ``until`` is the ISO moment at which the certificate of the last
    time stamp of the whole file ends, where there is one.
    """

    position: int
    file_name: str
    asked: str
    reached: str
    lacking: str | None = None
    until: str | None = None


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
