-- core: the facts that reports are computed from.
create schema if not exists core;

-- A view, so that a correction can never leave a day stale.
create view core.oci_usage_daily as
select tenancy_ocid,
       compartment_ocid,
       (charge_period_start at time zone 'UTC')::date as usage_date,
       service_code,
       product_description,
       unit,
       currency,
       sum(quantity) as quantity,
       sum(cost) as cost,
       count(distinct charge_period_start) filter (where lines > corrections)::integer as hours
  from raw.oci_cost_hour
 group by 1, 2, 3, 4, 5, 6, 7;
comment on view core.oci_usage_daily is 'Billed quantity by UTC day, compartment and product, with the hours that have lines.';

create table core.metric_point (
    contract_id    text not null,
    resource_name  text not null,
    namespace      text not null,
    metric_name    text not null,
    hour           timestamptz not null,
    value          numeric not null,
    batch_id       bigint not null references raw.batch,
    primary key (contract_id, resource_name, namespace, metric_name, hour)
);
comment on table core.metric_point is 'Hourly mean of a metric; hour is the start of the interval, UTC.';

create table core.oci_backup (
    contract_id                   text not null,
    backup_ocid                   text not null,
    database_ocid                 text not null,
    display_name                  text not null,
    lifecycle_state               text not null,
    type                          text not null,
    backup_destination_type       text,
    is_using_oracle_managed_keys  boolean,
    version                       text,
    time_expiry_scheduled         timestamptz,
    time_started                  timestamptz not null,
    time_ended                    timestamptz,
    batch_id                      bigint not null references raw.batch,
    primary key (contract_id, backup_ocid)
);
comment on table core.oci_backup is 'Backups as last listed. The provider''s listing shrinks; rows here stay.';

create table core.database_dump (
    contract_id  text not null,
    file_name    text not null,
    dump_day     date not null,
    size_bytes   bigint not null,
    modified_at  timestamptz not null,
    batch_id     bigint not null references raw.batch,
    primary key (contract_id, file_name)
);
comment on table core.database_dump is 'Dump files as last listed; dump_day is the day in the file''s name.';

create table core.ticket (
    contract_id    text not null,
    ticket_id      text not null,
    service        text not null check (service in ('support', 'warranty')),
    registered_on  date,
    status         text not null,
    product        text not null,
    module         text not null,
    process        text not null,
    subprocess     text not null,
    summary        text,
    batch_id       bigint not null references raw.batch,
    primary key (contract_id, ticket_id)
);
comment on table core.ticket is 'Help-desk requests as last exported; registered_on is a Bogotá day.';

create table core.hour_bank_entry (
    contract_id      text not null,
    position         integer not null,
    request          text not null,
    production_date  date,
    estimated_hours  numeric not null,
    status           text not null,
    batch_id         bigint not null references raw.batch,
    primary key (contract_id, position)
);
comment on table core.hour_bank_entry is 'Requests charged to the hour bank, as last exported in full.';

create table core.quality_result (
    result_id   bigint generated always as identity primary key,
    run_id      text not null,
    contract_id text,
    batch_id    bigint references raw.batch,
    check_id    text not null,
    subject     text not null,
    severity    text not null check (severity in ('blocking', 'warning')),
    passed      boolean not null,
    detail      text not null,
    checked_at  timestamptz not null default now()
);
comment on table core.quality_result is 'Every verdict of every check, by run; a re-run adds its own.';
create index quality_result_by_run on core.quality_result (run_id);
create index quality_result_by_batch on core.quality_result (batch_id);
