-- Grain: the first and the last hour (UTC) that any batch of an object ever told of; null where none told of one.
-- Parameters: source, scope, name. Grows with: the versions of the object.
-- Re-run: reads only.
select min(first_interval), max(last_interval)
  from raw.batch
 where source = %(source)s and scope = %(scope)s and name = %(name)s
