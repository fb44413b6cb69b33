-- Grain: one correction of a contract's use that a cost report brought since a moment.
-- Parameters: tenancy_ocid, compartment_ocids (array), first, last (UTC days, both included), since.
-- Re-run: reads only.
select b.source, b.name, b.loaded_at,
       (c.charge_period_start at time zone 'UTC')::date as first, (c.charge_period_start at time zone 'UTC')::date as last,
       c.service_code, c.product_description, c.unit, c.quantity, c.reference, c.back_reference
  from raw.batch b
  join raw.oci_cost_correction c using (batch_id)
 where b.source = 'oci_cost_reports' and b.scope = %(tenancy_ocid)s and b.state = 'loaded' and b.loaded_at >= %(since)s
   and c.compartment_ocid = any(array(select compartment_ocid from core.compartment_stays(%(tenancy_ocid)s, %(compartment_ocids)s)))
   and c.charge_period_start >= %(first)s::date::timestamp at time zone 'UTC'
   and c.charge_period_start < (%(last)s::date + 1)::timestamp at time zone 'UTC'
 order by 3, 2, 4, c.reference
