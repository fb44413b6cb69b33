-- Grain: one UTC day, and by_hour each hour of it too, and product of a contract's compartments and all that lay under them,
--   by its tag if it has one; rows of days have no hour. A product whose name changes has its newest one on all days, where the provider tells its number.
--   One that the reports call by its number alone has the name that the provider's own totals give it.
--   A service has the name that the provider's own totals give it, by the number of the product, or where product and
--   unit are of one service on both sides; else its code.
-- Parameters: tenancy_ocid, compartment_ocids (array), tag_key, tag_value (or null), period_from, period_to (both included),
--   by_hour (boolean).
-- Re-run: reads only; an error where a month of these days was moved away.
with stay as (
    select * from core.compartment_stays(%(tenancy_ocid)s, %(compartment_ocids)s)
), place as materialized (
    select l.place_id, l.compartment_ocid
      from raw.oci_cost_place l
     where (select raw.cost_months_are_here(%(period_from)s::date, %(period_to)s::date))
       and l.tenancy_ocid = %(tenancy_ocid)s
       and l.compartment_ocid = any(array(select compartment_ocid from stay))
       and (%(tag_key)s::text is null or l.tags ->> %(tag_key)s::text = %(tag_value)s::text)
), used as materialized (
    select h.charge_period_start, h.product_id, h.quantity, h.lines > h.corrections as counts
      from place
      -- Place by place by the index, however many the planner takes them for (offset 0 keeps it from joining all at once).
      cross join lateral (select *
                            from raw.oci_cost_use u
                           where u.place_id = place.place_id
                             and u.charge_period_start >= %(period_from)s::date::timestamp at time zone 'UTC'
                             and u.charge_period_start < (%(period_to)s::date + 1)::timestamp at time zone 'UTC'
                          offset 0) h
     where exists (select from stay s where s.compartment_ocid = place.compartment_ocid
                                        and h.charge_period_start >= s.since and h.charge_period_start < s.until)
), product as materialized (
    -- Texts are compared product by product: hours are many.
    select p.product_id, p.service_code, p.product_sku, p.unit,
           case when p.product_sku = '' then p.product_description
                else first_value(p.product_description) over (partition by p.service_code, p.product_sku, p.unit
                                                              order by of_product.last desc, p.product_description)
            end as product_description
      from (select product_id, max(charge_period_start) as last from used group by 1) of_product
      join raw.oci_cost_product p using (product_id)
), called as materialized (
    -- A product that is known by its number alone has the one name that the provider's totals give it in these days.
    select p.product_sku, min(t.product_description) as product_description
      from (select distinct product_sku from product where product_sku <> '' and product_description = product_sku) p
      join core.oci_usage_total t on t.tenancy_ocid = %(tenancy_ocid)s and t.product_sku = p.product_sku
                                 and t.usage_date between %(period_from)s and %(period_to)s and t.product_description <> ''
     group by 1
    having min(t.product_description) = max(t.product_description)
), of_number as materialized (
    select product_sku, one.service
      from (select distinct product_sku from product where product_sku <> '') number
      cross join lateral (select (select min(t.service) from core.oci_usage_total t
                                   where t.tenancy_ocid = %(tenancy_ocid)s and t.service <> '' and t.product_sku <> ''
                                     and t.product_sku = number.product_sku) as service,
                                 (select max(t.service) from core.oci_usage_total t
                                   where t.tenancy_ocid = %(tenancy_ocid)s and t.service <> '' and t.product_sku <> ''
                                     and t.product_sku = number.product_sku) as last) one
     where one.service = one.last
), of_name as materialized (
    select product_description, unit, one.service
      from (select product_description, unit from product group by 1, 2 having count(distinct service_code) = 1) name
      cross join lateral (select (select min(t.service) from core.oci_usage_total t
                                   where t.tenancy_ocid = %(tenancy_ocid)s and t.service <> ''
                                     and t.product_description = name.product_description and t.unit = name.unit) as service,
                                 (select max(t.service) from core.oci_usage_total t
                                   where t.tenancy_ocid = %(tenancy_ocid)s and t.service <> ''
                                     and t.product_description = name.product_description and t.unit = name.unit) as last) one
     where one.service = one.last
), named as materialized (
    select product_id, service_code, product_description, unit,
           dense_rank() over (order by service_code, product_description, unit) as place
      from (select product_id, coalesce(of_number.service, of_name.service, service_code) as service_code,
                   coalesce(case when product.product_description = product_sku then called.product_description end,
                            product.product_description) as product_description,
                   product.unit
              from product
              left join called using (product_sku)
              left join of_number using (product_sku)
              left join of_name on of_name.product_description = product.product_description and of_name.unit = product.unit
           ) told
), of_hour as materialized (
    select charge_period_start, (charge_period_start at time zone 'UTC')::date as usage_date, named.place,
           sum(quantity) as quantity, bool_or(counts) as counts
      from used join named using (product_id)
     group by 1, 2, 3
), of_day as materialized (
    select usage_date, count(distinct charge_period_start) filter (where counts)::integer as hours from of_hour group by 1
), of_place as materialized (
    select distinct place, service_code, product_description, unit from named
)
select usage_date, service_code, product_description, unit, quantity, told.hours, of_day.hours as hours_of_day, hour
  from (select usage_date, place, sum(quantity) as quantity, count(*) filter (where counts)::integer as hours,
               null::timestamptz as hour
          from of_hour
         group by 1, 2
         union all
        select usage_date, place, quantity, counts::integer, charge_period_start from of_hour where %(by_hour)s::boolean) told
  join of_day using (usage_date)
  join of_place using (place)
 order by usage_date, place, hour
