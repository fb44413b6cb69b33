-- Grain: one day of one source, of metrics of one series, that a loaded answer was asked for, with the newest moment
--   that such an answer tells of. A cost report was found when the days of its run were listed.
-- Parameters: contract_id, tenancy_ocid, sources (array), period_from, period_to (both included). Re-run: reads only.
select b.source, case when b.source = 'oci_metrics' then b.name else '' end as subject, d::date as day,
       max(coalesce(b.observed_at, b.fetched_at)) as read_at
  from raw.batch b
 cross join lateral generate_series(greatest(b.window_from, %(period_from)s::date),
                                    least(b.window_to, %(period_to)s::date), interval '1 day') d
 where b.scope in (%(contract_id)s, %(tenancy_ocid)s) and b.source = any(%(sources)s)
   and b.state in ('loaded', 'superseded')
   and b.window_from <= %(period_to)s and b.window_to >= %(period_from)s
 group by 1, 2, 3
 order by 1, 2, 3
