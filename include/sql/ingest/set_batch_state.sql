-- Grain: one batch.
-- Parameters: batch_id, state, reason, row_count.
-- Re-run: sets the same values again; a loaded batch goes back only by loading another.
update raw.batch
   set state = %(state)s,
       reason = %(reason)s,
       row_count = coalesce(%(row_count)s, row_count),
       loaded_at = case when %(state)s = 'loaded' then clock_timestamp() else loaded_at end
 where batch_id = %(batch_id)s
