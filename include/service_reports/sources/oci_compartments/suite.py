"""Checks of the tree of compartments: rows are ``OciCompartment``. A broken tree would lose lines of a contract."""

from service_reports.checks.suite import Check, Suite, at_least, matches, unique

SUITE = Suite(
    source="oci_compartments",
    fields=("compartment_ocid", "parent_ocid", "name", "lifecycle_state"),
    totals={"rows": len},
    batch_checks=(
        Check("oci_compartments.has_rows", "warning", "El listado tiene compartimentos.", at_least("rows", 1)),
    ),
    row_checks=(
        Check(
            "oci_compartments.id_unique",
            "row",
            "Ningún compartimento aparece dos veces.",
            unique("compartment_ocid"),
            shows=("compartment_ocid",),
        ),
        Check(
            "oci_compartments.parent_is_ocid",
            "row",
            "El padre de cada compartimento es otro compartimento o el tenancy.",
            matches("parent_ocid", r"^ocid1\.(compartment|tenancy)\."),
            shows=("compartment_ocid", "parent_ocid"),
        ),
    ),
)
