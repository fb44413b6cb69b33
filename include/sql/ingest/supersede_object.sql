-- Grain: earlier batches of one object.
-- Parameters: source, scope, name, batch_id (the newer one).
-- Re-run: finds nothing the second time.
update raw.batch
   set state = 'superseded', reason = 'replaced by batch ' || %(batch_id)s::text
 where source = %(source)s and scope = %(scope)s and name = %(name)s
   and batch_id <> %(batch_id)s and state = 'loaded'
returning batch_id, etag
