-- Grain: one batch, locked until the transaction ends. Parameters: batch_id. Re-run: reads only.
select state from raw.batch where batch_id = %(batch_id)s for update
