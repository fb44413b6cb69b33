-- Grain: one correcting line of one cost report.
-- Columns: those of raw.oci_cost_correction, in this order.
-- Grows with: the report.
-- Re-run: the caller deletes the batch's corrections first, in the same transaction.
copy raw.oci_cost_correction (batch_id, tenancy_ocid, charge_period_start, compartment_ocid, service_code,
                              product_description, unit, reference, back_reference, quantity)
from stdin
