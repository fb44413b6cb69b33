-- Grain: one hour of one metric of one resource of a contract.
-- Parameters: the columns of core.metric_point, contract as scope.
-- Re-run: writes the same value again; a later answer replaces an earlier one.
insert into core.metric_point (contract_id, resource_name, namespace, metric_name, hour, value, batch_id)
values (%(scope)s, %(resource_name)s, %(namespace)s, %(metric_name)s, %(hour)s, %(value)s, %(batch_id)s)
on conflict (contract_id, resource_name, namespace, metric_name, hour) do update
   set value = excluded.value, batch_id = excluded.batch_id
