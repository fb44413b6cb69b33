-- Grain: one UTC day of one metric of which fewer hours are known than a day has, and how many; none before its first known day:
--   what was never told of may not have been there.
-- Parameters: contract_id, first, last (UTC days, both included).
-- Re-run: reads only. Grows with the hours of the contract's metrics from first to last, never with the age of the warehouse.
with told as (
    select resource_name, namespace, metric_name, (hour at time zone 'UTC')::date as day, count(*) as hours
      from core.metric_point
     where contract_id = %(contract_id)s
       and hour >= %(first)s::date::timestamp at time zone 'UTC'
       and hour < (%(last)s::date + 1)::timestamp at time zone 'UTC'
     group by 1, 2, 3, 4
), begun as (
    select resource_name, namespace, metric_name, min(day) as day from told group by 1, 2, 3
)
select begun.resource_name, begun.namespace, begun.metric_name, d::date, coalesce(told.hours, 0)::integer
  from begun
 cross join lateral generate_series(begun.day, %(last)s::date, interval '1 day') d
  left join told on (told.resource_name, told.namespace, told.metric_name, told.day)
                    = (begun.resource_name, begun.namespace, begun.metric_name, d::date)
 where coalesce(told.hours, 0) < 24
