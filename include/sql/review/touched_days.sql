-- Grain: the first and last UTC day that the cost reports of some batches have lines of.
-- Parameters: batch_ids (array), scope. Re-run: reads only. Grows with the batches.
select min(first_interval at time zone 'UTC')::date, max(last_interval at time zone 'UTC')::date
  from raw.batch
 where batch_id = any(%(batch_ids)s) and scope = %(scope)s and source = 'oci_cost_reports'
   and state in ('loaded', 'superseded')
