-- What was collected of some days: of contracts that are looked at, and with fewer hours of their neighbours.
-- Parameters: looked_at (contracts), ids and compartments (of all, in one order), tenancy, last (day), days, series.
-- One statement ends where a line ends with a semicolon. What it makes for itself ends with the session.
create temp table of as
select number, contract_id, compartment_ocid, contract_id = any(%(looked_at)s) as looked_at,
       case when contract_id = any(%(looked_at)s) then interval '1 hour' else interval '6 hours' end as every
  from unnest(%(ids)s::text[], %(compartments)s::text[]) with ordinality each(contract_id, compartment_ocid, number);
create temp table before as select coalesce(max(batch_id), 0) as batch_id from raw.batch;
create temp table day as
select d::date as day, (d + interval '1 day 5 hours') at time zone 'UTC' as read_at
  from generate_series(%(last)s::date - (%(days)s - 1), %(last)s::date::timestamp, interval '1 day') d;

insert into raw.batch (source, scope, name, etag, archive_key, sha256, md5, size_bytes, window_from, window_to, row_count,
                       state, run_id, fetched_at, loaded_at, first_interval, last_interval)
select 'oci_cost_reports', %(tenancy)s, 'reports/' || day || '-' || part, 'e', 'k', md5(day::text || part), 'm', 1,
       day - 2, day, 1, 'loaded', 'cost-' || day, read_at, read_at + interval '1 minute',
       day::timestamp at time zone 'UTC' + part * interval '6 hours',
       day::timestamp at time zone 'UTC' + part * interval '6 hours' + interval '5 hours'
  from day, generate_series(0, 3) part;
insert into raw.batch (source, scope, name, archive_key, sha256, size_bytes, window_from, window_to, row_count, state,
                       run_id, fetched_at, loaded_at)
select source, %(tenancy)s, source, 'k', md5(source || day), 1, case source when 'oci_usage' then day - 2 end,
       case source when 'oci_usage' then day end, 1, 'loaded', source || day, read_at, read_at + interval '1 minute'
  from day, unnest('{oci_usage,oci_compartments}'::text[]) source
 where source = 'oci_usage' or day = (select min(day) from day);
insert into raw.batch (source, scope, name, archive_key, sha256, size_bytes, window_from, window_to, row_count, state,
                       run_id, fetched_at, loaded_at)
select source, contract_id, name, 'k', case when whole then 'same' else md5(name || day) end, 1,
       case when not whole then day - 2 end, case when not whole then day end, 1, 'loaded', source || day, read_at,
       read_at + interval '1 minute'
  from of, day,
       (select 'oci_metrics' as source, name, false as whole from unnest(%(series)s::text[]) name
         union all
        select name, name, name in ('hour_bank', 'contract_records')
          from unnest('{oci_backups,database_dumps,tickets,hour_bank,contract_records}'::text[]) name) asked
 where looked_at or source <> 'oci_metrics' or name = (%(series)s::text[])[1];
insert into raw.listing (source, scope, run_id, window_from, window_to, listed_at)
select 'oci_cost_reports', %(tenancy)s, 'cost-' || day, day - 2, day, read_at from day;

create temp table batch as
select batch_id, source, scope, name, window_to as day, first_interval as begins from raw.batch
 where batch_id > (select batch_id from before);
create index on batch (source, scope, day);
analyze batch;

insert into core.oci_compartment (tenancy_ocid, compartment_ocid, parent_ocid, name, lifecycle_state, batch_id)
select %(tenancy)s, compartment_ocid, %(tenancy)s, contract_id, 'ACTIVE', (select min(batch_id) from batch) from of
    on conflict do nothing;
insert into raw.oci_cost_place (tenancy_ocid, compartment_ocid, tags)
select %(tenancy)s, compartment_ocid, '{}' from of
    on conflict do nothing;
insert into raw.oci_cost_product (service_code, product_sku, product_description, unit, currency)
select 'DATABASE', '', 'Product ' || product, 'OCPU Hours', 'USD' from generate_series(1, 2) product
    on conflict do nothing;
select raw.ensure_cost_month(month::date) from (select distinct date_trunc('month', begins at time zone 'UTC') as month
                                                  from batch where source = 'oci_cost_reports') each;
insert into raw.oci_cost_use (charge_period_start, batch_id, place_id, product_id, lines, corrections, quantity, cost)
select hour, batch_id, place_id, product_id, 1, 0, 1, 1
  from batch, of join raw.oci_cost_place using (compartment_ocid),
       generate_series(begins, begins + interval '5 hours', every) hour, raw.oci_cost_product
 where source = 'oci_cost_reports' and service_code = 'DATABASE';
insert into raw.oci_cost_text (batch_id, text_sum)
select batch_id, md5(batch_id::text) from batch where source = 'oci_cost_reports';
insert into raw.oci_cost_correction (batch_id, tenancy_ocid, charge_period_start, compartment_ocid, service_code,
                                     product_description, unit, reference, back_reference, quantity)
select batch_id, %(tenancy)s, begins, compartment_ocid, 'DATABASE', 'Product 1', 'OCPU Hours', day || contract_id, 'b', -1
  from batch, of
 where source = 'oci_cost_reports' and extract(day from day) = 1;
insert into core.oci_usage_total (tenancy_ocid, usage_date, compartment_ocid, service, product_description, unit,
                                  quantity, batch_id)
select %(tenancy)s, day, compartment_ocid, 'DATABASE', 'Product ' || product, 'OCPU Hours', 24, batch_id
  from batch, of, generate_series(1, 2) product
 where source = 'oci_usage';
insert into core.metric_point (contract_id, resource_name, namespace, metric_name, hour, value, batch_id)
select contract_id, split_part(name, '/', 1), split_part(name, '/', 2), split_part(name, '/', 3), hour, 1, batch_id
  from batch join of on scope = contract_id,
       generate_series(day::timestamp at time zone 'UTC', day::timestamp at time zone 'UTC' + interval '23 hours', every) hour
 where source = 'oci_metrics';
insert into core.oci_backup (contract_id, backup_ocid, database_ocid, display_name, lifecycle_state, type, time_started,
                             time_ended, batch_id)
select scope, 'ocid' || day || scope, 'd', 'backup', 'ACTIVE', 'INCREMENTAL', day::timestamp at time zone 'UTC',
       day::timestamp at time zone 'UTC' + interval '1 hour', batch_id
  from batch
 where source = 'oci_backups';
insert into core.database_dump (contract_id, file_name, dump_day, size_bytes, modified_at, batch_id)
select scope, day || '.gz', day, 1, day::timestamp at time zone 'UTC' + interval '8 hours', batch_id
  from batch
 where source = 'database_dumps';
insert into core.ticket (contract_id, ticket_id, service, registered_on, status, product, module, process, subprocess,
                         batch_id)
select scope, day || '-' || ticket, 'support', day, 'Terminado', 'p', 'm', 'p', 's', batch_id
  from batch, generate_series(1, 2) ticket
 where source = 'tickets';
insert into core.ticket_state (contract_id, ticket_id, status, first_seen_at, last_seen_at, registered_on, batch_id)
select contract_id, ticket_id, case state when 0 then 'Activo' else status end,
       registered_on + state + time '20:00' at time zone 'UTC', registered_on + state + time '21:00' at time zone 'UTC',
       registered_on, batch_id
  from core.ticket join batch using (batch_id), generate_series(0, 1) state;
insert into core.hour_bank_entry (contract_id, position, request, production_date, estimated_hours, status, batch_id)
select scope, position, 'request ' || position, day - 10, 1, 'Terminado', batch_id
  from batch, generate_series(1, 20) position
 where source = 'hour_bank' and batch_id in (select max(batch_id) from batch where source = 'hour_bank' group by scope)
    on conflict do nothing;

insert into core.quality_result (run_id, batch_id, check_id, subject, severity, passed, detail, checked_at)
select 'run-' || batch_id, batch_id, 'check.' || number, scope || '/' || name, 'blocking', true, 'all', now()
  from batch, generate_series(1, 1) number;
insert into core.quality_result (run_id, contract_id, check_id, subject, severity, passed, detail, checked_at)
select 'cost-' || day || '/review', contract_id, 'reconciliation', contract_id, 'warning', true, 'all', read_at
  from of, day;
insert into core.observation (kind, scope, subject, day, severity, detail, run_id, resolved_at)
select 'usage.day_missing', contract_id, 'use', day, 'warning', 'nothing', 'run-' || day, read_at from of, day
    on conflict do nothing;
insert into core.usage_reconciliation (contract_id, usage_date, label, quantity, provider_quantity, difference,
                                       within_tolerance, run_id)
select contract_id, day, 'Product ' || product, 24, 24, 0, true, 'run-' || day from of, day, generate_series(1, 2) product
    on conflict do nothing
