-- Grain: one hour of one metric. Parameters: contract_id, period_from, period_to (UTC days, both included).
-- Re-run: reads only.
select resource_name, namespace, metric_name, hour, value, minimum, maximum,
       five_minute_samples, five_minute_samples_up, five_minute_minimum
  from core.metric_point
 where contract_id = %(contract_id)s
   and hour >= %(period_from)s::timestamp at time zone 'UTC'
   and hour < (%(period_to)s::date + 1)::timestamp at time zone 'UTC'
 order by resource_name, namespace, metric_name, hour
