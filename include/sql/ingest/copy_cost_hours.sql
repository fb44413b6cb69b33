-- Grain: one hour, place and product of one cost report.
-- Columns: those of raw.oci_cost_use, in this order.
-- Grows with: the report.
-- Re-run: the caller deletes the batch's lines first, in the same transaction.
copy raw.oci_cost_use (charge_period_start, batch_id, place_id, product_id, lines, corrections, quantity, cost) from stdin
