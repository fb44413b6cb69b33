-- Grain: the newest registered version of each report of a contract whose rows may be others than those it was last
--   computed from: an answer about its days, with news, was loaded since. All of them with everything. Warranty tickets
--   without a day are in every export, whatever its days.
-- Parameters: contract_id, tenancy_ocid, report_numbers, first_days, last_days, with_warranty (arrays of one length),
--   everything.
-- Grows with: the contract's reports, and what was loaded since the one that was looked at longest ago.
-- Re-run: reads only.
with period as (
    select * from unnest(%(report_numbers)s::text[], %(first_days)s::date[], %(last_days)s::date[],
                         %(with_warranty)s::boolean[])
             as p(report_number, first_day, last_day, with_warranty)
), latest as (
    -- An hour: a load enters its moment a little before it ends and is seen.
    select distinct on (r.report_number) r.report_number, r.version,
           coalesce(w.reviewed_at, r.claimed_at) - interval '1 hour' as since
      from register.report r
      left join core.report_review w using (contract_id, report_number, version)
     where r.contract_id = %(contract_id)s and r.registered_at is not null
     order by r.report_number, r.version desc
), fresh as materialized (
    select b.source, b.loaded_at, b.window_from, b.window_to, object.first_interval, object.last_interval,
           (before.name, before.sha256) is not distinct from (b.name, b.sha256) as as_before,
           before.window_from as before_from, before.window_to as before_to
      from raw.batch b
      left join lateral (select p.name, p.sha256, p.window_from, p.window_to
                           from raw.batch p -- of moments, not of ids: a run that is started again keeps its row
                          where b.source <> 'oci_cost_reports'
                            and p.source = b.source and p.scope = b.scope and p.loaded_at is not null
                            and p.state in ('loaded', 'superseded')
                            and (coalesce(p.observed_at, p.fetched_at), p.batch_id)
                                < (coalesce(b.observed_at, b.fetched_at), b.batch_id)
                          order by coalesce(p.observed_at, p.fetched_at) desc, p.batch_id desc
                          limit 1) before on true
      left join lateral (select min(p.first_interval) as first_interval, max(p.last_interval) as last_interval
                           from raw.batch p -- an object that was replaced may have told of other hours
                          where b.source = 'oci_cost_reports'
                            and p.source = b.source and p.scope = b.scope and p.name = b.name) object on true
     where b.scope in (%(contract_id)s, %(tenancy_ocid)s) and b.state in ('loaded', 'superseded')
       and b.loaded_at >= (select min(since) from latest)
)
select l.report_number, l.version
  from latest l join period p using (report_number)
 where %(everything)s
    or exists (select 1 from fresh f
                where f.loaded_at >= l.since
                  and case when f.source = 'oci_cost_reports'
                           then f.first_interval < (p.last_day + 1)::timestamp at time zone 'UTC'
                                and f.last_interval >= p.first_day::timestamp at time zone 'UTC'
                           when f.window_from is not null
                           then (f.window_from <= p.last_day and f.window_to >= p.first_day
                                 and not (f.as_before
                                          and f.before_from <= greatest(f.window_from, p.first_day)
                                          and f.before_to >= least(f.window_to, p.last_day)))
                                or (f.source = 'tickets' and p.with_warranty and not f.as_before)
                           else not f.as_before end)
 order by 1
