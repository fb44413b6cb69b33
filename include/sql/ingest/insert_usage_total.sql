-- Grain: one day, compartment and product of the provider's totals, unless a later answer tells of the day.
-- Parameters: the columns of core.oci_usage_total, tenancy as scope, told_at (the moment that the answer tells of).
-- Re-run: the caller deletes the window first, in the same transaction; items of one grain add up.
insert into core.oci_usage_total (tenancy_ocid, usage_date, compartment_ocid, service, product_description, unit,
                                  product_sku, quantity, batch_id)
select %(scope)s, %(usage_date)s, %(compartment_ocid)s, %(service)s, %(product_description)s, %(unit)s,
       %(product_sku)s, %(quantity)s, %(batch_id)s
 where not exists (select from raw.batch later
                    where later.source = 'oci_usage' and later.scope = %(scope)s and later.state = 'loaded'
                      and later.loaded_at is not null
                      and coalesce(later.observed_at, later.fetched_at) > %(told_at)s
                      and %(usage_date)s::date between later.window_from and later.window_to)
on conflict (tenancy_ocid, usage_date, compartment_ocid, service, product_description, unit, product_sku) do update
   set quantity = core.oci_usage_total.quantity + excluded.quantity
