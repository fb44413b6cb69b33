-- What lines that are in no sum cost: of a tax, a credit or a purchase it is all that they say.
alter table raw.oci_cost_line_aside
    add column cost      numeric,
    add column currency  text not null default '';
comment on column raw.oci_cost_line_aside.cost is
    'In currency, with its sign; null where the lines do not tell it, or were kept before it was.';
