-- The provider's totals say the number of the product: a service is known by it, whatever the product is called.
alter table core.oci_usage_total
    add column product_sku text not null default '',
    drop constraint oci_usage_total_pkey,
    add primary key (tenancy_ocid, usage_date, compartment_ocid, service, product_description, unit, product_sku);
comment on column core.oci_usage_total.product_sku is 'The provider''s number of the product; empty where it gives none.';

-- How the provider calls the service of a product, however long the history: the first and the last of its names.
create index oci_usage_total_by_sku on core.oci_usage_total (tenancy_ocid, product_sku, service)
 where service <> '' and product_sku <> '';
create index oci_usage_total_by_product on core.oci_usage_total (tenancy_ocid, product_description, unit, service)
 where service <> '';
