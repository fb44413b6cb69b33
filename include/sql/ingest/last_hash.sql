-- Grain: the newest answer under a name, if it is loaded: of the latest moment. One that was refused since has none.
-- Parameters: source, scope, name. Re-run: reads only.
select sha256
  from (select sha256, state
          from raw.batch
         where source = %(source)s and scope = %(scope)s and name = %(name)s
         order by coalesce(observed_at, fetched_at) desc, batch_id desc
         limit 1) newest
 where state = 'loaded'
