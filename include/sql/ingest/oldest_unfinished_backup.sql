-- Grain: the UTC day on which the oldest backup of a contract started that had not ended when it was last listed; null when
--   there is none.
-- Parameters: contract_id. Re-run: reads only. Grows with the backups of the contract.
-- One that was good stays so while it is changed or restored from; one that was never seen so is looked at until it is.
select min(time_started at time zone 'UTC')::date
  from core.oci_backup
 where contract_id = %(contract_id)s and lifecycle_state in ('CREATING', 'CANCELING', 'UPDATING', 'RESTORING')
