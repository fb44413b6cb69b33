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
), about as (
    select batch_id, state, fetched_at, loaded_at
      from raw.batch
     where scope = any(%(scopes)s) and last_interval is null and window_to >= %(first)s and window_from <= %(last)s
     union all
    select batch_id, state, fetched_at, loaded_at
      from raw.batch
     where scope = any(%(scopes)s) and last_interval >= %(first)s::timestamp at time zone 'UTC'
       and first_interval < (%(last)s::date + 1)::timestamp at time zone 'UTC'
     union all
    (select distinct on (b.source, b.scope) b.batch_id, b.state, b.fetched_at, b.loaded_at
       from raw.batch b, computed
      where b.scope = any(%(scopes)s) and b.window_to is null and b.last_interval is null
        and b.state in ('loaded', 'superseded') and b.loaded_at <= computed.at
      order by b.source, b.scope, b.loaded_at desc, b.batch_id desc)
), rests_on as (
    select b.batch_id
      from about b, computed
     where case when b.state in ('loaded', 'superseded') then b.loaded_at else b.fetched_at end <= computed.at
), sealed as (
    -- What a neighbour of the tenancy rests on too was sealed by the first of them.
    update raw.batch b
       set sealed_at = now()
      from rests_on
     where b.batch_id = rests_on.batch_id and b.sealed_at is null
)
select batch_id from rests_on
