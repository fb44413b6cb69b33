-- Grain: one day of a tenancy for which the provider was asked for its totals.
-- Parameters: tenancy_ocid, first, last (UTC days, both included). Re-run: reads only.
select distinct d::date as day
  from raw.batch b
 cross join lateral generate_series(greatest(b.window_from, %(first)s::date), least(b.window_to, %(last)s::date), interval '1 day') d
 where b.source = 'oci_usage' and b.scope = %(tenancy_ocid)s and b.state = 'loaded'
   and b.window_from <= %(last)s and b.window_to >= %(first)s
 order by 1
