-- Lines of cost reports that are in no sum, what tells the text of a report from others, and the numbers of products.
create table raw.oci_cost_line_aside (
    batch_id          bigint not null references raw.batch on delete cascade,
    tenancy_ocid      text not null,
    day               date,
    compartment_ocid  text,
    line              integer not null,
    lines             integer not null,
    told              text not null,
    product           text not null,
    unit              text not null,
    quantity          numeric,
    is_charge         boolean not null
);
comment on table raw.oci_cost_line_aside is
    'Lines of a cost report that are in no sum, by reason, compartment, day (UTC) and product; line is the first of them.';
comment on column raw.oci_cost_line_aside.compartment_ocid is 'Null where the lines do not tell it: they may be anybody''s.';
comment on column raw.oci_cost_line_aside.is_charge is 'Nothing is wrong with them: they charge something that is no use.';
create index oci_cost_line_aside_by_batch on raw.oci_cost_line_aside (batch_id);
create index oci_cost_line_aside_by_day on raw.oci_cost_line_aside (tenancy_ocid, day);

create table raw.oci_cost_text (
    batch_id  bigint primary key references raw.batch on delete cascade,
    text_sum  text not null
);
comment on table raw.oci_cost_text is
    'Length and sums of what a cost report unpacks to: the same lines packed in another way have the same ones.';
create index oci_cost_text_by_sum on raw.oci_cost_text (text_sum);

alter table raw.oci_cost_hour add column product_sku text not null default '';
comment on column raw.oci_cost_hour.product_sku is 'The provider''s number of the product; it stays where the name changes.';
