-- Grain: one day of one source, of metrics of one series, that a loaded answer was asked for, or that a place was looked
--   through for, with the newest moment that this tells of.
-- Parameters: contract_id, tenancy_ocid, sources (array), period_from, period_to (both included). Re-run: reads only.
with told as (
    select source, case when source = 'oci_metrics' then name else '' end as subject, window_from, window_to,
           coalesce(observed_at, fetched_at) as told_at
      from raw.batch
     where scope in (%(contract_id)s, %(tenancy_ocid)s) and source = any(%(sources)s)
       and state in ('loaded', 'superseded')
       and window_from <= %(period_to)s and window_to >= %(period_from)s
     union all
    select source, '', window_from, window_to, listed_at
      from raw.listing
     where scope in (%(contract_id)s, %(tenancy_ocid)s) and source = any(%(sources)s)
       and window_from <= %(period_to)s and window_to >= %(period_from)s
)
select source, subject, d::date as day, max(told_at) as read_at
  from told
 cross join lateral generate_series(greatest(window_from, %(period_from)s::date),
                                    least(window_to, %(period_to)s::date), interval '1 day') d
 group by 1, 2, 3
 order by 1, 2, 3
