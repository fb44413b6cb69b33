"""Reads for the review of what cost reports brought, and the reconciliation it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.contracts import Contract, ReportPeriod
from service_reports.records import UsageDay
from service_reports.sources.source import Window
from service_reports.warehouse.statements import statement
from service_reports.warehouse.turns import in_turn

Connection = psycopg.Connection[Any]


class SuspectCorrections(NamedTuple):
    """Corrections of one back reference that do not look additive; ``day`` is UTC."""

    back_reference: str
    day: date
    service_code: str
    product_description: str
    unit: str
    corrections: int
    quantity: Decimal


def touched_days(connection: Connection, batch_ids: Iterable[int], scope: str, days: Window) -> Window:
    """Some UTC days, with those that the cost reports of some batches have lines of."""
    wanted = {"batch_ids": list(batch_ids), "scope": scope}
    row = connection.execute(statement("review/touched_days"), wanted).fetchone()
    assert row is not None
    return _with(days, *row)


def unreconciled_days(connection: Connection, contract: Contract, batch_ids: Iterable[int], days: Window) -> Window:
    """Some UTC days, with those that answers tell of which came since the contract was last reconciled.

    ``batch_ids`` are those of a run: it may be tried again after it reconciled.
    """
    wanted = {
        "contract_id": contract.id,
        "tenancy_ocid": contract.oci.tenancy_ocid,
        "batch_ids": list(batch_ids),
    }
    row = connection.execute(statement("review/unreconciled_days"), wanted).fetchone()
    assert row is not None
    return _with(days, *row)


def _with(days: Window, first: date | None, last: date | None) -> Window:
    return Window(min(days.first, first or days.first), max(days.last, last or days.last))


def read_tenancy_usage(connection: Connection, tenancy_ocid: str, first: date, last: date) -> list[tuple[Any, ...]]:
    """Month, compartment, tags, service code, product, unit and quantity of all a tenancy used in some days."""
    period = {"tenancy_ocid": tenancy_ocid, "first": first, "last": last}
    return connection.execute(statement("review/tenancy_usage"), period).fetchall()


def read_compartments(connection: Connection, tenancy_ocid: str) -> tuple[dict[str, str], dict[str, str]]:
    """What each compartment of a tenancy lies under, and its name."""
    rows = connection.execute(statement("review/compartments"), {"tenancy_ocid": tenancy_ocid}).fetchall()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def own_compartments(connection: Connection, contract: Contract) -> frozenset[str]:
    """The compartments of a contract with all under them; the roots alone where no tree was read."""
    scope = {"tenancy_ocid": contract.oci.tenancy_ocid, "compartment_ocids": list(contract.oci.compartment_ocids)}
    return frozenset(row[0] for row in connection.execute(statement("review/own_compartments"), scope))


def read_lines_aside(connection: Connection, tenancy_ocid: str, first: date, last: date) -> list[tuple[Any, ...]]:
    """Object, day, compartment, number, first line with its reason, product, unit and quantity of lines in no sum."""
    period = {"tenancy_ocid": tenancy_ocid, "first": first, "last": last}
    return connection.execute(statement("review/lines_aside"), period).fetchall()


def suspect_corrections(
    connection: Connection, tenancy_ocid: str, first: date, last: date
) -> Sequence[SuspectCorrections]:
    """Back references of some days whose corrections do not look additive."""
    period = {"tenancy_ocid": tenancy_ocid, "first": first, "last": last}
    with connection.cursor(row_factory=class_row(SuspectCorrections)) as cursor:
        return cursor.execute(statement("review/opposite_corrections"), period).fetchall()


def touched_reports(
    connection: Connection, contract: Contract, *, everything: bool = False
) -> list[tuple[ReportPeriod, int]]:
    """Issued reports, with their newest version, whose rows may be others since they were last computed from them.

    With ``everything`` all that were issued.
    """
    reports = {report.number: report for report in contract.reports}
    rows = connection.execute(
        statement("review/touched_reports"),
        {
            "contract_id": contract.id,
            "tenancy_ocid": contract.oci.tenancy_ocid,
            "report_numbers": list(reports),
            "first_days": [_first_day(contract, report) for report in reports.values()],
            "last_days": [report.period_to for report in reports.values()],
            "with_warranty": [contract.warranty_listed_in(report) is not None for report in reports.values()],
            "everything": everything,
        },
    ).fetchall()
    return [(reports[number], int(version)) for number, version in rows]


def _first_day(contract: Contract, report: ReportPeriod) -> date:
    """The first day that a report is computed from: of the period before it, or of the warranty that it lists."""
    before, warranty = contract.report_before(report), contract.warranty_listed_in(report)
    return min(
        report.period_from,
        before.period_from if before else report.period_from,
        warranty.valid_from if warranty else report.period_from,
    )


def set_reviewed(connection: Connection, contract_id: str, report_number: str, version: int, at: datetime) -> None:
    """Note that the figures of an issued version were computed again from the rows as they were at a moment."""
    reviewed = {"contract_id": contract_id, "report_number": report_number, "version": version, "reviewed_at": at}
    connection.execute(statement("review/set_reviewed"), reviewed)


def set_untouched(connection: Connection, contract_id: str, report_numbers: Sequence[str], at: datetime) -> None:
    """Note that nothing about the days of some reports was loaded by a moment: it is not looked for again."""
    seen = {"contract_id": contract_id, "report_numbers": list(report_numbers), "reviewed_at": at}
    connection.execute(statement("review/set_untouched"), seen)


def read_usage_days(connection: Connection, contract: Contract, first: date, last: date) -> Sequence[UsageDay]:
    """The use of a contract in some days, as its reports count it."""
    tag = contract.oci.tag
    scope = {
        "tenancy_ocid": contract.oci.tenancy_ocid,
        "compartment_ocids": list(contract.oci.compartment_ocids),
        "tag_key": tag and tag.key,
        "tag_value": tag and tag.value,
        "period_from": first,
        "period_to": last,
        "by_hour": False,
    }
    with connection.cursor(row_factory=class_row(UsageDay)) as cursor:
        return cursor.execute(statement("figures/usage_days"), scope).fetchall()


def read_usage_totals(connection: Connection, contract: Contract, first: date, last: date) -> list[tuple[Any, ...]]:
    """The provider's totals of a contract's compartments: day, service, product, unit, quantity."""
    scope = {
        "tenancy_ocid": contract.oci.tenancy_ocid,
        "compartment_ocids": list(contract.oci.compartment_ocids),
        "first": first,
        "last": last,
    }
    return connection.execute(statement("review/usage_totals"), scope).fetchall()


def days_asked(connection: Connection, tenancy_ocid: str, first: date, last: date) -> frozenset[date]:
    """The UTC days of a window for which the provider was asked for its totals."""
    period = {"tenancy_ocid": tenancy_ocid, "first": first, "last": last}
    return frozenset(row[0] for row in connection.execute(statement("review/totals_asked"), period))


def keep_reconciliation(
    connection: Connection, contract_id: str, compared: Iterable[Any], first: date, last: date, run_id: str
) -> None:
    """Keep both values and the difference of every day and column of a window, in place of earlier ones."""
    window = {"contract_id": contract_id, "first": first, "last": last}
    rows = [{**column._asdict(), "contract_id": contract_id, "run_id": run_id} for column in compared]
    with in_turn(connection, "reconciliation", contract_id), connection.cursor() as cursor:
        cursor.execute(statement("review/delete_reconciliation"), window)
        cursor.executemany(statement("review/insert_reconciliation"), rows)
