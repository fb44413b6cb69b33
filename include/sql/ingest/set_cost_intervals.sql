-- Grain: one cost report that is being loaded. Parameters: batch_id, first_interval, last_interval, tag_keys (array).
-- Re-run: sets the same values again.
update raw.batch
   set first_interval = %(first_interval)s, last_interval = %(last_interval)s, tag_keys = %(tag_keys)s
 where batch_id = %(batch_id)s
