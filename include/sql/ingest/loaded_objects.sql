-- Grain: one object of a source that is loaded.
-- Parameters: source, scope.
-- Re-run: reads only.
select name, etag
  from raw.batch
 where source = %(source)s and scope = %(scope)s and state = 'loaded'
