-- Grain: whether an event speaks of a report about a delivery. Parameters: object_key, sha256. Re-run: reads only.
select 1
  from register.event e
 where e.event = 'reported' and e.body::jsonb #>> '{bounce,object_key}' = %(object_key)s
   and e.body::jsonb #>> '{bounce,sha256}' = %(sha256)s
