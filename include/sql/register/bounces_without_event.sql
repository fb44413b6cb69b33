-- Grain: one report about a delivery that no event speaks of; older: it was kept before such reports had events.
-- Parameters: none. Re-run: reads only.
select b.object_key, b.sha256,
       b.read_at < (select applied_at from public.migration where name = '033_bounce_events') as older
  from register.bounce b
 where not exists (select from register.event e
                    where e.event = 'reported' and e.body::jsonb #>> '{bounce,object_key}' = b.object_key
                      and e.body::jsonb #>> '{bounce,sha256}' = b.sha256)
 order by 1, 2
