"""One module per source: ``fetch`` takes a client and returns raw bytes, ``parse`` turns them into typed rows.

The raw bytes go to the archive between the two, so that every row can be read again from
exactly what the source answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from service_reports.sources import (
    database_dumps,
    help_desk,
    oci_backups,
    oci_compartments,
    oci_cost_reports,
    oci_metrics,
    oci_usage,
)
from service_reports.sources.answer import Answer, SourceError

__all__ = ["NOT_PRINTED", "PARSERS", "Answer", "SourceError"]


PARSERS: dict[str, Callable[[bytes], Sequence[Any]]] = {
    "oci_cost_reports": oci_cost_reports.parse,
    "oci_compartments": oci_compartments.parse,
    "oci_usage": oci_usage.parse,
    "oci_metrics": oci_metrics.parse,
    "oci_backups": oci_backups.parse,
    "database_dumps": database_dumps.parse,
    "tickets": help_desk.parse_tickets,
    "hour_bank": help_desk.parse_hour_bank,
}
"""How the archived bytes of a source are read; a contract's workbook of records is read with its contract instead."""

NOT_PRINTED = frozenset({"oci_compartments", "oci_usage"})
"""Sources that prove or place what others say: a report can be made before they were ever read."""
