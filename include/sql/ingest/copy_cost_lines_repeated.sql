-- Grain: one other report that lines of this one are counted from.
-- Columns: those of raw.oci_cost_line_repeated, in this order.
-- Grows with: the reports of the same hours.
-- Re-run: the caller deletes the object's first, in the same transaction.
copy raw.oci_cost_line_repeated (batch_id, held_by) from stdin
