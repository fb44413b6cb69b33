-- Grain: one product of a contract on one UTC day, by the cost report that brought lines of it since a moment.
-- Parameters: tenancy_ocid, compartment_ocids (array), tag_key, tag_value (or null), first, last (UTC days, both
-- included), since.
-- Re-run: reads only.
with stay as (
    select * from core.compartment_stays(%(tenancy_ocid)s, %(compartment_ocids)s)
)
select b.source, b.name, b.loaded_at,
       (h.charge_period_start at time zone 'UTC')::date as first, (h.charge_period_start at time zone 'UTC')::date as last,
       h.service_code, h.product_description, h.unit
  from raw.batch b
  join raw.oci_cost_hour h using (batch_id)
 where b.source = 'oci_cost_reports' and b.scope = %(tenancy_ocid)s and b.state = 'loaded' and b.loaded_at >= %(since)s
   and h.compartment_ocid = any(array(select compartment_ocid from stay))
   and h.charge_period_start >= %(first)s::date::timestamp at time zone 'UTC'
   and h.charge_period_start < (%(last)s::date + 1)::timestamp at time zone 'UTC'
   and exists (select from stay s where s.compartment_ocid = h.compartment_ocid
                                     and h.charge_period_start >= s.since and h.charge_period_start < s.until)
   and (%(tag_key)s::text is null or h.tags ->> %(tag_key)s::text = %(tag_value)s::text)
 group by 1, 2, 3, 4, 6, 7, 8
having sum(h.lines) > sum(h.corrections)
 order by 3, 2, 4, 6, 7, 8
