-- Grain: one batch.
-- Parameters: batch_id, state, reason, row_count.
-- Re-run: sets the same values again. A loaded batch that a later check refuses keeps its rows in force until another
--   is loaded in its place.
update raw.batch
   set state = %(state)s,
       reason = %(reason)s,
       row_count = coalesce(%(row_count)s, row_count),
       loaded_at = case when %(state)s = 'loaded' then clock_timestamp() else loaded_at end
 where batch_id = %(batch_id)s
