-- raw: what was fetched, as it came. One row of raw.batch is one archived answer of a source.
create schema if not exists raw;

create table raw.batch (
    batch_id     bigint generated always as identity primary key,
    source       text not null,
    scope        text not null,               -- tenancy OCID, or contract id
    name         text not null,               -- object name, or what was asked for
    etag         text,
    archive_key  text not null,
    sha256       text not null,
    size_bytes   bigint not null,
    window_from  date,
    window_to    date,
    row_count    integer,
    state        text not null default 'fetched'
                 check (state in ('fetched', 'validated', 'quarantined', 'loaded', 'superseded')),
    reason       text,
    run_id       text not null,
    fetched_at   timestamptz not null default now(),
    loaded_at    timestamptz,
    unique (source, scope, name, run_id)
);
comment on table raw.batch is 'Ledger of source answers: their bytes in the archive, what became of them, by which run.';

-- A source object is loaded once: a newer answer under its name supersedes the older one.
create unique index batch_loaded_once on raw.batch (source, scope, name)
    where state = 'loaded' and source = 'oci_cost_reports';
create index batch_by_source on raw.batch (source, scope, state, fetched_at);

create table raw.oci_cost_hour (
    batch_id             bigint not null references raw.batch on delete cascade,
    tenancy_ocid         text not null,
    charge_period_start  timestamptz not null,
    compartment_ocid     text not null,
    service_code         text not null,
    product_description  text not null,
    unit                 text not null,
    currency             text not null,
    quantity             numeric not null,
    cost                 numeric not null,
    lines                integer not null,
    corrections          integer not null,
    primary key (batch_id, compartment_ocid, charge_period_start, service_code, product_description, unit, currency)
);
comment on table raw.oci_cost_hour is
    'Lines of one cost report added up by hour (UTC), compartment and product. Corrections are rows of their own: sum all.';
create index oci_cost_hour_by_compartment on raw.oci_cost_hour (tenancy_ocid, compartment_ocid, charge_period_start);
