-- Grain: one task instance that went on, or that nobody is told of any more.
-- Parameters: dag_id, run_id, task_id, map_index, since. Grows with: nothing.
-- Re-run: changes nothing; nor where it stopped again meanwhile.
update core.stopped_task
   set ended_at = now()
 where dag_id = %(dag_id)s and run_id = %(run_id)s and task_id = %(task_id)s and map_index = %(map_index)s
   and since = %(since)s and ended_at is null
