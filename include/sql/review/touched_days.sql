-- Grain: the first and last UTC day that the cost reports of some batches have lines of, and that their totals tell of.
-- Parameters: batch_ids (array), scope. Re-run: reads only. Grows with the batches.
select min(first_interval at time zone 'UTC')::date, max(last_interval at time zone 'UTC')::date,
       min(window_from) filter (where source = 'oci_usage'), max(window_to) filter (where source = 'oci_usage')
  from raw.batch
 where batch_id = any(%(batch_ids)s) and scope = %(scope)s and source in ('oci_cost_reports', 'oci_usage')
   and state in ('loaded', 'superseded')
