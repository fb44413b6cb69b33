-- Grain: one product of some services. Parameters: service_codes.
-- Grows with: the products of these services.
-- Re-run: reads only.
select service_code, product_sku, product_description, unit, currency, product_id
  from raw.oci_cost_product
 where service_code = any(%(service_codes)s)
