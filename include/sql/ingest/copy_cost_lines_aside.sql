-- Grain: lines of one cost report that are in no sum, by reason, compartment, day and product.
-- Columns: those of raw.oci_cost_line_aside, in this order.
-- Grows with: what is wrong in the report.
-- Re-run: the caller deletes the object's first, in the same transaction.
copy raw.oci_cost_line_aside (batch_id, tenancy_ocid, day, compartment_ocid, line, lines, told, product, unit, quantity,
                              is_charge, cost, currency)
from stdin
