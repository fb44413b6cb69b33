-- The provider may give no number for a total: that is no zero.
alter table core.oci_usage_total alter column quantity drop not null;
comment on column core.oci_usage_total.quantity is 'Null where the provider''s answer has none.';
