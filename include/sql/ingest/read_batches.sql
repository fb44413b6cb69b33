-- Grain: one batch. Parameters: batch_ids (array). Re-run: reads only.
select batch_id, source, scope, name, coalesce(archive_key, '') as archive_key, window_from, window_to, state, reason,
       etag, run_id, coalesce(observed_at, fetched_at) as observed_at
  from raw.batch
 where batch_id = any(%(batch_ids)s)
 order by batch_id
