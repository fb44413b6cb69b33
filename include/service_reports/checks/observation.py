"""A finding about the data: something missing, late, stale or changed, known by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class Observation:
    """One finding. ``scope`` is a contract id or a tenancy OCID, ``subject`` a resource, column, file or object.

    ``day`` is UTC for what OCI measures and Bogotá's for tickets. ``detail`` is Spanish and
    free of personal data. Findings of severity ``alert`` end the run that first sees them in
    failure, so that a person looks.
    """

    kind: str
    scope: str
    subject: str
    severity: Literal["notice", "warning", "alert"]
    detail: str
    day: date | None = None
    value_before: Decimal | None = None
    value_now: Decimal | None = None
