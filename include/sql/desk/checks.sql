-- Grain: one check that did not pass: of the runs of one report, or of an answer about its days; with the rows that it
--   left out, as they may be shown.
-- Parameters: contract_id, tenancy_ocid, sources (array), period_from, period_to, runs (array), limit, offset.
-- Grows with: the answers about one period.
-- Re-run: reads only.
with batches as (
    select batch_id, source, name, fetched_at
      from raw.batch
     where scope in (%(contract_id)s, %(tenancy_ocid)s) and source = any(%(sources)s)
       and window_to >= %(period_from)s and window_from <= %(period_to)s
       and (state in ('quarantined', 'unreadable') or (state = 'loaded' and reason is not null))
), told as (
    select distinct on (q.check_id, q.subject, q.batch_id)
           q.check_id, q.subject, q.severity, q.detail, q.checked_at, q.batch_id, b.source
      from batches b
      join core.quality_result q using (batch_id)
     where not q.passed
     order by q.check_id, q.subject, q.batch_id, q.checked_at desc
), of_runs as (
    select distinct on (q.check_id, q.subject)
           q.check_id, q.subject, q.severity, q.passed, q.detail, q.checked_at
      from unnest(%(runs)s::text[]) run_id
      join core.quality_result q
        on q.contract_id = %(contract_id)s
       and (q.run_id collate "C" = run_id.run_id
            or q.run_id collate "C" >= run_id.run_id || '/' and q.run_id collate "C" < run_id.run_id || '0')
     order by q.check_id, q.subject, q.checked_at desc, q.result_id desc
), found as (
    select check_id, subject, severity, detail, checked_at, null::bigint as batch_id, null::text as source
      from of_runs
     where not passed
     union all
    select check_id, subject, severity, detail, checked_at, batch_id, source from told
)
select f.check_id as "check", f.subject, f.severity, f.detail, f.checked_at, f.batch_id, f.source,
       coalesce((select jsonb_agg(jsonb_build_object('place', place, 'reason', reason) order by place)
                   from (select place, reason from raw.refused_row r
                          where r.batch_id = f.batch_id and f.severity = 'row' order by place limit 20) shown), '[]') as rows
  from found f
 order by array_position(array['blocking', 'row', 'warning'], f.severity), f.check_id, f.subject
 limit %(limit)s offset %(offset)s
