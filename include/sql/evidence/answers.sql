-- Grain: one row of the ledger that is in force: an answer about some days, or the last one that was loaded of what is read
--   whole.
-- Parameters: scopes (array: contract and tenancy), first, last (days, both included). Re-run: reads only.
with about as (
    select batch_id
      from raw.batch
     where scope = any(%(scopes)s) and state = 'loaded' and last_interval is null
       and window_to >= %(first)s and window_from <= %(last)s
     union
    select batch_id
      from raw.batch
     where scope = any(%(scopes)s) and state = 'loaded'
       and last_interval >= %(first)s::timestamp at time zone 'UTC'
       and first_interval < (%(last)s::date + 1)::timestamp at time zone 'UTC'
     union
    (select distinct on (source, scope) batch_id
       from raw.batch
      where scope = any(%(scopes)s) and state = 'loaded' and window_to is null and last_interval is null
      order by source, scope, loaded_at desc, batch_id desc)
)
select batch_id, source, name, etag, sha256, md5, size_bytes, row_count, fetched_at
  from raw.batch
 where batch_id in (select batch_id from about)
 order by source, name, batch_id
