-- The past of one contract and its neighbours. Parameters: contract, tenancy, compartment, last (day), days, contracts,
-- series, numbers, first_days, last_days (arrays). One statement ends where a line ends with a semicolon.
create temp table of as
select number, case number when 1 then %(contract)s else 'neighbour-' || number end as contract_id,
       case number when 1 then %(compartment)s else 'ocid1.compartment.oc1..n' || number end as compartment_ocid,
       case number when 1 then interval '1 hour' else interval '6 hours' end as every
  from generate_series(1, %(contracts)s) number;
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
 where number = 1 or source <> 'oci_metrics' or name = (%(series)s::text[])[1];
insert into raw.listing (source, scope, run_id, window_from, window_to, listed_at)
select 'oci_cost_reports', %(tenancy)s, 'cost-' || day, day - 2, day, read_at from day;

create temp table batch as
select batch_id, source, scope, name, window_to as day, first_interval as begins from raw.batch
 where fetched_at <= (select max(read_at) from day);
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
  from core.ticket, generate_series(0, 1) state
 where registered_on <= %(last)s;
insert into core.hour_bank_entry (contract_id, position, request, production_date, estimated_hours, status, batch_id)
select scope, position, 'request ' || position, day - 10, 1, 'Terminado', batch_id
  from batch, generate_series(1, 20) position
 where source = 'hour_bank' and batch_id in (select max(batch_id) from batch where source = 'hour_bank' group by scope)
    on conflict do nothing;

insert into core.quality_result (run_id, batch_id, check_id, subject, severity, passed, detail, checked_at)
select 'run-' || batch_id, batch_id, 'check.' || number, scope || '/' || name, 'blocking', true, 'all', now()
  from batch, generate_series(1, 3) number;
insert into core.quality_result (run_id, contract_id, check_id, subject, severity, passed, detail, checked_at)
select 'cost-' || day || '/review', contract_id, 'reconciliation', contract_id, 'warning', true, 'all', read_at
  from of, day;
insert into core.observation (kind, scope, subject, day, severity, detail, run_id, resolved_at)
select 'usage.day_missing', contract_id, 'use', day, 'warning', 'nothing', 'run-' || day, read_at from of, day
    on conflict do nothing;
insert into core.usage_reconciliation (contract_id, usage_date, label, quantity, provider_quantity, difference,
                                       within_tolerance, run_id)
select contract_id, day, 'Product ' || product, 24, 24, 0, true, 'run-' || day from of, day, generate_series(1, 2) product
    on conflict do nothing;

create temp table report as
select contract_id, report_number, first_day, last_day, (last_day + 1)::timestamp at time zone 'UTC' as issued_at,
       row_number() over (order by last_day, number) as nth
  from of, unnest(%(numbers)s::text[], %(first_days)s::date[], %(last_days)s::date[]) p(report_number, first_day, last_day);
insert into register.report (contract_id, report_number, version, run_id, claimed_at, registered_at, archived_at, state,
                             period_from, period_to)
select contract_id, report_number, 1, 'close-' || report_number, issued_at, issued_at, issued_at, 'sent', first_day,
       last_day
  from report;
insert into register.figure (contract_id, report_number, version, position, figure_id, value, unit, source)
select contract_id, report_number, 1, position,
       case when position < 4 then 'hour_bank.' else 'usage.' end || position, 1, 'hours', 'hour_bank'
  from report, generate_series(1, 100) position;
insert into register.document (contract_id, report_number, version, position, kind, title, code, file_name, media_type,
                               sha256, size_bytes, blob_key, archive_key)
select contract_id, report_number, 1, position, 'kind-' || position, 't', 'c', position || '.pdf', 'application/pdf', 's',
       1, 'b', 'a' || position
  from report, generate_series(1, 4) position;
insert into register.delivery (contract_id, report_number, version, message_id, recipient, message_key, state, sent_at)
select contract_id, report_number, 1, contract_id || report_number, 'r', 'k', 'sent', issued_at from report;
insert into core.report_review (contract_id, report_number, version, reviewed_at)
select contract_id, report_number, 1, (select max(read_at) from day) - interval '3 hours' from report;
insert into core.calendar (contract_id, report_number, cut_off, file_name)
select contract_id, report_number, issued_at, 'f' from report;
insert into core.publication (contract_id, report_number, run_id)
select contract_id, report_number, 'close-' || report_number from report;
insert into core.quality_result (run_id, contract_id, check_id, subject, severity, passed, detail, checked_at)
select 'close-' || report_number, contract_id, 'check.' || number, report_number, 'warning', number > 2, 'all', issued_at
  from report, generate_series(1, 30) number;
insert into register.event (position, body, sha256)
select position, body, md5(body)
  from (select 10 * (nth - 1) + step as position,
               jsonb_build_object('position', 10 * (nth - 1) + step, 'previous', '', 'at', issued_at,
                                  'event', (array['claimed', 'computed', 'drafted', 'approved', 'signed', 'archived',
                                                  'queued', 'sending', 'sent', 'noted'])[step],
                                  'contract_id', contract_id, 'report_number', report_number, 'version', 1,
                                  'state', 'sent')::text as body
          from report, generate_series(1, 10) step) told
 order by position;
insert into register.archived_event (position) select position from register.event
