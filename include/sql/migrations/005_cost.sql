-- The ledger of cost reports, their corrections and tags; compartments; the provider's own totals.
alter table raw.batch
    add column md5 text,
    add column first_interval timestamptz,
    add column last_interval timestamptz,
    add column tag_keys text[] not null default '{}',
    alter column archive_key drop not null,
    alter column sha256 drop not null,
    alter column size_bytes drop not null,
    drop constraint batch_state_check,
    add constraint batch_state_check
        check (state in ('fetched', 'validated', 'quarantined', 'unreadable', 'loaded', 'superseded')),
    add constraint batch_has_bytes check (archive_key is not null or state = 'unreadable');
comment on column raw.batch.md5 is 'MD5 of the bytes, in hexadecimal: what the provider tells in base64.';
comment on column raw.batch.first_interval is 'Start of the earliest hour that a cost report has lines of; last_interval of the latest.';
comment on column raw.batch.tag_keys is 'Tags whose values were kept when a cost report was loaded.';

alter table raw.oci_cost_hour
    add column tags jsonb not null default '{}',
    drop constraint oci_cost_hour_pkey,
    add primary key (batch_id, compartment_ocid, charge_period_start, service_code, product_description, unit,
                     currency, tags);
comment on column raw.oci_cost_hour.tags is 'Values of the tags by which some contract of the tenancy is told apart.';

create table raw.oci_cost_correction (
    batch_id             bigint not null references raw.batch on delete cascade,
    tenancy_ocid         text not null,
    charge_period_start  timestamptz not null,
    compartment_ocid     text not null,
    service_code         text not null,
    product_description  text not null,
    unit                 text not null,
    reference            text not null,
    back_reference       text not null,
    quantity             numeric not null
);
comment on table raw.oci_cost_correction is
    'Lines that amend an earlier one, one by one; raw.oci_cost_hour has their quantities in its sums already.';
create index oci_cost_correction_by_batch on raw.oci_cost_correction (batch_id);
create index oci_cost_correction_by_time on raw.oci_cost_correction (tenancy_ocid, charge_period_start);

create table core.oci_compartment (
    tenancy_ocid      text not null,
    compartment_ocid  text not null,
    parent_ocid       text not null,
    name              text not null,
    lifecycle_state   text not null,
    batch_id          bigint not null references raw.batch,
    primary key (tenancy_ocid, compartment_ocid)
);
comment on table core.oci_compartment is 'Compartments of a tenancy as last listed; those deleted stay.';

create function core.compartment_subtree(tenancy text, roots text[]) returns setof text
language sql stable as $$
    with recursive subtree as (
        select unnest(roots) as compartment_ocid
         union
        select c.compartment_ocid
          from core.oci_compartment c
          join subtree s on c.parent_ocid = s.compartment_ocid
         where c.tenancy_ocid = tenancy
    )
    select compartment_ocid from subtree
$$;
comment on function core.compartment_subtree is 'Compartments and all that lies under them; the roots alone where no tree was read.';

create table core.oci_usage_total (
    tenancy_ocid         text not null,
    usage_date           date not null,
    compartment_ocid     text not null,
    service              text not null,
    product_description  text not null,
    unit                 text not null,
    quantity             numeric not null,
    batch_id             bigint not null references raw.batch,
    primary key (tenancy_ocid, usage_date, compartment_ocid, service, product_description, unit)
);
comment on table core.oci_usage_total is 'The provider''s own daily totals (Usage API), as last answered; UTC days.';

create table core.usage_reconciliation (
    contract_id         text not null,
    usage_date          date not null,
    label               text not null,
    quantity            numeric not null,
    provider_quantity   numeric not null,
    difference          numeric not null,
    within_tolerance    boolean not null,
    run_id              text not null,
    reconciled_at       timestamptz not null default now(),
    primary key (contract_id, usage_date, label)
);
comment on table core.usage_reconciliation is
    'Our sum of a UTC day and column against the provider''s own total; difference is ours minus theirs.';
