-- Grain: one row of the ledger that a version rests on: an answer about its days, whatever became of it, or the last one
--   that was loaded of what is read whole. Only answers that were there when its figures were computed.
-- Parameters: contract_id, report_number, version, scopes (array: contract and tenancy), first, last (days, both included).
-- Re-run: keeps the first moment, and gives the same rows.
with computed as (
    select (body::jsonb ->> 'at')::timestamptz as at
      from register.event
     where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
       and event = 'computed'
     order by position desc
     limit 1
), known as (
    select b.batch_id, b.source, b.scope, b.state, b.loaded_at,
           coalesce((b.first_interval at time zone 'UTC')::date, b.window_from) as first_day,
           coalesce((b.last_interval at time zone 'UTC')::date, b.window_to) as last_day
      from raw.batch b, computed
     where b.scope = any(%(scopes)s)
       and case when b.state in ('loaded', 'superseded') then b.loaded_at else b.fetched_at end <= computed.at
), resting as (
    select batch_id from known where first_day <= %(last)s and last_day >= %(first)s
    union
    select batch_id
      from (select distinct on (source, scope) batch_id
              from known
             where first_day is null and state in ('loaded', 'superseded')
             order by source, scope, loaded_at desc, batch_id desc) as newest
)
update raw.batch b
   set sealed_at = coalesce(b.sealed_at, now())
  from resting
 where b.batch_id = resting.batch_id
returning b.batch_id
