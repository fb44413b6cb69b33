"""Where in their windows the measurements of each tenancy are stamped: raw.metric_stamps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from service_reports.sources.source import Stamps
from service_reports.warehouse.statements import statement


def record_metric_stamps(
    connection: psycopg.Connection[Any],
    tenancy_ocid: str,
    stamps: Stamps | None,
    evidence: Mapping[str, object],
    run_id: str,
) -> None:
    """Keep what a run found out about a tenancy, ``None`` where it could not tell; the same run keeps one row."""
    told = {"tenancy_ocid": tenancy_ocid, "run_id": run_id, "stamps": stamps, "evidence": Jsonb(dict(evidence))}
    connection.execute(statement("ingest/record_metric_stamps"), told)


def metric_stamps(connection: psycopg.Connection[Any], tenancy_ocid: str) -> Stamps | None:
    """What was found out last about a tenancy; ``None`` where nothing ever was."""
    row = connection.execute(statement("ingest/metric_stamps"), {"tenancy_ocid": tenancy_ocid}).fetchone()
    return None if row is None else row[0]
