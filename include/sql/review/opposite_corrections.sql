-- Grain: one back reference whose corrections do not look additive: all have the sign of what they amend (a correction
-- that is known, or a billed quantity, which is positive), or there are several of one sign.
-- Parameters: tenancy_ocid, first, last (UTC days, both included).
-- Re-run: reads only.
select c.back_reference,
       min(c.charge_period_start at time zone 'UTC')::date as day,
       min(c.service_code) as service_code,
       min(c.product_description) as product_description,
       min(c.unit) as unit,
       count(*)::integer as corrections,
       sum(c.quantity) as quantity
  from raw.oci_cost_correction c
  left join lateral (select max(a.quantity) as quantity from raw.oci_cost_correction a
                      where a.tenancy_ocid = c.tenancy_ocid and a.charge_period_start = c.charge_period_start
                        and a.reference = c.back_reference) amended on true
 where c.tenancy_ocid = %(tenancy_ocid)s
   and c.back_reference <> ''
   and c.charge_period_start >= %(first)s::date::timestamp at time zone 'UTC'
   and c.charge_period_start < (%(last)s::date + 1)::timestamp at time zone 'UTC'
   and c.quantity <> 0
 group by c.back_reference
having count(distinct sign(c.quantity)) = 1
   and (count(*) > 1 or sign(min(c.quantity)) = sign(coalesce(max(amended.quantity), 1)))
 order by 1
