-- Grain: the numbered lines of one hour of one cost report that are counted.
-- Columns: those of raw.oci_cost_line, in this order.
-- Grows with: the report.
-- Re-run: the caller deletes the object's first, in the same transaction.
copy raw.oci_cost_line (batch_id, tenancy_ocid, hour, identities) from stdin
