-- Grain: all corrections of some batches. Parameters: batch_ids (array). Re-run: finds nothing the second time.
delete from raw.oci_cost_correction where batch_id = any(%(batch_ids)s)
