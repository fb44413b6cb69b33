"""Checks of one OCI cost report: rows are ``UsageHour``.

A report holds the lines of a whole tenancy: what cannot be counted of it is set aside line by
line while it is read. A line without compartment belongs to no contract and harms none; a
negative line is how the provider corrects an earlier one.
"""

from collections.abc import Sequence

from service_reports.checks.suite import Check, Record, Suite, at_least, at_most, present, unique

LINE = ("hour", "service_code", "product_description", "unit")


def currencies(records: Sequence[Record]) -> int:
    """How many currencies the costs are in."""
    return len({record["currency"] for record in records if record["currency"] is not None})


SUITE = Suite(
    source="oci_cost_reports",
    fields=(
        "compartment_ocid",
        "service_code",
        "product_description",
        "unit",
        "currency",
        "quantity",
        "lines",
        "corrections",
    ),
    derived={"hour": lambda row: row.charge_period_start.isoformat(), "tags": lambda row: str(row.tags)},
    totals={"rows": len, "currencies": currencies},
    batch_checks=(
        Check(
            "oci_cost_reports.has_rows",
            "warning",
            "El informe de costos tiene líneas.",
            at_least("rows", 1),
        ),
        Check(
            "oci_cost_reports.one_currency",
            "warning",
            "Todos los costos están en una misma moneda.",
            at_most("currencies", 1),
        ),
    ),
    row_checks=(
        Check(
            "oci_cost_reports.compartment_present",
            "warning",
            "Cada línea nombra el compartimento; la que no lo nombra no se atribuye a ningún contrato.",
            present("compartment_ocid"),
            shows=LINE,
        ),
        Check(
            "oci_cost_reports.line_unique",
            "row",
            "Ninguna suma de hora, compartimento y producto aparece dos veces.",
            unique("hour", "compartment_ocid", "service_code", "product_description", "unit", "currency", "tags"),
            shows=LINE,
        ),
        Check(
            "oci_cost_reports.lines_counted",
            "row",
            "Cada suma dice cuántas líneas la sustentan.",
            at_least("lines", 1),
            shows=LINE,
        ),
        Check(
            "oci_cost_reports.negative_only_in_corrections",
            "warning",
            "Solo una corrección puede dejar una cantidad negativa.",
            at_least("quantity", 0),
            where=("corrections", 0),
            shows=(*LINE, "quantity"),
        ),
    ),
)
