-- Grain: one UTC day and product of a contract's compartments.
-- Parameters: tenancy_ocid, compartment_ocids (array), period_from, period_to (both included).
-- Re-run: reads only.
select d.usage_date, d.service_code, d.product_description, d.unit, sum(d.quantity) as quantity, max(d.hours) as hours
  from core.oci_usage_daily d
 where d.tenancy_ocid = %(tenancy_ocid)s
   and d.compartment_ocid = any(%(compartment_ocids)s)
   and d.usage_date between %(period_from)s and %(period_to)s
 group by d.usage_date, d.service_code, d.product_description, d.unit
 order by d.usage_date, d.service_code, d.product_description, d.unit
