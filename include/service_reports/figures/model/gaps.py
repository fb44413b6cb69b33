"""Days that were not read."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from service_reports.figures.model.frozen import Frozen
from service_reports.records import Decision
from service_reports.records.quotation import QuotedLine


class Gap(Frozen):
    """Days of a source that were not read after they had ended, or about which something came and was refused.

    ``subject`` is the series of a metric, empty for other sources. ``days`` are UTC for OCI, else Bogotá's.
    ``read_at`` is when they were read too early, or when what was refused came: the batch, the check that refused it
    and its words say what. With ``replaced`` a reading of these days stands: another one, or of what was
    ``released``, or loaded ``in_part``, that one. ``settled_by`` left it refused or released it (``settled_as``), for
    the reason ``settled_why``: the report is made without it, or with it, and says so.
    """

    source: str
    subject: str = ""
    kind: Literal["never_read", "read_early", "refused", "unreadable", "not_loaded", "released", "in_part"]
    days: tuple[date, ...]
    read_at: AwareDatetime | None = None
    batch_id: int | None = None
    check: str | None = None
    reason: str | None = None
    replaced: bool = False
    settled_by: QuotedLine | None = None
    settled_why: QuotedLine | None = None
    settled_as: Decision | None = None
