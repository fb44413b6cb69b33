-- What is asked about some days, one name, one run or the newest answer costs the same however much was kept before.

-- The newest answer of a source, and of one name; a run's answers; the same bytes; whether another was loaded since.
create index batch_by_moment on raw.batch (source, scope, (coalesce(observed_at, fetched_at)), batch_id)
 where loaded_at is not null;
create index batch_by_name on raw.batch (source, scope, name, (coalesce(observed_at, fetched_at)), batch_id);
create index batch_loaded_since on raw.batch (source, scope, loaded_at);
create index batch_by_hash on raw.batch (scope, sha256);
create index batch_by_run on raw.batch (run_id);
drop index raw.batch_refused_by_run;

create index oci_backup_by_time on core.oci_backup (contract_id, time_started);
create index database_dump_by_day on core.database_dump (contract_id, dump_day);
create index oci_usage_total_by_compartment on core.oci_usage_total (tenancy_ocid, compartment_ocid, usage_date);
create index ticket_by_day on core.ticket (contract_id, registered_on);
create index ticket_by_status on core.ticket (contract_id, service, status, registered_on);
create index ticket_state_since on core.ticket_state (contract_id, first_seen_at);
create index observation_open on core.observation (scope, day) where resolved_at is null;
create index observation_open_by_run on core.observation (run_id) where resolved_at is null;

-- Verdicts on a contract of a run and its steps (run_id/step): a range, in the order of bytes.
create index quality_result_of_contract on core.quality_result (contract_id, run_id collate "C")
 where contract_id is not null;

create index report_outdated on register.report (contract_id, report_number, version) where outdated_at is not null;
create index figure_of_hour_bank on register.figure (contract_id, report_number, version)
 where starts_with(figure_id, 'hour_bank.');
