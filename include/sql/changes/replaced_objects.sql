-- Grain: one cost report that was loaded since a moment in place of one that was loaded before.
-- Parameters: tenancy_ocid, first, last (UTC days, both included), since.
-- Re-run: reads only.
select b.source, b.name, b.loaded_at, true as replaces,
       (min(least(b.first_interval, o.first_interval)) at time zone 'UTC')::date as first,
       (max(greatest(b.last_interval, o.last_interval)) at time zone 'UTC')::date as last
  from raw.batch b
  join raw.batch o on o.source = b.source and o.scope = b.scope and o.name = b.name
                  and o.state = 'superseded' and o.loaded_at < %(since)s
 where b.source = 'oci_cost_reports' and b.scope = %(tenancy_ocid)s and b.state = 'loaded' and b.loaded_at >= %(since)s
   and least(b.first_interval, o.first_interval) < (%(last)s::date + 1)::timestamp at time zone 'UTC'
   and greatest(b.last_interval, o.last_interval) >= %(first)s::date::timestamp at time zone 'UTC'
 group by b.batch_id
 order by 3, 2
