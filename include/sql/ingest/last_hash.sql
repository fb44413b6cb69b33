-- Grain: the newest loaded answer under a name: of the latest moment. Parameters: source, scope, name. Re-run: reads only.
select sha256
  from raw.batch
 where source = %(source)s and scope = %(scope)s and name = %(name)s and state = 'loaded'
 order by coalesce(observed_at, fetched_at) desc, batch_id desc
 limit 1
