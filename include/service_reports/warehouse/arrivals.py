"""Reads what came for a report since one of its versions was made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from service_reports.contracts import Contract, ReportPeriod
from service_reports.records.arrivals import Arrival
from service_reports.warehouse.statements import statement

READS = ("cost_lines", "cost_corrections", "replaced_objects", "readings")


def arrivals_since(
    connection: psycopg.Connection[Any], contract: Contract, report: ReportPeriod, since: datetime
) -> tuple[Arrival, ...]:
    """What was loaded since a moment about the period of a report, or about the one that it is compared with.

    Give the moment at which the issued version was claimed: its figures were read after that.
    """
    previous = contract.report_before(report)
    tag = contract.oci.tag
    scope = {
        "contract_id": contract.id,
        "tenancy_ocid": contract.oci.tenancy_ocid,
        "compartment_ocids": list(contract.oci.compartment_ocids),
        "tag_key": tag and tag.key,
        "tag_value": tag and tag.value,
        "first": previous.period_from if previous else report.period_from,
        "last": report.period_to,
        "since": since,
    }
    with connection.transaction(), connection.cursor(row_factory=class_row(Arrival)) as cursor:
        connection.execute("set transaction isolation level repeatable read, read only")
        return tuple(row for name in READS for row in cursor.execute(statement(f"changes/{name}"), scope).fetchall())
