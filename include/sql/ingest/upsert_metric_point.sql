-- Grain: one hour of one metric of one resource of a contract.
-- Parameters: the columns of core.metric_point, contract as scope.
-- Re-run: writes the same values again; a later answer replaces an earlier one, but an answer without
-- five-minute samples (they are kept for a shorter time than hours) leaves those that are there.
insert into core.metric_point (contract_id, resource_name, namespace, metric_name, hour, value, minimum, maximum,
                               five_minute_samples, five_minute_samples_up, five_minute_minimum, batch_id)
values (%(scope)s, %(resource_name)s, %(namespace)s, %(metric_name)s, %(hour)s, %(value)s, %(minimum)s, %(maximum)s,
        %(five_minute_samples)s, %(five_minute_samples_up)s, %(five_minute_minimum)s, %(batch_id)s)
on conflict (contract_id, resource_name, namespace, metric_name, hour) do update
   set value = excluded.value,
       minimum = coalesce(excluded.minimum, core.metric_point.minimum),
       maximum = coalesce(excluded.maximum, core.metric_point.maximum),
       five_minute_samples = coalesce(excluded.five_minute_samples, core.metric_point.five_minute_samples),
       five_minute_samples_up = coalesce(excluded.five_minute_samples_up, core.metric_point.five_minute_samples_up),
       five_minute_minimum = coalesce(excluded.five_minute_minimum, core.metric_point.five_minute_minimum),
       batch_id = excluded.batch_id
