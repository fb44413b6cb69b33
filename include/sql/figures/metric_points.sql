-- Grain: one hour of one metric. Parameters: contract_id, period_from, period_to (UTC days, both included).
-- Re-run: reads only.
select resource_name, namespace, metric_name, hour, value
  from core.metric_point
 where contract_id = %(contract_id)s
   and hour >= %(period_from)s::timestamp at time zone 'UTC'
   and hour < (%(period_to)s::date + 1)::timestamp at time zone 'UTC'
 order by resource_name, namespace, metric_name, hour
