-- Grain: one day and column of the provider's totals of a contract's compartments and all under them; without quantity
--   where the provider gave none for a part of it.
-- Parameters: tenancy_ocid, compartment_ocids (array), first, last (UTC days, both included).
-- Re-run: reads only.
with stay as (
    select * from core.compartment_stays(%(tenancy_ocid)s, %(compartment_ocids)s)
)
select usage_date, service, product_description, unit, case when count(*) = count(quantity) then sum(quantity) end as quantity
  from core.oci_usage_total t
 where tenancy_ocid = %(tenancy_ocid)s
   and exists (select from stay s where s.compartment_ocid = t.compartment_ocid
                                     and t.usage_date::timestamp at time zone 'UTC' >= s.since
                                     and t.usage_date::timestamp at time zone 'UTC' < s.until)
   and usage_date between %(first)s and %(last)s
 group by 1, 2, 3, 4
 order by 1, 2, 3, 4
