-- Grain: one object of a source that a run has read, whatever became of it since.
-- Parameters: source, scope, run_id.
-- Re-run: reads only.
select name, etag, batch_id
  from raw.batch
 where source = %(source)s and scope = %(scope)s and run_id = %(run_id)s and state <> 'unreadable'
