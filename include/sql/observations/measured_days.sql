-- Grain: one UTC day of one metric of a contract that has some hour.
-- Parameters: contract_id, first, last (UTC days, both included).
-- Grows with: the days, and the metrics that the contract charts.
-- Re-run: reads only.
select resource_name, namespace, metric_name, (hour at time zone 'UTC')::date as day
  from core.metric_point
 where contract_id = %(contract_id)s
   and hour >= %(first)s::timestamp at time zone 'UTC'
   and hour < (%(last)s::date + 1)::timestamp at time zone 'UTC'
 group by 1, 2, 3, 4
