-- Grain: one hour, compartment, product and set of tags of one cost report.
-- Columns: those of raw.oci_cost_hour, in this order.
-- Grows with: the report.
-- Re-run: the caller deletes the batch's lines first, in the same transaction.
copy raw.oci_cost_hour (batch_id, tenancy_ocid, charge_period_start, compartment_ocid, service_code, product_description,
                        unit, currency, quantity, cost, lines, corrections, tags, product_sku)
from stdin
