-- Grain: one backup, by the UTC day of its start.
-- Parameters: contract_id, period_from, period_to (UTC days, both included).
-- Re-run: reads only.
select backup_ocid, database_ocid, display_name, lifecycle_state, type, backup_destination_type,
       is_using_oracle_managed_keys, version, time_expiry_scheduled, time_started, time_ended,
       database_size_in_gbs, retention_period_in_days, retention_period_in_years
  from core.oci_backup
 where contract_id = %(contract_id)s
   and time_started >= %(period_from)s::timestamp at time zone 'UTC'
   and time_started < (%(period_to)s::date + 1)::timestamp at time zone 'UTC'
 order by time_started, backup_ocid
