-- Grain: one day and column of the provider's totals of a contract's compartments and all under them; without quantity
--   where the provider gave none for a part of it. As in the use that they prove, a product whose name changes has its newest
--   one on all days, where the provider tells its number.
-- Parameters: tenancy_ocid, compartment_ocids (array), first, last (UTC days, both included).
-- Re-run: reads only.
with stay as (
    select * from core.compartment_stays(%(tenancy_ocid)s, %(compartment_ocids)s)
), own as materialized (
    select t.*
      from core.oci_usage_total t
     where tenancy_ocid = %(tenancy_ocid)s
       and exists (select from stay s where s.compartment_ocid = t.compartment_ocid
                                         and t.usage_date::timestamp at time zone 'UTC' >= s.since
                                         and t.usage_date::timestamp at time zone 'UTC' < s.until)
       and usage_date between %(first)s and %(last)s
), told as (
    select usage_date, service, unit, quantity,
           case when product_sku = '' then product_description
                else first_value(product_description) over (partition by service, product_sku, unit
                                                            order by usage_date desc, product_description)
            end as product_description
      from own
)
select usage_date, service, product_description, unit, case when count(*) = count(quantity) then sum(quantity) end as quantity
  from told
 group by 1, 2, 3, 4
 order by 1, 2, 3, 4
