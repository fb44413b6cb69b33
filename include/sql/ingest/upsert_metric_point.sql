-- Grain: one hour of one metric of one resource of a contract.
-- Parameters: the columns of core.metric_point, contract as scope, told_at (the moment that the answer tells of).
-- Re-run: writes the same values again. What the later answer says stays, but of the five-minute samples the fullest set:
-- the provider keeps them for a shorter time than hours, and answers at its edge with a part of them, then with none.
insert into core.metric_point (contract_id, resource_name, namespace, metric_name, hour, value, minimum, maximum,
                               five_minute_samples, five_minute_samples_up, five_minute_minimum, batch_id)
values (%(scope)s, %(resource_name)s, %(namespace)s, %(metric_name)s, %(hour)s, %(value)s, %(minimum)s, %(maximum)s,
        %(five_minute_samples)s, %(five_minute_samples_up)s, %(five_minute_minimum)s, %(batch_id)s)
on conflict (contract_id, resource_name, namespace, metric_name, hour) do update
   set (value, minimum, maximum, batch_id) = (
           select case when told.later then excluded.value else core.metric_point.value end,
                  case when told.later then coalesce(excluded.minimum, core.metric_point.minimum)
                       else coalesce(core.metric_point.minimum, excluded.minimum) end,
                  case when told.later then coalesce(excluded.maximum, core.metric_point.maximum)
                       else coalesce(core.metric_point.maximum, excluded.maximum) end,
                  case when told.later then excluded.batch_id else core.metric_point.batch_id end
             from (select %(told_at)s >= coalesce(observed_at, fetched_at) as later
                     from raw.batch where batch_id = core.metric_point.batch_id) told),
       (five_minute_samples, five_minute_samples_up, five_minute_minimum) = (
           select fullest.samples, fullest.up, fullest.lowest
             from (values (excluded.five_minute_samples, excluded.five_minute_samples_up, excluded.five_minute_minimum,
                           %(told_at)s::timestamptz),
                          (core.metric_point.five_minute_samples, core.metric_point.five_minute_samples_up,
                           core.metric_point.five_minute_minimum,
                           (select coalesce(observed_at, fetched_at) from raw.batch
                             where batch_id = core.metric_point.batch_id)))
                  fullest (samples, up, lowest, told_at)
            order by fullest.samples desc nulls last, fullest.told_at desc
            limit 1)
