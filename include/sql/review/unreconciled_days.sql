-- Grain: the first and last UTC day that answers tell of which came since a contract was last reconciled, or are of this
--   run: cost reports by their lines, totals by the days they were asked for.
-- Parameters: contract_id, tenancy_ocid, batch_ids (array). Re-run: reads only. Grows with what came since; of a contract
--   that has never used anything, with its tenancy's answers.
select least(min(first_interval at time zone 'UTC')::date, min(window_from) filter (where source = 'oci_usage')),
       greatest(max(last_interval at time zone 'UTC')::date, max(window_to) filter (where source = 'oci_usage'))
  from raw.batch
 where scope = %(tenancy_ocid)s and source in ('oci_cost_reports', 'oci_usage') and state in ('loaded', 'superseded')
   and (batch_id = any(%(batch_ids)s)
        or loaded_at >= coalesce((select max(reconciled_at) from core.usage_reconciliation
                                   where contract_id = %(contract_id)s), '-infinity'))
