-- Grain: one day, compartment and product of the provider's totals.
-- Parameters: the columns of core.oci_usage_total, tenancy as scope.
-- Re-run: the caller deletes the window first, in the same transaction; items of one grain add up.
insert into core.oci_usage_total (tenancy_ocid, usage_date, compartment_ocid, service, product_description, unit,
                                  quantity, batch_id)
values (%(scope)s, %(usage_date)s, %(compartment_ocid)s, %(service)s, %(product_description)s, %(unit)s,
        %(quantity)s, %(batch_id)s)
on conflict (tenancy_ocid, usage_date, compartment_ocid, service, product_description, unit) do update
   set quantity = core.oci_usage_total.quantity + excluded.quantity
