-- Grain: one answer that came and is not in force (refused, not readable, or not loaded yet), that is without some of its
--   rows (but for cost reports, whose lines tell whose they are), or that a person released, with the days of a window that
--   no later answer about the same has brought since; of a source that is read whole (hour bank, records), none. Who left
--   it so or released it, and why, where a person did.
-- Parameters: contract_id, tenancy_ocid, sources (array), period_from, period_to (both included). Re-run: reads only.
with told as (
    select b.*, false as released, b.reason as refused_for
      from raw.batch b
     where b.scope in (%(contract_id)s, %(tenancy_ocid)s) and b.source = any(%(sources)s)
       and (b.state in ('quarantined', 'unreadable', 'fetched')
            or (b.state = 'loaded' and b.reason is not null and b.source <> 'oci_cost_reports'
                and not exists (select from raw.settled_refusal s
                                 where s.batch_id = b.batch_id and s.decision = 'released')))
     union all
    select b.*, true, s.reason
      from raw.settled_refusal s
      join raw.batch b using (batch_id)
     where s.scope in (%(contract_id)s, %(tenancy_ocid)s) and s.source = any(%(sources)s) and s.decision = 'released'
       and b.state = 'loaded'
), refused as (
    select b.batch_id, b.source, b.scope, b.name, case when b.released then 'released' else b.state end as state,
           b.refused_for as reason, b.fetched_at,
           b.source in ('hour_bank', 'contract_records') as whole,
           settled.settled_by, settled.why as settled_why, settled.decision as settled_as,
           -- Objects that could not be read had no window in the ledger once: they tell of days shortly before.
           coalesce(b.window_from, (b.fetched_at at time zone 'UTC')::date - 3) as window_from,
           coalesce(b.window_to, (b.fetched_at at time zone 'UTC')::date) as window_to
      from told b
      left join lateral (select s.settled_by, s.why, s.decision
                           from raw.settled_refusal s
                          where s.source = b.source and s.scope = b.scope and s.name = b.name
                            and case when b.etag is null then s.reason = b.refused_for
                                     else s.etag = b.etag end
                          order by s.batch_id <> b.batch_id, s.decision desc, s.settled_at, s.batch_id
                          limit 1) settled on b.state in ('quarantined', 'unreadable', 'loaded')
), of_days as (
    select r.*, d::date as day
      from refused r
      left join lateral generate_series(greatest(r.window_from, %(period_from)s::date),
                                        least(r.window_to, %(period_to)s::date), interval '1 day') d on not r.whole
     where r.whole or d is not null
)
select o.batch_id, o.source, o.name, o.state, o.reason, o.fetched_at as came_at, o.settled_by, o.settled_why,
       o.settled_as,
       coalesce(array_agg(o.day order by o.day) filter (where o.day is not null), '{}') as days
  from of_days o
 where not exists (select from raw.batch later
                    where later.source = o.source and later.scope = o.scope and later.state in ('loaded', 'superseded')
                      and later.fetched_at > o.fetched_at
                      and (o.whole
                           or (o.source = 'oci_cost_reports' and later.name = o.name)
                           or (o.source <> 'oci_cost_reports' and o.day between later.window_from and later.window_to
                               and (o.source <> 'oci_metrics' or later.name = o.name))))
 group by 1, 2, 3, 4, 5, 6, 7, 8, 9
 order by 1
