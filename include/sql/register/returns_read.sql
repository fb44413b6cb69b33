-- Grain: an object that was read, as it was then. Parameters: object_keys (array). Grows with: the objects of a page of the
--   listing. Re-run: reads only.
select body::jsonb #>> '{returned,object_key}', body::jsonb #>> '{returned,etag}'
  from register.event
 where event = 'returned' and body::jsonb #>> '{returned,object_key}' = any(%(object_keys)s)
