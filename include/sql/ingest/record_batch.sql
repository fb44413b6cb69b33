-- Grain: one answer of a source, in one run.
-- Parameters: source, scope, name, etag, archive_key, sha256, md5, size_bytes, window_from, window_to, run_id,
--   observed_at (null: the moment of asking).
-- Re-run: a task that runs again in the same run replaces its own row. It stays loaded where it has the same bytes and
--   nothing of its source was loaded since, over which it would have to be loaded again. A row that a registered version
--   rests on (sealed) stays as it is, and the run has another one.
insert into raw.batch (source, scope, name, etag, archive_key, sha256, md5, size_bytes, window_from, window_to, run_id,
                       observed_at)
values (%(source)s, %(scope)s, %(name)s, %(etag)s, %(archive_key)s, %(sha256)s, %(md5)s, %(size_bytes)s,
        %(window_from)s, %(window_to)s, %(run_id)s, %(observed_at)s)
on conflict (source, scope, name, run_id) where sealed_at is null do update
   set etag = excluded.etag,
       archive_key = excluded.archive_key,
       sha256 = excluded.sha256,
       md5 = excluded.md5,
       size_bytes = excluded.size_bytes,
       window_from = excluded.window_from,
       window_to = excluded.window_to,
       observed_at = excluded.observed_at,
       state = case when raw.batch.state = 'loaded' and raw.batch.sha256 = excluded.sha256
                         and not exists (select from raw.batch since
                                          where since.source = raw.batch.source and since.scope = raw.batch.scope
                                            and since.loaded_at > raw.batch.loaded_at and since.run_id <> raw.batch.run_id)
                    then 'loaded' else 'fetched' end,
       reason = null,
       fetched_at = now()
returning batch_id
