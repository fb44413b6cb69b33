-- Grain: one product in a currency.
-- Parameters: products (JSON: service_code, product_sku, product_description, unit, currency).
-- Grows with: the products of a report.
-- Re-run: what is known stays, without a number being used up; in order, so that two loads wait and do not block each other.
insert into raw.oci_cost_product (service_code, product_sku, product_description, unit, currency)
select g.*
  from jsonb_to_recordset(%(products)s::jsonb)
       as g(service_code text, product_sku text, product_description text, unit text, currency text)
 where not exists (select from raw.oci_cost_product p
                    where (p.service_code, p.product_sku, p.product_description, p.unit, p.currency)
                        = (g.service_code, g.product_sku, g.product_description, g.unit, g.currency))
 order by 1, 2, 3, 4, 5
on conflict do nothing
