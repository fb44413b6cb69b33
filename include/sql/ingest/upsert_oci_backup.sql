-- Grain: one backup of a contract's database.
-- Parameters: the columns of core.oci_backup, contract as scope, told_at (the moment that the listing tells of), good (the
--   state of a good backup), gone (array: states that it may come to, or be told in late).
-- Re-run: writes the same row again; what the later listing says stays, and none deletes. A good backup that is deleted
--   later stays as it was when it was good, whichever listing is loaded first.
insert into core.oci_backup as held (contract_id, backup_ocid, database_ocid, display_name, lifecycle_state, type,
                             backup_destination_type, is_using_oracle_managed_keys, version, time_expiry_scheduled,
                             time_started, time_ended, database_size_in_gbs, retention_period_in_days,
                             retention_period_in_years, batch_id)
values (%(scope)s, %(backup_ocid)s, %(database_ocid)s, %(display_name)s, %(lifecycle_state)s, %(type)s,
        %(backup_destination_type)s, %(is_using_oracle_managed_keys)s, %(version)s, %(time_expiry_scheduled)s,
        %(time_started)s, %(time_ended)s, %(database_size_in_gbs)s, %(retention_period_in_days)s,
        %(retention_period_in_years)s, %(batch_id)s)
on conflict (contract_id, backup_ocid) do update
   set database_ocid = excluded.database_ocid,
       display_name = excluded.display_name,
       lifecycle_state = excluded.lifecycle_state,
       type = excluded.type,
       backup_destination_type = excluded.backup_destination_type,
       is_using_oracle_managed_keys = excluded.is_using_oracle_managed_keys,
       version = excluded.version,
       time_expiry_scheduled = excluded.time_expiry_scheduled,
       time_started = excluded.time_started,
       time_ended = excluded.time_ended,
       database_size_in_gbs = excluded.database_size_in_gbs,
       retention_period_in_days = excluded.retention_period_in_days,
       retention_period_in_years = excluded.retention_period_in_years,
       batch_id = excluded.batch_id
 where case
           when held.lifecycle_state = %(good)s and excluded.lifecycle_state = any(%(gone)s) then false
           when held.lifecycle_state = any(%(gone)s) and excluded.lifecycle_state = %(good)s then true
           else %(told_at)s >= (select coalesce(observed_at, fetched_at) from raw.batch
                                 where batch_id = held.batch_id)
       end
