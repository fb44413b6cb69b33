-- Grain: one month, compartment, set of tags and product of a tenancy.
-- Parameters: tenancy_ocid, first, last (UTC days, both included).
-- Re-run: reads only; an error where a month of these days was moved away.
select date_trunc('month', h.charge_period_start at time zone 'UTC')::date as month,
       h.compartment_ocid, h.tags, h.service_code, h.product_description, h.unit,
       sum(h.quantity) as quantity
  from raw.oci_cost_hour h
 where (select raw.cost_months_are_here(%(first)s::date, %(last)s::date))
   and h.tenancy_ocid = %(tenancy_ocid)s
   and h.charge_period_start >= %(first)s::date::timestamp at time zone 'UTC'
   and h.charge_period_start < (%(last)s::date + 1)::timestamp at time zone 'UTC'
 group by 1, 2, 3, 4, 5, 6
 order by 1, 2, 3, 4, 5, 6
