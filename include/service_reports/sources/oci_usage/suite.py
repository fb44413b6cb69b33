"""Checks of the provider's own daily totals: rows are ``UsageTotal``. They print nothing, so little blocks."""

from service_reports.checks.suite import Check, Suite, at_least, present

SUITE = Suite(
    source="oci_usage",
    fields=("usage_date", "compartment_ocid", "service", "product_description", "unit", "quantity"),
    totals={"rows": len},
    batch_checks=(Check("oci_usage.has_rows", "warning", "La respuesta tiene totales.", at_least("rows", 1)),),
    row_checks=(
        Check(
            "oci_usage.compartment_present",
            "warning",
            "Cada total nombra su compartimento; el que no lo nombra no se concilia.",
            present("compartment_ocid"),
            shows=("usage_date", "service", "product_description"),
        ),
        Check(
            "oci_usage.quantity_present",
            "warning",
            "Cada total trae su cantidad; el que no la trae no es cero: no se concilia.",
            present("quantity"),
            shows=("usage_date", "service", "product_description"),
        ),
    ),
)
